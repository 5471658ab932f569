package register

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

const (
	// alike is from which likeness two services are proposed as duplicates.
	alike = 60
	// maxAlike is how many a service is proposed with: of services that every
	// local body provides there are hundreds of the same name.
	maxAlike = 5
	// maxCandidates is how many services of the same bands are compared.
	maxCandidates = 200
)

// Pair is two services that look alike (1.3.7); a person says whether they are
// the same (3.2.9).
type Pair struct {
	bun.BaseModel `bun:"table:eservice_pairs,alias:ep"`

	OneID     string    `bun:"one_id,pk"`
	OtherID   string    `bun:"other_id,pk"`
	Likeness  int       `bun:"likeness"` // per cent
	State     string    `bun:"state"`    // open, same, different
	Reason    string    `bun:"reason"`
	Actor     string    `bun:"actor"`
	FoundAt   time.Time `bun:"found_at"`
	DecidedAt time.Time `bun:"decided_at,nullzero"`
}

// index puts registered services into the catalogue and proposes what they
// look like.
func (s *Service) index(ctx context.Context, tx *store.Tx, list []indexed) error {
	if err := insertIndex(ctx, tx, list); err != nil {
		return err
	}
	for _, x := range list {
		found, err := similar(ctx, tx, x.sv.NameAZ, x.sv.ID)
		if err != nil {
			return err
		}
		if err := propose(ctx, tx, x.sv.ID, found); err != nil {
			return err
		}
	}
	return nil
}

// Alike is a registered service that a name looks like.
type Alike struct {
	ID       string
	Number   string
	Name     string `bun:"name_az"`
	AgencyID string
	Likeness int `bun:"-"`
}

// similar finds the registered services whose names look most like one: the
// candidates come by index, at most maxCandidates of them.
func similar(ctx context.Context, db bun.IDB, name, except string) ([]Alike, error) {
	sig := signature(name)
	if len(sig) == 0 {
		return nil, nil
	}
	var list []Alike
	hits := db.NewSelect().TableExpr("eservice_bands AS b").ColumnExpr("b.service_id, COUNT(*) AS n").Where("b.band IN (?)", bun.List(sig)).
		GroupExpr("b.service_id").OrderExpr("n DESC, b.service_id").Limit(maxCandidates)
	q := db.NewSelect().TableExpr("(?) AS h", hits).Join("JOIN eservices AS es ON es.id = h.service_id").
		ColumnExpr("es.id, es.number, es.name_az, es.agency_id").Where("es.state = ?", ServiceRegistered)
	if except != "" {
		q.Where("es.id <> ?", except)
	}
	if err := q.Scan(ctx, &list); err != nil {
		return nil, store.MapError(err, "services that look alike")
	}
	own := shingles(name)
	for i := range list {
		list[i].Likeness = likeness(own, shingles(list[i].Name))
	}
	list = slices.DeleteFunc(list, func(a Alike) bool { return a.Likeness < alike })
	slices.SortFunc(list, func(a, b Alike) int { return cmp.Or(cmp.Compare(b.Likeness, a.Likeness), cmp.Compare(a.ID, b.ID)) })
	return list[:min(len(list), maxAlike)], nil
}

// propose keeps pairs that nobody has decided about yet.
func propose(ctx context.Context, tx *store.Tx, id string, found []Alike) error {
	var rows []Pair
	for _, a := range found {
		rows = append(rows, Pair{OneID: min(id, a.ID), OtherID: max(id, a.ID), Likeness: a.Likeness, State: "open", FoundAt: tx.Now})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (one_id, other_id) DO NOTHING").Exec(ctx)
	return store.MapError(err, "propose pairs")
}

// PairView is a pair with what one needs to decide.
type PairView struct {
	Pair
	One, Other             Entry
	OneAgency, OtherAgency Agency
}

// Pairs lists pairs in a state, the most alike first; at most limit.
func (s *Service) Pairs(ctx context.Context, state string, limit int) ([]PairView, error) {
	if _, err := office.Allowed(ctx, policies.DuplicateDecide); err != nil {
		return nil, err
	}
	db := s.DB.Read()
	var list []Pair
	if err := db.NewSelect().Model(&list).Where("ep.state = ?", state).OrderExpr("ep.likeness DESC, ep.one_id, ep.other_id").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, store.MapError(err, "pairs")
	}
	return pairViews(ctx, db, list)
}

func pairViews(ctx context.Context, db bun.IDB, list []Pair) ([]PairView, error) {
	if len(list) == 0 {
		return nil, nil
	}
	var ids []string
	for _, p := range list {
		ids = append(ids, p.OneID, p.OtherID)
	}
	var entries []Entry
	if err := db.NewSelect().Model(&entries).Where("es.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, store.MapError(err, "services of pairs")
	}
	byID := map[string]Entry{}
	var agencies []string
	for _, e := range entries {
		byID[e.ID] = e
		agencies = append(agencies, e.AgencyID)
	}
	bodies, err := agenciesByID(ctx, db, agencies)
	if err != nil {
		return nil, err
	}
	out := make([]PairView, len(list))
	for i, p := range list {
		one, other := byID[p.OneID], byID[p.OtherID]
		out[i] = PairView{p, one, other, bodies[one.AgencyID], bodies[other.AgencyID]}
	}
	return out, nil
}

// DecidePair says whether two services are the same, with a reason. What was
// decided stands; another decision takes its place and the trail keeps both.
func (s *Service) DecidePair(ctx context.Context, oneID, otherID string, same bool, reason string) error {
	if _, err := office.Allowed(ctx, policies.DuplicateDecide); err != nil {
		return err
	}
	var check apperr.Check
	reason = check.Text("reason", reason, 3, 2000)
	if err := check.Err(); err != nil {
		return err
	}
	if !store.IsID(oneID) || !store.IsID(otherID) {
		return apperr.Missing(kindPair)
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		var p Pair
		if err := store.Lock(tx.NewSelect().Model(&p).Where("ep.one_id = ? AND ep.other_id = ?", min(oneID, otherID), max(oneID, otherID))).Scan(ctx); err != nil {
			return store.MapError(err, "pair")
		}
		if err := tx.Seen(ctx, kindService, p.OtherID); err != nil {
			return err
		}
		before := p.State
		p.State, p.Reason, p.Actor, p.DecidedAt = "different", reason, tx.Actor.Name, tx.Now
		if same {
			p.State = "same"
		}
		if _, err := tx.NewUpdate().Model(&p).Column("state", "reason", "actor", "decided_at").WherePK().Exec(ctx); err != nil {
			return store.MapError(err, "decide pair")
		}
		tx.Record(store.Change{Action: string(policies.DuplicateDecide), Kind: kindPair, ID: p.OneID, RootKind: kindService, RootID: p.OtherID, Note: reason,
			Before: map[string]any{"state": before}, After: map[string]any{"state": p.State, "likeness": p.Likeness}})
		return nil
	})
}

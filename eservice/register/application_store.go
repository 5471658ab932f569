package register

import (
	"cmp"
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

var zeroTime time.Time

// lockApplication reads an application inside a change and holds it: of a body
// that the actor may do the action for, else it is not found or forbidden.
func (s *Service) lockApplication(ctx context.Context, tx *store.Tx, id string, action policies.Action) (Application, error) {
	var a Application
	if !store.IsID(id) {
		return a, apperr.Missing(kindApplication)
	}
	if err := store.Lock(tx.NewSelect().Model(&a).Where("ra.id = ?", id)).Scan(ctx); err != nil {
		return a, store.MapError(err, "application")
	}
	if err := mayIn(ctx, action, policies.RegisterRead, a.AgencyID, kindApplication); err != nil {
		return a, err
	}
	if err := tx.Seen(ctx, kindApplication, a.ID); err != nil {
		return a, err
	}
	return a, a.unpack()
}

// stateOf reads the state alone; the step that follows looks again.
func (s *Service) stateOf(ctx context.Context, id string) (State, error) {
	a, err := s.seenApplication(ctx, s.DB.Read(), id)
	return a.State, err
}

// seenApplication reads an application that the actor may see.
func (s *Service) seenApplication(ctx context.Context, db bun.IDB, id string) (Application, error) {
	var a Application
	sc, err := office.Allowed(ctx, policies.RegisterRead)
	if err != nil {
		return a, err
	}
	if !store.IsID(id) {
		return a, apperr.Missing(kindApplication)
	}
	q := inScope(db.NewSelect().Model(&a).Where("ra.id = ?", id), sc, "ra.agency_id")
	if err := q.Scan(ctx); err != nil {
		return a, store.MapError(err, "application")
	}
	return a, a.unpack()
}

// updateApplication stores columns while the row is in the state that was read.
func updateApplication(ctx context.Context, tx *store.Tx, a Application, from State, columns ...string) error {
	n, err := store.Affected(tx.NewUpdate().Model(&a).Column(columns...).Where("id = ? AND state = ? AND revision = ?", a.ID, from, a.Revision-1).Exec(ctx))
	return store.Moved(n, err, kindApplication, string(from))
}

// openAbout gives the number of the open application about a service.
func openAbout(ctx context.Context, db bun.IDB, serviceID string) (number string, err error) {
	var list []string
	err = db.NewRaw("SELECT number FROM register_applications WHERE service_id = ? AND state IN (?)", serviceID, bun.List(open)).Scan(ctx, &list)
	if len(list) > 0 {
		number = list[0]
	}
	return number, store.MapError(err, "open application")
}

// facts reads what the formal checks compare with.
func (s *Service) facts(ctx context.Context, db bun.IDB, a Application) (facts, error) {
	f := facts{kind: a.Kind, today: s.KIS.Today()}
	found, err := agenciesByID(ctx, db, []string{a.AgencyID})
	if err != nil {
		return f, err
	}
	f.agency = found[a.AgencyID]
	if f.units, err = units(ctx, db, a.AgencyID); err != nil {
		return f, err
	}
	if f.codes, err = loadCodes(ctx, db); err != nil {
		return f, err
	}
	if f.bodies, err = liveCodes(ctx, db); err != nil {
		return f, err
	}
	if a.Kind == KindChange && a.ServiceID != "" {
		var sv Entry
		if err := db.NewSelect().Model(&sv).Where("es.id = ?", a.ServiceID).Scan(ctx); err != nil {
			return f, store.MapError(err, "service")
		}
		f.before, err = itemsOf(ctx, db, sv.ID, sv.Version)
	}
	return f, err
}

// Round is what was signed, and by whom.
type Round struct {
	bun.BaseModel `bun:"table:register_rounds,alias:rr"`

	ApplicationID string    `bun:"application_id,pk"`
	Round         int       `bun:"round,pk"`
	ItemsText     string    `bun:"items"`
	SHA256        string    `bun:"sha256"`
	SignedBy      string    `bun:"signed_by,nullzero"`
	Signature     string    `bun:"signature"` // name and position
	SignedAt      time.Time `bun:"signed_at"`
}

// insertRound keeps what is being signed and gives its hash.
func insertRound(ctx context.Context, tx *store.Tx, a Application) (sum string, err error) {
	r := Round{ApplicationID: a.ID, Round: a.Round, SignedBy: tx.Actor.UserID, Signature: tx.Actor.Signature(), SignedAt: tx.Now}
	r.ItemsText, r.SHA256 = a.Items.encode()
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return r.SHA256, store.MapError(err, "insert round")
}

// signer is who signed a round.
func signer(ctx context.Context, db bun.IDB, id string, round int) (userID string, err error) {
	var r Round
	err = db.NewSelect().Model(&r).Where("rr.application_id = ? AND rr.round = ?", id, round).Scan(ctx)
	return r.SignedBy, store.MapError(err, "round")
}

func rounds(ctx context.Context, db bun.IDB, id string) (out []Round, err error) {
	err = db.NewSelect().Model(&out).Where("rr.application_id = ?", id).OrderExpr("rr.round DESC").Scan(ctx)
	return out, store.MapError(err, "rounds")
}

// FoundDefect is a defect as it was noted.
type FoundDefect struct {
	bun.BaseModel `bun:"table:register_defects,alias:rd"`

	ID            string    `bun:"id,pk"`
	ApplicationID string    `bun:"application_id"`
	Round         int       `bun:"round"`
	Clause        string    `bun:"clause"`
	Text          string    `bun:"text"`
	Actor         string    `bun:"actor"`
	At            time.Time `bun:"at"`
}

func insertDefect(ctx context.Context, tx *store.Tx, a Application, d Defect) error {
	_, err := tx.NewInsert().Model(&FoundDefect{ID: store.NewID(), ApplicationID: a.ID, Round: a.Round, Clause: d.Clause, Text: d.Text, Actor: tx.Actor.Name, At: tx.Now}).Exec(ctx)
	return store.MapError(err, "insert defect")
}

func defects(ctx context.Context, db bun.IDB, id string) (out []FoundDefect, err error) {
	err = db.NewSelect().Model(&out).Where("rd.application_id = ?", id).OrderExpr("rd.round DESC, rd.id").Scan(ctx)
	return out, store.MapError(err, "defects")
}

// Step is a step that was taken with an application.
type Step struct {
	bun.BaseModel `bun:"table:register_events,alias:re"`

	ApplicationID string    `bun:"application_id,pk"`
	Seq           int       `bun:"seq,pk"`
	Verb          string    `bun:"verb"`
	From          State     `bun:"from_state"`
	To            State     `bun:"to_state"`
	Note          string    `bun:"note"`
	Actor         string    `bun:"actor"`
	At            time.Time `bun:"at"`
}

// addEvent appends a step to an application that is held.
func addEvent(ctx context.Context, tx *store.Tx, id, verb string, from, to State, note string) error {
	e := Step{ApplicationID: id, Verb: verb, From: from, To: to, Note: note, Actor: tx.Actor.Name, At: tx.Now}
	if err := tx.NewRaw("SELECT COALESCE(MAX(seq), 0) + 1 FROM register_events WHERE application_id = ?", id).Scan(ctx, &e.Seq); err != nil {
		return store.MapError(err, "next step")
	}
	_, err := tx.NewInsert().Model(&e).Exec(ctx)
	return store.MapError(err, "insert step")
}

func steps(ctx context.Context, db bun.IDB, id string) (out []Step, err error) {
	err = db.NewSelect().Model(&out).Where("re.application_id = ?", id).OrderExpr("re.seq DESC").Scan(ctx)
	return out, store.MapError(err, "steps")
}

// foldTitles gives applications that have none the key they are found by.
func (s *Service) foldTitles(ctx context.Context) error {
	for {
		var page []Application
		if err := s.DB.Read().NewSelect().Model(&page).Column("id", "title").Where("ra.search_key = '' AND ra.title <> ''").Limit(verifyPage).Scan(ctx); err != nil || len(page) == 0 {
			return store.MapError(err, "applications without a key")
		}
		err := s.DB.Unrecorded(ctx, func(tx *store.Tx) error {
			for _, a := range page {
				if _, err := tx.NewRaw("UPDATE register_applications SET search_key = ? WHERE id = ? AND search_key = ''", cmp.Or(i18n.Fold(a.Title), " "), a.ID).Exec(ctx); err != nil {
					return store.MapError(err, "key of an application")
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

package campaign

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"math/big"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Reading is the second reading of a service.
type Reading struct {
	bun.BaseModel `bun:"table:assessment_readings,alias:r"`

	AssessmentID string    `bun:"assessment_id,pk"`
	ReaderID     string    `bun:"reader_id"`
	Points       string    `bun:"points"`
	FirstPoints  string    `bun:"first_points"`
	FirstGrade   string    `bun:"first_grade"`
	ScoreMilli   int64     `bun:"score_milli"`
	Grade        string    `bun:"grade"`
	At           time.Time `bun:"at"`
}

// secondRead is a column that says whether a result was read a second time;
// alias a.
const secondRead = "EXISTS (SELECT 1 FROM assessment_readings r WHERE r.assessment_id = a.id) AS second_read"

// blind says whether somebody must not see what the first reader gave a
// service, because they may still be its second.
func blind(who actor.Actor, state State, a eservice.Assessment, read bool) bool {
	return state == Running && a.Sampled && a.Electronised && !read && !who.System && a.ScoredBy != who.UserID && policies.Can(who, policies.AssessmentScore)
}

// DrawSample draws the services that are read a second time: the percentage of
// the campaign, rounded up, of the scored electronised services, in the order
// of a hash of campaign and service, so that anybody can draw the same again.
func (s *Service) DrawSample(ctx context.Context, id string) (n int, err error) {
	if _, err := office.Allowed(ctx, policies.CampaignManage); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		c, err := s.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.State != Running {
			return apperr.New(apperr.Conflict, "campaign.error.state", "state", "campaign.state."+string(c.State))
		}
		if c.Sampled > 0 {
			return apperr.New(apperr.Conflict, "campaign.error.sampled")
		}
		var ids []string
		if err := tx.NewSelect().Model((*eservice.Assessment)(nil)).ColumnExpr("a.id").Where("a.campaign_id = ? AND a.scored AND a.electronised", c.ID).Scan(ctx, &ids); err != nil {
			return store.MapError(err, "services to draw from")
		}
		n = (len(ids)*c.SamplePercent + 99) / 100
		if n == 0 {
			return apperr.New(apperr.Conflict, "campaign.error.nothing_to_draw")
		}
		hash := func(x string) []byte { h := sha256.Sum256([]byte(c.ID + x)); return h[:] }
		slices.SortFunc(ids, func(a, b string) int { return cmp.Or(bytes.Compare(hash(a), hash(b)), cmp.Compare(a, b)) })
		for part := range slices.Chunk(ids[:n], 500) {
			if _, err := tx.NewRaw("UPDATE assessments SET sampled = ? WHERE id IN (?)", true, bun.List(part)).Exec(ctx); err != nil {
				return store.MapError(err, "draw")
			}
		}
		if _, err := tx.NewRaw("UPDATE assessment_campaigns SET sampled = ?, revision = revision + 1 WHERE id = ?", n, c.ID).Exec(ctx); err != nil {
			return store.MapError(err, "draw")
		}
		tx.Record(store.Change{Action: string(policies.CampaignManage), Kind: kindCampaign, ID: c.ID, Label: c.Number, After: map[string]any{"sampled": n, "of": len(ids)}})
		return event(ctx, tx, c.ID, "", "sample", "", "")
	})
	return n, err
}

// ReadAgain keeps the points of the second reader, who is not the first and is
// not tied to the body. What the first gave is kept beside them as it was.
func (s *Service) ReadAgain(ctx context.Context, id string, points []eservice.Point) error {
	if _, err := office.Allowed(ctx, policies.AssessmentScore); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := findResult(ctx, tx, id)
		if err != nil {
			return err
		}
		c, err := s.lock(ctx, tx, a.CampaignID)
		if err != nil {
			return err
		}
		switch {
		case c.State != Running:
			return apperr.New(apperr.Conflict, "campaign.error.state", "state", "campaign.state."+string(c.State))
		case !a.Sampled || !a.Electronised:
			return apperr.New(apperr.Conflict, "campaign.error.not_sampled")
		case a.ScoredBy == tx.Actor.UserID || tx.Actor.UserID == "":
			return apperr.New(apperr.Forbidden, "campaign.error.own_reading")
		}
		if err := s.barred(ctx, tx, "", tx.Actor.UserID, a.AgencyID); err != nil {
			return err
		}
		scheme, err := s.scheme(ctx, c.Scheme)
		if err != nil {
			return err
		}
		var check apperr.Check
		points := scheme.CheckPoints(&check, points)
		if err := check.Err(); err != nil {
			return err
		}
		score, _ := scheme.Score(points)
		band, err := scheme.Grade(score)
		if err != nil {
			return err
		}
		r := Reading{AssessmentID: a.ID, ReaderID: tx.Actor.UserID, Points: eservice.Points(points), FirstPoints: a.Points, FirstGrade: a.Grade, ScoreMilli: score, Grade: band.Code, At: tx.Now}
		n, err := store.Affected(tx.NewInsert().Model(&r).On("CONFLICT (assessment_id) DO NOTHING").Exec(ctx))
		if err != nil {
			return store.MapError(err, "second reading")
		}
		if n == 0 {
			return apperr.New(apperr.Conflict, "campaign.error.read_already")
		}
		tx.Record(store.Change{Action: string(policies.AssessmentScore), Kind: kindAssessment, ID: a.ID, Label: c.Number, RootKind: kindCampaign, RootID: c.ID,
			After: map[string]any{"second_reading": eservice.MilliText(score, 3), "second_grade": band.Code}})
		return nil
	})
}

// Agreement says how far first and second readers agree.
//
// Percent agreement is the share of services with the same grade. Cohen's
// kappa is κ = (po − pe) / (1 − pe), where po is that share and pe the share
// to be expected by chance, Σ over the grades of the product of both readers'
// shares (J. Cohen, A coefficient of agreement for nominal scales, Educational
// and Psychological Measurement 20 (1960) 37–46). Where both readers gave one
// and the same grade to everything pe is 1 and kappa is not defined.
type Agreement struct {
	Drawn      int
	Read       int
	Same       int // the same grade
	Kappa      *big.Rat
	Table      map[[2]string]int // first grade and second grade
	Parameters []ParameterAgreement
}

// ParameterAgreement is how often both gave a parameter the same points.
type ParameterAgreement struct {
	Parameter eservice.Parameter
	Same, Of  int
}

// KappaMilli is kappa in thousandths, rounded half away from zero; false when
// it is not defined.
func (g Agreement) KappaMilli() (int64, bool) {
	if g.Kappa == nil {
		return 0, false
	}
	n, d := new(big.Int).Mul(g.Kappa.Num(), big.NewInt(2000)), g.Kappa.Denom()
	half := new(big.Int).Set(d)
	if n.Sign() < 0 {
		half.Neg(half)
	}
	return new(big.Int).Quo(n.Add(n, half), new(big.Int).Mul(d, big.NewInt(2))).Int64(), true
}

// Kappa works out Cohen's kappa of a table of pairs; nil when nothing was read
// or it is not defined.
func Kappa(table map[[2]string]int) *big.Rat {
	first, second := map[string]int64{}, map[string]int64{}
	var n, same int64
	for pair, k := range table {
		n += int64(k)
		first[pair[0]] += int64(k)
		second[pair[1]] += int64(k)
		if pair[0] == pair[1] {
			same += int64(k)
		}
	}
	if n == 0 {
		return nil
	}
	po, pe := big.NewRat(same, n), new(big.Rat)
	for grade, k := range first {
		pe.Add(pe, big.NewRat(k*second[grade], n*n))
	}
	one := big.NewRat(1, 1)
	if pe.Cmp(one) == 0 {
		return nil
	}
	return new(big.Rat).Quo(po.Sub(po, pe), one.Sub(one, pe))
}

// Agreement gives the statistics of a campaign's sample.
func (s *Service) Agreement(ctx context.Context, c Campaign) (g Agreement, err error) {
	sc, err := office.Allowed(ctx, policies.CampaignRead)
	if err != nil || !sc.Any {
		return g, err
	}
	scheme, err := s.scheme(ctx, c.Scheme)
	if err != nil {
		return g, err
	}
	g = Agreement{Drawn: c.Sampled, Table: map[[2]string]int{}}
	var rows []Reading
	err = s.DB.Read().NewSelect().Model(&rows).Where("r.assessment_id IN (SELECT a.id FROM assessments a WHERE a.campaign_id = ? AND a.sampled)", c.ID).Scan(ctx)
	if err != nil {
		return g, store.MapError(err, "second readings")
	}
	same, of := map[string]int{}, map[string]int{}
	for _, r := range rows {
		g.Read++
		g.Table[[2]string{r.FirstGrade, r.Grade}]++
		if r.FirstGrade == r.Grade {
			g.Same++
		}
		first := map[string]eservice.Point{}
		for _, p := range eservice.ReadPoints(r.FirstPoints) {
			first[p.Parameter] = p
		}
		for _, p := range eservice.ReadPoints(r.Points) {
			of[p.Parameter]++
			if q := first[p.Parameter]; q.NA == p.NA && q.Milli == p.Milli {
				same[p.Parameter]++
			}
		}
	}
	g.Kappa = Kappa(g.Table)
	for _, m := range scheme.Parameters {
		g.Parameters = append(g.Parameters, ParameterAgreement{m, same[m.Code], of[m.Code]})
	}
	return g, nil
}

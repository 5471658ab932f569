package campaign

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Score is what an assessor says of a service.
type Score struct {
	Level        string // electronisation level
	Automation   string // automation level; "" not known
	WebAddress   string // page that was looked at
	Points       []eservice.Point
	Shortcomings []Shortcoming // all of them; those that became something stay as they are
	Reason       string        // why it is corrected; needed once bodies have their opinions
	Seen         int           // revision that the assessor saw; 0 any
}

// apply checks what was said and puts it into a result.
func (in *Score) apply(check *apperr.Check, scheme eservice.Scheme, a *eservice.Assessment) {
	levels, err := eservice.Levels()
	if err != nil {
		check.Add("level", "error.internal")
		return
	}
	electronised, ok := levels[in.Level]
	if !ok {
		check.Add("level", "error.field.choice")
	}
	autos, _ := eservice.AutomationLevels()
	if in.Automation != "" && !slices.Contains(autos, in.Automation) {
		check.Add("automation", "error.field.choice")
	}
	in.WebAddress = check.Text("web_address", in.WebAddress, 0, 500)
	if in.WebAddress != "" && !apperr.WebAddress(in.WebAddress) {
		check.Add("web_address", "error.field.url")
	}
	a.Level, a.Automation, a.Electronised, a.WebAddress = in.Level, in.Automation, electronised, in.WebAddress
	a.ScoreMilli, a.Grade, a.Points = nil, "", "[]"
	if !electronised {
		for _, p := range in.Points {
			if p.Milli != 0 || p.NA {
				check.Add("points."+p.Parameter, "eservice.import.score_without_service")
			}
		}
		return
	}
	before := check.Count()
	points := scheme.CheckPoints(check, in.Points)
	if check.Count() > before {
		return
	}
	score, _ := scheme.Score(points)
	band, err := scheme.Grade(score)
	if err != nil {
		e := apperr.As(err)
		check.Add("points", e.Key, apperr.Flat(e.Args)...)
		return
	}
	a.ScoreMilli, a.Grade, a.Points = &score, band.Code, eservice.Points(points)
}

// findResult reads a result of a campaign.
func findResult(ctx context.Context, tx *store.Tx, id string) (a eservice.Assessment, err error) {
	if !store.IsID(id) {
		return a, apperr.Missing("assessment")
	}
	err = tx.NewSelect().Model(&a).Where("a.id = ? AND a.campaign_id IS NOT NULL AND a.official", id).Scan(ctx)
	return a, store.MapError(err, "assessment")
}

// Score gives a service its points. Only the assessor of its body does, never
// somebody tied to the body. Once bodies have their opinions a correction needs
// a reason, and the body replies anew. Conflict when somebody scored it since.
func (s *Service) Score(ctx context.Context, id string, in Score) (out eservice.Assessment, err error) {
	if _, err := office.Allowed(ctx, policies.AssessmentScore); err != nil {
		return out, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := findResult(ctx, tx, id)
		if err != nil {
			return err
		}
		c, err := s.lock(ctx, tx, a.CampaignID)
		if err != nil {
			return err
		}
		if a, err = findResult(ctx, tx, id); err != nil { // as it is once the campaign is held
			return err
		}
		if err := s.mayScore(ctx, tx, c, a.AgencyID); err != nil {
			return err
		}
		if in.Seen != 0 && in.Seen != a.Revision {
			return apperr.New(apperr.Conflict, "campaign.error.changed")
		}
		scheme, err := s.scheme(ctx, c.Scheme)
		if err != nil {
			return err
		}
		var check apperr.Check
		least := 0
		if c.State == Opinions {
			least = 3
		}
		in.Reason = check.Text("reason", in.Reason, least, 2000)
		before := resultFacts(a)
		in.apply(&check, scheme, &a)
		list := checkShortcomings(&check, scheme, in.Shortcomings)
		if err := check.Err(); err != nil {
			return err
		}
		a.Scored, a.ScoredBy, a.ScoredAt = true, tx.Actor.UserID, tx.Now
		if err := updateResult(ctx, tx, &a); err != nil {
			return err
		}
		if err := saveShortcomings(ctx, tx, a.ID, list); err != nil {
			return err
		}
		out = a
		if c.State == Opinions {
			if err := s.corrected(ctx, tx, c, a.AgencyID); err != nil {
				return err
			}
		}
		tx.Record(store.Change{Action: string(policies.AssessmentScore), Kind: kindAssessment, ID: a.ID, Label: c.Number, RootKind: kindCampaign, RootID: c.ID, Note: in.Reason, Before: before, After: resultFacts(a)})
		return nil
	})
	return out, err
}

// mayScore refuses whoever does not assess the body in this campaign.
func (s *Service) mayScore(ctx context.Context, tx *store.Tx, c Campaign, agencyID string) error {
	if !c.Open() {
		return apperr.New(apperr.Conflict, "campaign.error.state", "state", "campaign.state."+string(c.State))
	}
	var b Body
	if err := tx.NewSelect().Model(&b).Where("b.campaign_id = ? AND b.agency_id = ?", c.ID, agencyID).Scan(ctx); err != nil {
		return store.MapError(err, "body")
	}
	if b.AssessorID != tx.Actor.UserID || b.AssessorID == "" {
		return apperr.New(apperr.Forbidden, "campaign.error.not_assessor")
	}
	return s.barred(ctx, tx, "", tx.Actor.UserID, agencyID)
}

// updateResult writes a result with its digest; the revision it had is named.
func updateResult(ctx context.Context, tx *store.Tx, a *eservice.Assessment) error {
	seen := a.Revision
	a.Revision++
	a.Stored = a.Digest()
	n, err := store.Affected(tx.NewUpdate().Model(a).Column("electronised", "level", "automation", "score_milli", "grade", "scored", "points", "web_address", "scored_by", "scored_at", "revision", "digest").
		WherePK().Where("revision = ?", seen).Exec(ctx))
	return store.Moved(n, err, "assessment", "")
}

// resultFacts are what the trail keeps of a result.
func resultFacts(a eservice.Assessment) map[string]any {
	f := map[string]any{"level": a.Level, "automation": a.Automation, "grade": a.Grade, "scored": a.Scored}
	if a.ScoreMilli != nil {
		f["score"] = eservice.MilliText(*a.ScoreMilli, 3)
	}
	for _, p := range eservice.ReadPoints(a.Points) {
		f["points "+p.Parameter] = "–"
		if !p.NA {
			f["points "+p.Parameter] = eservice.MilliText(p.Milli, 3)
		}
		if p.Reason != "" {
			f["reason "+p.Parameter] = p.Reason
		}
	}
	return f
}

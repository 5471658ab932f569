package campaign

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Shortcoming is what was found wanting in a service (çatışmazlıq), with what
// is proposed.
type Shortcoming struct {
	bun.BaseModel `bun:"table:assessment_shortcomings,alias:h"`

	ID           string    `bun:"id,pk"`
	AssessmentID string    `bun:"assessment_id"`
	Parameter    string    `bun:"parameter"` // empty: the service as a whole
	Text         string    `bun:"text"`
	Proposal     string    `bun:"proposal"`
	Became       string    `bun:"became"` // "", recommendation or act
	BecameID     string    `bun:"became_id"`
	BecameLabel  string    `bun:"became_label"`
	CreatedBy    string    `bun:"created_by"`
	CreatedAt    time.Time `bun:"created_at"`
}

// What a shortcoming can become.
const (
	BecameRecommendation = "recommendation"
	BecameAct            = "act"
)

// maxShortcomings of one service.
const maxShortcomings = 30

func checkShortcomings(check *apperr.Check, scheme eservice.Scheme, list []Shortcoming) []Shortcoming {
	if len(list) > maxShortcomings {
		check.Add("shortcomings", "eservice.import.whole", "value", len(list), "min", 0, "max", maxShortcomings)
	}
	var out []Shortcoming
	for i, h := range list {
		n := strconv.Itoa(i + 1)
		if h.Text == "" && h.Proposal == "" {
			continue
		}
		h.Text = check.Text("shortcoming."+n+".text", h.Text, 3, 2000)
		h.Proposal = check.Text("shortcoming."+n+".proposal", h.Proposal, 0, 2000)
		if _, ok := scheme.Parameter(h.Parameter); h.Parameter != "" && !ok {
			check.Add("shortcoming."+n+".parameter", "eservice.points.other_scheme", "scheme", scheme.Code)
		}
		out = append(out, h)
	}
	return out
}

// saveShortcomings makes the open shortcomings of a result what was said;
// those that became something stay.
func saveShortcomings(ctx context.Context, tx *store.Tx, assessmentID string, list []Shortcoming) error {
	var kept []string
	if err := tx.NewSelect().Model((*Shortcoming)(nil)).ColumnExpr("h.text").Where("h.assessment_id = ? AND h.became <> ''", assessmentID).Scan(ctx, &kept); err != nil {
		return store.MapError(err, "shortcomings")
	}
	stays := map[string]bool{}
	for _, text := range kept {
		stays[text] = true
	}
	if _, err := tx.NewDelete().Model((*Shortcoming)(nil)).Where("assessment_id = ? AND became = ''", assessmentID).Exec(ctx); err != nil {
		return store.MapError(err, "shortcomings")
	}
	var fresh []Shortcoming
	for _, h := range list {
		if stays[h.Text] {
			continue
		}
		h.ID, h.AssessmentID, h.Became, h.BecameID, h.BecameLabel, h.CreatedBy, h.CreatedAt = store.NewID(), assessmentID, "", "", "", tx.Actor.Signature(), tx.Now
		fresh = append(fresh, h)
	}
	if len(fresh) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&fresh).Exec(ctx)
	return store.MapError(err, "insert shortcomings")
}

// Promotion asks for a shortcoming to become a recommendation or an act.
type Promotion struct {
	As           string // recommendation or act
	DepartmentID string // of the office, which answers for it
	Major        bool   // of an act
}

// Promote makes a recommendation or a draft act of a shortcoming, both in one
// unit of work; each shortcoming becomes something once.
func (s *Service) Promote(ctx context.Context, shortcomingID string, p Promotion) (label string, err error) {
	if _, err := office.Allowed(ctx, policies.ShortcomingPromote); err != nil {
		return "", err
	}
	var check apperr.Check
	check.OneOf("as", p.As, BecameRecommendation, BecameAct)
	if !store.IsID(p.DepartmentID) {
		check.Add("department", "error.field.required")
	}
	if err := check.Err(); err != nil {
		return "", err
	}
	if s.Outcomes == nil || !store.IsID(shortcomingID) {
		return "", apperr.Missing("shortcoming")
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		var h Shortcoming
		if err := store.Lock(tx.NewSelect().Model(&h).Where("h.id = ?", shortcomingID)).Scan(ctx); err != nil {
			return store.MapError(err, "shortcoming")
		}
		if h.Became != "" {
			return apperr.New(apperr.Conflict, "campaign.error.became", "label", h.BecameLabel)
		}
		a, err := findResult(ctx, tx, h.AssessmentID)
		if err != nil {
			return err
		}
		c, err := s.lock(ctx, tx, a.CampaignID)
		if err != nil {
			return err
		}
		if c.State == Planned || c.State == Running || c.State == Cancelled {
			return apperr.New(apperr.Conflict, "campaign.error.state", "state", "campaign.state."+string(c.State))
		}
		o, err := outcomeOf(ctx, tx, c, a, h, p)
		if err != nil {
			return err
		}
		h.Became = p.As
		if p.As == BecameAct {
			h.BecameID, err = s.Outcomes.Act(ctx, tx, o)
			h.BecameLabel = o.Label
		} else {
			h.BecameID, h.BecameLabel, err = s.Outcomes.Recommend(ctx, tx, o)
		}
		if err != nil {
			return err
		}
		label = h.BecameLabel
		n, err := store.Affected(tx.NewUpdate().Model(&h).Column("became", "became_id", "became_label").WherePK().Where("became = ''").Exec(ctx))
		if err := store.Moved(n, err, "shortcoming", ""); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.ShortcomingPromote), Kind: kindAssessment, ID: a.ID, Label: c.Number, RootKind: kindCampaign, RootID: c.ID, Note: h.Text,
			After: map[string]any{"became": h.Became, "reference": h.BecameID, "label": h.BecameLabel}})
		return nil
	})
	return label, err
}

func outcomeOf(ctx context.Context, tx *store.Tx, c Campaign, a eservice.Assessment, h Shortcoming, p Promotion) (Outcome, error) {
	var names struct {
		Code   string `bun:"code"`
		Name   string `bun:"name"`
		Agency string `bun:"agency"`
	}
	err := tx.NewRaw("SELECT e.code, e.name_az AS name, g.name_az AS agency FROM eservices e JOIN agencies g ON g.id = ? WHERE e.id = ?", a.AgencyID, a.ServiceID).Scan(ctx, &names)
	return Outcome{ShortcomingID: h.ID, Label: c.Number + ", " + names.Code, Text: names.Agency + ", “" + names.Name + "”: " + h.Text, Proposal: h.Proposal,
		Agency: names.Agency, DepartmentID: p.DepartmentID, Major: p.Major}, store.MapError(err, "service of a shortcoming")
}

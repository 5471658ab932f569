package planning

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Basis says where a recommendation or an item of a plan comes from.
type Basis string

const (
	FromFinding    Basis = "finding"    // of an internal audit
	FromAct        Basis = "act"        // a nonconformity act
	FromReview     Basis = "review"     // a decision of a management review
	FromMeasure    Basis = "measure"    // of a national plan
	FromAssessment Basis = "assessment" // of e-services
	FromOther      Basis = "other"      // in words
)

// Bases lists where things come from, in the order of forms.
func Bases() []Basis {
	return []Basis{FromFinding, FromAct, FromReview, FromMeasure, FromAssessment, FromOther}
}

// Official number series; both start anew each year.
const (
	seriesRecommendation = "recommendation" // TV-2026-01
	seriesReview         = "review"         // RT-2026-01
)

// Object kinds in the trail.
const (
	kindRecommendation = "recommendation"
	kindPlan           = "plan"
	kindItem           = "plan_item"
	kindReview         = "review"
)

// Lengths of texts, in characters.
const (
	maxLabel = 300
	maxText  = 4000
)

// Recommendation is one line of the register.
type Recommendation struct {
	bun.BaseModel `bun:"table:recommendations,alias:r"`

	ID           string              `bun:"id,pk"`
	Number       string              `bun:"number"` // TV-2026-01
	Year         int                 `bun:"year"`
	Seq          int                 `bun:"seq"`
	Text         string              `bun:"text"`
	Basis        Basis               `bun:"basis"`
	BasisLabel   string              `bun:"basis_label"`
	FindingID    string              `bun:"finding_id,nullzero"`
	ActID        string              `bun:"act_id,nullzero"`
	DecisionID   string              `bun:"decision_id,nullzero"`
	BasisID      string              `bun:"basis_id"`
	GSBPM        string              `bun:"gsbpm"`
	Clause       string              `bun:"clause"`
	DepartmentID string              `bun:"department_id"` // whose work it is about
	State        RecommendationState `bun:"state"`
	Reason       string              `bun:"reason"`
	MergedInto   string              `bun:"merged_into,nullzero"`
	ProposedBy   string              `bun:"proposed_by,nullzero"`
	ProposedAt   time.Time           `bun:"proposed_at"`
	DecidedBy    string              `bun:"decided_by,nullzero"`
	DecidedAt    time.Time           `bun:"decided_at,nullzero"`
	SearchKey    string              `bun:"search_key"`

	// Read along with it.
	DepartmentCode   string `bun:"department_code,scanonly"`
	DepartmentNameAZ string `bun:"department_name_az,scanonly"`
	DepartmentNameEN string `bun:"department_name_en,scanonly"`
	ProposedName     string `bun:"proposed_name,scanonly"` // "" for the program itself
	DecidedName      string `bun:"decided_name,scanonly"`
	MergedNumber     string `bun:"merged_number,scanonly"`
	OpenAct          string `bun:"open_act,scanonly"`    // act behind it that the reader may open; "" for none
	OpenReview       string `bun:"open_review,scanonly"` // the same of a review
	ItemID           string `bun:"item_id,scanonly"`     // the item it became, where it stands now
	ItemNo           int    `bun:"item_no,scanonly"`
	ItemYear         int    `bun:"item_year,scanonly"` // 0 when it became none
	ItemPlan         Key    `bun:"item_plan,scanonly"` // the plan it went into
}

// NewRecommendation is what a person proposes. Finding and review are no
// choices: those come through TakeOver and through signing a review.
type NewRecommendation struct {
	Text         string
	Basis        Basis // act, measure, assessment or other
	BasisLabel   string
	ActID        string // of basis act, when it is known
	BasisID      string // of basis measure or assessment, when it is known
	GSBPM        string
	DepartmentID string
}

func (n NewRecommendation) check() (NewRecommendation, error) {
	var c apperr.Check
	n.Text = c.Text("text", n.Text, 5, maxText)
	apperr.OneOf(&c, "basis", n.Basis, FromAct, FromMeasure, FromAssessment, FromOther)
	n.BasisLabel = c.Text("basis_label", n.BasisLabel, 1, maxLabel)
	n.GSBPM = c.Text("gsbpm", n.GSBPM, 0, 20)
	n.BasisID = c.Text("basis_id", n.BasisID, 0, 64)
	if n.ActID != "" && !store.IsID(n.ActID) {
		c.Add("act", "error.field.choice")
	}
	if n.DepartmentID == "" {
		c.Add("department", "error.field.required")
	}
	return n, c.Err()
}

// Propose puts a recommendation into the register. Whoever may propose only
// for the own department is refused another (Invalid on "department").
func (s *Service) Propose(ctx context.Context, n NewRecommendation) (Recommendation, error) {
	scope, err := office.Allowed(ctx, policies.RecommendationPropose)
	if err != nil {
		return Recommendation{}, err
	}
	if n, err = n.check(); err != nil {
		return Recommendation{}, err
	}
	if !scope.Department(n.DepartmentID) {
		return Recommendation{}, apperr.InvalidField("department", "error.field.choice")
	}
	r := Recommendation{Text: n.Text, Basis: n.Basis, BasisLabel: n.BasisLabel, ActID: n.ActID, BasisID: n.BasisID,
		GSBPM: n.GSBPM, DepartmentID: n.DepartmentID}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := internalDepartments(ctx, tx, "department", r.DepartmentID); err != nil {
			return err
		}
		return s.register(ctx, tx, &r)
	})
	return r, err
}

// FoundRecommendations lists the recommendations of audit findings that are
// not in the register yet, those of the departments for which the actor may
// propose.
func (s *Service) FoundRecommendations(ctx context.Context) ([]FoundRecommendation, error) {
	scope, err := office.Allowed(ctx, policies.RecommendationPropose)
	if err != nil || s.Findings == nil {
		return nil, err
	}
	found, err := s.Findings.OpenRecommendations(ctx)
	if err != nil {
		return nil, err
	}
	taken, err := takenFindings(ctx, s.DB.Read())
	if err != nil {
		return nil, err
	}
	var out []FoundRecommendation
	for _, f := range found {
		if !taken[f.FindingID] && scope.Department(f.DepartmentID) {
			out = append(out, f)
		}
	}
	return out, nil
}

// TakeOver makes a recommendation out of a finding, once: a second time is a
// Conflict. A finding that gives none, or one of a department out of scope,
// is not found.
func (s *Service) TakeOver(ctx context.Context, findingID string) (Recommendation, error) {
	scope, err := office.Allowed(ctx, policies.RecommendationPropose)
	if err != nil {
		return Recommendation{}, err
	}
	if s.Findings == nil {
		return Recommendation{}, apperr.Missing("finding")
	}
	found, err := s.Findings.OpenRecommendations(ctx)
	if err != nil {
		return Recommendation{}, err
	}
	for _, f := range found {
		if f.FindingID != findingID || !scope.Department(f.DepartmentID) {
			continue
		}
		r := Recommendation{Text: f.Text, Basis: FromFinding, BasisLabel: f.Label, FindingID: f.FindingID, ActID: f.ActID,
			GSBPM: f.GSBPM, Clause: f.Clause, DepartmentID: f.DepartmentID}
		err := s.DB.Write(ctx, func(tx *store.Tx) error { return s.register(ctx, tx, &r) })
		return r, err
	}
	return Recommendation{}, apperr.Missing("finding")
}

// register gives a recommendation its number and stores it, open.
func (s *Service) register(ctx context.Context, tx *store.Tx, r *Recommendation) error {
	year := tx.Now.In(s.KIS.Zone).Year()
	no, err := tx.NextNumber(ctx, seriesRecommendation, year)
	if err != nil {
		return err
	}
	r.ID, r.Year, r.Seq, r.Number = store.NewID(), year, no, fmt.Sprintf("TV-%d-%02d", year, no)
	r.State, r.ProposedBy, r.ProposedAt = Open, tx.Actor.UserID, tx.Now
	r.SearchKey = i18n.Fold(r.Number + " " + r.Text + " " + r.BasisLabel + " " + r.GSBPM)
	if err := insertRecommendation(ctx, tx, r); err != nil {
		return err
	}
	tx.Record(store.Change{Action: "planning:recommendation:propose", Kind: kindRecommendation, ID: r.ID, Label: r.Number,
		After: map[string]any{"state": r.State, "text": r.Text, "basis": r.Basis, "basis_label": r.BasisLabel, "department": r.DepartmentID}})
	return nil
}

// internalDepartments refuses ids that are no departments of the office in
// use: only those have a head who can agree.
func internalDepartments(ctx context.Context, db bun.IDB, field string, ids ...string) error {
	found, err := office.DepartmentsByID(ctx, db, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if d, ok := found[id]; !ok || d.Kind != office.Internal || !d.ArchivedAt.IsZero() {
			return apperr.InvalidField(field, "error.field.choice")
		}
	}
	return nil
}

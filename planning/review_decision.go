package planning

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reference"
)

// DecisionKind is the letter of 9.3.3 under which a decision falls.
type DecisionKind string

const (
	Improvement DecisionKind = "a" // opportunity for improvement
	Change      DecisionKind = "b" // change of the system
	Resource    DecisionKind = "c" // need of resources
)

// DecisionKinds lists the three kinds.
func DecisionKinds() []DecisionKind { return []DecisionKind{Improvement, Change, Resource} }

// Decision is a decision of a management review.
type Decision struct {
	bun.BaseModel `bun:"table:review_decisions,alias:d"`

	ID           string       `bun:"id,pk"`
	ReviewID     string       `bun:"review_id"`
	No           int          `bun:"no"`
	Kind         DecisionKind `bun:"kind"`
	Text         string       `bun:"text"`
	OwnerID      string       `bun:"owner_id"`
	DepartmentID string       `bun:"department_id"`
	Due          day.Day      `bun:"due"`
	CreatedBy    string       `bun:"created_by,nullzero"`
	CreatedAt    time.Time    `bun:"created_at"`

	// Read along with it. KindAZ and KindEN are the words of the kind.
	OwnerName        string    `bun:"owner_name,scanonly"`
	DepartmentCode   string    `bun:"department_code,scanonly"`
	DepartmentNameAZ string    `bun:"department_name_az,scanonly"`
	DepartmentNameEN string    `bun:"department_name_en,scanonly"`
	ReviewNumber     string    `bun:"review_number,scanonly"`
	RecommendationID string    `bun:"recommendation_id,scanonly"` // it became when the review was signed
	ItemID           string    `bun:"item_id,scanonly"`           // of the plan, where it stands now
	ItemNo           int       `bun:"item_no,scanonly"`
	ItemYear         int       `bun:"item_year,scanonly"`
	ItemPlan         Key       `bun:"item_plan,scanonly"` // the plan the item stands in
	ItemState        ItemState `bun:"item_state,scanonly"`
	KindAZ, KindEN   string    `bun:"-"`
}

// KindName is the words of the kind in a language.
func (d Decision) KindName(lang string) string {
	return i18n.InLang(lang, d.KindAZ, d.KindEN)
}

// NewDecision is a decision to write into a draft.
type NewDecision struct {
	Kind         DecisionKind
	Text         string
	OwnerID      string
	DepartmentID string // whose work it is; "" = the owner's department
	Due          day.Day
}

func (n NewDecision) check() (NewDecision, error) {
	var c apperr.Check
	apperr.OneOf(&c, "kind", n.Kind, DecisionKinds()...)
	n.Text = c.Text("text", n.Text, 5, maxText)
	if n.OwnerID == "" {
		c.Add("owner", "error.field.required")
	}
	if n.Due == "" {
		c.Add("due", "error.field.required")
	}
	return n, c.Err()
}

// AddDecision writes a decision into a draft.
func (s *Service) AddDecision(ctx context.Context, reviewID string, n NewDecision) (Decision, error) {
	if _, err := office.Allowed(ctx, policies.ReviewPrepare); err != nil {
		return Decision{}, err
	}
	n, err := n.check()
	if err != nil {
		return Decision{}, err
	}
	var d Decision
	err = s.editReview(ctx, reviewID, func(tx *store.Tx, r *Review) error {
		owners, err := office.UsersByID(ctx, tx, []string{n.OwnerID})
		if err != nil {
			return err
		}
		owner, ok := owners[n.OwnerID]
		if !ok || !owner.DisabledAt.IsZero() {
			return apperr.InvalidField("owner", "error.field.choice")
		}
		if n.DepartmentID == "" {
			n.DepartmentID = owner.DepartmentID
		}
		if n.Due < day.Of(r.MeetingAt, s.KIS.Zone) {
			return apperr.InvalidField("due", "error.field.date_after", "date", day.Of(r.MeetingAt, s.KIS.Zone).Format())
		}
		if err := internalDepartments(ctx, tx, "department", n.DepartmentID); err != nil {
			return err
		}
		d = Decision{ID: store.NewID(), ReviewID: r.ID, Kind: n.Kind, Text: n.Text, OwnerID: n.OwnerID, DepartmentID: n.DepartmentID, Due: n.Due,
			CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now}
		if err := insertDecision(ctx, tx, &d); err != nil {
			return err
		}
		recordReview(tx, *r, "decide", nil, d.facts(), "")
		return nil
	})
	return d, err
}

func (d Decision) facts() map[string]any {
	return map[string]any{"decision": d.No, "kind": d.Kind, "text": d.Text, "owner": d.OwnerID, "department": d.DepartmentID, "due": d.Due}
}

// RemoveDecision takes a decision out of a draft; those after it move up.
func (s *Service) RemoveDecision(ctx context.Context, reviewID, decisionID string) error {
	return s.editReview(ctx, reviewID, func(tx *store.Tx, r *Review) error {
		d, err := deleteDecision(ctx, tx, r.ID, decisionID)
		if err != nil {
			return err
		}
		recordReview(tx, *r, "undecide", d.facts(), nil, "")
		return nil
	})
}

// AddDecisionToPlan makes a decision of a signed review an item of the plan of
// a year. Fields left empty come from the decision: text, department and, when
// it falls into the year, the date. It gives the item's id.
func (s *Service) AddDecisionToPlan(ctx context.Context, decisionID string, key Key, f ItemFields) (itemID string, err error) {
	if _, err := office.Allowed(ctx, policies.RecommendationDecide); err != nil {
		return "", err
	}
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return "", err
	}
	if !store.IsID(decisionID) {
		return "", apperr.Missing("decision")
	}
	d, err := decisionBy(ctx, s.DB.Read(), decisionID)
	if err != nil {
		return "", err
	}
	if d.RecommendationID == "" {
		return "", apperr.New(apperr.Conflict, "planning.review.error.not_signed")
	}
	return s.AcceptRecommendation(ctx, d.RecommendationID, key, f.orOf(d, key.Year()))
}

// orOf fills what is empty from a decision.
func (f ItemFields) orOf(d Decision, year int) ItemFields {
	if f.Text == "" {
		f.Text = d.Text
	}
	if f.ResponsibleID == "" {
		f.ResponsibleID = d.DepartmentID
	}
	if f.Due == "" && d.Due.Year() == year {
		f.Due = d.Due
	}
	if f.StartQuarter == 0 {
		f.StartQuarter = f.Due.Quarter()
	}
	return f
}

// kindWords are the words of the three kinds, by letter.
func kindWords() (map[DecisionKind][2]string, error) {
	rows, err := reference.Rows(reference.DecisionKinds)
	if err != nil {
		return nil, apperr.Wrap(err, "decision kinds")
	}
	out := map[DecisionKind][2]string{}
	for _, r := range rows {
		out[DecisionKind(r["letter"])] = [2]string{r["name_az"], r["name_en"]}
	}
	return out, nil
}

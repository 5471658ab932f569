package planning

import (
	"context"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Agreement is what one department says to a plan.
type Agreement struct {
	bun.BaseModel `bun:"table:plan_agreements,alias:a"`

	PlanID       string         `bun:"plan_id,pk"`
	DepartmentID string         `bun:"department_id,pk"`
	State        AgreementState `bun:"state"`
	Revision     int            `bun:"revision"` // of the plan when it last answered; 0 = never
	DecidedBy    string         `bun:"decided_by,nullzero"`
	DecidedName  string         `bun:"decided_name"`
	DecidedAt    time.Time      `bun:"decided_at,nullzero"`
	Since        time.Time      `bun:"since"` // in this state

	Department office.Department `bun:"-"`
}

// Objection is why a department did not agree, and what was answered.
type Objection struct {
	bun.BaseModel `bun:"table:plan_objections,alias:o"`

	ID           string    `bun:"id,pk"`
	PlanID       string    `bun:"plan_id"`
	DepartmentID string    `bun:"department_id"`
	ItemID       string    `bun:"item_id,nullzero"` // "" = the plan as a whole, or an item that is gone
	ItemLabel    string    `bun:"item_label"`       // as it was then
	Revision     int       `bun:"revision"`
	Text         string    `bun:"text"`
	ObjectedBy   string    `bun:"objected_by,nullzero"`
	ObjectedAt   time.Time `bun:"objected_at"`
	Answer       string    `bun:"answer"`
	Changed      bool      `bun:"changed"` // answered by a change of the item
	AnsweredBy   string    `bun:"answered_by,nullzero"`
	AnsweredAt   time.Time `bun:"answered_at,nullzero"` // zero while it waits

	ObjectedName string `bun:"objected_name,scanonly"`
	AnsweredName string `bun:"answered_name,scanonly"`
}

// AgreePlan says that a department agrees to a plan in the revision it has
// seen. When it was the last one, the plan is agreed.
func (s *Service) AgreePlan(ctx context.Context, key Key, departmentID string, revision int) error {
	return s.answerPlan(ctx, key, departmentID, revision, "agree", func(tx *store.Tx, p *Plan) error {
		left, err := notAgreed(ctx, tx, p.ID)
		if err != nil || left > 0 {
			return err
		}
		t, err := arrow(ctx, PlanTransitions, "plan", p.State, "complete")
		if err != nil {
			return err
		}
		p.AgreedAt = tx.Now
		if err := setPlan(ctx, tx, *p, t.To); err != nil {
			return err
		}
		recordPlan(tx, *p, "complete", stateOf(t.From), stateOf(t.To), "")
		return nil
	})
}

// ObjectPlan says why a department does not agree, to an item or, with
// itemID "", to the plan as a whole. It must be answered before the
// department is asked again.
func (s *Service) ObjectPlan(ctx context.Context, key Key, departmentID string, revision int, itemID, text string) error {
	var c apperr.Check
	text = c.Text("text", text, 5, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.answerPlan(ctx, key, departmentID, revision, "object", func(tx *store.Tx, p *Plan) error {
		o := Objection{ID: store.NewID(), PlanID: p.ID, DepartmentID: departmentID, ItemID: itemID, Revision: p.Revision, Text: text,
			ObjectedBy: tx.Actor.UserID, ObjectedAt: tx.Now}
		if itemID != "" {
			it, err := itemOf(ctx, tx, p.ID, itemID)
			if err != nil {
				return apperr.InvalidField("item", "error.field.choice")
			}
			o.ItemLabel = strconv.Itoa(it.No) + ". " + it.Text
		}
		if err := insertObjection(ctx, tx, &o); err != nil {
			return err
		}
		tx.Record(store.Change{Action: "planning:plan:object", Kind: "plan_objection", ID: o.ID, Label: o.ItemLabel, RootKind: kindPlan, RootID: p.ID,
			After: map[string]any{"department": departmentID, "item": itemID}, Note: text})
		return nil
	})
}

// answerPlan moves the agreement of a department and lets more happen in the
// same unit of work.
func (s *Service) answerPlan(ctx context.Context, key Key, departmentID string, revision int, verb string, more func(*store.Tx, *Plan) error) error {
	scope, err := office.Allowed(ctx, policies.PlanAgree)
	if err != nil {
		return err
	}
	if !scope.Department(departmentID) {
		return apperr.New(apperr.Forbidden, "planning.error.not_department")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := lockPlanOf(ctx, tx, key)
		if err != nil {
			return err
		}
		if p.State != PlanAgreeing {
			return wrongState(ctx, PlanTransitions, "plan", p.State)
		}
		if p.Revision != revision {
			return apperr.New(apperr.Conflict, "planning.plan.error.revision", "now", p.Revision, "seen", revision)
		}
		a, err := agreement(ctx, tx, p.ID, departmentID)
		if err != nil {
			return err
		}
		t, err := arrow(ctx, AgreementTransitions, "agreement", a.State, verb)
		if err != nil {
			return err
		}
		a.State, a.Revision, a.DecidedBy, a.DecidedName, a.DecidedAt, a.Since = t.To, p.Revision, tx.Actor.UserID, tx.Actor.Name, tx.Now, tx.Now
		if err := setAgreement(ctx, tx, a, t.From); err != nil {
			return err
		}
		if verb == "agree" {
			who, err := office.DepartmentsByID(ctx, tx, []string{departmentID})
			if err != nil {
				return err
			}
			tx.Record(store.Change{Action: "planning:plan:agree", Kind: "plan_agreement", ID: p.ID + ":" + departmentID, Label: who[departmentID].Code, RootKind: kindPlan, RootID: p.ID,
				Before: stateOf(t.From), After: map[string]any{"state": t.To, "department": departmentID, "revision": p.Revision}})
		}
		return more(tx, &p)
	})
}

// AnswerObjection records what is said to an objection when the item stays as
// it is; the department is then asked again.
func (s *Service) AnswerObjection(ctx context.Context, objectionID, answer string) error {
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return err
	}
	var c apperr.Check
	answer = c.Text("answer", answer, 5, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, o, err := lockObjection(ctx, tx, objectionID)
		if err != nil {
			return err
		}
		if p.State != PlanAgreeing && p.State != PlanDraft {
			return wrongState(ctx, PlanTransitions, "plan", p.State)
		}
		if !o.AnsweredAt.IsZero() {
			return apperr.New(apperr.Conflict, "planning.plan.error.answered")
		}
		o.Answer, o.AnsweredBy, o.AnsweredAt = answer, tx.Actor.UserID, tx.Now
		if err := setAnswer(ctx, tx, o); err != nil {
			return err
		}
		if err := askAgain(ctx, tx, p.ID, []string{o.DepartmentID}); err != nil {
			return err
		}
		tx.Record(store.Change{Action: "planning:plan:answer", Kind: "plan_objection", ID: o.ID, Label: o.ItemLabel, RootKind: kindPlan, RootID: p.ID,
			After: map[string]any{"department": o.DepartmentID}, Note: answer})
		return nil
	})
}

// planChanged is called after an item was added, changed or removed: items are
// numbered anew, objections of the departments to the item are answered by the
// change, and in a plan that was sent the departments touched must agree to
// the new revision.
func (s *Service) planChanged(ctx context.Context, tx *store.Tx, p *Plan, it *Item, touched []string) error {
	if err := renumber(ctx, tx, p.ID); err != nil {
		return err
	}
	no, err := numberOf(ctx, tx, it.ID)
	if err != nil {
		return err
	}
	if no > 0 {
		it.No = no
	}
	objectors, err := answerByChange(ctx, tx, p.ID, it.ID)
	if err != nil {
		return err
	}
	if !p.Sent() {
		return nil
	}
	departments, err := concerned(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if err := askSome(ctx, tx, p.ID, departments, append(objectors, touched...)); err != nil {
		return err
	}
	left, err := notAgreed(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	p.Revision++
	from, verb := p.State, ""
	switch {
	case from == PlanAgreed && left > 0:
		verb, p.AgreedAt = "renew", time.Time{}
	case from == PlanAgreeing && left == 0 && len(departments) > 0: // who had not answered is concerned no more
		verb, p.AgreedAt = "complete", tx.Now
	}
	to := from
	if verb != "" {
		t, err := arrow(ctx, PlanTransitions, "plan", from, verb)
		if err != nil {
			return err
		}
		to = t.To
		recordPlan(tx, *p, verb, stateOf(from), map[string]any{"state": to, "revision": p.Revision}, "")
	}
	if err := setPlan(ctx, tx, *p, to); err != nil {
		return err
	}
	p.State, p.Version = to, p.Version+1 // several items may change in one unit of work
	return nil
}

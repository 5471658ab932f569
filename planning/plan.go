package planning

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Plan is a yearly plan: that of the quality-management system (KİS-in illik
// fəaliyyət planı) or one of another kind. There is one of a kind each year.
type Plan struct {
	bun.BaseModel `bun:"table:plans,alias:p"`

	ID           string    `bun:"id,pk"`
	Year         int       `bun:"year"`
	Kind         string    `bun:"kind"` // code of a PlanKind
	Key          Key       `bun:"key"`  // how addresses call it
	Rule         int       `bun:"rule"` // version by which progress is computed
	State        PlanState `bun:"state"`
	Revision     int       `bun:"revision"`    // what departments agree to and management approves
	ApproveDue   day.Day   `bun:"approve_due"` // by when management should have approved it
	Note         string    `bun:"note"`        // reason of the last recall or return; closing words
	CreatedBy    string    `bun:"created_by,nullzero"`
	CreatedAt    time.Time `bun:"created_at"`
	AgreeingAt   time.Time `bun:"agreeing_at,nullzero"`
	AgreedAt     time.Time `bun:"agreed_at,nullzero"`
	ApprovedBy   string    `bun:"approved_by,nullzero"`
	ApprovedName string    `bun:"approved_name"` // as it was then
	ApprovedAt   time.Time `bun:"approved_at,nullzero"`
	RunningAt    time.Time `bun:"running_at,nullzero"`
	ClosedBy     string    `bun:"closed_by,nullzero"`
	ClosedAt     time.Time `bun:"closed_at,nullzero"`
	Version      int       `bun:"version"`
}

// Label is how the trail and lists call the plan: its key.
func (p Plan) Label() string { return string(p.Key) }

// Editable says whether items may still be added, changed and removed.
func (p Plan) Editable() bool { return p.State == PlanDraft || p.Sent() }

// Sent says whether the departments are asked and management has not decided.
func (p Plan) Sent() bool { return p.State == PlanAgreeing || p.State == PlanAgreed }

// PlanSummary is one line of the list of plans.
type PlanSummary struct {
	Plan        `bun:",extend"`
	KindShortAZ string
	KindShortEN string
	Items, Done int // items, and those carried out
	Overdue     int // items past their date and not done
	Departments int // concerned
	Agreed      int // of them agreed
}

// Plans lists all plans, newest first, in one query.
func (s *Service) Plans(ctx context.Context) ([]PlanSummary, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return nil, err
	}
	return listPlans(ctx, s.DB.Read(), s.KIS.Today())
}

// NewPlan is a plan to open.
type NewPlan struct {
	Year       int
	Kind       string  // of PlanKinds; "" = the main one
	ApproveDue day.Day // by when it should be approved
}

// OpenPlan opens the plan of a year and kind as a draft. A second plan of the
// kind for the year is a Conflict on "year".
func (s *Service) OpenPlan(ctx context.Context, n NewPlan) (Plan, error) {
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return Plan{}, err
	}
	var c apperr.Check
	if n.Kind == "" {
		n.Kind = MainKind
	}
	kinds, err := s.PlanKinds(ctx)
	if err != nil {
		return Plan{}, err
	}
	if !slices.ContainsFunc(kinds, func(k PlanKind) bool { return k.Code == n.Kind }) {
		c.Add("kind", "error.field.choice")
	}
	this := s.KIS.Today().Year()
	if n.Year < this-10 || n.Year > this+5 {
		c.Add("year", "error.field.range", "min", strconv.Itoa(this-10), "max", strconv.Itoa(this+5))
	}
	if n.ApproveDue == "" {
		c.Add("approve_due", "error.field.required")
	} else if last := day.Make(n.Year, time.December, 31); n.ApproveDue > last {
		c.Add("approve_due", "error.field.date_before", "date", last.Add(1).Format())
	}
	if err := c.Err(); err != nil {
		return Plan{}, err
	}
	var p Plan
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		rule, err := newestRule(ctx, tx, s.KIS.Today())
		if err != nil {
			return err
		}
		p = Plan{ID: store.NewID(), Year: n.Year, Kind: n.Kind, Key: KeyOf(n.Year, n.Kind), Rule: rule, State: PlanDraft, Revision: 1, ApproveDue: n.ApproveDue,
			CreatedBy: tx.Actor.UserID, CreatedAt: tx.Now, Version: 1}
		if err := insertPlan(ctx, tx, &p); err != nil {
			return err
		}
		recordPlan(tx, p, "open", nil, map[string]any{"state": p.State, "year": p.Year, "kind": p.Kind, "approve_due": p.ApproveDue}, "")
		return nil
	})
	return p, err
}

// recordPlan leaves a trail entry about a plan.
func recordPlan(tx *store.Tx, p Plan, verb string, before, after map[string]any, note string) {
	c := store.Change{Action: "planning:plan:" + verb, Kind: kindPlan, ID: p.ID, Label: p.Label(), After: after, Note: note}
	if before != nil {
		c.Before = before
	}
	tx.Record(c)
}

// SendPlan asks the departments concerned to agree. Every one of them has to
// answer, also after an earlier round. A plan without items, or with an
// objection that was never answered, is a Conflict.
func (s *Service) SendPlan(ctx context.Context, key Key) error {
	return s.movePlan(ctx, policies.PlanDraft, key, "send", "", func(tx *store.Tx, p *Plan) error {
		departments, err := concerned(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if len(departments) == 0 {
			return apperr.New(apperr.Conflict, "planning.plan.error.empty")
		}
		open, err := unanswered(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if open > 0 {
			return apperr.New(apperr.Conflict, "planning.plan.error.unanswered", "n", open)
		}
		if !p.AgreeingAt.IsZero() {
			p.Revision++
		}
		p.AgreeingAt = tx.Now
		return askAll(ctx, tx, p.ID, departments)
	})
}

// RecallPlan takes a plan back from the departments, with a reason.
func (s *Service) RecallPlan(ctx context.Context, key Key, reason string) error {
	return s.movePlan(ctx, policies.PlanDraft, key, "recall", reason, nil)
}

// ReturnPlan gives an agreed plan back instead of approving it, with a reason.
func (s *Service) ReturnPlan(ctx context.Context, key Key, reason string) error {
	return s.movePlan(ctx, policies.PlanApprove, key, "return", reason, func(_ *store.Tx, p *Plan) error {
		p.AgreedAt = time.Time{}
		return nil
	})
}

// StartPlan begins the year of an approved plan: from now on the departments
// report.
func (s *Service) StartPlan(ctx context.Context, key Key) error {
	return s.movePlan(ctx, policies.PlanDraft, key, "start", "", func(tx *store.Tx, p *Plan) error {
		p.RunningAt = tx.Now
		return nil
	})
}

// ClosePlan ends the year, with closing words. What is not done may then be
// carried over into the next plan. While reports wait for a decision it is a
// Conflict: nobody could decide on them afterwards.
func (s *Service) ClosePlan(ctx context.Context, key Key, words string) error {
	return s.movePlan(ctx, policies.PlanDraft, key, "close", words, func(tx *store.Tx, p *Plan) error {
		n, err := reportsWaiting(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return apperr.New(apperr.Conflict, "planning.plan.error.reports_wait", "n", n)
		}
		p.ClosedBy, p.ClosedAt = tx.Actor.UserID, tx.Now
		return nil
	})
}

// withReason are the steps of a plan that need words.
var withReason = map[string]bool{"recall": true, "return": true, "close": true}

// movePlan takes a plan along one arrow. The plan is locked first, so that
// nobody changes an item, agrees or approves in between.
func (s *Service) movePlan(ctx context.Context, act policies.Action, key Key, verb, reason string, more func(*store.Tx, *Plan) error) error {
	if _, err := office.Allowed(ctx, act); err != nil {
		return err
	}
	var c apperr.Check
	if withReason[verb] {
		reason = c.Text("reason", reason, 5, maxText)
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := lockPlanOf(ctx, tx, key)
		if err != nil {
			return err
		}
		t, err := arrow(ctx, PlanTransitions, "plan", p.State, verb)
		if err != nil {
			return err
		}
		if more != nil {
			if err := more(tx, &p); err != nil {
				return err
			}
		}
		p.Note = reason
		if err := setPlan(ctx, tx, p, t.To); err != nil {
			return err
		}
		recordPlan(tx, p, verb, stateOf(t.From), map[string]any{"state": t.To, "revision": p.Revision}, reason)
		return nil
	})
}

// Package execution owns how a yearly plan is carried out: steps of an item and
// who does it, what becomes of the quarterly reports, new dates that management
// approves, the check of the impact, and the lists that show it.
//
// It may import planning, kis and what those may import. Invariants: how far an
// item has come is computed from accepted reports, nobody types it; nobody
// decides on a report of their own; a new date holds only once management
// approved it; an impact that was checked never changes, in the database too.
package execution

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// maxText bounds what people write at once, in characters; maxSteps the steps
// of one item.
const (
	maxText  = 4000
	maxSteps = 30
)

// Service is the carrying out of the plans of planning.
type Service struct {
	*planning.Service
}

// New makes the service.
func New(p *planning.Service) *Service { return &Service{p} }

// Verdict is what is decided on a report.
type Verdict struct {
	Accept bool
	Note   string // why it is returned; needed only then
}

// DecideReport accepts a report or returns it with a reason. A report that asks
// for a new date is decided by management, which puts the date in force; an end
// that is accepted sets the day on which its impact is checked; one that is
// returned opens the item again. Own reports are Forbidden, a second decision is
// a Conflict.
func (s *Service) DecideReport(ctx context.Context, reportID string, v Verdict) error {
	if _, err := office.Allowed(ctx, policies.PlanAccept); err != nil {
		return err
	}
	var c apperr.Check
	if !v.Accept {
		v.Note = c.Text("note", v.Note, 5, maxText)
	} else {
		v.Note = ""
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		w, err := reportOf(ctx, tx, reportID)
		if err != nil {
			return err
		}
		p, it, err := planning.LockItem(ctx, tx, w.ItemID)
		if err != nil {
			return err
		}
		if w.ToState == planning.Postponed {
			if _, err := office.Allowed(ctx, policies.PlanApprove); err != nil {
				return apperr.New(apperr.Forbidden, "planning.item.error.management")
			}
		}
		if w.ReportedBy == tx.Actor.UserID {
			return apperr.New(apperr.Forbidden, "planning.item.error.own_report")
		}
		if p.State != planning.PlanRunning {
			return apperr.New(apperr.Conflict, "planning.item.error.not_running")
		}
		if err := insertVerdict(ctx, tx, w, v); err != nil {
			return err
		}
		before := map[string]any{"state": it.State, "due": it.Term()}
		if err := s.follow(ctx, tx, p, &it, w, v); err != nil {
			return err
		}
		verb := map[bool]string{true: "accept_report", false: "return_report"}[v.Accept]
		tx.Record(store.Change{Action: "planning:plan:" + verb, Kind: "plan_item", ID: it.ID, Label: label(it), RootKind: "plan", RootID: p.ID, Before: before,
			After: map[string]any{"state": it.State, "due": it.Term(), "report": w.No, "department": it.ResponsibleID}, Note: v.Note})
		return nil
	})
}

// follow does to a locked item what a decision on a report leads to.
func (s *Service) follow(ctx context.Context, tx *store.Tx, p planning.Plan, it *planning.Item, w planning.Report, v Verdict) error {
	verb := ""
	switch {
	case v.Accept && w.ToState == planning.Postponed:
		if w.NewDue <= it.Term() || it.State == planning.Done {
			return apperr.New(apperr.Conflict, "planning.item.error.overtaken")
		}
		verb, it.NewDue = "postpone", w.NewDue
	case v.Accept && w.ToState == planning.Done:
		return scheduleImpact(ctx, tx, p, *it, s.KIS.Today())
	case !v.Accept && w.ToState == planning.Done && it.State == planning.Done:
		verb = "reopen"
	}
	if verb == "" {
		return nil
	}
	t, ok := office.Arrow(planning.ItemTransitions, it.State, verb)
	if !ok {
		return apperr.New(apperr.Conflict, "planning.item.error.overtaken")
	}
	return planning.MoveItem(ctx, tx, it, t)
}

// SetSteps divides an item of a running plan into steps, in place of those it
// had, for its responsible department. Once a report was accepted the steps
// stay: a Conflict. No text leaves the item without steps.
func (s *Service) SetSteps(ctx context.Context, itemID string, version int, texts []string) error {
	scope, err := office.Allowed(ctx, policies.PlanReport)
	if err != nil {
		return err
	}
	var c apperr.Check
	if len(texts) > maxSteps {
		c.Add("steps", "planning.item.error.steps", "max", maxSteps)
	}
	for i, t := range texts {
		texts[i] = c.Text("steps", t, 3, 300)
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.change(ctx, itemID, scope, func(tx *store.Tx, p planning.Plan, it planning.Item) error {
		if it.Version != version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		had, err := planning.StepsOf(ctx, tx, it.ID)
		if err != nil {
			return err
		}
		if slices.EqualFunc(had, texts, func(a planning.Step, b string) bool { return a.Text == b }) {
			return store.ErrNoChange
		}
		if err := replaceSteps(ctx, tx, it, texts); err != nil {
			return err
		}
		before := make([]string, len(had))
		for i, x := range had {
			before[i] = x.Text
		}
		tx.Record(store.Change{Action: "planning:plan:set_steps", Kind: "plan_item", ID: it.ID, Label: label(it), RootKind: "plan", RootID: p.ID,
			Before: map[string]any{"steps": before}, After: map[string]any{"steps": texts}})
		return nil
	})
}

// Assign names who in the responsible department carries an item out, for the
// head of that department.
func (s *Service) Assign(ctx context.Context, itemID, userID string) error {
	scope, err := office.Allowed(ctx, policies.PlanAgree)
	if err != nil {
		return err
	}
	return s.change(ctx, itemID, scope, func(tx *store.Tx, p planning.Plan, it planning.Item) error {
		before, err := assign(ctx, tx, it, userID)
		if err != nil {
			return err
		}
		if before == userID {
			return store.ErrNoChange
		}
		tx.Record(store.Change{Action: "planning:plan:assign", Kind: "plan_item", ID: it.ID, Label: label(it), RootKind: "plan", RootID: p.ID,
			Before: map[string]any{"executor": before}, After: map[string]any{"executor": userID}})
		return nil
	})
}

// change locks an item of a plan in force that is of the actor's departments.
func (s *Service) change(ctx context.Context, itemID string, scope policies.Scope, do func(tx *store.Tx, p planning.Plan, it planning.Item) error) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, it, err := planning.LockItem(ctx, tx, itemID)
		if err != nil {
			return err
		}
		if !scope.Department(it.ResponsibleID) {
			return apperr.New(apperr.Forbidden, "planning.error.not_department")
		}
		if (p.State != planning.PlanRunning && p.State != planning.PlanApproved) || it.State == planning.Done {
			return apperr.New(apperr.Conflict, "planning.item.error.not_running")
		}
		return do(tx, p, it)
	})
}

// label is how the trail calls an item.
func label(it planning.Item) string { return string(it.Key) + ", " + itoa(it.No) }

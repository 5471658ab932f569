package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Label is how people call an action of an act: DT-2.
func (a Action) Label() string { return fmt.Sprintf("DT-%d", a.No) }

// NewAction is a corrective action as the department proposes it.
type NewAction struct {
	Text    string
	OwnerID string   // user of a department who may report on it
	Others  []string // users who own it too; they may report, and may not verify
	Due     day.Day  // or Days
	Days    int      // working days from today, instead of Due; 1 to 500
}

// Bounds of an action.
const (
	maxOwners  = 10
	maxDueDays = 500
)

func (n NewAction) check(today day.Day) (NewAction, error) {
	var c apperr.Check
	n.Text = c.Text("text", n.Text, 1, maxText)
	if !store.IsID(n.OwnerID) {
		c.Add("owner", "error.field.required")
	}
	n.Others = slices.DeleteFunc(known(n.Others), func(id string) bool { return id == n.OwnerID })
	if len(n.Others) > maxOwners || slices.ContainsFunc(n.Others, func(id string) bool { return !store.IsID(id) }) {
		c.Add("others", "error.field.choice")
	}
	switch {
	case n.Days != 0:
		if n.Days < 1 || n.Days > maxDueDays {
			c.Add("days", "error.field.range", "min", 1, "max", maxDueDays)
		}
		if n.Due != "" {
			c.Add("days", "audit.error.due_or_days")
		}
	case n.Due == "":
		c.Add("due", "error.field.date")
	case n.Due < today:
		c.Add("due", "error.field.date_after", "date", today.Format())
	}
	return n, c.Err()
}

// AddAction adds a corrective action to an act whose plan is being worked out.
func (s *Service) AddAction(ctx context.Context, actID string, n NewAction) (Action, error) {
	if _, err := office.Allowed(ctx, policies.ActRespond); err != nil {
		return Action{}, err
	}
	n, err := n.check(s.KIS.Today())
	if err != nil {
		return Action{}, err
	}
	var ac Action
	err = s.changeAct(ctx, actID, policies.ActRespond, 0, []ActState{ActAcknowledged}, func(tx *store.Tx, a *Act) ([]string, error) {
		department, err := ownerDepartment(ctx, tx, n.OwnerID, "owner", s.KIS.Today())
		if err != nil {
			return nil, err
		}
		no, err := nextAction(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		ac = Action{ID: store.NewID(), ActID: a.ID, No: no, Text: n.Text, OwnerID: n.OwnerID, DepartmentID: department, Elsewhere: department != a.DepartmentID, Due: n.Due, DueConfirmed: true,
			State: ActionPlanned, Round: a.Reopened, CreatedAt: tx.Now}
		if n.Days > 0 {
			ac.DueDays = &n.Days
			if ac.Due, ac.DueConfirmed, err = office.AddWorkingDays(ctx, tx, s.KIS.Country, s.KIS.Today(), n.Days); err != nil {
				return nil, err
			}
		}
		if _, err := tx.NewInsert().Model(&ac).Exec(ctx); err != nil {
			return nil, store.MapError(err, "insert action")
		}
		if err := s.addOwners(ctx, tx, *a, ac, n.Others); err != nil {
			return nil, err
		}
		return nil, recordAction(ctx, tx, *a, ac, "", "add", policies.ActRespond, "", map[string]any{"others": n.Others})
	})
	return ac, err
}

// RemoveAction takes an action out of a plan that was not submitted yet. An
// action that was ever approved stays.
func (s *Service) RemoveAction(ctx context.Context, actionID string) error {
	if _, err := office.Allowed(ctx, policies.ActRespond); err != nil {
		return err
	}
	ac, err := s.seenAction(ctx, actionID)
	if err != nil {
		return err
	}
	return s.changeAct(ctx, ac.ActID, policies.ActRespond, 0, []ActState{ActAcknowledged}, func(tx *store.Tx, a *Act) ([]string, error) {
		if ac.State != ActionPlanned || ac.Round != a.Reopened {
			return nil, apperr.New(apperr.Conflict, "audit.error.action_kept", "action", ac.Label())
		}
		if err := deleteAction(ctx, tx, ac); err != nil {
			return nil, err
		}
		return nil, recordAction(ctx, tx, *a, ac, ac.State, "remove", policies.ActRespond, "", nil)
	})
}

// actionStep takes a corrective action along an arrow, with its act held, and
// refuses unless the act is in progress. What is in then runs after the step,
// in the same transaction.
func (s *Service) actionStep(ctx context.Context, id, verb, note string, action policies.Action,
	change func(tx *store.Tx, a Act, ac *Action) ([]string, error), then ...func(tx *store.Tx, a Act) error) error {
	if _, err := office.Allowed(ctx, action); err != nil {
		return err
	}
	seen, err := s.seenAction(ctx, id)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "acts", seen.ActID); err != nil {
			return err
		}
		a, err := s.seenAct(ctx, tx, seen.ActID)
		if err != nil {
			return err
		}
		ac, err := actionByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := mayAction(ctx, tx, ac, action); err != nil {
			return err
		}
		if err := actOpenFor(ctx, a, ActInProgress); err != nil {
			return err
		}
		t, err := arrow(ctx, ActionTransitions, kindAction, ac.State, verb)
		if err != nil {
			return err
		}
		ac.State = t.To
		columns, err := change(tx, a, &ac)
		if err != nil {
			return err
		}
		if err := moveAction(ctx, tx, ac, t.From, columns); err != nil {
			return err
		}
		if err := recordAction(ctx, tx, a, ac, t.From, verb, action, note, nil); err != nil {
			return err
		}
		for _, f := range then {
			if err := f(tx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// mayAction says whether the actor may do this to the corrective action.
func mayAction(ctx context.Context, db bun.IDB, ac Action, action policies.Action) error {
	owners, err := ownersOf(ctx, db, ac)
	if err != nil {
		return err
	}
	return mayOwned(ctx, ac, owners, action)
}

// mayOwned is mayAction with the owners at hand: one of them or the head of
// the first one's department reports, any auditor verifies.
func mayOwned(ctx context.Context, ac Action, owners []ActionOwner, action policies.Action) error {
	sc, err := office.Allowed(ctx, action)
	if err != nil || sc.Any {
		return err
	}
	if slices.ContainsFunc(owners, func(o ActionOwner) bool { return o.UserID == sc.UserID && sc.Department(o.DepartmentID) }) {
		return nil
	}
	if !sc.Department(ac.DepartmentID) {
		return apperr.New(apperr.Forbidden, "audit.error.not_department")
	}
	head := policies.For(actor.From(ctx), policies.ActAcknowledge)
	if !head.Department(ac.DepartmentID) {
		return apperr.New(apperr.Forbidden, "audit.error.not_owner", "action", ac.Label())
	}
	return nil
}

// StartAction says that work on an action has begun.
func (s *Service) StartAction(ctx context.Context, id string) error {
	return s.actionStep(ctx, id, "start", "", policies.ActionReport, func(tx *store.Tx, _ Act, ac *Action) ([]string, error) {
		ac.StartedAt = tx.Now
		return []string{"started_at"}, nil
	})
}

// ActionReport says that an action was done, with the proof.
type ActionReport struct {
	Result   string
	Uploads  []string // ids of staged uploads of the actor
	Evidence []string // ids of submissions the actor may open; at least one file or submission in all
}

// ReportAction reports an action as done; it now waits for somebody else to
// verify it. Files of an earlier report stay.
func (s *Service) ReportAction(ctx context.Context, id string, r ActionReport) error {
	if _, err := office.Allowed(ctx, policies.ActionReport); err != nil {
		return err
	}
	var c apperr.Check
	r.Result = c.Text("result", r.Result, 1, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.actionStep(ctx, id, "report", r.Result, policies.ActionReport, func(tx *store.Tx, _ Act, ac *Action) ([]string, error) {
		n, err := attachFiles(ctx, tx, ac.ID, r.Uploads)
		if err != nil {
			return nil, err
		}
		linked, err := s.linkSubmissions(ctx, tx, *ac, r.Evidence)
		if err != nil {
			return nil, err
		}
		if n+linked == 0 {
			return nil, apperr.InvalidField("files", "audit.error.no_files")
		}
		ac.Result, ac.ReportedBy, ac.DoneAt = r.Result, tx.Actor.UserID, tx.Now
		if err := lapseExtension(ctx, tx, ac.ID); err != nil { // what is done needs no more time
			return nil, err
		}
		// A verdict on the earlier report stays in the events.
		ac.VerifiedBy, ac.VerifiedAt, ac.VerdictNote = "", time.Time{}, ""
		return []string{"result", "reported_by", "done_at", "verified_by", "verified_at", "verdict_note"}, nil
	})
}

// VerifyAction confirms that an action was done as reported. Neither an
// owner nor who reported it may. When the last one is verified, the act is
// implemented and the term of the effectiveness check begins.
func (s *Service) VerifyAction(ctx context.Context, id, note string) error {
	var c apperr.Check
	note = c.Text("note", note, 0, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	judge := func(tx *store.Tx, a Act, ac *Action) ([]string, error) { return s.verdict(ctx, tx, a, ac, note) }
	return s.actionStep(ctx, id, "verify", note, policies.ActionVerify, judge, func(tx *store.Tx, a Act) error {
		left, err := unverified(ctx, tx, a.ID)
		if err != nil || left > 0 {
			return err
		}
		return s.implement(ctx, tx, a)
	})
}

// RejectAction says that an action was not done as reported, and why.
func (s *Service) RejectAction(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, 3, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.actionStep(ctx, id, "reject", reason, policies.ActionVerify, func(tx *store.Tx, a Act, ac *Action) ([]string, error) {
		return s.verdict(ctx, tx, a, ac, reason)
	})
}

// verdict is the part that both verdicts share: who judges must neither own
// the action nor belong to a department that answers for it.
func (s *Service) verdict(ctx context.Context, tx *store.Tx, a Act, ac *Action, note string) ([]string, error) {
	owners, err := ownersOf(ctx, tx, *ac)
	if err != nil {
		return nil, err
	}
	owns := slices.ContainsFunc(owners, func(o ActionOwner) bool { return o.UserID == tx.Actor.UserID })
	if tx.Actor.UserID == "" || owns || tx.Actor.UserID == ac.ReportedBy {
		return nil, apperr.New(apperr.Forbidden, "audit.error.own_verification", "action", ac.Label())
	}
	if err := s.apart(ctx, tx, a, departmentsOf(owners)...); err != nil {
		return nil, err
	}
	ac.VerifiedBy, ac.VerifiedAt, ac.VerdictNote = tx.Actor.UserID, tx.Now, note
	return []string{"verified_by", "verified_at", "verdict_note"}, nil
}

// implement moves an act whose actions are all verified.
func (s *Service) implement(ctx context.Context, tx *store.Tx, a Act) error {
	return s.moveActTx(ctx, tx, a, "implement", "", func(tx *store.Tx, a *Act) ([]string, error) {
		a.ImplementedAt, a.EffectDue = tx.Now, s.KIS.Today().AddMonths(a.EffectMonths)
		// A verdict on earlier actions stays in the events.
		a.EffectResult, a.EffectBy, a.EffectAt = "", "", time.Time{}
		return []string{"implemented_at", "effect_due", "effect_result", "effect_by", "effect_at"}, nil
	})
}

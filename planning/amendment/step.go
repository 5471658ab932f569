package amendment

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// Propose gives a draft with at least one change to management.
func (s *Service) Propose(ctx context.Context, id string) error {
	return s.step(ctx, policies.PlanDraft, id, "propose", "", func(tx *store.Tx, _ planning.Plan, m *Amendment) error {
		list, err := changesOf(ctx, tx, []string{m.ID})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return apperr.New(apperr.Conflict, "planning.amendment.error.empty")
		}
		m.ProposedBy, m.ProposedName, m.ProposedAt = tx.Actor.UserID, tx.Actor.Name, tx.Now
		return nil
	})
}

// Recall takes a proposed amendment back to go on writing.
func (s *Service) Recall(ctx context.Context, id string) error {
	return s.step(ctx, policies.PlanDraft, id, "recall", "", nil)
}

// Reject refuses a proposed amendment, with a reason; the plan stays.
func (s *Service) Reject(ctx context.Context, id, note string) error {
	if _, err := office.Allowed(ctx, policies.PlanApprove); err != nil {
		return err
	}
	var c apperr.Check
	note = c.Text("note", note, 5, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.step(ctx, policies.PlanApprove, id, "reject", note, func(tx *store.Tx, _ planning.Plan, m *Amendment) error {
		m.Note, m.DecidedBy, m.DecidedName, m.DecidedAt = note, tx.Actor.UserID, tx.Actor.Name, tx.Now
		return nil
	})
}

// Approve puts an amendment in force: all of its changes or none. version is
// the one that was read; a Conflict says that the amendment, or an item it
// changes, is another by now.
func (s *Service) Approve(ctx context.Context, id string, version int, confirmed bool) error {
	if _, err := office.Allowed(ctx, policies.PlanApprove); err != nil {
		return err
	}
	if !confirmed {
		return apperr.InvalidField("confirm", "planning.error.confirm")
	}
	return s.step(ctx, policies.PlanApprove, id, "approve", "", func(tx *store.Tx, p planning.Plan, m *Amendment) error {
		if m.Version != version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		if p.State != planning.PlanApproved && p.State != planning.PlanRunning {
			return apperr.New(apperr.Conflict, "planning.amendment.error.not_in_force")
		}
		m.DecidedBy, m.DecidedName, m.DecidedAt = tx.Actor.UserID, tx.Actor.Name, tx.Now
		if err := move(ctx, tx, m, applying); err != nil {
			return err
		}
		list, err := changesOf(ctx, tx, []string{m.ID})
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := apply(ctx, tx, p, *m, x); err != nil {
				return err
			}
		}
		return nil
	})
}

// apply does one change of an amendment that is being approved.
func apply(ctx context.Context, tx *store.Tx, p planning.Plan, m Amendment, x Change) error {
	if x.Kind == Add {
		f := x.Will.Fields()
		if err := planning.CheckDepartments(ctx, tx, f); err != nil {
			return err
		}
		it, err := planning.AmendAdd(ctx, tx, p, f, label(tx.Actor.Lang, m))
		if err != nil {
			return err
		}
		return setItem(ctx, tx, x.ID, it)
	}
	it, was, err := itemOf(ctx, tx, p, x.ItemID)
	if apperr.Is(err, apperr.NotFound) || (err == nil && was.json() != x.Before) {
		return apperr.New(apperr.Conflict, "planning.amendment.error.overtaken", "no", x.ItemNo)
	}
	if err != nil {
		return err
	}
	if x.Kind == Remove {
		return planning.AmendRemove(ctx, tx, it)
	}
	if it.State == planning.Done {
		return apperr.New(apperr.Conflict, "planning.amendment.error.overtaken", "no", x.ItemNo)
	}
	f := x.Will.Fields()
	if err := planning.CheckDepartments(ctx, tx, f); err != nil {
		return err
	}
	return planning.AmendItem(ctx, tx, p, it, f)
}

// step takes an amendment along one arrow, its plan locked first.
func (s *Service) step(ctx context.Context, act policies.Action, id, verb, note string, do func(tx *store.Tx, p planning.Plan, m *Amendment) error) error {
	if _, err := office.Allowed(ctx, act); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, m, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		t, ok := office.Arrow(Transitions, m.State, verb)
		if !ok {
			return apperr.New(apperr.Conflict, "planning.amendment.error.step", "state", "planning.amendment.state."+string(m.State))
		}
		if do != nil {
			if err := do(tx, p, &m); err != nil {
				return err
			}
		}
		if err := move(ctx, tx, &m, t.To); err != nil {
			return err
		}
		record(tx, m, verb, map[string]any{"state": t.From}, map[string]any{"state": t.To, "no": m.No}, note)
		return nil
	})
}

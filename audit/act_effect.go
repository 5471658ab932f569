package audit

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// EffectVerdict is the outcome of the effectiveness check.
type EffectVerdict struct {
	Effective bool
	Result    string // what the measure shows now, and what follows
}

// JudgeEffect says whether the actions work (ISO 9001:2015 10.2.1 d). Not
// before the term, and never by somebody who owns one of the actions or has
// verified that one of them was done. When
// they do not work, the act goes back to the department and is counted as
// reopened.
func (s *Service) JudgeEffect(ctx context.Context, id string, v EffectVerdict) error {
	if _, err := office.Allowed(ctx, policies.ActEffect); err != nil {
		return err
	}
	var c apperr.Check
	v.Result = c.Text("result", v.Result, 3, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	verb := "confirm"
	if !v.Effective {
		verb = "fail"
	}
	return s.actStep(ctx, id, verb, v.Result, func(tx *store.Tx, a *Act) ([]string, error) {
		if err := ownsNone(ctx, tx, a.ID, tx.Actor.UserID); err != nil {
			return nil, err
		}
		if err := verifiedNone(ctx, tx, *a, tx.Actor.UserID); err != nil {
			return nil, err
		}
		if s.KIS.Today() < a.EffectDue {
			return nil, apperr.New(apperr.Conflict, "audit.error.effect_early", "day", a.EffectDue.Format())
		}
		a.EffectResult, a.EffectBy, a.EffectAt = v.Result, tx.Actor.UserID, tx.Now
		columns := []string{"effect_result", "effect_by", "effect_at"}
		if v.Effective {
			return columns, nil
		}
		more, err := s.reopened(ctx, tx, a)
		return append(columns, more...), err
	})
}

// reopened sets what starts anew when an act goes back to the department.
func (s *Service) reopened(ctx context.Context, tx *store.Tx, a *Act) (columns []string, err error) {
	a.Reopened++
	a.PlanDue, _, err = s.due(ctx, tx, "act.action_plan", s.KIS.Today())
	a.PlannedBy, a.ApprovedBy, a.ClosedBy, a.EffectDue = "", "", "", ""
	var none time.Time
	a.PlannedAt, a.ApprovedAt, a.ImplementedAt, a.ClosedAt = none, none, none, none
	return []string{"reopened", "plan_due", "planned_by", "approved_by", "closed_by", "effect_due", "planned_at", "approved_at",
		"implemented_at", "closed_at"}, err
}

// CloseAct ends an act whose actions were found effective.
func (s *Service) CloseAct(ctx context.Context, id, note string) error {
	var c apperr.Check
	note = c.Text("note", note, 0, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.actStep(ctx, id, "close", note, func(tx *store.Tx, a *Act) ([]string, error) {
		a.ClosedBy, a.ClosedAt = tx.Actor.UserID, tx.Now
		return []string{"closed_by", "closed_at"}, nil
	})
}

// ReopenAct sends an implemented, effective or closed act back to the
// department, with a reason; it is counted.
func (s *Service) ReopenAct(ctx context.Context, id, reason string) error {
	return s.reasoned(ctx, id, "reopen", reason, func(tx *store.Tx, a *Act) ([]string, error) {
		return s.reopened(ctx, tx, a)
	})
}

// AddAddendum adds what became known after the act was issued. It is the only
// way to say more about an issued act.
func (s *Service) AddAddendum(ctx context.Context, id, text string) error {
	if _, err := office.Allowed(ctx, policies.ActAddendum); err != nil {
		return err
	}
	var c apperr.Check
	text = c.Text("text", text, 3, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	issued := ActStates()[1:]
	return s.changeAct(ctx, id, policies.ActAddendum, 0, issued, func(tx *store.Tx, a *Act) ([]string, error) {
		if a.IssuedAt.IsZero() {
			return nil, apperr.New(apperr.Conflict, "audit.error.step_final", "state", "audit.act.state."+string(a.State))
		}
		no, err := insertAddendum(ctx, tx, a.ID, text)
		if err != nil {
			return nil, err
		}
		tx.Record(store.Change{Action: string(policies.ActAddendum), Kind: kindAct, ID: a.ID, Label: a.Number,
			After: map[string]any{"addendum": no, "text": text}})
		return nil, nil
	})
}

package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// CountActs counts the acts of a filter by state, as the register does.
func (s *Service) CountActs(ctx context.Context, f ActFilter) (map[ActState]int, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return nil, err
	}
	return countActs(ctx, s.DB.Read(), sc, f)
}

// StepsOf lists what the actor may do to acts, by id; verbs of ActTransitions
// only. Four queries at most, however many there are. The service decides again when a
// step is taken.
func (s *Service) StepsOf(ctx context.Context, ids []string) (map[string][]string, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	who := actor.From(ctx)
	var rows []struct {
		ID, DepartmentID, AuditID, LeadID, CreatedBy string
		State                                        ActState
		Part                                         TeamRole
		Owns, Verified, Decided                      bool
		EffectDue                                    day.Day `bun:",nullzero"`
	}
	me := bun.NullZero(who.UserID)
	err = actsInScope(ctx, s.DB.Read().NewSelect().TableExpr("acts AS c"), sc).
		ColumnExpr("c.id, c.department_id, c.state, c.effect_due, COALESCE(CAST(c.audit_id AS TEXT), '') AS audit_id, COALESCE(CAST(c.lead_id AS TEXT), '') AS lead_id").
		ColumnExpr("COALESCE(CAST(c.created_by AS TEXT), '') AS created_by, COALESCE(tm.role, '') AS part").
		ColumnExpr("EXISTS (SELECT 1 FROM corrective_actions x WHERE x.act_id = c.id AND x.owner_id = ?0) OR EXISTS (SELECT 1 FROM action_owners x WHERE x.act_id = c.id AND x.user_id = ?0) AS owns", me).
		ColumnExpr("EXISTS (SELECT 1 FROM corrective_actions x WHERE x.act_id = c.id AND x.round = c.reopened AND x.verified_by = ?) AS verified", me).
		ColumnExpr("EXISTS (SELECT 1 FROM independence_exceptions x WHERE x.audit_id = c.audit_id AND x.user_id = ?) AS decided", me).
		Join("LEFT JOIN audit_team AS tm ON tm.audit_id = c.audit_id AND tm.user_id = ?", me).
		Where("c.id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "steps of acts")
	}
	out := map[string][]string{}
	departments := make([]string, len(rows))
	for i, r := range rows {
		departments[i] = r.DepartmentID
	}
	tied, err := s.notToJudge(ctx, s.DB.Read(), departments, "")
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		part := r.Part
		if r.AuditID == "" {
			if part, err = partOfAct(ctx, s.DB.Read(), Act{LeadID: r.LeadID, DepartmentID: r.DepartmentID, CreatedBy: r.CreatedBy}); err != nil {
				return nil, err
			}
		}
		for _, t := range office.Next(ActTransitions, r.State) {
			sc := policies.For(who, t.Action)
			switch {
			case t.Verb == "implement" || !(sc.Department(r.DepartmentID) || allowedPart(sc, t.Action, part)):
			case r.Owns && (t.Verb == "approve" || t.Verb == "confirm" || t.Verb == "fail"):
			case tied[r.DepartmentID] && !r.Decided && slices.Contains(judging, t.Verb):
			case (r.Verified || s.KIS.Today() < r.EffectDue) && (t.Verb == "confirm" || t.Verb == "fail"):
			default:
				out[r.ID] = append(out[r.ID], t.Verb)
			}
		}
	}
	return out, nil
}

// MoveAct takes the step that leads from one state to another, when there is
// one that needs no words: acknowledging, submitting the plan, closing. It is
// how a card is moved on a board. Conflict when the act is no longer in the
// state it was seen in, or no step leads there; Invalid on "step" when the step
// needs a reason, a tick or a figure, which its form asks for: the error has
// the verb as an argument.
func (s *Service) MoveAct(ctx context.Context, id string, from, to ActState) error {
	a, err := s.seenAct(ctx, s.DB.Read(), id)
	if err != nil {
		return err
	}
	if a.State != from {
		return apperr.New(apperr.Conflict, "audit.error.moved", "state", "audit.act.state."+string(a.State))
	}
	i := slices.IndexFunc(ActTransitions, func(t office.Transition[ActState]) bool {
		return t.From == from && t.To == to && t.Verb != "implement"
	})
	if i < 0 {
		_, err := arrow(ctx, ActTransitions, kindAct, from, "")
		return err
	}
	t := ActTransitions[i]
	if err := s.mayAct(ctx, s.DB.Read(), a, t.Action); err != nil {
		return err
	}
	switch t.Verb {
	case "acknowledge":
		return s.Acknowledge(ctx, id)
	case "submit":
		return s.SubmitPlan(ctx, id)
	case "close":
		return s.CloseAct(ctx, id, "")
	}
	return apperr.InvalidField("step", "audit.error.step_form", "verb", t.Verb, "step", "audit.act.verb."+t.Verb)
}

package audit

import (
	"context"
	"fmt"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// DraftEdit is the text of an act while it is a draft. Version is that of the
// act as it was seen.
type DraftEdit struct {
	Version           int
	Grade             Grade // Major or Minor
	Criterion         string
	Statement         string
	ObjectiveEvidence string
	RepeatOf          string // id of an earlier issued act of the department
}

// EditDraft changes the text of a draft act; the audit's team may.
func (s *Service) EditDraft(ctx context.Context, id string, e DraftEdit) error {
	old, err := s.seenAct(ctx, s.DB.Read(), id)
	if err != nil {
		return err
	}
	action := draftAction(old)
	if _, err := office.Allowed(ctx, action); err != nil {
		return err
	}
	var c apperr.Check
	apperr.OneOf(&c, "grade", e.Grade, Major, Minor)
	e.Criterion = c.Text("criterion", e.Criterion, 0, maxText)
	e.Statement = c.Text("statement", e.Statement, 1, maxText)
	e.ObjectiveEvidence = c.Text("objective_evidence", e.ObjectiveEvidence, 0, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.changeAct(ctx, id, action, e.Version, []ActState{ActDraft}, func(tx *store.Tx, a *Act) ([]string, error) {
		var err error
		if e.RepeatOf, err = repeatOf(ctx, tx, e.RepeatOf, a.DepartmentID); err != nil {
			return nil, err
		}
		before := map[string]any{"grade": a.Grade, "criterion": a.Criterion, "statement": a.Statement, "objective_evidence": a.ObjectiveEvidence}
		a.Grade, a.Criterion, a.Statement, a.ObjectiveEvidence, a.RepeatOf = e.Grade, e.Criterion, e.Statement, e.ObjectiveEvidence, e.RepeatOf
		a.SearchKey = actSearchKey(*a)
		tx.Record(store.Change{Action: string(action), Kind: kindAct, ID: a.ID, Before: before,
			After: map[string]any{"grade": a.Grade, "criterion": a.Criterion, "statement": a.Statement, "objective_evidence": a.ObjectiveEvidence}})
		return []string{"grade", "criterion", "statement", "objective_evidence", "repeat_of", "search_key"},
			alignFinding(ctx, tx, *a)
	})
}

// Issue gives the act its number, UA-YYYY-NNN of the year of issue, fixes its
// text for ever and starts the term in which the head must answer.
func (s *Service) Issue(ctx context.Context, id string) error {
	return s.actStep(ctx, id, "issue", "", func(tx *store.Tx, a *Act) ([]string, error) {
		if a.AuditID != "" {
			of, err := auditOf(ctx, tx, *a)
			if err != nil {
				return nil, err
			}
			if err := s.stillApart(ctx, tx, of); err != nil {
				return nil, err
			}
		}
		n, err := actEvidenceCount(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		if n == 0 && a.ObjectiveEvidence == "" {
			return nil, apperr.InvalidField("objective_evidence", "audit.error.no_evidence")
		}
		today := s.KIS.Today()
		if a.AnswerDue, a.AnswerConfirmed, err = s.due(ctx, tx, "act.acknowledge", today); err != nil {
			return nil, err
		}
		no, err := tx.NextNumber(ctx, seriesAct, today.Year())
		if err != nil {
			return nil, err
		}
		a.Number = fmt.Sprintf("UA-%d-%03d", today.Year(), no)
		a.IssuedBy, a.IssuedAt = tx.Actor.UserID, tx.Now
		a.SearchKey = actSearchKey(*a)
		if a.AuditID == "" && a.LeadID == "" { // who issues it leads it
			a.LeadID = tx.Actor.UserID
		}
		return []string{"number", "issued_by", "issued_at", "answer_due", "answer_confirmed", "search_key", "lead_id"}, nil
	})
}

// Discard gives a draft up, with a reason; it never gets a number.
func (s *Service) Discard(ctx context.Context, id, reason string) error {
	return s.reasoned(ctx, id, "discard", reason, func(tx *store.Tx, a *Act) ([]string, error) {
		a.WithdrawnAt = tx.Now
		return []string{"withdrawn_at"}, nil
	})
}

// Acknowledge is the head's word that the act is accepted; the term for the
// plan of action begins. After the term it is still possible, and late.
func (s *Service) Acknowledge(ctx context.Context, id string) error {
	return s.actStep(ctx, id, "acknowledge", "", func(tx *store.Tx, a *Act) (columns []string, err error) {
		a.AcknowledgedBy, a.AcknowledgedAt = tx.Actor.UserID, tx.Now
		a.PlanDue, _, err = s.due(ctx, tx, "act.action_plan", s.KIS.Today())
		return []string{"acknowledged_by", "acknowledged_at", "plan_due"}, err
	})
}

// Object is the head's word that the act is not accepted, with the reason.
func (s *Service) Object(ctx context.Context, id, reason string) error {
	return s.reasoned(ctx, id, "object", reason, func(tx *store.Tx, a *Act) ([]string, error) {
		a.Objection, a.ObjectedBy, a.ObjectedAt = reason, tx.Actor.UserID, tx.Now
		return []string{"objection", "objected_by", "objected_at"}, nil
	})
}

// DismissObjection decides that the act stands; the department must answer it.
func (s *Service) DismissObjection(ctx context.Context, id, reason string) error {
	return s.reasoned(ctx, id, "dismiss", reason, func(tx *store.Tx, a *Act) (columns []string, err error) {
		a.Resolution, a.ResolvedBy, a.ResolvedAt = reason, tx.Actor.UserID, tx.Now
		a.PlanDue, _, err = s.due(ctx, tx, "act.action_plan", s.KIS.Today())
		return []string{"resolution", "resolved_by", "resolved_at", "plan_due"}, err
	})
}

// UpholdObjection decides that the head is right; the act is withdrawn and
// keeps its number.
func (s *Service) UpholdObjection(ctx context.Context, id, reason string) error {
	return s.reasoned(ctx, id, "uphold", reason, func(tx *store.Tx, a *Act) ([]string, error) {
		a.Resolution, a.ResolvedBy, a.ResolvedAt, a.WithdrawnAt = reason, tx.Actor.UserID, tx.Now, tx.Now
		return []string{"resolution", "resolved_by", "resolved_at", "withdrawn_at"}, nil
	})
}

// reasoned is a step that needs a reason in words.
func (s *Service) reasoned(ctx context.Context, id, verb, reason string, change func(tx *store.Tx, a *Act) ([]string, error)) error {
	if _, err := office.Allowed(ctx, actAction(verb)); err != nil {
		return err
	}
	var c apperr.Check
	trimmed := c.Text("reason", reason, 3, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.actStep(ctx, id, verb, trimmed, change)
}

// changeAct changes an act without a step, while it is in one of the states
// and still has the version that was seen (0 = whatever it is).
func (s *Service) changeAct(ctx context.Context, id string, action policies.Action, seen int, states []ActState, change func(tx *store.Tx, a *Act) ([]string, error)) error {
	if _, err := office.Allowed(ctx, action); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "acts", id); err != nil {
			return err
		}
		a, err := s.seenAct(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayAct(ctx, tx, a, action); err != nil {
			return err
		}
		if err := actOpenFor(ctx, a, states...); err != nil {
			return err
		}
		if seen != 0 && seen != a.Version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		a.Version++
		columns, err := change(tx, &a)
		if err != nil {
			return err
		}
		if err := updateAct(ctx, tx, a, columns); err != nil {
			return err
		}
		return s.keepFigures(ctx, tx, a)
	})
}

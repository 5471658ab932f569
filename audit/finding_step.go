package audit

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// findingStep takes a finding along an arrow. Its audit is held first, then its
// act, then itself, in the order in which everything that touches them does.
// What is in then runs after the step, in the same transaction.
func (s *Service) findingStep(ctx context.Context, id, verb, note string, change func(tx *store.Tx, f *Finding) ([]string, error),
	then ...func(tx *store.Tx) error) error {
	if _, err := office.Allowed(ctx, findingAction(verb)); err != nil {
		return err
	}
	seen, err := s.seenFinding(ctx, s.DB.Read(), id)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		f, a, err := s.holdFinding(ctx, tx, seen)
		if err != nil {
			return err
		}
		if err := s.mayFinding(ctx, tx, a, f, findingAction(verb)); err != nil {
			return err
		}
		if err := s.moveFinding(ctx, tx, f, verb, note, change); err != nil {
			return err
		}
		for _, next := range then {
			if err := next(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// holdFinding locks a finding with its audit and act and reads it anew.
func (s *Service) holdFinding(ctx context.Context, tx *store.Tx, seen Finding) (f Finding, a Audit, err error) {
	if err = hold(ctx, tx, "audits", seen.AuditID); err != nil {
		return f, a, err
	}
	act, err := actOfFinding(ctx, tx, seen.ID)
	if err != nil {
		return f, a, err
	}
	if act != "" {
		if err = lock(ctx, tx, "acts", act); err != nil {
			return f, a, err
		}
	}
	if err = lock(ctx, tx, "findings", seen.ID); err != nil {
		return f, a, err
	}
	if a, err = s.seenAudit(ctx, tx, seen.AuditID); err != nil {
		return f, a, err
	}
	f, err = s.seenFinding(ctx, tx, seen.ID)
	return f, a, err
}

// moveFinding is the step itself, inside a transaction that holds the finding.
func (s *Service) moveFinding(ctx context.Context, tx *store.Tx, f Finding, verb, note string, change func(tx *store.Tx, f *Finding) ([]string, error)) error {
	if err := tx.Seen(ctx, kindFinding, f.ID); err != nil {
		return err
	}
	t, err := arrow(ctx, FindingTransitions, kindFinding, f.State, verb)
	if err != nil {
		return err
	}
	f.State, f.StateAt = t.To, tx.Now
	f.Version++
	var columns []string
	if change != nil {
		if columns, err = change(tx, &f); err != nil {
			return err
		}
	}
	if err := updateFinding(ctx, tx, f, t.From, append(columns, "state", "state_at")...); err != nil {
		return err
	}
	return recordFinding(ctx, tx, f, t.From, verb, t.Action, note, nil)
}

// recordFinding keeps a step of a finding: an event for its history, an entry
// in the trail under its audit.
func recordFinding(ctx context.Context, tx *store.Tx, f Finding, from FindingState, verb string, action policies.Action, note string, more map[string]any) error {
	if err := addFindingEvent(ctx, tx, FindingEvent{FindingID: f.ID, Verb: verb, From: string(from), To: string(f.State), Note: note}); err != nil {
		return err
	}
	after := map[string]any{"state": f.State, "step": verb, "no": f.No}
	for k, v := range more {
		after[k] = v
	}
	tx.Record(store.Change{Action: string(action), Kind: kindFinding, ID: f.ID, RootKind: kindAudit, RootID: f.AuditID, Note: note,
		Before: map[string]any{"state": from}, After: after})
	return nil
}

// mayFinding says whether the actor may do the action to this finding: the
// team of its audit, or the head of its department.
func (s *Service) mayFinding(ctx context.Context, tx *store.Tx, a Audit, f Finding, action policies.Action) error {
	sc, err := office.Allowed(ctx, action)
	if err != nil || sc.Department(f.DepartmentID) {
		return err
	}
	if !sc.Assigned {
		return apperr.New(apperr.Forbidden, "audit.error.not_department")
	}
	return s.mayAudit(ctx, tx, a, action)
}

// ShareFindings shows findings of an audit to the audited department, which
// then has the term of the timer finding.view in working days to say what it
// thinks. No ids: all drafts. Gives how many were shown.
func (s *Service) ShareFindings(ctx context.Context, auditID string, ids ...string) (n int, err error) {
	if _, err := office.Allowed(ctx, policies.FindingShare); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := hold(ctx, tx, "audits", auditID); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, auditID)
		if err != nil {
			return err
		}
		if err := s.mayAudit(ctx, tx, a, policies.FindingShare); err != nil {
			return err
		}
		if err := openFor(ctx, a, InProgress); err != nil {
			return err
		}
		list, err := findingRows(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		due, _, err := s.due(ctx, tx, "finding.view", s.KIS.Today())
		if err != nil {
			return err
		}
		for _, f := range list {
			if (len(ids) == 0 && f.State != FindingDraft) || (len(ids) > 0 && !slices.Contains(ids, f.ID)) {
				continue
			}
			err := s.moveFinding(ctx, tx, f, "share", "", func(_ *store.Tx, f *Finding) ([]string, error) {
				f.ViewDue = due
				return []string{"view_due"}, nil
			})
			if err != nil {
				return err
			}
			n++
		}
		if n == 0 || n < len(ids) {
			return apperr.InvalidField("findings", "audit.error.no_findings")
		}
		return nil
	})
	return n, err
}

// ShareFinding shows one finding to the audited department.
func (s *Service) ShareFinding(ctx context.Context, id string) error {
	return s.findingStep(ctx, id, "share", "", func(tx *store.Tx, f *Finding) (columns []string, err error) {
		f.ViewDue, _, err = s.due(ctx, tx, "finding.view", s.KIS.Today())
		return []string{"view_due"}, err
	})
}

// AgreeFinding is the head's word that the finding is right; view may say more.
func (s *Service) AgreeFinding(ctx context.Context, id, view string) error {
	return s.viewed(ctx, id, "agree", view, 0)
}

// DifferFinding records that the department is of another opinion, and why. It
// stands in the report unless the two sides agree before.
func (s *Service) DifferFinding(ctx context.Context, id, view string) error {
	return s.viewed(ctx, id, "differ", view, 3)
}

func (s *Service) viewed(ctx context.Context, id, verb, view string, least int) error {
	if _, err := office.Allowed(ctx, policies.FindingView); err != nil {
		return err
	}
	var c apperr.Check
	view = c.Text("view", view, least, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.findingStep(ctx, id, verb, view, func(tx *store.Tx, f *Finding) ([]string, error) {
		issued, err := hasIssuedAct(ctx, tx, f.ID)
		if err == nil && issued {
			err = apperr.New(apperr.Conflict, "audit.error.finding_by_act")
		}
		f.View, f.ViewBy, f.ViewAt = view, tx.Actor.UserID, tx.Now
		return []string{"view", "view_by", "view_at"}, err
	})
}

// RecallFinding takes a finding back to be changed after it was heard, with a
// reason. One whose act is issued stays.
func (s *Service) RecallFinding(ctx context.Context, id, reason string) error {
	return s.findingReasoned(ctx, id, "recall", reason, func(tx *store.Tx, f *Finding) ([]string, error) {
		issued, err := hasIssuedAct(ctx, tx, f.ID)
		if err == nil && issued {
			err = apperr.New(apperr.Conflict, "audit.error.finding_by_act")
		}
		f.ViewDue = ""
		return []string{"view_due"}, err
	})
}

// DropFinding gives a finding up, with a reason; a draft act of it is discarded.
func (s *Service) DropFinding(ctx context.Context, id, reason string) error {
	return s.findingReasoned(ctx, id, "drop", reason, func(tx *store.Tx, f *Finding) ([]string, error) {
		issued, err := hasIssuedAct(ctx, tx, f.ID)
		if err == nil && issued {
			err = apperr.New(apperr.Conflict, "audit.error.finding_by_act")
		}
		return nil, err
	}, func(tx *store.Tx) error { return s.discardDraft(ctx, tx, id, reason) })
}

func (s *Service) findingReasoned(ctx context.Context, id, verb, reason string, change func(tx *store.Tx, f *Finding) ([]string, error),
	then ...func(tx *store.Tx) error) error {
	if _, err := office.Allowed(ctx, findingAction(verb)); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 3, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.findingStep(ctx, id, verb, reason, change, then...)
}

// discardDraft gives up the draft act of a finding, if there is one.
func (s *Service) discardDraft(ctx context.Context, tx *store.Tx, findingID, reason string) error {
	id, err := actOfFinding(ctx, tx, findingID)
	if err != nil || id == "" {
		return err
	}
	act, err := actByID(ctx, tx, id)
	if err != nil || act.State != ActDraft {
		return err
	}
	return s.moveActTx(ctx, tx, act, "discard", reason, func(tx *store.Tx, a *Act) ([]string, error) {
		a.WithdrawnAt = tx.Now
		return []string{"withdrawn_at"}, nil
	})
}

// followAct takes the finding of an act along with a step of the act, where
// the life of the finding has such a step.
func (s *Service) followAct(ctx context.Context, tx *store.Tx, a Act, step, note string) error {
	verb := map[string]string{"issue": "share", "acknowledge": "agree", "object": "differ", "uphold": "drop", "discard": "drop"}[step]
	if verb == "" || a.FindingID == "" {
		return nil
	}
	f, err := findingByID(ctx, tx, a.FindingID)
	if err != nil {
		return err
	}
	if _, ok := office.Arrow(FindingTransitions, f.State, verb); !ok {
		return nil
	}
	return s.moveFinding(ctx, tx, f, verb, note, func(tx *store.Tx, f *Finding) ([]string, error) {
		if verb == "agree" || verb == "differ" {
			f.View, f.ViewBy, f.ViewAt = note, actor.From(ctx).UserID, tx.Now
			return []string{"view", "view_by", "view_at"}, nil
		}
		return nil, nil
	})
}

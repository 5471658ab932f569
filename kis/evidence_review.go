package kis

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// Accept accepts evidence in review and supersedes earlier accepted versions
// that nothing depends on any more. Own evidence is Forbidden; evidence that
// somebody else has decided on meanwhile is a Conflict.
func (s *Service) Accept(ctx context.Context, id string) error {
	return s.decide(ctx, id, Accepted, "")
}

// MaxAccepted is how many submissions may be accepted at once.
const MaxAccepted = 200

// AcceptResult says what became of one of many.
type AcceptResult struct {
	ID, Title string // no title where the actor may not read it
	Err       error  // nil when it was accepted
}

// Label is how to call it: the title, else the id.
func (r AcceptResult) Label() string { return cmp.Or(r.Title, r.ID) }

// AcceptMany accepts submissions one by one, each by the rules of Accept and
// in a unit of work of its own: what one is refused for does not hold up the
// others. Invalid when there is none or more than MaxAccepted.
func (s *Service) AcceptMany(ctx context.Context, ids []string) ([]AcceptResult, error) {
	if _, err := office.Allowed(ctx, policies.EvidenceReview); err != nil {
		return nil, err
	}
	ids = office.CleanIDs(ids)
	if len(ids) == 0 {
		return nil, apperr.InvalidField("submission", "kis.evidence.bulk.none")
	}
	if len(ids) > MaxAccepted {
		return nil, apperr.InvalidField("submission", "kis.evidence.bulk.many", "max", MaxAccepted)
	}
	var titles []struct{ ID, Title string }
	err := readable(s.DB.Read().NewSelect().TableExpr("submissions AS s"), actor.From(ctx)).ColumnExpr("s.id, s.title").Where("s.id IN (?)", bun.List(ids)).Scan(ctx, &titles)
	if err != nil {
		return nil, store.MapError(err, "evidence to accept")
	}
	out := make([]AcceptResult, len(ids))
	for i, id := range ids {
		out[i].ID = id
		for _, t := range titles {
			if t.ID == id {
				out[i].Title = t.Title
			}
		}
		if err := s.Accept(ctx, id); err != nil {
			if apperr.As(err).Kind == apperr.Internal {
				return nil, err
			}
			out[i].Err = err
		}
	}
	return out, nil
}

// Return sends evidence in review back, for a reason that its sender will see.
func (s *Service) Return(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, minReason, maxReason)
	if err := c.Err(); err != nil {
		if _, denied := office.Allowed(ctx, policies.EvidenceReview); denied != nil {
			return denied
		}
		return err
	}
	return s.decide(ctx, id, Returned, reason)
}

func (s *Service) decide(ctx context.Context, id string, to SubmissionState, reason string) error {
	scope, err := office.Allowed(ctx, policies.EvidenceReview)
	if err != nil {
		return err
	}
	if actor.From(ctx).UserID == "" { // a decision has a name under it
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		sub, at, err := lockSubmission(ctx, tx, id)
		if err != nil {
			return err
		}
		if !scope.Department(sub.DepartmentID) || !mayReadEvidence(tx.Actor, sub) {
			return apperr.Missing("submission")
		}
		if sub.SubmittedBy == tx.Actor.UserID {
			return apperr.New(apperr.Forbidden, "kis.evidence.own")
		}
		if err := decidable(ctx, tx, sub); err != nil {
			return err
		}
		if err := updateDecision(ctx, tx, sub.ID, to, reason); err != nil {
			return err
		}
		c := sub.change(policies.EvidenceReview, at, Submitted, to, nil)
		if sub.Class != ClassConfidential { // the row keeps it for those who may read the evidence
			c.Note = reason
		}
		tx.Record(c)
		if to == Accepted {
			if err := supersede(ctx, tx, sub, at.code); err != nil {
				return err
			}
		}
		return refreshDuties(ctx, tx, sub.CycleID, process.PhaseOf(at.code))
	})
}

// decidable refuses what is no longer in review, or in a cycle that ended.
func decidable(ctx context.Context, tx *store.Tx, sub Submission) error {
	if sub.State != Submitted {
		return apperr.New(apperr.Conflict, "error.conflict.state", "object", "submission", "state", string(Submitted))
	}
	cy, err := loadCycle(ctx, tx, sub.CycleID)
	if err != nil {
		return err
	}
	if !cy.Open() {
		return apperr.New(apperr.Conflict, "kis.cycle.not_open")
	}
	return nil
}

// supersede retires accepted submissions that share an output with the one
// just accepted, oldest first, when each of their outputs has newer accepted
// evidence; one that still carries an output alone stays.
func supersede(ctx context.Context, tx *store.Tx, newest Submission, code string) error {
	all, err := acceptedAround(ctx, tx, newest)
	if err != nil {
		return err
	}
	for i, old := range all {
		if old.ID == newest.ID {
			continue
		}
		covered := true
		for _, output := range old.outputs {
			covered = covered && slices.ContainsFunc(all[i+1:], func(n acceptedSubmission) bool { return slices.Contains(n.outputs, output) })
		}
		if !covered {
			continue
		}
		if err := updateSuperseded(ctx, tx, old.ID); err != nil {
			return err
		}
		tx.Record(old.change(policies.EvidenceReview, place{code, old.positions}, Accepted, Superseded, nil))
	}
	return nil
}

// Withdraw takes evidence back before it was reviewed.
func (s *Service) Withdraw(ctx context.Context, id string) error {
	scope, err := office.Allowed(ctx, policies.EvidenceWithdraw)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		sub, at, err := lockSubmission(ctx, tx, id)
		if err != nil {
			return err
		}
		if !scope.Department(sub.DepartmentID) {
			return apperr.Missing("submission")
		}
		if sub.State != Submitted {
			return apperr.New(apperr.Conflict, "error.conflict.state", "object", "submission", "state", string(Submitted))
		}
		if err := updateWithdrawn(ctx, tx, sub.ID); err != nil {
			return err
		}
		tx.Record(sub.change(policies.EvidenceWithdraw, at, Submitted, Withdrawn, nil))
		return refreshDuties(ctx, tx, sub.CycleID, process.PhaseOf(at.code))
	})
}

// mayReadEvidence says whether a person may see a submission: what is not
// confidential in the scope of reading, what is in the narrower scope of
// secrets.
func mayReadEvidence(who actor.Actor, sub Submission) bool {
	act := policies.EvidenceRead
	if sub.Class == ClassConfidential {
		act = policies.EvidenceSecret
	}
	scope := policies.For(who, act)
	return scope.Department(sub.DepartmentID) || scope.Object("cycle", sub.CycleID) || scope.Object("submission", sub.ID)
}

// mayOpenEvidence is mayReadEvidence, and lets auditors open what is in the
// scope of an audit they were put on. Lists never show such evidence.
func (s *Service) mayOpenEvidence(ctx context.Context, db bun.IDB, who actor.Actor, sub Submission) (bool, error) {
	if mayReadEvidence(who, sub) {
		return true, nil
	}
	if s.Assigned == nil || sub.ID == "" || !policies.For(who, policies.EvidenceSecret).Assigned {
		return false, nil
	}
	return s.Assigned.OpensEvidence(ctx, db, who.UserID, sub.ID)
}

package risk

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Treatment is what will be done about a risk.
type Treatment struct {
	Kind TreatmentKind
	Text string
	Due  day.Day
}

// Treat decides on a treatment, or on another one while it is not reported
// done. Its owner is that of the risk.
func (s *Service) Treat(ctx context.Context, id string, t Treatment) error {
	var c apperr.Check
	apperr.OneOf(&c, "treatment_kind", t.Kind, TreatmentKinds()...)
	t.Text = c.Text("treatment", t.Text, minWhy, maxText)
	switch today := s.KIS.Today(); {
	case t.Due == "":
		c.Add("due", "error.field.required")
	case t.Due < today:
		c.Add("due", "error.field.date_after", "date", today.Add(-1).Format())
	case t.Due > today.Add(longestReview):
		c.Add("due", "error.field.date_before", "date", today.Add(longestReview+1).Format())
	}
	return s.move(ctx, id, policies.RiskWrite, "treat", func(tx *store.Tx, r *Risk) (map[string]any, string, error) {
		r.TreatmentKind, r.Treatment, r.Due = t.Kind, t.Text, t.Due
		return map[string]any{"treatment_kind": t.Kind, "treatment": t.Text, "due": t.Due}, "", c.Err()
	})
}

// Report says what was done; now the effect is to be checked.
func (s *Service) Report(ctx context.Context, id, result string) error {
	var c apperr.Check
	result = c.Text("result", result, minWhy, maxText)
	return s.move(ctx, id, policies.RiskWrite, "report", func(tx *store.Tx, r *Risk) (map[string]any, string, error) {
		r.Result, r.ReportedBy, r.ReportedAt = result, tx.Actor.UserID, tx.Now
		r.CheckedBy, r.CheckedAt = "", time.Time{} // of an earlier treatment
		return map[string]any{"result": result}, "", c.Err()
	})
}

// Confirm says that the treatment works, and weighs what is left of the risk.
// Nobody confirms a treatment they own or reported.
func (s *Service) Confirm(ctx context.Context, id, verdict string, w Weighing) error {
	var c apperr.Check
	verdict = c.Text("verdict", verdict, minWhy, maxText)
	w.Note = verdict
	w = w.check(&c, s.KIS.Today())
	return s.move(ctx, id, policies.RiskDecide, "confirm", func(tx *store.Tx, r *Risk) (map[string]any, string, error) {
		if err := notOwn(tx, *r); err != nil {
			return nil, "", err
		}
		if err := c.Err(); err != nil {
			return nil, "", err
		}
		r.Verdict, r.CheckedBy, r.CheckedAt = verdict, tx.Actor.UserID, tx.Now
		after, err := s.assess(ctx, tx, r, w, "residual")
		return after, verdict, err
	})
}

// Refuse says that the treatment does not work, or was not done: the risk is
// to be treated again.
func (s *Service) Refuse(ctx context.Context, id, verdict string) error {
	var c apperr.Check
	verdict = c.Text("verdict", verdict, minWhy, maxText)
	return s.move(ctx, id, policies.RiskDecide, "refuse", func(tx *store.Tx, r *Risk) (map[string]any, string, error) {
		if err := notOwn(tx, *r); err != nil {
			return nil, "", err
		}
		r.Verdict, r.CheckedBy, r.CheckedAt = verdict, tx.Actor.UserID, tx.Now
		r.Refused++
		return map[string]any{"refused": r.Refused}, verdict, c.Err()
	})
}

// notOwn refuses to judge a treatment of one's own.
func notOwn(tx *store.Tx, r Risk) error {
	if tx.Actor.UserID == r.OwnerID || tx.Actor.UserID == r.ReportedBy {
		return apperr.New(apperr.Forbidden, "risk.error.own")
	}
	return nil
}

// Retain keeps a risk as it is, by informed decision (ISO 9001:2015, 6.1.2).
func (s *Service) Retain(ctx context.Context, id, reason string) error {
	return s.decide(ctx, id, "retain", reason)
}

// Close says why there is no such risk any more.
func (s *Service) Close(ctx context.Context, id, reason string) error {
	return s.decide(ctx, id, "close", reason)
}

// Reopen begins anew with a risk that was settled.
func (s *Service) Reopen(ctx context.Context, id, reason string) error {
	return s.decide(ctx, id, "reopen", reason)
}

func (s *Service) decide(ctx context.Context, id, verb, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, minWhy, maxText)
	return s.move(ctx, id, policies.RiskDecide, verb, func(_ *store.Tx, r *Risk) (map[string]any, string, error) {
		r.Reason = reason
		return map[string]any{}, reason, c.Err()
	})
}

// Review weighs a risk anew, whatever is being done about it, and says when it
// is looked at the next time. A closed one is a Conflict.
func (s *Service) Review(ctx context.Context, id string, w Weighing) error {
	if _, err := office.Allowed(ctx, policies.RiskWrite); err != nil {
		return err
	}
	var c apperr.Check
	w.Note = c.Text("note", w.Note, minWhy, maxText)
	w = w.check(&c, s.KIS.Today())
	return s.with(ctx, id, func(tx *store.Tx, r *Risk) error {
		if !r.writtenBy(tx.Actor) {
			return apperr.New(apperr.Forbidden, "risk.error.not_department")
		}
		if r.State == Closed {
			return conflict(KindRisk, string(r.State))
		}
		if err := c.Err(); err != nil {
			return err
		}
		before := map[string]any{"likelihood": r.Likelihood, "impact": r.Impact, "level": r.Level}
		after, err := s.assess(ctx, tx, r, w, "review")
		if err != nil {
			return err
		}
		if err := setRisk(ctx, tx, r, r.State); err != nil {
			return err
		}
		after["step"] = "review"
		tx.Record(store.Change{Action: string(policies.RiskWrite), Kind: KindRisk, ID: r.ID, Label: r.Number, Before: before, After: after, Note: w.Note})
		return nil
	})
}

// assess weighs a risk by the scale of today and keeps the assessment.
func (s *Service) assess(ctx context.Context, tx *store.Tx, r *Risk, w Weighing, occasion string) (map[string]any, error) {
	scale, err := scaleOn(ctx, tx, s.KIS.Today())
	if err != nil {
		return nil, err
	}
	a, err := r.weigh(scale, w, occasion, tx)
	if err != nil {
		return nil, err
	}
	return map[string]any{"likelihood": r.Likelihood, "impact": r.Impact, "level": r.Level, "review_due": r.ReviewDue}, insertAssessment(ctx, tx, a)
}

// move takes a risk along an arrow; do fills in what the step leaves and says
// what the trail keeps of it. A risk out of sight is not found; a state without
// such an arrow is a Conflict.
func (s *Service) move(ctx context.Context, id string, act policies.Action, verb string, do func(tx *store.Tx, r *Risk) (after map[string]any, note string, err error)) error {
	scope, err := office.Allowed(ctx, act)
	if err != nil {
		return err
	}
	return s.with(ctx, id, func(tx *store.Tx, r *Risk) error {
		if act == policies.RiskWrite && !r.writtenBy(tx.Actor) || act != policies.RiskWrite && !scope.Department(r.DepartmentID) {
			return apperr.New(apperr.Forbidden, "risk.error.not_department")
		}
		arrow, ok := office.Arrow(Transitions, r.State, verb)
		if !ok {
			return conflict(KindRisk, string(r.State))
		}
		after, note, err := do(tx, r)
		if err != nil {
			return err
		}
		if arrow.To != arrow.From {
			r.StateAt = tx.Now
		}
		if err := setRisk(ctx, tx, r, arrow.To); err != nil {
			return err
		}
		after["step"], after["state"] = verb, arrow.To
		tx.Record(store.Change{Action: string(act), Kind: KindRisk, ID: r.ID, Label: r.Number, Before: map[string]any{"state": arrow.From}, After: after, Note: note})
		return nil
	})
}

// with locks a risk that the actor may see and lets something be done with it.
func (s *Service) with(ctx context.Context, id string, do func(tx *store.Tx, r *Risk) error) error {
	if _, err := me(ctx); err != nil {
		return err
	}
	if !store.IsID(id) {
		return apperr.Missing(KindRisk)
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := lockRisk(ctx, tx, id)
		if err != nil {
			return err
		}
		if !r.seenBy(tx.Actor) {
			return apperr.Missing(KindRisk)
		}
		return do(tx, &r)
	})
}

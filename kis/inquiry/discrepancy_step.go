package inquiry

import (
	"context"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Explain says why what was found is right after all.
func (s *Service) Explain(ctx context.Context, id, explanation string) error {
	return s.clear(ctx, id, "explain", explanation)
}

// Correct says how what was found was put right.
func (s *Service) Correct(ctx context.Context, id, explanation string) error {
	return s.clear(ctx, id, "correct", explanation)
}

func (s *Service) clear(ctx context.Context, id, verb, text string) error {
	var c apperr.Check
	text = c.Text("explanation", text, minWhy, maxText)
	return s.move(ctx, id, policies.DiscrepancyWrite, verb, func(tx *store.Tx, d *Discrepancy) error {
		d.Explanation, d.ExplainedBy, d.ExplainedAt = text, tx.Actor.UserID, tx.Now
		if d.FirstAnsweredAt.IsZero() {
			d.FirstAnsweredAt = tx.Now
		}
		return c.Err()
	}, func(d Discrepancy) string { return d.Explanation })
}

// Confirm agrees with an explanation or a correction; nobody with their own.
func (s *Service) Confirm(ctx context.Context, id string) error {
	return s.move(ctx, id, policies.DiscrepancyConfirm, "confirm", func(tx *store.Tx, d *Discrepancy) error {
		d.ConfirmedBy, d.ConfirmedAt = tx.Actor.UserID, tx.Now
		return notOwn(tx.Actor, *d)
	}, nil)
}

// Refuse sends an explanation or a correction back with a reason.
func (s *Service) Refuse(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, minWhy, maxText)
	return s.move(ctx, id, policies.DiscrepancyConfirm, "refuse", func(tx *store.Tx, d *Discrepancy) error {
		d.Refused++
		d.Refusal, d.RefusedAt = reason, tx.Now
		if err := notOwn(tx.Actor, *d); err != nil {
			return err
		}
		return c.Err()
	}, func(d Discrepancy) string { return d.Refusal })
}

// Promoting says why a note is more than a note.
type Promoting struct {
	Reason string
	Major  bool // the grade of the nonconformity; minor otherwise
}

// Promote makes a nonconformity of a note, once, and gives the id of its draft
// act. Conflict when it was promoted before.
func (s *Service) Promote(ctx context.Context, id string, n Promoting) (actID string, err error) {
	var c apperr.Check
	reason := c.Text("reason", n.Reason, minWhy, maxText)
	err = s.move(ctx, id, policies.DiscrepancyPromote, "promote", func(tx *store.Tx, d *Discrepancy) error {
		if err := c.Err(); err != nil {
			return err
		}
		if s.Promotions == nil {
			return apperr.New(apperr.Conflict, "inquiry.discrepancy.no_audit")
		}
		d.PromotedBy, d.PromotedAt, d.Promotion = tx.Actor.UserID, tx.Now, reason
		actID, err := s.Promotions.Promote(ctx, tx, Promotion{DiscrepancyID: d.ID, Number: d.Number, CycleID: d.CycleID, DepartmentID: d.DepartmentID,
			GSBPM: d.Code, Statement: d.Found, Evidence: d.Source, Reason: reason, Major: n.Major})
		d.ActID = actID
		return err
	}, func(d Discrepancy) string { actID = d.ActID; return d.Promotion })
	return actID, err
}

// notOwn refuses a decision about one's own explanation.
func notOwn(who actor.Actor, d Discrepancy) error {
	if d.ExplainedBy == who.UserID {
		return own("inquiry.discrepancy.own")
	}
	return nil
}

// move moves a note along an arrow; do fills in what the step leaves, note
// gives what the trail says about it. A note out of scope is not found; a state
// without such an arrow is a Conflict.
func (s *Service) move(ctx context.Context, id string, act policies.Action, verb string, do func(tx *store.Tx, d *Discrepancy) error, note func(Discrepancy) string) error {
	scope, err := office.Allowed(ctx, act)
	if err != nil {
		return err
	}
	if _, err := me(ctx); err != nil {
		return err
	}
	if !store.IsID(id) {
		return apperr.Missing(KindDiscrepancy)
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		d, err := lockDiscrepancy(ctx, tx, id)
		if err != nil {
			return err
		}
		if !d.seenBy(tx.Actor) {
			return apperr.Missing(KindDiscrepancy)
		}
		if !scope.Department(d.DepartmentID) {
			return apperr.New(apperr.Forbidden, "inquiry.discrepancy.not_department")
		}
		arrow, ok := office.Arrow(DiscrepancyTransitions, d.State, verb)
		if !ok {
			return conflict(KindDiscrepancy, string(d.State))
		}
		if err := do(tx, &d); err != nil {
			return err
		}
		d.State = arrow.To
		if err := moveDiscrepancy(ctx, tx, d, arrow.From); err != nil {
			return err
		}
		after := map[string]any{"state": d.State, "step": verb}
		if verb == "promote" {
			after["nonconformity"] = d.ActID
		}
		ch := store.Change{Action: string(act), Kind: KindDiscrepancy, ID: d.ID, Label: d.Number, Before: map[string]any{"state": arrow.From}, After: after}
		if note != nil {
			ch.Note = note(d)
		}
		tx.Record(ch)
		return nil
	})
}

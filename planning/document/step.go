package document

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Submit sends the draft of a document for approval. It must have a content
// and a day that has not passed.
func (s *Service) Submit(ctx context.Context, id string) error {
	today := s.KIS.Today()
	return s.move(ctx, id, policies.DocumentWrite, "submit", func(tx *store.Tx, _ *Document, v *Version) (string, error) {
		if v.FileID == "" && v.Link == "" || v.Effective == "" {
			return "", apperr.New(apperr.Conflict, "document.error.empty_draft")
		}
		if v.Effective < today {
			return "", apperr.New(apperr.Conflict, "document.error.day_passed", "date", v.Effective.Format())
		}
		v.SubmittedBy, v.SubmittedAt, v.Reason = tx.Actor.UserID, tx.Now, ""
		return "", nil
	})
}

// Return gives a submitted version back, with the reason.
func (s *Service) Return(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, minWhy, maxText)
	return s.move(ctx, id, policies.DocumentApprove, "return", func(_ *store.Tx, _ *Document, v *Version) (string, error) {
		v.Reason = reason
		return reason, c.Err()
	})
}

// Approve brings a submitted version into force from its day on, or from today
// when that has passed; the version before holds until then. Nobody approves
// what they submitted. From now on it is to be read, by a term in working days.
func (s *Service) Approve(ctx context.Context, id string) error {
	today := s.KIS.Today()
	return s.move(ctx, id, policies.DocumentApprove, "approve", func(tx *store.Tx, d *Document, v *Version) (string, error) {
		if v.SubmittedBy == tx.Actor.UserID {
			return "", apperr.New(apperr.Forbidden, "document.error.own")
		}
		kind, err := kindBy(ctx, tx, d.Kind)
		if err != nil {
			return "", err
		}
		v.Effective = max(v.Effective, today)
		list, err := versionsOf(ctx, tx, d.ID)
		if err != nil {
			return "", err
		}
		for _, before := range list {
			if before.State != InForce || before.Until != "" {
				continue
			}
			if before.Effective > v.Effective {
				return "", apperr.New(apperr.Conflict, "document.error.order", "no", before.No, "date", before.Effective.Format())
			}
			before.Until = v.Effective
			if err := setVersion(ctx, tx, &before, InForce); err != nil {
				return "", err
			}
		}
		v.ApprovedBy, v.ApprovedName, v.ApprovedAt = tx.Actor.UserID, tx.Actor.Name, tx.Now
		v.ReviewDue = v.Effective.AddMonths(kind.ReviewMonths)
		v.ReadDue, _, err = office.AddWorkingDays(ctx, tx, s.KIS.Country, today, kind.ReadDays)
		return "", err
	})
}

// Withdraw takes the version that is in force, or is about to be, out of force,
// with the reason. A version it was about to replace goes on.
func (s *Service) Withdraw(ctx context.Context, id, reason string) error {
	var c apperr.Check
	reason = c.Text("reason", reason, minWhy, maxText)
	today := s.KIS.Today()
	return s.move(ctx, id, policies.DocumentApprove, "withdraw", func(tx *store.Tx, d *Document, v *Version) (string, error) {
		if err := c.Err(); err != nil {
			return "", err
		}
		if v.Effective > today {
			list, err := versionsOf(ctx, tx, d.ID)
			if err != nil {
				return "", err
			}
			for _, before := range list {
				if before.State == InForce && before.Until == v.Effective && before.ID != v.ID {
					before.Until = ""
					if err := setVersion(ctx, tx, &before, InForce); err != nil {
						return "", err
					}
				}
			}
		}
		v.Until, v.Reason = max(today, v.Effective), reason
		return reason, nil
	})
}

// Review says that the version in force stays as it is until the next review.
func (s *Service) Review(ctx context.Context, id, note string, next day.Day) error {
	var c apperr.Check
	note = c.Text("note", note, minWhy, maxText)
	today := s.KIS.Today()
	switch {
	case next == "":
		c.Add("next", "error.field.required")
	case next <= today:
		c.Add("next", "error.field.date_after", "date", today.Format())
	case next > today.Add(longestReview):
		c.Add("next", "error.field.date_before", "date", today.Add(longestReview+1).Format())
	}
	return s.with(ctx, id, policies.DocumentWrite, func(tx *store.Tx, d *Document) error {
		if err := c.Err(); err != nil {
			return err
		}
		v, err := standingVersion(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		before := v.ReviewDue
		v.ReviewDue = next
		if err := insertReview(ctx, tx, Reviewed{ID: store.NewID(), VersionID: v.ID, Note: note, NextDue: next, ReviewedBy: tx.Actor.UserID, ReviewedAt: tx.Now}); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.DocumentWrite), Kind: Object, ID: d.ID, Label: d.Number, Before: map[string]any{"review_due": before},
			After: map[string]any{"step": "review", "no": strconv.Itoa(v.No), "review_due": next}, Note: note})
		return setVersion(ctx, tx, &v, InForce)
	})
}

// move takes the version of a document that a verb is about along its arrow.
func (s *Service) move(ctx context.Context, id string, act policies.Action, verb string, do func(tx *store.Tx, d *Document, v *Version) (note string, err error)) error {
	return s.with(ctx, id, act, func(tx *store.Tx, d *Document) error {
		find := openVersion
		if verb == "withdraw" {
			find = standingVersion
		}
		v, err := find(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		arrow, ok := office.Arrow(Transitions, v.State, verb)
		if !ok {
			return conflict(v.State)
		}
		note, err := do(tx, d, &v)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(act), Kind: Object, ID: d.ID, Label: d.Number, Before: map[string]any{"state": arrow.From},
			After: map[string]any{"step": verb, "state": arrow.To, "no": strconv.Itoa(v.No), "version": v.ID, "effective": v.Effective}, Note: note})
		return setVersion(ctx, tx, &v, arrow.To)
	})
}

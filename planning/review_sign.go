package planning

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Verdict is what the review says of the system as a whole (9.3.1).
type Verdict struct {
	Suitable, Adequate, Effective bool
	Conclusion                    string // in words
}

// PrepareReview ends the draft: the figures are taken a last time, the verdict
// is written down, and the chair is asked to sign.
func (s *Service) PrepareReview(ctx context.Context, id string, v Verdict) error {
	if _, err := office.Allowed(ctx, policies.ReviewPrepare); err != nil {
		return err
	}
	var c apperr.Check
	v.Conclusion = c.Text("conclusion", v.Conclusion, 5, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	r, err := reviewBy(ctx, s.DB.Read(), id)
	if err != nil {
		return err
	}
	figures, err := s.figures(ctx, r.Period())
	if err != nil {
		return err
	}
	return s.moveReview(ctx, policies.ReviewPrepare, id, "prepare", "", func(tx *store.Tx, now *Review) error {
		if now.Period() != r.Period() {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		if err := setFigures(ctx, tx, *now, figures); err != nil {
			return err
		}
		now.Suitable, now.Adequate, now.Effective, now.Conclusion = v.Suitable, v.Adequate, v.Effective, v.Conclusion
		now.FiguresAt, now.PreparedBy, now.PreparedAt = tx.Now, tx.Actor.UserID, tx.Now
		return nil
	})
}

// RecallReview makes a prepared review a draft again, by those who prepare it.
func (s *Service) RecallReview(ctx context.Context, id, reason string) error {
	return s.moveBack(ctx, policies.ReviewPrepare, id, "recall", reason)
}

// ReturnReview gives a prepared review back instead of signing it.
func (s *Service) ReturnReview(ctx context.Context, id, reason string) error {
	return s.moveBack(ctx, policies.ReviewSign, id, "return", reason)
}

func (s *Service) moveBack(ctx context.Context, act policies.Action, id, verb, reason string) error {
	if _, err := office.Allowed(ctx, act); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 5, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.moveReview(ctx, act, id, verb, reason, func(_ *store.Tx, r *Review) error {
		r.ReturnNote, r.PreparedBy, r.PreparedAt = reason, "", time.Time{}
		return nil
	})
}

// Signature is what the chair states when signing.
type Signature struct {
	Number    string // of the review, typed again
	Confirmed bool   // the sentence was ticked
}

// SignReview locks a prepared review. Only its chair signs it. Each decision
// becomes a recommendation of the register, ready for a yearly plan; the open
// decisions of earlier reviews are locked as they are shown.
func (s *Service) SignReview(ctx context.Context, id string, sig Signature) error {
	if _, err := office.Allowed(ctx, policies.ReviewSign); err != nil {
		return err
	}
	return s.moveReview(ctx, policies.ReviewSign, id, "sign", "", func(tx *store.Tx, r *Review) error {
		if r.ChairID != tx.Actor.UserID {
			return apperr.New(apperr.Forbidden, "planning.review.error.not_chair")
		}
		var c apperr.Check
		if !strings.EqualFold(strings.TrimSpace(sig.Number), r.Number) {
			c.Add("number", "planning.review.error.number", "number", r.Number)
		}
		if !sig.Confirmed {
			c.Add("confirm", "planning.error.confirm")
		}
		if err := c.Err(); err != nil {
			return err
		}
		if err := s.lockOpen(ctx, tx, *r); err != nil {
			return err
		}
		decisions, err := decisionsOf(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		for _, d := range decisions {
			rec := Recommendation{Text: d.Text, Basis: FromReview, BasisLabel: r.Number + ", № " + strconv.Itoa(d.No), DecisionID: d.ID, DepartmentID: d.DepartmentID}
			if err := s.register(ctx, tx, &rec); err != nil {
				return err
			}
		}
		r.SignedBy, r.SignedName, r.SignedAt = tx.Actor.UserID, tx.Actor.Name, tx.Now
		return nil
	})
}

// moveReview takes a review along one arrow.
func (s *Service) moveReview(ctx context.Context, act policies.Action, id, verb, reason string, more func(*store.Tx, *Review) error) error {
	if _, err := office.Allowed(ctx, act); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := lockReview(ctx, tx, id)
		if err != nil {
			return err
		}
		t, err := arrow(ctx, ReviewTransitions, "review", r.State, verb)
		if err != nil {
			return err
		}
		if err := more(tx, &r); err != nil {
			return err
		}
		if err := setReview(ctx, tx, r, t.To); err != nil {
			return err
		}
		recordReview(tx, r, verb, stateOf(t.From), stateOf(t.To), reason)
		return nil
	})
}

// Addendum is what became known after a review was signed.
type Addendum struct {
	bun.BaseModel `bun:"table:review_addenda,alias:x"`

	ID       string    `bun:"id,pk"`
	ReviewID string    `bun:"review_id"`
	No       int       `bun:"no"`
	At       time.Time `bun:"at"`
	AuthorID string    `bun:"author_id,nullzero"`
	Author   string    `bun:"author"`
	Text     string    `bun:"text"`
}

// AddAddendum adds to a signed review, for those who prepare or sign them.
func (s *Service) AddAddendum(ctx context.Context, id, text string) error {
	if _, err := office.Allowed(ctx, policies.ReviewPrepare); err != nil {
		if _, err := office.Allowed(ctx, policies.ReviewSign); err != nil {
			return err
		}
	}
	var c apperr.Check
	text = c.Text("text", text, 5, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := lockReview(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.State != ReviewSigned {
			return wrongState(ctx, ReviewTransitions, "review", r.State)
		}
		a := Addendum{ID: store.NewID(), ReviewID: r.ID, At: tx.Now, AuthorID: tx.Actor.UserID, Author: tx.Actor.Name, Text: text}
		if err := insertAddendum(ctx, tx, &a); err != nil {
			return err
		}
		recordReview(tx, r, "addendum", nil, map[string]any{"addendum": a.No}, text)
		return nil
	})
}

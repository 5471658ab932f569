package planning

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// AcceptRecommendation makes a recommendation an item of the yearly plan. The
// plan must not be approved yet. The basis of the item is that of the
// recommendation, its text may be worded anew. It gives the item's id.
func (s *Service) AcceptRecommendation(ctx context.Context, id string, key Key, f ItemFields) (itemID string, err error) {
	if _, err := office.Allowed(ctx, policies.RecommendationDecide); err != nil {
		return "", err
	}
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return "", err
	}
	if f, err = f.check(key.Year()); err != nil {
		return "", err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		itemID, err = s.acceptInto(ctx, tx, id, key, f)
		return err
	})
	return itemID, err
}

func (s *Service) acceptInto(ctx context.Context, tx *store.Tx, id string, key Key, f ItemFields) (string, error) {
	plan, err := lockPlanOf(ctx, tx, key)
	if err != nil {
		return "", err
	}
	r, err := lockRecommendation(ctx, tx, id)
	if err != nil {
		return "", err
	}
	t, err := arrow(ctx, RecommendationTransitions, "recommendation", r.State, "accept")
	if err != nil {
		return "", err
	}
	it := f.item()
	it.Basis, it.BasisLabel, it.RecommendationID, it.DecisionID = r.Basis, r.BasisLabel, r.ID, r.DecisionID
	if err := s.addItem(ctx, tx, &plan, &it, f.CoExecutors); err != nil {
		return "", err
	}
	if err := decideRecommendation(ctx, tx, r, t.To, "", ""); err != nil {
		return "", err
	}
	tx.Record(store.Change{Action: "planning:recommendation:accept", Kind: kindRecommendation, ID: r.ID, Label: r.Number,
		Before: stateOf(r.State), After: map[string]any{"state": t.To, "plan": key, "item": it.No}})
	return it.ID, nil
}

// RejectRecommendation closes a recommendation with a reason; it stays in the
// register.
func (s *Service) RejectRecommendation(ctx context.Context, id, reason string) error {
	if _, err := office.Allowed(ctx, policies.RecommendationDecide); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 5, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := lockRecommendation(ctx, tx, id)
		if err != nil {
			return err
		}
		t, err := arrow(ctx, RecommendationTransitions, "recommendation", r.State, "reject")
		if err != nil {
			return err
		}
		if err := decideRecommendation(ctx, tx, r, t.To, reason, ""); err != nil {
			return err
		}
		tx.Record(store.Change{Action: "planning:recommendation:reject", Kind: kindRecommendation, ID: r.ID, Label: r.Number,
			Before: stateOf(r.State), After: stateOf(t.To), Note: reason})
		return nil
	})
}

// MergeRecommendation closes a recommendation in favour of another that says
// the same, given by its number. That one must be open or accepted.
func (s *Service) MergeRecommendation(ctx context.Context, id, intoNumber, reason string) error {
	if _, err := office.Allowed(ctx, policies.RecommendationDecide); err != nil {
		return err
	}
	var c apperr.Check
	intoNumber = c.Text("into", intoNumber, 1, 40)
	reason = c.Text("reason", reason, 0, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		into, err := recommendationByNumber(ctx, tx, intoNumber)
		if apperr.Is(err, apperr.NotFound) || (err == nil && into.ID == id) {
			return apperr.InvalidField("into", "error.field.missing")
		}
		if err != nil {
			return err
		}
		// Both are held, in one order: two that are merged into each other at
		// once would both be gone.
		r, into, err := lockPair(ctx, tx, id, into.ID)
		if err != nil {
			return err
		}
		t, err := arrow(ctx, RecommendationTransitions, "recommendation", r.State, "merge")
		if err != nil {
			return err
		}
		if into.State != Open && into.State != Accepted {
			return apperr.InvalidField("into", "planning.recommendation.error.into", "state", "planning.recommendation.state."+string(into.State))
		}
		if err := decideRecommendation(ctx, tx, r, t.To, reason, into.ID); err != nil {
			return err
		}
		tx.Record(store.Change{Action: "planning:recommendation:merge", Kind: kindRecommendation, ID: r.ID, Label: r.Number,
			Before: stateOf(r.State), After: map[string]any{"state": t.To, "into": into.Number}, Note: reason})
		return nil
	})
}

// stateOf is a state as the trail keeps it.
func stateOf[S ~string](s S) map[string]any { return map[string]any{"state": s} }

// release opens a recommendation again whose item was taken out of a plan.
func release(ctx context.Context, tx *store.Tx, id string) error {
	r, err := lockRecommendation(ctx, tx, id)
	if err != nil {
		return err
	}
	t, err := arrow(ctx, RecommendationTransitions, "recommendation", r.State, "release")
	if err != nil {
		return err
	}
	if err := decideRecommendation(ctx, tx, r, t.To, "", ""); err != nil {
		return err
	}
	tx.Record(store.Change{Action: "planning:recommendation:release", Kind: kindRecommendation, ID: r.ID, Label: r.Number,
		Before: stateOf(r.State), After: stateOf(t.To)})
	return nil
}

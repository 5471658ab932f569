package planning

import (
	"context"
	"slices"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ChangeItem words an item anew while its plan is not approved. version is
// that of the item the form was filled from; when somebody has changed it
// since, it is a Conflict. Departments that the item concerns, or did, must
// agree again, and their objections to it count as answered by the change.
func (s *Service) ChangeItem(ctx context.Context, itemID string, version int, f ItemFields) error {
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, old, err := lockItem(ctx, tx, itemID)
		if err != nil {
			return err
		}
		if f, err = f.check(p.Year); err != nil {
			return err
		}
		if !p.Editable() {
			return wrongState(ctx, PlanTransitions, "plan", p.State)
		}
		if old.Version != version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		if err := internalDepartments(ctx, tx, "responsible", f.ResponsibleID); err != nil {
			return err
		}
		if err := internalDepartments(ctx, tx, "co_executors", f.CoExecutors...); err != nil {
			return err
		}
		changed, err := s.changeItem(ctx, tx, &p, old, f)
		if err == nil && !changed {
			err = store.ErrNoChange
		}
		return err
	})
}

// changeItem words an item of a locked plan anew, unless it says that already.
func (s *Service) changeItem(ctx context.Context, tx *store.Tx, p *Plan, old Item, f ItemFields) (changed bool, err error) {
	had, err := coExecutorsOf(ctx, tx, old.ID)
	if err != nil {
		return false, err
	}
	it := f.item()
	if sameItem(old, it) && slices.Equal(had, f.CoExecutors) {
		return false, nil
	}
	it.ID, it.PlanID, it.Year, it.Key, it.Version = old.ID, old.PlanID, p.Year, p.Key, old.Version+1
	it.Basis, it.BasisLabel, it.State, it.No = old.Basis, old.BasisLabel, old.State, old.No
	if err := updateItem(ctx, tx, it, f.CoExecutors); err != nil {
		return false, err
	}
	touched := slices.Concat([]string{old.ResponsibleID, it.ResponsibleID}, had, f.CoExecutors)
	if err := s.planChanged(ctx, tx, p, &it, touched); err != nil {
		return false, err
	}
	tx.Record(store.Change{Action: "planning:plan:change_item", Kind: kindItem, ID: it.ID, Label: it.label(), RootKind: kindPlan, RootID: p.ID,
		Before: old.facts(had), After: it.facts(f.CoExecutors)})
	return true, nil
}

// sameItem compares what people write.
func sameItem(a, b Item) bool {
	return a.Section == b.Section && a.Text == b.Text && a.ExpectedResult == b.ExpectedResult && a.Indicator == b.Indicator &&
		a.ResponsibleID == b.ResponsibleID && a.StartQuarter == b.StartQuarter && a.Due == b.Due
}

// RemoveItem takes an item out of a plan that is not approved, with a reason.
// A recommendation it came from is open again.
func (s *Service) RemoveItem(ctx context.Context, itemID string, version int, reason string) error {
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return err
	}
	var c apperr.Check
	reason = c.Text("reason", reason, 5, maxText)
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, it, err := lockItem(ctx, tx, itemID)
		if err != nil {
			return err
		}
		if !p.Editable() {
			return wrongState(ctx, PlanTransitions, "plan", p.State)
		}
		if it.Version != version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		return s.removeItem(ctx, tx, &p, it, reason)
	})
}

// removeItem takes an item out of a locked plan.
func (s *Service) removeItem(ctx context.Context, tx *store.Tx, p *Plan, it Item, reason string) error {
	had, err := coExecutorsOf(ctx, tx, it.ID)
	if err != nil {
		return err
	}
	tx.Record(store.Change{Action: "planning:plan:remove_item", Kind: kindItem, ID: it.ID, Label: it.label(), RootKind: kindPlan, RootID: p.ID,
		Before: it.facts(had), Note: reason})
	objectors, err := answerByChange(ctx, tx, p.ID, it.ID)
	if err != nil {
		return err
	}
	if err := deleteItem(ctx, tx, it); err != nil {
		return err
	}
	// A carried-over item is only left behind: its recommendation was carried out by the earlier plan.
	if it.RecommendationID != "" && it.CarriedFrom == "" {
		if err := release(ctx, tx, it.RecommendationID); err != nil {
			return err
		}
	}
	return s.planChanged(ctx, tx, p, &it, slices.Concat(had, objectors, []string{it.ResponsibleID}))
}

// CarryOver copies into a plan what the plan of its kind of the year before
// left undone and what was not carried over yet. Dates move into the new year
// and may then be changed. It gives the number of items.
func (s *Service) CarryOver(ctx context.Context, key Key) (n int, err error) {
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return 0, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := lockPlanOf(ctx, tx, key)
		if err != nil {
			return err
		}
		left, err := undone(ctx, tx, p.Year-1, p.Kind)
		if err != nil {
			return err
		}
		if len(left) == 0 {
			return apperr.New(apperr.Conflict, "planning.plan.error.nothing_left")
		}
		for _, old := range left {
			it := old
			it.No, it.CarriedFrom, it.StartQuarter, it.NewDue, it.Due = 0, old.ID, 1, "", carriedDue(old, p.Year)
			if it.State == Postponed {
				it.State = InProgress
			}
			co := make([]string, len(old.CoExecutors))
			for i, d := range old.CoExecutors {
				co[i] = d.ID
			}
			if err := s.addItem(ctx, tx, &p, &it, co); err != nil {
				return err
			}
		}
		n = len(left)
		return nil
	})
	return n, err
}

// carriedDue is the first date of an item in its new plan: the one it was
// postponed to when that is in the year, else the end of the first quarter.
func carriedDue(old Item, year int) day.Day {
	if old.NewDue.Year() == year {
		return old.NewDue
	}
	return day.Make(year, time.March, 31)
}

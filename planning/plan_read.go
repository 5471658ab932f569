package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// PlanPage is a yearly plan in full. Reading it takes a fixed number of
// queries whatever its size.
type PlanPage struct {
	Plan
	KindOf     PlanKind
	RuleOf     PlanRule    // by which progress is computed
	Items      []Item      // by number
	Agreements []Agreement // by department
	Objections []Objection // newest first
	Conditions []Condition // of the approval; nil once it is approved
	LeftOver   int         // items of the year before that may be carried over
	Done       int         // items carried out
	Overdue    int         // items past their term
	Carried    int         // items that came from the year before
	Reminded   day.Day     // when those that have not answered were reminded last in this round
	Today      day.Day
}

// Agreement is what a department says; ok is false when it is not concerned.
func (p PlanPage) Agreement(departmentID string) (a Agreement, ok bool) {
	for _, a := range p.Agreements {
		if a.DepartmentID == departmentID {
			return a, true
		}
	}
	return a, false
}

// AgreedCount is the number of departments that have agreed.
func (p PlanPage) AgreedCount() (n int) {
	for _, a := range p.Agreements {
		if a.State == Agreed {
			n++
		}
	}
	return n
}

// PlanDossier is a plan with everything a document of it says, names
// resolved: the page and the reports on its items.
type PlanDossier struct {
	PlanPage
	Reports map[string][]Report // by item, newest first
}

// Plan gives a plan.
func (s *Service) Plan(ctx context.Context, key Key) (PlanPage, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return PlanPage{}, err
	}
	return s.loadPlan(ctx, s.DB.Read(), key)
}

// PlanDossier gives a plan for a document.
func (s *Service) PlanDossier(ctx context.Context, key Key) (PlanDossier, error) {
	page, err := s.Plan(ctx, key)
	if err != nil {
		return PlanDossier{}, err
	}
	reports, err := reportsOf(ctx, s.DB.Read(), "i.plan_id", page.ID)
	return PlanDossier{PlanPage: page, Reports: reports}, err
}

func (s *Service) loadPlan(ctx context.Context, db bun.IDB, key Key) (PlanPage, error) {
	p, err := planOf(ctx, db, key)
	if err != nil {
		return PlanPage{}, err
	}
	page := PlanPage{Plan: p, Today: s.KIS.Today()}
	if page.KindOf, page.RuleOf, err = kindAndRule(ctx, db, p); err != nil {
		return page, err
	}
	if page.Items, err = itemsOf(ctx, db, p.ID); err != nil {
		return page, err
	}
	if page.Agreements, err = agreementsOf(ctx, db, p.ID); err != nil {
		return page, err
	}
	if page.Objections, err = objectionsOf(ctx, db, p.ID); err != nil {
		return page, err
	}
	if p.State == PlanAgreeing {
		if page.Reminded, err = s.reminded(ctx, db, p); err != nil {
			return page, err
		}
	}
	for _, it := range page.Items {
		if it.CarriedOut() {
			page.Done++
		}
		if it.Overdue(page.Today) {
			page.Overdue++
		}
		if it.CarriedFrom != "" {
			page.Carried++
		}
	}
	if p.Editable() {
		conditions, n, err := conditionsOf(ctx, db, p)
		if err != nil {
			return page, err
		}
		page.Conditions, page.LeftOver = conditions, n.LeftOver
	}
	return page, nil
}

// ItemPage is one item with what was reported on it.
type ItemPage struct {
	Item
	Plan       Plan
	KindOf     PlanKind
	RuleOf     PlanRule
	Steps      []Step
	Reports    []Report    // newest first
	Objections []Objection // to this item, newest first
	Today      day.Day
}

// PlanItem gives one item of a plan.
func (s *Service) PlanItem(ctx context.Context, id string) (ItemPage, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return ItemPage{}, err
	}
	if !store.IsID(id) {
		return ItemPage{}, apperr.Missing(kindItem)
	}
	db := s.DB.Read()
	items, err := itemByID(ctx, db, id)
	if err != nil {
		return ItemPage{}, err
	}
	page := ItemPage{Item: items[0], Today: s.KIS.Today()}
	if page.Plan, err = planOf(ctx, db, page.Key); err != nil {
		return page, err
	}
	if page.KindOf, page.RuleOf, err = kindAndRule(ctx, db, page.Plan); err != nil {
		return page, err
	}
	if page.Steps, err = StepsOf(ctx, db, id); err != nil {
		return page, err
	}
	reports, err := reportsOf(ctx, db, "i.id", id)
	if err != nil {
		return page, err
	}
	page.Reports = reports[id]
	objections, err := objectionsOf(ctx, db, page.PlanID)
	for _, o := range objections {
		if o.ItemID == id {
			page.Objections = append(page.Objections, o)
		}
	}
	return page, err
}

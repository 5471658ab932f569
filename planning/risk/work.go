package risk

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// soon is how many days before its day a review or the term of an objective
// shows up as work.
const soon = 14

// Work lists the first of what waits for the actor. Reminders before and after
// the days come from it.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	parts, err := s.WorkParts(ctx)
	if err != nil {
		return nil, err
	}
	return kis.FirstWork(ctx, kis.OfTab(parts, kis.WorkMine), kis.WorkLimit)
}

// WorkParts are the parts of work in risks and objectives: own risks of each
// kind to treat, to report on and to look at again, treatments to judge,
// objectives to measure.
func (s *Service) WorkParts(ctx context.Context) ([]kis.WorkPart, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" {
		return nil, nil
	}
	var parts []kis.WorkPart
	if policies.Can(who, policies.RiskWrite) {
		for _, kind := range Kinds() {
			parts = append(parts, s.ownPart(kind, who.UserID))
		}
	}
	if scope := policies.For(who, policies.RiskDecide); !scope.None() {
		parts = append(parts, s.effectPart(scope, who.UserID))
	}
	if policies.Can(who, policies.ObjectiveMeasure) {
		parts = append(parts, s.objectivePart(who.UserID))
	}
	return parts, nil
}

// ownPart is the risks of a kind that their owner has to do something about.
func (s *Service) ownPart(kind Kind, owner string) kis.WorkPart {
	db, today := s.DB.Read(), s.KIS.Today()
	return kis.WorkPart{Tab: kis.WorkMine, Name: "risk:" + string(kind), Kind: "risk.work.kind." + string(kind), ID: "r.id",
		Due: "CASE r.state WHEN '" + string(Assessed) + "' THEN '" + string(kis.NoTerm) + "' WHEN '" + string(Treating) + "' THEN r.due ELSE r.review_due END",
		From: func() *bun.SelectQuery {
			return db.NewSelect().TableExpr("risks AS r").Where("r.owner_id = ? AND r.kind = ?", owner, kind).
				Where("r.state IN (?) OR (r.state <> ? AND r.review_due <= ?)", bun.List([]State{Assessed, Treating}), Closed, today.Add(soon))
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			return risksThatWait(ctx, db, keys, func(r Risk) kis.WorkItem { return r.own(today) })
		}}
}

// effectPart is the treatments that were reported done and that somebody who
// neither owns nor reported them is to judge.
func (s *Service) effectPart(scope policies.Scope, userID string) kis.WorkPart {
	db := s.DB.Read()
	return kis.WorkPart{Tab: kis.WorkMine, Name: "risk:effect", Kind: "risk.work.kind.effect", ID: "r.id",
		From: func() *bun.SelectQuery {
			q := db.NewSelect().TableExpr("risks AS r").Where("r.state = ? AND r.owner_id <> ? AND r.reported_by <> ?", Treated, userID, userID)
			return office.InScope(q, scope, "r.department_id")
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			return risksThatWait(ctx, db, keys, func(r Risk) kis.WorkItem {
				return kis.WorkItem{KindKey: "risk.work.kind.effect", Icon: "eye-check", Title: r.Number + " " + r.Title, Reason: i18n.Shorten(r.Result, 160), Href: "/risks/" + r.ID, VerbKey: "risk.work.verb.check"}
			})
		}}
}

// objectivePart is the running objectives of an owner whose term is near.
func (s *Service) objectivePart(owner string) kis.WorkPart {
	db, today := s.DB.Read(), s.KIS.Today()
	return kis.WorkPart{Tab: kis.WorkMine, Name: "risk:objective", Kind: "risk.work.kind.objective", Due: "b.due", ID: "b.id",
		From: func() *bun.SelectQuery {
			return db.NewSelect().TableExpr("objectives AS b").Where("b.owner_id = ? AND b.state = ? AND b.due <= ?", owner, Running, today.Add(soon))
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			ids, _ := kis.WorkIDs(keys)
			var list []Objective
			err := db.NewSelect().Model(&list).Where("b.id IN (?)", bun.List(ids)).Scan(ctx)
			out := make([]kis.WorkItem, len(list))
			for i, o := range list {
				out[i] = kis.WorkItem{ID: o.ID, Due: o.Due, KindKey: "risk.work.kind.objective", Icon: "target-arrow", Title: o.Number + " " + o.Title, Reason: o.Metric,
					Href: "/objectives/" + o.ID, VerbKey: "risk.work.verb.measure", Overdue: o.Overdue(today)}
			}
			return out, store.MapError(err, "objectives that wait")
		}}
}

// risksThatWait makes items of risks.
func risksThatWait(ctx context.Context, db bun.IDB, keys []kis.WorkKey, show func(r Risk) kis.WorkItem) ([]kis.WorkItem, error) {
	ids, _ := kis.WorkIDs(keys)
	var list []Risk
	err := db.NewSelect().Model(&list).Where("r.id IN (?)", bun.List(ids)).Scan(ctx)
	out := make([]kis.WorkItem, len(list))
	for i, r := range list {
		out[i] = show(r)
		out[i].ID = r.ID
	}
	return out, store.MapError(err, "risks that wait")
}

// own is a risk as "my work" shows it to its owner.
func (r Risk) own(today day.Day) kis.WorkItem {
	w := kis.WorkItem{KindKey: "risk.work.kind." + string(r.Kind), Icon: "gauge", Title: r.Number + " " + r.Title, Href: "/risks/" + r.ID}
	switch {
	case r.State == Assessed:
		w.VerbKey = "risk.work.verb.treat"
	case r.State == Treating:
		w.Due, w.VerbKey, w.Overdue, w.Reason = r.Due, "risk.work.verb.report", r.Overdue(today), i18n.Shorten(r.Treatment, 160)
		if r.Refused > 0 {
			w.Quote = r.Verdict
		}
	default:
		w.Due, w.VerbKey, w.Overdue = r.ReviewDue, "risk.work.verb.review", r.ReviewLate(today)
	}
	return w
}

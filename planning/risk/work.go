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

// Work lists what waits for the actor: own risks to treat, to report on and to
// look at again, treatments to judge, objectives to measure. At most three
// queries. Reminders before and after the days come from it.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" {
		return nil, nil
	}
	db, today := s.DB.Read(), s.KIS.Today()
	var out []kis.WorkItem
	if policies.Can(who, policies.RiskWrite) {
		rows, err := waiting(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("r.owner_id = ?", who.UserID).Where("r.state IN (?) OR (r.state <> ? AND r.review_due <= ?)",
				bun.List([]State{Assessed, Treating}), Closed, today.Add(soon))
		})
		if err != nil {
			return nil, err
		}
		var items []kis.WorkItem
		for _, r := range rows {
			items = append(items, r.own(today))
		}
		out = append(out, cut(items)...)
	}
	if scope := policies.For(who, policies.RiskDecide); !scope.None() {
		rows, err := waiting(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery {
			office.InScope(q, scope, "r.department_id")
			return q.Where("r.state = ? AND r.owner_id <> ? AND r.reported_by <> ?", Treated, who.UserID, who.UserID)
		})
		if err != nil {
			return nil, err
		}
		var items []kis.WorkItem
		for _, r := range rows {
			items = append(items, kis.WorkItem{KindKey: "risk.work.kind.effect", Icon: "eye-check", Title: r.Number + " " + r.Title, Reason: i18n.Shorten(r.Result, 160),
				Href: "/risks/" + r.ID, VerbKey: "risk.work.verb.check"})
		}
		out = append(out, cut(items)...)
	}
	if !policies.Can(who, policies.ObjectiveMeasure) {
		return out, nil
	}
	var list []Objective
	err := db.NewSelect().Model(&list).Where("b.owner_id = ? AND b.state = ? AND b.due <= ?", who.UserID, Running, today.Add(soon)).
		OrderExpr("b.due, b.id").Limit(kis.WorkLimit + 1).Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "objectives that wait")
	}
	var items []kis.WorkItem
	for _, o := range list {
		items = append(items, kis.WorkItem{Due: o.Due, KindKey: "risk.work.kind.objective", Icon: "target-arrow", Title: o.Number + " " + o.Title, Reason: o.Metric,
			Href: "/objectives/" + o.ID, VerbKey: "risk.work.verb.measure", Overdue: o.Overdue(today)})
	}
	return append(out, cut(items)...), nil
}

// waiting reads the risks that a condition leaves, soonest first.
func waiting(ctx context.Context, db bun.IDB, where func(q *bun.SelectQuery) *bun.SelectQuery) ([]Risk, error) {
	var rows []Risk
	err := where(db.NewSelect().Model(&rows)).OrderExpr("COALESCE(r.due, r.review_due), r.id").Limit(kis.WorkLimit + 1).Scan(ctx)
	return rows, store.MapError(err, "risks that wait")
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

// cut keeps the list within its limit and marks that there are more.
func cut(list []kis.WorkItem) []kis.WorkItem {
	if len(list) > kis.WorkLimit {
		list = list[:kis.WorkLimit]
		list[len(list)-1].More = true
	}
	return list
}

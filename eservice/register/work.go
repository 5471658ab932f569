package register

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// maxWork is how many applications the page "my work" lists at most.
const maxWork = 50

// Work lists the applications that wait for a step of the actor: an officer's
// drafts and what was returned, what the operator checks or has to give notice
// of. One query.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	if _, err := kis.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" || !policies.Can(who, policies.RegisterRead) {
		return nil, nil
	}
	fill, check := policies.For(who, policies.RegisterFill), policies.For(who, policies.RegisterCheck)
	if fill.None() && check.None() {
		return nil, nil
	}
	q := s.DB.Read().NewSelect().TableExpr("register_applications AS ra").ColumnExpr("ra.*, ag.code AS agency_code, ag.name_az AS agency_az, ag.name_en AS agency_en").
		Join("JOIN agencies AS ag ON ag.id = ra.agency_id").
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			if len(fill.Agencies) > 0 {
				q.WhereOr("ra.agency_id IN (?) AND ra.state IN ('draft', 'returned')", bun.List(fill.Agencies))
			}
			if check.Any {
				q.WhereOr("ra.state IN ('submitted', 'defective')")
			}
			return q.WhereOr("1 = 0")
		}).OrderExpr("CASE WHEN ra.due = '' THEN 1 ELSE 0 END, ra.due, ra.id").Limit(maxWork + 1)
	var rows []ApplicationRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "waiting applications")
	}
	today := s.KIS.Today()
	var out []kis.WorkItem
	for i, r := range rows {
		if i == maxWork {
			out[i-1].More = true
			break
		}
		item := kis.WorkItem{Due: r.Due, KindKey: "register.work.kind", Icon: "clipboard-list", Title: r.Number, Reason: r.AgencyCode + ", " + r.Agency(who.Lang),
			Href: "/applications/" + r.ID, VerbKey: "register.work.verb." + string(r.State), Overdue: r.Overdue(today)}
		if r.Title != "" {
			item.Title += ", " + textOf(r.Title)
		}
		out = append(out, item)
	}
	return out, nil
}

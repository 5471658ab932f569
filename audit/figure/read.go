package figure

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// Of gives the figures of the acts that were issued in a year, and the acts
// that are in one of the states now: of these departments, of all when the
// list is nil. ok is false when the figures were not made in this zone.
func Of(ctx context.Context, db bun.IDB, zone *time.Location, year int, departments, states []string) (list []Figure, now []Running, ok bool, err error) {
	made, err := zoneOf(ctx, db, "")
	if err != nil || made != zone.String() {
		return nil, nil, false, err
	}
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		if departments != nil {
			q.Where("department_id IN (?)", bun.List(departments))
		}
		return q.Where("year = ?", year)
	}
	err = narrow(db.NewSelect().TableExpr("act_figures").ColumnExpr("dimension, key").
		ColumnExpr("SUM(acts) AS acts, SUM(major) AS major, SUM(repeats) AS repeats, SUM(open) AS open, SUM(reopened) AS reopened").
		ColumnExpr("SUM(stays) AS stays, CAST(SUM(stayed) AS BIGINT) AS stayed, MAX(longest) AS longest")).
		GroupExpr("dimension, key").Having("SUM(acts) <> 0 OR SUM(stays) <> 0").Scan(ctx, &list)
	if err != nil {
		return nil, nil, false, store.MapError(err, "figures of a year")
	}
	err = narrow(db.NewSelect().TableExpr("act_counted").ColumnExpr("state, COUNT(*) AS n, CAST(SUM(since) AS BIGINT) AS total, MIN(since) AS first")).
		Where("state IN (?)", bun.List(states)).GroupExpr("state").Scan(ctx, &now)
	return list, now, true, store.MapError(err, "acts in their states")
}

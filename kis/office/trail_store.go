package office

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// readTrail gives one page: one query, whatever the size of the trail.
func readTrail(ctx context.Context, db bun.IDB, f TrailFilter, zone *time.Location) (TrailPage, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 200)
	var rows []store.TrailRow
	q := db.NewSelect().Model(&rows).OrderExpr("t.seq DESC").Limit(int64(limit) + 1)
	for column, value := range map[string]string{"actor_id": f.ActorID, "action": f.Action, "kind": f.Kind, "object_id": f.ObjectID} {
		if value != "" {
			q = q.Where("t.? = ?", bun.Ident(column), value)
		}
	}
	if f.Before > 0 {
		q = q.Where("t.seq < ?", f.Before)
	}
	if f.From != "" {
		q = q.Where("t.at >= ?", Midnight(f.From.Time(), zone))
	}
	if f.To != "" {
		q = q.Where("t.at < ?", Midnight(f.To.Add(1).Time(), zone))
	}
	if err := q.Scan(ctx); err != nil {
		return TrailPage{}, store.MapError(err, "read trail")
	}
	var page TrailPage
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = rows[limit-1].Seq
	}
	var err error
	page.Events, err = events(rows)
	return page, err
}

// Midnight is the beginning of a day in a zone, UTC.
func Midnight(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone).UTC()
}

func history(ctx context.Context, db bun.IDB, rootKind, rootID string, limit int) ([]Event, error) {
	var rows []store.TrailRow
	err := db.NewSelect().Model(&rows).Where("t.root_kind = ? AND t.root_id = ?", rootKind, rootID).
		OrderExpr("t.seq DESC").Limit(int64(max(limit, 1))).Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "history")
	}
	return events(rows)
}

// ObjectHistory is the part of the trail about one object itself, newest first.
func ObjectHistory(ctx context.Context, db bun.IDB, kind, id string, limit int) ([]Event, error) {
	var rows []store.TrailRow
	err := db.NewSelect().Model(&rows).Where("t.kind = ? AND t.object_id = ?", kind, id).OrderExpr("t.seq DESC").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "history of an object")
	}
	return events(rows)
}

func events(rows []store.TrailRow) ([]Event, error) {
	out := make([]Event, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = event(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func trailActors(ctx context.Context, db bun.IDB) ([]User, error) {
	var list []User
	err := db.NewSelect().Model(&list).Where("EXISTS (SELECT 1 FROM trail AS t WHERE t.actor_id = CAST(u.id AS TEXT))").
		OrderExpr("u.sort_key, u.id").Scan(ctx)
	return list, store.MapError(err, "people of the trail")
}

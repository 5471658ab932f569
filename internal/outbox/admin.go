package outbox

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// Item is a job as an administrator sees it.
type Item struct {
	Job
	State     State
	RunAt     time.Time // next try
	LastError string
	EndedAt   time.Time
}

// Filter narrows the list of jobs.
type Filter struct {
	State State  // all when empty
	After string // id of the last one of the page before
	Limit int    // 50 when 0, at most 200
}

// List gives jobs, newest first, and the After of the next page, "" on the
// last. One query.
func (q *Queue) List(ctx context.Context, f Filter) (items []Item, next string, err error) {
	limit := min(or(f.Limit, 50), 200)
	var rows []jobRow
	sel := q.DB.Read().NewSelect().Model(&rows).OrderExpr("j.id DESC").Limit(int64(limit) + 1)
	if f.State != "" {
		sel = sel.Where("j.state = ?", f.State)
	}
	if store.IsID(f.After) {
		sel = sel.Where("j.id < ?", f.After)
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, "", store.MapError(err, "list jobs")
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	for _, r := range rows {
		items = append(items, Item{Job: Job{ID: r.ID, Kind: r.Kind, Args: r.Args, Attempt: r.Attempt, CreatedAt: r.CreatedAt},
			State: r.State, RunAt: r.RunAt, LastError: r.LastError, EndedAt: r.EndedAt})
	}
	return items, next, nil
}

// Counts says how many jobs are in each state.
func (q *Queue) Counts(ctx context.Context) (map[State]int, error) {
	var rows []struct {
		State State
		N     int
	}
	err := q.DB.Read().NewRaw(`SELECT state, COUNT(*) AS n FROM jobs GROUP BY state`).Scan(ctx, &rows)
	out := map[State]int{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, store.MapError(err, "count jobs")
}

// Retry lets a dead job be tried once more, inside the transaction. Its number
// of tries goes on, so that nobody who still holds an older one can end it.
// One that is not dead is a Conflict, one that is gone NotFound.
func (q *Queue) Retry(ctx context.Context, tx *store.Tx, id string) (Job, error) {
	var r jobRow
	if !store.IsID(id) {
		return Job{}, apperr.Missing("job")
	}
	if err := store.Lock(tx.NewSelect().Model(&r).Where("j.id = ?", id)).Scan(ctx); err != nil {
		return Job{}, store.MapError(err, "job")
	}
	n, err := store.Affected(tx.NewRaw(`UPDATE jobs SET state = 'ready', run_at = ?, ended_at = NULL WHERE id = ? AND state = 'dead'`, tx.Now, id).Exec(ctx))
	if err := store.Moved(n, err, "job", string(Dead)); err != nil {
		return Job{}, err
	}
	tx.After(func(context.Context) { q.Wake() })
	return Job{ID: r.ID, Kind: r.Kind, Args: r.Args, Attempt: r.Attempt, CreatedAt: r.CreatedAt}, nil
}

// Sweep removes jobs that were done before a time and gives their number. It
// goes on in small transactions, so that nobody waits long for it.
func (q *Queue) Sweep(ctx context.Context, before time.Time) (int64, error) {
	var all int64
	for {
		var n int64
		err := q.DB.Unrecorded(ctx, func(tx *store.Tx) (err error) {
			n, err = deleteDone(ctx, tx, before)
			return err
		})
		all += n
		if err != nil || n == 0 {
			return all, err
		}
	}
}

func deleteDone(ctx context.Context, db bun.IDB, before time.Time) (int64, error) {
	n, err := store.Affected(db.NewRaw(`DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state = 'done' AND ended_at < ? ORDER BY ended_at LIMIT 1000)`, before).Exec(ctx))
	return n, store.MapError(err, "sweep jobs")
}

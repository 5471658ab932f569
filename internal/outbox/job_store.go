package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// State is where a job stands.
type State string

// The states of a job.
const (
	Ready   State = "ready"   // waits for its time
	Running State = "running" // a node has it until its lease ends
	Done    State = "done"    // kept for a time, so that its key stays taken
	Dead    State = "dead"    // given up; an administrator may let it be tried again
)

// jobRow is a job as stored.
type jobRow struct {
	bun.BaseModel `bun:"table:jobs,alias:j"`

	ID         string    `bun:"id,pk"`
	Kind       string    `bun:"kind"`
	Args       string    `bun:"args"`
	State      State     `bun:"state"`
	RunAt      time.Time `bun:"run_at"`
	LeaseUntil time.Time `bun:"lease_until,nullzero"`
	Attempt    int       `bun:"attempt"`
	LastError  string    `bun:"last_error"`
	UniqueKey  string    `bun:"unique_key,nullzero"`
	CreatedAt  time.Time `bun:"created_at"`
	EndedAt    time.Time `bun:"ended_at,nullzero"`
}

// errLost says that a job is no longer held by who wants to mark it.
var errLost = errors.New("the lease of the job has passed to another")

// maxError bounds what is kept of an error.
const maxError = 1000

func insertJobs(ctx context.Context, db bun.IDB, rows []jobRow) (added int, err error) {
	const batch = 200
	for len(rows) > 0 {
		n := min(batch, len(rows))
		part := rows[:n]
		k, err := store.Affected(db.NewInsert().Model(&part).On("CONFLICT (unique_key) DO NOTHING").Exec(ctx))
		if err != nil {
			return added, store.MapError(err, "insert jobs")
		}
		added, rows = added+int(k), rows[n:]
	}
	return added, nil
}

// anyDue says whether there is anything to claim or to give back.
func anyDue(ctx context.Context, db bun.IDB, kinds []string, now time.Time) (bool, error) {
	var due bool
	err := db.NewRaw(`SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'ready' AND run_at <= ? AND kind IN (?))
		OR EXISTS (SELECT 1 FROM jobs WHERE state = 'running' AND lease_until < ?)`, now, bun.List(kinds), now).Scan(ctx, &due)
	return due, store.MapError(err, "jobs due")
}

// releaseExpired frees the jobs of nodes that died; a job that took its node
// with it too often is dead.
func releaseExpired(ctx context.Context, tx *store.Tx, now time.Time, attempts int) error {
	_, err := tx.NewRaw(`UPDATE jobs SET state = CASE WHEN attempt >= ? THEN 'dead' ELSE 'ready' END, lease_until = NULL,
		ended_at = CASE WHEN attempt >= ? THEN lease_until END, last_error = 'lease expired'
		WHERE id IN (SELECT id FROM jobs WHERE state = 'running' AND lease_until < ? ORDER BY lease_until LIMIT 100 ?)`,
		attempts, attempts, now, store.SkipLocked(tx)).Exec(ctx)
	return store.MapError(err, "release jobs")
}

func claimJobs(ctx context.Context, tx *store.Tx, kinds []string, n int, now, until time.Time) ([]Job, error) {
	var jobs []Job
	err := tx.NewRaw(`UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_until = ?
		WHERE id IN (SELECT id FROM jobs WHERE state = 'ready' AND run_at <= ? AND kind IN (?) ORDER BY run_at, id LIMIT ? ?)
		RETURNING id, kind, args, attempt, created_at`, until, now, bun.List(kinds), n, store.SkipLocked(tx)).Scan(ctx, &jobs)
	return jobs, store.MapError(err, "claim jobs")
}

// markDone ends a job, unless it has passed to another meanwhile.
func markDone(ctx context.Context, tx *store.Tx, j Job, now time.Time) error {
	return held(store.Affected(tx.NewRaw(`UPDATE jobs SET state = 'done', lease_until = NULL, ended_at = ?, last_error = ''
		WHERE id = ? AND state = 'running' AND attempt = ?`, now, j.ID, j.Attempt).Exec(ctx)))
}

func markFailed(ctx context.Context, tx *store.Tx, j Job, dead bool, now, again time.Time, cause string) error {
	state, ended := Ready, bun.NullTime{}
	if dead {
		state, ended = Dead, bun.NullTime{Time: now}
	}
	return held(store.Affected(tx.NewRaw(`UPDATE jobs SET state = ?, lease_until = NULL, run_at = ?, ended_at = ?, last_error = ?
		WHERE id = ? AND state = 'running' AND attempt = ?`, state, again, ended, i18n.Shorten(cause, maxError), j.ID, j.Attempt).Exec(ctx)))
}

func held(n int64, err error) error {
	if err == nil && n == 0 {
		return errLost
	}
	return store.MapError(err, "mark job")
}

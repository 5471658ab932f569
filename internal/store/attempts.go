package store

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"
)

// Attempts counts what may be tried only so often within a time, such as
// signing in. The counters are in the database, so that all nodes share them;
// they are no business record and leave no trail.
type Attempts struct {
	db     *DB
	window time.Duration // how far back is counted
}

// NewAttempts gives the counters of a database over a window of time.
func NewAttempts(db *DB, window time.Duration) *Attempts {
	return &Attempts{db: db, window: window}
}

// bucket is how finely the window slides.
const bucket = time.Minute

// Subject is who or what is counted, and how many tries it has in the window.
type Subject struct {
	Name  string // e.g. "account:a@b.az"
	Limit int
}

// Take counts one try for each subject before the try is made, so that tries
// made at once cannot pass the limit together. When one of them has none left
// nothing is counted, and wait is the time until it may try again.
func (a *Attempts) Take(ctx context.Context, subjects ...Subject) (wait time.Duration, err error) {
	err = a.db.writer.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		now := a.db.Now()
		if _, err := tx.NewRaw(`DELETE FROM sign_in_attempts WHERE window_start < ?`, now.Add(-a.window-bucket)).Exec(ctx); err != nil {
			return err
		}
		for _, s := range subjects {
			// The row is taken first: it makes others of the same subject wait.
			if err := a.add(ctx, tx, s.Name, now, 1); err != nil {
				return err
			}
			free, err := a.freeAt(ctx, tx, s, now)
			if err != nil {
				return err
			}
			wait = max(wait, free.Sub(now))
		}
		if wait > 0 {
			return ErrNoChange
		}
		return nil
	})
	if errors.Is(err, ErrNoChange) { // rolled back on purpose
		err = nil
	}
	return wait, mapError(err, "count attempt")
}

// Succeeded takes back a try that was none to worry about: all of the first
// subject's, and the one try of the others.
func (a *Attempts) Succeeded(ctx context.Context, first Subject, others ...Subject) error {
	return mapError(a.db.writer.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewRaw(`DELETE FROM sign_in_attempts WHERE subject = ?`, first.Name).Exec(ctx); err != nil {
			return err
		}
		for _, s := range others {
			if err := a.add(ctx, tx, s.Name, a.db.Now(), -1); err != nil {
				return err
			}
		}
		return nil
	}), "take back attempt")
}

func (a *Attempts) add(ctx context.Context, tx bun.Tx, subject string, now time.Time, n int) error {
	_, err := tx.NewRaw(`INSERT INTO sign_in_attempts (subject, window_start, failures) VALUES (?, ?, ?)
		ON CONFLICT (subject, window_start) DO UPDATE SET failures = sign_in_attempts.failures + EXCLUDED.failures`,
		subject, now.Truncate(bucket), n).Exec(ctx)
	return err
}

// freeAt is when the subject's tries fit the limit again: now or earlier when
// they do.
func (a *Attempts) freeAt(ctx context.Context, tx bun.Tx, s Subject, now time.Time) (time.Time, error) {
	var rows []struct {
		WindowStart time.Time
		Failures    int
	}
	err := tx.NewRaw(`SELECT window_start, failures FROM sign_in_attempts WHERE subject = ? AND window_start > ? ORDER BY window_start`,
		s.Name, now.Add(-a.window)).Scan(ctx, &rows)
	if err != nil {
		return now, err
	}
	sum := 0
	for _, r := range rows {
		sum += r.Failures
	}
	free := now
	for _, r := range rows {
		if sum <= s.Limit {
			break
		}
		sum -= r.Failures
		free = r.WindowStart.Add(a.window)
	}
	return free, nil
}

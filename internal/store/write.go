package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
)

// Tx is one unit of work: a transaction, the time of the change and who makes
// it. It is a bun.IDB, so SQL functions take it where they take a database.
type Tx struct {
	bun.Tx
	Now   time.Time   // the same for all rows of the change; UTC, milliseconds
	Actor actor.Actor // who makes the change

	changes []recorded
	seals   *seals
	seen    map[sealed]map[string]string // what sealed objects held before, see Seen
	after   []func(context.Context)
}

// ErrNothingRecorded is the fault of a unit of work that left no trail.
var ErrNothingRecorded = errors.New("unit of work recorded nothing in the trail")

// ErrNoChange lets a unit of work end without a change and without a trail:
// Write rolls back and returns nil.
var ErrNoChange = errors.New("nothing to change")

// Write runs one change in one transaction. It gives fn the clock and the
// actor of the context, appends what fn recorded to the trail as the last
// step, commits, and then runs what fn asked for with After. Nobody is
// refused with Unauthenticated. Whatever fn returns as an error rolls back.
// Do not call Write inside Write, nor Read inside Write.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error) (err error) {
	who := actor.From(ctx)
	if who.Nobody() {
		return apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	btx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return mapError(err, "begin")
	}
	tx := &Tx{Tx: btx, Now: db.Now(), Actor: who, seals: &db.seals}
	defer func() {
		if p := recover(); p != nil {
			_ = btx.Rollback()
			panic(p)
		}
		if err != nil {
			_ = btx.Rollback()
			if errors.Is(err, ErrNoChange) {
				err = nil
			}
		}
	}()
	if err = fn(tx); err != nil {
		return mapError(err, "write")
	}
	if len(tx.changes) == 0 {
		return apperr.Wrap(ErrNothingRecorded, "write")
	}
	if err = tx.sealChanges(ctx); err != nil {
		return mapError(err, "seal")
	}
	if err = appendTrail(ctx, tx); err != nil {
		return mapError(err, "trail")
	}
	if err = btx.Commit(); err != nil {
		return mapError(err, "commit")
	}
	forgetEntry(ctx)
	for _, f := range tx.after {
		f(context.WithoutCancel(ctx))
	}
	return nil
}

// After asks for f to be run once the change is committed, and not if it is
// not. For effects outside the database that may be lost in a crash; what may
// not be lost is written in the transaction.
func (tx *Tx) After(f func(context.Context)) { tx.after = append(tx.after, f) }

// NextNumber takes the next number of a series and year inside the
// transaction: 1, 2, 3 … without gaps, since a rollback gives it back.
func (tx *Tx) NextNumber(ctx context.Context, series string, year int) (int, error) {
	var n int
	err := tx.NewRaw(`INSERT INTO number_series (series, year, last) VALUES (?, ?, 1)
		ON CONFLICT (series, year) DO UPDATE SET last = number_series.last + 1 RETURNING last`, series, year).Scan(ctx, &n)
	return n, mapError(err, "number series")
}

// NextNumbers takes n numbers of a series at once and gives the first of them.
func (tx *Tx) NextNumbers(ctx context.Context, series string, year, n int) (first int, err error) {
	var last int
	err = tx.NewRaw(`INSERT INTO number_series (series, year, last) VALUES (?, ?, ?)
		ON CONFLICT (series, year) DO UPDATE SET last = number_series.last + excluded.last RETURNING last`, series, year, n).Scan(ctx, &last)
	return last - n + 1, mapError(err, "number series")
}

// TakenNumber keeps a series from giving out a number that came from outside,
// or one before it.
func (tx *Tx) TakenNumber(ctx context.Context, series string, year, n int) error {
	_, err := tx.NewRaw(`INSERT INTO number_series (series, year, last) VALUES (?, ?, ?)
		ON CONFLICT (series, year) DO UPDATE SET last = CASE WHEN number_series.last < excluded.last THEN excluded.last ELSE number_series.last END`, series, year, n).Exec(ctx)
	return mapError(err, "number series")
}

// NewID makes a UUIDv7: unique, and rising with time so that indexes stay
// dense. The time in it is the machine's, not the unit of work's.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// IsID says whether a text is the id of anything.
func IsID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// NewSecret makes an unguessable text of 26 letters and digits: tokens,
// verification codes, first passwords.
func NewSecret() string { return rand.Text() }

// Moved checks an UPDATE that named the old state in WHERE: when no row
// changed, somebody else was first, and the error is a Conflict naming the
// object and the state it was expected in.
func Moved(n int64, err error, object, state string) error {
	if err != nil {
		return mapError(err, "move "+object)
	}
	if n == 0 {
		return apperr.New(apperr.Conflict, "error.conflict.state", "object", object, "state", state)
	}
	return nil
}

// Affected gives the number of rows of a result, for Moved.
func Affected(res interface{ RowsAffected() (int64, error) }, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("rows affected: %w", err)
	}
	return n, nil
}

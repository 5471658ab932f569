package store

import (
	"context"
	"errors"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
)

// errRecorded is the fault of a transaction without a trail that was given an
// entry for it: the entry would be lost.
var errRecorded = errors.New("a transaction without a trail recorded a change")

// Unrecorded runs a transaction that leaves no trail, for rows that are no
// business record: jobs of the outbox, what people have read. It has the
// clock, the rollback and the After of Write, takes part in no lock of the
// trail and needs no actor. Do not call it inside Write, nor Read inside it.
func (db *DB) Unrecorded(ctx context.Context, fn func(tx *Tx) error) (err error) {
	btx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return mapError(err, "begin")
	}
	tx := &Tx{Tx: btx, Now: db.Now(), Actor: actor.From(ctx)}
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
		return mapError(err, "unrecorded")
	}
	if len(tx.changes) > 0 {
		return apperr.Wrap(errRecorded, "unrecorded")
	}
	if err = btx.Commit(); err != nil {
		return mapError(err, "commit")
	}
	for _, f := range tx.after {
		f(context.WithoutCancel(ctx))
	}
	return nil
}

// SkipLocked ends a SELECT that takes rows to work on so that several nodes
// each take others. On SQLite units of work come one after another anyway.
func SkipLocked(db bun.IDB) bun.Safe {
	if db.Dialect().Name() == dialect.PG {
		return "FOR UPDATE SKIP LOCKED"
	}
	return ""
}

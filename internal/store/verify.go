package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
)

// Fault is one thing that verification found wrong: a message key with
// arguments, and where.
type Fault struct {
	Where string // e.g. "trail row 17"
	Key   string
	Args  []apperr.Arg
	Note  bool // said, but no fault: what verification does not reach
}

// VerifyTrail walks the whole chain in order and reports each row that was
// changed, removed or added, and a head that does not fit. It reads one moment
// of the database while others go on writing, and streams: memory does not
// grow with the trail. The count is that of the rows read.
func (db *DB) VerifyTrail(ctx context.Context, report func(Fault)) (count int64, err error) {
	tx, err := db.reader.BeginTx(ctx, &sql.TxOptions{Isolation: db.snapshot(), ReadOnly: true})
	if err != nil {
		return 0, mapError(err, "verify trail")
	}
	defer func() { _ = tx.Rollback() }()
	var head struct {
		Seq  int64
		Hash string
	}
	if err := tx.NewRaw(`SELECT seq, hash FROM trail_head WHERE id = 1`).Scan(ctx, &head); err != nil {
		return 0, mapError(err, "trail head")
	}
	rows, err := tx.QueryContext(ctx, `SELECT seq, at, actor_id, actor, action, kind, object_id, root_kind, root_id, body, hash FROM trail ORDER BY seq`)
	if err != nil {
		return 0, mapError(err, "read trail")
	}
	defer rows.Close()
	w := walk{report: report, head: head.Seq}
	for rows.Next() {
		var r TrailRow
		var at any
		if err := rows.Scan(&r.Seq, &at, &r.ActorID, &r.Actor, &r.Action, &r.Kind, &r.ObjectID, &r.RootKind, &r.RootID, &r.Body, &r.Hash); err != nil {
			return count, mapError(err, "read trail")
		}
		r.At = storedTime(at)
		count++
		w.row(r)
	}
	if err := rows.Err(); err != nil {
		return count, mapError(err, "read trail")
	}
	w.missing(head.Seq)
	// With rows missing at the end the head cannot be checked.
	if w.proven == head.Seq && w.hash != head.Hash {
		w.fault(head.Seq, "verify.trail.head")
	}
	return count, nil
}

// storedTime reads a time as either driver gives it; what is no time is the
// zero time, so that a row with a broken one can be named.
func storedTime(v any) time.Time {
	switch v := v.(type) {
	case time.Time:
		return v
	case string:
		for _, layout := range []string{"2006-01-02 15:04:05.999999-07:00", time.RFC3339Nano} {
			if t, err := time.Parse(layout, v); err == nil {
				return t
			}
		}
	}
	return time.Time{}
}

// snapshot is the isolation that shows one moment; SQLite has no other.
func (db *DB) snapshot() sql.IsolationLevel {
	if db.Postgres() {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// walk goes along the chain.
type walk struct {
	report func(Fault)
	head   int64  // number of the last entry there should be
	proven int64  // number of the last row read that is part of the chain
	hash   string // of that row
}

func (w *walk) fault(seq int64, key string, args ...any) {
	w.report(Fault{Where: fmt.Sprintf("trail:%d", seq), Key: key, Args: apperr.Pairs(append([]any{"seq", seq}, args...)...)})
}

// missing reports the rows between the last one read and the one with the
// number, and that one too.
func (w *walk) missing(to int64) {
	switch from := w.proven + 1; {
	case from == to:
		w.fault(from, "verify.trail.missing")
	case from < to:
		w.fault(from, "verify.trail.missing_range", "to", to)
	}
}

func (w *walk) row(r TrailRow) {
	if r.Seq < 1 || r.Seq > w.head {
		w.fault(r.Seq, "verify.trail.added")
		return
	}
	w.missing(r.Seq - 1)
	// After a gap the hash before this row is lost; the rows that follow hold it fast.
	if r.Seq == w.proven+1 && chain(w.hash, r.Body) != r.Hash {
		w.fault(r.Seq, "verify.trail.hash")
	}
	if !columnsFit(r) {
		w.fault(r.Seq, "verify.trail.columns")
	}
	w.proven, w.hash = r.Seq, r.Hash
}

// columnsFit says whether the columns repeat what the hashed text says.
func columnsFit(r TrailRow) bool {
	var b TrailBody
	if json.Unmarshal([]byte(r.Body), &b) != nil {
		return false
	}
	return b.Seq == r.Seq && b.At == r.At.UTC().Format(trailTime) && b.ActorID == r.ActorID && b.Actor == r.Actor && b.Action == r.Action &&
		b.Kind == r.Kind && b.ID == r.ObjectID && b.RootKind == r.RootKind && b.RootID == r.RootID
}

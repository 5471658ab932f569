package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/kis-platform/kis/internal/apperr"
)

// Fault is one thing that verification found wrong: a message key with
// arguments, and where.
type Fault struct {
	Where string // e.g. "trail row 17"
	Key   string
	Args  []apperr.Arg
}

// VerifyTrail walks the whole chain in order and reports each row that was
// changed, removed or added, and a head that does not fit. It streams: memory
// does not grow with the trail. The count is that of the rows read.
func (db *DB) VerifyTrail(ctx context.Context, report func(Fault)) (count int64, err error) {
	var head struct {
		Seq  int64
		Hash string
	}
	if err := db.reader.NewRaw(`SELECT seq, hash FROM trail_head WHERE id = 1`).Scan(ctx, &head); err != nil {
		return 0, mapError(err, "trail head")
	}
	fault := func(seq int64, key string, args ...any) {
		report(Fault{Where: fmt.Sprintf("trail:%d", seq), Key: key, Args: apperr.Pairs(append([]any{"seq", seq}, args...)...)})
	}
	rows, err := db.reader.QueryContext(ctx, `SELECT seq, at, actor_id, actor, action, kind, object_id, root_kind, root_id, body, hash FROM trail WHERE seq <= ? ORDER BY seq`, head.Seq)
	if err != nil {
		return 0, mapError(err, "read trail")
	}
	defer rows.Close()
	prev, next := "", int64(1)
	for rows.Next() {
		var r TrailRow
		if err := rows.Scan(&r.Seq, &r.At, &r.ActorID, &r.Actor, &r.Action, &r.Kind, &r.ObjectID, &r.RootKind, &r.RootID, &r.Body, &r.Hash); err != nil {
			return count, mapError(err, "read trail")
		}
		count++
		for ; next < r.Seq; next++ {
			fault(next, "verify.trail.missing")
		}
		next = r.Seq + 1
		if missing := prev == "" && r.Seq > 1; !missing && chain(prev, r.Body) != r.Hash {
			fault(r.Seq, "verify.trail.hash")
		}
		if !columnsFit(r) {
			fault(r.Seq, "verify.trail.columns")
		}
		prev = r.Hash
	}
	if err := rows.Err(); err != nil {
		return count, mapError(err, "read trail")
	}
	for ; next <= head.Seq; next++ {
		fault(next, "verify.trail.missing")
	}
	if count > 0 && prev != head.Hash {
		fault(head.Seq, "verify.trail.head")
	}
	var extra int64
	if err := db.reader.NewRaw(`SELECT COUNT(*) FROM trail WHERE seq > ? OR seq < 1`, head.Seq).Scan(ctx, &extra); err != nil {
		return count, mapError(err, "read trail")
	}
	if extra > 0 {
		fault(head.Seq+1, "verify.trail.added", "n", extra)
	}
	return count, nil
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

package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
)

// Change is one entry for the trail: what was done to which object, with the
// fields before and after. Root is the object on whose page the entry is
// shown, when it is another one (the act of a corrective action).
type Change struct {
	Action   string // context:object:verb, usually the policy action
	Kind, ID string // the object, e.g. "act"
	Label    string // how people call it: number, code or title
	RootKind string
	RootID   string
	Before   any // struct, map or nil
	After    any
	Note     string // reason given by the person
}

// recorded is a change with the moment and the person it is told of.
type recorded struct {
	Change
	at  time.Time
	who actor.Actor

	seal, seen map[string]string // of the object, see Seal
}

// Record adds an entry to the trail of this unit of work, in the name of
// tx.Actor and at tx.Now as they are at the call.
func (tx *Tx) Record(c Change) {
	tx.changes = append(tx.changes, recorded{Change: c, at: tx.Now, who: tx.Actor})
}

// TrailRow is one stored entry. Body is the exact text that Hash covers; the
// other columns repeat parts of it for queries and are checked against it.
type TrailRow struct {
	bun.BaseModel `bun:"table:trail,alias:t"`

	Seq      int64     `bun:"seq,pk"`
	At       time.Time `bun:"at"`
	ActorID  string    `bun:"actor_id"`
	Actor    string    `bun:"actor"`
	Action   string    `bun:"action"`
	Kind     string    `bun:"kind"`
	ObjectID string    `bun:"object_id"`
	RootKind string    `bun:"root_kind"`
	RootID   string    `bun:"root_id"`
	Body     string    `bun:"body"`
	Hash     string    `bun:"hash"`
}

// TrailBody is what the body of an entry holds.
type TrailBody struct {
	Seq      int64           `json:"seq"`
	At       string          `json:"at"`
	ActorID  string          `json:"actor_id,omitempty"`
	Actor    string          `json:"actor"`
	Token    string          `json:"token,omitempty"` // id of the API token the person acted by
	Action   string          `json:"action"`
	Kind     string          `json:"kind"`
	ID       string          `json:"id"`
	Label    string          `json:"label,omitempty"`
	RootKind string          `json:"root_kind"`
	RootID   string          `json:"root_id"`
	Before   json.RawMessage `json:"before,omitempty"`
	After    json.RawMessage `json:"after,omitempty"`
	Note     string          `json:"note,omitempty"`

	Seal map[string]string `json:"seal,omitempty"` // SHA-256 of each part of the object after the change, see Seal
	Seen map[string]string `json:"seen,omitempty"` // of the parts it changed, before; empty for one that was not there
}

// trailTime is the form of time in bodies.
const trailTime = "2006-01-02T15:04:05.000Z"

// appendTrail writes the recorded changes behind the last entry. Taking the
// head row is the lock: on both databases no other unit of work can append
// until this one has ended, so it is done last and held shortly.
func appendTrail(ctx context.Context, tx *Tx) error {
	var head struct {
		Seq  int64
		Hash string
	}
	err := tx.NewRaw(`UPDATE trail_head SET seq = seq + ? WHERE id = 1 RETURNING seq, hash`, len(tx.changes)).Scan(ctx, &head)
	if err != nil {
		return fmt.Errorf("lock trail: %w", err)
	}
	seq, hash := head.Seq-int64(len(tx.changes)), head.Hash
	rows := make([]TrailRow, 0, len(tx.changes))
	for _, c := range tx.changes {
		seq++
		row, err := trailRow(c, seq, hash)
		if err != nil {
			return err
		}
		hash = row.Hash
		rows = append(rows, row)
	}
	const batch = 200
	for len(rows) > 0 {
		n := min(batch, len(rows))
		part := rows[:n]
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return fmt.Errorf("append trail: %w", err)
		}
		rows = rows[n:]
	}
	if _, err := tx.NewRaw(`UPDATE trail_head SET hash = ? WHERE id = 1`, hash).Exec(ctx); err != nil {
		return fmt.Errorf("move trail head: %w", err)
	}
	return nil
}

func trailRow(c recorded, seq int64, prev string) (TrailRow, error) {
	if c.RootKind == "" {
		c.RootKind, c.RootID = c.Kind, c.ID
	}
	b := TrailBody{Seq: seq, At: c.at.Format(trailTime), ActorID: c.who.UserID, Actor: c.who.Signature(), Token: c.who.TokenID, Action: c.Action,
		Kind: c.Kind, ID: c.ID, Label: c.Label, RootKind: c.RootKind, RootID: c.RootID, Note: c.Note, Seal: c.seal, Seen: c.seen}
	var err error
	if b.Before, err = plainJSON(c.Before); err != nil {
		return TrailRow{}, err
	}
	if b.After, err = plainJSON(c.After); err != nil {
		return TrailRow{}, err
	}
	body, err := plainJSON(b)
	if err != nil {
		return TrailRow{}, err
	}
	return TrailRow{Seq: seq, At: c.at, ActorID: b.ActorID, Actor: b.Actor, Action: b.Action, Kind: b.Kind, ObjectID: b.ID,
		RootKind: b.RootKind, RootID: b.RootID, Body: string(body), Hash: chain(prev, string(body))}, nil
}

// plainJSON encodes without escaping letters, so that the stored text is the
// text people wrote; nil gives nothing.
func plainJSON(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode trail: %w", err)
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}

// chain is the hash of an entry: SHA-256 over the hash before it and its text.
func chain(prev, body string) string {
	sum := sha256.Sum256([]byte(prev + "\n" + body))
	return hex.EncodeToString(sum[:])
}

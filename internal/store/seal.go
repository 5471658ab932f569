package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

// Seal says of which objects the trail keeps what they held. The last entry
// about such an object in a unit of work carries the SHA-256 of each of its
// parts as they are when the unit of work ends, so that rows changed past the
// program, or between two entries, can be told.
type Seal struct {
	Kind  string   // of the objects, as entries call it
	Table string   // that holds them, by id
	Of    []string // kinds of entries whose root is the object: what happens to its parts
	Parts []SealPart

	Rows  string // query that gives the ids, where they are not all those of Table and no others
	MayGo bool   // the program removes some: one is missed only when its last entry says what it held
}

// SealPart is what is hashed together and named together.
type SealPart struct {
	Name string // as keys of texts call it
	// Query gives the id of the object, then what is hashed, for the ids ?0. It
	// names plain columns; an object without rows has no such part.
	Query string
	// Later says that seals of earlier versions lack this part, which every
	// object has: where it is missing, it is not compared.
	Later bool
}

// seals are the seals of a database. Services add theirs when they are made.
type seals struct {
	mu     sync.RWMutex
	byKind map[string]Seal
}

// Seal has objects of a kind sealed from now on.
func (db *DB) Seal(list ...Seal) {
	db.seals.mu.Lock()
	defer db.seals.mu.Unlock()
	if db.seals.byKind == nil {
		db.seals.byKind = map[string]Seal{}
	}
	for _, s := range list {
		db.seals.byKind[s.Kind] = s
	}
}

// SealParts adds parts to a kind that is sealed; a part of a name that is there
// stays as it is.
func (db *DB) SealParts(kind string, parts ...SealPart) {
	db.seals.mu.Lock()
	defer db.seals.mu.Unlock()
	s := db.seals.byKind[kind]
	s.Parts = slices.Clone(s.Parts)
	for _, p := range parts {
		if !slices.ContainsFunc(s.Parts, func(have SealPart) bool { return have.Name == p.Name }) {
			s.Parts = append(s.Parts, p)
		}
	}
	db.seals.byKind[kind] = s
}

// Seals lists what is sealed, by kind.
func (db *DB) Seals() []Seal {
	db.seals.mu.RLock()
	defer db.seals.mu.RUnlock()
	var out []Seal
	for _, kind := range slices.Sorted(maps.Keys(db.seals.byKind)) {
		out = append(out, db.seals.byKind[kind])
	}
	return out
}

func (s *seals) kind(name string) (Seal, bool) {
	if s == nil {
		return Seal{}, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	seal, ok := s.byKind[name]
	return seal, ok
}

// object gives the sealed object that an entry is about.
func (s *seals) object(c Change) (o sealed, ok bool) {
	if _, ok = s.kind(c.Kind); ok {
		return sealed{c.Kind, c.ID}, true
	}
	seal, ok := s.kind(c.RootKind)
	return sealed{c.RootKind, c.RootID}, ok && slices.Contains(seal.Of, c.Kind)
}

type sealed struct{ kind, id string }

// Read gives the hash of each part of objects, by id and name of the part.
// Objects that are not there have none.
func (s Seal) Read(ctx context.Context, db bun.IDB, ids []string) (map[string]map[string]string, error) {
	out := map[string]map[string]string{}
	for _, p := range s.Parts {
		rows, err := sealRows(ctx, db, p.Query, ids)
		if err != nil {
			return nil, fmt.Errorf("seal of %s, %s: %w", s.Kind, p.Name, err)
		}
		for id, list := range rows {
			if out[id] == nil {
				out[id] = map[string]string{}
			}
			slices.Sort(list)
			text, _ := json.Marshal(list)
			sum := sha256.Sum256(text)
			out[id][p.Name] = hex.EncodeToString(sum[:])
		}
	}
	return out, nil
}

// sealRows reads rows as texts that are the same on both databases.
func sealRows(ctx context.Context, db bun.IDB, query string, ids []string) (map[string][]string, error) {
	rows, err := db.QueryContext(ctx, query, bun.List(ids))
	if err != nil {
		return nil, mapError(err, "read")
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, mapError(err, "columns")
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	out := map[string][]string{}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, mapError(err, "scan")
		}
		row := make([]any, len(values))
		for i, v := range values {
			row[i] = plainValue(v)
		}
		text, err := json.Marshal(row[1:])
		if err != nil {
			return nil, mapError(err, "encode")
		}
		id := fmt.Sprint(row[0])
		out[id] = append(out[id], string(text))
	}
	return out, mapError(rows.Err(), "rows")
}

// plainValue is a stored value as text, nil for none.
func plainValue(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case bool:
		if v {
			return "1"
		}
		return "0"
	case []byte:
		return string(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case string:
		if t, err := time.Parse("2006-01-02 15:04:05.999999-07:00", v); err == nil { // how SQLite keeps a time
			return t.UTC().Format(time.RFC3339Nano)
		}
		return v
	}
	return fmt.Sprint(v)
}

// Seen notes what sealed objects hold before they are changed. Whoever locks
// an object for a change calls it, so that the trail can tell what the change
// did from what was done past the program before it.
func (tx *Tx) Seen(ctx context.Context, kind string, ids ...string) error {
	seal, ok := tx.seals.kind(kind)
	if !ok {
		return nil
	}
	var fresh []string
	for _, id := range ids {
		if _, known := tx.seen[sealed{kind, id}]; !known && IsID(id) {
			fresh = append(fresh, id)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	parts, err := seal.Read(ctx, tx, fresh)
	if err != nil {
		return err
	}
	if tx.seen == nil {
		tx.seen = map[sealed]map[string]string{}
	}
	for _, id := range fresh {
		tx.seen[sealed{kind, id}] = parts[id]
	}
	return nil
}

// Was notes what a sealed object held before other units of work changed it,
// as Seal.Read gave it then.
func (tx *Tx) Was(kind, id string, parts map[string]string) {
	if tx.seen == nil {
		tx.seen = map[sealed]map[string]string{}
	}
	tx.seen[sealed{kind, id}] = parts
}

// sealChanges puts the seals on the entries of a unit of work.
func (tx *Tx) sealChanges(ctx context.Context) error {
	last, ids := map[sealed]int{}, map[string][]string{}
	for i, c := range tx.changes {
		o, ok := tx.seals.object(c.Change)
		if !ok || !IsID(o.id) {
			continue
		}
		if _, known := last[o]; !known {
			ids[o.kind] = append(ids[o.kind], o.id)
		}
		last[o] = i
	}
	for kind, list := range ids {
		seal, _ := tx.seals.kind(kind)
		for part := range slices.Chunk(list, 500) {
			now, err := seal.Read(ctx, tx, part)
			if err != nil {
				return err
			}
			for _, id := range part {
				o := sealed{kind, id}
				c := &tx.changes[last[o]]
				c.seal, c.seen = now[id], changedParts(tx.seen[o], now[id])
			}
		}
	}
	return nil
}

// changedParts keeps of what was there before the parts that are not as they
// are now; a part that was not there is the empty text.
func changedParts(before, now map[string]string) map[string]string {
	out := map[string]string{}
	for name, sum := range before {
		if now[name] != sum {
			out[name] = sum
		}
	}
	for name := range now {
		if _, had := before[name]; !had && before != nil {
			out[name] = ""
		}
	}
	return out
}

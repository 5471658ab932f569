package store

import (
	"context"
	"sync"
)

// Kept keeps in the process what is read for nearly every page and seldom
// changes. A value is true for an entry of the trail: every change of a
// business record adds one in the same transaction, on whatever node, so what
// was read after the last entry is what the database holds. Sessions, jobs and
// marks of what was read leave no trail and must not be kept so. The zero
// value is ready to use.
type Kept[K comparable, V any] struct {
	// Most is how many values are kept; 1000 when 0. More than that begins anew.
	Most int
	// Fixed says that a row never changes once it is written, so that no entry
	// of the trail makes a value untrue.
	Fixed bool

	mu    sync.Mutex
	seq   int64 // the entry for which the values are true
	known map[K]V
}

// Get gives the value of a key, reading it when it is not known.
func (k *Kept[K, V]) Get(ctx context.Context, db *DB, key K, read func() (V, error)) (V, error) {
	seq, err := k.entry(ctx, db)
	if err != nil {
		var none V
		return none, err
	}
	k.mu.Lock()
	k.renew(seq)
	v, ok := k.known[key]
	k.mu.Unlock()
	if ok {
		return v, nil
	}
	if v, err = read(); err == nil {
		k.keep(seq, map[K]V{key: v})
	}
	return v, err
}

// Many gives the values of keys; read is asked once for those not known. What
// it does not give is left out.
func (k *Kept[K, V]) Many(ctx context.Context, db *DB, keys []K, read func(missing []K) (map[K]V, error)) (map[K]V, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	seq, err := k.entry(ctx, db)
	if err != nil {
		return nil, err
	}
	out := make(map[K]V, len(keys))
	var missing []K
	k.mu.Lock()
	k.renew(seq)
	for _, key := range keys {
		if v, ok := k.known[key]; ok {
			out[key] = v
		} else {
			missing = append(missing, key)
		}
	}
	k.mu.Unlock()
	if len(missing) == 0 {
		return out, nil
	}
	found, err := read(missing)
	if err != nil {
		return nil, err
	}
	for key, v := range found {
		out[key] = v
	}
	k.keep(seq, found)
	return out, nil
}

// entry is for which entry of the trail values must be true.
func (k *Kept[K, V]) entry(ctx context.Context, db *DB) (int64, error) {
	if k.Fixed {
		return 0, nil
	}
	return db.LastEntry(ctx)
}

// renew forgets what was true for an earlier entry. What is true for a later
// one than asked for is newer and as good.
func (k *Kept[K, V]) renew(seq int64) {
	if k.known == nil || seq > k.seq {
		k.known, k.seq = map[K]V{}, seq
	}
}

// keep keeps what was read after an entry, unless there is a later one by now.
func (k *Kept[K, V]) keep(seq int64, found map[K]V) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seq != seq {
		return
	}
	most := k.Most
	if most == 0 {
		most = 1000
	}
	if len(k.known)+len(found) > most {
		clear(k.known)
	}
	for key, v := range found {
		k.known[key] = v
	}
}

// mark is the last entry of the trail as one request has seen it.
type mark struct {
	mu    sync.Mutex
	seq   int64
	known bool
}

type markKey struct{}

// Remember makes a context in which LastEntry asks the database once, until a
// change is written with it: the pages of one request agree with each other.
func Remember(ctx context.Context) context.Context {
	return context.WithValue(ctx, markKey{}, &mark{})
}

// forgetEntry lets the next LastEntry ask again.
func forgetEntry(ctx context.Context) {
	if m, ok := ctx.Value(markKey{}).(*mark); ok {
		m.mu.Lock()
		m.known = false
		m.mu.Unlock()
	}
}

// LastEntry is the number of the last entry of the trail; 0 when there is
// none.
func (db *DB) LastEntry(ctx context.Context) (int64, error) {
	m, ok := ctx.Value(markKey{}).(*mark)
	if !ok {
		m = &mark{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known {
		return m.seq, nil
	}
	err := db.Each(ctx, db.reader.NewRaw(`SELECT seq FROM trail_head WHERE id = 1`), func(scan Scan) error { return scan(&m.seq) })
	m.known = err == nil
	return m.seq, err
}

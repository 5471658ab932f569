package kis

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// VerifySeals compares what the trail keeps of sealed objects (see store.Seal)
// with their rows, part by part, and reports what was changed, added or
// removed past the program: since the last entry, or between two entries,
// when the program then went on with what it found. Objects whose entries are
// all older than seals are noted, which is no fault. It gives the number of
// objects compared.
func (s *Service) VerifySeals(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	for _, seal := range s.DB.Seals() {
		m, err := s.verifySeal(ctx, seal, report)
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *Service) verifySeal(ctx context.Context, seal store.Seal, report func(store.Fault)) (int64, error) {
	db, later := s.DB.Read(), map[string]bool{}
	for _, p := range seal.Parts {
		later[p.Name] = p.Later
	}
	from := any(bun.Ident(seal.Table))
	if seal.Rows != "" {
		from = bun.SafeQuery("(" + seal.Rows + ")")
	}
	n, err := verifyRowsOf(ctx, db, from, seal.Table, func(ids []string) (map[string][]store.Fault, error) {
		now, err := seal.Read(ctx, db, ids)
		if err != nil {
			return nil, err
		}
		entries, err := sealedEntries(ctx, db, seal, ids)
		out := map[string][]store.Fault{}
		for _, id := range ids {
			if found := sealFaults(id, entries[id], now[id], later); len(found) > 0 {
				out[id] = found
			}
		}
		return out, err
	}, report)
	if err != nil {
		return n, err
	}
	return n, s.verifySealedGone(ctx, seal, from, report)
}

// verifySealedGone reports sealed objects that are not there. Of a kind that the
// program removes only those are missed whose last entry says what they held.
func (s *Service) verifySealedGone(ctx context.Context, seal store.Seal, from any, report func(store.Fault)) error {
	gone, err := noneGone(ctx, s.DB, seal.Kind, "", from)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(gone, verifyPage) {
		var entries map[string][]store.TrailBody
		if seal.MayGo {
			if entries, err = TrailOf(ctx, s.DB.Read(), seal.Kind, part); err != nil {
				return err
			}
		}
		for _, id := range part {
			if list := entries[id]; seal.MayGo && (len(list) == 0 || list[len(list)-1].Seal == nil) {
				continue
			}
			report(store.Fault{Where: seal.Table + ":" + id, Key: "verify.record.gone", Args: apperr.Pairs("id", id)})
		}
	}
	return nil
}

// sealedEntries reads the entries about objects and their parts, oldest
// first, by id of the object.
func sealedEntries(ctx context.Context, db bun.IDB, seal store.Seal, ids []string) (map[string][]store.TrailBody, error) {
	if len(seal.Of) == 0 {
		return TrailOf(ctx, db, seal.Kind, ids)
	}
	var rows []string
	err := db.NewRaw(`SELECT t.body FROM trail t WHERE t.root_kind = ? AND t.root_id IN (?) AND t.kind IN (?) ORDER BY t.seq`,
		seal.Kind, bun.List(ids), bun.List(append(slices.Clone(seal.Of), seal.Kind))).Scan(ctx, &rows)
	out := map[string][]store.TrailBody{}
	for _, text := range rows {
		var b store.TrailBody
		if json.Unmarshal([]byte(text), &b) == nil { // what is no entry is named by the walk along the chain
			out[b.RootID] = append(out[b.RootID], b)
		}
	}
	return out, store.MapError(err, "entries with seals")
}

// sealFaults goes along the seals of an object to what it holds now.
// What later names is not asked of a seal that lacks it.
func sealFaults(id string, trail []store.TrailBody, now map[string]string, later map[string]bool) (out []store.Fault) {
	var last store.TrailBody
	label := id
	fault := func(key string, more ...any) {
		out = append(out, store.Fault{Key: key, Args: apperr.Pairs(append([]any{"id", label}, more...)...)})
	}
	for _, b := range trail {
		if b.ID == id && b.Label != "" {
			label = b.Label
		}
		if b.Seal == nil {
			continue
		}
		if last.Seal != nil {
			before := maps.Clone(b.Seal)
			maps.Copy(before, b.Seen)
			parts := differentParts(last.Seal, before, later)
			for _, part := range parts {
				fault("verify.seal.part."+part, "seq", last.Seq)
			}
			if len(parts) > 0 {
				fault("verify.seal.between", "from", last.Seq, "to", b.Seq)
			}
		}
		last = b
	}
	switch {
	case len(trail) == 0:
		fault("verify.record.unknown")
	case last.Seal == nil:
		fault("verify.seal.uncovered")
		out[0].Note = true
	default:
		for _, part := range differentParts(last.Seal, now, later) {
			fault("verify.seal.part."+part, "seq", last.Seq)
		}
	}
	return out
}

// differentParts names, in order, the parts whose hashes are not the same; the
// empty text is a part that is not there. A later part that the first seal lacks
// is not compared.
func differentParts(a, b map[string]string, later map[string]bool) []string {
	parts := map[string]bool{}
	for name := range a {
		parts[name] = true
	}
	for name := range b {
		parts[name] = true
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		if a[name] != b[name] && !(a[name] == "" && later[name]) {
			out = append(out, name)
		}
	}
	return out
}

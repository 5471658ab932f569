package register

import (
	"cmp"
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// Bounds of what is kept for search, order and likeness.
const (
	maxWords    = 48 // of one service
	maxWord     = 40 // bytes
	titleRunes  = 30 // letters of a name that decide its place
	bands       = 12 // of a signature
	bandRows    = 3
	insertBatch = 500
)

// words splits a text into the folded words it is found by, each once.
func words(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(i18n.Fold(text), func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		w = strings.Trim(w, "-")
		if len(w) > maxWord {
			w = strings.ToValidUTF8(w[:maxWord], "")
		}
		if w != "" && len(out) < maxWords && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// searchKey is by what a service is found: number, name, result and the first
// words of its content; each word with a blank before it.
func searchKey(sv Entry, items Items) string {
	return " " + strings.Join(words(strings.Join([]string{sv.Number, items.Get(clauseName), items.Get("2.3.9"), i18n.Shorten(items.Get(clauseContent), 300)}, " ")), " ")
}

// titleKey orders by the first letters of a name.
func titleKey(name string) string {
	r := []rune(name)
	return i18n.SortKey(string(r[:min(len(r), titleRunes)]))
}

// indexed is a registered service with what it says.
type indexed struct {
	sv    Entry
	items Items
}

type wordRow struct {
	bun.BaseModel `bun:"table:eservice_words"`
	Word          string
	ServiceID     string
}

type facetRow struct {
	bun.BaseModel `bun:"table:eservice_facets"`
	Facet, Value  string
	TitleKey      string
	ServiceID     string
}

type bandRow struct {
	bun.BaseModel `bun:"table:eservice_bands"`
	Band          int64
	ServiceID     string
}

// insertIndex stores by what registered services are found, filtered and
// compared.
func insertIndex(ctx context.Context, tx *store.Tx, list []indexed) error {
	var ws []wordRow
	var fs []facetRow
	var bs []bandRow
	for _, x := range list {
		for w := range strings.FieldsSeq(x.sv.SearchKey) {
			ws = append(ws, wordRow{Word: w, ServiceID: x.sv.ID})
		}
		for _, clause := range []string{clauseForms, clauseUsers} {
			for _, v := range x.items.Lines(clause) {
				fs = append(fs, facetRow{Facet: clause, Value: v, TitleKey: x.sv.TitleKey, ServiceID: x.sv.ID})
			}
		}
		for _, b := range signature(x.sv.NameAZ) {
			bs = append(bs, bandRow{Band: b, ServiceID: x.sv.ID})
		}
	}
	// In the order of the index, so that pages fill one after another.
	slices.SortFunc(ws, func(a, b wordRow) int {
		return cmp.Or(cmp.Compare(a.Word, b.Word), cmp.Compare(a.ServiceID, b.ServiceID))
	})
	slices.SortFunc(bs, func(a, b bandRow) int {
		return cmp.Or(cmp.Compare(a.Band, b.Band), cmp.Compare(a.ServiceID, b.ServiceID))
	})
	if err := insertAll(ctx, tx, ws); err != nil {
		return err
	}
	if err := insertAll(ctx, tx, fs); err != nil {
		return err
	}
	return insertAll(ctx, tx, bs)
}

func insertAll[T any](ctx context.Context, tx *store.Tx, rows []T) error {
	for part := range slices.Chunk(rows, insertBatch) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return store.MapError(err, "index of services")
		}
	}
	return nil
}

// unindex takes services out of the catalogue.
func unindex(ctx context.Context, tx *store.Tx, ids []string) error {
	for _, table := range []string{"eservice_words", "eservice_facets", "eservice_bands"} {
		if _, err := tx.NewDelete().Table(table).Where("service_id IN (?)", bun.List(ids)).Exec(ctx); err != nil {
			return store.MapError(err, "take out of the index")
		}
	}
	return nil
}

// shingles are the runs of three letters of a folded name, each once.
func shingles(name string) map[uint64]bool {
	r := []rune(" " + strings.Join(words(name), " ") + " ")
	out := map[uint64]bool{}
	for i := 0; i+3 <= len(r); i++ {
		h := fnv.New64a()
		_, _ = h.Write([]byte(string(r[i : i+3])))
		out[h.Sum64()] = true
	}
	return out
}

// signature gives the bands of a name: two names that share a share p of their
// runs of letters share a band with the chance 1-(1-p³)¹², so names that are
// nearly the same nearly always do, and others seldom. It makes the candidates
// for duplicates findable by an index.
func signature(name string) []int64 {
	runs := slices.Collect(maps.Keys(shingles(name))) // walked through many times
	if len(runs) == 0 {
		return nil
	}
	out := make([]int64, 0, bands)
	for b := range bands {
		sum := uint64(b) + 0x9e3779b97f4a7c15
		for r := range bandRows {
			low := ^uint64(0)
			for _, s := range runs {
				low = min(low, mix(s^(uint64(b*bandRows+r+1)*0xbf58476d1ce4e5b9)))
			}
			sum = mix(sum ^ low)
		}
		if v := int64(sum >> 1); !slices.Contains(out, v) { // the sign is not needed
			out = append(out, v)
		}
	}
	return out
}

// mix spreads the bits of a number over all of them (splitmix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// likeness is the share of runs of letters that two names have in common, in
// per cent.
func likeness(a, b map[uint64]bool) int {
	common := 0
	for s := range a {
		if b[s] {
			common++
		}
	}
	if all := len(a) + len(b) - common; all > 0 {
		return common * 100 / all
	}
	return 0
}

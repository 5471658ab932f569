package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// change writes anything that leaves a trail.
func change(t *testing.T, ctx context.Context, db *store.DB) {
	t.Helper()
	err := db.Write(actor.With(ctx, actor.Program("test")), func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "thing", ID: store.NewID()})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsKeptIsReadAnewAfterAnyChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var kept store.Kept[string, int]
		reads := 0
		get := func(ctx context.Context) int {
			t.Helper()
			v, err := kept.Get(ctx, db, "a", func() (int, error) { reads++; return reads, nil })
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if first, again := get(t.Context()), get(t.Context()); first != 1 || again != 1 {
			t.Errorf("%d reads without a change", reads)
		}
		change(t, t.Context(), db)
		if first, again := get(t.Context()), get(t.Context()); first != 2 || again != 2 {
			t.Errorf("%d reads after a change", reads)
		}
		// Another node, or another part of the program, changes the same database.
		request := store.Remember(t.Context())
		get(request)
		change(t, t.Context(), db)
		if get(store.Remember(t.Context())) != 3 {
			t.Error("the next request does not see the change")
		}
		// A request sees what it has changed itself.
		change(t, request, db)
		if get(request) != 4 {
			t.Error("a request does not see its own change")
		}
		if _, err := kept.Get(t.Context(), db, "b", func() (int, error) { return 0, errors.New("down") }); err == nil {
			t.Error("a fault is hidden")
		}
		if v, err := kept.Get(t.Context(), db, "b", func() (int, error) { return 7, nil }); v != 7 || err != nil {
			t.Error("a fault is kept", v, err)
		}
	})
}

func TestManyAreReadOnceEachAndNotMoreThanMostAreKept(t *testing.T) {
	db := storetest.Open(t)
	kept := store.Kept[string, int]{Most: 3}
	var asked []string
	many := func(keys ...string) map[string]int {
		t.Helper()
		found, err := kept.Many(t.Context(), db, keys, func(missing []string) (map[string]int, error) {
			out := map[string]int{}
			for _, k := range missing {
				asked = append(asked, k)
				if k != "none" {
					out[k] = len(k)
				}
			}
			return out, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if got := many("a", "bb", "none"); len(got) != 2 || got["bb"] != 2 {
		t.Error(got)
	}
	if got := many("bb", "ccc"); got["ccc"] != 3 || strings.Join(asked, " ") != "a bb none ccc" {
		t.Error(got, asked)
	}
	many("dddd") // one too many: it begins anew
	if asked = nil; len(many("a", "dddd")) != 2 || strings.Join(asked, " ") != "a" {
		t.Error(asked)
	}
}

func TestEachGivesRowsAsTheyAreStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for range 3 {
			change(t, t.Context(), db)
		}
		text, at := "O'Hara? “ə” 100% ", time.Date(2026, 3, 5, 9, 7, 1, 250_000_000, time.FixedZone("", 4*3600))
		for range 2 { // the second time by the prepared statement
			var got []string
			var when time.Time
			q := db.Read().NewSelect().TableExpr("trail AS t").ColumnExpr("CAST(? AS TEXT) AS said, CAST(? AS TEXT) AS at", text, at).
				Where("t.kind = ? AND t.at > ?", "thing", time.Unix(0, 0)).OrderExpr("t.seq").Limit(2)
			err := db.Each(t.Context(), q, func(scan store.Scan) error {
				var s string
				err := scan(&s, store.Moment(&when))
				got = append(got, s)
				return err
			})
			if err != nil || len(got) != 2 || got[1] != text || !when.Equal(at) || when.Location() != time.UTC {
				t.Errorf("%q, %v, %v", got, when, err)
			}
		}
		stop := errors.New("enough")
		n := 0
		if err := db.Each(t.Context(), db.Read().NewRaw("SELECT seq FROM trail"), func(store.Scan) error { n++; return stop }); n != 1 || !errors.Is(err, stop) {
			t.Error(n, err)
		}
		if err := db.Each(t.Context(), db.Read().NewSelect().TableExpr("trail").ColumnExpr("1").Where("kind = ?", "a\x00b"), func(store.Scan) error { return nil }); err == nil {
			t.Error("a NUL is taken")
		}
	})
}

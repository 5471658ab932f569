package storetest_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// number takes a number of a series, and leaves a trail.
func number(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	if err := db.Write(actor.With(context.Background(), actor.Program("test")), func(tx *store.Tx) (err error) {
		n, err = tx.NextNumber(context.Background(), "act", 2026)
		tx.Record(store.Change{Action: "test", Kind: "number", ID: "1", After: n})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatFillsADatabaseRunsOnceAndIsCopied(t *testing.T) {
	runs, key := map[bool]int{}, store.NewID()
	for range 3 {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			folder := t.TempDir()
			storetest.Once(t, db, key, folder, func() {
				runs[db.Postgres()]++
				number(t, db)
				number(t, db)
				if err := os.WriteFile(filepath.Join(folder, "akt.pdf"), []byte("%PDF"), 0o600); err != nil {
					t.Fatal(err)
				}
			})
			if n := entries(t, db); n != 2 {
				t.Errorf("the trail has %d entries, want 2", n)
			}
			if raw, _ := os.ReadFile(filepath.Join(folder, "akt.pdf")); string(raw) != "%PDF" {
				t.Errorf("the file beside it holds %q", raw)
			}
			// It is a database to go on with, whose trail is whole.
			if n := number(t, db); n != 3 {
				t.Errorf("the next number is %d, want 3", n)
			}
			n, err := db.VerifyTrail(context.Background(), func(f store.Fault) { t.Errorf("%+v", f) })
			if err != nil || n != 3 {
				t.Errorf("%d entries verified, %v", n, err)
			}
			// What keeps the trail from being changed is there in a copy too.
			if err := db.Unrecorded(context.Background(), func(tx *store.Tx) error {
				_, err := tx.NewRaw("DELETE FROM trail WHERE seq = 1").Exec(context.Background())
				return err
			}); err == nil {
				t.Error("an entry of the trail could be deleted")
			}
		})
	}
	for postgres, n := range runs {
		if n != 1 {
			t.Errorf("PostgreSQL %v: filled %d times, want once", postgres, n)
		}
	}
}

func TestADatabaseWithAnotherTimeOrWithRowsIsFilledItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, first *store.DB) {
		runs, folder, key := 0, t.TempDir(), store.NewID()
		fill := func(db *store.DB) { storetest.Once(t, db, key, folder, func() { runs++; number(t, db) }) }
		another := func() *store.DB {
			if first.Postgres() {
				db, _ := storetest.OpenPostgres(t)
				return db
			}
			return storetest.Open(t)
		}
		fill(first)
		later := another()
		storetest.ClockOf(later).SetDay("2031-01-05")
		fill(later)
		used := another()
		number(t, used)
		fill(used)
		if n := entries(t, used); runs != 3 || n != 2 {
			t.Errorf("filled %d times, %d entries in the used one, want 3 and 2", runs, n)
		}
	})
}

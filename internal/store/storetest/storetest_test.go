package storetest_test

import (
	"context"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/migrations"
)

// note writes one trail entry and nothing else.
func note(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := actor.With(context.Background(), actor.Program("test"))
	if err := db.Write(ctx, func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "thing", ID: "1"})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func entries(t *testing.T, db *store.DB) int {
	t.Helper()
	n, err := db.Read().NewSelect().Table("trail").Count(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	for range 2 {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			if n := entries(t, db); n != 0 {
				t.Errorf("a fresh database holds %d trail entries", n)
			}
			note(t, db)
			steps, err := db.Migrate(context.Background(), migrations.FS)
			if err != nil || len(steps) != 0 {
				t.Errorf("a fresh database was not migrated: %v, %v", steps, err)
			}
		})
	}
}

func TestTheClockStandsWhereItIsSet(t *testing.T) {
	db := storetest.Open(t)
	if d := time.Since(db.Now()); d < 0 || d > time.Minute {
		t.Errorf("an unset clock is %v behind the machine's", d)
	}
	clock := storetest.ClockOf(db)
	clock.SetDay("2026-11-24")
	clock.Add(90 * time.Minute)
	if got, want := db.Now(), time.Date(2026, 11, 24, 7, 30, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("clock shows %v, want %v", got, want)
	}
}

func TestQueriesOfBothSidesAreCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := storetest.CountQueries(db)
		entries(t, db)
		if c.N() != 1 {
			t.Errorf("one read counts %d:\n%s", c.N(), c)
		}
		c.Reset()
		note(t, db)
		if c.N() != 3 {
			t.Errorf("one unit of work counts %d, want head, insert, head:\n%s", c.N(), c)
		}
	})
}

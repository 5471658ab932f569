package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// as gives a context in which a person acts.
func as(name string) context.Context {
	return actor.With(context.Background(), actor.Actor{UserID: "u-" + name, Name: name})
}

// agency inserts a row of a table without references.
func agency(ctx context.Context, tx *store.Tx, code string) error {
	_, err := tx.NewRaw(`INSERT INTO agencies (id, code, name_az, name_en, search_key, sort_key, created_at) VALUES (?, ?, '', '', '', '', ?)`,
		store.NewID(), code, tx.Now).Exec(ctx)
	return store.MapError(err, "insert agency")
}

// add inserts an agency with its trail in one unit of work.
func add(t testing.TB, db *store.DB, code string) {
	t.Helper()
	ctx := as("Aytən")
	err := db.Write(ctx, func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test:agency:add", Kind: "agency", ID: code, Label: code, After: map[string]string{"code": code}})
		return agency(ctx, tx, code)
	})
	if err != nil {
		t.Fatalf("add %s: %v", code, err)
	}
}

func count(t testing.TB, db *store.DB, table string) int {
	t.Helper()
	n, err := db.Read().NewSelect().Table(table).Count(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// verify runs the check and gives what it found as "where key".
func verify(t testing.TB, db *store.DB) (faults []string, rows int64) {
	t.Helper()
	rows, err := db.VerifyTrail(context.Background(), func(f store.Fault) { faults = append(faults, f.Where+" "+f.Key) })
	if err != nil {
		t.Fatal(err)
	}
	return faults, rows
}

func TestAChangeAndItsTrailAreOneThing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).Set(time.Date(2026, 11, 24, 6, 42, 0, 123456789, time.UTC))
		add(t, db, "A1")
		var row store.TrailRow
		if err := db.Read().NewSelect().Model(&row).Where("seq = 1").Scan(context.Background()); err != nil {
			t.Fatal(err)
		}
		want := `{"seq":1,"at":"2026-11-24T06:42:00.123Z","actor_id":"u-Aytən","actor":"Aytən","action":"test:agency:add","kind":"agency","id":"A1","label":"A1","root_kind":"agency","root_id":"A1","after":{"code":"A1"}}`
		if row.Body != want || row.Actor != "Aytən" || !row.At.Equal(db.Now()) {
			t.Errorf("trail row %+v\nwant body %s", row, want)
		}
		if faults, n := verify(t, db); len(faults) != 0 || n != 1 {
			t.Errorf("verify: %v over %d rows", faults, n)
		}
	})
}

func TestWhatIsRefusedLeavesNothing(t *testing.T) {
	broken := errors.New("broken half way")
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := as("Aytən")
		ran := false
		for name, c := range map[string]struct {
			ctx  context.Context
			fn   func(tx *store.Tx) error
			kind apperr.Kind
		}{
			"nobody":   {context.Background(), func(tx *store.Tx) error { ran = true; return nil }, apperr.Unauthenticated},
			"no trail": {ctx, func(tx *store.Tx) error { return agency(ctx, tx, "X") }, apperr.Internal},
			"an error": {ctx, func(tx *store.Tx) error {
				tx.Record(store.Change{Action: "a", Kind: "agency"})
				tx.After(func(context.Context) { ran = true })
				return errors.Join(agency(ctx, tx, "X"), broken)
			}, apperr.Internal},
			"a trail that cannot be written": {ctx, func(tx *store.Tx) error {
				tx.Record(store.Change{Action: "a", Kind: "agency", After: func() {}})
				return agency(ctx, tx, "X")
			}, apperr.Internal},
		} {
			if err := db.Write(c.ctx, c.fn); !apperr.Is(err, c.kind) {
				t.Errorf("%s: error %v, want %s", name, err, c.kind)
			}
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return agency(ctx, tx, "X") }); !errors.Is(err, store.ErrNothingRecorded) {
			t.Errorf("a change without trail: %v", err)
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return errors.Join(agency(ctx, tx, "X"), store.ErrNoChange) }); err != nil {
			t.Errorf("no change is no error: %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a panic was swallowed")
				}
			}()
			_ = db.Write(ctx, func(tx *store.Tx) error { _ = agency(ctx, tx, "X"); panic("fault") })
		}()
		if n, m := count(t, db, "agencies"), count(t, db, "trail"); n != 0 || m != 0 || ran {
			t.Errorf("%d agencies, %d trail entries, effect ran %v; want nothing", n, m, ran)
		}
		add(t, db, "after") // the database is not stuck
	})
}

func TestEffectsRunOnceTheChangeIsThere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(as("Aytən"))
		seen := -1
		err := db.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "a", Kind: "agency"})
			tx.After(func(ctx context.Context) {
				cancel()
				if ctx.Err() == nil {
					seen = count(t, db, "agencies")
				}
			})
			return agency(ctx, tx, "A1")
		})
		if err != nil || seen != 1 {
			t.Errorf("the effect saw %d agencies, %v; want the committed one, and not to be cancelled", seen, err)
		}
	})
}

func TestManyWritersAtOnceMakeOneChainWithoutGaps(t *testing.T) {
	const writers, each = 50, 4
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		taken := map[int]int{}
		for w := range writers {
			wg.Go(func() {
				ctx := as(fmt.Sprint("w", w))
				for i := range each {
					give := (w+i)%3 == 0 // a third gives its number back
					n := 0
					err := db.Write(ctx, func(tx *store.Tx) (err error) {
						if n, err = tx.NextNumber(ctx, "UA", 2026); err != nil {
							return err
						}
						tx.Record(store.Change{Action: "a", Kind: "agency", ID: fmt.Sprint(n)})
						tx.Record(store.Change{Action: "b", Kind: "agency", ID: fmt.Sprint(n)})
						if give {
							return store.ErrNoChange
						}
						return agency(ctx, tx, fmt.Sprint("UA-", n))
					})
					if err != nil {
						t.Errorf("writer %d: %v", w, err)
					}
					if !give {
						mu.Lock()
						taken[n]++
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		for n := 1; n <= len(taken); n++ {
			if taken[n] != 1 {
				t.Errorf("number %d was given %d times", n, taken[n])
			}
		}
		faults, rows := verify(t, db)
		if len(faults) > 0 || int(rows) != 2*len(taken) || count(t, db, "agencies") != len(taken) {
			t.Errorf("%v; %d trail rows for %d changes", faults, rows, len(taken))
		}
	})
}

func TestSeriesCountEachYearFromOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := as("Aytən")
		var got []int
		err := db.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "a", Kind: "x"})
			for _, s := range []struct {
				series string
				year   int
			}{{"UA", 2026}, {"UA", 2026}, {"UA", 2027}, {"DA", 2026}, {"UA", 2026}} {
				n, err := tx.NextNumber(ctx, s.series, s.year)
				if err != nil {
					return err
				}
				got = append(got, n)
			}
			return nil
		})
		if err != nil || fmt.Sprint(got) != "[1 2 1 1 3]" {
			t.Errorf("numbers %v, %v", got, err)
		}
	})
}

package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func write(t testing.TB, db *store.DB, fn func(ctx context.Context, tx *store.Tx) error) error {
	t.Helper()
	ctx := actor.With(context.Background(), actor.Program("test"))
	return db.Write(ctx, func(tx *store.Tx) error {
		tx.Record(store.Change{Action: "test", Kind: "thing", ID: "1"})
		return fn(ctx, tx)
	})
}

func add(t testing.TB, q *outbox.Queue, jobs ...outbox.New) int {
	t.Helper()
	n := 0
	if err := write(t, q.DB, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = q.Enqueue(ctx, tx, jobs...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func counts(t testing.TB, q *outbox.Queue) map[outbox.State]int {
	t.Helper()
	c, err := q.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func drain(t testing.TB, q *outbox.Queue) int {
	t.Helper()
	n, err := q.Drain(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAJobLivesAndDiesWithItsTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := outbox.NewQueue(db, nil)
		var did []string
		q.Handle("note", func(_ context.Context, j outbox.Job) (outbox.Finish, error) {
			var a struct{ Name string }
			err := j.Read(&a)
			did = append(did, a.Name)
			return nil, err
		})
		boom := errors.New("boom")
		if err := write(t, db, func(ctx context.Context, tx *store.Tx) error {
			if _, err := q.Enqueue(ctx, tx, outbox.New{Kind: "note", Args: map[string]string{"Name": "never"}}); err != nil {
				return err
			}
			return boom
		}); !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if n := drain(t, q); n != 0 {
			t.Errorf("%d jobs of a transaction that was rolled back", n)
		}
		add(t, q, outbox.New{Kind: "note", Args: map[string]string{"Name": "ə"}}, outbox.New{Kind: "unknown"})
		if n := drain(t, q); n != 1 || fmt.Sprint(did) != "[ə]" {
			t.Errorf("did %d: %v", n, did)
		}
		if c := counts(t, q); c[outbox.Done] != 1 || c[outbox.Ready] != 1 {
			t.Errorf("a job nobody handles must stay: %v", c)
		}
	})
}

func TestAKeyIsTakenOnceEvenAfterTheJobIsDone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-11-24")
		q := outbox.NewQueue(db, nil)
		q.Handle("digest", func(context.Context, outbox.Job) (outbox.Finish, error) { return nil, nil })
		one := outbox.New{Kind: "digest", Key: "digest:aytan:2026-11-24"}
		if n := add(t, q, one, one); n != 1 {
			t.Errorf("added %d of the same key at once", n)
		}
		drain(t, q)
		if n := add(t, q, one); n != 0 {
			t.Error("a key was taken again after its job was done")
		}
		if n, err := q.Sweep(t.Context(), db.Now()); err != nil || n != 0 {
			t.Errorf("swept %d jobs done just now: %v", n, err)
		}
		clock.Add(8 * 24 * time.Hour)
		if n, err := q.Sweep(t.Context(), db.Now().Add(-7*24*time.Hour)); err != nil || n != 1 {
			t.Errorf("swept %d: %v", n, err)
		}
		if c := counts(t, q); len(c) != 0 {
			t.Errorf("left %v", c)
		}
	})
}

func TestAFailingJobIsTriedLaterAndLaterThenGivenUpAndRetriedByHand(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-11-24")
		q := outbox.NewQueue(db, nil)
		q.Attempts = 3
		fail := errors.New("poçt serveri cavab vermir")
		q.Handle("mail", func(context.Context, outbox.Job) (outbox.Finish, error) { return nil, fail })
		q.Handle("panic", func(context.Context, outbox.Job) (outbox.Finish, error) { panic("oops") })
		q.Handle("bad", func(context.Context, outbox.Job) (outbox.Finish, error) {
			return nil, outbox.GiveUp(errors.New("no such address"))
		})
		add(t, q, outbox.New{Kind: "mail"})
		for i, wait := range []time.Duration{2 * time.Second, 4 * time.Second} {
			if n := drain(t, q); n != 1 {
				t.Fatalf("try %d: %d jobs", i+1, n)
			}
			if n := drain(t, q); n != 0 {
				t.Errorf("tried again at once after try %d", i+1)
			}
			clock.Add(wait - time.Millisecond)
			if n := drain(t, q); n != 0 {
				t.Errorf("tried before %v were over", wait)
			}
			clock.Add(time.Millisecond)
		}
		drain(t, q)
		items, _, err := q.List(t.Context(), outbox.Filter{State: outbox.Dead})
		if err != nil || len(items) != 1 || items[0].LastError != fail.Error() || items[0].Attempt != 3 {
			t.Fatalf("dead: %+v, %v", items, err)
		}
		fail = nil
		retry := func() error {
			return write(t, db, func(ctx context.Context, tx *store.Tx) error {
				_, err := q.Retry(ctx, tx, items[0].ID)
				return err
			})
		}
		if err := retry(); err != nil {
			t.Fatal(err)
		}
		if err := retry(); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("a job that waits was retried: %v", err)
		}
		if n := drain(t, q); n != 1 || counts(t, q)[outbox.Done] != 1 {
			t.Errorf("after the retry: %d, %v", n, counts(t, q))
		}
		add(t, q, outbox.New{Kind: "bad"}, outbox.New{Kind: "panic"})
		drain(t, q)
		if c := counts(t, q); c[outbox.Dead] != 1 || c[outbox.Ready] != 1 {
			t.Errorf("what no repetition mends is dead, a panic is tried again: %v", c)
		}
	})
}

func TestWhatAHandlerGivesIsWrittenOnceWithTheMark(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-11-24")
		q := outbox.NewQueue(db, nil)
		boom := errors.New("boom")
		q.Handle("row", func(_ context.Context, j outbox.Job) (outbox.Finish, error) {
			return func(ctx context.Context, tx *store.Tx) error {
				if _, err := tx.NewRaw(`INSERT INTO sign_in_attempts (subject, window_start, failures) VALUES (?, ?, 1)`, j.ID, tx.Now).Exec(ctx); err != nil {
					return err
				}
				return boom
			}, nil
		})
		add(t, q, outbox.New{Kind: "row"})
		drain(t, q)
		rows := func() int {
			n, err := db.Read().NewSelect().Table("sign_in_attempts").Count(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return int(n)
		}
		if rows() != 0 || counts(t, q)[outbox.Ready] != 1 {
			t.Errorf("half of a failed end is there: %d rows, %v", rows(), counts(t, q))
		}
		boom = nil
		clock.Add(time.Minute)
		drain(t, q)
		if rows() != 1 || counts(t, q)[outbox.Done] != 1 {
			t.Errorf("%d rows, %v", rows(), counts(t, q))
		}
	})
}

func TestWhoLostTheLeaseEndsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-11-24")
		slow, fast := outbox.NewQueue(db, nil), outbox.NewQueue(db, nil)
		written := 0
		finish := func(context.Context, *store.Tx) error { written++; return nil }
		slow.Handle("x", func(context.Context, outbox.Job) (outbox.Finish, error) {
			clock.Add(3 * time.Minute) // longer than the lease, and meanwhile:
			if n := drain(t, fast); n != 1 {
				t.Errorf("the job of a node taken for dead was not taken over: %d", n)
			}
			return finish, nil
		})
		fast.Handle("x", func(context.Context, outbox.Job) (outbox.Finish, error) { return finish, nil })
		add(t, slow, outbox.New{Kind: "x"})
		drain(t, slow)
		if written != 1 || counts(t, slow)[outbox.Done] != 1 {
			t.Errorf("written %d times, %v", written, counts(t, slow))
		}
	})
}

func TestTwoNodesShareTheWorkAndStopCleanly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const jobs = 200
		var did [2]atomic.Int64
		var seen sync.Map
		ctx, stop := context.WithCancel(t.Context())
		var nodes sync.WaitGroup
		var first *outbox.Queue
		for i := range did {
			q := outbox.NewQueue(db, nil)
			q.Poll = 10 * time.Millisecond
			q.Handle("x", func(_ context.Context, j outbox.Job) (outbox.Finish, error) {
				if _, twice := seen.LoadOrStore(j.ID, true); twice {
					t.Errorf("job %s was done twice", j.ID)
				}
				did[i].Add(1)
				time.Sleep(5 * time.Millisecond)
				return nil, nil
			})
			if first == nil {
				first = q
			}
			nodes.Add(1)
			go func() { defer nodes.Done(); q.Run(ctx) }()
		}
		list := make([]outbox.New, jobs)
		for i := range list {
			list[i] = outbox.New{Kind: "x"}
		}
		add(t, first, list...)
		for deadline := time.Now().Add(30 * time.Second); counts(t, first)[outbox.Done] < jobs; {
			if time.Now().After(deadline) {
				t.Fatalf("not done in time: %v", counts(t, first))
			}
			time.Sleep(20 * time.Millisecond)
		}
		stop()
		nodes.Wait()
		if did[0].Load() == 0 || did[1].Load() == 0 || did[0].Load()+did[1].Load() != jobs {
			t.Errorf("the nodes did %d and %d", did[0].Load(), did[1].Load())
		}
	})
}

func TestTheListIsReadPageByPage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := outbox.NewQueue(db, nil)
		add(t, q, outbox.New{Kind: "a"}, outbox.New{Kind: "b"}, outbox.New{Kind: "c"})
		var got []string
		after := ""
		for range 3 {
			items, next, err := q.List(t.Context(), outbox.Filter{Limit: 2, After: after})
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range items {
				got = append(got, it.Kind)
			}
			if after = next; after == "" {
				break
			}
		}
		if strings.Join(got, "") != "cba" {
			t.Errorf("pages give %v", got)
		}
	})
}

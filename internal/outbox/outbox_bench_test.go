package outbox_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// each runs a benchmark on both databases.
func each(b *testing.B, f func(b *testing.B, db *store.DB)) {
	b.Run("sqlite", func(b *testing.B) { f(b, storetest.Open(b)) })
	b.Run("postgres", func(b *testing.B) {
		if db, ok := storetest.OpenPostgres(b); ok {
			f(b, db)
		}
	})
}

// BenchmarkEnqueue is a unit of work with its trail entry that asks for one
// job, 8 people at once.
func BenchmarkEnqueue(b *testing.B) {
	each(b, func(b *testing.B, db *store.DB) {
		q := outbox.NewQueue(db, nil)
		ctx := actor.With(context.Background(), actor.Program("bench"))
		b.SetParallelism(4) // times two processors
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := db.Write(ctx, func(tx *store.Tx) error {
					tx.Record(store.Change{Action: "bench", Kind: "thing", ID: "1"})
					_, err := q.Enqueue(ctx, tx, outbox.New{Kind: "mail", Args: map[string]string{"user": "0193"}})
					return err
				}); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkDrain is one job claimed, done by nothing and marked, by 4 workers
// of one node, with ten thousand waiting.
func BenchmarkDrain(b *testing.B) {
	each(b, func(b *testing.B, db *store.DB) {
		q := outbox.NewQueue(db, nil)
		var left atomic.Int64
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		q.Handle("mail", func(context.Context, outbox.Job) (outbox.Finish, error) {
			if left.Add(-1) == 0 {
				stop()
			}
			return nil, nil
		})
		jobs := make([]outbox.New, max(b.N, 10_000))
		for i := range jobs {
			jobs[i] = outbox.New{Kind: "mail", Args: map[string]string{"user": "0193"}}
		}
		if err := db.Write(actor.With(ctx, actor.Program("bench")), func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "bench", Kind: "thing", ID: "1"})
			_, err := q.Enqueue(ctx, tx, jobs...)
			return err
		}); err != nil {
			b.Fatal(err)
		}
		if err := db.Analyze(ctx); err != nil {
			b.Fatal(err)
		}
		left.Store(int64(b.N))
		var node sync.WaitGroup
		node.Add(1)
		b.ResetTimer()
		go func() { defer node.Done(); q.Run(ctx) }()
		node.Wait()
	})
}

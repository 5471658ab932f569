// Package outbox owns work that is done after a transaction and must not be
// lost: jobs are rows written in the transaction that asks for them, and any
// node works them off.
//
// It may import apperr and store; it knows no business word and decides
// nothing about who may. Invariants: a job exists exactly when the transaction
// that added it was committed; a job that was claimed and not finished, for
// whatever reason, is claimed again after its lease; what a handler gives back
// to be written is written once, together with the mark that the job is done.
// What a handler does outside the database may happen twice when a node dies
// at the wrong moment: handlers make that harmless, mail by a Message-ID that
// stays the same.
package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// New is a job to add. Args become JSON: ids and codes, not what people wrote,
// for an administrator reads them. Key, when not empty, is unique among all
// jobs that are still kept: a second one is passed over.
type New struct {
	Kind string
	Args any
	Key  string
	At   time.Time // not before; at once when zero
}

// Job is a job as its handler sees it.
type Job struct {
	ID        string
	Kind      string
	Args      string // JSON
	Attempt   int    // 1 at the first try
	CreatedAt time.Time
}

// Read fills v with the arguments.
func (j Job) Read(v any) error {
	return apperr.Wrap(json.Unmarshal([]byte(j.Args), v), "arguments of a job")
}

// Finish is written in the transaction that marks a job done; nil is nothing.
type Finish func(ctx context.Context, tx *store.Tx) error

// Handler does what a job asks for. ctx ends before the lease does. An error
// lets the job be tried again later, one marked by GiveUp does not.
type Handler func(ctx context.Context, j Job) (Finish, error)

// deadError marks an error that no repetition mends.
type deadError struct{ error }

// Unwrap gives the error itself.
func (e deadError) Unwrap() error { return e.error }

// GiveUp marks an error so that the job is not tried again: it waits for an
// administrator. nil stays nil.
func GiveUp(err error) error {
	if err == nil {
		return nil
	}
	return deadError{err}
}

func isDead(err error) bool {
	var d deadError
	return errors.As(err, &d)
}

// Queue is the outbox of a database as one node sees it.
type Queue struct {
	DB       *store.DB
	Log      *slog.Logger
	Lease    time.Duration // how long a job may take; 2 minutes when 0
	Attempts int           // tries before a job is dead; 25 when 0, about fourteen hours
	Workers  int           // jobs at once on this node; 4 when 0
	Poll     time.Duration // how often to look for what other nodes added; 1 s when 0

	mu       sync.Mutex
	handlers map[string]Handler
	wake     chan struct{}
}

// NewQueue gives the outbox of a database.
func NewQueue(db *store.DB, log *slog.Logger) *Queue {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Queue{DB: db, Log: log, handlers: map[string]Handler{}, wake: make(chan struct{}, 1)}
}

// Handle sets who does the jobs of a kind. Jobs of a kind that nobody on this
// node handles stay where they are: a newer node may have added them.
func (q *Queue) Handle(kind string, h Handler) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.handlers[kind] = h
}

func (q *Queue) handler(kind string) Handler {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.handlers[kind]
}

func (q *Queue) kinds() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]string, 0, len(q.handlers))
	for k := range q.handlers {
		out = append(out, k)
	}
	return out
}

// Enqueue adds jobs in the transaction and gives how many were new. This
// node begins with them as soon as it is committed.
func (q *Queue) Enqueue(ctx context.Context, tx *store.Tx, jobs ...New) (added int, err error) {
	rows := make([]jobRow, 0, len(jobs))
	for _, n := range jobs {
		args, err := json.Marshal(n.Args)
		if err != nil {
			return 0, apperr.Wrap(err, "arguments of a job")
		}
		at := n.At.UTC()
		if n.At.IsZero() {
			at = tx.Now
		}
		rows = append(rows, jobRow{ID: store.NewID(), Kind: n.Kind, Args: string(args), State: Ready, RunAt: at, UniqueKey: n.Key, CreatedAt: tx.Now})
	}
	added, err = insertJobs(ctx, tx, rows)
	if err == nil && added > 0 {
		tx.After(func(context.Context) { q.Wake() })
	}
	return added, err
}

// Wake lets this node look for jobs now.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *Queue) lease() time.Duration { return or(q.Lease, 2*time.Minute) }
func (q *Queue) poll() time.Duration  { return or(q.Poll, time.Second) }
func (q *Queue) attempts() int        { return or(q.Attempts, 25) }
func (q *Queue) workers() int         { return or(q.Workers, 4) }
func or[T int | time.Duration](v, d T) T {
	if v <= 0 {
		return d
	}
	return v
}

// maxWait is the longest time between two tries.
const maxWait = time.Hour

// backoff is how long to wait after a try: 2, 4, 8 … seconds, at most an hour.
func backoff(attempt int) time.Duration {
	if attempt > 11 {
		return maxWait
	}
	return min(time.Second<<attempt, maxWait)
}

package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kis-platform/kis/internal/store"
)

// grace is how long jobs that run may go on when the program is told to stop.
const grace = 10 * time.Second

// Run works jobs off until ctx ends, then lets those begun finish for a short
// time and gives back the others.
func (q *Queue) Run(ctx context.Context) {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var running sync.WaitGroup
	free := make(chan struct{}, q.workers())
	for range q.workers() {
		free <- struct{}{}
	}
	tick := time.NewTicker(q.poll())
	defer tick.Stop()
	for ctx.Err() == nil {
		n := q.step(ctx, work, free, &running)
		if n > 0 {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-q.wake:
		}
	}
	ended := make(chan struct{})
	go func() { running.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(grace):
		stop()
		<-ended
	}
}

// step claims as many jobs as there are free workers, waiting for one, and
// begins them. It gives the number claimed.
func (q *Queue) step(ctx, work context.Context, free chan struct{}, running *sync.WaitGroup) int {
	slots := 0
	select {
	case <-ctx.Done():
		return 0
	case <-free:
		slots = 1
	}
	for more := true; more; {
		select {
		case <-free:
			slots++
		default:
			more = false
		}
	}
	jobs, err := q.claim(ctx, slots)
	if err != nil && ctx.Err() == nil {
		q.Log.Error("claim jobs", "err", err)
	}
	for range slots - len(jobs) {
		free <- struct{}{}
	}
	for _, j := range jobs {
		running.Add(1)
		go func() {
			defer running.Done()
			q.do(work, j)
			free <- struct{}{}
			q.Wake() // a worker is free
		}()
	}
	return len(jobs)
}

// Drain does what is due now, one after another, until nothing is left, and
// gives the number of jobs tried. For commands and tests.
func (q *Queue) Drain(ctx context.Context) (int, error) {
	n := 0
	for {
		jobs, err := q.claim(ctx, 1)
		if err != nil || len(jobs) == 0 {
			return n, err
		}
		q.do(ctx, jobs[0])
		n++
	}
}

// claim gives back what dead nodes held and takes up to n jobs that are due.
func (q *Queue) claim(ctx context.Context, n int) (jobs []Job, err error) {
	kinds := q.kinds()
	if len(kinds) == 0 {
		return nil, nil
	}
	// Looking is free: only when something is due is anything written.
	due, err := anyDue(ctx, q.DB.Read(), kinds, q.DB.Now())
	if err != nil || !due {
		return nil, err
	}
	err = q.DB.Unrecorded(ctx, func(tx *store.Tx) error {
		if err := releaseExpired(ctx, tx, tx.Now, q.attempts()); err != nil {
			return err
		}
		jobs, err = claimJobs(ctx, tx, kinds, n, tx.Now, tx.Now.Add(q.lease()))
		return err
	})
	return jobs, err
}

// do runs one job that was claimed and writes down how it ended.
func (q *Queue) do(ctx context.Context, j Job) {
	limit := q.lease() - q.lease()/8 // ends before others may take it
	run, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	finish, err := q.call(run, j)
	// How it ended is written even when the program is being stopped.
	keep, done := context.WithTimeout(context.WithoutCancel(ctx), q.lease()/8)
	defer done()
	if err == nil {
		if err = q.finish(keep, j, finish); err == nil {
			return
		}
	}
	if errors.Is(err, errLost) {
		q.Log.Warn("a job took longer than its lease", "job", j.ID, "kind", j.Kind)
		return
	}
	q.fail(keep, ctx.Err() != nil, j, err)
}

// call runs the handler; a panic is an error of the job, not of the program.
func (q *Queue) call(ctx context.Context, j Job) (f Finish, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return q.handler(j.Kind)(ctx, j)
}

// finish marks the job done and writes what its handler gave, together.
func (q *Queue) finish(ctx context.Context, j Job, f Finish) error {
	return q.DB.Unrecorded(ctx, func(tx *store.Tx) error {
		if err := markDone(ctx, tx, j, tx.Now); err != nil {
			return err
		}
		if f == nil {
			return nil
		}
		return f(ctx, tx)
	})
}

// fail lets a job be tried again later, or no more. One that was cut off
// because the program stops is free for others at once.
func (q *Queue) fail(ctx context.Context, stopped bool, j Job, cause error) {
	dead := isDead(cause) || j.Attempt >= q.attempts()
	wait := backoff(j.Attempt)
	if stopped {
		dead, wait = false, 0
	}
	err := q.DB.Unrecorded(ctx, func(tx *store.Tx) error {
		return markFailed(ctx, tx, j, dead, tx.Now, tx.Now.Add(wait), cause.Error())
	})
	switch {
	case errors.Is(err, errLost):
	case err != nil:
		q.Log.Error("a job failed and could not be marked", "job", j.ID, "kind", j.Kind, "err", err, "cause", cause)
	case dead:
		q.Log.Error("a job is given up", "job", j.ID, "kind", j.Kind, "attempt", j.Attempt, "err", cause)
	default:
		q.Log.Warn("a job failed", "job", j.ID, "kind", j.Kind, "attempt", j.Attempt, "again_in", wait, "err", cause)
	}
}

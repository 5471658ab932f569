package notice

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
)

// Waiting counts what waits for people, for the menu of every page. Counting
// asks every context and is too dear for each page, so the number is kept in
// the process as long as nothing was added to the trail; it is a convenience
// that every node works out for itself. A new count is waited for shortly and
// else shown on one of the next pages.
type Waiting struct {
	s *Service

	mu     sync.Mutex
	known  map[string]count // by person
	counts map[string]bool  // being counted
	room   chan struct{}    // bounds how many are counted at once
}

// count is a number with what it was true for.
type count struct {
	n   map[string]int // by address of the menu
	seq int64          // of the trail
	day day.Day
	at  time.Time
}

const (
	patience  = 40 * time.Millisecond // how long a page waits for its number
	breather  = 2 * time.Second       // between two counts for one person
	mostKnown = 5000                  // people remembered
	countTime = 20 * time.Second      // a count takes no longer
)

// NewWaiting makes a counter over what the service knows.
func NewWaiting(s *Service) *Waiting {
	return &Waiting{s: s, known: map[string]count{}, counts: map[string]bool{}, room: make(chan struct{}, 2)}
}

// Of gives how much waits for the actor of ctx, by the address of the menu under
// which it is found; false when it is not known yet.
func (w *Waiting) Of(ctx context.Context) (map[string]int, bool) {
	who := actor.From(ctx)
	if who.UserID == "" {
		return nil, false
	}
	seq, err := w.s.KIS.DB.LastEntry(ctx)
	if err != nil {
		w.s.Log.Warn("count work", "err", err)
		return nil, false
	}
	now, today := w.s.KIS.DB.Now(), w.s.KIS.Today()
	w.mu.Lock()
	c, ok := w.known[who.UserID]
	fresh := ok && c.seq == seq && c.day == today
	begin := !fresh && !w.counts[who.UserID] && (!ok || now.Sub(c.at) >= breather || c.day != today)
	if begin {
		w.counts[who.UserID] = true
	}
	w.mu.Unlock()
	if !begin {
		return c.n, ok
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.count(context.WithoutCancel(ctx), who.UserID, seq, today)
	}()
	select {
	case <-done:
	case <-time.After(patience):
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok = w.known[who.UserID]
	return c.n, ok
}

// count asks the contexts. What it finds is true for at least the entry of the
// trail that was the last before it began.
func (w *Waiting) count(ctx context.Context, userID string, seq int64, today day.Day) {
	w.room <- struct{}{}
	defer func() { <-w.room }()
	ctx, cancel := context.WithTimeout(ctx, countTime)
	defer cancel()
	n, err := w.s.counts(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.counts, userID)
	if err != nil {
		w.s.Log.Warn("count work", "err", err)
		return
	}
	if len(w.known) >= mostKnown {
		clear(w.known)
	}
	w.known[userID] = count{n, seq, today, w.s.KIS.DB.Now()}
}

// counts asks how much waits for the actor.
func (s *Service) counts(ctx context.Context) (map[string]int, error) {
	if s.Counts != nil {
		return s.Counts(ctx)
	}
	items, err := s.Working(ctx)
	return byMenu(items), err
}

// byMenu counts items under "my work" and, of evidence and nonconformity acts,
// under their own entries of the menu.
func byMenu(items []kis.WorkItem) map[string]int {
	out := map[string]int{"/work": len(items)}
	for _, w := range items {
		switch {
		case strings.HasPrefix(w.Href, "/acts/"):
			out["/acts"]++
		case slices.Contains(evidenceWork, w.KindKey):
			out["/evidence"]++
		}
	}
	return out
}

// evidenceWork are the kinds of work on evidence.
var evidenceWork = []string{"kis.work.kind.evidence", "kis.work.kind.review", "kis.work.kind.renew"}

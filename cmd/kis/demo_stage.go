package main

import (
	"context"
	"sync"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
)

// demoClock shows the time of the story; each look at it is one second later,
// so that what was done one after the other stands one after the other. It
// never goes back.
type demoClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *demoClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Second)
	return c.now
}

func (c *demoClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
}

// world is what all stories of the example share. Only one story runs at a
// time, so nothing in it needs a lock.
type world struct {
	ctx    context.Context
	app    *app
	clock  *demoClock
	stage  *stage
	since  day.Day // from which everybody works there
	users  map[string]office.User
	dep    map[string]office.Department // by code
	cycle  kis.Cycle
	first  audit.Audit       // the audit that is closed
	ahead  audit.Audit       // the audit of İTŞ that is announced
	rows   map[string]string // of the audit programme of 2026, by code
	acts   []demoAct
	actIDs []string // of acts, "" where none was made
}

// stage runs stories side by side in the order of the days they happen on:
// evidence comes in while an audit is going on and a plan is being agreed.
type stage struct {
	clock *demoClock
	lines []*line
	ready chan *line // a story that waits for its day or has ended
}

// line is one story. Between two of its days others have their turn.
type line struct {
	wake  time.Time
	turn  chan struct{}
	ended bool
	err   error
}

// spawn adds a story; it begins when the stage runs, or at once when it does.
func (d *demo) spawn(run func(*demo) error) {
	l := &line{turn: make(chan struct{}), wake: d.clock.now}
	d.stage.lines = append(d.stage.lines, l)
	go func() {
		<-l.turn
		l.err = run(&demo{world: d.world, line: l})
		l.ended = true
		d.stage.ready <- l
	}()
}

// run lets the story with the earliest day go on, until all have ended. The
// first fault ends it; stories that still wait are left where they are.
func (s *stage) run() error {
	for {
		var next *line
		for _, l := range s.lines {
			if !l.ended && (next == nil || l.wake.Before(next.wake)) {
				next = l
			}
		}
		if next == nil {
			return nil
		}
		s.clock.set(next.wake)
		next.turn <- struct{}{}
		if l := <-s.ready; l.err != nil {
			return l.err
		}
	}
}

// until waits for a moment: others have their turn before.
func (d *demo) until(t time.Time) {
	if d.line == nil {
		d.clock.set(t)
		return
	}
	d.line.wake = t
	d.stage.ready <- d.line
	<-d.line.turn
}

package storetest

import (
	"sync"
	"time"

	"github.com/kis-platform/kis/internal/store"
)

// Clock is a clock that a test can set. The zero Clock shows the machine's
// time; Set stops it, and from then on only Set and Add move it.
type Clock struct {
	mu      sync.Mutex
	stopped time.Time
}

// opened is what this package knows of a database that it opened.
type opened struct {
	clock Clock
	path  string // of the file, on SQLite
}

// databases are the open ones.
var databases sync.Map // *store.DB → *opened

func known(db *store.DB) *opened {
	o, ok := databases.Load(db)
	if !ok {
		panic("storetest: not a database of this package, or already closed")
	}
	return o.(*opened)
}

// ClockOf gives the clock of a database that this package opened.
func ClockOf(db *store.DB) *Clock { return &known(db).clock }

// Now is the time it shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped.IsZero() {
		return time.Now()
	}
	return c.stopped
}

// stands is the time at which it was stopped, none if it was not.
func (c *Clock) stands() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

// Set stops the clock at a time.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = t
}

// SetDay stops the clock at ten in the morning in Baku on a day written
// YYYY-MM-DD.
func (c *Clock) SetDay(day string) {
	t, err := time.Parse("2006-01-02 15:04 -0700", day+" 10:00 +0400")
	if err != nil {
		panic("storetest: " + err.Error())
	}
	c.Set(t)
}

// Add stops the clock, if it is not, and moves it by d.
func (c *Clock) Add(d time.Duration) {
	now := c.Now()
	c.Set(now.Add(d))
}

package storetest

import (
	"context"
	"strings"
	"sync"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// Counter counts the queries that reach a database. BEGIN, COMMIT and
// ROLLBACK are not counted.
type Counter struct {
	mu      sync.Mutex
	queries []string
}

// CountQueries begins to count the queries of a database, on its writing and
// its reading side.
func CountQueries(db *store.DB) *Counter {
	c := &Counter{}
	db.AddQueryHook(c)
	return c
}

// N is the number of queries since the beginning or the last Reset.
func (c *Counter) N() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queries)
}

// Reset begins anew.
func (c *Counter) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queries = nil
}

// String lists the queries, for the message of a test that found too many.
func (c *Counter) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.queries, "\n")
}

// BeforeQuery is part of bun's interface.
func (c *Counter) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery notes a query.
func (c *Counter) AfterQuery(_ context.Context, e *bun.QueryEvent) {
	switch strings.ToUpper(strings.TrimSpace(e.Query)) {
	case "BEGIN", "COMMIT", "ROLLBACK":
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queries = append(c.queries, e.Query)
}

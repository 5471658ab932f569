// Package storetest gives each test a database of its own, migrated and empty,
// on SQLite and on PostgreSQL.
//
// It owns nothing that outlives a test and may import store, pgtest and
// migrations; production code never imports it. Invariants: the schema is the
// one that the program itself makes, made once per test program and copied; no
// test sees a row of another; where PostgreSQL is promised (CI=true) its
// absence fails.
package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/pgtest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/migrations"
)

// Each runs a test once per database, as subtests "sqlite" and "postgres".
// Without a PostgreSQL server there is only the first, and a line in the log.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Open(t)) })
	if db, ok := postgres(t); ok {
		t.Run("postgres", func(t *testing.T) { test(t, db) })
	}
}

// Open gives a migrated, empty SQLite database that is closed and removed with
// the test. Its clock is ClockOf(db).
func Open(t testing.TB) *store.DB {
	t.Helper()
	schema, err := sqliteSchema()
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	path := filepath.Join(t.TempDir(), "kis.db")
	if err := os.WriteFile(path, schema, 0o600); err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return open(t, "sqlite://"+path, path)
}

// OpenPostgres gives a migrated, empty PostgreSQL database, for what only
// PostgreSQL has; ok is false where there is no server.
func OpenPostgres(t testing.TB) (db *store.DB, ok bool) { t.Helper(); return postgres(t) }

func postgres(t testing.TB) (*store.DB, bool) {
	t.Helper()
	url, ok := pgtest.NewFromTemplate(t, "kis", migrate)
	if !ok {
		return nil, false
	}
	return open(t, url, ""), true
}

func open(t testing.TB, url, path string) *store.DB {
	t.Helper()
	o := &opened{path: path}
	db, err := store.Open(context.Background(), url, store.WithClock(o.clock.Now))
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	databases.Store(db, o)
	t.Cleanup(func() {
		databases.Delete(db)
		if err := db.Close(); err != nil {
			t.Errorf("storetest: close: %v", err)
		}
	})
	return db
}

// sqliteSchema is the file of a migrated database, made once.
var sqliteSchema = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "kis-schema-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "kis.db")
	if err := migrate("sqlite://" + path); err != nil {
		return nil, err
	}
	// Closing the last connection has moved the write-ahead log into the file.
	return os.ReadFile(path)
})

// migrate brings an empty database to the schema of the program.
func migrate(url string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	if _, err := db.Migrate(ctx, migrations.FS); err != nil {
		_ = db.Close()
		return err
	}
	return db.Close()
}

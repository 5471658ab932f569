// Package store owns the database: opening SQLite or PostgreSQL, the
// migrations, the unit of work, the trail, official number series, sessions
// and the translation of database errors.
//
// It may import apperr, actor, bun and the drivers. Invariants: one change is
// one transaction with one clock and one actor; a transaction that recorded
// nothing in the trail is not committed; the trail is only ever appended to;
// what differs between the two databases is a named function here or a
// template branch in a migration.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // driver "sqlite"

	"github.com/kis-platform/kis/internal/apperr"
)

// DB is one database with a writing and a reading side. On SQLite these are a
// pool of one connection and a pool of readers, on PostgreSQL the same pool.
type DB struct {
	writer, reader *bun.DB
	lockPath       string // SQLite: file locked while opening and migrating
	clock          func() time.Time
	seals          seals
	prepared       prepared
	hooks          []bun.QueryHook
}

// Option changes how a database is opened.
type Option func(*DB)

// WithClock sets the clock of all units of work; for tests and for filling a
// demonstration with a year of history.
func WithClock(clock func() time.Time) Option {
	return func(db *DB) { db.clock = clock }
}

const (
	sqliteCommon = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_time_format=sqlite"
	readers      = 8
	pgPool       = 16
)

// Open opens the database of a URL: sqlite:///path/to/file or postgres://….
// It does not migrate.
func Open(ctx context.Context, dsn string, opts ...Option) (*DB, error) {
	db := &DB{clock: time.Now}
	for _, o := range opts {
		o(db)
	}
	var err error
	switch {
	case strings.HasPrefix(dsn, "sqlite:"):
		err = db.openSQLite(strings.TrimPrefix(strings.TrimPrefix(dsn, "sqlite:"), "//"))
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		err = db.openPostgres(dsn)
	default:
		return nil, apperr.New(apperr.Invalid, "error.database.url")
	}
	if err != nil {
		return nil, err
	}
	if err := db.connect(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return db, nil
}

// connect makes the first connection. On SQLite it may have to change the
// journal of the file, which fails at once, without waiting, when two
// processes try it together: so they take turns.
func (db *DB) connect(ctx context.Context) error {
	if !db.Postgres() {
		unlock, err := db.lockFile()
		if err != nil {
			return err
		}
		defer unlock()
	}
	return db.writer.PingContext(ctx)
}

func (db *DB) openSQLite(path string) error {
	if path == "" {
		return apperr.New(apperr.Invalid, "error.database.url")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		_ = f.Close() // made by us, so that only we may read it
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	w, err := sql.Open("sqlite", file+sqliteCommon+"&_txlock=immediate&_pragma=cache_size(-32768)")
	if err != nil {
		return fmt.Errorf("open sqlite: %w", err)
	}
	w.SetMaxOpenConns(1)
	r, err := sql.Open("sqlite", file+sqliteCommon+"&_pragma=query_only(1)")
	if err != nil {
		return fmt.Errorf("open sqlite: %w", err)
	}
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers) // a new connection reads the whole schema
	db.writer = bun.NewDB(w, sqlitedialect.New())
	db.reader = bun.NewDB(r, sqlitedialect.New())
	db.lockPath = path + ".migrate.lock"
	return nil
}

func (db *DB) openPostgres(dsn string) error {
	u, err := url.Parse(dsn)
	if err != nil {
		return apperr.New(apperr.Invalid, "error.database.url")
	}
	q := u.Query()
	// bun writes the arguments into the text, so preparing each text would
	// cost a second round trip for nothing.
	q.Set("default_query_exec_mode", "simple_protocol")
	q.Set("timezone", "UTC")
	u.RawQuery = q.Encode()
	pool, err := sql.Open("pgx", u.String())
	if err != nil {
		return fmt.Errorf("open postgres: %w", err)
	}
	pool.SetMaxOpenConns(pgPool)
	pool.SetMaxIdleConns(pgPool)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	db.writer = bun.NewDB(pool, pgdialect.New())
	db.reader = db.writer
	return nil
}

// Close closes all connections.
func (db *DB) Close() error {
	err := db.writer.Close()
	if db.reader != db.writer {
		if rerr := db.reader.Close(); err == nil {
			err = rerr
		}
	}
	return err
}

// Postgres says which of the two databases this is.
func (db *DB) Postgres() bool { return db.writer.Dialect().Name() == dialect.PG }

// Queries is what SQL functions read through, the database or the Tx of a unit
// of work; wiring names it without knowing the library below.
type Queries = bun.IDB

// Read gives the reading side, for lists and pages. Never use it inside
// Write: what a unit of work reads, it reads through its Tx.
func (db *DB) Read() bun.IDB { return db.reader }

// Now is the clock of the program, UTC, cut to milliseconds as stored.
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Millisecond) }

// AddQueryHook adds a hook to both sides; tests count queries with it. It is
// called before others use the database, and handles given out earlier do not
// have it.
func (db *DB) AddQueryHook(h bun.QueryHook) {
	one := db.reader == db.writer
	db.hooks = append(db.hooks, h)
	db.writer = db.writer.WithQueryHook(h)
	if one {
		db.reader = db.writer
		return
	}
	db.reader = db.reader.WithQueryHook(h)
}

// Ping says whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.reader.PingContext(ctx) }

// Analyze renews the planner's statistics; call it after bulk loads.
func (db *DB) Analyze(ctx context.Context) error {
	_, err := db.writer.ExecContext(ctx, "ANALYZE")
	return mapError(err, "analyze")
}

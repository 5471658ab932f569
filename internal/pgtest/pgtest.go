package pgtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver of database/sql
)

// envURL names the server: a URL of a database in which the user may create others.
const envURL = "TEST_DATABASE_URL"

// patience bounds each statement to the server: a test must fail rather than hang.
const patience = time.Minute

// NewDatabase creates an empty database and returns its URL; it is dropped, with whatever
// is still connected to it, when t ends. Without a server ok is false and the reason is
// in the test's log; under CI=true t fails.
func NewDatabase(t testing.TB) (url string, ok bool) {
	t.Helper()
	s := server(t)
	if s == nil {
		return "", false
	}
	// template0 is the one database that nobody can have put anything into.
	return s.clone(t, "template0"), true
}

// NewFromTemplate is NewDatabase with a copy of what prepare made. prepare runs once for
// each key and test program, on an empty database, and everything it leaves there is in
// every copy; a copy costs tens of milliseconds. It must close its connections. Its error
// fails t. Test programs that run at the same time wait for one another only for the same
// template.
func NewFromTemplate(t testing.TB, key string, prepare func(url string) error) (url string, ok bool) {
	t.Helper()
	s := server(t)
	if s == nil {
		return "", false
	}
	template, err := s.template(key, prepare)
	if err != nil {
		t.Fatalf("pgtest: template %q: %v", key, err)
	}
	return s.clone(t, template), true
}

// pgServer is a connection to the server and the templates this process has made there.
type pgServer struct {
	base *url.URL
	db   *sql.DB

	mu    sync.Mutex
	ready map[string]func() (string, error) // by key: the template's name, made once
}

// connect is the process's one server: opened by the first test, and only then.
var connect = sync.OnceValues(func() (*pgServer, error) {
	raw := os.Getenv(envURL)
	if raw == "" {
		return nil, nil
	}
	return open(raw)
})

// open checks the URL and that somebody answers there.
func open(raw string) (*pgServer, error) {
	base, err := url.Parse(raw)
	if err != nil || (base.Scheme != "postgres" && base.Scheme != "postgresql") || base.Host == "" {
		// The value may hold a password: it is not repeated.
		return nil, fmt.Errorf("%s is not a postgres:// URL", envURL)
	}
	db, err := sql.Open("pgx", raw)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(4)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return &pgServer{base: base, db: db, ready: map[string]func() (string, error){}}, nil
}

// server returns the server, or nil when there is none and there need not be one.
func server(t testing.TB) *pgServer {
	t.Helper()
	s, err := connect()
	if err != nil {
		t.Fatalf("pgtest: PostgreSQL does not answer: %v", err)
	}
	if s == nil {
		missing(t, os.Getenv("CI"))
	}
	return s
}

// missing says that there is no server: a failure where ci promises one.
func missing(t testing.TB, ci string) {
	t.Helper()
	if ci == "true" {
		t.Fatalf("pgtest: %s is empty and CI=true: run the tests through scripts/test", envURL)
	}
	t.Logf("pgtest: %s is empty: PostgreSQL is not tested (scripts/test pg COMMAND sets it)", envURL)
}

// clone creates a database like template for t.
func (s *pgServer) clone(t testing.TB, template string) string {
	t.Helper()
	name := "kis_test_" + random()
	// FILE_COPY: half the time of the default where the server's files are in memory.
	if err := s.exec(`CREATE DATABASE ` + name + ` TEMPLATE ` + template + ` ENCODING 'UTF8' STRATEGY FILE_COPY`); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		// FORCE: a pool that a failing test left open must not keep the database.
		if err := s.exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return s.urlOf(name)
}

// exec runs one statement. Names in it are made here of a-z, 0-9 and _ and need no quotes.
func (s *pgServer) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := s.db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// urlOf is the server's URL with another database in it.
func (s *pgServer) urlOf(database string) string {
	u := *s.base
	u.Path = "/" + database
	return u.String()
}

// random is a part of a name that no other process chooses.
func random() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

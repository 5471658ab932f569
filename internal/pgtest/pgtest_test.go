package pgtest

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

// query runs one statement on a database of its own connection and returns one text.
func query(t testing.TB, url, statement string) (string, error) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out string
	err = db.QueryRow(statement).Scan(&out)
	return out, err
}

func TestDatabasesAreApartAndDropped(t *testing.T) {
	var a, b string
	var ok bool
	t.Run("alive", func(t *testing.T) {
		if a, ok = NewDatabase(t); !ok {
			return
		}
		b, _ = NewDatabase(t)
		if _, err := query(t, a, `CREATE TABLE seen (x int)`); err != nil && !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
		if got, err := query(t, a, `SELECT count(*)::text FROM seen`); err != nil || got != "0" {
			t.Errorf("first database: %q, %v; want its own table", got, err)
		}
		if _, err := query(t, b, `SELECT count(*)::text FROM seen`); err == nil {
			t.Error("the second database shows a table of the first")
		}
	})
	if !ok {
		return
	}
	if _, err := query(t, a, `SELECT '1'`); err == nil {
		t.Error("the database is still there after its test")
	}
}

func TestTemplateIsPreparedOnceAndCopied(t *testing.T) {
	var prepared atomic.Int32
	prepare := func(url string) error {
		prepared.Add(1)
		db, err := sql.Open("pgx", url)
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.Exec(`CREATE TABLE word (w text)`)
		if err == nil {
			_, err = db.Exec(`INSERT INTO word VALUES ('uyğunsuzluq')`)
		}
		return err
	}
	key := t.Name() + random() // a new one each time, also under -count=2
	t.Run("copies", func(t *testing.T) {
		for i := range 6 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				url, ok := NewFromTemplate(t, key, prepare)
				if !ok {
					return
				}
				if got, err := query(t, url, `SELECT w FROM word`); err != nil || got != "uyğunsuzluq" {
					t.Errorf("copy holds %q, %v", got, err)
				}
				if _, err := query(t, url, `DELETE FROM word RETURNING w`); err != nil {
					t.Error(err)
				}
			})
		}
	})
	if s, _ := connect(); s != nil && prepared.Load() != 1 {
		t.Errorf("prepared %d times, want once", prepared.Load())
	}
}

func TestFailedPreparationLeavesNothing(t *testing.T) {
	s := server(t)
	if s == nil {
		return
	}
	key, broken := t.Name()+random(), errors.New("broken migration")
	if _, err := s.makeTemplate(key, func(string) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("error %v, want the one of prepare", err)
	}
	// The second attempt must not take the first one's remains for a template.
	name, err := s.makeTemplate(key, func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if got, err := query(t, s.base.String(), `SELECT datistemplate::text FROM pg_database WHERE datname = '`+name+`'`); err != nil || got != "true" {
		t.Errorf("datistemplate %q, %v", got, err)
	}
}

// recorder is a testing.TB that notes how it was told.
type recorder struct {
	testing.TB
	fatal, log string
}

func (r *recorder) Helper()                   {}
func (r *recorder) Fatalf(f string, a ...any) { r.fatal = fmt.Sprintf(f, a...) }
func (r *recorder) Logf(f string, a ...any)   { r.log = fmt.Sprintf(f, a...) }

func TestMissingServer(t *testing.T) {
	quiet, strict := &recorder{TB: t}, &recorder{TB: t}
	missing(quiet, "")
	missing(strict, "true")
	if quiet.fatal != "" || quiet.log == "" {
		t.Errorf("without CI: fatal %q, log %q; want a log line only", quiet.fatal, quiet.log)
	}
	if !strings.Contains(strict.fatal, envURL) {
		t.Errorf("under CI: fatal %q; want one that names %s", strict.fatal, envURL)
	}
	if _, err := open("host=localhost password=secret"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v; want one that does not repeat the value", err)
	}
}

// BenchmarkCopy is what one test pays for a database of its own.
func BenchmarkCopy(b *testing.B) {
	s := server(b)
	if s == nil {
		return
	}
	for b.Loop() {
		name := "kis_test_" + random()
		if err := s.exec(`CREATE DATABASE ` + name + ` TEMPLATE template0 STRATEGY FILE_COPY`); err != nil {
			b.Fatal(err)
		}
		if err := s.exec(`DROP DATABASE ` + name + ` WITH (FORCE)`); err != nil {
			b.Fatal(err)
		}
	}
}

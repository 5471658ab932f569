package storetest

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/store"
)

// Once brings a fresh database, and the folder of files beside it, to the
// state in which fill leaves them: fill runs for the first database of a kind
// (SQLite, PostgreSQL), key and time of its clock; every later one becomes a
// copy of what it left, many times as fast. fill must not depend on anything
// else, empty no table, nor leave anything in memory that is needed later. A
// database that somebody has already written to, or that another package has
// opened, is filled itself.
func Once(t testing.TB, db *store.DB, key, folder string, fill func()) {
	t.Helper()
	if _, ours := databases.Load(db); !ours {
		fill()
		return
	}
	fresh, err := untouched(db)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	if !fresh {
		fill()
		return
	}
	c := copyOf(db, key)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		fill() // when it ends the test, nothing is kept
		if c.of, err = take(db); err == nil {
			c.files, err = read(folder)
		}
	} else if err = c.of.put(t, db); err == nil {
		err = c.write(folder)
	}
	if err != nil {
		t.Fatalf("storetest: %s: %v", key, err)
	}
}

// filled is what one fill has left, nothing before the first has ended.
type filled struct {
	mu    sync.Mutex
	of    content
	files map[string][]byte // by their path in the folder
}

// content is what a database held, in the form of its kind.
type content interface {
	put(t testing.TB, db *store.DB) error
}

type kindOf struct {
	key      string
	postgres bool
	stands   time.Time // where the clock was stopped
}

var (
	filledMu sync.Mutex
	fillings = map[kindOf]*filled{}
)

func copyOf(db *store.DB, key string) *filled {
	k := kindOf{key, db.Postgres(), ClockOf(db).stands()}
	filledMu.Lock()
	defer filledMu.Unlock()
	if fillings[k] == nil {
		fillings[k] = &filled{}
	}
	return fillings[k]
}

// untouched says whether nobody has written to a database since it was made.
func untouched(db *store.DB) (bool, error) {
	if db.Postgres() {
		return postgresUntouched(db)
	}
	return sqliteUntouched(known(db).path), nil
}

func take(db *store.DB) (content, error) {
	if db.Postgres() {
		return takePostgres(db)
	}
	return takeSQLite(known(db).path)
}

// read gives the files of a folder.
func read(folder string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files[path], err = os.ReadFile(filepath.Join(folder, path))
		}
		return err
	})
	return files, err
}

// write puts the files into a folder.
func (c *filled) write(folder string) error {
	for path, content := range c.files {
		path = filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

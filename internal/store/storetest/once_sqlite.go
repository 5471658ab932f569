package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"modernc.org/sqlite"

	"github.com/kis-platform/kis/internal/store"
)

// sqliteUntouched says whether nothing was written to the file since it was
// copied from the schema: everything written goes through the log beside it.
func sqliteUntouched(path string) bool {
	log, err := os.Stat(path + "-wal")
	return err != nil || log.Size() == 0
}

// sqliteFile is the file of a database.
type sqliteFile []byte

func takeSQLite(path string) (content, error) {
	dir, err := os.MkdirTemp("", "kis-filled-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	to := filepath.Join(dir, "kis.db")
	if err := transfer(path, func(c sqliteConn) (*sqlite.Backup, error) { return c.NewBackup(uri(to)) }); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(to)
	return sqliteFile(raw), err
}

// put copies page by page: the connections of the database stay as they are.
func (f sqliteFile) put(t testing.TB, db *store.DB) error {
	from := filepath.Join(t.TempDir(), "kis.db")
	if err := os.WriteFile(from, f, 0o600); err != nil {
		return err
	}
	return transfer(known(db).path, func(c sqliteConn) (*sqlite.Backup, error) { return c.NewRestore(uri(from)) })
}

// sqliteConn is the part of a connection that copies databases.
type sqliteConn interface {
	NewBackup(to string) (*sqlite.Backup, error)
	NewRestore(from string) (*sqlite.Backup, error)
}

// transfer copies the database of a file to or from another.
func transfer(path string, begin func(sqliteConn) (*sqlite.Backup, error)) error {
	db, err := sql.Open("sqlite", uri(path)+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(driver any) error {
		b, err := begin(driver.(sqliteConn))
		if err != nil {
			return err
		}
		more, err := b.Step(-1)
		if err == nil && more {
			err = fmt.Errorf("%d pages were not copied", b.Remaining())
		}
		if ferr := b.Finish(); err == nil {
			err = ferr
		}
		return err
	})
}

func uri(path string) string { return "file:" + (&url.URL{Path: path}).EscapedPath() }

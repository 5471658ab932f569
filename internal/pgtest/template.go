package pgtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// staleAfter is the age at which a template that some earlier build of the tests left
// behind is dropped. It matters only on a server that outlives the run.
const staleAfter = 24 * time.Hour

// template returns the name of the database for key, made by this or another process.
func (s *pgServer) template(key string, prepare func(url string) error) (string, error) {
	s.mu.Lock()
	once := s.ready[key]
	if once == nil {
		once = sync.OnceValues(func() (string, error) { return s.makeTemplate(key, prepare) })
		s.ready[key] = once
	}
	s.mu.Unlock() // before the work: other keys need not wait for it
	return once()
}

// makeTemplate prepares the template unless it is there already.
func (s *pgServer) makeTemplate(key string, prepare func(url string) error) (name string, err error) {
	program, err := programHash()
	if err != nil {
		return "", fmt.Errorf("reading the test program: %w", err)
	}
	// The program is part of the name: after a change of any code or migration the
	// template is a new one, so a stale one can never let a test pass.
	sum := sha256.Sum256([]byte(key + "\x00" + program))
	name = "kis_tmpl_" + hex.EncodeToString(sum[:8])

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	// The lock belongs to the connection, so it falls with a killed process.
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(hashtext($1))`, name); err != nil {
		return "", err
	}
	defer func() {
		_, e := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtext($1))`, name)
		err = errors.Join(err, e)
	}()

	var complete bool
	err = conn.QueryRowContext(ctx, `SELECT datistemplate FROM pg_database WHERE datname = $1`, name).Scan(&complete)
	switch {
	case err == nil && complete:
		return name, nil
	case err == nil: // its maker died half way
		if err := s.exec(`DROP DATABASE ` + name + ` WITH (FORCE)`); err != nil {
			return "", err
		}
	case !errors.Is(err, sql.ErrNoRows):
		return "", err
	}
	if err := s.dropStale(ctx, conn); err != nil {
		return "", err
	}
	return name, s.fill(name, prepare)
}

// fill creates the template and marks it as complete, last.
func (s *pgServer) fill(name string, prepare func(url string) error) error {
	if err := s.exec(`CREATE DATABASE ` + name + ` TEMPLATE template0 ENCODING 'UTF8'`); err != nil {
		return err
	}
	if err := prepare(s.urlOf(name)); err != nil {
		return errors.Join(err, s.exec(`DROP DATABASE `+name+` WITH (FORCE)`))
	}
	born := time.Now().UTC().Format(time.RFC3339)
	for _, statement := range []string{
		`COMMENT ON DATABASE ` + name + ` IS '` + born + `'`,
		// A connection to a template would stop every copy of it.
		`ALTER DATABASE ` + name + ` WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`,
	} {
		if err := s.exec(statement); err != nil {
			return err
		}
	}
	return nil
}

// dropStale drops templates of builds that nobody runs any more.
func (s *pgServer) dropStale(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, `
		SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '')
		FROM pg_database WHERE datistemplate AND datname LIKE 'kis\_tmpl\_%'`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var stale []string
	for rows.Next() {
		var name, comment string
		if err := rows.Scan(&name, &comment); err != nil {
			return err
		}
		if born, err := time.Parse(time.RFC3339, comment); err == nil && time.Since(born) > staleAfter {
			stale = append(stale, name)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, name := range stale {
		// Another process may be doing the same: whoever comes second finds nothing.
		if s.exec(`ALTER DATABASE `+name+` WITH IS_TEMPLATE false`) == nil {
			if err := s.exec(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`); err != nil {
				return err
			}
		}
	}
	return nil
}

// programHash identifies the running test program by its bytes.
func programHash() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

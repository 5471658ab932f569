package store

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/uptrace/bun/migrate"
)

// migrationLock is the key of the PostgreSQL advisory lock held while the
// schema is changed, so that several nodes may start at once.
const migrationLock = 0x6b6973 // "kis"

// Migrate brings the schema to the newest version and gives the names of the
// steps it took. Each step is one transaction; a step that fails leaves the
// schema as it was before it.
func (db *DB) Migrate(ctx context.Context, files fs.FS) (steps []string, err error) {
	unlock, err := db.lockSchema(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	ms := migrate.NewMigrations()
	if err := ms.Discover(files); err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	m := migrate.NewMigrator(db.writer, ms, migrate.WithMarkAppliedOnSuccess(true),
		migrate.WithTemplateData(map[string]any{"PG": db.Postgres()}))
	if err := m.Init(ctx); err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	group, err := m.Migrate(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	for _, step := range group.Migrations {
		steps = append(steps, step.Name+"_"+step.Comment)
	}
	return steps, nil
}

// lockSchema waits until no other process is migrating.
func (db *DB) lockSchema(ctx context.Context) (unlock func(), err error) {
	if !db.Postgres() {
		return db.lockFile()
	}
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return nil, mapError(err, "migration lock")
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(?)", migrationLock); err != nil {
		_ = conn.Close()
		return nil, mapError(err, "migration lock")
	}
	return func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(?)", migrationLock)
		_ = conn.Close()
	}, nil
}

// lockFile waits until no other process holds the lock beside an SQLite file.
// The lock falls with the process that holds it.
func (db *DB) lockFile() (unlock func(), err error) {
	f, err := os.OpenFile(db.lockPath, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("database lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("database lock: %w", err)
	}
	return func() { _ = f.Close() }, nil
}

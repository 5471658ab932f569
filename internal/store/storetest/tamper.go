package storetest

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// Unlock takes away the triggers that keep what is decided from being changed,
// as the owner of the database can.
func Unlock(t testing.TB, db *store.DB) {
	t.Helper()
	list := `SELECT name AS trigger, tbl_name AS owner FROM sqlite_master WHERE type = 'trigger'`
	if db.Postgres() {
		list = `SELECT '' AS trigger, tablename AS owner FROM pg_tables WHERE schemaname = 'public'`
	}
	var found []struct{ Trigger, Owner string }
	if err := db.Read().NewRaw(list).Scan(context.Background(), &found); err != nil {
		t.Fatalf("storetest: list triggers: %v", err)
	}
	for _, f := range found {
		if db.Postgres() {
			Tamper(t, db, "ALTER TABLE ? DISABLE TRIGGER USER", bun.Ident(f.Owner))
			continue
		}
		Tamper(t, db, "DROP TRIGGER ?", bun.Ident(f.Trigger))
	}
}

// Tamper runs a statement past the program: nothing of it is in the trail.
func Tamper(t testing.TB, db *store.DB, statement string, args ...any) {
	t.Helper()
	ctx := context.Background()
	if err := db.Unrecorded(ctx, func(tx *store.Tx) error {
		_, err := tx.NewRaw(statement, args...).Exec(ctx)
		return err
	}); err != nil {
		t.Fatalf("storetest: %s: %v", statement, err)
	}
}

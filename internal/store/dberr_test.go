package store_test

import (
	"context"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestBothDatabasesSpeakOfErrorsAlike(t *testing.T) {
	const dept = `INSERT INTO departments (id, code, name_az, name_en, kind, search_key, sort_key, created_at) VALUES ('01930000-0000-7000-8000-000000000001', 'SSS', '', '', 'internal', '', '', '2026-01-01 00:00:00+00:00')`
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, dept,
			`INSERT INTO department_aliases (alias, department_id) VALUES ('sss', '01930000-0000-7000-8000-000000000001')`,
			`INSERT INTO calendar_days (country, day, kind, reason_az, reason_en, act) VALUES ('AZ', '2026-01-01', 'off', '', '', '')`)
		for name, c := range map[string]struct {
			statement string
			kind      apperr.Kind
			key       string
			field     string
		}{
			"unique": {`INSERT INTO departments (id, code, name_az, name_en, kind, search_key, sort_key, created_at) VALUES ('01930000-0000-7000-8000-000000000002', 'SSS', '', '', 'internal', '', '', '2026-01-01 00:00:00+00:00')`,
				apperr.Conflict, "error.conflict.exists", "code"},
			"primary key": {strings.Replace(dept, "SSS", "BƏŞ", 1), apperr.Conflict, "error.conflict.exists", "id"},
			"primary key of two columns": {`INSERT INTO calendar_days (country, day, kind, reason_az, reason_en, act) VALUES ('AZ', '2026-01-01', 'off', '', '', '')`,
				apperr.Conflict, "error.conflict.exists", "day"},
			"reference to nothing":           {`INSERT INTO department_aliases (alias, department_id) VALUES ('x', '01930000-0000-7000-8000-000000000009')`, apperr.Conflict, "error.conflict.referred", ""},
			"removal of what is referred to": {`DELETE FROM departments`, apperr.Conflict, "error.conflict.referred", ""},
			"check":                          {`UPDATE departments SET kind = 'secret'`, apperr.Invalid, "error.field.rule", ""},
			"not null":                       {`UPDATE departments SET name_az = NULL`, apperr.Invalid, "error.invalid", "name_az"},
		} {
			e := apperr.As(raw(t, db, c.statement))
			if e == nil {
				t.Errorf("%s: no error", name)
				continue
			}
			field := ""
			if len(e.Fields) > 0 {
				field = e.Fields[0].Name
			}
			if e.Kind != c.kind || e.Key != c.key || field != c.field {
				t.Errorf("%s: %s %s on %q; want %s %s on %q (%v)", name, e.Kind, e.Key, field, c.kind, c.key, c.field, e)
			}
		}
	})
}

func TestTextNoDatabaseCanHoldIsInvalid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := as("Aytən")
		err := db.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "a", Kind: "x"})
			return agency(ctx, tx, "A\x001")
		})
		if !apperr.Is(err, apperr.Invalid) {
			t.Errorf("a NUL in a value: %v", err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "a", Kind: "x", ID: "A\x001"})
			return nil
		})
		if !apperr.Is(err, apperr.Invalid) {
			t.Errorf("a NUL in the trail: %v", err)
		}
		add(t, db, "after")
	})
}

func TestNothingFoundIsNotFoundAndWhatIsUnknownIsInternal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var x string
		err := db.Read().NewRaw(`SELECT code FROM agencies WHERE code = 'none'`).Scan(context.Background(), &x)
		if err := store.MapError(err, "look"); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("no rows: %v", err)
		}
		err = db.Read().NewRaw(`SELECT nothing FROM nowhere`).Scan(context.Background(), &x)
		if err := store.MapError(err, "look"); !apperr.Is(err, apperr.Internal) {
			t.Errorf("a broken statement: %v", err)
		}
		if store.MapError(nil, "look") != nil {
			t.Error("no error became one")
		}
	})
}

func TestAnUpdateThatFindsAnotherStateIsAConflict(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := as("Aytən")
		add(t, db, "A1")
		move := func() error {
			return db.Write(ctx, func(tx *store.Tx) error {
				tx.Record(store.Change{Action: "a", Kind: "agency"})
				n, err := store.Affected(tx.NewRaw(`UPDATE agencies SET code = 'A2' WHERE code = 'A1'`).Exec(ctx))
				return store.Moved(n, err, "agency", "A1")
			})
		}
		if err := move(); err != nil {
			t.Fatal(err)
		}
		if err := move(); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("second time: %v", err)
		}
	})
}

package kis_test

import (
	"slices"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
)

// bureau runs a test in a filled office on each database.
func bureau(t *testing.T, test func(t *testing.T, o *kistest.Office)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-11-24")
		test(t, kistest.NewOffice(t, db))
	})
}

// wantKind fails the test when an error is not of the kind, and on the field
// when one is named.
func wantKind(t *testing.T, what string, err error, kind apperr.Kind, field string) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%s: %v; want %s", what, err, kind)
		return
	}
	if e := apperr.As(err); field != "" && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Name == field }) {
		t.Errorf("%s: %v; want it on field %q", what, err, field)
	}
}

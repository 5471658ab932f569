package kis_test

import (
	"testing"

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

package main

import (
	"slices"
	"testing"

	"github.com/kis-platform/kis/internal/store"
)

// TestALargeOfficeIsWholeAndItsPastIsNewsToNobody fills the smallest large
// office: what was filled in at once is as if it had been handed in, and the
// years before are not announced.
func TestALargeOfficeIsWholeAndItsPastIsNewsToNobody(t *testing.T) {
	c := defaults()
	c.DataDir = t.TempDir()
	if err := fillScale(t.Context(), c, demoPassword, 1, func(int, int, int) {}); err != nil {
		t.Fatal(err)
	}
	a := open(t, c)
	if err := a.notices.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := one(t, a, `SELECT CAST(COUNT(*) AS TEXT) FROM notices`); n != "0" {
		t.Errorf("%s notices of years that were filled in", n)
	}
	for _, k := range a.checks() {
		n, err := k.run(t.Context(), func(f store.Fault) { t.Errorf("%s: %s %v", f.Where, f.Key, f.Args) })
		// A large office prints nothing, has no acts, and its services are known by their assessments.
		none := slices.Contains([]string{"cli.verify.prints", "cli.verify.acts", "cli.verify.register"}, k.key)
		if err != nil || (n == 0) != none {
			t.Errorf("%s: %d, %v", k.key, n, err)
		}
	}
}

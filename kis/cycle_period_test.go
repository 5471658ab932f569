package kis_test

import (
	"testing"

	"github.com/kis-platform/kis/kis"
)

// FuzzPeriod: a period is written as it was read, lies between its days, and
// the next one begins the day after it.
func FuzzPeriod(f *testing.F) {
	for _, s := range []string{"2026", "2026-Q1", "2026-Q4", "2026-12", "2000", "2199-Q4", "2026-13", "2026-q1", "٢٠٢٦", "2026\n", " 2026", "2026-Q0", "2026-00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := kis.ParsePeriod(s)
		if !ok {
			return
		}
		next := p.Add(1)
		if p.String() != s || p.Last() < p.First() || next.First() != p.Last().Add(1) || next.Add(-1) != p || kis.PeriodOf(p.Frequency, p.Last()) != p {
			t.Fatalf("%q is %+v, %s to %s, then %+v", s, p, p.First(), p.Last(), next)
		}
	})
}

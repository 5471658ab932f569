package programme

import (
	"testing"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
)

var weights = []Weight{{Importance, 25, [4]int{1, 2, 3, 4}}, {Changes, 15, [4]int{1, 2, 3, 5}}, {RiskFactor, 20, [4]int{1, 3, 6, 10}}, {Result, 20, [4]int{1, 2, 4, 8}}, {Time, 20, [4]int{6, 12, 24, 36}}}

// TestAPriorityIsWhatAPersonReckonsByHand holds the sum against figures worked
// out on paper: 100 × Σ weight × score / (4 × Σ weight), halves up.
func TestAPriorityIsWhatAPersonReckonsByHand(t *testing.T) {
	for _, c := range []struct {
		name    string
		figures map[Factor]int
		want    int
		band    Band
	}{
		{"nothing at all, audited yesterday", map[Factor]int{}, 0, Low},
		{"everything at its highest", map[Factor]int{Importance: 4, Changes: 9, RiskFactor: 10, Result: 8, Time: 36}, 100, High},
		{"never audited counts as the longest time", map[Factor]int{Time: Never}, 20, Low},
		{"middle importance, one new version, never audited", map[Factor]int{Importance: 2, Changes: 2, Time: Never}, 40, Middle}, // 25·2 + 15·2 + 20·4 = 160 of 400
		{"one major finding a year ago", map[Factor]int{Importance: 2, Result: 8, Time: 12}, 43, Middle},                          // 50 + 80 + 40 = 170 of 400 = 42.5
		{"just below a step", map[Factor]int{RiskFactor: 2, Time: 11, Result: 1}, 15, Low},                                        // 20 + 20 + 20
		{"just on a step", map[Factor]int{RiskFactor: 3, Time: 12, Result: 2}, 30, Low},
	} {
		list := scores(weights, c.figures)
		if got := Priority(list); got != c.want || BandOf(got) != c.band {
			t.Errorf("%s: %d (%s), want %d (%s)", c.name, got, BandOf(got), c.want, c.band)
		}
		sum := 0
		for _, s := range list {
			sum += s.Points(TotalWeight(list))
		}
		if sum < c.want-2 || sum > c.want+2 {
			t.Errorf("%s: the shares shown add up to %d, the priority is %d", c.name, sum, c.want)
		}
	}
	if Priority(nil) != 0 || Priority([]Score{{Factor: Time, Score: 4}}) != 0 {
		t.Error("without weights there is a priority")
	}
}

func TestFiguresAreCountedSinceTheLastAudit(t *testing.T) {
	at := func(s string) time.Time { m, _ := time.Parse(time.DateOnly, s); return m }
	f := facts{today: "2026-06-15", zone: time.UTC, owners: map[string]string{"p": "sss"}, risks: map[string]int{"p": 3, "sss": 1}, overdue: map[string]int{"p": 1, "sss": 4}, gates: map[string]int{"p": 2}, returned: map[string]int{"p": 3, "sss": 5},
		versions: map[string][]time.Time{"p": {at("2025-01-10"), at("2026-02-01")}},
		moves:    map[string][]day.Day{"sss": {"2025-03-01", "2025-12-01", "2026-05-01"}},
		last:     map[string]LastAudit{"p": {Object: "p", ReportedAt: at("2025-12-15"), Grades: map[audit.Grade]int{audit.Major: 1, audit.Minor: 2, audit.Observation: 3, audit.Strength: 9}}}}
	got := f.figures(Row{Kind: Process, ProcessID: "p", Importance: 3})
	want := map[Factor]int{Importance: 3, Changes: 2 + 1, RiskFactor: 3 + 3 + 2 + 1, Result: 8 + 4 + 3, Time: 6}
	for factor, n := range want {
		if got[factor] != n {
			t.Errorf("process, %s: %d, want %d", factor, got[factor], n)
		}
	}
	// The department was never audited: moves of twelve months count, versions do not.
	got = f.figures(Row{Kind: Department, DepartmentID: "sss", Importance: 1})
	for factor, n := range map[Factor]int{Importance: 1, Changes: 2, RiskFactor: 1 + 9, Result: 0, Time: Never} {
		if got[factor] != n {
			t.Errorf("department, %s: %d, want %d", factor, got[factor], n)
		}
	}
	for _, c := range []struct {
		from, to day.Day
		want     int
	}{{"2026-01-15", "2026-06-14", 4}, {"2026-01-15", "2026-06-15", 5}, {"2026-06-15", "2026-06-15", 0}, {"2023-06-16", "2026-06-15", 35}} {
		if n := months(c.from, c.to); n != c.want {
			t.Errorf("months from %s to %s: %d, want %d", c.from, c.to, n, c.want)
		}
	}
}

func TestCoverageCountsWhatWasDoneLatelyAndPlannedApart(t *testing.T) {
	list := []Covered{{Code: "1.1", Year: true}, {Code: "1.2", Before: true, Planned: true}, {Code: "1.3", Before: true}, {Code: "1.4", Planned: true}, {Code: "1.5"}, {Code: "1.6", Year: true, Before: true}}
	year, three, planned := Of(list)
	if year != (Share{2, 6}) || three != (Share{4, 6}) || planned != (Share{4, 6}) {
		t.Errorf("year %v, three years %v, planned %v", year, three, planned)
	}
	if year.Percent() != 33 || three.Percent() != 67 || (Share{}).Percent() != 0 || (Share{1, 8}).Percent() != 13 {
		t.Error("the per cent are wrong")
	}
	for code, want := range map[string]string{"4.4.2": "4.4", "4": "", "9.2.2 c": "9.2", "10.2.1": "10.2", "": ""} {
		if got := firstTwo(clauseNumber(code)); got != want {
			t.Errorf("%q counts for %q, want %q", code, got, want)
		}
	}
}

package eservice

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// generated writes assessed services that add up to the years of the official
// table: 1,315 of them.
func generated() (file string, n int) {
	var b strings.Builder
	b.WriteString(strings.Join(servicesHeader, ",") + "\n")
	for _, y := range []struct {
		year, bodies, none int
		scheme             string
		grades             [4]int
	}{{2013, 40, 134, "2013", [4]int{5, 83, 142, 75}}, {2014, 41, 97, "2014", [4]int{55, 72, 100, 114}}, {2015, 39, 84, "2014", [4]int{67, 54, 105, 128}}} {
		at := 0
		row := func(electronised bool, level, score string) {
			agency := at % y.bodies
			fmt.Fprintf(&b, "A%02d,Qurum %d,Body %d,A%02d-%03d,Xidmət,Service,%d,%s,%v,%s,%s\n", agency, agency, agency, agency, at/y.bodies, y.year, y.scheme, electronised, level, score)
			at++
			n++
		}
		for range y.none {
			row(false, "none", "")
		}
		for g, count := range y.grades {
			for i := range count {
				row(true, "full", fmt.Sprint([]int{i % 50, 50 + i%20, 70 + i%20, 90 + i%11}[g]))
			}
		}
	}
	return b.String(), n
}

func TestTheTableOf2013To2015ComesOutOfServicesToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := bureau(t, db)
		file, n := generated()
		res, err := s.Import(ctx, ImportRequest{Reader: strings.NewReader(file), Name: "services"})
		if err != nil || n != 1315 || res.Services != 1315 {
			t.Fatalf("%d of %d: %v", res.Services, n, err)
		}
		card, err := s.Scorecard(ctx, ScorecardFilter{From: 2013, To: 2015})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, y := range card.Years {
			got = append(got, fmt.Sprint(y.Year, y.Agencies, y.Services, y.Electronised, y.NotElectronised, y.Grades["unsatisfactory"], y.Grades["satisfactory"], y.Grades["good"], y.Grades["excellent"]))
		}
		want := "2013 40 439 305 134 5 83 142 75|2014 41 438 341 97 55 72 100 114|2015 39 438 354 84 67 54 105 128"
		if strings.Join(got, "|") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
		}
		if RateTrend(card.Years, 1) != TrendBreak || RateTrend(card.Years, 2) != TrendBetter {
			t.Errorf("trends: %s %s", RateTrend(card.Years, 1), RateTrend(card.Years, 2))
		}
	})
}

func TestSummariesAreWhatCountingGivesAfterAnyImports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := bureau(t, db)
		r := rand.New(rand.NewPCG(1, 2))
		service := 0
		for range 12 {
			var b strings.Builder
			b.WriteString(strings.Join(servicesHeader, ",") + "\n")
			for range 1 + r.IntN(20) {
				agency := r.IntN(5)
				tail := "false,none,"
				if r.IntN(3) > 0 {
					tail = fmt.Sprintf("true,full,%d.%d", r.IntN(100), r.IntN(10))
				}
				fmt.Fprintf(&b, "A%d,Qurum %d,Body %d,S%d,Xidmət,Service,%d,2016,%s\n", agency, agency, agency, service, 2020+r.IntN(3), tail)
				service++
			}
			if _, err := s.Import(ctx, ImportRequest{Reader: strings.NewReader(b.String()), Name: "random"}); err != nil {
				t.Fatal(err)
			}
			n, err := s.VerifySummaries(ctx, func(f store.Fault) { t.Errorf("%s %s", f.Key, f.Where) })
			if err != nil || n != int64(service) {
				t.Fatalf("%d of %d looked at: %v", n, service, err)
			}
		}
	})
}

func TestBandsThatOverlapOrLeaveAHoleAreRefused(t *testing.T) {
	good := []Band{{Code: "a", MinInclusive: true, MaxMilli: 50_000}, {Code: "b", MinMilli: 50_000, MinInclusive: true, MaxMilli: 100_000, MaxInclusive: true}}
	for name, c := range map[string]struct {
		change func(b []Band)
		key    string
	}{
		"as it should be":    {func([]Band) {}, ""},
		"both hold 50":       {func(b []Band) { b[0].MaxInclusive = true }, "eservice.scheme.error.band_overlap"},
		"neither holds 50":   {func(b []Band) { b[1].MinInclusive = false }, "eservice.scheme.error.band_hole"},
		"49 to 50 missing":   {func(b []Band) { b[0].MaxMilli = 49_000 }, "eservice.scheme.error.band_hole"},
		"50 to 51 twice":     {func(b []Band) { b[0].MaxMilli = 51_000 }, "eservice.scheme.error.band_overlap"},
		"not from 0":         {func(b []Band) { b[0].MinMilli = 1 }, "eservice.scheme.error.band_first"},
		"not to the maximum": {func(b []Band) { b[1].MaxInclusive = false }, "eservice.scheme.error.band_last"},
	} {
		t.Run(name, func(t *testing.T) {
			bands := append([]Band(nil), good...)
			c.change(bands)
			var check apperr.Check
			CheckBands(&check, bands, 100_000)
			e := apperr.As(check.Err())
			if (c.key == "") != (e == nil) || (e != nil && e.Fields[0].Key != c.key) {
				t.Errorf("%v", e)
			}
		})
	}
}

func TestPointsAboveTheMaximumAreToldTheMaximumAsItIs(t *testing.T) {
	s := Scheme{Code: "x", Parameters: []Parameter{{Code: "a", MaxMilli: 2500}}}
	var check apperr.Check
	s.CheckPoints(&check, []Point{{Parameter: "a", Milli: 2501}})
	if e := apperr.As(check.Err()); e == nil || len(e.Fields) != 1 || !slices.Contains(apperr.Flat(e.Fields[0].Args), any("2.5")) {
		t.Errorf("%+v", e)
	}
}

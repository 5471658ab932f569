package campaign

import (
	"slices"
	"testing"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// TestBehindEveryFigureAreItsServices: page by page there are as many services
// as the figure says, each once, by grade from the highest, in as many queries
// whatever the figure.
func TestBehindEveryFigureAreItsServices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := newLand(t, db, 3, 90)
		l.finalise(l.year(2015))
		count := storetest.CountQueries(db)
		queries := map[int]bool{}
		for _, agency := range []string{"", "B0002"} {
			card, err := l.s.Schemes.Scorecard(l.ctx, eservice.ScorecardFilter{Agency: agency})
			if err != nil {
				t.Fatal(err)
			}
			y := card.Focus()
			if len(y.Levels) != 4 || len(y.Automation) != 4 { // of those that are not electronised it is not known
				t.Fatalf("levels %v, automation %v", y.Levels, y.Automation)
			}
			bodyQueries := map[int]bool{}
			list := func(want int64, f eservice.BehindFilter, fits func(g eservice.Graded) bool) {
				t.Helper()
				f.Agency, f.Limit = agency, 7
				seen, last := map[string]bool{}, len(y.Scheme.Bands)+1
				for {
					count.Reset()
					page, err := l.s.Schemes.Behind(l.ctx, f)
					if err != nil {
						t.Fatal(err)
					}
					bodyQueries[count.N()] = true
					for _, g := range page.Rows {
						place := 0
						if g.Grade != nil {
							place = g.Grade.Position
						}
						if seen[g.AssessmentID] || place > last || !fits(g) || (agency != "" && g.Agency.Code != agency) {
							t.Errorf("%+v: %+v does not belong there", f, g)
						}
						seen[g.AssessmentID], last = true, place
					}
					if f.After = page.Next; f.After == nil {
						break
					}
				}
				if int64(len(seen)) != want {
					t.Errorf("%s %+v: %d services behind the figure %d", agency, f, len(seen), want)
				}
			}
			list(y.Services, eservice.BehindFilter{}, func(eservice.Graded) bool { return true })
			list(y.NotElectronised, eservice.BehindFilter{Grade: "none"}, func(g eservice.Graded) bool { return g.Grade == nil })
			list(y.Electronised, eservice.BehindFilter{Grade: "graded"}, func(g eservice.Graded) bool { return g.Grade != nil })
			for code, n := range y.Grades {
				list(n, eservice.BehindFilter{Grade: code}, func(g eservice.Graded) bool { return g.Grade.Code == code })
			}
			for level, n := range y.Levels {
				list(n, eservice.BehindFilter{Level: level}, func(g eservice.Graded) bool { return g.Level == level })
			}
			for auto, n := range y.Automation {
				f := eservice.BehindFilter{Automation: auto}
				if auto == "" {
					f.Automation = "unknown"
				}
				list(n, f, func(g eservice.Graded) bool { return g.Automation == auto })
			}
			if len(bodyQueries) != 1 {
				t.Errorf("%q: numbers of queries %v", agency, bodyQueries)
			}
			for n := range bodyQueries {
				queries[n] = true
			}
		}
		t.Logf("queries: %v", queries)
		for _, f := range []eservice.BehindFilter{{Level: "x"}, {Automation: "x"}, {Grade: "x"}} {
			if _, err := l.s.Schemes.Behind(l.ctx, f); !apperr.Is(err, apperr.Invalid) {
				t.Errorf("%+v: %v", f, err)
			}
		}
		// The list as a document has the same services in the same order.
		_, rows, err := l.s.Schemes.Graded(l.ctx, 2015, "")
		if err != nil {
			t.Fatal(err)
		}
		var listed, shown []string
		for g, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			listed = append(listed, g.AssessmentID)
		}
		page, err := l.s.Schemes.Behind(l.ctx, eservice.BehindFilter{Limit: 500})
		for _, g := range page.Rows {
			shown = append(shown, g.AssessmentID)
		}
		if err != nil || len(listed) != 90 || !slices.Equal(listed, shown) {
			t.Errorf("%d listed, %d shown: %v", len(listed), len(shown), err)
		}
	})
}

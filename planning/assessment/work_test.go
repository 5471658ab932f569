package assessment_test

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning/assessment"
)

// TestWhatWaitsInQuestionnaires: a cycle in its evaluation waits for its
// self-assessment, one that was begun for who began it, a survey past its last
// day for who closes it.
func TestWhatWaitsInQuestionnaires(t *testing.T) {
	each(t, func(o office, cy kis.Cycle) {
		list := func(who string, tab kis.WorkTab) string {
			o.t.Helper()
			parts, err := o.a.WorkParts(o.by(who))
			o.must(err)
			items, err := kis.FirstWork(o.by(who), kis.OfTab(parts, tab), 10)
			o.must(err)
			var out []string
			for _, w := range items {
				if !i18n.Has(w.KindKey) || !i18n.Has(w.VerbKey) || w.Title == "" || w.Href == "" {
					o.t.Errorf("incomplete: %+v", w)
				}
				out = append(out, strings.TrimPrefix(w.VerbKey, "assessment.work."))
			}
			return strings.Join(out, " ")
		}
		want := func(who string, tab kis.WorkTab, what string) {
			o.t.Helper()
			if got := list(who, tab); got != what {
				o.t.Errorf("%s, %s: %q, want %q", who, tab, got, what)
			}
		}
		want("elchin", kis.WorkMine, "") // the year still runs
		storetest.Tamper(o.t, o.DB, "UPDATE cycles SET state = 'evaluating' WHERE id = ?", cy.ID)
		want("elchin", kis.WorkMine, "begin")
		want("nigar", kis.WorkMine, "begin")
		want("aytan", kis.WorkMine, "")
		want("aytan", kis.WorkDepartment, "begin")
		want("vugar", kis.WorkDepartment, "") // of another department
		_, err := o.a.Begin(o.by("aytan"), cy.ID)
		o.must(err)
		want("aytan", kis.WorkMine, "fill")
		want("elchin", kis.WorkMine, "")
		want("elchin", kis.WorkDepartment, "fill")
		want("rafael", kis.WorkMine, "")
		_, err = o.a.OpenSurvey(o.by("nigar"), assessment.NewSurvey{Title: "İstifadəçilərin rəyi", Closes: "2026-11-30"})
		o.must(err)
		want("nigar", kis.WorkMine, "")
		storetest.ClockOf(o.DB).SetDay("2026-12-01")
		want("nigar", kis.WorkMine, "close")
	})
}

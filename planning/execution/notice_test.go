package execution_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	trail "github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/planning/planningtest"
)

// told says who is told what of everything that has happened: keys of people by
// the end of the message key.
func told(o *planningtest.Office, db *store.DB) map[string][]string {
	ctx := o.System()
	events, err := trail.EventsAfter(ctx, db.Read(), 0, 1000)
	o.Must(err)
	people, err := o.Actors(ctx, db.Read())
	o.Must(err)
	out := map[string][]string{}
	for _, e := range events {
		list, err := o.Announcements(ctx, db.Read(), e)
		o.Must(err)
		for _, a := range list {
			key := strings.TrimPrefix(a.Key, "planning.notice.")
			for _, lang := range i18n.Languages() {
				args := []any{}
				for k, v := range a.Args {
					args = append(args, k, v)
				}
				if text := i18n.T(lang, a.Key, args...); strings.ContainsAny(text, "⟦{") {
					o.Must(&missing{text})
				}
			}
			for _, p := range people {
				if a.For(p) && !slices.Contains(out[key], p.UserID) {
					out[key] = append(out[key], p.UserID)
				}
			}
		}
	}
	return out
}

type missing struct{ text string }

func (m *missing) Error() string { return "a notice without words: " + m.text }

// TestWhoIsToldOfAPlan: each step is told to those who take the next one and to
// nobody whom it does not concern.
func TestWhoIsToldOfAPlan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		exec := execution.New(o.Service)
		p := o.Sent(2026)
		asked := told(o, db)["plan.sent"] // of those who have not answered yet
		o.Must(o.ObjectPlan(o.By("vugar"), "2026", o.Dept("İTŞ"), p.Revision, p.Items[1].ID, "Müddət çox qısadır"))
		o.Must(o.AnswerObjection(o.By("nigar"), o.Page(2026).Objections[0].ID, "Müddət uzadılır"))
		p = o.AgreeAll(2026)
		o.Must(o.ReturnPlan(o.By("rafael"), "2026", "Dəqiqləşdirilsin"))
		o.Must(o.SendPlan(o.By("nigar"), "2026"))
		p = o.AgreeAll(2026)
		o.Must(o.ApprovePlan(o.By("rafael"), "2026", planning.Approval{Revision: p.Revision, Confirmed: true}))
		o.Must(o.StartPlan(o.By("nigar"), "2026"))
		item := o.Page(2026).Items[1]
		report := func(n planning.NewReport) string {
			o.Must(o.ReportItem(o.By("aytan"), item.ID, n))
			page, err := o.PlanItem(o.By("aytan"), item.ID)
			o.Must(err)
			return page.Reports[0].ID
		}
		o.Must(exec.DecideReport(o.By("nigar"), report(planning.NewReport{State: planning.InProgress, Narrative: "işə başlanılıb", Quarter: 2}), execution.Verdict{Note: "sübut yoxdur"}))
		o.Accept(report(planning.NewReport{State: planning.InProgress, Narrative: "işə başlanılıb, protokol var", Quarter: 2}))
		got := told(o, db)
		got["plan.sent"] = asked
		for key, x := range map[string]struct{ told, not []string }{
			"plan.sent":            {[]string{"elchin", "vugar", "nazim"}, []string{"aytan", "rafael", "fidan"}},
			"plan.objected":        {[]string{"nigar"}, []string{"elchin", "rafael", "vugar"}},
			"plan.answered":        {[]string{"vugar"}, []string{"elchin", "nazim", "nigar"}},
			"plan.agreed":          {[]string{"rafael"}, []string{"nigar", "elchin"}},
			"plan.returned":        {[]string{"nigar"}, []string{"elchin", "aytan"}},
			"plan.approved":        {[]string{"nigar"}, []string{"aytan", "vugar"}},
			"plan.started":         {[]string{"aytan", "elchin"}, []string{"tural", "rafael"}},
			"plan.report_returned": {[]string{"aytan", "elchin"}, []string{"tural", "rafael"}},
			"plan.report_accepted": {[]string{"aytan"}, []string{"tural", "rafael"}},
		} {
			for _, who := range x.told {
				if !slices.Contains(got[key], o.ID(who)) {
					t.Errorf("%s: %s is not told", key, who)
				}
			}
			for _, who := range x.not {
				if slices.Contains(got[key], o.ID(who)) {
					t.Errorf("%s: %s is told", key, who)
				}
			}
		}
	})
}

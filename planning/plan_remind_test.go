package planning_test

import (
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/planningtest"
)

// TestDepartmentsThatHaveNotAnsweredAreRemindedOnceADay: who answered hears
// nothing more, and nobody is reminded of a plan that asks nobody.
func TestDepartmentsThatHaveNotAnsweredAreRemindedOnceADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Draft(2027)
		nigar := o.By("nigar")
		remind := func() error { return o.RemindPlan(nigar, "2027") }
		refused := func(key string) {
			t.Helper()
			if err := remind(); !apperr.Is(err, apperr.Conflict) || apperr.As(err).Key != key {
				t.Errorf("%v, want %s", err, key)
			}
		}
		refused("planning.plan.error.nobody_waits")
		o.Must(o.SendPlan(nigar, "2027"))
		o.Must(o.AgreePlan(o.By("vugar"), "2027", o.Dept("İTŞ"), o.Page(2027).Revision))
		o.Must(remind())
		events, err := office.EventsAfter(nigar, db.Read(), 0, 10_000)
		o.Must(err)
		told, err := o.Announcements(nigar, db.Read(), events[len(events)-1])
		o.Must(err)
		if len(told) != 1 || told[0].Key != "planning.notice.plan.reminded" || !told[0].For(actor.From(o.By("elchin"))) || told[0].For(actor.From(o.By("vugar"))) {
			t.Errorf("told: %+v", told)
		}
		refused("planning.plan.error.reminded")
		if p := o.Page(2027); p.Reminded != o.Today() {
			t.Errorf("reminded on %q", p.Reminded)
		}
	})
}

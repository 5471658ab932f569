package execution_test

import (
	"testing"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// The report on a quarter is due as many days after its end as the kind of the
// plan says.
func TestAReportIsDueAsTheKindOfThePlanSays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		due := func() (d day.Day, late bool) {
			t.Helper()
			list, err := o.exec.Work(o.By("elchin"))
			o.Must(err)
			for _, w := range list {
				if w.KindKey == "planning.work.kind.quarter" && w.ID == o.items[1].ID {
					return w.Due, w.Overdue
				}
			}
			t.Fatalf("no report waits in %+v", list)
			return "", false
		}
		if d, late := due(); d != "2026-10-10" || !late {
			t.Errorf("the report on the third quarter is due on %s, late: %t", d, late)
		}
		storetest.Tamper(t, db, "UPDATE plan_kinds SET report_days = 60")
		if d, late := due(); d != "2026-11-29" || late {
			t.Errorf("with sixty days it is due on %s, late: %t", d, late)
		}
	})
}

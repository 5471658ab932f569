package execution_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
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

// A report waits for whoever may decide on it: not for the one who made it. It
// is told by what it says, and not as a reason.
func TestNobodyIsAskedToAcceptAReportOfTheirOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		report := o.report("aytan", o.items[1].ID, planning.NewReport{State: planning.InProgress, Narrative: "ikinci rübün işləri görülüb"})
		asked := func() *kis.WorkItem {
			t.Helper()
			list, err := o.exec.Work(o.By("nigar"))
			o.Must(err)
			if i := slices.IndexFunc(list, func(w kis.WorkItem) bool { return w.ID == report }); i >= 0 {
				return &list[i]
			}
			return nil
		}
		if w := asked(); w == nil || !strings.HasSuffix(w.Reason, ": ikinci rübün işləri görülüb") || w.Quote != "" {
			t.Errorf("the quality manager is asked %+v", w)
		}
		storetest.Unlock(t, db)
		storetest.Tamper(t, db, "UPDATE plan_reports SET reported_by = ? WHERE id = ?", o.ID("nigar"), report)
		if w := asked(); w != nil {
			t.Errorf("who reported is asked to accept it: %+v", w)
		}
	})
}

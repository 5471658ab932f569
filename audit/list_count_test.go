package audit_test

import (
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// TestTheTotalsOfADepartmentAreThoseOfItsList counts what people of the
// department of the acts, of a department with an action in one of them and of
// a third see in the register, and compares with the totals above it.
func TestTheTotalsOfADepartmentAreThoseOfItsList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		shared(t, o) // an action of Aytən and, beside her, Tural of İTŞ
		a := o.Started()
		for row, state := range map[string]audit.ActState{"4.3-a": audit.ActDraft, "4.3-b": audit.ActIssued, "4.4-b": audit.ActWithdrawn, "5.1-a": audit.ActClosed} {
			o.Act(a.ID, row, state)
		}
		upheld := o.Act(a.ID, "5.2-a", audit.ActObjected)
		must(t, s.UpholdObjection(o.Be("gunel"), upheld.ID, "sübut var"))
		other := o.Act(a.ID, "5.3-a", audit.ActAcknowledged)
		_, err := s.AddAction(o.Be("elchin"), other.ID, audit.NewAction{Text: "Mühit", OwnerID: o.ID("vugar"), Due: "2026-09-15"})
		must(t, err)
		for who, want := range map[string]int{"elchin": 5, "aytan": 5, "tural": 2, "vugar": 2, "murad": 5, "rashad": 7} {
			for _, f := range []audit.ActFilter{{}, {State: audit.ActWithdrawn}, {DepartmentID: o.Dept("SSS")}, {DepartmentID: o.Dept("İTŞ")}} {
				list, err := s.Acts(o.Be(who), f)
				must(t, err)
				if len(list.Items) != list.Total {
					t.Errorf("%s, %+v: %d acts in the list, %d counted: %v", who, f, len(list.Items), list.Total, list.Counts)
				}
				found := map[audit.ActState]int{}
				for _, x := range list.Items {
					found[x.State]++
				}
				for state, n := range found {
					if list.Counts[state] != n {
						t.Errorf("%s, %+v: %d are %s, %d counted", who, f, n, state, list.Counts[state])
					}
				}
				if f == (audit.ActFilter{}) && len(list.Items) != want && who != "rashad" {
					t.Errorf("%s sees %d acts, want %d", who, len(list.Items), want)
				}
			}
		}
	})
}

package reports

import (
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// An act on paper names everybody who owns an action, and who asked for more
// time, why, and who decided.
func TestAnActPrintsCoOwnersAndRequestsForMoreTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		act := o.Act(o.Started().ID, "4.4-a", audit.ActAcknowledged)
		o.Respond(act.ID)
		ac, err := o.Audit.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Jurnalı elektron aparmaq", OwnerID: o.ID("aytan"), Others: []string{o.ID("tural")}, Due: "2026-09-15"})
		must(err)
		must(o.Audit.SubmitPlan(o.Be("elchin"), act.ID))
		must(o.Audit.ApprovePlan(o.Be("gunel"), act.ID, audit.Approval{}))
		must(o.Audit.RequestExtension(o.Be("aytan"), ac.ID, "2026-10-01", "server gecikir"))
		printed := func() string {
			return string(o.rendered(t, o.Be("gunel"), Request{Kind: Act, Key: o.View(act.ID).Number, Format: JSON}).Bytes)
		}
		if text := printed(); !strings.Contains(text, "Tural İsmayılov, İTŞ") || !strings.Contains(text, "server gecikir") || !strings.Contains(text, "Qərar gözlənilir") {
			t.Errorf("the act does not name the co-owner or the request:\n%s", text)
		}
		must(o.Audit.DecideExtension(o.Be("nigar"), ac.ID, true, "sifariş təsdiqlənib"))
		if text := printed(); !strings.Contains(text, "Uzadılıb") || !strings.Contains(text, "Nigar Əliyeva") || !strings.Contains(text, "sifariş təsdiqlənib") {
			t.Errorf("the act does not say who decided:\n%s", text)
		}
	})
}

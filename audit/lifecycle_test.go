package audit_test

import (
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestSmoke(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		act := o.Act(a.ID, "4.4-a", audit.ActClosed)
		if act.State != audit.ActClosed || act.Number != "UA-2026-001" {
			t.Fatalf("%s %s", act.State, act.Number)
		}
		d, err := o.Audit.AuditDossier(o.Be("nigar"), a.Number)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(d.Number, len(d.Checklist), len(d.Findings), len(d.Acts), d.Counts)
	})
}

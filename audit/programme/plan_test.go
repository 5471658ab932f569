package programme_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

func TestAnAuditIsMadeOutOfARowInOneStepAndOnlyOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		v := o.inForce()
		row := o.row(v, "1-elektron-xidmet")
		if _, err := o.s.PlanAudit(o.Be("gunel"), row.ID, 8); fields(err) != "month" {
			t.Errorf("an audit for a month that is not planned: %v", err)
		}
		if _, err := o.s.PlanAudit(o.Be("samir"), row.ID, 7); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an auditor planned an audit: %v", err)
		}
		// Two people at once: one audit comes of it.
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, who := range []string{"gunel", "rashad"} {
			ctx := o.Be(who)
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, errs[i] = o.s.PlanAudit(ctx, row.ID, 7)
			}()
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("two at once: %v and %v", errs[0], errs[1])
		}
		made := o.row(o.view(v.ID), "1-elektron-xidmet").Audits
		if len(made) != 1 || made[0].Month != 7 || made[0].State != audit.Planned {
			t.Fatalf("audits of the row: %+v", made)
		}
		a, err := o.Audit.Audit(o.Be("gunel"), made[0].ID)
		must(t, err)
		if a.PlannedFrom != "2026-07-01" || a.PlannedTo != "2026-07-07" || a.Lead().ID != o.ID("gunel") || a.Audited().Code != "SSS" || len(a.Cycles) != 1 || strings.Join(a.Codes, " ") != "4 5" {
			t.Errorf("the audit: %s – %s, lead %s, of %s, %d cycles, codes %v", a.PlannedFrom, a.PlannedTo, a.Lead().Name, a.Audited().Code, len(a.Cycles), a.Codes)
		}
		if a.Objectives != texts.Objectives || a.Programme != (audit.ProgrammeRef{Year: 2026, No: row.No}) {
			t.Errorf("objectives %q, programme %+v", a.Objectives, a.Programme)
		}
		if err := o.set(v, "1-elektron-xidmet", "Ay dəyişdirilir", 9); fields(err) != "months" {
			t.Errorf("the month of an audit was taken away: %v", err)
		}
		if err := o.s.Close(o.Be("nigar"), v.ID, "Auditlər keçirilib"); fields(err) != "audits" {
			t.Errorf("closed with an audit that goes on: %v", err)
		}
		// A cancelled audit leaves its month free.
		must(t, o.Audit.Cancel(o.Be("gunel"), a.ID, "başqa vaxta keçirildi"))
		_, err = o.s.PlanAudit(o.Be("gunel"), row.ID, 7)
		must(t, err)
		if n := len(o.row(o.view(v.ID), "1-elektron-xidmet").Audits); n != 1 {
			t.Errorf("%d audits after planning anew", n)
		}
	})
}

func TestWhoIsNotIndependentIsNotMadeLeadByAProgramme(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		v := o.create(2026)
		must(t, o.set(v, "KİEMŞ", "", 7)) // Günel works there
		must(t, o.s.Submit(o.Be("nigar"), v.ID))
		must(t, o.s.Approve(o.Be("rafael"), v.ID))
		if _, err := o.s.PlanAudit(o.Be("gunel"), o.row(v, "KİEMŞ").ID, 7); fields(err) != "lead" {
			t.Errorf("planned with a lead from the audited department: %v", err)
		}
		if n := len(o.row(o.view(v.ID), "KİEMŞ").Audits); n != 0 {
			t.Error("a half-made audit is left")
		}
	})
}

package audit_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// editOf is the plan of an audit as the form would send it unchanged.
func editOf(t *testing.T, o *audittest.Office, id string) audit.AuditEdit {
	t.Helper()
	v, err := o.Audit.Audit(o.Be("gunel"), id)
	must(t, err)
	e := audit.AuditEdit{Seen: v.Edition(), NewAudit: audit.NewAudit{Kind: v.Kind, Title: v.Audit.Title, Objectives: v.Objectives, Criteria: v.Criteria, Method: v.Method,
		Period: v.Period, From: v.PlannedFrom, To: v.PlannedTo, Codes: v.Codes}}
	for _, y := range v.Cycles {
		e.Cycles = append(e.Cycles, y.ID)
	}
	for _, d := range v.Departments {
		e.Departments = append(e.Departments, d.ID)
	}
	return e
}

func TestThePlanOfAnAuditIsChangedWhileItIsPlanned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		gunel := o.Be("gunel")
		a := o.Planned()
		_, err := o.Audit.AddRow(gunel, a.ID, audit.NewRow{Standard: "ISO9001", Edition: "2015", Clause: "7.5.3", QuestionAZ: "Öz sualımız"})
		must(t, err)
		for name, c := range map[string]struct {
			change func(e *audit.AuditEdit)
			want   string
		}{
			"no title":           {func(e *audit.AuditEdit) { e.Title = "" }, "title"},
			"ends before it":     {func(e *audit.AuditEdit) { e.To = "2026-06-01" }, "to"},
			"in the past":        {func(e *audit.AuditEdit) { e.From, e.To = "2026-01-05", "2026-01-09" }, "to"},
			"nobody is audited":  {func(e *audit.AuditEdit) { e.Departments = nil }, "departments"},
			"no such department": {func(e *audit.AuditEdit) { e.Departments = []string{store.NewID()} }, "departments"},
			"no code":            {func(e *audit.AuditEdit) { e.Codes = []string{"9.9"} }, "codes"},
			"of the team's own":  {func(e *audit.AuditEdit) { e.Departments = append(e.Departments, o.Dept("BƏŞ")) }, "members"},
			"nothing to ask":     {func(e *audit.AuditEdit) { e.Codes = []string{"1.9.9"} }, "codes"},
		} {
			e := editOf(t, o, a.ID)
			before := e.Seen
			c.change(&e)
			if err := o.Audit.EditAudit(gunel, a.ID, e); fieldsOf(err) != c.want {
				t.Errorf("%s: %v, want a refusal of %q", name, err, c.want)
			}
			if now := editOf(t, o, a.ID).Seen; now != before {
				t.Errorf("%s left something behind", name)
			}
		}
		e := editOf(t, o, a.ID)
		e.Title, e.Codes, e.To = "Toplanma mərhələsi", []string{"4.3"}, "2026-06-30"
		must(t, o.Audit.EditAudit(gunel, a.ID, e))
		v, err := o.Audit.Audit(gunel, a.ID)
		must(t, err)
		if v.Audit.Title != "Toplanma mərhələsi" || !slices.Equal(v.Codes, []string{"4.3"}) || v.PlannedTo != "2026-06-30" || v.Number != a.Number {
			t.Errorf("after the change: %+v", v.Audit)
		}
		own := 0
		for _, r := range o.Rows(a.ID) {
			if r.Own {
				own++
			} else if r.GSBPM != "" && !strings.HasPrefix(r.GSBPM, "4.3") && r.GSBPM != "4" {
				t.Errorf("row %s (%s) is outside the scope", r.No, r.GSBPM)
			}
		}
		if own != 1 {
			t.Errorf("%d own questions are left", own)
		}
		found, err := o.Audit.Audits(gunel, audit.AuditFilter{Query: "toplanma mərhələsi"})
		must(t, err)
		if len(found.Items) != 1 {
			t.Error("the audit is not found by its new title")
		}
		if err := o.Audit.EditAudit(gunel, a.ID, e); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("from a page that is no longer true: %v", err)
		}
		if err := o.Audit.EditAudit(o.Be("samir"), a.ID, editOf(t, o, a.ID)); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("an auditor changes the plan: %v", err)
		}
		// A meeting that would lie outside is named.
		_, err = o.Audit.AddSession(gunel, a.ID, audit.NewSession{Day: "2026-06-30", From: "10:00", To: "11:00", Auditors: []string{o.ID("samir")}, Place: "otaq 1", Topic: "Toplanma"})
		must(t, err)
		e = editOf(t, o, a.ID)
		e.To = "2026-06-26"
		if err := o.Audit.EditAudit(gunel, a.ID, e); fieldsOf(err) != "from" {
			t.Errorf("a meeting is left outside the days: %v", err)
		}
		must(t, o.Audit.Announce(gunel, a.ID, "qısa xəbərdarlıq razılaşdırılıb"))
		if err := o.Audit.EditAudit(gunel, a.ID, editOf(t, o, a.ID)); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("changed after it was announced: %v", err)
		}
	})
}

// Of two who change a plan at once, one is told.
func TestTwoChangeThePlanOfAnAuditAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Planned()
		// Both have the page open before either sends it.
		read := editOf(t, o, a.ID)
		var group sync.WaitGroup
		results := make([]error, 2)
		for i, who := range []string{"gunel", "nigar"} {
			e := read
			e.Title = "Plan " + who
			group.Go(func() { results[i] = o.Audit.EditAudit(o.Be(who), a.ID, e) })
		}
		group.Wait()
		lost := 0
		for _, err := range results {
			if apperr.Is(err, apperr.Conflict) {
				lost++
			} else {
				must(t, err)
			}
		}
		if lost != 1 {
			t.Errorf("%d were told: %v", lost, results)
		}
	})
}

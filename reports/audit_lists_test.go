package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// The registers of audits and findings are taken away as they are filtered, and
// hold what the person sees.
func TestRegistersOfAuditAreTakenAway(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		a := o.Started()
		shown := o.Act(a.ID, "4.4-a", audit.ActIssued)
		o.Draft(a.ID, "5.1-a")
		csv := func(write func(*bytes.Buffer) error) []string {
			t.Helper()
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			return strings.Split(strings.TrimSpace(b.String()), "\r\n")
		}
		findings := func(who string, f audit.FindingFilter) []string {
			return csv(func(b *bytes.Buffer) error { return o.svc.FindingList(o.Be(who), b, "csv", "az", f) })
		}
		if got := findings("gunel", audit.FindingFilter{}); len(got) != 3 || !strings.Contains(strings.Join(got, " "), shown.Number) || !strings.Contains(got[1], "Akt layihəsi") {
			t.Errorf("the lead takes away %q", got)
		}
		if got := findings("elchin", audit.FindingFilter{}); len(got) != 2 || !strings.Contains(got[1], shown.Number) {
			t.Errorf("the department takes away %q", got)
		}
		if got := findings("gunel", audit.FindingFilter{State: audit.FindingDraft}); len(got) != 2 {
			t.Errorf("drafts: %q", got)
		}
		audits := csv(func(b *bytes.Buffer) error {
			return o.svc.AuditList(o.Be("gunel"), b, "csv", "en", audit.AuditFilter{Query: a.Title})
		})
		if len(audits) != 2 || !strings.Contains(audits[1], a.Number) || !strings.Contains(audits[0], "Lead auditor") {
			t.Errorf("audits: %q", audits)
		}
		var sheet bytes.Buffer
		if err := o.svc.FindingList(o.Be("gunel"), &sheet, "xlsx", "en", audit.FindingFilter{}); err != nil || !bytes.HasPrefix(sheet.Bytes(), []byte("PK")) {
			t.Errorf("as a sheet: %v", err)
		}
	})
}

// A tree of questions keeps its numbers on paper, and causes stand under the
// names of their branches, whatever the office calls them.
func TestCausesOnPaper(t *testing.T) {
	v, w := sampleAct(), sampleWords("az")
	text := func() string { return fmt.Sprintf("%+v", actCause(v, w)) }
	v.Causes = []audit.Cause{{Position: 1, Question: "Niyə gecikib?", Answer: "Plan yoxdur."}, {Position: 2, Parent: 1, Answer: "Məsul yoxdur."}, {Position: 3, Parent: 1, Answer: "Vaxt yoxdur."}}
	if got := text(); !strings.Contains(got, "1.2. Vaxt yoxdur.") {
		t.Errorf("the tree on paper: %s", got)
	}
	v.CauseMethod, v.Causes = audit.Ishikawa, []audit.Cause{{Position: 1, Category: "climate", Answer: "İsti"}}
	v.Categories = []audit.CauseCategory{{Code: "climate", NameAZ: "Hava", NameEN: "Weather"}}
	if got := text(); !strings.Contains(got, "Hava: ") || !strings.Contains(got, "İsti") {
		t.Errorf("the diagram on paper: %s", got)
	}
}

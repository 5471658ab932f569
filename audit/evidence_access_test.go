package audit_test

import (
	"testing"

	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
)

// TestConfidentialEvidenceOpensToTheTeamOfTheAuditThatHasItInScope follows
// one confidential submission: before the audit is announced, to the team,
// to an auditor who is not on it, and outside the audited codes.
func TestConfidentialEvidenceOpensToTheTeamOfTheAuditThatHasItInScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		o.Service.Assigned = o.Audit
		hand := func(code string) kis.Submission {
			n := o.NewEvidence("aytan", o.Cycle.ID, code)
			n.Class = kis.ClassConfidential
			s, err := o.Submit(o.Be("aytan"), n)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		inside, outside := hand("1.3.1"), hand("5.7.1")
		request := o.Request()
		request.Codes = []string{"1"}
		a, err := o.Audit.PlanAudit(o.Be("gunel"), request)
		if err != nil {
			t.Fatal(err)
		}
		read := func(who string, s kis.Submission) error {
			_, err := o.Submission(o.Be(who), s.ID)
			return err
		}
		if err := read("samir", inside); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("before the audit is announced: %v", err)
		}
		if err := o.Audit.Announce(o.Be("gunel"), a.ID); err != nil {
			t.Fatal(err)
		}
		if err := read("samir", inside); err != nil {
			t.Errorf("the team cannot open it: %v", err)
		}
		page, err := o.Submission(o.Be("nigar"), inside.ID)
		if err != nil || len(page.Files) == 0 {
			t.Fatalf("the quality manager cannot: %v", err)
		}
		if _, err := o.EvidenceFile(o.Be("samir"), inside.ID, page.Files[0].ID); err != nil {
			t.Errorf("the team cannot open the file: %v", err)
		}
		for who, s := range map[string]kis.Submission{"farida": inside, "rashad": inside, "samir": outside, "tural": inside} {
			if err := read(who, s); !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s opens what is not theirs: %v", who, err)
			}
		}
		list, err := o.Evidence(o.Be("samir"), kis.EvidenceFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range list.Rows {
			if row.ID == inside.ID {
				t.Error("a list shows confidential evidence of another department")
			}
		}
	})
}

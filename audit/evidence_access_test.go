package audit_test

import (
	"testing"

	"github.com/kis-platform/kis/audit"
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
		if err := o.Audit.Announce(o.Be("gunel"), a.ID, audittest.ShortNotice); err != nil {
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

// TestConfidentialEvidenceOfARowIsNamedOnlyToWhomItOpens links one to a
// finding and its act, and looks with the eyes of the team, of an auditor who
// is not on it, of the management and of the department's own people.
func TestConfidentialEvidenceOfARowIsNamedOnlyToWhomItOpens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		o.Service.Assigned = o.Audit
		hand := func(code string) kis.Submission {
			n := o.NewEvidence("aytan", o.Cycle.ID, code)
			n.Class, n.Title = kis.ClassConfidential, "Gizli araşdırma "+code
			s, err := o.Submit(o.Be("aytan"), n)
			must(t, err)
			return s
		}
		inside, outside := hand("4.3.5"), hand("1.3.1") // the audit is of phases 4 and 5
		a := o.Started()
		row := o.Row(a.ID, "4.1-a")
		answer := audit.RowAnswer{RowID: row.ID, Version: row.Version, Answer: audit.Nonconforms, Note: "Baxıldı", Evidence: []string{outside.ID}}
		if _, err := o.Audit.Answer(o.Be("samir"), answer); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("an auditor links what the audit does not open: %v", err)
		}
		answer.Evidence = []string{inside.ID}
		_, act, err := o.Audit.RaiseFinding(o.Be("samir"), audit.NewFinding{Row: answer, Grade: audit.Minor, DepartmentID: o.Dept("SSS"),
			Statement: "Nəticə qeydə alınmayıb.", Criterion: "4.1", ObjectiveEvidence: "Bölmə 2"})
		must(t, err)
		must(t, o.Audit.Issue(o.Be("gunel"), act.ID))
		for who, opens := range map[string]bool{"samir": true, "nigar": true, "farida": false, "rafael": false} {
			d, err := o.Audit.AuditDossier(o.Be(who), a.ID)
			must(t, err)
			v, err := o.Audit.Act(o.Be(who), act.ID)
			must(t, err)
			panel, err := o.Audit.Row(o.Be(who), a.ID, row.ID)
			must(t, err)
			seen := append(append(panel.Linked, v.Evidence...), d.Findings[len(d.Findings)-1].Evidence...)
			if len(seen) != 3 {
				t.Fatalf("%s sees %d links, want 3", who, len(seen))
			}
			for _, e := range seen {
				if told := e.Title != "" || len(e.Files) > 0; told != opens || e.Hidden == opens {
					t.Errorf("%s: title %q, %d files, hidden %v", who, e.Title, len(e.Files), e.Hidden)
				}
			}
		}
	})
}

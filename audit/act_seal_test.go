package audit_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
)

// faults is what verification says of sealed objects: key, table and object.
func faults(t *testing.T, k *kis.Service) (out []string) {
	t.Helper()
	if _, err := k.VerifySeals(context.Background(), func(f store.Fault) {
		table, _, _ := strings.Cut(f.Where, ":")
		line := strings.TrimPrefix(f.Key, "verify.") + " " + table
		for _, a := range f.Args {
			if a.Name == "id" {
				line += " " + a.Value.(string)
			}
		}
		out = append(out, line)
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// TestAnActThatWasChangedPastTheProgramIsNamed takes an act to where one
// action is reported with a file and one is verified, changes one thing after
// another with SQL, and looks for each; then puts it back.
func TestAnActThatWasChangedPastTheProgramIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		sub, other := evidence(t, o, "aytan", "4.4.1"), evidence(t, o, "aytan", "4.3.1")
		a := o.Started()
		row := o.Row(a.ID, "4.4-a")
		_, act, err := o.Audit.RaiseFinding(o.Be("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: row.ID, Version: row.Version, Evidence: []string{sub}},
			Grade: audit.Minor, DepartmentID: o.Dept("SSS"), Statement: "Toplanma materialları arxivə verilməyib", Recommendation: "Jurnal aparmaq"})
		must(t, err)
		must(t, o.Audit.Issue(o.Be("gunel"), act.ID))
		must(t, o.Audit.Acknowledge(o.Be("elchin"), act.ID))
		o.Respond(act.ID)
		ac, err := o.Audit.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Jurnalı elektron formaya keçirmək", OwnerID: o.ID("aytan"), Due: "2026-09-15"})
		must(t, err)
		must(t, o.Audit.SubmitPlan(o.Be("elchin"), act.ID))
		must(t, o.Audit.ApprovePlan(o.Be("gunel"), act.ID, audit.Approval{}))
		o.Report("aytan", ac.ID)
		must(t, o.Audit.VerifyAction(o.Be("samir"), ac.ID, "jurnala baxılıb"))
		must(t, o.Audit.AddAddendum(o.Be("samir"), act.ID, "Sonradan məlum oldu"))
		o.Act(a.ID, "4.3-a", audit.ActClosed) // a whole life, and others in every state that ends otherwise
		o.Act(a.ID, "4.3-b", audit.ActWithdrawn)
		o.Act(a.ID, "4.4-b", audit.ActObjected)
		if got := faults(t, o.Service); len(got) != 0 {
			t.Fatalf("before anything was changed: %v", got)
		}
		storetest.Unlock(t, db)
		number := o.View(act.ID).Number
		for name, c := range map[string]struct{ do, undo, want string }{
			"statement":     {`UPDATE acts SET statement = statement || '!' WHERE id = '{act}'`, `UPDATE acts SET statement = 'Toplanma materialları arxivə verilməyib' WHERE id = '{act}'`, "text"},
			"clause":        {`UPDATE acts SET clause = clause || '9' WHERE id = '{act}'`, `UPDATE acts SET clause = '` + act.Clause + `' WHERE id = '{act}'`, "text"},
			"grade":         {`UPDATE acts SET grade = 'major' WHERE id = '{act}'`, `UPDATE acts SET grade = 'minor' WHERE id = '{act}'`, "text"},
			"who issued it": {`UPDATE acts SET issued_by = '{nigar}' WHERE id = '{act}'`, `UPDATE acts SET issued_by = '{gunel}' WHERE id = '{act}'`, "text"},
			"recommended":   {`UPDATE findings SET recommendation = 'x' WHERE id = '{finding}'`, `UPDATE findings SET recommendation = 'Jurnal aparmaq' WHERE id = '{finding}'`, "finding"},
			"evidence link": {`UPDATE act_evidence SET submission_id = '{other}' WHERE act_id = '{act}'`, `UPDATE act_evidence SET submission_id = '{sub}' WHERE act_id = '{act}'`, "evidence"},
			"evidence gone": {`DELETE FROM act_evidence WHERE act_id = '{act}'`, `INSERT INTO act_evidence (act_id, submission_id) VALUES ('{act}', '{sub}')`, "evidence"},
			"state":         {`UPDATE acts SET state = 'closed' WHERE id = '{act}'`, `UPDATE acts SET state = 'implemented' WHERE id = '{act}'`, "state"},
			"answer":        {`UPDATE acts SET root_cause = 'x' WHERE id = '{act}'`, `UPDATE acts SET root_cause = 'Prosedur təhvil müddətini müəyyən etmir' WHERE id = '{act}'`, "answer"},
			"verdict":       {`UPDATE corrective_actions SET verdict_note = 'x' WHERE id = '{action}'`, `UPDATE corrective_actions SET verdict_note = 'jurnala baxılıb' WHERE id = '{action}'`, "actions"},
			"who verified":  {`UPDATE corrective_actions SET verified_by = '{nigar}' WHERE id = '{action}'`, `UPDATE corrective_actions SET verified_by = '{samir}' WHERE id = '{action}'`, "actions"},
			"action's file": {`UPDATE action_files SET file_id = '{otherfile}' WHERE action_id = '{action}'`, `UPDATE action_files SET file_id = '{file}' WHERE action_id = '{action}'`, "files"},
			"addendum":      {`UPDATE act_addenda SET text = 'x' WHERE act_id = '{act}'`, `UPDATE act_addenda SET text = 'Sonradan məlum oldu' WHERE act_id = '{act}'`, "addenda"},
			"a step":        {`UPDATE act_events SET verb = 'x' WHERE act_id = '{act}' AND verb = 'issue'`, `UPDATE act_events SET verb = 'issue' WHERE act_id = '{act}' AND verb = 'x'`, "steps"},
		} {
			fill := strings.NewReplacer("{act}", act.ID, "{finding}", act.FindingID, "{sub}", sub, "{other}", other, "{action}", ac.ID,
				"{nigar}", o.ID("nigar"), "{gunel}", o.ID("gunel"), "{samir}", o.ID("samir"),
				"{file}", o.View(act.ID).Actions[0].Files[0].ID, "{otherfile}", fileOf(t, o, other)).Replace
			storetest.Tamper(t, db, fill(c.do))
			want := []string{"seal.part." + c.want + " acts " + number}
			if c.want == "finding" { // which is sealed by itself too
				want = append(want, "seal.part.text findings "+a.Number)
			}
			if got := faults(t, o.Service); !slices.Equal(got, want) {
				t.Errorf("%s: found %v, want %v", name, got, want)
			}
			storetest.Tamper(t, db, fill(c.undo))
		}
		if got := faults(t, o.Service); len(got) != 0 {
			t.Fatalf("after all was put back: %v", got)
		}
		// The program goes on with what it finds; what was changed before is still found.
		storetest.Tamper(t, db, `UPDATE acts SET statement = 'başqa' WHERE id = ?`, act.ID)
		must(t, o.Audit.AddAddendum(o.Be("samir"), act.ID, "İkinci əlavə"))
		if got, want := faults(t, o.Service), []string{"seal.between acts " + number, "seal.part.text acts " + number}; !slices.Equal(got, want) {
			t.Errorf("after a further step: found %v, want %v", got, want)
		}
		// An act that nobody drafted, and one that is gone.
		storetest.Tamper(t, db, `INSERT INTO acts (id, origin, department_id, grade, standard, edition, clause, gsbpm, criterion, statement, objective_evidence, state, created_at, search_key)
			SELECT '00000000-0000-7000-8000-000000000001', 'complaint', department_id, grade, standard, edition, clause, gsbpm, criterion, statement, objective_evidence, 'draft', created_at, search_key
			FROM acts WHERE id = ?`, act.ID)
		if got := faults(t, o.Service); !slices.Contains(got, "record.unknown acts 00000000-0000-7000-8000-000000000001") {
			t.Errorf("an act nobody drafted: %v", got)
		}
		gone := o.Draft(a.ID, "5.1-a")
		storetest.Tamper(t, db, `DELETE FROM act_events WHERE act_id = ?`, gone.ID)
		storetest.Tamper(t, db, `DELETE FROM acts WHERE id = ?`, gone.ID)
		if got := faults(t, o.Service); !slices.Contains(got, "record.gone acts "+gone.ID) {
			t.Errorf("an act that is gone: %v", got)
		}
	})
}

func fileOf(t *testing.T, o *audittest.Office, submission string) string {
	t.Helper()
	page, err := o.Submission(o.Be("aytan"), submission)
	must(t, err)
	return page.Files[0].ID
}

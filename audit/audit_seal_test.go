package audit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
)

// TestWhatWasChangedInAnAuditPastTheProgramIsNamed holds an audit from its plan
// to its report, changes one thing after another with SQL, and looks for each;
// then puts it back.
func TestWhatWasChangedInAnAuditPastTheProgramIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		sub := evidence(t, o, "aytan", "4.4.1")
		a := o.Planned()
		must(t, s.GrantException(o.Be("nigar"), a.ID, aside(t, o), "Başqa auditor yoxdur, qərar verildi"))
		_, err := s.AddRow(o.Be("gunel"), a.ID, audit.NewRow{Standard: "ISO9001", Edition: "2015", Clause: "7.5", QuestionAZ: "Arxiv qaydası varmı?"})
		must(t, err)
		must(t, s.AddGuest(o.Be("gunel"), a.ID, audit.NewGuest{Role: audit.Expert, Name: "Rəna Səfərova", Organisation: "BDU", Task: "arxiv"}))
		_, err = s.AddSession(o.Be("gunel"), a.ID, audit.NewSession{Day: a.PlannedFrom, From: "09:30", To: "11:00", DepartmentID: o.Dept("SSS"), Place: "204-cü otaq", Topic: "Toplanma",
			Auditors: []string{o.ID("samir")}, With: []string{o.ID("aytan")}})
		must(t, err)
		must(t, s.Announce(o.Be("gunel"), a.ID, audittest.ShortNotice))
		must(t, s.Start(o.Be("gunel"), a.ID))
		row := o.Row(a.ID, "4.4-a")
		f, _, err := s.RaiseFinding(o.Be("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: row.ID, Version: row.Version, Evidence: []string{sub}}, Grade: audit.Observation,
			DepartmentID: o.Dept("SSS"), Statement: "Jurnal kağızdadır", Recommendation: "Elektron aparmaq"})
		must(t, err)
		// Draft acts that go along with findings that are merged, edited or dropped.
		first, second := o.Draft(a.ID, "4.3-a"), o.Draft(a.ID, "4.3-b")
		must(t, s.MergeFindings(o.Be("samir"), first.FindingID, []string{second.FindingID}, "eyni hal"))
		draft := o.View(first.ID)
		must(t, s.EditDraft(o.Be("gunel"), first.ID, audit.DraftEdit{Version: draft.Version, Grade: audit.Major, Statement: "Daha ağırdır", ObjectiveEvidence: "Siyahı, 2-ci səhifə"}))
		must(t, s.Issue(o.Be("gunel"), first.ID))
		must(t, s.DropFinding(o.Be("gunel"), o.Draft(a.ID, "5.1-a").FindingID, "sübut tapıldı"))
		_, err = s.ShareFindings(o.Be("gunel"), a.ID)
		must(t, err)
		must(t, s.DifferFinding(o.Be("elchin"), f.ID, "jurnal elektrondur"))
		o.Complete(a)
		must(t, s.RecordMeeting(o.Be("gunel"), a.ID, audit.Meeting{Closing: true, At: o.DB.Now(), Note: "yekun", Present: []string{o.ID("elchin")}}))
		must(t, s.Report(o.Be("gunel"), a.ID, audit.NewReport{Conclusion: "Uyğundur"}))
		must(t, s.Evaluate(o.Be("nigar"), o.ID("samir"), audit.NewEvaluation{AuditID: a.ID, Knowledge: 4, Skill: 4, Conduct: 5, Reports: 4, Note: "yaxşı iş"}))
		if got := faults(t, o.Service); len(got) != 0 {
			t.Fatalf("before anything was changed: %v", got)
		}
		storetest.Unlock(t, db)
		fill := strings.NewReplacer("{audit}", a.ID, "{row}", row.ID, "{finding}", f.ID, "{nigar}", o.ID("nigar"), "{samir}", o.ID("samir"), "{gunel}", o.ID("gunel"), "{aysel}", o.ID("aysel")).Replace
		of := "audits " + a.Number
		for name, c := range map[string]struct{ do, undo, want string }{
			"a day of the plan":        {`UPDATE audits SET planned_to = '2026-06-28' WHERE id = '{audit}'`, `UPDATE audits SET planned_to = '2026-06-27' WHERE id = '{audit}'`, "plan " + of},
			"the conclusion":           {`UPDATE audits SET conclusion = 'x' WHERE id = '{audit}'`, `UPDATE audits SET conclusion = 'Uyğundur' WHERE id = '{audit}'`, "state " + of},
			"the reason of the notice": {`UPDATE audits SET notice_reason = 'x' WHERE id = '{audit}'`, `UPDATE audits SET notice_reason = '` + audittest.ShortNotice + `' WHERE id = '{audit}'`, "state " + of},
			"a code of the scope":      {`UPDATE audit_codes SET code = '6' WHERE audit_id = '{audit}' AND code = '5'`, `UPDATE audit_codes SET code = '5' WHERE audit_id = '{audit}' AND code = '6'`, "scope " + of},
			"somebody on the team":     {`UPDATE audit_team SET user_id = '{aysel}' WHERE audit_id = '{audit}' AND user_id = '{samir}'`, `UPDATE audit_team SET user_id = '{samir}' WHERE audit_id = '{audit}' AND user_id = '{aysel}'`, "team " + of},
			"the reason of a decision": {`UPDATE independence_exceptions SET reason = 'x' WHERE audit_id = '{audit}'`, `UPDATE independence_exceptions SET reason = 'Başqa auditor yoxdur, qərar verildi' WHERE audit_id = '{audit}'`, "exceptions " + of},
			"what a check found":       {`UPDATE independence_checks SET conflicts = '[{}]' WHERE audit_id = '{audit}' AND user_id = '{samir}' AND stage = 'start'`, `UPDATE independence_checks SET conflicts = '[]' WHERE audit_id = '{audit}' AND user_id = '{samir}' AND stage = 'start'`, "checks " + of},
			"an expert":                {`UPDATE audit_guests SET organisation = 'x' WHERE audit_id = '{audit}'`, `UPDATE audit_guests SET organisation = 'BDU' WHERE audit_id = '{audit}'`, "guests " + of},
			"a place of the schedule":  {`UPDATE audit_sessions SET place = 'x' WHERE audit_id = '{audit}'`, `UPDATE audit_sessions SET place = '204-cü otaq' WHERE audit_id = '{audit}'`, "sessions " + of},
			"whom they spoke with":     {`UPDATE audit_session_people SET user_id = '{nigar}' WHERE NOT auditing`, `UPDATE audit_session_people SET user_id = '` + o.ID("aytan") + `' WHERE NOT auditing`, "sessions " + of},
			"minutes":                  {`UPDATE audits SET closing_note = 'x' WHERE id = '{audit}'`, `UPDATE audits SET closing_note = 'yekun' WHERE id = '{audit}'`, "meetings " + of},
			"attendance":               {`UPDATE audit_attendance SET user_id = '{nigar}' WHERE audit_id = '{audit}' AND closing`, `UPDATE audit_attendance SET user_id = '` + o.ID("elchin") + `' WHERE audit_id = '{audit}' AND closing`, "attendance " + of},
			"a question":               {`UPDATE audit_rows SET clause = clause || '.9' WHERE id = '{row}'`, `UPDATE audit_rows SET clause = '` + row.Clause + `' WHERE id = '{row}'`, "questions " + of},
			"an answer":                {`UPDATE audit_rows SET answer = 'conforms' WHERE id = '{row}'`, `UPDATE audit_rows SET answer = 'observation' WHERE id = '{row}'`, "answers audit_rows 4.4-a"},
			"evidence of a row":        {`DELETE FROM row_evidence WHERE row_id = '{row}'`, "", "evidence audit_rows 4.4-a"},
			"the grade of a finding":   {`UPDATE findings SET grade = 'strength' WHERE id = '{finding}'`, `UPDATE findings SET grade = 'observation' WHERE id = '{finding}'`, "text findings " + a.Number},
			"what the department said": {`UPDATE findings SET view = '' WHERE id = '{finding}'`, `UPDATE findings SET view = 'jurnal elektrondur' WHERE id = '{finding}'`, "state findings " + a.Number},
			"a step of a finding":      {`UPDATE finding_events SET verb = 'agree' WHERE finding_id = '{finding}' AND verb = 'differ'`, `UPDATE finding_events SET verb = 'differ' WHERE finding_id = '{finding}' AND verb = 'agree'`, "steps findings " + a.Number},
			"years of an auditor":      {`UPDATE auditor_records SET years = 9 WHERE user_id = '{gunel}'`, `UPDATE auditor_records SET years = 8 WHERE user_id = '{gunel}'`, "competence auditor_records Günel Abbasova"},
			"the end of a training":    {`UPDATE auditor_trainings SET valid_to = '2030-01-01' WHERE user_id = '{gunel}'`, `UPDATE auditor_trainings SET valid_to = '2028-03-13' WHERE user_id = '{gunel}'`, "trainings auditor_records Günel Abbasova"},
			"a mark":                   {`UPDATE auditor_evaluations SET skill = 5 WHERE user_id = '{samir}'`, `UPDATE auditor_evaluations SET skill = 4 WHERE user_id = '{samir}'`, "evaluations auditor_records " + nameOf(t, o, "samir")},
			"the name of a site":       {`UPDATE sites SET name_en = name_en || '!' WHERE kind = 'central'`, `UPDATE sites SET name_en = SUBSTR(name_en, 1, LENGTH(name_en) - 1) WHERE kind = 'central'`, "text sites"},
			"a question of a template": {`UPDATE checklist_template_rows SET guidance_az = guidance_az || '!' WHERE no = '4.4-a'`, `UPDATE checklist_template_rows SET guidance_az = SUBSTR(guidance_az, 1, LENGTH(guidance_az) - 1) WHERE no = '4.4-a'`, "questions checklist_templates GSBPM v2"},
		} {
			storetest.Tamper(t, db, fill(c.do))
			if got := faults(t, o.Service); len(got) != 1 || !strings.HasPrefix(got[0], "seal.part."+c.want) {
				t.Errorf("%s: found %v, want %s", name, got, c.want)
			}
			if c.undo == "" {
				storetest.Tamper(t, db, `INSERT INTO row_evidence (row_id, submission_id, added_by, added_at) SELECT ?, ?, answered_by, answered_at FROM audit_rows WHERE id = ?`, row.ID, sub, row.ID)
				continue
			}
			storetest.Tamper(t, db, fill(c.undo))
		}
		if got := faults(t, o.Service); len(got) != 0 {
			t.Fatalf("after all was put back: %v", got)
		}
		// What is worked out from the rows and kept.
		derived := func() (out []string) {
			_, err := s.VerifyFigures(t.Context(), func(f store.Fault) { out = append(out, f.Key) })
			must(t, err)
			return out
		}
		if got := derived(); len(got) != 0 {
			t.Errorf("kept figures before anything was changed: %v", got)
		}
		storetest.Tamper(t, db, `UPDATE audit_results SET answer = 'conforms' WHERE answer = 'nonconforms'`)
		storetest.Tamper(t, db, `INSERT INTO audit_looked (year, gsbpm, clause) VALUES (2026, '8.1', '9.1.1')`)
		act := o.Act(o.Started().ID, "4.4-a", audit.ActPlanned)
		storetest.Tamper(t, db, `UPDATE corrective_actions SET elsewhere = TRUE WHERE act_id = ?`, act.ID)
		got := derived()
		for _, want := range []string{"audit.verify.result", "audit.verify.looked", "audit.verify.elsewhere"} {
			if !slices.Contains(got, want) {
				t.Errorf("changed past the program: %v, want %s", got, want)
			}
		}
		// An answer where nobody answered, and a row that is gone.
		other := o.Planned()
		empty := o.Row(other.ID, "4.3-a")
		storetest.Tamper(t, db, `UPDATE audit_rows SET answer = 'conforms' WHERE id = ?`, empty.ID)
		if got := faults(t, o.Service); !slices.Contains(got, "record.unknown audit_rows "+empty.ID) {
			t.Errorf("an answer of nobody: %v", got)
		}
		storetest.Tamper(t, db, `UPDATE audit_rows SET answer = 'open' WHERE id = ?`, empty.ID)
		storetest.Tamper(t, db, `DELETE FROM row_changes WHERE row_id = ?`, o.Row(a.ID, "5.2-a").ID)
		gone := o.Row(a.ID, "5.2-a")
		storetest.Tamper(t, db, `DELETE FROM audit_rows WHERE id = ?`, gone.ID)
		if got := faults(t, o.Service); !slices.Contains(got, "record.gone audit_rows "+gone.ID) {
			t.Errorf("a row that is gone: %v", got)
		}
	})
}

// aside is an auditor who moved out of SSS lately.
func aside(t *testing.T, o *audittest.Office) string {
	id := auditor(o, "aside", "SSS")
	must(t, o.TransferUser(o.Be("rauf"), id, "ÜŞ", "2026-05-15"))
	return id
}

func nameOf(t *testing.T, o *audittest.Office, key string) string {
	t.Helper()
	var name string
	must(t, o.DB.Read().NewRaw("SELECT name FROM users WHERE id = ?", o.ID(key)).Scan(t.Context(), &name))
	return name
}

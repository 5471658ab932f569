package main

import (
	"context"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
)

// marker stands in everything confidential that the test makes, and in
// nothing else.
const marker = "Zqxgizli4711"

// secret is what the test makes: confidential evidence with all that is said
// about it.
type secret struct {
	ids   map[string]string // of the things, by what they are
	code  string            // of the task
	names string            // of the task, its sub-process and the department
}

// besideAccepted chooses an output of SSS that has accepted evidence: what is
// handed in for it besides changes the state of no cell.
const besideAccepted = `SELECT so.output_id FROM submission_outputs so JOIN submissions s ON s.id = so.submission_id JOIN activities v ON v.id = s.activity_id
	JOIN departments d ON d.id = s.department_id AND d.code = 'SSS' JOIN cycles c ON c.id = s.cycle_id AND c.state = 'running' WHERE s.state = 'accepted' AND v.phase = '5' ORDER BY s.id LIMIT 1`

// withoutAny chooses an output that SSS owes and has handed in nothing for: the
// cell goes from overdue or missing to in review, which all see who see the cycle.
const withoutAny = `SELECT o.id FROM evidence_duties e JOIN departments d ON d.id = e.department_id AND d.code = 'SSS' JOIN outputs o ON o.activity_id = e.activity_id
	JOIN cycles c ON c.id = e.cycle_id AND c.state = 'running' JOIN activities v ON v.id = e.activity_id
	WHERE NOT EXISTS (SELECT 1 FROM submission_outputs so JOIN submissions s ON s.id = so.submission_id AND s.cycle_id = c.id WHERE so.output_id = o.id) ORDER BY v.position LIMIT 1`

// makeSecret hands in confidential evidence of SSS for the output that a query
// chooses, has it asked for confidentially, and lets people talk about it.
func makeSecret(t *testing.T, a *app, choose string) secret {
	t.Helper()
	as := func(key string) context.Context {
		u, err := a.kis.UserByEmail(actor.With(t.Context(), actor.Program("test")), demoPerson{Key: key}.email())
		if err != nil {
			t.Fatal(err)
		}
		who, err := a.kis.ActorOf(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		return actor.With(t.Context(), who)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cycle := one(t, a, "SELECT id FROM cycles WHERE state = 'running' LIMIT 1")
	output := one(t, a, choose)
	code := one(t, a, `SELECT v.code FROM outputs o JOIN activities v ON v.id = o.activity_id WHERE o.id = '`+output+`'`)
	up, err := a.kis.StageUpload(as("aytan"), marker+" cədvəl.txt", strings.NewReader("Sətir "+marker))
	must(err)
	sub, err := a.kis.Submit(as("aytan"), kis.NewSubmission{CycleID: cycle, OutputIDs: []string{output}, Title: marker + " sənəd", Note: "Qeyd " + marker, UploadIDs: []string{up.ID},
		ReferencePeriod: marker, Class: kis.ClassConfidential})
	must(err)
	r, err := a.inquiry.Ask(as("nigar"), inquiry.NewRequest{CycleID: cycle, OutputIDs: []string{output}, DepartmentID: sub.DepartmentID, AddresseeID: actor.From(as("aytan")).UserID,
		Title: marker + " sorğu", Text: "Mətn " + marker, Confidential: true, WorkingDays: 3})
	must(err)
	must(a.inquiry.Answer(as("aytan"), r.ID, inquiry.NewAnswer{Text: "Cavab " + marker, SubmissionIDs: []string{sub.ID}}))
	must(a.inquiry.Return(as("nigar"), r.ID, "Səbəb "+marker))
	ids := map[string]string{"submission": sub.ID, "request": r.ID, "file": one(t, a, "SELECT file_id FROM submission_files WHERE submission_id = '"+sub.ID+"'")}
	for what, on := range map[string]inquiry.Object{"comment": {Kind: inquiry.OnSubmission, ID: sub.ID}, "remark": {Kind: inquiry.OnRequest, ID: r.ID}} {
		m, err := a.inquiry.AddComment(as("elchin"), on, inquiry.NewComment{Text: "@Nigar Əliyeva, şərh " + marker})
		must(err)
		_, err = a.inquiry.EditComment(as("elchin"), m.ID, 0, inquiry.NewComment{Text: "@Nigar Əliyeva, dəyişmiş şərh " + marker})
		must(err)
		ids[what] = m.ID
	}
	must(a.kis.Return(as("nigar"), sub.ID, "Qaytarma "+marker))
	up, err = a.kis.StageUpload(as("aytan"), marker+" cədvəl 2.txt", strings.NewReader("Sətir "+marker+"\nbir sətir də"))
	must(err)
	next, err := a.kis.Submit(as("aytan"), kis.NewSubmission{CycleID: cycle, OutputIDs: []string{output}, Title: marker + " sənəd 2", UploadIDs: []string{up.ID}, Class: kis.ClassConfidential, Replaces: sub.ID})
	must(err)
	ids["next version"], ids["file of the next version"] = next.ID, one(t, a, "SELECT file_id FROM submission_files WHERE submission_id = '"+next.ID+"'")
	must(a.notices.CatchUp(t.Context()))
	names := one(t, a, `SELECT v.name_az || ' ' || p.name_az || ' ' || d.name_az || ' ' || d.code FROM activities v JOIN outputs o ON o.activity_id = v.id
		JOIN activities p ON p.version_id = v.version_id AND v.code LIKE p.code || '.%' AND p.level = 'subprocess' JOIN departments d ON d.code = 'SSS' WHERE o.id = '`+output+`'`)
	return secret{ids, code, names}
}

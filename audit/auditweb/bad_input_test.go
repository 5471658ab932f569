package auditweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/audit/checklist"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// says wants a refusal that carries the text of a key, with what stands before
// its first argument.
func says(t *testing.T, what string, a *webtest.Answer, status int, key string) {
	t.Helper()
	text, _, _ := strings.Cut(i18n.T("az", key), "{")
	if a.Status != status || !strings.Contains(a.Body, strings.TrimSpace(text)) {
		t.Errorf("%s: %d, want %d and %q:\n%s", what, a.Status, status, text, a.Body[:min(len(a.Body), 1500)])
	}
}

// TestDatesBeforeTheAuditAreRefused: nobody meets, speaks or corrects before
// the audit began, and no action is due in the past, on pages and by API.
func TestDatesBeforeTheAuditAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openAPI(t, db)
		pages := around(t, o.Office)
		a := o.Started() // planned from 16.06.2026, begun on the 15th
		gunel, aytan, elchin := pages.as("gunel"), pages.as("aytan"), pages.as("elchin")
		says(t, "a line of the schedule", gunel.PostForm("/audits/"+a.ID+"/sessions", url.Values{"day": {"14.06.2026"}, "from": {"10:00"}, "to": {"11:00"}, "auditors": {o.ID("gunel")},
			"department": {o.Dept("SSS")}, "topic": {"Giriş"}, "place": {"312"}}), http.StatusUnprocessableEntity, "audit.error.outside_audit")
		says(t, "a line of the schedule by API", o.ask(http.MethodPost, "gunel", "/api/v1/audits/"+a.ID+"/session", object{"day": "2026-06-14", "from": "10:00", "to": "11:00", "auditors": []string{o.ID("gunel")},
			"with": []string{}, "codes": []string{}, "department": o.Dept("SSS"), "topic": "Giriş", "place": "312"}), http.StatusUnprocessableEntity, "audit.error.outside_audit")
		says(t, "a meeting", gunel.Post("/audits/"+a.ID+"/meetings", "which", "opening", "at", "14.06.2026", "time", "10:00", "note", "açılış"), http.StatusUnprocessableEntity, "audit.error.before_audit")

		act := o.Act(a.ID, "4.4-a", audit.ActAcknowledged)
		says(t, "a correction", aytan.Post("/acts/"+act.ID+"/response", "version", fmt.Sprint(act.Version), "correction", "Verilib", "correction_day", "14.06.2026", "cause_method", "five_why"),
			http.StatusUnprocessableEntity, "audit.error.before_audit")
		response := object{"version": 0, "correction": "Verilib", "correction_day": "2026-06-14", "cause_method": "five_why", "causes": []any{}, "root_cause": "", "similar_checked": false, "similar_where": "", "similar": []string{},
			"risk_updated": false, "qms_change": "", "effect_measure": "", "effect_baseline": "", "effect_target": ""}
		says(t, "a correction by API", o.ask(http.MethodPost, "aytan", "/api/v1/acts/"+act.ID+"/response", response), http.StatusUnprocessableEntity, "audit.error.before_audit")
		if v := o.View(act.ID); v.Correction != "" || v.CorrectionDay != "" {
			t.Errorf("a refused correction was kept: %q on %s", v.Correction, v.CorrectionDay)
		}
		says(t, "an action", elchin.Post("/acts/"+act.ID+"/actions", "text", "Tədbir", "owner", o.ID("aytan"), "due", "14.06.2026"), http.StatusUnprocessableEntity, "error.field.date_after")
		says(t, "an action by API", o.ask(http.MethodPost, "elchin", "/api/v1/acts/"+act.ID+"/actions", object{"text": "Tədbir", "owner_id": o.ID("aytan"), "others": []string{}, "due": "2026-06-14", "days": 0}),
			http.StatusUnprocessableEntity, "error.field.date_after")
		if v := o.View(act.ID); len(v.Actions) != 0 {
			t.Errorf("a refused action was kept: %+v", v.Actions)
		}
	})
}

// TestNobodyVerifiesOrJudgesWhatTheyOwnByWhateverWay: a lead auditor who owns
// an action of an act neither verifies it nor says whether it works.
func TestNobodyVerifiesOrJudgesWhatTheyOwnByWhateverWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openAPI(t, db)
		pages := around(t, o.Office)
		if err := o.GrantRole(o.Be("rauf"), o.ID("murad"), office.NewGrant{Role: policies.LeadAuditor}); err != nil {
			t.Fatal(err)
		}
		a := o.Started()
		act := o.Act(a.ID, "4.4-a", audit.ActAcknowledged)
		o.Respond(act.ID)
		ac, err := o.Audit.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Tədbir", OwnerID: o.ID("murad"), Due: "2026-09-01"})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Audit.SubmitPlan(o.Be("elchin"), act.ID); err != nil {
			t.Fatal(err)
		}
		if err := o.Audit.ApprovePlan(o.Be("gunel"), act.ID, audit.Approval{}); err != nil {
			t.Fatal(err)
		}
		o.Report("murad", ac.ID)
		murad := pages.as("murad")
		for _, decision := range []string{"verify", "reject"} {
			murad.Post("/acts/"+act.ID+"/actions/"+ac.ID+"/verdict", "decision", decision, "note", "baxıldı").Want(http.StatusForbidden)
			o.ask(http.MethodPost, "murad", "/api/v1/actions/"+ac.ID+"/"+decision, map[string]any{"verify": object{"note": "baxıldı"}, "reject": object{"reason": "çatışmır"}}[decision]).Want(http.StatusForbidden)
		}
		if s := o.StateOf("corrective_actions", ac.ID); s != string(audit.ActionDone) {
			t.Fatalf("the action is %s", s)
		}
		if err := o.Audit.VerifyAction(o.Be("vusala"), ac.ID, ""); err != nil {
			t.Fatal(err)
		}
		murad.Post("/acts/"+act.ID+"/effect", "decision", "confirm", "result", "nəticə var").Want(http.StatusForbidden)
		o.ask(http.MethodPost, "murad", "/api/v1/acts/"+act.ID+"/confirm", object{"result": "nəticə var"}).Want(http.StatusForbidden)
		if v := o.View(act.ID); v.State != audit.ActImplemented {
			t.Errorf("the act is %s", v.State)
		}
	})
}

// TestAnAuditWithoutChecklistOrTeamGoesNowhere: it is not planned without a
// checklist or a lead, and one whose rows or team are gone is neither
// announced nor reported.
func TestAnAuditWithoutChecklistOrTeamGoesNowhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openAPI(t, db)
		pages := around(t, o.Office)
		n := o.Request()
		form := url.Values{"kind": {string(n.Kind)}, "title": {n.Title}, "objectives": {n.Objectives}, "criteria": {n.Criteria}, "period": {n.Period}, "from": {"16.06.2026"}, "to": {"27.06.2026"},
			"cycles": n.Cycles, "codes": {"4"}, "departments": n.Departments, "lead": {n.Lead}, "templates": n.Templates}
		body := object{"kind": n.Kind, "title": n.Title, "objectives": n.Objectives, "criteria": n.Criteria, "method": "", "period": n.Period, "from": n.From, "to": n.To, "cycles": n.Cycles, "codes": n.Codes,
			"departments": n.Departments, "sites": []string{}, "lead": n.Lead, "members": []string{}, "templates": n.Templates}
		for _, c := range []struct {
			field string
			none  any
		}{{"lead", ""}, {"templates", []string{}}} {
			f := url.Values{}
			for name, v := range form {
				if name != c.field {
					f[name] = v
				}
			}
			says(t, "planned without "+c.field, pages.as("gunel").PostForm("/audits", f), http.StatusUnprocessableEntity, "error.field.required")
			b := object{}
			for name, v := range body {
				b[name] = v
			}
			b[c.field] = c.none
			says(t, "planned without "+c.field+" by API", o.ask(http.MethodPost, "gunel", "/api/v1/audits", b), http.StatusUnprocessableEntity, "error.field.required")
		}
		list, err := o.Audit.Audits(o.Be("gunel"), audit.AuditFilter{})
		if err != nil || list.Total != 0 {
			t.Fatalf("%d audits were half planned, %v", list.Total, err)
		}
		// Nobody can get there by the program: the rows and the team are taken away behind it.
		for _, c := range []struct{ table, key string }{{"audit_rows", "audit.error.no_rows"}, {"audit_team", ""}} {
			a := o.Started()
			if c.table == "audit_rows" {
				storetest.Tamper(t, db, "DELETE FROM audit_rows WHERE audit_id = ?", a.ID)
			}
			o.Complete(a)
			if c.table == "audit_team" {
				storetest.Tamper(t, db, "DELETE FROM audit_team WHERE audit_id = ?", a.ID)
			}
			report := object{"conclusion": "uyğundur", "strengths": ""}
			if c.table == "audit_rows" {
				says(t, "reported without rows", pages.as("gunel").Post("/audits/"+a.ID+"/report", "conclusion", "uyğundur"), http.StatusUnprocessableEntity, c.key)
				says(t, "reported without rows by API", o.ask(http.MethodPost, "gunel", "/api/v1/audits/"+a.ID+"/report", report), http.StatusUnprocessableEntity, c.key)
			} else { // without a team nobody is left who may report
				for _, who := range []string{"gunel", "samir", "nigar"} {
					pages.as(who).Post("/audits/"+a.ID+"/report", "conclusion", "uyğundur").Want(http.StatusForbidden)
					o.ask(http.MethodPost, who, "/api/v1/audits/"+a.ID+"/report", report).Want(http.StatusForbidden)
				}
			}
			if state := o.StateOf("audits", a.ID); state != string(audit.InProgress) {
				t.Errorf("without %s the audit is %s", c.table, state)
			}
		}
	})
}

// TestWhatAnActRefersToIsNotDeleted: neither by a page or the API, nor behind
// the program.
func TestWhatAnActRefersToIsNotDeleted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openAPI(t, db)
		pages := around(t, o.Office)
		a := o.Started()
		sub := o.Hand("aytan", o.Cycle.ID, "4.4.1").ID
		row := o.Row(a.ID, "4.4-a")
		_, act, err := o.Audit.RaiseFinding(o.Be("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: row.ID, Version: row.Version, Evidence: []string{sub}}, Grade: audit.Minor, DepartmentID: o.Dept("SSS"),
			Statement: "İmza yoxdur.", Criterion: "Standart, 4.4", ObjectiveEvidence: "2-ci səhifə", Recommendation: "İmzalamaq"})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Audit.Issue(o.Be("gunel"), act.ID); err != nil {
			t.Fatal(err)
		}
		v := o.View(act.ID)
		gunel := pages.as("gunel")
		for what, path := range map[string]string{"its row": "/audits/" + a.ID + "/rows/" + row.ID + "/remove", "its finding": "/findings/" + v.FindingID + "/drop", "itself": "/acts/" + act.ID + "/discard"} {
			gunel.PostForm(path, reason).Want(http.StatusConflict)
			if what != "its row" {
				o.ask(http.MethodPost, "gunel", "/api/v1"+path, object{"reason": "səbəb budur"}).Want(http.StatusConflict)
			}
		}
		if got := o.View(act.ID); got.State != audit.ActIssued || got.Audit.RowNo != "4.4-a" || len(got.Evidence) != 1 {
			t.Errorf("something is gone: %s, row %q, %d pieces of evidence", got.State, got.Audit.RowNo, len(got.Evidence))
		}
		for table, id := range map[string]string{"acts": act.ID, "findings": v.FindingID, "audits": a.ID, "departments": o.Dept("SSS"), "cycles": o.Cycle.ID, "submissions": sub, "users": o.ID("gunel")} {
			err := db.Unrecorded(t.Context(), func(tx *store.Tx) error {
				_, err := tx.NewRaw("DELETE FROM "+table+" WHERE id = ?", id).Exec(t.Context())
				return err
			})
			if err == nil {
				t.Errorf("a row of %s that an act refers to was deleted", table)
			}
		}
	})
}

// TestOfTwoPeopleOnPagesOneWinsAndTheOtherIsTold takes the same step in two
// browsers at the same moment: one page goes on, the other says what is open.
func TestOfTwoPeopleOnPagesOneWinsAndTheOtherIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db)
		together := func(what, first, second, path string, form url.Values) {
			t.Helper()
			two := [2]*webtest.Visitor{o.as(first), o.as(second)}
			var answers [2]*webtest.Answer
			var wg sync.WaitGroup
			for i := range two {
				wg.Go(func() { answers[i] = two[i].PostForm(path, form) })
			}
			wg.Wait()
			if answers[0].Status == http.StatusConflict {
				answers[0], answers[1] = answers[1], answers[0]
			}
			if answers[0].Status != http.StatusSeeOther || answers[1].Status != http.StatusConflict {
				t.Errorf("%s at once: %d and %d", what, answers[0].Status, answers[1].Status)
			}
		}
		a := o.Started()
		for _, row := range []string{"4.4-a", "4.3-a", "4.2-a"} {
			act := o.Draft(a.ID, row)
			together("issue", "gunel", "gunel", "/acts/"+act.ID+"/issue", url.Values{"checked": {"1"}})
			together("acknowledge", "elchin", "elchin", "/acts/"+act.ID+"/acknowledge", nil)
			if v := o.View(act.ID); v.State != audit.ActAcknowledged || len(v.Events) != 3 {
				t.Errorf("the act is %s after %d events", v.State, len(v.Events))
			}
		}
		act := o.Act(a.ID, "4.1-a", audit.ActInProgress)
		for _, ac := range o.View(act.ID).Actions {
			if ac.OwnerID == o.ID("aytan") {
				o.Report("aytan", ac.ID)
				together("verify", "samir", "aysel", "/acts/"+act.ID+"/actions/"+ac.ID+"/verdict", url.Values{"decision": {"verify"}, "note": {"baxıldı"}})
			}
		}
	})
}

// TestASheetWithOtherColumnsIsRefusedOnThePage: the page names the column, and
// nothing of the sheet is taken.
func TestASheetWithOtherColumnsIsRefusedOnThePage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		site := bureau{o, webtest.New(t, func(r *web.Router) {
			auditweb.Register(r, o.Audit)
			auditweb.RegisterChecklists(r, checklist.New(o.Audit), plainSheets{})
		}, func(opt *web.Options) { opt.Clock, opt.Zone = db.Now, o.Zone })}
		a := o.Started()
		before := site.templates()
		for path, who := range map[string]string{"/checklists/import": "nigar", "/audits/" + a.ID + "/checklist/import": "samir"} {
			got := site.as(who).PostFiles(path, nil, webtest.Upload{Field: "file", Name: "sual.csv", Content: "no,boya,question_az\n1,göy,Sual?\n"})
			if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "boya") {
				t.Errorf("%s: %d: the column that is unknown is not named\n%s", path, got.Status, got.Body[:min(len(got.Body), 3000)])
			}
		}
		if n := site.templates(); n != before {
			t.Errorf("%d templates, there were %d", n, before)
		}
		for _, r := range o.Rows(a.ID) {
			if r.Answer != audit.Open || r.Version != 1 {
				t.Errorf("row %s was answered: %s", r.No, r.Answer)
			}
		}
	})
}

// templates counts the checklists of the library, drafts too.
func (o bureau) templates() (n int) {
	if err := o.DB.Read().NewRaw("SELECT COUNT(*) FROM checklist_templates").Scan(o.T.Context(), &n); err != nil {
		o.T.Fatal(err)
	}
	return n
}

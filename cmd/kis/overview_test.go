package main

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/reports/overview"
)

// TestTheWholePictureIsThatOfTheRecords counts the figures of the start page
// of management by queries of its own: evidence, acts, plans, recommendations,
// risks, grades of e-services; with two plans under way each is there, and no phase of a closed cycle
// is called late.
func TestTheWholePictureIsThatOfTheRecords(t *testing.T) {
	a := demoOffice(t)
	storetest.Tamper(t, a.db, "UPDATE plans SET state = 'running', approved_at = created_at WHERE key = '2027-corruption'")
	ctx := actor.With(t.Context(), actor.Program("test"))
	u, err := a.kis.UserByEmail(ctx, "rafael@kis.example")
	if err != nil {
		t.Fatal(err)
	}
	who, err := a.kis.ActorOf(ctx, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	ctx = actor.With(t.Context(), who)
	svc := &overview.Service{KIS: a.kis, Audit: a.audit, Planning: a.planning, Risks: a.risks, Scores: a.eservice}
	pic, err := svc.Picture(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]overview.Figure{}
	for _, s := range pic.Sections {
		for _, f := range s.Figures {
			at[f.Href] = f
		}
	}
	today := string(a.kis.Today())
	want := map[string]string{
		"/plans/2026":            "SELECT COUNT(*) FROM plan_items i JOIN plans p ON p.id = i.plan_id WHERE p.key = '2026'",
		"/plans/2027-corruption": "SELECT COUNT(*) FROM plan_items i JOIN plans p ON p.id = i.plan_id WHERE p.key = '2027-corruption'",
		"/risks?late=1":          "SELECT COUNT(*) FROM risks WHERE state = 'treating' AND due < '" + today + "' OR state <> 'closed' AND review_due < '" + today + "'",
	}
	for _, state := range []string{"submitted", "returned"} {
		want["/evidence?state="+state] = "SELECT COUNT(*) FROM submissions WHERE class <> 'confidential' AND state = '" + state + "'"
	}
	for table, states := range map[string][]string{"acts": {"issued", "objected", "acknowledged", "in_progress", "closed", "withdrawn"}, "recommendations": {"open"}, "risks": {"assessed", "treating", "treated", "effective", "retained"}} {
		for _, state := range states {
			want["/"+table+"?state="+state] = "SELECT COUNT(*) FROM " + table + " WHERE state = '" + state + "'"
		}
	}
	year := one(t, a, "SELECT MAX(year) FROM assessments WHERE official")
	for grade, which := range map[string]string{"graded": "electronised", "none": "NOT electronised", "star5": "grade = 'star5'", "star3": "grade = 'star3'"} {
		want["/scorecards/services?grade="+grade+"&year="+year] = "SELECT COUNT(*) FROM assessments WHERE official AND " + which + " AND year = " + year
	}
	for href, sql := range want {
		f, found := at[href]
		if n, _ := strconv.Atoi(one(t, a, sql)); !found || f.N != n {
			t.Errorf("%s: %d on the page (%t), %d in the records", href, f.N, found, n)
		}
	}
	plan := pic.Sections[slices.IndexFunc(pic.Sections, func(s overview.Section) bool { return s.Key == "overview.plan" })]
	if done := one(t, a, `SELECT COUNT(DISTINCT w.item_id) FROM plan_reports w JOIN plan_report_verdicts v ON v.report_id = w.id AND v.accepted JOIN plan_items i ON i.id = w.item_id JOIN plans p ON p.id = i.plan_id
		WHERE w.to_state = 'done' AND p.state = 'running'`); strconv.Itoa(plan.Done) != done || plan.Of != at["/plans/2026"].N+at["/plans/2027-corruption"].N {
		t.Errorf("carried out: %d of %d, the records say %s", plan.Done, plan.Of, done)
	}
	closed := 0
	for _, line := range pic.Cycles {
		for _, ph := range line.Phases {
			if line.Cycle.State == kis.CycleClosed && (ph.State == kis.PhaseLate || ph.State == kis.PhaseOpen) {
				t.Errorf("%s, phase %s of a closed cycle is %s", line.Cycle.Period, ph.Phase, ph.State)
			}
		}
		if line.Cycle.State == kis.CycleClosed {
			closed++
		}
	}
	if closed != 3 {
		t.Errorf("%d closed cycles in the matrix", closed)
	}
	owner := one(t, a, "SELECT owner_id FROM processes LIMIT 1")
	if own, err := svc.Picture(ctx, owner); err != nil || len(own.Cycles) != len(pic.Cycles) {
		t.Errorf("the owner sees %d cycles of its own, %v", len(own.Cycles), err)
	}
	for href := range at {
		if u, err := url.Parse(href); err != nil || !strings.HasPrefix(u.Path, "/") {
			t.Errorf("%q leads nowhere", href)
		}
	}
}

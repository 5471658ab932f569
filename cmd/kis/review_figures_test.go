package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/planning"
)

// thisYear is the cycle of the example that is under way; the years before it
// are finished.
const thisYear = "(SELECT id FROM cycles WHERE period = '2026')"

// recount are the figures of the review of the example, counted anew straight
// from the records and not by the code that makes them: numerator and
// denominator, or the numerator alone. F and B are the first moment of the
// period and the first after it, D1 and D2 its days, T today; DONE(i) is an
// item of a plan whose end somebody accepted.
var recount = map[string][2]string{
	"planning.review.figure.decisions_done": {"SELECT COUNT(DISTINCT d.id) FROM plan_items i, review_decisions d, reviews r WHERE i.decision_id = d.id AND DONE(i) AND r.id = d.review_id AND r.signed_at IS NOT NULL",
		"SELECT COUNT(*) FROM review_decisions WHERE review_id IN (SELECT id FROM reviews WHERE signed_at IS NOT NULL)"},
	"planning.review.figure.decisions_late": {"SELECT COUNT(*) FROM review_decisions WHERE review_id IN (SELECT id FROM reviews WHERE signed_at IS NOT NULL) AND due < 'T' AND id NOT IN (SELECT decision_id FROM plan_items i WHERE DONE(i) AND decision_id IS NOT NULL)"},
	"planning.review.figure.items_done": {"SELECT COUNT(*) FROM plan_items i WHERE DONE(i) AND plan_id IN (SELECT id FROM plans WHERE year = 2026 AND running_at IS NOT NULL)",
		"SELECT COUNT(*) FROM plan_items WHERE plan_id IN (SELECT id FROM plans WHERE year = 2026 AND running_at IS NOT NULL)"},
	"planning.review.figure.items_late": {"SELECT COUNT(*) FROM plan_items WHERE state IN ('not_started', 'in_progress', 'postponed') AND CASE WHEN new_due IS NULL THEN due ELSE new_due END < 'T' AND plan_id IN (SELECT id FROM plans WHERE year = 2026 AND running_at IS NOT NULL)"},
	"planning.review.figure.resources_done": {"SELECT COUNT(DISTINCT d.id) FROM plan_items i JOIN review_decisions d ON d.id = i.decision_id JOIN reviews r ON r.id = d.review_id WHERE d.kind = 'c' AND DONE(i) AND r.signed_at IS NOT NULL",
		"SELECT COUNT(*) FROM review_decisions WHERE kind = 'c' AND review_id IN (SELECT id FROM reviews WHERE signed_at IS NOT NULL)"},
	"planning.review.figure.accepted_done": {"SELECT COUNT(DISTINCT r.id) FROM recommendations r JOIN plan_items i ON i.recommendation_id = r.id WHERE DONE(i) AND r.state = 'accepted' AND r.decision_id IS NULL",
		"SELECT COUNT(*) FROM recommendations WHERE state = 'accepted' AND decision_id IS NULL"},
	"planning.review.figure.open":     {"SELECT COUNT(*) FROM recommendations WHERE state = 'open' AND decision_id IS NULL"},
	"planning.review.figure.proposed": {"SELECT COUNT(*) FROM recommendations WHERE decision_id IS NULL AND proposed_at BETWEEN 'F' AND 'B'"},
	"review.figure.tasks": {"SELECT COUNT(*) FROM activities a WHERE a.level = 'task' AND a.applicable AND NOT EXISTS (SELECT 1 FROM outputs o WHERE o.activity_id = a.id AND o.id NOT IN (SELECT x.output_id FROM submission_outputs x JOIN submissions s ON s.id = x.submission_id WHERE s.state = 'accepted' AND s.cycle_id = " + thisYear + "))",
		"SELECT COUNT(*) FROM activities WHERE level = 'task' AND applicable"},
	"review.figure.gates":     {"SELECT COUNT(*) FROM cycle_phases WHERE gate IN ('passed', 'waived') AND cycle_id = " + thisYear, "SELECT COUNT(*) FROM cycle_phases WHERE phase < '8' AND cycle_id = " + thisYear},
	"review.figure.waiting":   {"SELECT COUNT(DISTINCT o.activity_id) FROM outputs o WHERE o.id IN (SELECT x.output_id FROM submission_outputs x JOIN submissions s ON s.id = x.submission_id WHERE s.state = 'submitted' AND s.cycle_id = " + thisYear + ") AND o.id NOT IN (SELECT x.output_id FROM submission_outputs x JOIN submissions s ON s.id = x.submission_id WHERE s.state = 'accepted' AND s.cycle_id = " + thisYear + ")"},
	"review.figure.acts":      {"SELECT COUNT(*) FROM acts WHERE state = 'closed' AND issued_at BETWEEN 'F' AND 'B'", "SELECT COUNT(*) FROM acts WHERE state <> 'withdrawn' AND issued_at BETWEEN 'F' AND 'B'"},
	"review.figure.open_acts": {"SELECT COUNT(*) FROM acts WHERE issued_at < 'B' AND state NOT IN ('closed', 'withdrawn')"},
	"review.figure.actions": {"SELECT COUNT(*) FROM corrective_actions WHERE state = 'verified' AND act_id IN (SELECT id FROM acts WHERE issued_at < 'B' AND state <> 'withdrawn')",
		"SELECT COUNT(*) FROM corrective_actions WHERE act_id IN (SELECT id FROM acts WHERE issued_at < 'B' AND state <> 'withdrawn')"},
	"review.figure.audits": {"SELECT COUNT(*) FROM audits WHERE planned_from >= 'D1' AND planned_from <= 'D2' AND state IN ('reported', 'closed')",
		"SELECT COUNT(*) FROM audits WHERE planned_from >= 'D1' AND planned_from <= 'D2' AND state <> 'cancelled'"},
	"review.figure.nonconformities": {"SELECT COUNT(*) FROM findings WHERE grade IN ('major', 'minor') AND created_at BETWEEN 'F' AND 'B'"},
	"review.figure.observations":    {"SELECT COUNT(*) FROM findings WHERE grade IN ('observation', 'opportunity') AND created_at BETWEEN 'F' AND 'B'"},
	"review.figure.strengths":       {"SELECT COUNT(*) FROM findings WHERE grade = 'strength' AND created_at BETWEEN 'F' AND 'B'"},
	"review.figure.survey_answers":  {"SELECT COUNT(*) FROM survey_responses WHERE received_at BETWEEN 'F' AND 'B'"},
	"risk.figure.treated_done":      {"SELECT COUNT(*) FROM risks WHERE due >= 'D1' AND due <= 'D2' AND state IN ('treated', 'effective')", "SELECT COUNT(*) FROM risks WHERE due >= 'D1' AND due <= 'D2'"},
	"risk.figure.effective":         {"SELECT COUNT(*) FROM risks WHERE state = 'effective' AND checked_at BETWEEN 'F' AND 'B'", "SELECT COUNT(*) FROM risks WHERE checked_at BETWEEN 'F' AND 'B'"},
	"risk.figure.heavy":             {"SELECT COUNT(*) FROM risks WHERE state <> 'closed' AND kind IN ('risk', 'corruption') AND level IN ('high', 'critical')"},
	"risk.figure.on_target": {`SELECT COUNT(*) FROM objectives o JOIN objective_values v ON v.objective_id = o.id WHERE o.state = 'running' AND v.no = (SELECT MAX(w.no) FROM objective_values w WHERE w.objective_id = o.id)
		AND CASE o.better WHEN 'more' THEN CAST(v.value AS REAL) >= CAST(o.target AS REAL) ELSE CAST(v.value AS REAL) <= CAST(o.target AS REAL) END`,
		"SELECT COUNT(*) FROM objectives WHERE state = 'running'"},
}

// TestTheReviewOfTheExampleHoldsNoFigureThatTheRecordsDoNot takes the figures
// of the open review of the example anew and counts each from the records. A
// figure that nobody counts here fails.
func TestTheReviewOfTheExampleHoldsNoFigureThatTheRecordsDoNot(t *testing.T) {
	a := demoOffice(t)
	id := one(t, a, "SELECT id FROM reviews WHERE state = 'prepared'")
	ctx := actor.With(t.Context(), actor.Program("test"))
	u, err := a.kis.UserByEmail(ctx, "nigar@kis.example")
	if err != nil {
		t.Fatal(err)
	}
	who, err := a.kis.ActorOf(ctx, u.ID)
	if err != nil {
		t.Fatal(err)
	}
	ctx = actor.With(t.Context(), who)
	if err := a.planning.RecallReview(ctx, id, "rəqəmlər yenidən götürülür"); err != nil {
		t.Fatal(err)
	}
	if err := a.planning.RefreshReview(ctx, id); err != nil {
		t.Fatal(err)
	}
	d, err := a.planning.ReviewDossier(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	from, before := d.Period().Times(a.kis.Zone)
	fill := strings.NewReplacer("DONE(i)", "EXISTS (SELECT 1 FROM plan_report_verdicts vv, plan_reports ww WHERE vv.report_id = ww.id AND vv.accepted AND ww.to_state = 'done' AND ww.item_id = i.id)", "'F'", "'"+from.Format("2006-01-02 15:04:05")+"'", "'B'", "'"+before.Format("2006-01-02 15:04:05")+"'",
		"'D1'", "'"+string(d.From)+"'", "'D2'", "'"+string(d.To)+"'", "'T'", "'"+string(a.kis.Today())+"'")
	count := func(sql string) (n int64) {
		if sql == "" {
			return 0
		}
		if err := a.db.Read().NewRaw(fill.Replace(sql)).Scan(t.Context(), &n); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return n
	}
	seen := 0
	for _, in := range d.Inputs {
		for _, f := range in.Figures {
			seen++
			switch f.Key {
			case "review.figure.survey":
				sum, n := count("SELECT SUM(score) FROM survey_answers WHERE score IS NOT NULL"), count("SELECT COUNT(score) FROM survey_answers")
				if want := fmt.Sprintf("%.2f", float64(sum)/float64(n)); f.Value != want {
					t.Errorf("%s of users is %s, the records say %s", f.Key, f.Value, want)
				}
				continue
			case "review.figure.electronised":
				electronised(t, f, count)
				continue
			}
			sql, known := recount[f.Key]
			if !known {
				t.Errorf("input %s: nobody counts %s anew", in.Letter, f.Key)
				continue
			}
			if num, den := count(sql[0]), count(sql[1]); f.Num != num || f.Den != den {
				t.Errorf("input %s: %s is %d of %d, the records say %d of %d", in.Letter, f.Key, f.Num, f.Den, num, den)
			}
		}
	}
	if seen < 20 {
		t.Errorf("the review has %d figures only", seen)
	}
	checkTrends(t, a, d)
	checkOpenDecisions(t, a, d, fill)
}

// electronised compares the share of electronised services of the last
// assessed year.
func electronised(t *testing.T, f planning.FrozenFigure, count func(string) int64) {
	t.Helper()
	var args map[string]string
	if err := json.Unmarshal([]byte(f.ArgsJSON), &args); err != nil {
		t.Fatal(err)
	}
	year := count("SELECT MAX(year) FROM assessments WHERE year <= 2026")
	if args["year"] != fmt.Sprint(year) {
		t.Errorf("the year of the assessment is %s, the records say %d", args["year"], year)
	}
	of := fmt.Sprintf(" FROM assessments WHERE year = %d", year)
	if num, den := count("SELECT COUNT(*)"+of+" AND electronised"), count("SELECT COUNT(*)"+of); f.Num != num || f.Den != den {
		t.Errorf("electronised services are %d of %d, the records say %d of %d", f.Num, f.Den, num, den)
	}
}

package evaluation_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/planning/planningtest"
)

type office struct {
	*planningtest.Office
	e  *evaluation.Service
	t  *testing.T
	db *store.DB
}

// each opens an office with a running cycle of 2026 on each database.
func each(t *testing.T, test func(o office, cy kis.Cycle)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := planningtest.New(t, db)
		o := office{p, evaluation.New(p.Service), t, db}
		test(o, p.Office.Running("2026"))
	})
}

func (o office) begin(cy kis.Cycle) evaluation.Evaluation {
	o.t.Helper()
	e, err := o.e.Begin(o.By("nigar"), cy.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	return e
}

func (o office) dossier(id string) evaluation.Dossier {
	o.t.Helper()
	d, err := o.e.Dossier(o.By("nigar"), id)
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// judgeAll finds that everything works, so that an evaluation can be finished.
func (o office) judgeAll(id string) {
	o.t.Helper()
	in := map[string]evaluation.Judging{}
	for _, s := range o.dossier(id).Subs {
		if s.Applies {
			in[s.Code] = evaluation.Judging{Grade: evaluation.Works}
		}
	}
	o.Must(o.e.Judge(o.By("nigar"), id, 0, in))
}

func decision(phase string) evaluation.Decision {
	return evaluation.Decision{NextPhase: phase, Reason: "Alət dəyişdirilir", Conclusion: "Dövr məqsədinə çatıb", Confirmed: true}
}

// fails wants an error of a kind with a key, its own or that of a field.
func fails(t *testing.T, what string, err error, kind apperr.Kind, key string) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%s: %v, want %s", what, err, kind)
		return
	}
	e := apperr.As(err)
	if key != "" && e.Key != key && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Name == key || f.Key == key }) {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

// line finds the line of a key and code.
func line(d evaluation.Dossier, key, code string) evaluation.Line {
	for _, l := range d.Lines {
		if l.Key == "evaluation.line."+key && l.Code == code {
			return l
		}
	}
	return evaluation.Line{}
}

func TestAnEvaluationGathersByItselfWhatIsKnown(t *testing.T) {
	each(t, func(o office, cy kis.Cycle) {
		d := o.dossier(o.begin(cy).ID)
		if d.Number != "QD-2026-01" || d.State != evaluation.Draft || !d.MayWrite || !d.MayFinish || len(d.Subs) != 44 || d.Judged != 0 {
			o.t.Fatalf("%+v, %d sub-processes", d.Evaluation, len(d.Subs))
		}
		if l := line(d, "tasks", ""); l.Num != 0 || l.Den != 93 || l.Verdict != evaluation.Bad {
			o.t.Errorf("tasks %+v", l)
		}
		if l := line(d, "state_na", ""); l.Num != 15 {
			o.t.Errorf("tasks that do not exist: %+v", l)
		}
		o.AcceptPhase(cy.ID, "1")
		d = o.dossier(d.ID)
		all, first := line(d, "tasks", ""), line(d, "tasks_phase", "1")
		if all.Num != first.Num || first.Num == 0 || first.Num != first.Den || first.Verdict != evaluation.Good {
			o.t.Errorf("after phase 1: %+v %+v", all, first)
		}
		if !strings.Contains(first.Words("en"), "1.") || first.Words("en") == first.Words("az") {
			o.t.Errorf("words %q and %q", first.Words("en"), first.Words("az"))
		}
		if _, err := o.e.Begin(o.By("nigar"), cy.ID); !apperr.Is(err, apperr.Conflict) {
			o.t.Errorf("a second evaluation: %v", err)
		}
	})
}

func TestJudgementsAreKeptBySubProcess(t *testing.T) {
	each(t, func(o office, cy kis.Cycle) {
		e := o.begin(cy)
		judge := func(who string, version int, code string, j evaluation.Judging) error {
			return o.e.Judge(o.By(who), e.ID, version, map[string]evaluation.Judging{code: j})
		}
		o.Must(judge("elchin", 1, "4.3", evaluation.Judging{Grade: evaluation.Improve, Text: "Cavablar gec gəlir"}))
		fails(o.t, "over somebody else's change", judge("nigar", 1, "4.3", evaluation.Judging{Grade: evaluation.Works}), apperr.Conflict, "")
		fails(o.t, "without a reason", judge("nigar", 0, "4.4", evaluation.Judging{Grade: evaluation.Watch}), apperr.Invalid, "text_4.4")
		fails(o.t, "an unknown grade", judge("nigar", 0, "4.4", evaluation.Judging{Grade: "5", Text: "çox yaxşı"}), apperr.Invalid, "grade_4.4")
		fails(o.t, "no such sub-process", judge("nigar", 0, "9.9", evaluation.Judging{Grade: evaluation.Works}), apperr.Invalid, "grade_9.9")
		fails(o.t, "head of another department", judge("vugar", 0, "4.3", evaluation.Judging{Grade: evaluation.Works}), apperr.NotFound, "")
		fails(o.t, "an employee", judge("aytan", 0, "4.3", evaluation.Judging{Grade: evaluation.Works}), apperr.Forbidden, "")
		d := o.dossier(e.ID)
		i := slices.IndexFunc(d.Subs, func(s evaluation.Sub) bool { return s.Code == "4.3" })
		if d.Judged != 1 || d.Subs[i].Judgement.Text != "Cavablar gec gəlir" {
			o.t.Errorf("judged %d, %+v", d.Judged, d.Subs[i])
		}
		o.Must(judge("nigar", 0, "4.3", evaluation.Judging{}))
		if d = o.dossier(e.ID); d.Judged != 0 {
			o.t.Errorf("taken back, %d judged", d.Judged)
		}
	})
}

func TestARecommendationPointsAtAnyCodeAndStandsInTheRegister(t *testing.T) {
	each(t, func(o office, cy kis.Cycle) {
		e := o.begin(cy)
		for _, code := range []string{"3", "5.3", "4.3.1", ""} {
			r, err := o.e.Recommend(o.By("nigar"), e.ID, evaluation.NewRecommendation{Code: code, Text: "Sorğu vərəqəsini qısaltmaq " + code})
			if err != nil {
				o.t.Fatalf("%q: %v", code, err)
			}
			if got, err := o.Recommendation(o.By("nigar"), r.ID); err != nil || got.GSBPM != code || !strings.HasPrefix(got.BasisLabel, "QD-2026-01") || got.DepartmentCode != "SSS" {
				o.t.Errorf("%q in the register: %+v, %v", code, got, err)
			}
		}
		_, err := o.e.Recommend(o.By("nigar"), e.ID, evaluation.NewRecommendation{Code: "9.1", Text: "Dəyişmək lazımdır"})
		fails(o.t, "code 9.1", err, apperr.Invalid, "code")
		_, err = o.e.Recommend(o.By("nigar"), e.ID, evaluation.NewRecommendation{Code: "4.3", Text: "x"})
		fails(o.t, "no text", err, apperr.Invalid, "text")
		if d := o.dossier(e.ID); len(d.Recommendations) != 4 || d.Recommendations[1].Code != "5.3" || d.Recommendations[1].State != "open" {
			o.t.Errorf("%+v", d.Recommendations)
		}
	})
}

func TestAFinishedEvaluationIsLockedWithItsFigures(t *testing.T) {
	each(t, func(o office, cy kis.Cycle) {
		e := o.begin(cy)
		fails(o.t, "nothing judged", o.e.Finish(o.By("nigar"), e.ID, decision("2")), apperr.Conflict, "evaluation.error.unjudged")
		o.judgeAll(e.ID)
		fails(o.t, "no phase", o.e.Finish(o.By("nigar"), e.ID, decision("9")), apperr.Invalid, "next_phase")
		fails(o.t, "by a head", o.e.Finish(o.By("elchin"), e.ID, decision("2")), apperr.Forbidden, "")
		before := o.dossier(e.ID)
		o.Must(o.e.Finish(o.By("nigar"), e.ID, decision("2")))
		o.AcceptPhase(cy.ID, "1")
		d := o.dossier(e.ID)
		if d.State != evaluation.Final || d.NextPhase != "2" || d.MayWrite || len(d.Lines) != len(before.Lines) {
			o.t.Fatalf("%+v with %d lines", d.Evaluation, len(d.Lines))
		}
		for i, l := range d.Lines {
			if b := before.Lines[i]; l.Key != b.Key || l.Num != b.Num || l.Den != b.Den || l.Words("az") != b.Words("az") || l.Text != b.Text || !maps.Equal(l.Args, b.Args) {
				o.t.Errorf("line %d moved: %+v, was %+v", i, l, b)
			}
		}
		fails(o.t, "judging it", o.e.Judge(o.By("nigar"), e.ID, 0, map[string]evaluation.Judging{"4.3": {Grade: evaluation.Watch, Text: "Gecikir daim"}}), apperr.Conflict, "evaluation.error.final")
		_, err := o.e.Recommend(o.By("nigar"), e.ID, evaluation.NewRecommendation{Code: "3", Text: "Yenidən qurmaq"})
		fails(o.t, "recommending", err, apperr.Conflict, "evaluation.error.final")
		fails(o.t, "finishing again", o.e.Finish(o.By("nigar"), e.ID, decision("3")), apperr.Conflict, "evaluation.error.final")
		for _, sql := range []string{"UPDATE evaluations SET conclusion = 'x'", "DELETE FROM evaluations", "UPDATE evaluation_inputs SET num = 7", "DELETE FROM evaluation_judgements",
			"INSERT INTO evaluation_judgements SELECT evaluation_id, '99', grade, text, judged_by, judged_at FROM evaluation_judgements"} {
			if _, err := o.db.Read().NewRaw(sql).Exec(context.Background()); err == nil {
				o.t.Errorf("the database let %s pass", sql)
			}
		}
		if n, err := o.VerifySeals(o.System(), func(f store.Fault) { o.t.Errorf("%+v", f) }); err != nil || n == 0 {
			o.t.Errorf("%d seals, %v", n, err)
		}
	})
}

// TestTheLastPlanIsAnInputOfTheNextEvaluation goes round the loop: an
// evaluation recommends, the plan carries it out, the next cycle's evaluation
// shows that without anyone typing it.
func TestTheLastPlanIsAnInputOfTheNextEvaluation(t *testing.T) {
	each(t, func(o office, cy kis.Cycle) {
		e := o.begin(cy)
		var ids []string
		for _, code := range []string{"4.3", "2.2"} {
			r, err := o.e.Recommend(o.By("nigar"), e.ID, evaluation.NewRecommendation{Code: code, Text: "Təkmilləşdirmək: " + code})
			o.Must(err)
			ids = append(ids, r.ID)
		}
		o.judgeAll(e.ID)
		o.Must(o.e.Finish(o.By("nigar"), e.ID, decision("2")))
		_, err := o.OpenPlan(o.By("nigar"), planning.NewPlan{Year: 2027, ApproveDue: "2026-12-25"})
		o.Must(err)
		item, err := o.AcceptRecommendation(o.By("nigar"), ids[0], "2027", o.Fields(2027))
		o.Must(err)
		o.Clock.SetDay("2027-01-11")
		next := o.Office.Office.Running("2027")
		f := o.dossier(o.begin(next).ID)
		if l := line(f, "plan_done", ""); l.Key != "" {
			o.t.Errorf("a plan that is not approved counts: %+v", l)
		}
		if l := line(f, "before_phase", "2"); l.Args["number"] != "QD-2026-01" {
			o.t.Errorf("what was decided: %+v", l)
		}
		if l := line(f, "before_accepted", ""); l.Num != 1 || l.Den != 2 {
			o.t.Errorf("accepted %+v", l)
		}
		o.Must(o.SendPlan(o.By("nigar"), "2027"))
		page := o.AgreeAll(2027)
		o.Must(o.ApprovePlan(o.By("rafael"), "2027", planning.Approval{Revision: page.Revision, Confirmed: true}))
		o.Must(o.StartPlan(o.By("nigar"), "2027"))
		f = o.dossier(f.ID)
		if l := line(f, "plan_done", ""); l.Num != 0 || l.Den != 1 {
			o.t.Errorf("plan before anything is done: %+v", l)
		}
		if l := line(f, "item_not_started", "4.3"); l.Verdict != evaluation.Open || !strings.HasSuffix(l.Href, item) {
			o.t.Errorf("item %+v", l)
		}
		o.Must(o.ReportItem(o.By("elchin"), item, planning.NewReport{State: planning.Done, Narrative: "Sorğu vərəqəsi qısaldılıb", UploadIDs: []string{o.Upload("elchin", "akt.pdf", "%PDF-1.4 akt")}}))
		f = o.dossier(f.ID)
		if l, w := line(f, "plan_done", ""), line(f, "plan_reported", ""); l.Num != 0 || w.Num != 1 || line(f, "item_reported", "4.3").Verdict != evaluation.Open {
			o.t.Errorf("reported, but not accepted: %+v, %+v", l, w)
		}
		if l := line(f, "before_done", ""); l.Num != 0 {
			o.t.Errorf("nobody accepted it: %+v", l)
		}
		p, err := o.PlanItem(o.By("nigar"), item)
		o.Must(err)
		o.Accept(p.Reports[0].ID)
		f = o.dossier(f.ID)
		if l := line(f, "plan_done", ""); l.Num != 1 || l.Den != 1 || l.Verdict != evaluation.Good {
			o.t.Errorf("plan carried out: %+v", l)
		}
		if l := line(f, "before_done", ""); l.Num != 1 || l.Den != 2 {
			o.t.Errorf("recommendations carried out: %+v", l)
		}
	})
}

func TestWhoSeesAnEvaluation(t *testing.T) {
	each(t, func(o office, cy kis.Cycle) {
		w, err := o.e.List(o.By("elchin"), "")
		if err != nil || len(w.Waiting) != 1 || w.Waiting[0].CycleID != cy.ID || len(w.Rows) != 0 {
			o.t.Fatalf("%+v %v", w, err)
		}
		e := o.begin(cy)
		for who, sees := range map[string]bool{"nigar": true, "elchin": true, "aytan": true, "rafael": true, "vugar": false, "tural": false} {
			_, err := o.e.Dossier(o.By(who), e.ID)
			p, lerr := o.e.List(o.By(who), "")
			if (err == nil) != sees || !sees && !apperr.Is(err, apperr.NotFound) || lerr != nil || (len(p.Rows) == 1) != sees {
				o.t.Errorf("%s: %v, %d in the list, %v", who, err, len(p.Rows), lerr)
			}
		}
		items, err := o.e.Work(o.By("nigar"))
		if err != nil || len(items) != 1 || items[0].Href != "/evaluations/"+e.ID {
			o.t.Errorf("%+v %v", items, err)
		}
	})
}

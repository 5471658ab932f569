package planning_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
	"github.com/kis-platform/kis/policies"
)

// source gives fixed figures.
type source map[string][]planning.Figure

func (s source) ReviewInputs(context.Context, planning.Period) (map[string][]planning.Figure, error) {
	return s, nil
}

// closed is a source that the person may not ask.
type closed struct{}

func (closed) ReviewInputs(context.Context, planning.Period) (map[string][]planning.Figure, error) {
	return nil, apperr.New(apperr.Forbidden, "error.forbidden")
}

func TestTwelveInputsAreFilledFromTheSources(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Proposal("Sorğu vərəqəsini qısaltmaq")
		o.AddInputs(closed{})
		o.AddInputs(source{"c6": {{Key: "x.audits", Num: 4, Den: 6, Better: 1}}, "zz": {{Key: "x.lost", Num: 1}}})
		r := o.Review()
		if r.Number != "RT-2026-01" || len(r.Inputs) != 12 || r.Participants != 3 || r.People[0].Name != "Rafael İbrahimov" {
			t.Fatalf("review %s with %d inputs and %d people", r.Number, len(r.Inputs), r.Participants)
		}
		var letters []string
		figures := map[string][]planning.FrozenFigure{}
		for _, in := range r.Inputs {
			letters = append(letters, in.Letter)
			figures[in.Letter] = in.Figures
		}
		if got := strings.Join(letters, " "); got != "a b c1 c2 c3 c4 c5 c6 c7 d e f" {
			t.Errorf("inputs %s", got)
		}
		if f := figures["c6"]; len(f) != 1 || f[0].Num != 4 || f[0].Den != 6 {
			t.Errorf("c6: %+v", f)
		}
		if f := figures["f"]; len(f) != 2 || f[0].Num != 1 || f[0].Key != "planning.review.figure.open" {
			t.Errorf("f: %+v", f)
		}
		if len(figures["a"]) != 0 || !r.Inputs[0].Empty() || r.FilledInputs != 2 {
			t.Errorf("nothing out of nothing is shown as a figure: %+v; filled %d", figures["a"], r.FilledInputs)
		}
		o.Must(o.CommentInput(o.By("nigar"), r.ID, "b", "İqlim dəyişikliyi: aidiyyəti yoxdur"))
		want(t, o.CommentInput(o.By("nigar"), r.ID, "q", "yoxdur"), apperr.NotFound, "")
		o.Proposal("İkinci tövsiyə")
		if f := o.Dossier(r.ID).Inputs[11].Figures[0]; f.Num != 1 {
			t.Errorf("a figure moved by itself: %d", f.Num)
		}
		o.Must(o.RefreshReview(o.By("nigar"), r.ID))
		r = o.Dossier(r.ID)
		if f := r.Inputs[11].Figures[0]; f.Num != 2 || r.Inputs[1].Comment == "" || r.FilledInputs != 3 {
			t.Errorf("after refreshing: %d open, comment %q, filled %d", f.Num, r.Inputs[1].Comment, r.FilledInputs)
		}
	})
}

func TestFiguresAreComparedWithTheReviewBefore(t *testing.T) {
	o := planningtest.New(t, storetest.Open(t))
	src := source{"c6": {{Key: "x.audits", Num: 2, Den: 6, Better: 1}, {Key: "x.major", Num: 2, Better: -1}, {Key: "x.same", Num: 3, Better: 1}}}
	o.AddInputs(src)
	o.Signed()
	src["c6"] = []planning.Figure{{Key: "x.audits", Num: 4, Den: 6, Better: 1}, {Key: "x.major", Num: 5, Better: -1}, {Key: "x.same", Num: 3, Better: 1}, {Key: "x.new", Num: 1, Better: 1}}
	f := o.ReviewFields()
	f.From, f.To = "2026-11-01", "2026-11-20"
	r, err := o.OpenReview(o.By("nigar"), f)
	o.Must(err)
	got := map[string]planning.Trend{}
	for _, fig := range o.Dossier(r.ID).Inputs[7].Figures {
		got[fig.Key] = fig.Trend()
	}
	for key, trend := range map[string]planning.Trend{"x.audits": planning.Improved, "x.major": planning.Worsened, "x.same": planning.Unchanged, "x.new": planning.NoTrend} {
		if got[key] != trend {
			t.Errorf("%s: %s, want %s", key, got[key], trend)
		}
	}
	if a := o.Dossier(r.ID).Inputs[0].Figures; len(a) != 2 || a[0].Num != 0 || a[0].Den != 2 {
		t.Errorf("decisions of the review before: %+v", a)
	}
}

func TestSigningIsForTheChairAndLocks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Hire(kistest.Person{Key: "maya", Name: "Maya Hüseynova", Department: "DSK", PositionAZ: "sədr", PositionEN: "chairman", Role: policies.Management})
		r := o.Review()
		sig := planning.Signature{Number: r.Number, Confirmed: true}
		want(t, o.SignReview(o.By("rafael"), r.ID, sig), apperr.Conflict, "") // a draft
		o.Must(o.PrepareReview(o.By("nigar"), r.ID, planning.Verdict{Suitable: true, Conclusion: "KİS nəticəlidir"}))
		_, err := o.AddDecision(o.By("nigar"), r.ID, planning.NewDecision{Kind: planning.Change, Text: "Yeni qərar", OwnerID: o.ID("nigar"), Due: "2027-01-15"})
		want(t, err, apperr.Conflict, "")
		o.Must(o.ReturnReview(o.By("rafael"), r.ID, "qərarlar dəqiqləşdirilsin"))
		o.Must(o.PrepareReview(o.By("nigar"), r.ID, planning.Verdict{Suitable: true, Conclusion: "KİS nəticəlidir"}))

		want(t, o.SignReview(o.By("nigar"), r.ID, sig), apperr.Forbidden, "")
		want(t, o.SignReview(o.By("maya"), r.ID, sig), apperr.Forbidden, "")
		want(t, o.SignReview(o.By("rafael"), r.ID, planning.Signature{Number: "RT-2026-99", Confirmed: true}), apperr.Invalid, "number")
		want(t, o.SignReview(o.By("rafael"), r.ID, planning.Signature{Number: r.Number}), apperr.Invalid, "confirm")
		o.Must(o.SignReview(o.By("rafael"), r.ID, sig))
		want(t, o.SignReview(o.By("rafael"), r.ID, sig), apperr.Conflict, "")

		r = o.Dossier(r.Number)
		if r.State != planning.ReviewSigned || r.SignedName != "Rafael İbrahimov" || r.DecisionList[0].RecommendationID == "" {
			t.Fatalf("signed as %+v", r.Review)
		}
		for _, q := range []string{
			`UPDATE review_inputs SET comment = 'x'`, `DELETE FROM review_inputs`, `UPDATE review_figures SET num = 9`, `DELETE FROM review_figures`,
			`UPDATE review_decisions SET text = 'x'`, `DELETE FROM review_decisions`, `UPDATE review_participants SET name = 'x'`,
			`UPDATE reviews SET conclusion = 'x'`, `UPDATE reviews SET state = 'draft', signed_at = NULL`, `DELETE FROM reviews`,
		} {
			forbidden(t, o, q)
		}
		forbidden(t, o, `INSERT INTO review_figures (review_id, letter, position, key, num, den, value, args, href, better, has_prev, prev_num, prev_den)
			SELECT review_id, letter, 99, 'x', 1, 0, '', '{}', '', 0, FALSE, 0, 0 FROM review_inputs WHERE letter = 'b'`)
		want(t, o.CommentInput(o.By("nigar"), r.ID, "a", "sonradan"), apperr.Conflict, "")
		want(t, o.RefreshReview(o.By("nigar"), r.ID), apperr.Conflict, "")
		want(t, o.AddAddendum(o.By("samir"), r.ID, "sonradan məlum oldu"), apperr.Forbidden, "")
		o.Must(o.AddAddendum(o.By("nigar"), r.ID, "sonradan məlum oldu"))
		if r = o.Dossier(r.ID); len(r.Addenda) != 1 || r.Addenda[0].Author != "Nigar Əliyeva" {
			t.Fatalf("addenda %+v", r.Addenda)
		}
		forbidden(t, o, `UPDATE review_addenda SET text = 'x'`)
	})
}

func TestADecisionBecomesAPlanItem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Draft(2027)
		draft := o.Review()
		fields := planning.ItemFields{Section: planning.People, ExpectedResult: "Auditorların sayı artır", Indicator: "auditor: 6 → 9"}
		_, err := o.AddDecisionToPlan(o.By("nigar"), draft.DecisionList[1].ID, "2027", fields)
		want(t, err, apperr.Conflict, "") // not signed
		o.Must(o.PrepareReview(o.By("nigar"), draft.ID, planning.Verdict{Conclusion: "KİS nəticəlidir"}))
		o.Must(o.SignReview(o.By("rafael"), draft.ID, planning.Signature{Number: draft.Number, Confirmed: true}))
		d := o.Dossier(draft.ID).DecisionList[1]
		if c := o.Page(2027).Conditions[1]; c.Key != "planning.plan.condition.decisions" || c.OK {
			t.Errorf("the plan does not miss the decisions: %+v", c)
		}
		item, err := o.AddDecisionToPlan(o.By("nigar"), d.ID, "2027", fields)
		o.Must(err)
		page, err := o.PlanItem(o.By("nigar"), item)
		o.Must(err)
		if page.Text != d.Text || page.Due != d.Due || page.Basis != planning.FromReview || page.DecisionID != d.ID || page.OpenReview != draft.ID || page.Responsible.Code != "KİEMŞ" {
			t.Fatalf("item %+v", page.Item)
		}
		_, err = o.AddDecisionToPlan(o.By("nigar"), d.ID, "2027", fields)
		want(t, err, apperr.Conflict, "") // already there
		if r := o.Dossier(draft.ID); r.DecisionList[1].ItemYear != 2027 || r.DecisionsOpen != 1 {
			t.Fatalf("the review does not show the item: %+v", r.DecisionList[1])
		}
	})
}

func TestWrongReviewsAreRefusedByField(t *testing.T) {
	o := planningtest.New(t, storetest.Open(t))
	for field, mod := range map[string]func(*planning.ReviewFields){
		"from":         func(f *planning.ReviewFields) { f.From = "" },
		"to":           func(f *planning.ReviewFields) { f.To = "2026-04-30" },
		"meeting":      func(f *planning.ReviewFields) { f.MeetingAt = time.Time{} },
		"chair":        func(f *planning.ReviewFields) { f.ChairID = o.ID("elchin") },
		"participants": func(f *planning.ReviewFields) { f.Participants = []string{store.NewID()} },
	} {
		f := o.ReviewFields()
		mod(&f)
		_, err := o.OpenReview(o.By("nigar"), f)
		want(t, err, apperr.Invalid, field)
	}
	_, err := o.OpenReview(o.By("rafael"), o.ReviewFields())
	want(t, err, apperr.Forbidden, "")
	r := o.Review()
	for field, n := range map[string]planning.NewDecision{
		"kind":       {Text: "Qərarın mətni", OwnerID: o.ID("nigar"), Due: "2027-01-15"},
		"text":       {Kind: planning.Change, OwnerID: o.ID("nigar"), Due: "2027-01-15"},
		"owner":      {Kind: planning.Change, Text: "Qərarın mətni", OwnerID: store.NewID(), Due: "2027-01-15"},
		"due":        {Kind: planning.Change, Text: "Qərarın mətni", OwnerID: o.ID("nigar"), Due: "2026-01-15"},
		"department": {Kind: planning.Change, Text: "Qərarın mətni", OwnerID: o.ID("rafael"), Due: "2027-01-15"},
	} {
		_, err := o.AddDecision(o.By("nigar"), r.ID, n)
		want(t, err, apperr.Invalid, field)
	}
	f := o.ReviewFields()
	f.Place = "304-cü otaq"
	want(t, o.EditReview(o.By("nigar"), r.ID, r.Version-1, f), apperr.Conflict, "")
	o.Must(o.EditReview(o.By("nigar"), r.ID, r.Version, f))
	o.Must(o.RemoveDecision(o.By("nigar"), r.ID, r.DecisionList[0].ID))
	if d := o.Dossier(r.ID); d.Place != f.Place || len(d.DecisionList) != 1 || d.DecisionList[0].No != 1 {
		t.Fatalf("after editing: %q, %+v", d.Place, d.DecisionList)
	}
}

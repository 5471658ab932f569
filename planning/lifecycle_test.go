package planning_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
	"github.com/kis-platform/kis/policies"
)

// checkTable says whether a table of transitions holds together: every state
// can be reached, every arrow has words, nothing else occurs.
func checkTable[S ~string](t *testing.T, object string, states []S, table []office.Transition[S]) {
	t.Helper()
	reached := map[S]bool{}
	known := map[S]bool{"": true}
	for _, s := range states {
		known[s] = true
	}
	seen := map[string]bool{}
	for _, a := range table {
		if !known[a.From] || !known[a.To] || a.Action == "" || a.Verb == "" {
			t.Errorf("%s: arrow %+v", object, a)
		}
		if id := string(a.From) + " " + a.Verb; seen[id] {
			t.Errorf("%s: two arrows %s", object, id)
		} else {
			seen[id] = true
		}
		reached[a.To] = true
		for _, lang := range i18n.Languages() {
			if strings.HasPrefix(i18n.T(lang, "planning."+object+".verb."+a.Verb), "⟦") {
				t.Errorf("%s: no word for %s in %s", object, a.Verb, lang)
			}
		}
	}
	for _, s := range states {
		if !reached[s] {
			t.Errorf("%s: nothing leads to %s", object, s)
		}
		if !i18n.Has("planning." + object + ".state." + string(s)) {
			t.Errorf("%s: no word for state %s", object, s)
		}
	}
}

func TestLifecyclesHoldTogether(t *testing.T) {
	checkTable(t, "recommendation", planning.RecommendationStates(), planning.RecommendationTransitions)
	checkTable(t, "plan", planning.PlanStates(), planning.PlanTransitions)
	checkTable(t, "agreement", planning.AgreementStates(), planning.AgreementTransitions)
	checkTable(t, "item", planning.ItemStates(), planning.ItemTransitions)
	checkTable(t, "review", planning.ReviewStates(), planning.ReviewTransitions)
}

// TestEveryStepAsksForItsAction tries every step as every role: whoever the
// policy does not let is forbidden, whoever it lets gets another answer.
func TestEveryStepAsksForItsAction(t *testing.T) {
	o := planningtest.New(t, storetest.Open(t))
	sent := o.Sent(2027)
	item := sent.Items[1].ID
	r := o.Prepared()
	rec := o.Proposal("Sınaq tövsiyəsi").ID
	sss := o.Dept("SSS")
	none := store.NewID()
	steps := map[string]struct {
		action policies.Action
		do     func(ctx context.Context) error
	}{
		"propose":   {policies.RecommendationPropose, func(ctx context.Context) error { _, err := o.Propose(ctx, planning.NewRecommendation{}); return err }},
		"found":     {policies.RecommendationPropose, func(ctx context.Context) error { _, err := o.FoundRecommendations(ctx); return err }},
		"take over": {policies.RecommendationPropose, func(ctx context.Context) error { _, err := o.TakeOver(ctx, none); return err }},
		"register": {policies.RecommendationRead, func(ctx context.Context) error {
			_, err := o.Recommendations(ctx, planning.RecommendationFilter{})
			return err
		}},
		"recommendation": {policies.RecommendationRead, func(ctx context.Context) error { _, err := o.Recommendation(ctx, rec); return err }},
		"accept": {policies.RecommendationDecide, func(ctx context.Context) error {
			_, err := o.AcceptRecommendation(ctx, none, "2027", planning.ItemFields{})
			return err
		}},
		"reject":       {policies.RecommendationDecide, func(ctx context.Context) error { return o.RejectRecommendation(ctx, none, "səbəb yoxdur") }},
		"merge":        {policies.RecommendationDecide, func(ctx context.Context) error { return o.MergeRecommendation(ctx, none, "TV-2026-01", "") }},
		"plans":        {policies.PlanRead, func(ctx context.Context) error { _, err := o.Plans(ctx); return err }},
		"plan":         {policies.PlanRead, func(ctx context.Context) error { _, err := o.Plan(ctx, "2027"); return err }},
		"plan dossier": {policies.PlanRead, func(ctx context.Context) error { _, err := o.PlanDossier(ctx, "2027"); return err }},
		"item":         {policies.PlanRead, func(ctx context.Context) error { _, err := o.PlanItem(ctx, item); return err }},
		"file":         {policies.PlanRead, func(ctx context.Context) error { _, err := o.PlanFile(ctx, item, none); return err }},
		"open":         {policies.PlanDraft, func(ctx context.Context) error { _, err := o.OpenPlan(ctx, planning.NewPlan{}); return err }},
		"add":          {policies.PlanDraft, func(ctx context.Context) error { _, err := o.AddItem(ctx, "2027", planning.NewItem{}); return err }},
		"change":       {policies.PlanDraft, func(ctx context.Context) error { return o.ChangeItem(ctx, item, 99, o.Fields(2027)) }},
		"remove":       {policies.PlanDraft, func(ctx context.Context) error { return o.RemoveItem(ctx, item, 99, "səbəb yoxdur") }},
		"carry":        {policies.PlanDraft, func(ctx context.Context) error { _, err := o.CarryOver(ctx, "2027"); return err }},
		"send":         {policies.PlanDraft, func(ctx context.Context) error { return o.SendPlan(ctx, "2027") }},
		"recall":       {policies.PlanDraft, func(ctx context.Context) error { return o.RecallPlan(ctx, "2027", "") }},
		"remind":       {policies.PlanDraft, func(ctx context.Context) error { return o.RemindPlan(ctx, "2027") }},
		"start":        {policies.PlanDraft, func(ctx context.Context) error { return o.StartPlan(ctx, "2027") }},
		"close":        {policies.PlanDraft, func(ctx context.Context) error { return o.ClosePlan(ctx, "2027", "") }},
		"answer":       {policies.PlanDraft, func(ctx context.Context) error { return o.AnswerObjection(ctx, none, "cavab budur") }},
		"agree":        {policies.PlanAgree, func(ctx context.Context) error { return o.AgreePlan(ctx, "2027", sss, 99) }},
		"object":       {policies.PlanAgree, func(ctx context.Context) error { return o.ObjectPlan(ctx, "2027", sss, 99, "", "qeyd budur") }},
		"approve":      {policies.PlanApprove, func(ctx context.Context) error { return o.ApprovePlan(ctx, "2027", planning.Approval{}) }},
		"return":       {policies.PlanApprove, func(ctx context.Context) error { return o.ReturnPlan(ctx, "2027", "") }},
		"report":       {policies.PlanReport, func(ctx context.Context) error { return o.ReportItem(ctx, item, planning.NewReport{}) }},
		"reviews":      {policies.ReviewRead, func(ctx context.Context) error { _, err := o.Reviews(ctx); return err }},
		"review":       {policies.ReviewRead, func(ctx context.Context) error { _, err := o.ReviewDossier(ctx, r.ID); return err }},
		"decision":     {policies.ReviewRead, func(ctx context.Context) error { _, err := o.Decision(ctx, r.DecisionList[0].ID); return err }},
		"open review":  {policies.ReviewPrepare, func(ctx context.Context) error { _, err := o.OpenReview(ctx, planning.ReviewFields{}); return err }},
		"edit review":  {policies.ReviewPrepare, func(ctx context.Context) error { return o.EditReview(ctx, r.ID, 1, planning.ReviewFields{}) }},
		"refresh":      {policies.ReviewPrepare, func(ctx context.Context) error { return o.RefreshReview(ctx, r.ID) }},
		"comment":      {policies.ReviewPrepare, func(ctx context.Context) error { return o.CommentInput(ctx, r.ID, "a", "rəy") }},
		"decide": {policies.ReviewPrepare, func(ctx context.Context) error {
			_, err := o.AddDecision(ctx, r.ID, planning.NewDecision{})
			return err
		}},
		"undecide":    {policies.ReviewPrepare, func(ctx context.Context) error { return o.RemoveDecision(ctx, r.ID, none) }},
		"prepare":     {policies.ReviewPrepare, func(ctx context.Context) error { return o.PrepareReview(ctx, r.ID, planning.Verdict{}) }},
		"recall rev.": {policies.ReviewPrepare, func(ctx context.Context) error { return o.RecallReview(ctx, r.ID, "") }},
		"return rev.": {policies.ReviewSign, func(ctx context.Context) error { return o.ReturnReview(ctx, r.ID, "") }},
		"sign":        {policies.ReviewSign, func(ctx context.Context) error { return o.SignReview(ctx, r.ID, planning.Signature{}) }},
	}
	for _, p := range slices.Concat(kistest.People, planningtest.Heads) {
		ctx := o.By(p.Key)
		who := actor.From(ctx)
		for name, step := range steps {
			err := step.do(ctx)
			scope := policies.For(who, step.action)
			switch {
			case scope.None() && !apperr.Is(err, apperr.Forbidden):
				t.Errorf("%s as %s (%s): %v, want forbidden", name, p.Key, p.Role, err)
			case !scope.None() && (scope.Any || scope.Department(sss)) && apperr.Is(err, apperr.Forbidden):
				t.Errorf("%s as %s (%s): forbidden, but the policy allows it: %v", name, p.Key, p.Role, err)
			case err != nil && apperr.Is(err, apperr.Internal):
				t.Errorf("%s as %s: %v", name, p.Key, err)
			}
		}
	}
	for name, step := range steps {
		if err := step.do(context.Background()); !apperr.Is(err, apperr.Unauthenticated) {
			t.Errorf("%s as nobody: %v", name, err)
		}
	}
}

// TestReadingTakesAFixedNumberOfQueries reads small and large plans, reviews
// and registers.
func TestReadingTakesAFixedNumberOfQueries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Running(2027)
		review := o.Signed()
		ctx := o.By("nigar")
		count := storetest.CountQueries(db)
		reads := map[string]func() error{
			"recommendations": func() error { _, err := o.Recommendations(ctx, planning.RecommendationFilter{Query: "a"}); return err },
			"plans":           func() error { _, err := o.Plans(ctx); return err },
			"plan":            func() error { _, err := o.Plan(ctx, "2028"); return err },
			"plan dossier":    func() error { _, err := o.PlanDossier(ctx, "2027"); return err },
			"review dossier":  func() error { _, err := o.ReviewDossier(ctx, review.ID); return err },
			"work":            func() error { _, err := o.Service.Work(ctx); return err },
		}
		o.Draft(2028)
		before := map[string]int{}
		for name, read := range reads {
			count.Reset()
			o.Must(read())
			before[name] = count.N()
		}
		for i := range 12 {
			o.Proposal(fmt.Sprintf("Tövsiyə nömrə %d", i))
			o.Item(2028, func(n *planning.NewItem) { n.Text = fmt.Sprintf("Tədbir nömrə %d", i) })
			o.Must(o.ReportItem(o.By("aytan"), o.Page(2027).Items[1].ID, planning.NewReport{State: planning.InProgress, Narrative: "iş davam edir"}))
		}
		for name, read := range reads {
			count.Reset()
			o.Must(read())
			if count.N() != before[name] {
				t.Errorf("%s: %d queries, with little data %d:\n%s", name, count.N(), before[name], count)
			}
			if count.N() > 14 {
				t.Errorf("%s takes %d queries", name, count.N())
			}
		}
	})
}

// TestTwoDecideAtOnce lets two people decide on one recommendation.
func TestTwoDecideAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := planningtest.New(t, db)
		o.Draft(2027)
		r := o.Proposal("Yarışan tövsiyə")
		nigar, leyla := o.By("nigar"), o.By("leyla")
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { _, errs[0] = o.AcceptRecommendation(nigar, r.ID, "2027", o.Fields(2027)) })
		wg.Go(func() { errs[1] = o.RejectRecommendation(leyla, r.ID, "artıq görülüb") })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("one must win: %v, %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil && !apperr.Is(err, apperr.Conflict) {
				t.Errorf("the loser is told %v", err)
			}
		}
		got, err := o.Recommendation(nigar, r.ID)
		o.Must(err)
		items := len(o.Page(2027).Items)
		if (got.State == planning.Accepted) != (items == 3) {
			t.Errorf("state %s with %d items", got.State, items)
		}
	})
}

func TestWorkIsWhatWaitsForThePerson(t *testing.T) {
	o := planningtest.New(t, storetest.Open(t))
	kinds := func(key string) string {
		list, err := o.Service.Work(o.By(key))
		o.Must(err)
		var out []string
		for _, w := range list {
			out = append(out, strings.TrimPrefix(w.VerbKey, "planning.work.verb."))
			if w.Overdue {
				out[len(out)-1] += "!"
			}
			if !i18n.Has(w.KindKey) || !i18n.Has(w.VerbKey) || w.Href == "" || w.Title == "" {
				t.Errorf("incomplete: %+v", w)
			}
		}
		return strings.Join(out, " ")
	}
	check := func(key, want string) {
		t.Helper()
		if got := kinds(key); got != want {
			t.Errorf("%s has %q to do, want %q", key, got, want)
		}
	}
	o.Proposal("Birinci tövsiyə")
	p := o.Sent(2026)
	check("elchin", "agree!")
	check("aytan", "")
	check("nigar", "decide")
	o.Must(o.ObjectPlan(o.By("elchin"), "2026", o.Dept("SSS"), p.Revision, "", "plan gecikib"))
	check("elchin", "")
	check("nigar", "answer! decide")
	o.Must(o.AnswerObjection(o.By("nigar"), o.Page(2026).Objections[0].ID, "növbəti il nəzərə alınar"))
	check("elchin", "agree!")
	o.AgreeAll(2026)
	check("rafael", "approve!")
	o.Must(o.ApprovePlan(o.By("rafael"), "2026", planning.Approval{Revision: p.Revision, Confirmed: true}))
	check("rafael", "")
	check("nigar", "start! decide")
	o.Must(o.StartPlan(o.By("nigar"), "2026"))
	check("aytan", "report!")
	check("vugar", "")
	check("nigar", "report! decide")
	r := o.Prepared()
	check("rafael", "sign!")
	// What came back waits for those who prepare it; so does a meeting that took place.
	o.Must(o.ReturnReview(o.By("rafael"), r.ID, "qərarlar dəqiqləşdirilsin"))
	o.Sent(2027)
	o.Must(o.RecallPlan(o.By("nigar"), "2027", "bənd əlavə olunur"))
	check("nigar", "revise report! decide prepare!")
	check("rafael", "")
	o.Clock.SetDay("2027-02-01")
	check("nigar", "close! revise! report! decide prepare!")
}

// TestEveryKeyHasWords reads the sources of planning and its pages for keys.
func TestEveryKeyHasWords(t *testing.T) {
	key := regexp.MustCompile(`"(planning\.[a-z0-9_.]*[a-z0-9_])"`)
	used := 0
	for name, text := range sources(t) {
		for _, m := range key.FindAllStringSubmatch(text, -1) {
			if strings.HasSuffix(m[1], "not_") {
				continue // the beginning of a key that is put together
			}
			used++
			for _, lang := range i18n.Languages() {
				if strings.HasPrefix(i18n.T(lang, m[1]), "⟦") {
					t.Errorf("%s: no text %s in %s", name, m[1], lang)
				}
			}
		}
	}
	if used < 300 {
		t.Errorf("only %d keys found: the search is broken", used)
	}
	for _, b := range planning.Bases() {
		if !i18n.Has("planning.basis." + string(b)) {
			t.Errorf("no word for basis %s", b)
		}
	}
	for _, s := range planning.Sections() {
		if !i18n.Has("planning.section." + string(s)) {
			t.Errorf("no word for section %s", s)
		}
	}
}

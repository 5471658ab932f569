package audit_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// together does two things at once and wants one to succeed and the other to
// be told with a Conflict.
func together(t *testing.T, what string, a, b func() error) {
	t.Helper()
	var wg sync.WaitGroup
	errs := make([]error, 2)
	start := make(chan struct{})
	for i, f := range []func() error{a, b} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-start
			errs[i] = f()
		}()
	}
	close(start)
	wg.Wait()
	won, told := 0, 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if apperr.Is(err, apperr.Conflict) {
			told++
		}
	}
	if won != 1 || told != 1 {
		t.Errorf("%s at once: %v and %v", what, errs[0], errs[1])
	}
}

func TestOfTwoPeopleAtOnceOneWinsAndTheOtherIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		a := o.Started()
		gunel, elchin, samir, aysel := o.Be("gunel"), o.Be("elchin"), o.Be("samir"), o.Be("aysel")
		for range 5 {
			act := o.Draft(a.ID, "4.4-a")
			together(t, "issue", func() error { return s.Issue(gunel, act.ID) }, func() error { return s.Issue(gunel, act.ID) })
			together(t, "acknowledge and object", func() error { return s.Acknowledge(elchin, act.ID) }, func() error { return s.Object(elchin, act.ID, "razı deyiləm") })
		}
		act := o.Act(a.ID, "4.3-a", audit.ActInProgress)
		actions := o.View(act.ID).Actions
		o.Report("aytan", byOwner(actions, o.ID("aytan")))
		o.Report("elchin", byOwner(actions, o.ID("elchin")))
		together(t, "verify", func() error { return s.VerifyAction(samir, actions[0].ID, "") }, func() error { return s.VerifyAction(aysel, actions[0].ID, "") })
		must(t, s.VerifyAction(samir, actions[1].ID, ""))
		if v := o.View(act.ID); v.State != audit.ActImplemented {
			t.Errorf("both actions are verified, the act is %s", v.State)
		}
		// The last two actions verified by two people at once: the act moves once.
		act = o.Act(a.ID, "4.3-b", audit.ActInProgress)
		actions = o.View(act.ID).Actions
		o.Report("aytan", byOwner(actions, o.ID("aytan")))
		o.Report("elchin", byOwner(actions, o.ID("elchin")))
		var wg sync.WaitGroup
		for i, who := range []context.Context{samir, aysel} {
			wg.Go(func() {
				if err := s.VerifyAction(who, actions[i].ID, ""); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if v := o.View(act.ID); v.State != audit.ActImplemented {
			t.Errorf("the act is %s after both were verified", v.State)
		}
		// Numbers have no gap.
		list, err := s.Acts(gunel, audit.ActFilter{Limit: 100})
		must(t, err)
		seen := map[string]bool{}
		for _, it := range list.Items {
			seen[it.Number] = true
		}
		for _, n := range []string{"UA-2026-001", "UA-2026-005", "UA-2026-007"} {
			if !seen[n] {
				t.Errorf("no act %s among %v", n, seen)
			}
		}
		row := o.Row(a.ID, "5.1-a")
		// Equal answers would merge: these differ.
		answer := func(who context.Context, a audit.Answer, note string) func() error {
			return func() error {
				_, err := s.Answer(who, audit.RowAnswer{RowID: row.ID, Version: row.Version, Answer: a, Note: note})
				return err
			}
		}
		together(t, "answer", answer(samir, audit.Conforms, "baxılıb"), answer(gunel, audit.Observed, "yarımçıqdır"))
		kept := o.Row(a.ID, "5.1-a")
		if kept.Answer == audit.Conforms && kept.Note != "baxılıb" || kept.Answer == audit.Observed && kept.Note != "yarımçıqdır" || kept.Answer == "" {
			t.Errorf("the row holds neither answer whole: %+v", kept)
		}
	})
}

func byOwner(actions []audit.ActionView, owner string) string {
	for _, a := range actions {
		if a.OwnerID == owner {
			return a.ID
		}
	}
	return ""
}

func TestAnIssuedActNeverChangesWhoeverWrites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		act := o.Act(a.ID, "4.4-a", audit.ActIssued)
		if err := o.Audit.EditDraft(o.Be("gunel"), act.ID, audit.DraftEdit{Version: act.Version, Grade: audit.Major, Statement: "başqa mətn"}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("an issued act was edited: %v", err)
		}
		sub := evidence(t, o, "aytan", "4.3.1")
		must(t, o.Audit.AddAddendum(o.Be("samir"), act.ID, "Sonradan məlum oldu"))
		for _, sql := range []string{
			"UPDATE acts SET statement = 'x' WHERE id = ?", "UPDATE acts SET grade = 'major' WHERE id = ?", "UPDATE acts SET number = 'UA-2026-999' WHERE id = ?",
			"UPDATE acts SET clause = '9.9' WHERE id = ?", "UPDATE acts SET criterion = 'x' WHERE id = ?", "UPDATE acts SET objective_evidence = 'x' WHERE id = ?",
			"UPDATE acts SET issued_at = NULL, number = NULL, state = 'withdrawn' WHERE id = ?", "UPDATE acts SET repeat_of = id WHERE id = ?",
			"DELETE FROM acts WHERE id = ?", "DELETE FROM act_events WHERE act_id = ?", "UPDATE act_events SET note = 'x' WHERE act_id = ?",
			"UPDATE act_addenda SET text = 'x' WHERE act_id = ?", "DELETE FROM act_addenda WHERE act_id = ?",
			"INSERT INTO act_evidence (act_id, submission_id) VALUES (?, '" + sub + "')",
		} {
			err := db.Write(o.System(), func(tx *store.Tx) error {
				tx.Record(store.Change{Action: "test", Kind: "act", ID: act.ID})
				_, err := tx.NewRaw(sql, act.ID).Exec(context.Background())
				return err
			})
			if err == nil {
				t.Errorf("the database let through: %s", sql)
			}
		}
		after := o.View(act.ID)
		if after.Statement != act.Statement || after.Number != act.Number || len(after.Addenda) != 1 {
			t.Error("the act changed")
		}
		// A draft can still be changed.
		draft := o.Draft(a.ID, "4.3-a")
		must(t, o.Audit.EditDraft(o.Be("gunel"), draft.ID, audit.DraftEdit{Version: 1, Grade: audit.Major, Statement: "başqa mətn", ObjectiveEvidence: "jurnal"}))
	})
}

func TestEverybodySeesOnlyTheActsAndAuditsThatConcernThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		hidden := o.Planned()
		a := o.Started()
		act, draft := o.Act(a.ID, "4.4-a", audit.ActIssued), o.Draft(a.ID, "4.3-a")
		other := o.Request()
		other.Departments, other.Members, other.Lead = []string{o.Dept("İİƏŞ")}, nil, o.ID("rashad")
		second, err := s.PlanAudit(o.Be("rashad"), other)
		must(t, err)
		must(t, s.Announce(o.Be("rashad"), second.ID, audittest.ShortNotice))

		observer := actor.With(context.Background(), actor.Actor{UserID: store.NewID(), Name: "Xarici auditor", Lang: "az",
			Grants: []actor.Grant{{Role: string(policies.Observer), ObjectKind: "audit", ObjectID: a.ID}}})
		count := func(ctx context.Context) (audits, acts int) {
			t.Helper()
			al, err := s.Audits(ctx, audit.AuditFilter{})
			must(t, err)
			cl, err := s.Acts(ctx, audit.ActFilter{})
			must(t, err)
			if len(al.Items) != al.Total || len(cl.Items) != cl.Total {
				t.Errorf("counts differ from lists: %d/%d %d/%d", len(al.Items), al.Total, len(cl.Items), cl.Total)
			}
			return al.Total, cl.Total
		}
		for key, want := range map[string][2]int{"gunel": {3, 2}, "nigar": {3, 2}, "rafael": {3, 1}, "rashad": {3, 1}, "aytan": {1, 1}, "elchin": {1, 1}, "tural": {0, 0}} {
			if audits, acts := count(o.Be(key)); audits != want[0] || acts != want[1] {
				t.Errorf("%s sees %d audits and %d acts, want %v", key, audits, acts, want)
			}
		}
		if audits, acts := count(observer); audits != 1 || acts != 1 {
			t.Errorf("the observer sees %d audits and %d acts", audits, acts)
		}
		for name, err := range map[string]error{
			"the audited department, an audit not announced": get(s.Audit(o.Be("elchin"), hidden.ID)),
			"the audited department, a draft act":            get(s.Act(o.Be("elchin"), draft.ID)),
			"another department, an act":                     get(s.Act(o.Be("vugar"), act.ID)),
			"another department, by number":                  get(s.ActDossier(o.Be("vugar"), act.Number)),
			"the observer, another audit":                    get(s.Audit(observer, second.ID)),
			"the observer, a draft act":                      get(s.Act(observer, draft.ID)),
			"the audited department, the checklist":          get(s.Checklist(o.Be("elchin"), a.ID, audit.RowFilter{})),
		} {
			if !apperr.Is(err, apperr.NotFound) {
				t.Errorf("%s: %v, want NotFound", name, err)
			}
		}
		must(t, get(s.Checklist(observer, a.ID, audit.RowFilter{})))
		if err := s.Acknowledge(o.Be("vugar"), act.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("the head of another department acknowledged: %v", err)
		}
		// The department of an action sees the act once it owns one.
		must(t, s.Acknowledge(o.Be("elchin"), act.ID))
		_, err = s.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Sistemdə sahə açmaq", OwnerID: o.ID("tural"), Due: "2026-09-01"})
		must(t, err)
		must(t, get(s.Act(o.Be("tural"), act.ID)))
		if _, err := s.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "x", OwnerID: o.ID("rafael"), Due: "2026-09-01"}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("somebody who cannot report owns an action: %v", err)
		}
	})
}

func get[T any](_ T, err error) error { return err }

func TestNobodyVerifiesOrJudgesWhatTheyOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		// Somebody who is both an employee of SSS and an auditor elsewhere.
		must(t, o.GrantRole(o.Be("rauf"), o.ID("murad"), office.NewGrant{Role: policies.LeadAuditor}))
		a := o.Started()
		act := o.Act(a.ID, "4.4-a", audit.ActAcknowledged)
		o.Respond(act.ID)
		ac, err := s.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Tədbir", OwnerID: o.ID("murad"), Due: "2026-09-01"})
		must(t, err)
		must(t, s.SubmitPlan(o.Be("elchin"), act.ID))
		forbidden := func(what string, err error) {
			t.Helper()
			if !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s: %v, want Forbidden", what, err)
			}
		}
		forbidden("the owner approves", s.ApprovePlan(o.Be("murad"), act.ID, audit.Approval{}))
		must(t, s.ApprovePlan(o.Be("gunel"), act.ID, audit.Approval{EffectMonths: 3}))
		forbidden("a colleague reports", s.ReportAction(o.Be("aytan"), ac.ID, audit.ActionReport{Result: "görüldü"}))
		o.Report("murad", ac.ID)
		forbidden("the owner verifies", s.VerifyAction(o.Be("murad"), ac.ID, ""))
		must(t, s.VerifyAction(o.Be("samir"), ac.ID, ""))
		if err := s.JudgeEffect(o.Be("gunel"), act.ID, audit.EffectVerdict{Effective: true, Result: "yaxşıdır"}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("effect judged before its term: %v", err)
		}
		storetest.ClockOf(db).SetDay("2026-09-15")
		forbidden("the owner judges the effect", s.JudgeEffect(o.Be("murad"), act.ID, audit.EffectVerdict{Effective: true, Result: "yaxşıdır"}))
		forbidden("who verified judges the effect", s.JudgeEffect(o.Be("samir"), act.ID, audit.EffectVerdict{Effective: true, Result: "yaxşıdır"}))
		must(t, s.JudgeEffect(o.Be("gunel"), act.ID, audit.EffectVerdict{Result: "payı 60%-də qalıb"}))
		v := o.View(act.ID)
		if v.State != audit.ActAcknowledged || v.Reopened != 1 || v.PlanDue == "" {
			t.Errorf("after a failed check: %s, reopened %d", v.State, v.Reopened)
		}
		if err := s.SubmitPlan(o.Be("elchin"), act.ID); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("submitted again without a new action: %v", err)
		}
		if err := s.RemoveAction(o.Be("elchin"), ac.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("an action that was carried out was removed: %v", err)
		}
		// Carried out anew, the act waits for a verdict; the one before stands in its history only.
		ac, err = s.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Başqa tədbir", OwnerID: o.ID("murad"), Due: "2026-12-01"})
		must(t, err)
		must(t, s.SubmitPlan(o.Be("elchin"), act.ID))
		must(t, s.ApprovePlan(o.Be("gunel"), act.ID, audit.Approval{EffectMonths: 3}))
		o.Report("murad", ac.ID)
		must(t, s.VerifyAction(o.Be("samir"), ac.ID, ""))
		if v := o.View(act.ID); v.State != audit.ActImplemented || v.EffectResult != "" || v.EffectBy != "" || !v.EffectAt.IsZero() {
			t.Errorf("%s: the effect is judged before its check: %q by %q at %v", v.State, v.EffectResult, v.EffectBy, v.EffectAt)
		}
	})
}

func TestOnlyEvidenceOfTheScopeCanBeLinkedToARow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		sub := evidence(t, o, "aytan", "4.4.1")
		a := o.Started()
		row := o.Row(a.ID, "4.4-a")
		answer := audit.RowAnswer{RowID: row.ID, Version: row.Version, Answer: audit.Conforms, Evidence: []string{sub}}
		row, err := o.Audit.Answer(o.Be("samir"), answer)
		must(t, err)
		p, err := o.Audit.Row(o.Be("samir"), a.ID, row.ID)
		must(t, err)
		if len(p.Linked) != 1 || p.Linked[0].ID != sub || len(p.Linked[0].Files) != 1 || p.Linked[0].Codes[0] != "4.4.1" {
			t.Errorf("linked: %+v", p.Linked)
		}
		for _, id := range []string{store.NewID(), a.ID} {
			answer.Version, answer.Evidence = row.Version, []string{id}
			if _, err := o.Audit.Answer(o.Be("samir"), answer); !apperr.Is(err, apperr.Invalid) {
				t.Errorf("something that is no evidence of the scope was linked: %v", err)
			}
		}
	})
}

func TestTermsAreCountedInWorkingDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		act := o.Act(a.ID, "4.4-a", audit.ActIssued)
		// Five working days after Monday 15.06.2026, a holiday that week left out.
		want, confirmed, err := office.AddWorkingDays(o.System(), db.Read(), "AZ", "2026-06-15", 5)
		must(t, err)
		if act.AnswerDue != want || act.AnswerConfirmed != confirmed || act.AnswerDue <= "2026-06-21" {
			t.Errorf("answer due %s (confirmed %v), want %s", act.AnswerDue, act.AnswerConfirmed, want)
		}
	})
}

func TestWhatIsMissingFromAReportIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		a := o.Started()
		o.Draft(a.ID, "4.4-a")
		err := o.Audit.Report(o.Be("gunel"), a.ID, audit.NewReport{})
		got := err.Error()
		for _, want := range []string{"conclusion", "rows: audit.error.rows_open", "acts: audit.error.acts_draft", "opening", "closing"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q does not name %s", got, want)
			}
		}
	})
}

// TestPagesTakeAFixedNumberOfQueries fills an audit with few and with many
// rows, findings and acts and counts.
func TestPagesTakeAFixedNumberOfQueries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		ctx := o.Be("gunel")
		measure := func(a audit.Audit, act audit.Act) map[string]int {
			out := map[string]int{}
			row := o.Row(a.ID, "4.4-a")
			c := storetest.CountQueries(db)
			for name, f := range map[string]func() error{
				"audit":     func() error { return get(s.Audit(ctx, a.ID)) },
				"checklist": func() error { return get(s.Checklist(ctx, a.ID, audit.RowFilter{})) },
				"row":       func() error { return get(s.Row(ctx, a.ID, row.ID)) },
				"dossier":   func() error { return get(s.AuditDossier(ctx, a.Number)) },
				"act":       func() error { return get(s.Act(ctx, act.ID)) },
				"audits":    func() error { return get(s.Audits(ctx, audit.AuditFilter{})) },
				"acts":      func() error { return get(s.Acts(ctx, audit.ActFilter{Query: "arxiv"})) },
				"work":      func() error { return get(s.Work(ctx)) },
				"recommend": func() error { return get(s.Recommendations(ctx)) },
			} {
				c.Reset()
				must(t, f())
				out[name] = c.N()
			}
			return out
		}
		small := o.Started()
		act := o.Act(small.ID, "4.4-a", audit.ActInProgress)
		before := measure(small, act)
		big := o.Started()
		for _, no := range []string{"4.1-a", "4.2-a", "4.3-a", "4.3-b", "4.4-b", "5.1-a"} {
			o.Act(big.ID, no, audit.ActClosed)
		}
		sub := evidence(t, o, "aytan", "4.4.1")
		row := o.Row(big.ID, "4.4-a")
		_, _, err := s.RaiseFinding(o.Be("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: row.ID, Version: 1, Evidence: []string{sub}}, Grade: audit.Strength,
			DepartmentID: o.Dept("SSS"), Statement: "Nümunəvi", Recommendation: "Yaymaq"})
		must(t, err)
		o.Report("aytan", byOwner(o.View(act.ID).Actions, o.ID("aytan")))
		after := measure(big, act)
		for name, n := range after {
			// Evidence, files and codes are read only where there are any.
			if n > before[name]+3 {
				t.Errorf("%s: %d queries, with little %d", name, n, before[name])
			}
			if n > 34 {
				t.Errorf("%s takes %d queries", name, n)
			}
		}
		t.Logf("queries: %v", after)
	})
}

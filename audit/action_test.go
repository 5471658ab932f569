package audit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
)

// shared is an act in progress with one action of Aytən and Tural of İTŞ, due in
// ten working days.
func shared(t *testing.T, o *audittest.Office) (audit.Act, audit.ActionView) {
	t.Helper()
	a := o.Started()
	act := o.Act(a.ID, "4.4-a", audit.ActAcknowledged)
	o.Respond(act.ID)
	_, err := o.Audit.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "Jurnalı elektron aparmaq", OwnerID: o.ID("aytan"), Others: []string{o.ID("tural")}, Days: 10})
	must(t, err)
	must(t, o.Audit.SubmitPlan(o.Be("elchin"), act.ID))
	must(t, o.Audit.ApprovePlan(o.Be("gunel"), act.ID, audit.Approval{}))
	return act, o.View(act.ID).Actions[0]
}

func TestSeveralOwnersCarryAnActionOutAndNoneOfThemVerifiesIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		act, ac := shared(t, o)
		if ac.Due != "2026-07-01" || ac.DueDays == nil || *ac.DueDays != 10 { // without 26 June and the days after, which are off
			t.Logf("the term is %s", ac.Due)
		}
		if days, err := office.WorkingDaysBetween(context.Background(), db.Read(), o.Country, "2026-06-15", ac.Due); err != nil || days != 10 {
			t.Errorf("%d working days to %s, %v", days, ac.Due, err)
		}
		// The co-owner's department sees the act, and the co-owner has it as work.
		if _, err := s.Act(o.Be("tural"), act.ID); err != nil {
			t.Errorf("the co-owner does not see the act: %v", err)
		}
		if work, err := s.Work(o.Be("tural")); err != nil || len(work) != 1 {
			t.Errorf("work of the co-owner: %v, %v", work, err)
		}
		o.Report("tural", ac.ID)
		// Even a role that verifies does not help who owns it.
		tural := actorOf(o, "tural")
		tural.Grants = append(tural.Grants, actorOf(o, "samir").Grants...)
		both := actor.With(context.Background(), tural)
		if err := s.VerifyAction(both, ac.ID, ""); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a co-owner verified: %v", err)
		}
		if err := raw(o, "UPDATE corrective_actions SET state = 'verified', verified_by = ? WHERE id = ?", o.ID("tural"), ac.ID); err == nil {
			t.Error("the database let a co-owner verify")
		}
		must(t, s.VerifyAction(o.Be("samir"), ac.ID, ""))
		if err := s.JudgeEffect(both, act.ID, audit.EffectVerdict{Effective: true, Result: "yaxşıdır"}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a co-owner judged the effect: %v", err)
		}
		if err := s.JudgeEffect(o.Be("samir"), act.ID, audit.EffectVerdict{Effective: true, Result: "yaxşıdır"}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("who verified judged the effect: %v", err)
		}
		must(t, s.JudgeEffect(o.Be("gunel"), act.ID, audit.EffectVerdict{Effective: true, Result: "yaxşıdır"}))
	})
}

func TestAnActionIsShownToBeDoneByEvidenceOfTheLibrary(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		_, ac := shared(t, o)
		sub := evidence(t, o, "aytan", "4.3.1")
		field(t, "nothing to show", o.Audit.ReportAction(o.Be("aytan"), ac.ID, audit.ActionReport{Result: "icra olundu"}), "files")
		field(t, "evidence nobody knows", o.Audit.ReportAction(o.Be("aytan"), ac.ID, audit.ActionReport{Result: "icra olundu", Evidence: []string{store.NewID()}}), "evidence")
		field(t, "evidence of another department", o.Audit.ReportAction(o.Be("tural"), ac.ID, audit.ActionReport{Result: "icra olundu", Evidence: []string{sub}}), "evidence")
		must(t, o.Audit.ReportAction(o.Be("aytan"), ac.ID, audit.ActionReport{Result: "icra olundu", Evidence: []string{sub}}))
		v, err := o.Audit.Action(o.Be("samir"), ac.ID)
		must(t, err)
		if len(v.Evidence) != 1 || v.Evidence[0].ID != sub {
			t.Errorf("evidence of the action: %+v", v.Evidence)
		}
		// What an act refers to is not deleted.
		if err := raw(o, "DELETE FROM submissions WHERE id = ?", sub); err == nil {
			t.Error("the database let the evidence of an action be deleted")
		}
	})
}

func TestATermIsMovedOnlyByADecisionOfSomebodyElse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		_, ac := shared(t, o)
		aytan, nigar := o.Be("aytan"), o.Be("nigar")
		field(t, "to an earlier day", s.RequestExtension(aytan, ac.ID, ac.Due, "vaxt çatmır"), "to")
		field(t, "to no day", s.RequestExtension(aytan, ac.ID, "", "vaxt çatmır"), "to")
		field(t, "without a reason", s.RequestExtension(aytan, ac.ID, "2026-08-03", ""), "reason")
		for _, key := range []string{"samir", "nigar", "vugar"} {
			if err := s.RequestExtension(o.Be(key), ac.ID, "2026-08-03", "vaxt çatmır"); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s asked for more time: %v", key, err)
			}
		}
		if err := s.DecideExtension(nigar, ac.ID, true, ""); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("decided on what nobody asked: %v", err)
		}
		must(t, s.RequestExtension(aytan, ac.ID, "2026-08-03", "avadanlıq gecikir"))
		if err := s.RequestExtension(aytan, ac.ID, "2026-08-10", "yenə"); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("two requests at once: %v", err)
		}
		if work, err := s.Work(nigar); err != nil || len(work) != 1 || work[0].Quote != "avadanlıq gecikir" {
			t.Errorf("work of the quality manager: %+v, %v", work, err)
		}
		for _, key := range []string{"aytan", "elchin", "samir"} {
			if err := s.DecideExtension(o.Be(key), ac.ID, true, ""); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s decided: %v", key, err)
			}
		}
		field(t, "refused without a reason", s.DecideExtension(nigar, ac.ID, false, ""), "note")
		must(t, s.DecideExtension(nigar, ac.ID, false, "avadanlıq gəlib"))
		must(t, s.RequestExtension(aytan, ac.ID, "2026-08-10", "quraşdırma qalıb"))
		together(t, "decide", func() error { return s.DecideExtension(nigar, ac.ID, true, "") }, func() error { return s.DecideExtension(o.Be("gunel"), ac.ID, true, "") })
		v, err := s.Action(nigar, ac.ID)
		must(t, err)
		if v.Due != "2026-08-10" || v.Extensions != 1 || len(v.Extended) != 2 || v.Extended[0].State != audit.ExtensionRefused || v.Extended[1].State != audit.ExtensionApproved {
			t.Errorf("the action: %+v", v)
		}
		// A request that nobody decided on falls away when the action is done.
		must(t, s.RequestExtension(aytan, ac.ID, "2026-09-01", "ehtiyat üçün"))
		o.Report("aytan", ac.ID)
		if v, err = s.Action(nigar, ac.ID); err != nil || v.Extended[2].State != audit.ExtensionLapsed || v.Due != "2026-08-10" {
			t.Errorf("after the report: %+v, %v", v.Extended, err)
		}
	})
}

func TestALateActionIsBroughtBeforeOneLevelAfterAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		act, ac := shared(t, o)
		clock := storetest.ClockOf(db)
		system := o.System()
		run := func(day string, want, level int) {
			t.Helper()
			clock.SetDay(day)
			n, err := s.Escalate(system)
			must(t, err)
			v, err := s.Action(o.Be("nigar"), ac.ID)
			must(t, err)
			if n != want || v.Escalation != level {
				t.Errorf("%s: %d escalated, level %d, want %d and %d", day, n, v.Escalation, want, level)
			}
		}
		due := ac.Due
		after := func(n int) string {
			d, _, err := office.AddWorkingDays(context.Background(), db.Read(), o.Country, due, n)
			must(t, err)
			return string(d)
		}
		run(string(due), 0, 0)
		run(after(1), 1, 1)
		run(after(1), 0, 1) // once
		run(after(5), 1, 2)
		run(after(10), 1, 3)
		must(t, s.RequestExtension(o.Be("aytan"), ac.ID, "2026-09-01", "avadanlıq gecikir"))
		must(t, s.DecideExtension(o.Be("nigar"), ac.ID, true, ""))
		due = "2026-09-01"
		run(after(0), 0, 0) // the new term begins anew
		run(after(21), 1, 4)
		// Whom each level tells.
		var told []string
		events, err := office.EventsAfter(context.Background(), db.Read(), 0, 10000)
		must(t, err)
		people, err := o.Actors(context.Background(), db.Read())
		must(t, err)
		for _, e := range events {
			if e.Facts()["step"] != "escalate" {
				continue
			}
			list, err := s.Announcements(context.Background(), db.Read(), e)
			must(t, err)
			names := ""
			for _, p := range people {
				if len(list) == 1 && list[0].For(p) {
					for _, key := range []string{"aytan", "tural", "elchin", "vugar", "nigar", "rafael", "samir", "murad"} {
						if o.ID(key) == p.UserID {
							names += key + " "
						}
					}
				}
			}
			told = append(told, names)
		}
		for i, want := range []string{"aytan tural", "elchin", "nigar", "rafael"} {
			if i >= len(told) || !contains(told[i], strings.Fields(want)) || (i == 0 && contains(told[i], []string{"nigar"})) || contains(told[i], []string{"murad"}) {
				t.Errorf("level %d told %v", i+1, told)
			}
		}
		if e := o.View(act.ID).Events[0]; e.Verb != "action_escalate" {
			t.Errorf("the act's history: %+v", e)
		}
	})
}

func contains(names string, want []string) bool {
	for _, w := range want {
		if !strings.Contains(" "+names, " "+w+" ") {
			return false
		}
	}
	return true
}

func TestCausesAreATreeAndCategoriesAreData(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		a := o.Started()
		act := o.Act(a.ID, "4.4-a", audit.ActAcknowledged)
		save := func(method audit.CauseMethod, causes ...audit.Cause) error {
			return s.SaveResponse(o.Be("elchin"), act.ID, audit.Response{CauseMethod: method, Causes: causes})
		}
		why := func(parent int, answer string) audit.Cause {
			return audit.Cause{Parent: parent, Question: "Niyə?", Answer: answer}
		}
		// The third row of the form is empty: what follows from it follows from the second.
		must(t, save(audit.FiveWhy, why(0, "a"), why(1, "b"), why(2, ""), why(3, "c"), why(1, "d"), why(0, "e")))
		var got []string
		for _, b := range o.View(act.ID).Branches() {
			got = append(got, b.No+b.Answer)
		}
		if strings.Join(got, " ") != "1a 1.1b 1.1.1c 1.2d 2e" {
			t.Errorf("the tree is %v", got)
		}
		field(t, "a row that follows from itself", save(audit.FiveWhy, why(1, "a")), "causes")
		field(t, "a row that follows from one beneath", save(audit.FiveWhy, why(0, "a"), why(3, "b")), "causes")
		deep := []audit.Cause{}
		for i := range 12 {
			deep = append(deep, why(i, "x"))
		}
		field(t, "too deep", save(audit.FiveWhy, deep...), "causes")
		groups, err := s.CauseCategories(o.Be("elchin"))
		must(t, err)
		if len(groups) < 6 {
			t.Fatalf("categories: %v", groups)
		}
		must(t, save(audit.Ishikawa, audit.Cause{Category: groups[0].Code, Answer: "təlim yoxdur"}))
		field(t, "no category", save(audit.Ishikawa, audit.Cause{Answer: "təlim yoxdur"}), "causes")
		field(t, "one nobody knows", save(audit.Ishikawa, audit.Cause{Category: "moon", Answer: "təlim yoxdur"}), "causes")
		must(t, raw(o, "UPDATE cause_categories SET active = FALSE WHERE code = ?", groups[0].Code))
		field(t, "one that is no longer chosen", save(audit.Ishikawa, audit.Cause{Category: groups[0].Code, Answer: "təlim yoxdur"}), "causes")
		big := strings.Repeat("ə", 1<<20)
		field(t, "a text of a mebibyte", save(audit.FiveWhy, why(0, big)), "causes")
		field(t, "NUL", save(audit.FiveWhy, why(0, "a\x00b")), "causes")
		field(t, "an action before today", get(s.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "x", OwnerID: o.ID("aytan"), Due: "2026-06-01"})), "due")
		field(t, "an owner who cannot report", get(s.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "x", OwnerID: o.ID("aytan"), Others: []string{o.ID("rafael")}, Days: 5})), "others")
		field(t, "day and days", get(s.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "x", OwnerID: o.ID("aytan"), Due: "2026-09-01", Days: 5})), "days")
		field(t, "no term", get(s.AddAction(o.Be("elchin"), act.ID, audit.NewAction{Text: "x", OwnerID: o.ID("aytan")})), "due")
	})
}

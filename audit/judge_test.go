package audit_test

import (
	"slices"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// TestNobodyJudgesTheWorkOfTheirOwnDepartment lets a lead auditor who works in
// the department of an act, one who left it lately and one who left it long ago
// take every step that judges it.
func TestNobodyJudgesTheWorkOfTheirOwnDepartment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		lead := func(key, department string) {
			auditor(o, key, department)
			must(t, o.GrantRole(o.Be("rauf"), o.ID(key), office.NewGrant{Role: policies.LeadAuditor}))
		}
		lead("inside", "SSS")
		lead("lately", "SSS")
		must(t, o.TransferUser(o.Be("rauf"), o.ID("lately"), "ÜŞ", "2026-05-15"))
		lead("long", "SSS")
		must(t, o.TransferUser(o.Be("rauf"), o.ID("long"), "ÜŞ", "2025-06-01"))
		a := o.Started()
		sample := map[string]struct {
			act audit.Act
			do  func(key, id string) error
		}{
			"dismiss": {o.Act(a.ID, "4.3-a", audit.ActObjected), func(key, id string) error { return s.DismissObjection(o.Be(key), id, "sübut var") }},
			"uphold":  {o.Act(a.ID, "4.3-b", audit.ActObjected), func(key, id string) error { return s.UpholdObjection(o.Be(key), id, "sübut yoxdur") }},
			"approve": {o.Act(a.ID, "4.4-a", audit.ActPlanned), func(key, id string) error { return s.ApprovePlan(o.Be(key), id, audit.Approval{}) }},
			"return":  {o.Act(a.ID, "4.4-b", audit.ActPlanned), func(key, id string) error { return s.ReturnPlan(o.Be(key), id, "səbəb açılmayıb") }},
			"confirm": {o.Act(a.ID, "5.1-a", audit.ActImplemented), func(key, id string) error {
				return s.JudgeEffect(o.Be(key), id, audit.EffectVerdict{Effective: true, Result: "işləyir"})
			}},
			"fail": {o.Act(a.ID, "5.2-a", audit.ActImplemented), func(key, id string) error {
				return s.JudgeEffect(o.Be(key), id, audit.EffectVerdict{Result: "işləmir"})
			}},
		}
		for verb, c := range sample {
			for _, key := range []string{"inside", "lately"} {
				if err := c.do(key, c.act.ID); !apperr.Is(err, apperr.Forbidden) {
					t.Errorf("%s by %s: %v", verb, key, err)
				}
				v, err := s.Act(o.Be(key), c.act.ID)
				must(t, err)
				list, err := s.StepsOf(o.Be(key), []string{c.act.ID})
				must(t, err)
				if v.Can(verb) || slices.Contains(list[c.act.ID], verb) {
					t.Errorf("%s is offered to %s: %v, %v", verb, key, v.Steps, list[c.act.ID])
				}
			}
			if v, err := s.Act(o.Be("long"), c.act.ID); err != nil || !v.Can(verb) {
				t.Errorf("%s is not offered to one who left long ago: %v, %v", verb, v.Steps, err)
			}
			must(t, c.do("long", c.act.ID))
		}
		// Corrective actions: done, or not; and more time for them.
		act := o.Act(a.ID, "5.3-a", audit.ActInProgress)
		ac := o.View(act.ID).Actions[0]
		must(t, s.RequestExtension(o.Be("aytan"), ac.ID, ac.Due.Add(30), "avadanlıq gecikir"))
		if err := s.DecideExtension(o.Be("inside"), ac.ID, true, ""); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("more time was given by one of the department: %v", err)
		}
		o.Report("aytan", ac.ID)
		for _, key := range []string{"inside", "lately"} {
			if err := s.VerifyAction(o.Be(key), ac.ID, ""); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("verified by %s: %v", key, err)
			}
			if err := s.RejectAction(o.Be(key), ac.ID, "çatışmır"); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("rejected by %s: %v", key, err)
			}
			if v, err := s.Action(o.Be(key), ac.ID); err != nil || slices.Contains(v.Steps, "verify") {
				t.Errorf("the verdict is offered to %s: %v, %v", key, v.Steps, err)
			}
		}
		// Who moved to another department meanwhile still is of the one that answers.
		must(t, o.TransferUser(o.Be("rauf"), o.ID("inside"), "BƏŞ", s.KIS.Today()))
		if err := s.VerifyAction(o.Be("inside"), ac.ID, ""); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("verified by one who moved away today: %v", err)
		}
		// A decision about this audit lets them.
		must(t, s.GrantException(o.Be("nigar"), a.ID, o.ID("lately"), "Başqa auditor yoxdur, qərar verildi"))
		if v, err := s.Action(o.Be("lately"), ac.ID); err != nil || !slices.Contains(v.Steps, "verify") {
			t.Errorf("the verdict is not offered after the decision: %v, %v", v.Steps, err)
		}
		must(t, s.VerifyAction(o.Be("lately"), ac.ID, "baxıldı"))
	})
}

// TestWhoBecomesDependentDoesNoMoreOfTheAudit moves an auditor into the audited
// department while the audit goes on.
func TestWhoBecomesDependentDoesNoMoreOfTheAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := audittest.New(t, db)
		s := o.Audit
		a := o.Started()
		draft := o.Draft(a.ID, "4.3-a")
		row := o.Row(a.ID, "4.4-a")
		answer := func() error {
			_, _, err := s.SaveRow(o.Be("samir"), audit.RowPatch{RowID: row.ID, Version: row.Version, Fields: map[audit.RowField]string{audit.FieldNote: "jurnala baxıldı"}})
			return err
		}
		raise := func() error {
			r := o.Row(a.ID, "4.4-b")
			_, _, err := s.RaiseFinding(o.Be("samir"), audit.NewFinding{Row: audit.RowAnswer{RowID: r.ID, Version: r.Version}, Grade: audit.Observation,
				DepartmentID: o.Dept("SSS"), Statement: "Jurnal kağızdadır"})
			return err
		}
		home := actorOf(o, "samir").DepartmentID
		must(t, o.TransferUser(o.Be("rauf"), o.ID("samir"), "SSS", s.KIS.Today()))
		for name, do := range map[string]func() error{"answer": answer, "raise": raise,
			"drop": func() error { return s.DropFinding(o.Be("samir"), draft.FindingID, "artıqdır") }} {
			if err := do(); !apperr.Is(err, apperr.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if r := o.Row(a.ID, "4.4-a"); r.Note != "" || r.Version != row.Version {
			t.Errorf("something was written: %+v", r)
		}
		// The lead may issue as long as the lead is independent.
		must(t, o.TransferUser(o.Be("rauf"), o.ID("gunel"), "SSS", s.KIS.Today()))
		if err := s.Issue(o.Be("gunel"), draft.ID); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("a dependent lead issued: %v", err)
		}
		for _, key := range []string{"samir", "gunel"} {
			must(t, s.GrantException(o.Be("nigar"), a.ID, o.ID(key), "Başqa auditor yoxdur, qərar verildi"))
		}
		must(t, answer())
		must(t, raise())
		must(t, s.Issue(o.Be("gunel"), draft.ID))
		if home == "" {
			t.Error("Samir had no department before")
		}
	})
}

// TestADayOffBringsNoLateActionForward goes over 8 to 10 November 2026, which
// are off with the weekend before them: 6 November is a Friday, the first
// working day after it Wednesday the 11th.
func TestADayOffBringsNoLateActionForward(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, due := range []day.Day{"2026-11-06", "2026-11-07"} {
			if due > "2026-11-06" && db.Postgres() {
				continue // one office to a database
			}
			if due > "2026-11-06" {
				db = storetest.Open(t)
			}
			o := audittest.New(t, db)
			_, ac := shared(t, o)
			must(t, o.Audit.RequestExtension(o.Be("aytan"), ac.ID, due, "avadanlıq gecikir"))
			must(t, o.Audit.DecideExtension(o.Be("nigar"), ac.ID, true, ""))
			for _, c := range []struct {
				on    string
				level int
			}{{"2026-11-06", 0}, {"2026-11-07", 0}, {"2026-11-08", 0}, {"2026-11-09", 0}, {"2026-11-10", 0}, {"2026-11-11", 1}, {"2026-11-14", 1}, {"2026-11-16", 1}, {"2026-11-17", 2}, {"2026-11-23", 2}, {"2026-11-24", 3}} {
				storetest.ClockOf(db).SetDay(c.on)
				if _, err := o.Audit.Escalate(o.System()); err != nil {
					t.Fatal(err)
				}
				v, err := o.Audit.Action(o.Be("nigar"), ac.ID)
				must(t, err)
				if v.Escalation != c.level {
					t.Errorf("due %s, on %s: level %d, want %d", due, c.on, v.Escalation, c.level)
				}
			}
		}
	})
}

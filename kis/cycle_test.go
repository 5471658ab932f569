package kis_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

func TestPlanningACycle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-01-12")
		o := kistest.NewOffice(t, db)
		o.Import()
		nigar := o.As(t.Context(), "nigar")
		c, err := o.PlanCycle(nigar, kis.NewCycle{ProcessCode: kistest.ProcessCode, Period: "2026", Due: map[string]day.Day{"4": "13.11.2026"}})
		if err != nil {
			t.Fatal(err)
		}
		if c.State != kis.CyclePlanned || c.ReferencePeriod != "2025" || len(c.Phases) != 8 || c.Owner.Code != "SSS" || c.Version != 1 {
			t.Errorf("planned: %+v", c)
		}
		if c.Phases[3].Due != "2026-11-13" || c.Phases[0].Due != "2026-02-06" || c.LastDue() != "2026-12-25" {
			t.Errorf("due days: %s, %s, last %s", c.Phases[3].Due, c.Phases[0].Due, c.LastDue())
		}
		for _, p := range c.Phases {
			if p.Due.Weekend() || (p.Gate == kis.GateNone) != (p.Phase == "8") {
				t.Errorf("phase %s: due %s, gate %s", p.Phase, p.Due, p.Gate)
			}
		}
		if _, err := o.PlanCycle(nigar, kis.NewCycle{ProcessCode: kistest.ProcessCode, Period: "2026"}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("the same cycle again: %v", err)
		}
		for field, in := range map[string]kis.NewCycle{
			"process":          {ProcessCode: "yoxdur", Period: "2026"},
			"period":           {ProcessCode: kistest.ProcessCode, Period: "26"},
			"reference_period": {ProcessCode: kistest.ProcessCode, Period: "2027", ReferencePeriod: "keçən il"},
			"due_3":            {ProcessCode: kistest.ProcessCode, Period: "2027", Due: map[string]day.Day{"3": "2031-01-01"}},
			"due_9":            {ProcessCode: kistest.ProcessCode, Period: "2027", Due: map[string]day.Day{"9": "2027-01-08"}},
		} {
			if _, err := o.PlanCycle(nigar, in); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, err := o.PlanCycle(nigar, kis.NewCycle{ProcessCode: kistest.ProcessCode, Period: "2023"}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("a year before the description is in force: %v", err)
		}
		got, err := o.CycleByCode(o.As(t.Context(), "aytan"), kistest.ProcessCode, "2026")
		if err != nil || got.ID != c.ID {
			t.Errorf("by code: %v", err)
		}
	})
}

func TestTheStatesOfACycleFollowItsTable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		nigar := o.As(t.Context(), "nigar")
		if err := o.StartCycle(nigar, c.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("started twice: %v", err)
		}
		if err := o.CloseCycle(nigar, c.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("closed before evaluation: %v", err)
		}
		if err := o.EvaluateCycle(nigar, c.ID); err != nil {
			t.Fatal(err)
		}
		err := o.CloseCycle(nigar, c.ID)
		if e := apperr.As(err); err == nil || e.Key != "kis.cycle.gates_open" || e.Args[0].Value != "1, 2, 3, 4, 5, 6, 7" {
			t.Errorf("closed with open gates: %v", err)
		}
		for _, p := range c.Phases[:7] {
			if err := o.WaiveGate(nigar, c.ID, p.Phase, "Sınaq dövrü üçün"); err != nil {
				t.Fatal(err)
			}
		}
		sub := o.Hand("aytan", c.ID, "8.1.1")
		if err := o.CloseCycle(nigar, c.ID); !apperr.Is(err, apperr.Conflict) || apperr.As(err).Key != "kis.cycle.evidence_waits" {
			t.Errorf("closed over evidence in review: %v", err)
		}
		if err := o.Accept(nigar, sub.ID); err != nil {
			t.Fatal(err)
		}
		if err := o.CloseCycle(nigar, c.ID); err != nil {
			t.Fatal(err)
		}
		c, _ = o.Service.Cycle(nigar, c.ID)
		if c.State != kis.CycleClosed || c.RunningAt.IsZero() || c.EvaluatingAt.IsZero() || c.ClosedAt.IsZero() {
			t.Errorf("closed: %+v", c)
		}
		if err := o.SetDue(nigar, c.ID, map[string]day.Day{"1": "2026-03-03"}); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("dates of a closed cycle: %v", err)
		}
		if err := o.ReopenGate(nigar, c.ID, "1", "Yeni sübut var"); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("gate of a closed cycle: %v", err)
		}
	})
}

func TestTheMapShowsTheWorstStateOfEachSubprocess(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := storetest.ClockOf(db)
		clock.SetDay("2026-01-12")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		aytan, nigar := o.As(t.Context(), "aytan"), o.As(t.Context(), "nigar")
		read := func(f kis.GridFilter) kis.Grid {
			t.Helper()
			g, err := o.Grid(aytan, c.ID, f)
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		cell := func(g kis.Grid, code string) kis.GridSub {
			t.Helper()
			for _, p := range g.Phases {
				for _, s := range p.Subs {
					if s.Code == code {
						return s
					}
				}
			}
			t.Fatalf("no cell %s", code)
			return kis.GridSub{}
		}
		g := read(kis.GridFilter{})
		if g.Counts[kis.TaskMissing] != 93 || g.Counts[kis.TaskNotApplicable] != 15 || g.Counts.Applicable() != 93 || len(g.Attention) != 0 {
			t.Errorf("at the start: %v, %d need attention", g.Counts, len(g.Attention))
		}
		if s := cell(g, "2.4"); s.State != kis.TaskNotApplicable || len(s.Tasks) != 2 {
			t.Errorf("2.4 is not carried out: %+v", s)
		}
		if s := cell(g, "1.1"); s.State != kis.TaskMissing || s.Tasks[1].State != kis.TaskNotApplicable {
			t.Errorf("1.1: %+v", s)
		}
		first := o.Hand("aytan", c.ID, "1.1.1")
		second := o.Hand("aytan", c.ID, "1.1.3")
		o.Hand("aytan", c.ID, "1.2.1")
		if err := o.Accept(nigar, first.ID); err != nil {
			t.Fatal(err)
		}
		if err := o.Return(nigar, second.ID, "İmza yoxdur"); err != nil {
			t.Fatal(err)
		}
		g = read(kis.GridFilter{})
		if s := cell(g, "1.1"); s.State != kis.TaskReturned || s.Counts[kis.TaskAccepted] != 1 || s.Counts[kis.TaskReturned] != 1 {
			t.Errorf("1.1 with a return: %+v", s)
		}
		if s := cell(g, "1.2"); s.State != kis.TaskReview {
			t.Errorf("1.2 in review: %s", s.State)
		}
		if len(g.Attention) != 1 || g.Attention[0].Code != "1.1.3" || g.Attention[0].Reason != "İmza yoxdur" {
			t.Errorf("attention: %+v", g.Attention)
		}
		if g.Phases[0].Left != 19 {
			t.Errorf("phase 1 has %d tasks left", g.Phases[0].Left)
		}
		clock.SetDay("2026-02-09") // phase 1 was due on 6 February
		g = read(kis.GridFilter{})
		if s := cell(g, "1.1"); s.State != kis.TaskOverdue {
			t.Errorf("1.1 after its day: %s", s.State)
		}
		if s := cell(g, "1.2"); s.State != kis.TaskOverdue || s.Tasks[0].State != kis.TaskReview {
			t.Errorf("1.2.1 is in review and in time: %s", s.Tasks[0].State)
		}
		if s := cell(g, "2.1"); s.State != kis.TaskMissing {
			t.Errorf("2.1 is not due yet: %s", s.State)
		}
		if g := read(kis.GridFilter{State: kis.TaskReview}); len(g.Phases[0].Subs) != 1 || g.Phases[0].Subs[0].Code != "1.2" || g.Counts[kis.TaskAccepted] != 1 {
			t.Errorf("by state: %v, counts stay %v", g.Phases[0].Subs, g.Counts)
		}
		if g := read(kis.GridFilter{Phase: "1"}); len(g.Phases[1].Subs) != 0 || g.Counts.Applicable() != 20 {
			t.Errorf("by phase: %v", g.Counts)
		}
		its := read(kis.GridFilter{DepartmentID: o.Dept("İTŞ")})
		if n := its.Counts.Applicable(); n == 0 || n == 93 {
			t.Errorf("%d tasks of İTŞ", n)
		}
		for _, p := range its.Phases {
			for _, s := range p.Subs {
				for _, k := range s.Tasks {
					if !slices.ContainsFunc(k.Departments, func(d office.Department) bool { return d.Code == "İTŞ" }) {
						t.Errorf("%s is not a task of İTŞ", k.Code)
					}
				}
			}
		}
	})
}

func TestMapTaskAndListsAskAFixedNumberOfQueries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		who := o.As(t.Context(), "aytan")
		aytan := who
		count := storetest.CountQueries(db)
		measure := func() (grid, task, cycles, evidence, work int) {
			for _, m := range []struct {
				n  *int
				do func() error
			}{
				{&grid, func() error { _, err := o.Grid(aytan, c.ID, kis.GridFilter{}); return err }},
				{&task, func() error { _, err := o.Task(aytan, c.ID, "1.1.1"); return err }},
				{&cycles, func() error { _, err := o.Cycles(aytan, kis.CycleFilter{}); return err }},
				{&evidence, func() error { _, err := o.Evidence(aytan, kis.EvidenceFilter{}); return err }},
				{&work, func() error { _, err := o.Work(aytan); return err }},
			} {
				count.Reset()
				aytan = store.Remember(who) // as for one request
				if err := m.do(); err != nil {
					t.Fatal(err)
				}
				*m.n = count.N()
			}
			return
		}
		measure() // what never changes is known from now on
		o.Hand("aytan", c.ID, "1.1.1")
		g1, t1, c1, e1, w1 := measure()
		o.AcceptPhase(c.ID, "2")
		o.AcceptPhase(c.ID, "3")
		sub := o.Hand("aytan", c.ID, "1.1.4")
		if err := o.Return(o.As(t.Context(), "nigar"), sub.ID, "Yenidən baxılsın"); err != nil {
			t.Fatal(err)
		}
		g2, t2, c2, e2, w2 := measure()
		// Of the library the names that are new are read besides, of work only the parts that have something.
		if g1 > 4 || c1 > 8 || e1 > 9 || e2 > 9 || w1 > 14 || w2 > 14 || g1 != g2 || t1 != t2 || c1 != c2 {
			t.Errorf("queries: map %d→%d, task %d→%d, cycles %d→%d, evidence %d→%d, work %d→%d", g1, g2, t1, t2, c1, c2, e1, e2, w1, w2)
		}
	})
}

func TestTheTaskPageKnowsWhereItsInputsComeFrom(t *testing.T) {
	db := storetest.Open(t)
	storetest.ClockOf(db).SetDay("2026-01-12")
	o := kistest.NewOffice(t, db)
	c := o.Running("2026")
	page, err := o.Task(o.As(t.Context(), "tural"), c.ID, "1.2.1")
	if err != nil {
		t.Fatal(err)
	}
	if page.Sub.Code != "1.2" || page.Prev != "1.1.5" || page.Next != "1.2.2" || len(page.Outputs) != 3 {
		t.Errorf("around: %s, %s, %s, %d outputs", page.Sub.Code, page.Prev, page.Next, len(page.Outputs))
	}
	in := page.Inputs[0]
	if in.NameAZ != "İstifadəçi tələbatlarının və ehtiyaclarının yekun siyahısı" || len(in.Sources) != 1 || in.Sources[0].Code != "1.1.5" || in.State != kis.TaskMissing {
		t.Errorf("the input is the output of 1.1.5: %+v", in)
	}
	if len(page.Siblings) != 3 || page.Siblings[0].Code != "1.2.1" || page.Siblings[2].State != kis.TaskMissing {
		t.Errorf("the tasks of 1.2: %+v", page.Siblings)
	}
	if len(page.SubmitFor) != 0 {
		t.Errorf("İTŞ has no part in 1.2.1: %v", page.SubmitFor)
	}
	if page, err := o.Task(o.As(t.Context(), "aytan"), c.ID, "1.1.2"); err != nil || page.State != kis.TaskNotApplicable || len(page.SubmitFor) != 0 {
		t.Errorf("not applicable: %v, %v", page.State, err)
	}
	for _, code := range []string{"1.1", "9.9.9", "x", "1.1.1'--", strings.Repeat("1.", 50)} {
		if _, err := o.Task(o.As(t.Context(), "aytan"), c.ID, code); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("task %q: %v", code, err)
		}
	}
}

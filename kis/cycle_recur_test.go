package kis_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/process"
)

func TestPeriods(t *testing.T) {
	for text, want := range map[string][3]string{
		"2026": {"2026-01-01", "2026-12-31", "2025"}, "2026-Q1": {"2026-01-01", "2026-03-31", "2025-Q4"}, "2026-Q4": {"2026-10-01", "2026-12-31", "2026-Q3"},
		"2026-01": {"2026-01-01", "2026-01-31", "2025-12"}, "2028-02": {"2028-02-01", "2028-02-29", "2028-01"},
	} {
		p, ok := kis.ParsePeriod(text)
		if !ok || p.String() != text || string(p.First()) != want[0] || string(p.Last()) != want[1] || p.Add(-1).String() != want[2] {
			t.Errorf("%s: %+v %s %s %s", text, p, p.First(), p.Last(), p.Add(-1))
		}
		if q := kis.PeriodOf(p.Frequency, p.Last()); q != p {
			t.Errorf("%s holds its last day: %+v", text, q)
		}
	}
	for _, text := range []string{"", "26", "2026-Q5", "2026-Q0", "2026-13", "2026-00", "2026-1", "1999", "2200", "2026-Q1 ", "2026\n", "2026-q1"} {
		if p, ok := kis.ParsePeriod(text); ok {
			t.Errorf("%q is %+v", text, p)
		}
	}
}

// copies gives the office more processes like the official one.
func copies(o *kistest.Office, t *testing.T, n int) []string {
	t.Helper()
	nigar := o.As(context.Background(), "nigar")
	var ids []string
	for i := range n {
		owner := []string{"SSS", "BƏŞ"}[i%2]
		code := fmt.Sprintf("sinaq-%d", i+1)
		_, err := o.ImportProcess(nigar, process.ImportRequest{Reader: kistest.Description(t), Name: "a.csv", Code: code, TitleAZ: fmt.Sprintf("Sınaq prosesi %d", i+1),
			TitleEN: "Trial", OwnerCode: owner, EffectiveFrom: "2024-01-03"})
		if err != nil {
			t.Fatal(err)
		}
		p, err := process.ProcessByCode(nigar, o.DB.Read(), code)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.ID)
	}
	return ids
}

func TestCyclesOfManyProcessesAtOnce(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ids := copies(o, t, 3)
		nigar := o.As(t.Context(), "nigar")
		for name, c := range map[string]struct {
			f    kis.ProcessFilter
			want int
		}{"all": {kis.ProcessFilter{}, 3}, "owner": {kis.ProcessFilter{OwnerID: o.Dept("BƏŞ")}, 1}, "search": {kis.ProcessFilter{Query: "SINAQ prosesi 3"}, 1},
			"chosen": {kis.ProcessFilter{IDs: ids[:2]}, 2}, "none chosen": {kis.ProcessFilter{IDs: []string{"x"}}, 0}} {
			p, err := o.PreviewCycles(nigar, kis.BatchPlan{Processes: c.f, Period: "2026-Q1"})
			if err != nil || len(p.Lines) != c.want || p.Plannable() != c.want {
				t.Errorf("%s: %d lines, %v", name, len(p.Lines), err)
			}
		}
		p, err := o.PreviewCycles(nigar, kis.BatchPlan{Period: "2026-Q1"})
		if err != nil || p.Reference != "2025-Q4" || p.Template.Code != "rub" || p.Due["1"].Day != "2026-01-07" || !p.Due["8"].Confirmed || p.Due["8"].Day != "2026-03-18" || len(p.Unconfirmed) != 0 {
			t.Errorf("first quarter: %+v %+v %v, %v", p.Due, p.Template.Code, p.Unconfirmed, err)
		}
		p, err = o.PreviewCycles(nigar, kis.BatchPlan{Period: "2027-03"})
		if err != nil || p.Due["1"].Confirmed || len(p.Unconfirmed) != 1 || p.Unconfirmed[0] != 2027 {
			t.Errorf("a year without a confirmed calendar: %+v %v, %v", p.Due["1"], p.Unconfirmed, err)
		}
		p, err = o.PreviewCycles(nigar, kis.BatchPlan{Period: "2026", Template: "il-buraxilis", Release: "2026-12-11"})
		if err != nil || p.Due["7"].Day != "2026-12-11" || p.Due["8"].Day != "2026-12-25" || p.Due["6"].Day != "2026-11-13" {
			t.Errorf("by the day of release: %+v, %v", p.Due, err)
		}
		for field, in := range map[string]kis.BatchPlan{
			"period": {Period: "2026-Q9"}, "reference_period": {Period: "2026", ReferencePeriod: "x"}, "template": {Period: "2026", Template: "ay"},
			"release": {Period: "2026", Template: "il-buraxilis"}, "due_2": {Period: "2026-03", Due: map[string]day.Day{"2": "27.02.2026"}},
			"due_3": {Period: "2026-03", Due: map[string]day.Day{"3": "2027-05-01"}}, "due_4": {Period: "2026-03", Due: map[string]day.Day{"4": "31.02.2026"}},
		} {
			if _, err := o.PreviewCycles(nigar, in); !apperr.Is(err, apperr.Invalid) || apperr.As(err).Fields[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		done, err := o.PlanCycles(nigar, kis.BatchPlan{Processes: kis.ProcessFilter{IDs: ids[:1]}, Period: "2026-03"})
		if err != nil || len(done) != 1 {
			t.Fatal(err)
		}
		_, err = o.PlanCycles(nigar, kis.BatchPlan{Processes: kis.ProcessFilter{IDs: ids}, Period: "2026-03"})
		if e := apperr.As(err); !apperr.Is(err, apperr.Invalid) || e.Fields[0].Name != "process" || e.Fields[0].Args[0].Value != "sinaq-1" {
			t.Errorf("a period twice: %v", err)
		}
		if list, err := o.Cycles(nigar, kis.CycleFilter{}); err != nil || len(list.Cycles) != 1 {
			t.Errorf("half of them were planned: %d, %v", len(list.Cycles), err)
		}
		done, err = o.PlanCycles(nigar, kis.BatchPlan{Processes: kis.ProcessFilter{IDs: ids}, Period: "2026-Q1", Due: map[string]day.Day{"4": "2026-02-02"}})
		if err != nil || len(done) != 3 {
			t.Fatal(err)
		}
		cy, err := o.Cycle(nigar, done[2])
		if err != nil || cy.Phases[3].Due != "2026-02-02" || cy.State != kis.CyclePlanned || cy.Phases[7].Gate != kis.GateNone || cy.Phases[0].Gate != kis.GateOpen {
			t.Errorf("%+v, %v", cy, err)
		}
		p, err = o.PreviewCycles(nigar, kis.BatchPlan{Period: "2026-Q2", Copy: true})
		if err != nil || p.Lines[0].CopiedOf != "2026-Q1" || p.Lines[0].Due["4"].Day != "2026-04-28" || p.Lines[0].Due["1"].Day != "2026-04-03" {
			t.Errorf("copied and shifted: %+v, %v", p.Lines[0], err)
		}
		if _, err := o.PlanCycles(nigar, kis.BatchPlan{Processes: kis.ProcessFilter{IDs: []string{}}, Period: "2026-Q3"}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("nothing chosen: %v", err)
		}
		if _, err := o.PlanCycles(o.As(t.Context(), "aytan"), kis.BatchPlan{Period: "2026-Q3"}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("by an employee: %v", err)
		}
	})
}

func TestTemplatesHaveVersions(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ids := copies(o, t, 1)
		nigar := o.As(t.Context(), "nigar")
		list, err := o.DueTemplates(nigar)
		if err != nil || len(list) != 4 || list[0].Code != "il" || !list[1].NeedsRelease() || list[3].Frequency != kis.Monthly {
			t.Fatalf("%+v, %v", list, err)
		}
		if _, err := o.PlanCycles(nigar, kis.BatchPlan{Processes: kis.ProcessFilter{IDs: ids}, Period: "2026-05"}); err != nil {
			t.Fatal(err)
		}
		rules := list[3].Rules
		edit := kis.DueTemplateEdit{Code: "ay", Number: 1, NameAZ: "Aylıq dövr", Rules: append([]kis.DueRule{{Phase: "1", Anchor: kis.AnchorStart, Days: 2}}, rules[1:]...)}
		if err := o.ReviseDueTemplate(nigar, edit); err != nil {
			t.Fatal(err)
		}
		if err := o.ReviseDueTemplate(nigar, edit); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("from an old version: %v", err)
		}
		versions, err := o.DueTemplateVersions(nigar, "ay")
		if err != nil || len(versions) != 2 || versions[0].Number != 2 || versions[0].Rules[0].Days != 2 || versions[1].Uses != 1 {
			t.Errorf("%+v, %v", versions, err)
		}
		edit.Number, edit.Rules = 2, edit.Rules[:7]
		edit.Rules[1].Anchor, edit.Rules[2].Days = "whenever", 9999
		err = o.ReviseDueTemplate(nigar, edit)
		if e := apperr.As(err); e == nil || len(e.Fields) != 3 {
			t.Errorf("wrong rules: %v", err)
		}
	})
}

func TestARecurringCycleIsPlannedInTime(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ids := copies(o, t, 2)
		nigar, program := o.As(t.Context(), "nigar"), o.System()
		clock := storetest.ClockOf(o.DB)
		clock.SetDay("2026-02-10")
		if err := o.SetRecurrence(nigar, kis.RecurrenceEdit{Process: ids[0], Frequency: kis.Monthly, LeadDays: 5, Active: true}); err != nil {
			t.Fatal(err)
		}
		if err := o.SetRecurrence(nigar, kis.RecurrenceEdit{Process: ids[1], Frequency: kis.Yearly, Template: "il-buraxilis", LeadDays: 5, Active: true}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("nobody gives the day of release: %v", err)
		}
		if err := o.SetRecurrence(nigar, kis.RecurrenceEdit{Process: ids[1], Frequency: "week", LeadDays: 500}); apperr.As(err) == nil || len(apperr.As(err).Fields) != 2 {
			t.Errorf("wrong: %v", err)
		}
		for _, c := range []struct {
			on      string
			planned int
		}{{"2026-02-10", 1}, {"2026-02-10", 0}, {"2026-02-20", 0}, {"2026-02-23", 1}, {"2026-03-01", 0}, {"2026-05-06", 1}} {
			clock.SetDay(c.on)
			if n, err := o.PlanRecurring(program); err != nil || n != c.planned {
				t.Errorf("on %s: %d, %v", c.on, n, err)
			}
		}
		for _, period := range []string{"2026-02", "2026-03", "2026-05"} { // April passed while nobody looked
			cy, err := o.CycleByCode(nigar, "sinaq-1", period)
			if err != nil || cy.State != kis.CyclePlanned || !cy.Recurring {
				t.Errorf("%s: %+v, %v", period, cy.State, err)
			}
		}
		if err := o.SetRecurrence(nigar, kis.RecurrenceEdit{Process: ids[0], Frequency: kis.Monthly, LeadDays: 5}); err != nil {
			t.Fatal(err)
		}
		clock.SetDay("2026-07-01")
		if n, err := o.PlanRecurring(program); err != nil || n != 0 {
			t.Errorf("ended: %d, %v", n, err)
		}
		if _, err := o.PlanRecurring(nigar); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("by a person: %v", err)
		}
	})
}

func TestOverviewCellsAndCalendarTakeAFixedNumberOfQueries(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		storetest.ClockOf(o.DB).SetDay("2026-02-10")
		ids := copies(o, t, 3)
		nigar := o.As(t.Context(), "nigar")
		list, err := o.PlanCycles(nigar, kis.BatchPlan{Processes: kis.ProcessFilter{IDs: ids}, Period: "2026"})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range list[:2] {
			if err := o.StartCycle(nigar, id); err != nil {
				t.Fatal(err)
			}
		}
		first, err := o.Cycle(nigar, list[0])
		if err != nil {
			t.Fatal(err)
		}
		o.AcceptPhase(first.ID, "2")
		aytan := store.Remember(o.As(t.Context(), "aytan")) // as for one request
		c := storetest.CountQueries(o.DB)
		all, err := o.Overview(aytan, kis.OverviewFilter{})
		if err != nil || c.N() > 10 || len(all.Lines) != 3 || all.Total != 3 || len(all.Lines[0].Phases) != 8 {
			t.Fatalf("%d queries, %d lines of %d, %v", c.N(), len(all.Lines), all.Total, err)
		}
		ph := all.Lines[0].Phases
		if ph[0].State != kis.PhaseLate || ph[0].Accepted != 0 || ph[1].State != kis.PhaseReady || ph[1].Accepted != ph[1].Tasks || ph[2].State != kis.PhaseOpen || all.Lines[2].Phases[0].State != kis.PhasePlanned {
			t.Errorf("%+v", ph)
		}
		page, err := o.Overview(aytan, kis.OverviewFilter{Limit: 2})
		if err != nil || len(page.Lines) != 2 || page.Next == nil {
			t.Fatalf("%d lines, next %v, %v", len(page.Lines), page.Next, err)
		}
		rest, err := o.Overview(aytan, kis.OverviewFilter{Limit: 2, After: page.Next})
		if err != nil || len(rest.Lines) != 1 || rest.Next != nil || rest.Lines[0].Cycle.ID != list[2] {
			t.Errorf("second page: %+v, %v", rest.Lines, err)
		}
		for name, f := range map[string]kis.OverviewFilter{"owner": {DepartmentID: o.Dept("BƏŞ")}, "state": {State: kis.CyclePlanned}} {
			if got, err := o.Overview(aytan, f); err != nil || got.Total != 1 || len(got.Lines) != 1 {
				t.Errorf("%s: %d, %v", name, got.Total, err)
			}
		}
		if got, err := o.Overview(aytan, kis.OverviewFilter{Late: true}); err != nil || got.Total != 2 {
			t.Errorf("late: %d, %v", got.Total, err)
		}
		c.Reset()
		cells, err := o.Cells(aytan, kis.CellFilter{Limit: 10})
		if err != nil || c.N() != 2 || len(cells.Lines) != 10 || cells.All == 0 || cells.Owed >= cells.All || cells.Late == 0 || cells.Lines[0].State != kis.TaskOverdue {
			t.Errorf("%d queries, %d of %d, owed %d, late %d, %v", c.N(), len(cells.Lines), cells.All, cells.Owed, cells.Late, err)
		}
		seen := 0
		for f := (kis.CellFilter{Limit: 40}); ; f.After = cells.Next {
			if cells, err = o.Cells(aytan, f); err != nil {
				t.Fatal(err)
			}
			seen += len(cells.Lines)
			if cells.Next == nil {
				break
			}
		}
		if seen != cells.All {
			t.Errorf("%d cells on all pages, %d counted", seen, cells.All)
		}
		for show, n := range map[string]int{"owed": cells.Owed, "late": cells.Late, "done": cells.All - cells.Owed} {
			if got, err := o.Cells(aytan, kis.CellFilter{Show: show, Limit: 500}); err != nil || len(got.Lines) != n {
				t.Errorf("%s: %d of %d, %v", show, len(got.Lines), n, err)
			}
		}
		c.Reset()
		month, err := o.DueMonth(aytan, kis.DatesFilter{Month: kis.Period{Frequency: kis.Monthly, Year: 2026, N: 2}})
		if err != nil || c.N() != 4 || len(month.Groups) != 1 || month.Groups[0].N != 3 || month.Groups[0].Late != 2 || len(month.Lines) != 3 || !month.Off["2026-02-07"] || month.Off["2026-02-09"] {
			t.Errorf("%d queries, %+v, %v", c.N(), month.Groups, err)
		}
	})
}

func TestWhatStandsInTheWayOfClosing(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		storetest.ClockOf(o.DB).SetDay("2026-11-24")
		cy := o.Running("2026")
		nigar := o.As(t.Context(), "nigar")
		o.Hand("aytan", cy.ID, "8.1.1")
		blocking := func() (open []string) {
			_, checks, err := o.ClosingChecks(nigar, cy.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range checks {
				if c.Blocks && !c.Done {
					open = append(open, c.Href)
				}
				if c.Href == "" {
					t.Errorf("%s leads nowhere", c.Key)
				}
			}
			return open
		}
		if open := blocking(); len(open) != 9 { // not evaluating, seven gates, evidence in review
			t.Errorf("open: %v", open)
		}
		if err := o.EvaluateCycle(nigar, cy.ID); err != nil {
			t.Fatal(err)
		}
		for _, p := range cy.Phases[:7] {
			if err := o.WaiveGate(nigar, cy.ID, p.Phase, "Sınaq dövrü üçün"); err != nil {
				t.Fatal(err)
			}
		}
		if open := blocking(); len(open) != 1 || open[0] != "/evidence?cycle="+cy.ID+"&state=submitted" {
			t.Errorf("open: %v", open)
		}
		if err := o.CloseCycle(nigar, cy.ID); !apperr.Is(err, apperr.Conflict) {
			t.Errorf("closed with evidence in review: %v", err)
		}
	})
}

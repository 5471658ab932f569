package reports

import (
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
)

// cycleDocument is the state and, once phase 8 has begun, the evaluation of a
// cycle: what was delivered for every sub-process, and where the gates stand.
func cycleDocument(g kis.Grid, w words) Doc {
	cy := g.Cycle
	number := list(", ", cy.Process.Code, cy.Period)
	d := w.doc(w.t("report.cycle.title"), w.t("report.cycle.running"), number)
	d.ShortName = list(" ", w.t("report.cycle.short"), number)
	d.Subtitle = list(". ", w.quoted(cy.Process.Title(w.lang)), w.t("report.cycle.reference", "period", cy.ReferencePeriod))
	w.at(&d, w.today)
	n := 0
	d.Add(KeyValue{Pairs: 2, Rows: cycleHead(g, w)},
		w.section(&n, "report.cycle.summary"), cycleCounts(g, w),
		Paragraph{Small: true, Text: T(w.t("report.cycle.na_note"))},
		w.section(&n, "report.cycle.gates"), cycleGates(g, w),
		w.section(&n, "report.cycle.subs"), cycleSubs(g, w),
		w.section(&n, "report.cycle.attention"), cycleAttention(g, w),
		w.section(&n, "report.signatures"), Signatures{[]Signature{
			{Role: list(", ", w.t("report.sign.owner"), cy.Owner.Code)}, {Role: w.t("report.sign.quality")}}})
	return d
}

func cycleHead(g kis.Grid, w words) []KV {
	cy := g.Cycle
	accepted := int64(g.Counts[kis.TaskAccepted])
	of := int64(g.Counts.Applicable())
	return []KV{
		{w.t("report.cycle.owner"), T(w.department(cy.Owner))},
		{w.t("report.cycle.version"), T(w.int(int64(cy.Version)))},
		{w.t("report.cycle.started"), T(w.date(cy.RunningAt))},
		{w.t("report.cycle.state"), T(w.code("kis.cycle.state", string(cy.State)))},
		{w.t("report.cycle.accepted"), T(w.t("report.cycle.share", "n", w.int(accepted), "of", w.int(of), "share", w.percent(accepted, of)))},
		{w.t("report.cycle.closed"), T(w.date(cy.ClosedAt))},
	}
}

// cycleCounts counts tasks by phase and state. Tasks that do not exist in
// this process stand in a column of their own, outside the total.
func cycleCounts(g kis.Grid, w words) Table {
	t := Table{Small: true, Columns: []Column{{Title: w.t("report.cycle.phase"), Width: 46}}}
	states := kis.TaskStates()
	for _, s := range states {
		t.Columns = append(t.Columns, Column{Title: w.code("kis.state", string(s)), Width: 18, Align: Right})
	}
	t.Columns = append(t.Columns, Column{Title: w.t("report.cycle.applicable"), Width: 20, Align: Right})
	line := func(kind RowKind, name string, c kis.Counts) {
		r := Row{Kind: kind, Cells: []Text{T(name)}}
		for _, s := range states {
			r.Cells = append(r.Cells, T(w.int(int64(c[s]))))
		}
		t.Rows = append(t.Rows, Row{Kind: kind, Cells: append(r.Cells, T(w.int(int64(c.Applicable()))))})
	}
	for _, p := range g.Phases {
		line(RowPlain, list(". ", p.Phase, p.Name(w.lang)), p.Counts)
	}
	line(RowTotal, w.t("report.total"), g.Counts)
	return t
}

// cycleGates lists the official closing sentences of the phases with who
// confirmed them, or with what reason they were let through.
func cycleGates(g kis.Grid, w words) Table {
	t := Table{Columns: []Column{{Title: w.t("report.cycle.phase"), Width: 14}, {Title: w.t("report.cycle.statement"), Width: 78},
		{Title: w.t("report.cycle.due"), Width: 24}, {Title: w.t("report.cycle.gate"), Width: 60}}}
	for _, p := range g.Phases {
		statement := p.Statement(w.lang)
		if p.Gate == kis.GateNone {
			statement = w.t("report.cycle.no_gate")
		}
		t.Rows = append(t.Rows, Cells(p.Phase, w.or(statement), w.day(p.Due), w.gate(p.CyclePhase)))
	}
	return t
}

// gate is where a gate stands, in words.
func (w words) gate(p kis.CyclePhase) string {
	state := w.code("kis.gate.state", string(p.Gate))
	if !p.Applicable {
		state = w.code("kis.state", string(kis.TaskNotApplicable))
	}
	who := ""
	if p.Gate == kis.GatePassed || p.Gate == kis.GateWaived {
		who = list(", ", p.GateByName, w.dateTime(p.GateAt))
	}
	note := p.GateNote
	if note != "" {
		note = w.t("report.cycle.reason", "text", note)
	}
	again := ""
	if p.Reopenings > 0 {
		again = w.t("report.cycle.reopened", "n", p.Reopenings)
	}
	return list("\n", state, who, note, again)
}

// cycleSubs lists the sub-processes by phase, each with the worst state of
// its tasks and how many of them are done.
func cycleSubs(g kis.Grid, w words) Table {
	t := Table{Columns: []Column{{Title: w.t("report.cycle.code"), Width: 14}, {Title: w.t("report.cycle.sub"), Width: 88},
		{Title: w.t("report.cycle.state"), Width: 36}, {Title: w.t("report.cycle.done"), Width: 38, Align: Right}}}
	for _, p := range g.Phases {
		t.Rows = append(t.Rows, Group(list(". ", p.Phase, p.Name(w.lang))))
		for _, s := range p.Subs {
			done := i18n.None
			if s.Counts.Applicable() > 0 {
				done = w.t("report.cycle.of", "n", s.Counts[kis.TaskAccepted], "of", s.Counts.Applicable())
			}
			t.Rows = append(t.Rows, Cells(s.Code, s.Name(w.lang), w.code("kis.state", string(s.State)), done))
		}
	}
	return t
}

// cycleAttention lists the tasks that are overdue or were returned.
func cycleAttention(g kis.Grid, w words) Table {
	t := Table{Empty: w.t("report.cycle.nothing"), Columns: []Column{{Title: w.t("report.cycle.code"), Width: 16}, {Title: w.t("report.cycle.task"), Width: 64},
		{Title: w.t("report.cycle.departments"), Width: 24}, {Title: w.t("report.cycle.due"), Width: 24}, {Title: w.t("report.cycle.state"), Width: 48}}}
	for _, a := range g.Attention {
		t.Rows = append(t.Rows, Cells(a.Code, a.Name(w.lang), w.or(codes(a.Departments)), w.day(a.Due), list("\n", w.code("kis.state", string(a.State)), a.Reason)))
	}
	return t
}

// cycleSheets are the tasks of a cycle and its phases.
func cycleSheets(g kis.Grid, w words) []Sheet {
	title := list(", ", g.Cycle.Process.Title(w.lang), g.Cycle.Period)
	tasks := Sheet{Name: w.t("report.cycle.tasks"), Title: title, Columns: []SheetColumn{
		{Key: "phase", Title: w.t("report.cycle.phase"), Width: 9}, {Key: "subprocess", Title: w.t("report.cycle.sub"), Width: 13},
		{Key: "code", Title: w.t("report.cycle.code"), Width: 9}, {Key: "task", Title: w.t("report.cycle.task"), Width: 60},
		{Key: "state_code", Title: w.t("report.cycle.state_code"), Width: 14}, {Key: "state", Title: w.t("report.cycle.state"), Width: 20},
		{Key: "due", Title: w.t("report.cycle.due"), Type: DateCol}, {Key: "outputs", Title: w.t("report.cycle.outputs"), Type: IntCol},
		{Key: "accepted", Title: w.t("report.cycle.outputs_accepted"), Type: IntCol}, {Key: "departments", Title: w.t("report.cycle.departments"), Width: 20}}}
	phases := Sheet{Name: w.t("report.cycle.gates"), Title: title, Columns: []SheetColumn{
		{Key: "phase", Title: w.t("report.cycle.phase"), Width: 9}, {Key: "name", Title: w.t("report.cycle.name"), Width: 40},
		{Key: "statement", Title: w.t("report.cycle.statement"), Width: 50}, {Key: "due", Title: w.t("report.cycle.due"), Type: DateCol},
		{Key: "gate", Title: w.t("report.cycle.gate"), Width: 20}, {Key: "gate_at", Title: w.t("report.cycle.gate_at"), Type: TimeCol},
		{Key: "gate_by", Title: w.t("report.cycle.gate_by"), Width: 24}, {Key: "reopenings", Title: w.t("report.cycle.reopenings"), Type: IntCol},
		{Key: "accepted", Title: w.t("report.cycle.accepted_tasks"), Type: IntCol}, {Key: "applicable", Title: w.t("report.cycle.applicable"), Type: IntCol},
		{Key: "share", Title: w.t("report.cycle.accepted_share"), Type: PercentCol}}}
	for _, p := range g.Phases {
		var at any
		if !p.GateAt.IsZero() {
			at = w.local(p.GateAt)
		}
		phases.Rows = append(phases.Rows, []any{p.Phase, p.Name(w.lang), p.Statement(w.lang), p.Due, w.code("kis.gate.state", string(p.Gate)), at,
			p.GateByName, p.Reopenings, p.Counts[kis.TaskAccepted], p.Counts.Applicable(), Ratio{int64(p.Counts[kis.TaskAccepted]), int64(p.Counts.Applicable())}})
		for _, s := range p.Subs {
			for _, a := range s.Tasks {
				tasks.Rows = append(tasks.Rows, []any{p.Phase, s.Code, a.Code, a.Name(w.lang), a.State, w.code("kis.state", string(a.State)),
					a.Due, a.Outputs, a.Accepted, codes(a.Departments)})
			}
		}
	}
	return []Sheet{tasks, phases}
}

package reports

import (
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
)

// cycleDocument is the state and, once phase 8 has begun, the evaluation of a
// cycle: what was delivered for every sub-process, and where the gates stand.
func cycleDocument(g kis.Grid, w Words) Doc {
	cy := g.Cycle
	number := Joined(", ", cy.Process.Code, cy.Period)
	d := w.Doc(w.T("report.cycle.title"), w.T("report.cycle.running"), number)
	d.ShortName = Joined(" ", w.T("report.cycle.short"), number)
	d.Subtitle = Joined(". ", w.Quoted(cy.Process.Title(w.Lang)), w.T("report.cycle.reference", "period", cy.ReferencePeriod))
	w.At(&d, w.Today)
	n := 0
	d.Add(KeyValue{Pairs: 2, Rows: cycleHead(g, w)},
		w.Section(&n, "report.cycle.summary"), cycleCounts(g, w),
		Paragraph{Small: true, Text: T(w.T("report.cycle.na_note"))},
		w.Section(&n, "report.cycle.gates"), cycleGates(g, w),
		w.Section(&n, "report.cycle.subs"), cycleSubs(g, w),
		w.Section(&n, "report.cycle.attention"), cycleAttention(g, w),
		w.Section(&n, "report.signatures"), Signatures{[]Signature{
			{Role: Joined(", ", w.T("report.sign.owner"), cy.Owner.Code)}, {Role: w.T("report.sign.quality")}}})
	return d
}

func cycleHead(g kis.Grid, w Words) []KV {
	cy := g.Cycle
	accepted := int64(g.Counts[kis.TaskAccepted])
	of := int64(g.Counts.Applicable())
	return []KV{
		{w.T("report.cycle.owner"), T(w.Department(cy.Owner))},
		{w.T("report.cycle.version"), T(w.Int(int64(cy.Version)))},
		{w.T("report.cycle.started"), T(w.Date(cy.RunningAt))},
		{w.T("report.cycle.state"), T(w.Code("kis.cycle.state", string(cy.State)))},
		{w.T("report.cycle.accepted"), T(w.T("report.cycle.share", "n", w.Int(accepted), "of", w.Int(of), "share", w.Percent(accepted, of)))},
		{w.T("report.cycle.closed"), T(w.Date(cy.ClosedAt))},
	}
}

// cycleCounts counts tasks by phase and state. Tasks that do not exist in
// this process stand in a column of their own, outside the total.
func cycleCounts(g kis.Grid, w Words) Table {
	t := Table{Small: true, Columns: []Column{{Title: w.T("report.cycle.phase"), Width: 46}}}
	states := kis.TaskStates()
	for _, s := range states {
		t.Columns = append(t.Columns, Column{Title: w.Code("kis.state", string(s)), Width: 18, Align: Right})
	}
	t.Columns = append(t.Columns, Column{Title: w.T("report.cycle.applicable"), Width: 20, Align: Right})
	line := func(kind RowKind, name string, c kis.Counts) {
		r := Row{Kind: kind, Cells: []Text{T(name)}}
		for _, s := range states {
			r.Cells = append(r.Cells, T(w.Int(int64(c[s]))))
		}
		t.Rows = append(t.Rows, Row{Kind: kind, Cells: append(r.Cells, T(w.Int(int64(c.Applicable()))))})
	}
	for _, p := range g.Phases {
		line(RowPlain, Joined(". ", p.Phase, p.Name(w.Lang)), p.Counts)
	}
	line(RowTotal, w.T("report.total"), g.Counts)
	return t
}

// cycleGates lists the official closing sentences of the phases with who
// confirmed them, or with what reason they were let through.
func cycleGates(g kis.Grid, w Words) Table {
	t := Table{Columns: []Column{{Title: w.T("report.cycle.phase"), Width: 14}, {Title: w.T("report.cycle.statement"), Width: 78},
		{Title: w.T("report.cycle.due"), Width: 24}, {Title: w.T("report.cycle.gate"), Width: 60}}}
	for _, p := range g.Phases {
		statement := p.Statement(w.Lang)
		if p.Gate == kis.GateNone {
			statement = w.T("report.cycle.no_gate")
		}
		t.Rows = append(t.Rows, Cells(p.Phase, w.Or(statement), w.Day(p.Due), w.gate(p.CyclePhase)))
	}
	return t
}

// gate is where a gate stands, in words.
func (w Words) gate(p kis.CyclePhase) string {
	state := w.Code("kis.gate.state", string(p.Gate))
	if !p.Applicable {
		state = w.Code("kis.state", string(kis.TaskNotApplicable))
	}
	who := ""
	if p.Gate == kis.GatePassed || p.Gate == kis.GateWaived {
		who = Joined(", ", p.GateByName, w.DateTime(p.GateAt))
	}
	note := p.GateNote
	if note != "" {
		note = w.T("report.cycle.reason", "text", note)
	}
	again := ""
	if p.Reopenings > 0 {
		again = w.T("report.cycle.reopened", "n", p.Reopenings)
	}
	return Joined("\n", state, who, note, again)
}

// cycleSubs lists the sub-processes by phase, each with the worst state of
// its tasks and how many of them are done.
func cycleSubs(g kis.Grid, w Words) Table {
	t := Table{Columns: []Column{{Title: w.T("report.cycle.code"), Width: 14}, {Title: w.T("report.cycle.sub"), Width: 88},
		{Title: w.T("report.cycle.state"), Width: 36}, {Title: w.T("report.cycle.done"), Width: 38, Align: Right}}}
	for _, p := range g.Phases {
		t.Rows = append(t.Rows, Group(Joined(". ", p.Phase, p.Name(w.Lang))))
		for _, s := range p.Subs {
			done := i18n.None
			if s.Counts.Applicable() > 0 {
				done = w.T("report.cycle.of", "n", s.Counts[kis.TaskAccepted], "of", s.Counts.Applicable())
			}
			t.Rows = append(t.Rows, Cells(s.Code, s.Name(w.Lang), w.Code("kis.state", string(s.State)), done))
		}
	}
	return t
}

// cycleAttention lists the tasks that are overdue or were returned.
func cycleAttention(g kis.Grid, w Words) Table {
	t := Table{Empty: w.T("report.cycle.nothing"), Columns: []Column{{Title: w.T("report.cycle.code"), Width: 16}, {Title: w.T("report.cycle.task"), Width: 64},
		{Title: w.T("report.cycle.departments"), Width: 24}, {Title: w.T("report.cycle.due"), Width: 24}, {Title: w.T("report.cycle.state"), Width: 48}}}
	for _, a := range g.Attention {
		t.Rows = append(t.Rows, Cells(a.Code, a.Name(w.Lang), w.Or(codes(a.Departments)), w.Day(a.Due), Joined("\n", w.Code("kis.state", string(a.State)), a.Reason)))
	}
	return t
}

// cycleSheets are the tasks of a cycle and its phases.
func cycleSheets(g kis.Grid, w Words) []Sheet {
	title := Joined(", ", g.Cycle.Process.Title(w.Lang), g.Cycle.Period)
	tasks := Sheet{Name: w.T("report.cycle.tasks"), Title: title, Columns: []SheetColumn{
		{Key: "phase", Title: w.T("report.cycle.phase"), Width: 9}, {Key: "subprocess", Title: w.T("report.cycle.sub"), Width: 13},
		{Key: "code", Title: w.T("report.cycle.code"), Width: 9}, {Key: "task", Title: w.T("report.cycle.task"), Width: 60},
		{Key: "state_code", Title: w.T("report.cycle.state_code"), Width: 14}, {Key: "state", Title: w.T("report.cycle.state"), Width: 20},
		{Key: "due", Title: w.T("report.cycle.due"), Type: DateCol}, {Key: "outputs", Title: w.T("report.cycle.outputs"), Type: IntCol},
		{Key: "accepted", Title: w.T("report.cycle.outputs_accepted"), Type: IntCol}, {Key: "departments", Title: w.T("report.cycle.departments"), Width: 20}}}
	phases := Sheet{Name: w.T("report.cycle.gates"), Title: title, Columns: []SheetColumn{
		{Key: "phase", Title: w.T("report.cycle.phase"), Width: 9}, {Key: "name", Title: w.T("report.cycle.name"), Width: 40},
		{Key: "statement", Title: w.T("report.cycle.statement"), Width: 50}, {Key: "due", Title: w.T("report.cycle.due"), Type: DateCol},
		{Key: "gate", Title: w.T("report.cycle.gate"), Width: 20}, {Key: "gate_at", Title: w.T("report.cycle.gate_at"), Type: TimeCol},
		{Key: "gate_by", Title: w.T("report.cycle.gate_by"), Width: 24}, {Key: "reopenings", Title: w.T("report.cycle.reopenings"), Type: IntCol},
		{Key: "accepted", Title: w.T("report.cycle.accepted_tasks"), Type: IntCol}, {Key: "applicable", Title: w.T("report.cycle.applicable"), Type: IntCol},
		{Key: "share", Title: w.T("report.cycle.accepted_share"), Type: PercentCol}}}
	for _, p := range g.Phases {
		var at any
		if !p.GateAt.IsZero() {
			at = w.Local(p.GateAt)
		}
		phases.Rows = append(phases.Rows, []any{p.Phase, p.Name(w.Lang), p.Statement(w.Lang), p.Due, w.Code("kis.gate.state", string(p.Gate)), at,
			p.GateByName, p.Reopenings, p.Counts[kis.TaskAccepted], p.Counts.Applicable(), Ratio{int64(p.Counts[kis.TaskAccepted]), int64(p.Counts.Applicable())}})
		for _, s := range p.Subs {
			for _, a := range s.Tasks {
				tasks.Rows = append(tasks.Rows, []any{p.Phase, s.Code, a.Code, a.Name(w.Lang), a.State, w.Code("kis.state", string(a.State)),
					a.Due, a.Outputs, a.Accepted, codes(a.Departments)})
			}
		}
	}
	return []Sheet{tasks, phases}
}

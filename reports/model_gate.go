package reports

import (
	"context"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
)

// collectGate takes what collectCycle takes, and the phase.
func (s *Service) collectGate(ctx context.Context, r Request, w Words) (material, error) {
	id, err := s.cycleOf(ctx, r)
	if err != nil {
		return material{}, err
	}
	g, err := s.kis.Grid(ctx, id, kis.GridFilter{Phase: r.Phase})
	if err != nil {
		return material{}, err
	}
	var phase kis.GridPhase
	for _, p := range g.Phases {
		if p.Phase == r.Phase && p.Gate != kis.GateNone {
			phase = p
		}
	}
	if phase.Phase == "" {
		return material{}, apperr.Missing("gate")
	}
	events, err := s.kis.GateHistory(ctx, id, r.Phase)
	if err != nil {
		return material{}, err
	}
	number := Joined(", ", g.Cycle.Process.Code, g.Cycle.Period, w.T("kis.cycle.phase", "phase", r.Phase))
	return material{object: id + ":" + r.Phase, number: number, dated: w.DayOf(phase.GateAt), state: "kis.gate.state." + string(phase.Gate),
		name: fileName(w.T("report.file.gate", "process", g.Cycle.Process.Code, "period", g.Cycle.Period, "phase", r.Phase)),
		doc:  func() Doc { return gateDocument(g.Cycle, phase, events, w) }}, nil
}

// gateDocument is the statement at the end of a phase: the official sentence,
// what it rests on, who let the phase through and why, and room to sign. While
// the gate is open the paper says so.
func gateDocument(cy kis.Cycle, p kis.GridPhase, events []office.Event, w Words) Doc {
	title, sentence, found := strings.Cut(p.Statement(w.Lang), ". ")
	if !found {
		title, sentence = w.T("kis.gate.title", "phase", p.Phase), p.Statement(w.Lang)
	}
	number := Joined(", ", cy.Process.Code, cy.Period)
	d := w.Doc(title, title, number)
	d.Subtitle = Joined(". ", w.Quoted(cy.Process.Title(w.Lang)), w.T("report.cycle.reference", "period", cy.ReferencePeriod))
	day := w.Today
	if !p.GateAt.IsZero() {
		day = w.DayOf(p.GateAt)
	}
	w.At(&d, day)
	n := 0
	statement := w.T("report.gate.statement", "text", sentence)
	if p.Gate == kis.GateOpen {
		statement = Joined("\n", statement, w.T("report.gate.open"))
	}
	d.Add(Boxed(T(statement)), KeyValue{Pairs: 2, Rows: gateFacts(cy, p, w)})
	if p.Gate == kis.GateWaived {
		d.Add(w.Section(&n, "report.gate.waiver"), w.Box(p.GateNote))
	}
	d.Add(w.Section(&n, "report.gate.tasks"), gateTasks(p, w),
		w.Section(&n, "report.gate.history"), gateEvents(events, w),
		w.Section(&n, "report.signatures"), Signatures{[]Signature{
			{Role: w.T("report.sign.quality"), Name: p.GateByName, Date: dateIf(p, w)}, {Role: Joined(", ", w.T("report.sign.owner"), cy.Owner.Code)}}})
	return d
}

// dateIf is the day of the decision, empty while there is none.
func dateIf(p kis.GridPhase, w Words) string {
	if p.GateAt.IsZero() {
		return ""
	}
	return w.Date(p.GateAt)
}

func gateFacts(cy kis.Cycle, p kis.GridPhase, w Words) []KV {
	return []KV{
		{w.T("report.cycle.phase"), T(Joined(". ", p.Phase, p.Name(w.Lang)))},
		{w.T("report.cycle.owner"), T(w.Department(cy.Owner))},
		{w.T("report.cycle.due"), T(w.Day(p.Due))},
		{w.T("report.cycle.gate"), T(w.Code("kis.gate.state", string(p.Gate)))},
		{w.T("report.gate.decided"), T(w.Or(Joined(", ", p.GateByName, dateIf(p, w))))},
		{w.T("report.cycle.accepted"), T(w.T("report.cycle.of", "n", p.Counts[kis.TaskAccepted], "of", p.Counts.Applicable()))},
	}
}

// gateTasks lists the tasks of the phase with what was accepted; what does not
// exist in the process stays in the list with these words.
func gateTasks(p kis.GridPhase, w Words) Table {
	t := Table{Columns: []Column{{Title: w.T("report.cycle.code"), Width: 16}, {Title: w.T("report.cycle.task"), Width: 84},
		{Title: w.T("report.cycle.departments"), Width: 26}, {Title: w.T("report.gate.outputs"), Width: 22, Align: Right}, {Title: w.T("report.cycle.state"), Width: 32}}}
	for _, sub := range p.Subs {
		t.Rows = append(t.Rows, Group(Joined(" ", sub.Code, sub.Name(w.Lang))))
		for _, a := range sub.Tasks {
			outputs := w.Or("")
			if a.State != kis.TaskNotApplicable {
				outputs = w.T("report.cycle.of", "n", a.Accepted, "of", a.Outputs)
			}
			t.Rows = append(t.Rows, Cells(a.Code, a.Name(w.Lang), w.Or(codes(a.Departments)), outputs, w.Code("kis.state", string(a.State))))
		}
	}
	return t
}

// gateEvents lists what was decided about the gate.
func gateEvents(events []office.Event, w Words) Table {
	t := Table{Empty: w.T("kis.gate.no_history"), Columns: []Column{{Title: w.T("report.gate.when"), Width: 34}, {Title: w.T("report.gate.who"), Width: 46},
		{Title: w.T("report.gate.what"), Width: 34}, {Title: w.T("report.gate.why"), Width: 66}}}
	for _, e := range events {
		verb := e.Action[strings.LastIndex(e.Action, ":")+1:]
		t.Rows = append(t.Rows, Cells(w.DateTime(e.At), e.ActorName, w.T("report.gate.did."+verb), w.Or(e.Note)))
	}
	return t
}

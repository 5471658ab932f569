package reports

import (
	"context"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
)

// collectGate takes what collectCycle takes, and the phase.
func (s *Service) collectGate(ctx context.Context, r Request, w words) (material, error) {
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
	number := list(", ", g.Cycle.Process.Code, g.Cycle.Period, w.t("kis.cycle.phase", "phase", r.Phase))
	return material{object: id + ":" + r.Phase, number: number, dated: w.dayOf(phase.GateAt), state: "kis.gate.state." + string(phase.Gate),
		name: fileName(w.t("report.file.gate", "process", g.Cycle.Process.Code, "period", g.Cycle.Period, "phase", r.Phase)),
		doc:  func() Doc { return gateDocument(g.Cycle, phase, events, w) }}, nil
}

// gateDocument is the statement at the end of a phase: the official sentence,
// what it rests on, who let the phase through and why, and room to sign. While
// the gate is open the paper says so.
func gateDocument(cy kis.Cycle, p kis.GridPhase, events []kis.Event, w words) Doc {
	title, sentence, found := strings.Cut(p.Statement(w.lang), ". ")
	if !found {
		title, sentence = w.t("kis.gate.title", "phase", p.Phase), p.Statement(w.lang)
	}
	number := list(", ", cy.Process.Code, cy.Period)
	d := w.doc(title, title, number)
	d.Subtitle = list(". ", w.quoted(cy.Process.Title(w.lang)), w.t("report.cycle.reference", "period", cy.ReferencePeriod))
	day := w.today
	if !p.GateAt.IsZero() {
		day = w.dayOf(p.GateAt)
	}
	w.at(&d, day)
	n := 0
	statement := w.t("report.gate.statement", "text", sentence)
	if p.Gate == kis.GateOpen {
		statement = list("\n", statement, w.t("report.gate.open"))
	}
	d.Add(Boxed(T(statement)), KeyValue{Pairs: 2, Rows: gateFacts(cy, p, w)})
	if p.Gate == kis.GateWaived {
		d.Add(w.section(&n, "report.gate.waiver"), w.box(p.GateNote))
	}
	d.Add(w.section(&n, "report.gate.tasks"), gateTasks(p, w),
		w.section(&n, "report.gate.history"), gateEvents(events, w),
		w.section(&n, "report.signatures"), Signatures{[]Signature{
			{Role: w.t("report.sign.quality"), Name: p.GateByName, Date: dateIf(p, w)}, {Role: list(", ", w.t("report.sign.owner"), cy.Owner.Code)}}})
	return d
}

// dateIf is the day of the decision, empty while there is none.
func dateIf(p kis.GridPhase, w words) string {
	if p.GateAt.IsZero() {
		return ""
	}
	return w.date(p.GateAt)
}

func gateFacts(cy kis.Cycle, p kis.GridPhase, w words) []KV {
	return []KV{
		{w.t("report.cycle.phase"), T(list(". ", p.Phase, p.Name(w.lang)))},
		{w.t("report.cycle.owner"), T(w.department(cy.Owner))},
		{w.t("report.cycle.due"), T(w.day(p.Due))},
		{w.t("report.cycle.gate"), T(w.code("kis.gate.state", string(p.Gate)))},
		{w.t("report.gate.decided"), T(w.or(list(", ", p.GateByName, dateIf(p, w))))},
		{w.t("report.cycle.accepted"), T(w.t("report.cycle.of", "n", p.Counts[kis.TaskAccepted], "of", p.Counts.Applicable()))},
	}
}

// gateTasks lists the tasks of the phase with what was accepted; what does not
// exist in the process stays in the list with these words.
func gateTasks(p kis.GridPhase, w words) Table {
	t := Table{Columns: []Column{{Title: w.t("report.cycle.code"), Width: 16}, {Title: w.t("report.cycle.task"), Width: 84},
		{Title: w.t("report.cycle.departments"), Width: 26}, {Title: w.t("report.gate.outputs"), Width: 22, Align: Right}, {Title: w.t("report.cycle.state"), Width: 32}}}
	for _, sub := range p.Subs {
		t.Rows = append(t.Rows, Group(list(" ", sub.Code, sub.Name(w.lang))))
		for _, a := range sub.Tasks {
			outputs := w.or("")
			if a.State != kis.TaskNotApplicable {
				outputs = w.t("report.cycle.of", "n", a.Accepted, "of", a.Outputs)
			}
			t.Rows = append(t.Rows, Cells(a.Code, a.Name(w.lang), w.or(codes(a.Departments)), outputs, w.code("kis.state", string(a.State))))
		}
	}
	return t
}

// gateEvents lists what was decided about the gate.
func gateEvents(events []kis.Event, w words) Table {
	t := Table{Empty: w.t("kis.gate.no_history"), Columns: []Column{{Title: w.t("report.gate.when"), Width: 34}, {Title: w.t("report.gate.who"), Width: 46},
		{Title: w.t("report.gate.what"), Width: 34}, {Title: w.t("report.gate.why"), Width: 66}}}
	for _, e := range events {
		verb := e.Action[strings.LastIndex(e.Action, ":")+1:]
		t.Rows = append(t.Rows, Cells(w.dateTime(e.At), e.ActorName, w.t("report.gate.did."+verb), w.or(e.Note)))
	}
	return t
}

package kisweb

import (
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web/ui"
)

// href is where a step of the gate posts to.
func (p gatePage) href(verb string) string {
	return "/cycles/" + p.Cycle.ID + "/gates/" + p.Phase.Phase + "/" + verb
}

// gateRows are the facts of a gate.
func gateRows(p gatePage) []ui.KVRow {
	ph := p.Phase
	rows := []ui.KVRow{
		{Term: p.T("kis.process.phase"), Value: ph.Phase + ". " + ph.Name(p.Lang)},
		{Term: p.T("kis.task.due"), Value: p.Day(ph.Due)},
		{Term: p.T("kis.cycle.list.accepted"), Value: ofAll(p.Page, ph.Counts[kis.TaskAccepted], ph.Counts.Applicable())},
	}
	if !ph.GateAt.IsZero() {
		rows = append(rows, ui.KVRow{Term: p.T("kis.gate.by"), Value: ph.GateByName, Mut: p.DateTime(ph.GateAt)})
	}
	if ph.GateNote != "" {
		rows = append(rows, ui.KVRow{Term: p.T("kis.gate.note"), Value: ph.GateNote})
	}
	if ph.Reopenings > 0 {
		rows = append(rows, ui.KVRow{Term: p.T("kis.gate.reopenings"), Value: p.Int(int64(ph.Reopenings)), Mut: p.DateTime(ph.ReopenedAt)})
	}
	return rows
}

package executionweb

import (
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web/ui"
)

// decideTitle and decideVerb are the words of what is decided on.
func decideTitle(w planning.Report) string {
	switch w.ToState {
	case planning.Done:
		return "planning.execution.waits_end"
	case planning.Postponed:
		return "planning.execution.waits_date"
	}
	return "planning.execution.waits_report"
}

func decideVerb(w planning.Report) string {
	if w.ToState == planning.Postponed {
		return "planning.execution.do.approve"
	}
	return "planning.execution.do.accept"
}

// stepState is how far a step has come.
func stepState(p ui.Page, s planning.Step) ui.State {
	switch {
	case s.Accepted:
		return ui.Look{Tone: "good", Icon: "circle-check"}.State(p, "planning.step.accepted")
	case s.Reported:
		return ui.Look{Tone: "info", Icon: "hourglass"}.State(p, "planning.step.reported")
	}
	return ui.Look{Tone: "idle", Icon: "circle-dashed"}.State(p, "planning.step.open")
}

// figures are the numbers behind the percentage.
func (v progressPage) figures() []ui.KVRow {
	rows := []ui.KVRow{{Term: v.T("planning.execution.quarters"), Value: v.T("planning.execution.of", "n", v.QuartersAccepted, "of", v.Quarters())}}
	if n := v.Taken.Steps; n > 0 {
		rows = append(rows, ui.KVRow{Term: v.T("planning.execution.steps"), Value: v.T("planning.execution.of", "n", v.StepsAccepted, "of", n)})
	}
	if v.Waiting > 0 {
		rows = append(rows, ui.KVRow{Term: v.T("planning.execution.waiting"), Value: v.Int(int64(v.Waiting))})
	}
	name := v.ExecutorName
	if name == "" {
		name = v.T("planning.execution.nobody")
	}
	return append(rows, ui.KVRow{Term: v.T("planning.execution.executor"), Value: name})
}

// comma parts the i-th of n names from the next.
func comma(i, n int) string {
	if i+1 < n {
		return ", "
	}
	return ""
}

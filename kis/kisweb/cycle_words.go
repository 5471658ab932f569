package kisweb

import (
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web/ui"
)

// cycleTag is the state word of the title; a running cycle is the rule and
// needs none.
func cycleTag(p cycleShowPage) ui.State {
	if p.Grid.Cycle.State == kis.CycleRunning {
		return ui.State{}
	}
	return cycleState(p.Page, p.Grid.Cycle.State)
}

// stateChips explain the colours of the bar; each shows only its state, and
// the one in force leads back to all.
func stateChips(p cycleShowPage) []ui.Chip {
	var out []ui.Chip
	for _, s := range []kis.TaskState{kis.TaskAccepted, kis.TaskReview, kis.TaskReturned, kis.TaskOverdue, kis.TaskMissing, kis.TaskNotApplicable} {
		state, current := taskState(p.Page, s), p.Grid.Filter.State == s
		href := p.with("state", string(s))
		if current {
			href = p.with("state", "")
		}
		out = append(out, ui.Chip{Label: state.Word, Icon: state.Icon, Tone: state.Tone, Href: href, Count: p.Grid.Counts[s], Current: current})
	}
	return out
}

// subHref leads to the task of a sub-process that most needs a hand.
func subHref(cycleID string, sub kis.GridSub) string {
	for _, t := range sub.Tasks {
		if t.State == sub.State {
			return taskHref(cycleID, t.Code)
		}
	}
	return "/cycles/" + cycleID
}

func taskHref(cycleID, code string) string { return "/cycles/" + cycleID + "/tasks/" + code }

// subShare is "4/5" accepted tasks; – where none applies.
func subShare(p ui.Page, sub kis.GridSub) string {
	if sub.Counts.Applicable() == 0 {
		return "–"
	}
	return p.Int(int64(sub.Counts[kis.TaskAccepted])) + "/" + p.Int(int64(sub.Counts.Applicable()))
}

// phaseState is the worst state of a phase.
func phaseState(col kis.GridPhase) kis.TaskState {
	var states []kis.TaskState
	for _, s := range col.Subs {
		states = append(states, s.State)
	}
	return kis.Worst(states...)
}

// dueFields are the phases that have a due day.
var dueFields = []string{"1", "2", "3", "4", "5", "6", "7", "8"}

// processOptions are the processes to plan a cycle of.
func processOptions(p cycleNewPage) []ui.Option {
	var out []ui.Option
	for _, pr := range p.Processes {
		out = append(out, ui.Option{Value: pr.Code, Label: pr.Title(p.Lang)})
	}
	return out
}

// dayOr writes a proposed day, nothing when there is none.
func dayOr(p ui.Page, d kis.ProposedDay) string {
	if d.Day == "" {
		return ""
	}
	return p.Day(d.Day)
}

// sureness says when a day depends on a year without a confirmed calendar.
func sureness(p ui.Page, d kis.ProposedDay) string {
	if d.Day == "" || d.Confirmed {
		return ""
	}
	return p.T("kis.batch.unsure")
}

// batchKind makes the button of the choice blue until there is a preview.
func batchKind(p batchPage) string {
	if p.Preview == nil {
		return "primary"
	}
	return "plain"
}

// ruleRows are the rules of a template in words.
func ruleRows(p ui.Page, t kis.DueTemplate) []ui.KVRow {
	var out []ui.KVRow
	for _, r := range t.Rules {
		out = append(out, ui.KVRow{Term: p.T("kis.cycle.phase", "phase", r.Phase), Value: ruleWords(p, r)})
	}
	return out
}

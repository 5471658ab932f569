package evaluationweb

import (
	"strconv"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/web/ui"
)

var stateLooks = map[evaluation.State]ui.Look{
	evaluation.Draft: {Tone: "idle", Icon: "circle-dashed"},
	evaluation.Final: {Tone: "good", Icon: "lock"},
}

func stateOf(p ui.Page, s evaluation.State) ui.State {
	return stateLooks[s].State(p, "evaluation.state."+string(s))
}

var gradeLooks = map[evaluation.Grade]ui.Look{
	evaluation.Works:   {Tone: "good", Icon: "circle-check"},
	evaluation.Watch:   {Tone: "warn", Icon: "alert-triangle"},
	evaluation.Improve: {Tone: "bad", Icon: "exclamation-mark"},
}

// gradeOf is the word of a judgement; one that is missing says so.
func gradeOf(p ui.Page, s evaluation.Sub) ui.State {
	switch {
	case !s.Applies:
		return ui.Look{Tone: "off", Icon: "minus"}.State(p, "evaluation.grade.na")
	case s.Judgement.Grade == "":
		return ui.Look{Tone: "idle", Icon: "circle-dashed"}.State(p, "evaluation.grade.none")
	}
	return gradeLooks[s.Judgement.Grade].State(p, "evaluation.grade."+string(s.Judgement.Grade))
}

var verdictLooks = map[string]ui.Look{
	evaluation.Good: {Tone: "good", Icon: "circle-check"},
	evaluation.Bad:  {Tone: "warn", Icon: "alert-triangle"},
	evaluation.Open: {Tone: "idle", Icon: "circle-dashed"},
	evaluation.NA:   {Tone: "off", Icon: "minus"},
}

func verdictOf(p ui.Page, l evaluation.Line) ui.State {
	if l.Verdict == "" {
		return ui.State{}
	}
	return verdictLooks[l.Verdict].State(p, "evaluation.verdict."+l.Verdict)
}

// figure writes the figure of a line: 5 / 6 (83,3%), 12, 69,5% (target 70%).
func figure(p ui.Page, l evaluation.Line) string {
	switch {
	case l.Text:
		return ""
	case l.Value != "":
		out := inUnit(p, l.Value, l.Unit)
		if l.Target != "" {
			out += " " + p.T("evaluation.target", "target", inUnit(p, l.Target, l.Unit))
		}
		return out
	case l.Den != 0:
		return p.Int(l.Num) + " / " + p.Int(l.Den) + " (" + p.Percent(l.Num, l.Den, 1) + ")"
	case l.Unit != "":
		return i18n.None
	}
	return p.Int(l.Num)
}

// inUnit writes an exact decimal with its unit.
func inUnit(p ui.Page, value, unit string) string {
	switch unit {
	case "percent":
		return p.Decimal(value) + "%"
	case "days":
		return p.T("evaluation.days", "n", p.Decimal(value))
	}
	return p.Decimal(value)
}

func whole(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func grades(p ui.Page) []ui.Option {
	out := []ui.Option{{Label: p.T("evaluation.grade.none")}}
	for _, g := range evaluation.Grades() {
		out = append(out, ui.Option{Value: string(g), Label: p.T("evaluation.grade." + string(g))})
	}
	return out
}

// nexts are the places where the next cycle may start.
func (v showPage) nexts() []ui.Option {
	out := []ui.Option{{Label: v.T("planning.form.choose")}}
	for _, n := range evaluation.NextPhases() {
		label := v.T("evaluation.next.stop")
		if ph, ok := v.Cycle.Phase(n); ok {
			label = n + ". " + ph.Name(v.Lang)
		}
		out = append(out, ui.Option{Value: n, Label: label})
	}
	return out
}

// next says where the next cycle starts.
func (v showPage) next() string {
	if v.NextPhase == evaluation.Stop {
		return v.T("evaluation.next.stop")
	}
	ph, _ := v.Cycle.Phase(v.NextPhase)
	return v.NextPhase + ". " + ph.Name(v.Lang)
}

func (v showPage) facts() string {
	return v.Title(v.Lang) + ", " + v.Period + " · " + v.OwnerCode + " · " + v.T("evaluation.facts", "who", v.CreatedName, "at", v.DateTime(v.CreatedAt))
}

// Title is the title of the process; the page's own is its number.
func (v showPage) Title(lang string) string { return v.Dossier.Title(lang) }

// Title is the title of the process; the page's own is its number.
func (v judgePage) Title(lang string) string { return v.Dossier.Title(lang) }

func (v showPage) log() []ui.LogEntry {
	out := make([]ui.LogEntry, 0, len(v.History))
	for _, e := range v.History {
		if key := "evaluation.event." + e.Facts()["step"]; i18n.Has(key) {
			out = append(out, ui.LogEntry{At: e.At, Who: e.ActorName, Text: v.T(key), Note: e.Note})
		}
	}
	return out
}

var itemStates = map[string]string{"not_started": "idle", "in_progress": "info", "done": "good", "reported": "info", "postponed": "warn"}

// place says where a recommendation stands.
func (v showPage) place(r evaluation.Recommended) string {
	out := v.T("planning.recommendation.state." + r.State)
	if r.ItemYear > 0 {
		out += ", " + v.T("planning.item.place", "year", strconv.Itoa(r.ItemYear), "no", r.ItemNo) + ", " + v.T("planning.item.state."+r.ItemState)
	}
	return out
}

// tone is that of a recommendation's place.
func tone(r evaluation.Recommended) ui.Look {
	switch {
	case r.ItemState != "":
		return ui.Look{Tone: itemStates[r.ItemState], Icon: "calendar-event"}
	case r.State == "open":
		return ui.Look{Tone: "idle", Icon: "circle-dashed"}
	}
	return ui.Look{Tone: "off", Icon: "archive"}
}

func cycleHref(id string) string { return "/cycles/" + id }

var taskLooks = map[kis.TaskState]ui.Look{
	kis.TaskOverdue: {Tone: "bad", Icon: "alert-triangle"}, kis.TaskReturned: {Tone: "warn", Icon: "arrow-back-up"}, kis.TaskReview: {Tone: "info", Icon: "hourglass"},
	kis.TaskMissing: {Tone: "idle", Icon: "circle-dashed"}, kis.TaskAccepted: {Tone: "good", Icon: "circle-check"}, kis.TaskNotApplicable: {Tone: "off", Icon: "minus"},
}

func taskState(p ui.Page, s kis.TaskState) ui.State {
	return taskLooks[s].State(p, "kis.state."+string(s))
}

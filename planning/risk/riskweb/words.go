package riskweb

import (
	"strconv"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/web/ui"
)

var stateLooks = map[risk.State]ui.Look{
	risk.Assessed:  {Tone: "idle", Icon: "circle-dashed"},
	risk.Treating:  {Tone: "info", Icon: "player-play"},
	risk.Treated:   {Tone: "info", Icon: "hourglass"},
	risk.Effective: {Tone: "good", Icon: "circle-check"},
	risk.Retained:  {Tone: "warn", Icon: "eye"},
	risk.Closed:    {Tone: "off", Icon: "archive"},
}

// riskState is the state word of a risk; one whose treatment is late says so.
func riskState(p ui.Page, r risk.Risk) ui.State {
	if r.Overdue(p.Today()) {
		return ui.Look{Tone: "bad", Icon: "alert-triangle"}.State(p, "risk.state.overdue")
	}
	return stateLooks[r.State].State(p, "risk.state."+string(r.State))
}

// reviewLate is the word for a review that is due; none while it is not.
func reviewLate(p ui.Page, r risk.Risk) ui.State {
	if !r.ReviewLate(p.Today()) {
		return ui.State{}
	}
	return ui.Look{Tone: "bad", Icon: "alert-triangle"}.State(p, "risk.review_late")
}

var objectiveLooks = map[risk.ObjectiveState]ui.Look{
	risk.Running:   {Tone: "info", Icon: "player-play"},
	risk.Reached:   {Tone: "good", Icon: "circle-check"},
	risk.Missed:    {Tone: "warn", Icon: "circle-x"},
	risk.Cancelled: {Tone: "off", Icon: "archive"},
}

// objectiveState is the state word of an objective; one past its term says so.
func objectiveState(p ui.Page, o risk.Objective) ui.State {
	if o.Overdue(p.Today()) {
		return ui.Look{Tone: "bad", Icon: "alert-triangle"}.State(p, "risk.objective.state.overdue")
	}
	return objectiveLooks[o.State].State(p, "risk.objective.state."+string(o.State))
}

// tones colour the levels of a scale, from the lowest to the highest; what is
// an opportunity is never bad.
var tones = [...]string{"good", "info", "warn", "bad"}

var icons = map[string]string{"good": "point", "info": "circle-dot", "warn": "alert-circle", "bad": "alert-triangle"}

// levelState is the word for a level.
func levelState(p ui.Page, scale risk.Scale, kind risk.Kind, code string) ui.State {
	tone := tones[scale.Rank(code)]
	icon := icons[tone]
	if kind == risk.Opportunity {
		tone, icon = "info", "bulb"
	}
	return ui.State{Tone: tone, Icon: icon, Word: scale.LevelOf(code).Name(p.Lang)}
}

// cellTone is the class of a cell of the matrix.
func cellTone(scale risk.Scale, likelihood, impact int) string {
	return "k-" + tones[scale.Rank(scale.Level(likelihood*impact).Code)]
}

func riskHref(id string) string      { return "/risks/" + id }
func objectiveHref(id string) string { return "/objectives/" + id }

// options turns values of a string type into choices, named by key and value.
func options[S ~string](p ui.Page, key string, list []S, all bool) (out []ui.Option) {
	if all {
		out = append(out, ui.Option{Label: p.T("kis.filter.all")})
	}
	for _, v := range list {
		out = append(out, ui.Option{Value: string(v), Label: p.T(key + string(v))})
	}
	return out
}

// points are the steps of a scale to choose from, with what they mean.
// None is chosen beforehand: whoever weighs decides.
func points(p ui.Page, steps []risk.Step) []ui.Option {
	out := []ui.Option{{Label: p.T("risk.field.choose")}}
	for _, s := range steps {
		out = append(out, ui.Option{Value: strconv.Itoa(s.Points), Label: strconv.Itoa(s.Points) + " – " + s.Name(p.Lang) + ": " + s.Text(p.Lang)})
	}
	return out
}

// history writes entries of the trail in words.
func history(p ui.Page, prefix string, events []office.Event) []ui.LogEntry {
	looks := map[string]string{"confirm": "good", "reach": "good", "refuse": "warn", "miss": "warn", "reopen": "warn"}
	out := make([]ui.LogEntry, 0, len(events))
	for _, e := range events {
		facts := e.Facts()
		key := prefix + facts["step"]
		if i18n.Has(key) {
			out = append(out, ui.LogEntry{At: e.At, Who: e.ActorName, Text: p.T(key, "value", facts["value"]), Note: e.Note, Tone: looks[facts["step"]]})
		}
	}
	return out
}

package planningweb

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/web/ui"
)

// measurePage is one measure with its entry of a year.
type measurePage struct {
	ui.Page
	m           planning.MeasurePage
	departments []office.Department // to choose from; nil for who may not assign
	form        string              // the form that comes back
	typed       ui.Form
	panels      []templ.Component // what other contexts say of the measure in this year
}

func (p measurePage) year() string { return strconv.Itoa(p.m.Year) }

func (p measurePage) heading() string {
	return p.T("planning.measure.heading_one", "number", p.m.Number, "year", p.year())
}

func (p measurePage) crumbs() []ui.Crumb {
	list := "/measures?" + url.Values{"plan": {p.m.Plan.Code}, "year": {p.year()}}.Encode()
	return []ui.Crumb{{Label: p.T("planning.measure.title"), Href: "/measures"},
		{Label: p.m.Plan.Code + ", " + p.year(), Href: list}, {Label: p.m.Number}}
}

// formOf is one of the forms: as it was typed when it comes back.
func (p measurePage) formOf(name string) ui.Form {
	if p.form == name {
		return p.typed
	}
	return ui.Form{}
}

// state is the state of the entry as a word.
func (p measurePage) state() ui.State {
	if p.m.Report.State == planning.MeasureReportSent {
		return ui.State{Tone: "good", Icon: "lock", Word: p.T("planning.measure.report.state.sent")}
	}
	switch p.m.Entry.State {
	case planning.MeasureDraft:
		return ui.State{Tone: "info", Icon: "pencil", Word: p.T("planning.measure.text.draft")}
	case planning.MeasureSubmitted:
		return ui.State{Tone: "info", Icon: "hourglass", Word: p.T("planning.measure.text.submitted")}
	case planning.MeasureDecided:
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("planning.measure.text.decided")}
	}
	return ui.State{Tone: "idle", Icon: "circle-dashed", Word: p.T("planning.measure.text.none")}
}

// standing is the status that holds, and whether a person has decided it.
func (p measurePage) standing() (ui.State, bool) {
	code, done, decided := p.m.Entry.Standing()
	return measureStatusWord(p.Page, p.m.Statuses, code, done), decided
}

// statusOptions are the statuses that the measure can have.
func (p measurePage) statusOptions() []ui.Option {
	var out []ui.Option
	for _, r := range p.m.Statuses {
		if !r.Fits(p.m.Ongoing) {
			continue
		}
		st := measureStatusWord(p.Page, p.m.Statuses, r.Code, nil)
		if !r.OngoingOnly {
			out = append(out, ui.Option{Value: string(r.Code), Label: st.Word, Tone: st.Tone, Icon: st.Icon})
			continue
		}
		yes, no := true, false
		out = append(out,
			ui.Option{Value: string(r.Code) + ":done", Label: st.Word, Hint: doneWords(p.Page, &yes, p.m.Year), Tone: st.Tone, Icon: st.Icon},
			ui.Option{Value: string(r.Code) + ":open", Label: st.Word, Hint: doneWords(p.Page, &no, p.m.Year), Tone: "warn", Icon: st.Icon})
	}
	return out
}

// proposed is the value of the option that the rule proposes.
func (p measurePage) proposed() string {
	e := p.m.Entry
	if e.ProposedDone == nil {
		return string(e.Proposed)
	}
	if *e.ProposedDone {
		return string(e.Proposed) + ":done"
	}
	return string(e.Proposed) + ":open"
}

// facts are the lines of the right column.
func (p measurePage) facts() []ui.KVRow {
	out := []ui.KVRow{{Term: p.T("planning.measure.fact.plan"), Value: p.m.Plan.Title(p.Lang), Mut: p.m.Plan.Act(p.Lang)},
		{Term: p.T("planning.measure.fact.period"), Value: measurePeriod(p.Page, p.m.Measure)},
		{Term: p.T("planning.measure.fact.due"), Value: p.Day(p.m.Due), Mut: measureBodies(p.m.Plan.ReportTo(p.Lang))}}
	who := func(id string) string { return p.m.People[id].Name }
	e := p.m.Entry
	if !e.SubmittedAt.IsZero() {
		out = append(out, ui.KVRow{Term: p.T("planning.measure.fact.submitted"), Value: who(e.SubmittedBy), Mut: p.DateTime(e.SubmittedAt)})
	}
	if !e.DecidedAt.IsZero() {
		out = append(out, ui.KVRow{Term: p.T("planning.measure.fact.decided"), Value: who(e.DecidedBy), Mut: p.DateTime(e.DecidedAt)})
	}
	return out
}

// log is the history of the measure.
func (p measurePage) log() []ui.LogEntry {
	var out []ui.LogEntry
	for _, h := range p.m.History {
		verb := h.Action[strings.LastIndex(h.Action, ":")+1:]
		text := p.T("planning.measure.history." + verb)
		if _, year, ok := strings.Cut(h.Label, ", "); ok {
			text += ", " + year
		}
		tone := map[string]string{"decide": "good", "submit": "info", "return": "warn", "reopen": "warn"}[verb]
		var after struct {
			Status planning.MeasureStatus
			Done   *bool
		}
		if len(h.After) > 0 && json.Unmarshal(h.After, &after) == nil && after.Status != "" {
			text += ": " + measureStatusWord(p.Page, p.m.Statuses, after.Status, after.Done).Word
		}
		out = append(out, ui.LogEntry{At: h.At, Who: h.ActorName, Text: text, Note: h.Note, Tone: tone})
	}
	return out
}

func (p measurePage) canReturn() bool {
	return p.m.CanMove && p.m.Entry.State == planning.MeasureSubmitted
}

func (p measurePage) canReopen() bool {
	return p.m.CanMove && p.m.Entry.State == planning.MeasureDecided
}

// whyUnwritten says why the actor sees no form where nothing is written.
func (p measurePage) whyUnwritten() string {
	if p.m.Report.State == planning.MeasureReportSent {
		return p.T("planning.measure.unwritten_sent")
	}
	return p.T("planning.measure.unwritten_other")
}

package qualityweb

import (
	"fmt"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/web/ui"
)

var stateLooks = map[quality.State]ui.Look{
	quality.Draft:     {Tone: "idle", Icon: "circle-dashed"},
	quality.Submitted: {Tone: "info", Icon: "hourglass"},
	quality.Approved:  {Tone: "good", Icon: "circle-check"},
	quality.Published: {Tone: "good", Icon: "world"},
	quality.Replaced:  {Tone: "off", Icon: "archive"},
	quality.Withdrawn: {Tone: "off", Icon: "archive-off"},
}

func stateOf(p ui.Page, s quality.State) ui.State {
	return stateLooks[s].State(p, "quality.state."+string(s))
}

// label is the number of a report with its version.
func label(r quality.Report) string { return fmt.Sprintf("%s / %d", r.Number, r.No) }

func href(r quality.Report) string { return "/quality/" + r.ID }

// itemState says whether something is to be written under a concept.
func itemState(p ui.Page, it quality.Item) ui.State {
	switch {
	case it.NA():
		return ui.Look{Tone: "off", Icon: "ban"}.State(p, "quality.na")
	case !it.Done():
		return ui.Look{Tone: "idle", Icon: "circle-dashed"}.State(p, "quality.open")
	case it.Entry.Carried:
		return ui.Look{Tone: "warn", Icon: "copy"}.State(p, "quality.carried")
	}
	return ui.State{}
}

// figure writes the figure of an indicator with its unit and target.
func figure(p ui.Page, it quality.Item) string {
	value := it.Known()
	if value == "" {
		return ""
	}
	out := inUnit(p, value, it.Unit)
	if it.Figure != nil && it.Figure.Target != "" {
		out += " " + p.T("evaluation.target", "target", inUnit(p, it.Figure.Target, it.Unit))
	}
	return out
}

func inUnit(p ui.Page, value, unit string) string {
	switch unit {
	case "percent":
		return p.Decimal(value) + "%"
	case "days":
		return p.T("evaluation.days", "n", p.Decimal(value))
	}
	return p.Decimal(value)
}

// verdict is the word for a figure against its target; none without both.
func verdict(p ui.Page, it quality.Item) ui.State {
	if it.Figure == nil {
		return ui.State{}
	}
	switch it.Figure.Verdict {
	case indicator.Met:
		return ui.Look{Tone: "good", Icon: "circle-check"}.State(p, "quality.met")
	case indicator.Missed:
		return ui.Look{Tone: "warn", Icon: "alert-triangle"}.State(p, "quality.missed")
	}
	return ui.State{}
}

// whyNot says why an indicator of the library does not apply.
func whyNot(p ui.Page, it quality.Item) string {
	if it.Figure.WhyNot != "" {
		return it.Figure.WhyNot
	}
	return p.T("quality.no_subprocess", "code", it.Figure.GSBPM)
}

// chapterState counts a chapter for the list of chapters.
func chapterState(d quality.Dossier, code string) quality.Completeness {
	return quality.Count(d.Chapter(code))
}

// history writes entries of the trail in words; what was written under single
// concepts is left to the trail.
func history(v readPage) []ui.LogEntry {
	looks := map[string]string{"approve": "good", "publish": "good", "return": "warn", "withdraw": "warn"}
	out := make([]ui.LogEntry, 0, len(v.History))
	for _, e := range v.History {
		facts := e.Facts()
		key := "quality.event." + facts["step"]
		if facts["step"] == "write" || !i18n.Has(key) {
			continue
		}
		out = append(out, ui.LogEntry{At: e.At, Who: e.ActorName, Text: v.T(key, "no", facts["no"]), Note: e.Note, Tone: looks[facts["step"]]})
	}
	return out
}

// rows are the facts of a report.
func rows(v readPage) []ui.KVRow {
	r := v.Report
	out := []ui.KVRow{{Term: v.T("quality.field.process"), Value: r.Title(v.Lang), Href: "/cycles/" + r.CycleID, Mut: r.Period},
		{Term: v.T("quality.field.reference"), Value: r.About()},
		{Term: v.T("quality.field.owner"), Value: r.Owner(v.Lang) + " (" + r.OwnerCode + ")"},
		{Term: v.T("quality.field.structure"), Value: "SIMS 2.0", Mut: v.T("quality.structure.version", "n", r.Structure)},
		{Term: v.T("quality.field.created"), Value: r.CreatedName, Mut: v.DateTime(r.CreatedAt)}}
	if r.SourceID != "" {
		out = append(out, ui.KVRow{Term: v.T("quality.field.source"), Value: r.SourceLabel, Href: "/quality/" + r.SourceID})
	}
	if !r.SubmittedAt.IsZero() {
		out = append(out, ui.KVRow{Term: v.T("quality.field.submitted"), Value: r.SubmittedName, Mut: v.DateTime(r.SubmittedAt)})
	}
	if !r.ApprovedAt.IsZero() {
		out = append(out, ui.KVRow{Term: v.T("quality.field.approved"), Value: r.ApprovedName, Mut: v.DateTime(r.ApprovedAt)})
	}
	if !r.PublishedAt.IsZero() {
		row := ui.KVRow{Term: v.T("quality.field.published"), Value: v.DateTime(r.PublishedAt)}
		if r.State == quality.Published {
			row.Href = "/public/quality/" + r.Number
		}
		out = append(out, row)
	}
	return out
}

// naMark is how a form writes that a concept does not apply.
func naMark(it quality.Item) string {
	if it.NA() {
		return "1"
	}
	return ""
}

// submitLocks is what the dialog of submitting says.
func (v readPage) submitLocks() []string {
	out := []string{v.T("quality.ask.submit_figures"), v.T("quality.ask.submit_to")}
	if n := v.Count.Carried; n > 0 {
		out = append(out, v.T("quality.ask.submit_carried", "n", n))
	}
	return out
}

package inquiryweb

import (
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web/ui"
)

var requestLooks = map[inquiry.RequestState]ui.Look{
	inquiry.RequestOpen:      {Tone: "idle", Icon: "circle-dashed"},
	inquiry.RequestAnswered:  {Tone: "info", Icon: "hourglass"},
	inquiry.RequestReturned:  {Tone: "warn", Icon: "arrow-back-up"},
	inquiry.RequestAccepted:  {Tone: "good", Icon: "circle-check"},
	inquiry.RequestClosed:    {Tone: "good", Icon: "lock"},
	inquiry.RequestWithdrawn: {Tone: "off", Icon: "archive"},
}

// requestState is the state word of a request; one that is late says so.
func requestState(p ui.Page, r inquiry.Request) ui.State {
	if r.Overdue(p.Today()) {
		return ui.Look{Tone: "bad", Icon: "alert-triangle"}.State(p, "inquiry.request.state.overdue")
	}
	return requestLooks[r.State].State(p, "inquiry.request.state."+string(r.State))
}

var discrepancyLooks = map[inquiry.DiscrepancyState]ui.Look{
	inquiry.DiscrepancyOpen:      {Tone: "idle", Icon: "circle-dashed"},
	inquiry.DiscrepancyExplained: {Tone: "info", Icon: "hourglass"},
	inquiry.DiscrepancyCorrected: {Tone: "info", Icon: "hourglass"},
	inquiry.DiscrepancyConfirmed: {Tone: "good", Icon: "circle-check"},
	inquiry.DiscrepancyPromoted:  {Tone: "warn", Icon: "file-alert"},
}

// discrepancyState is the state word of a note; one that is late says so.
func discrepancyState(p ui.Page, d inquiry.Discrepancy) ui.State {
	if d.Overdue(p.Today()) {
		return ui.Look{Tone: "bad", Icon: "alert-triangle"}.State(p, "inquiry.discrepancy.state.overdue")
	}
	return discrepancyLooks[d.State].State(p, "inquiry.discrepancy.state."+string(d.State))
}

var submissionLooks = map[kis.SubmissionState]ui.Look{
	kis.Submitted:  {Tone: "info", Icon: "hourglass"},
	kis.Accepted:   {Tone: "good", Icon: "circle-check"},
	kis.Returned:   {Tone: "warn", Icon: "arrow-back-up"},
	kis.Superseded: {Tone: "off", Icon: "archive"},
	kis.Withdrawn:  {Tone: "off", Icon: "archive"},
}

func submissionState(p ui.Page, s kis.SubmissionState) ui.State {
	return submissionLooks[s].State(p, "kis.evidence.state."+string(s))
}

// unit is a department as people write it: name with its code.
func unit(p ui.Page, d office.Department) string {
	if d.Code == "" {
		return ""
	}
	return d.Name(p.Lang) + " (" + d.Code + ")"
}

// about is what a request is about: process, period and task.
func about(p ui.Page, r inquiry.RequestRow) string {
	if r.CycleID == "" {
		return p.T("inquiry.request.beforehand")
	}
	return r.Process(p.Lang) + ", " + r.Period
}

// askedOf is who answers: a person, or the head of the department.
func askedOf(p ui.Page, r inquiry.RequestRow) string {
	if r.AddresseeName != "" {
		return r.AddresseeName
	}
	return p.T("inquiry.request.head")
}

// history writes entries of the trail in words; a comment says only that there
// is one.
func history(p ui.Page, prefix string, events []office.Event) []ui.LogEntry {
	tones := map[string]string{"accept": "good", "confirm": "good", "close": "good", "return": "warn", "refuse": "warn", "promote": "warn"}
	out := make([]ui.LogEntry, 0, len(events))
	for _, e := range events {
		step := e.Facts()["step"]
		key := prefix + step
		if e.Kind == inquiry.KindComment {
			key = "inquiry.comment.event." + step
		}
		if i18n.Has(key) {
			out = append(out, ui.LogEntry{At: e.At, Who: e.ActorName, Text: p.T(key), Note: e.Note, Tone: tones[step]})
		}
	}
	return out
}

package documentweb

import (
	"strings"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/web/ui"
)

var stateLooks = map[document.State]ui.Look{
	document.Draft:      {Tone: "idle", Icon: "circle-dashed"},
	document.Approval:   {Tone: "info", Icon: "hourglass"},
	document.Upcoming:   {Tone: "info", Icon: "calendar"},
	document.InForce:    {Tone: "good", Icon: "circle-check"},
	document.Superseded: {Tone: "off", Icon: "archive"},
	document.Withdrawn:  {Tone: "off", Icon: "archive-off"},
}

func stateOf(p ui.Page, s document.State) ui.State {
	return stateLooks[s].State(p, "document.state."+string(s))
}

// reviewState is the word for a review that is due; none while it is not.
func reviewState(p ui.Page, v *document.Version) ui.State {
	if v == nil || !v.ReviewLate(p.Today()) {
		return ui.State{}
	}
	return ui.Look{Tone: "bad", Icon: "alert-triangle"}.State(p, "document.review_late")
}

func href(id string) string { return "/documents/" + id }

func fileHref(v document.Version) string { return href(v.DocumentID) + "/versions/" + v.ID }

// i18nUpper is a text in capitals.
func i18nUpper(s string) string { return i18n.Upper(s) }

// rows are the facts of a document.
func rows(v showPage) []ui.KVRow {
	d := v.D
	place := d.Process(v.Lang)
	if place == "" {
		place = v.T("document.field.system")
	}
	out := []ui.KVRow{{Term: v.T("document.field.kind"), Value: d.KindName(v.Lang)}, {Term: v.T("document.field.department"), Value: d.Department(v.Lang) + " (" + d.DepartmentCode + ")"},
		{Term: v.T("document.field.process"), Value: place}}
	if s := d.Standing; s != nil {
		out = append(out, ui.KVRow{Term: v.T("document.field.effective"), Value: v.Day(s.Effective)}, ui.KVRow{Term: v.T("document.field.approved"), Value: s.ApprovedName, Mut: v.DateTime(s.ApprovedAt)},
			ui.KVRow{Term: v.T("document.field.review_due"), Value: v.Day(s.ReviewDue), State: reviewState(v.Page, s)}, ui.KVRow{Term: v.T("document.field.read_due"), Value: v.Day(s.ReadDue)})
	}
	return append(out, ui.KVRow{Term: v.T("document.field.readers"), Value: readerWords(v)})
}

// readerWords says who must read a document.
func readerWords(v showPage) string {
	var out []string
	for _, r := range v.D.Readers {
		switch r.Kind {
		case document.Everybody:
			out = append(out, v.T("document.readers.everybody"))
		case document.OfDepartment:
			out = append(out, r.DepartmentCode)
		case document.OfRole:
			out = append(out, v.T("role."+r.Role))
		case document.OnePerson:
			out = append(out, r.UserName)
		}
	}
	if len(out) == 0 {
		return v.T("document.readers.nobody")
	}
	return strings.Join(out, ", ")
}

// history writes entries of the trail in words.
func history(v showPage) []ui.LogEntry {
	looks := map[string]string{"approve": "good", "return": "warn", "withdraw": "warn"}
	out := make([]ui.LogEntry, 0, len(v.D.History))
	for _, e := range v.D.History {
		facts := e.Facts()
		if key := "document.event." + facts["step"]; i18n.Has(key) {
			out = append(out, ui.LogEntry{At: e.At, Who: e.ActorName, Text: v.T(key, "no", facts["no"]), Note: e.Note, Tone: looks[facts["step"]]})
		}
	}
	return out
}

// approveLocks is what the dialog of approving says.
func approveLocks(v showPage) []string {
	out := []string{v.T("document.ask.approve_locks"), v.T("document.ask.approve_day", "date", v.Day(v.D.Open.Effective))}
	if s := v.D.Standing; s != nil {
		out = append(out, v.T("document.ask.approve_replaces", "no", s.No))
	}
	return append(out, v.T("document.ask.approve_read", "days", v.D.KindOf.ReadDays))
}

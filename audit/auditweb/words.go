package auditweb

import (
	"fmt"
	"unicode"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web/ui"
)

// look is tone and icon of a state word.
type look struct{ tone, icon string }

var auditLooks = map[audit.State]look{
	audit.Planned:    {"idle", "calendar"},
	audit.Announced:  {"info", "speakerphone"},
	audit.InProgress: {"info", "player-play"},
	audit.Reported:   {"good", "report"},
	audit.Closed:     {"good", "lock"},
	audit.Cancelled:  {"off", "archive"},
}

var actLooks = map[audit.ActState]look{
	audit.ActDraft:        {"idle", "circle-dashed"},
	audit.ActIssued:       {"info", "file-certificate"},
	audit.ActObjected:     {"warn", "message-report"},
	audit.ActAcknowledged: {"info", "eye-check"},
	audit.ActPlanned:      {"info", "hourglass"},
	audit.ActInProgress:   {"info", "player-play"},
	audit.ActImplemented:  {"info", "checks"},
	audit.ActEffective:    {"good", "circle-check"},
	audit.ActClosed:       {"good", "lock"},
	audit.ActWithdrawn:    {"off", "archive"},
}

var actionLooks = map[audit.ActionState]look{
	audit.ActionPlanned:    {"idle", "calendar"},
	audit.ActionInProgress: {"info", "player-play"},
	audit.ActionDone:       {"good", "circle-check"},
	audit.ActionVerified:   {"good", "circle-check"},
	audit.ActionRejected:   {"warn", "arrow-back-up"},
}

var answerLooks = map[audit.Answer]look{
	audit.Conforms:      {"good", "circle-check"},
	audit.Nonconforms:   {"bad", "file-alert"},
	audit.Observed:      {"warn", "eye"},
	audit.Improvable:    {"info", "bulb"},
	audit.Strong:        {"good", "star"},
	audit.NotApplicable: {"off", "minus"},
	audit.NotSampled:    {"off", "circle-minus"},
	audit.Open:          {"idle", "circle-dashed"},
}

var gradeLooks = map[audit.Grade]look{
	audit.Major:       {"bad", "file-alert"},
	audit.Minor:       {"bad", "file-alert"},
	audit.Observation: {"warn", "eye"},
	audit.Opportunity: {"info", "bulb"},
	audit.Strength:    {"good", "star"},
}

func word(p ui.Page, l look, key string) ui.State {
	return ui.State{Tone: l.tone, Icon: l.icon, Word: p.T(key)}
}

func auditState(p ui.Page, s audit.State) ui.State {
	return word(p, auditLooks[s], "audit.audit.state."+string(s))
}

// actState is the state word of an act; one that was reopened says so while
// the department works on it again.
func actState(p ui.Page, s audit.ActState, reopened int) ui.State {
	if s == audit.ActAcknowledged && reopened > 0 {
		return word(p, look{"warn", "reload"}, "audit.act.state.reopened")
	}
	return word(p, actLooks[s], "audit.act.state."+string(s))
}

func actionState(p ui.Page, a audit.ActionView, today day.Day) ui.State {
	if a.Overdue(today) {
		return word(p, look{"bad", "alert-triangle"}, "audit.action.state.overdue")
	}
	if a.State == audit.ActionVerified {
		return word(p, actionLooks[audit.ActionDone], "audit.action.state.done")
	}
	return word(p, actionLooks[a.State], "audit.action.state."+string(a.State))
}

func answerState(p ui.Page, a audit.Answer) ui.State {
	return word(p, answerLooks[a], "audit.answer."+string(a))
}

func gradeState(p ui.Page, g audit.Grade) ui.State {
	return word(p, gradeLooks[g], "audit.grade."+string(g))
}

// distance says in words how far a term is: "6 gün qalıb".
func distance(p ui.Page, d day.Day) string {
	if d == "" {
		return ""
	}
	_, words := p.Distance(d)
	return words
}

// unit is a department as people write it: name with its code.
func unit(p ui.Page, d kis.Department) string {
	if d.Code == "" {
		return ""
	}
	return fmt.Sprintf("%s (%s)", d.Name(p.Lang), d.Code)
}

// person is a name with the department's code: "Samir Rzayev, BƏŞ".
func person(a audit.Person) string {
	if a.Department.Code == "" {
		return a.Name
	}
	return a.Name + ", " + a.Department.Code
}

// short is the first letter of the first name and the surname: "S. Rzayev".
func short(name string) string {
	for i, r := range name {
		if r == ' ' {
			first := []rune(name)[0]
			return string(first) + "." + name[i:]
		}
	}
	return name
}

// hash is a fingerprint short enough to compare by eye.
func hash(sha string) string {
	if len(sha) < 12 {
		return sha
	}
	return sha[:8] + "…" + sha[len(sha)-4:]
}

// fileIcon is the icon of a file by its type.
func fileIcon(f kis.File) string {
	switch f.ContentType {
	case "application/pdf":
		return "file-type-pdf"
	case "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return "file-spreadsheet"
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return "file-type-docx"
	case "application/zip":
		return "file-zip"
	}
	return "file"
}

// gradeWord is a grade inside a sentence: "əhəmiyyətsiz uyğunsuzluq".
func gradeWord(p ui.Page, g audit.Grade) string {
	w := []rune(p.T("audit.grade." + string(g)))
	w[0] = unicode.ToLower(w[0])
	return string(w)
}

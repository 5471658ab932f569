package auditweb

import (
	"fmt"
	"unicode"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web/ui"
)

var auditLooks = map[audit.State]ui.Look{
	audit.Planned:    {Tone: "idle", Icon: "calendar"},
	audit.Announced:  {Tone: "info", Icon: "speakerphone"},
	audit.InProgress: {Tone: "info", Icon: "player-play"},
	audit.Reported:   {Tone: "good", Icon: "report"},
	audit.Closed:     {Tone: "good", Icon: "lock"},
	audit.Cancelled:  {Tone: "off", Icon: "archive"},
}

var actLooks = map[audit.ActState]ui.Look{
	audit.ActDraft:        {Tone: "idle", Icon: "circle-dashed"},
	audit.ActIssued:       {Tone: "info", Icon: "file-certificate"},
	audit.ActObjected:     {Tone: "warn", Icon: "message-report"},
	audit.ActAcknowledged: {Tone: "info", Icon: "eye-check"},
	audit.ActPlanned:      {Tone: "info", Icon: "hourglass"},
	audit.ActInProgress:   {Tone: "info", Icon: "player-play"},
	audit.ActImplemented:  {Tone: "info", Icon: "checks"},
	audit.ActEffective:    {Tone: "good", Icon: "circle-check"},
	audit.ActClosed:       {Tone: "good", Icon: "lock"},
	audit.ActWithdrawn:    {Tone: "off", Icon: "archive"},
}

var actionLooks = map[audit.ActionState]ui.Look{
	audit.ActionPlanned:    {Tone: "idle", Icon: "calendar"},
	audit.ActionInProgress: {Tone: "info", Icon: "player-play"},
	audit.ActionDone:       {Tone: "good", Icon: "circle-check"},
	audit.ActionVerified:   {Tone: "good", Icon: "circle-check"},
	audit.ActionRejected:   {Tone: "warn", Icon: "arrow-back-up"},
}

var answerLooks = map[audit.Answer]ui.Look{
	audit.Conforms:      {Tone: "good", Icon: "circle-check"},
	audit.Nonconforms:   {Tone: "bad", Icon: "file-alert"},
	audit.Observed:      {Tone: "warn", Icon: "eye"},
	audit.Improvable:    {Tone: "info", Icon: "bulb"},
	audit.Strong:        {Tone: "good", Icon: "star"},
	audit.NotApplicable: {Tone: "off", Icon: "minus"},
	audit.NotSampled:    {Tone: "off", Icon: "circle-minus"},
	audit.Open:          {Tone: "idle", Icon: "circle-dashed"},
}

var gradeLooks = map[audit.Grade]ui.Look{
	audit.Major:       {Tone: "bad", Icon: "file-alert"},
	audit.Minor:       {Tone: "bad", Icon: "file-alert"},
	audit.Observation: {Tone: "warn", Icon: "eye"},
	audit.Opportunity: {Tone: "info", Icon: "bulb"},
	audit.Strength:    {Tone: "good", Icon: "star"},
}

func auditState(p ui.Page, s audit.State) ui.State {
	return auditLooks[s].State(p, "audit.audit.state."+string(s))
}

// actState is the state word of an act; one that was reopened says so while
// the department works on it again.
func actState(p ui.Page, s audit.ActState, reopened int) ui.State {
	if s == audit.ActAcknowledged && reopened > 0 {
		return ui.Look{Tone: "warn", Icon: "reload"}.State(p, "audit.act.state.reopened")
	}
	return actLooks[s].State(p, "audit.act.state."+string(s))
}

func actionState(p ui.Page, a audit.ActionView, today day.Day) ui.State {
	if a.Overdue(today) {
		return ui.Look{Tone: "bad", Icon: "alert-triangle"}.State(p, "audit.action.state.overdue")
	}
	if a.State == audit.ActionVerified {
		return actionLooks[audit.ActionDone].State(p, "audit.action.state.done")
	}
	return actionLooks[a.State].State(p, "audit.action.state."+string(a.State))
}

func answerState(p ui.Page, a audit.Answer) ui.State {
	return answerLooks[a].State(p, "audit.answer."+string(a))
}

func gradeState(p ui.Page, g audit.Grade) ui.State {
	return gradeLooks[g].State(p, "audit.grade."+string(g))
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
func unit(p ui.Page, d office.Department) string {
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

// gradeWord is a grade inside a sentence: "əhəmiyyətsiz uyğunsuzluq".
func gradeWord(p ui.Page, g audit.Grade) string {
	w := []rune(p.T("audit.grade." + string(g)))
	w[0] = unicode.ToLower(w[0])
	return string(w)
}

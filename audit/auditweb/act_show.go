package auditweb

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type actPage struct {
	ui.Page
	audit.ActView
	forms  map[string]ui.Form
	like   []audit.Similar // for a draft: acts that it may repeat
	pdf    string
	xlsx   string // and as a sheet
	months int    // usual time between implementation and the effectiveness check
	my     string
}

func (v actPage) form(name string) ui.Form { return v.forms[name] }

// act is the page of an act.
func (p pages) act(c *web.Context) error { return p.showAct(c, http.StatusOK, nil) }

func (p pages) showAct(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := actPage{forms: forms, months: p.svc.EffectMonths(), my: c.Actor().UserID}
	if v.ActView, err = p.svc.Act(c.Ctx(), id); err != nil {
		return err
	}
	if v.Can("edit") {
		if v.like, err = p.svc.SimilarActs(c.Ctx(), id); err != nil {
			return err
		}
	}
	v.Page = c.Page(v.ActView.Number)
	if v.ActView.Number == "" {
		v.Page = c.Page("audit.act.draft")
	}
	if p.r.Has(http.MethodGet, "/acts/:id/pdf") {
		v.pdf = "/acts/" + v.ID + "/pdf"
	}
	if p.r.Has(http.MethodGet, "/acts/:id/xlsx") {
		v.xlsx = "/acts/" + v.ID + "/xlsx"
	}
	return c.Render(status, actShowView(v))
}

// following are the answers that follow from one; those stored before there
// were branches all follow from the nonconformity itself.
func (v actPage) following(parent int) (out []audit.Cause) {
	for _, c := range v.Causes {
		if c.Parent == parent {
			out = append(out, c)
		}
	}
	return out
}

// under are the causes of one branch.
func (v actPage) under(code string) (out []audit.Cause) {
	for _, c := range v.Causes {
		if c.Category == code {
			out = append(out, c)
		}
	}
	return out
}

// unplaced are the forms that came back and have no place on the page: steps
// of one button, and those that this person or this state does not have. Why
// they were refused stands above everything.
func (v actPage) unplaced() (names []string) {
	places := map[string]string{"edit": "edit", "issue": "issue", "discard": "discard", "object": "object", "resolve": "dismiss", "approve": "approve",
		"return": "return", "effect": "confirm", "close": "close", "reopen": "reopen", "addendum": "addendum"}
	for name := range v.forms {
		action, verdict := strings.CutPrefix(name, "verdict-")
		placed := v.Can(places[name])
		if verdict {
			placed = slices.ContainsFunc(v.Actions, func(a audit.ActionView) bool { return a.ID == action && can(a, "verify") })
		}
		for prefix, verb := range map[string]string{"extend-": "request", "extension-": "decide"} {
			if action, ok := strings.CutPrefix(name, prefix); ok {
				placed = slices.ContainsFunc(v.Actions, func(a audit.ActionView) bool { return a.ID == action && can(a, verb) })
			}
		}
		if !placed {
			names = append(names, name)
		}
	}
	return names
}

// heading is the title: number and name of the document.
func (v actPage) heading() string {
	if v.Number == "" {
		return v.T("audit.act.draft") + ": " + v.T("audit.act.document")
	}
	return v.Number + " " + v.T("audit.act.document")
}

// facts is the line under the title.
func (v actPage) facts() string {
	repeat := v.T("audit.act.first_time")
	if v.RepeatOf != "" {
		repeat = v.T("audit.act.repeat_of", "number", v.Repeats.Number)
	}
	again := ""
	if v.Reopened > 0 {
		again = v.T("audit.act.reopened_times", "n", v.Reopened)
	}
	return dotted(unit(v.Page, v.Department), gradeWord(v.Page, v.Grade), repeat, again)
}

// rank says how far a state is along the eight steps of the page.
var rank = map[audit.ActState]int{audit.ActDraft: 0, audit.ActIssued: 1, audit.ActObjected: 2, audit.ActAcknowledged: 3, audit.ActPlanned: 4,
	audit.ActInProgress: 5, audit.ActImplemented: 6, audit.ActEffective: 7, audit.ActClosed: 8, audit.ActWithdrawn: -1}

// steps are the eight steps of an act with date or condition.
func (v actPage) steps() []ui.Step {
	at := rank[v.State]
	d := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return v.Page.Date(t)
	}
	by := func(due day.Day) string {
		if due == "" {
			return ""
		}
		return v.T("audit.act.step.by", "day", v.Day(due))
	}
	answered := v.T("audit.act.step.no_objection", "day", d(v.AcknowledgedAt))
	if v.AcknowledgedAt.IsZero() && !v.ResolvedAt.IsZero() {
		answered = v.T("audit.act.step.dismissed", "day", d(v.ResolvedAt))
	}
	running := fmt.Sprintf("%d / %d", v.Verified(), len(v.Actions))
	if last := v.LastDue(); last != "" && at == 5 {
		running += ", " + by(last)
	}
	list := []struct {
		key, icon  string
		done, wait string // note when done, note while it waits
		step       int    // rank from which it is done
		now        bool
	}{
		{"draft", "", d(v.CreatedAt), d(v.CreatedAt), 1, at == 0},
		{"issued", "", d(v.IssuedAt), "", 1, false},
		{"answered", "message-check", answered, by(v.AnswerDue), 3, at == 1 || at == 2},
		{"cause", "zoom-question", d(v.PlannedAt), by(v.PlanDue), 4, at == 3},
		{"approved", "checks", d(v.ApprovedAt), "", 5, at == 4},
		{"done", "tool", running, "", 6, at == 5},
		{"effect", "target-arrow", d(v.EffectAt), v.Day(v.EffectDue), 7, at == 6},
		{"closed", "lock", d(v.ClosedAt), "", 8, at == 7},
	}
	var out []ui.Step
	for _, l := range list {
		s := ui.Step{Label: v.T("audit.act.step." + l.key), Tone: "idle", Icon: l.icon, Note: l.wait, Current: l.now}
		switch {
		case at < 0 && (l.key == "issued" && v.IssuedAt.IsZero() || l.step > 1):
			s.Tone = "off"
		case at >= l.step || at < 0:
			s.Tone, s.Icon, s.Note = "good", "", l.done
		case l.now:
			s.Tone, s.Icon = "info", ""
			if v.State == audit.ActObjected {
				s.Tone = "warn"
			}
			if l.key == "done" {
				s.Note = l.done
			}
		}
		out = append(out, s)
	}
	return out
}

// objectRows are the facts of part 1.
func (v actPage) objectRows() []ui.KVRow {
	name := v.StandardName.Name
	if v.Lang != "en" && v.StandardName.NationalAdoption != "" {
		name = v.StandardName.NationalAdoption
	}
	rows := []ui.KVRow{{Term: v.T("audit.field.criterion_short"), Value: name + ", " + v.Clause, Mut: v.ClauseName.Title(v.Lang)}}
	if v.Criterion != "" {
		rows[0].Mut += "; " + v.Criterion
	}
	if v.Clause == "" { // only a document was broken
		rows[0].Value, rows[0].Mut = v.Criterion, ""
	}
	if v.Origin != audit.OfFinding {
		from := ui.KVRow{Term: v.T("audit.field.origin"), Value: v.T("audit.origin." + string(v.Origin)), Mut: v.From.Label}
		if v.From.ReceivedOn != "" {
			from.Mut += ", " + v.Day(v.From.ReceivedOn)
		}
		from.Href = originHref(v.From)
		rows = append(rows, from)
	}
	rows = append(rows, ui.KVRow{Term: v.T("audit.field.department"), Value: unit(v.Page, v.Department)})
	if v.Cycle.ID != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.process"), Value: v.Cycle.Title(v.Lang) + ", " + v.Cycle.Period, Href: "/cycles/" + v.Cycle.ID,
			Mut: strings.TrimSpace(v.GSBPM + " " + pickName(v.Page, v.ActivityAZ, v.ActivityEN))})
	} else if v.GSBPM != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.codes_short"), Value: v.GSBPM})
	}
	if v.Audit.ID != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.audit"), Value: v.Audit.Number, Href: "/audits/" + v.Audit.ID,
			Mut: v.Audit.Title + ", " + v.T("audit.act.row_is", "row", v.Audit.RowNo)})
	}
	if v.RepeatOf != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.repeat_of"), Value: v.Repeats.Number, Href: "/acts/" + v.RepeatOf})
	}
	return rows
}

// causeState says whether the auditor has agreed to the cause and the plan.
func (v actPage) causeState() ui.State {
	switch {
	case !v.ApprovedAt.IsZero():
		return ui.State{Tone: "good", Icon: "circle-check", Word: v.T("audit.act.cause_agreed")}
	case v.State == audit.ActPlanned:
		return ui.State{Tone: "info", Icon: "hourglass", Word: v.T("audit.act.cause_waiting")}
	case v.State == audit.ActAcknowledged:
		return ui.State{Tone: "idle", Icon: "circle-dashed", Word: v.T("audit.act.cause_open")}
	}
	return ui.State{}
}

// effectRows are the facts of part 6.
func (v actPage) effectRows() []ui.KVRow {
	rows := []ui.KVRow{{Term: v.T("audit.field.effect_measure"), Value: or(v.EffectMeasure)}, {Term: v.T("audit.field.effect_baseline"), Value: or(v.EffectBaseline)},
		{Term: v.T("audit.field.effect_target"), Value: or(v.EffectTarget)}}
	if v.EffectDue == "" && !v.ApprovedAt.IsZero() {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.effect_due"), Value: v.T("audit.act.effect_after", "n", v.EffectMonths)})
	}
	if v.EffectResult != "" {
		rows = append(rows, ui.KVRow{Term: v.T("audit.field.effect_result"), Value: v.EffectResult,
			Mut: person(v.Person(v.EffectBy)) + ", " + v.Page.Date(v.EffectAt)})
	}
	return rows
}

// effectState is the state word of part 6.
func (v actPage) effectState() ui.State {
	switch {
	case v.State == audit.ActEffective || v.State == audit.ActClosed:
		return ui.State{Tone: "good", Icon: "circle-check", Word: v.T("audit.act.state.effective")}
	case v.EffectDue != "":
		return ui.State{Tone: "idle", Icon: "calendar", Word: v.Day(v.EffectDue)}
	}
	return ui.State{}
}

func or(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// checkState is the state of an action's verification.
func (v actPage) checkState(a audit.ActionView) ui.State {
	switch a.State {
	case audit.ActionVerified:
		return ui.State{Tone: "good", Icon: "circle-check", Word: v.T("audit.action.state.verified")}
	case audit.ActionRejected:
		return ui.State{Tone: "warn", Icon: "arrow-back-up", Word: v.T("audit.action.state.rejected")}
	case audit.ActionDone:
		return ui.State{Tone: "info", Icon: "hourglass", Word: v.T("audit.action.checking")}
	}
	return ui.State{}
}

// signatures are the people who stand for the act, in the order of its life.
func (v actPage) signatures() []signature {
	list := []signature{
		{v.IssuedBy, v.T("audit.sign.issued"), v.IssuedAt, ""},
		{v.AcknowledgedBy, v.T("audit.sign.acknowledged"), v.AcknowledgedAt, ""},
		{v.ObjectedBy, v.T("audit.sign.objected"), v.ObjectedAt, v.Objection},
		{v.ResolvedBy, v.T("audit.sign.resolved"), v.ResolvedAt, v.Resolution},
		{v.ApprovedBy, v.T("audit.sign.approved"), v.ApprovedAt, ""},
		{v.EffectBy, v.T("audit.sign.effect"), v.EffectAt, ""},
		{v.ClosedBy, v.T("audit.sign.closed"), v.ClosedAt, ""},
	}
	var out []signature
	for _, s := range list {
		if s.user != "" {
			out = append(out, s)
		}
	}
	return out
}

type signature struct {
	user, part string
	at         time.Time
	words      string
}

// tones of the events, by verb; the others are plain.
var eventTones = map[string]string{"issue": "info", "acknowledge": "good", "object": "warn", "dismiss": "info", "uphold": "warn", "submit": "info",
	"approve": "good", "return": "warn", "implement": "good", "confirm": "good", "fail": "bad", "close": "good", "reopen": "warn", "discard": "warn",
	"action_report": "info", "action_verify": "good", "action_reject": "warn", "action_start": "info"}

// log is the history of the act.
func (v actPage) log() (out []ui.LogEntry) {
	labels := map[string]string{}
	for _, a := range v.Actions {
		labels[a.ID] = a.Label()
	}
	for _, e := range v.Events {
		verb := e.Verb
		if verb == "draft" && v.Origin != audit.OfFinding {
			verb = "draft_other" // from no row of a checklist
		}
		text := v.T("audit.event."+verb, "action", labels[e.ActionID])
		out = append(out, ui.LogEntry{At: e.At, Who: doer(v.Page, e.ActorID, e.Actor), Text: text, Note: e.Note, Tone: eventTones[e.Verb]})
	}
	return out
}

// doer is who did something: a person, or the system by itself.
func doer(p ui.Page, id, name string) string {
	if id == "" {
		return p.T("audit.event.by_system")
	}
	return name
}

// next says which step is the blue button of this person.
func (v actPage) next() string {
	for _, verb := range []string{"issue", "acknowledge", "dismiss", "respond", "approve", "confirm", "close"} {
		if v.Can(verb) {
			return verb
		}
	}
	if _, ok := v.mine(); ok {
		return "report"
	}
	if _, ok := v.toVerify(); ok {
		return "verify"
	}
	return ""
}

// mine is the first action the actor owns and can report on.
func (v actPage) mine() (audit.ActionView, bool) {
	for _, a := range v.Actions {
		if a.OwnerID == v.my && can(a, "report") {
			return a, true
		}
	}
	return audit.ActionView{}, false
}

// toVerify is the first action the actor can verify.
func (v actPage) toVerify() (audit.ActionView, bool) {
	for _, a := range v.Actions {
		if can(a, "verify") {
			return a, true
		}
	}
	return audit.ActionView{}, false
}

func can(a audit.ActionView, verb string) bool {
	for _, s := range a.Steps {
		if s == verb {
			return true
		}
	}
	return false
}

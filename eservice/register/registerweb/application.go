package registerweb

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// applicationsPage lists applications.
type applicationsPage struct {
	ui.Page
	list        register.ApplicationPage
	filter      register.ApplicationFilter
	chips       []ui.Chip
	mayBegin    []register.Agency
	next, first string
}

// ownAgencies are the bodies for which the actor begins applications.
func (p pages) ownAgencies(c *web.Context) ([]register.Agency, error) {
	if !c.Can(policies.RegisterFill) {
		return nil, nil
	}
	return p.svc.OwnAgencies(c.Ctx())
}

func (p pages) applications(c *web.Context) error {
	f := register.ApplicationFilter{State: register.State(c.Query("state")), Kind: register.Kind(c.Query("kind")), Agency: c.Query("agency"), Late: c.Query("late") == "1",
		Query: c.Query("q"), After: c.Cursor(2), Limit: c.Limit()}
	v := applicationsPage{Page: c.Page("register.application.list"), filter: f}
	var err error
	if v.list, err = p.svc.Applications(c.Ctx(), f); err != nil {
		return err
	}
	if v.mayBegin, err = p.ownAgencies(c); err != nil {
		return err
	}
	for _, s := range register.States() {
		if n := v.list.States[s]; n > 0 || s == f.State {
			l := stateLooks[s]
			v.chips = append(v.chips, ui.Chip{Label: v.T("register.state." + string(s)), Tone: l.Tone, Icon: l.Icon, Href: c.With("state", string(s)), Count: n, Current: s == f.State})
		}
	}
	if f.State != "" {
		v.chips = append(v.chips, ui.Chip{Label: v.T("register.application.open"), Href: c.With("state", ""), NoCount: true})
	}
	if v.list.Next != nil {
		v.next = c.NextHref(v.list.Next...)
	}
	v.first = c.FirstHref()
	return c.Render(http.StatusOK, applicationsView(v))
}

func (v applicationsPage) narrowed() bool {
	f := v.filter
	return f.State != "" || f.Kind != "" || f.Agency != "" || f.Late || f.Query != ""
}

// begin starts an application for a new service.
func (p pages) begin(c *web.Context) error {
	a, err := p.svc.Begin(c.Ctx(), register.Kind(c.Form("kind")), c.Form("agency"), "")
	if err != nil {
		return err
	}
	return c.Redirect(formHref(a.ID, register.Sections(a.Kind)[0]))
}

// applicationPage is one application; the form that came back is that of verb.
type applicationPage struct {
	ui.Page
	register.ApplicationView
	svc  *register.Service
	form ui.Form
	verb string
}

func (p pages) application(c *web.Context) error {
	return p.showApplication(c, http.StatusOK, "", ui.Form{})
}

func (p pages) showApplication(c *web.Context, status int, verb string, f ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	a, err := p.svc.Application(c.Ctx(), id)
	if err != nil {
		return err
	}
	v := applicationPage{Page: c.Page(""), ApplicationView: a, svc: p.svc, form: f, verb: verb}
	v.Page.Title = v.heading()
	return c.Render(status, applicationView(v))
}

// heading is number and name.
func (v applicationPage) heading() string {
	if v.ApplicationView.Title == "" {
		return v.Number
	}
	return v.Number + " " + v.ApplicationView.Title
}

// formFor gives the form that came back to the verb it is of.
func (v applicationPage) formFor(verb string) ui.Form {
	if v.verb == verb {
		return v.form
	}
	return ui.Form{}
}

// next is the step of this person: the blue button.
func (v applicationPage) next() string {
	for _, verb := range []string{"sign", "notify", "register"} {
		if v.Can(verb) && (verb != "sign" || len(v.Problems) == 0) {
			return verb
		}
	}
	if v.Can("edit") {
		return "edit"
	}
	return ""
}

// kind of the button of a verb.
func (v applicationPage) kind(verb string) string {
	if v.next() == verb {
		return "primary"
	}
	return "plain"
}

// steps of the way of an application, with dates.
func (v applicationPage) steps() []ui.Step {
	done := func(label, note string) ui.Step { return ui.Step{Label: label, Note: note, Tone: "good"} }
	open := func(label string) ui.Step { return ui.Step{Label: label, Tone: "idle"} }
	out := []ui.Step{done(v.T("register.step.draft"), v.Date(v.CreatedAt))}
	if v.SubmittedAt.IsZero() {
		out = append(out, open(v.T("register.step.sign")))
	} else {
		out = append(out, done(v.T("register.step.sign"), v.Date(v.SubmittedAt)))
	}
	switch v.State {
	case register.Submitted:
		out = append(out, ui.Step{Label: v.T("register.step.check"), Note: v.T("register.step.until", "date", v.Due), Tone: "info"}, open(v.T("register.step.register")))
	case register.Defective:
		out = append(out, ui.Step{Label: v.T("register.step.notice"), Note: v.T("register.step.until", "date", v.Due), Tone: "warn"}, open(v.T("register.step.register")))
	case register.Returned:
		out = append(out, ui.Step{Label: v.T("register.step.correct"), Note: v.T("register.step.until", "date", v.Due), Tone: "warn"}, open(v.T("register.step.register")))
	case register.Registered:
		out = append(out, done(v.T("register.step.check"), v.Date(v.DecidedAt)), done(v.T("register.step.register"), v.Date(v.DecidedAt)))
	case register.Refused, register.Withdrawn:
		out = append(out, ui.Step{Label: v.T("register.state." + string(v.State)), Note: v.Date(v.DecidedAt), Tone: "off", Icon: "ban"})
	default:
		out = append(out, open(v.T("register.step.check")), open(v.T("register.step.register")))
	}
	for i := len(out) - 1; i >= 0; i-- {
		if out[i].Tone == "info" || out[i].Tone == "warn" || (out[i].Tone == "idle" && i > 0 && out[i-1].Tone == "good") {
			out[i].Current = true
			break
		}
	}
	return out
}

// log is the history, newest first.
func (v applicationPage) log() []ui.LogEntry {
	var out []ui.LogEntry
	for _, s := range v.Steps {
		tone := "idle"
		switch s.Verb {
		case "register":
			tone = "good"
		case "find", "notify", "refuse":
			tone = "warn"
		case "sign":
			tone = "info"
		}
		out = append(out, ui.LogEntry{At: s.At, Who: s.Actor, Text: v.T("register.did." + s.Verb), Note: s.Note, Tone: tone})
	}
	return out
}

// sections of the form that hold anything to show.
func (v applicationPage) sections() []register.Section {
	return register.Sections(v.ApplicationView.Kind)
}

func (v applicationPage) rows(s register.Section) []ui.KVRow {
	rows := itemRows(v.Page, v.Codes, v.Items, register.SectionFields(v.ApplicationView.Kind, s))
	if s == register.SectionBodies {
		rows = append([]ui.KVRow{{Term: "2.3.4 " + v.T("register.col.agency"), Value: v.Agency.Name(v.Lang), Mut: v.unitName()}}, rows...)
		if x := v.Items.Get("2.3.5"); x != "" {
			rows = append(rows, ui.KVRow{Term: "2.3.5 " + v.T("register.partners"), Value: x})
		}
	}
	return rows
}

func (v applicationPage) unitName() string {
	for _, u := range v.Units {
		if u.Code == v.Items.Get("2.3.4") {
			return u.Name(v.Lang)
		}
	}
	return ""
}

// clauses are what a defect may be about.
func (v applicationPage) clauses() []ui.Option {
	var out []ui.Option
	for _, s := range v.sections() {
		for _, f := range register.SectionFields(v.ApplicationView.Kind, s) {
			out = append(out, ui.Option{Value: f.Clause, Label: label(v.Page, f)})
		}
	}
	for _, f := range register.ContactFields() {
		out = append(out, ui.Option{Value: f.Clause, Label: clauseName(v.Page, f.Clause)})
	}
	return out
}

// formHref leads to a page of the form.
func formHref(id string, s register.Section) string {
	return "/applications/" + id + "/form/" + string(s)
}

func (p pages) applicationFile(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	file, err := fileID(c)
	if err != nil {
		return err
	}
	f, err := p.svc.ApplicationFile(c.Ctx(), id, file)
	return p.send(c, f, err)
}

// after shows the application again: with the form of the verb when it was
// refused, else with a message.
func (p pages) after(c *web.Context, verb string, err error) error {
	if e, status, ok := web.FormError(err); ok {
		return p.showApplication(c, status, verb, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "register.flash."+verb)
	return c.Redirect("/applications/" + c.Param("id"))
}

func (p pages) sign(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return p.after(c, "sign", p.svc.Sign(c.Ctx(), id, revision(c)))
}

func (p pages) withdraw(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return p.after(c, "withdraw", p.svc.Withdraw(c.Ctx(), id, c.Form("reason")))
}

func (p pages) find(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return p.after(c, "find", p.svc.Find(c.Ctx(), id, register.Defect{Clause: c.Form("clause"), Text: c.Form("text")}))
}

func (p pages) notify(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return p.after(c, "notify", p.svc.Notify(c.Ctx(), id, c.Form("note")))
}

func (p pages) register(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	_, err = p.svc.Register(c.Ctx(), id)
	return p.after(c, "register", err)
}

func (p pages) refuse(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return p.after(c, "refuse", p.svc.Refuse(c.Ctx(), id, c.Form("reason")))
}

// has says whether a list of sections holds one.
func has(list []register.Section, s register.Section) bool { return slices.Contains(list, s) }

func joined(list []string) string { return strings.Join(list, "\n") }

package registerweb

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// registerRequests adds the routes of the requests of the operator (4.7.4).
func (p pages) registerRequests(r *web.Router) {
	p.requestAPI(r)
	r.POST("/services/:id/requests", policies.RegisterCheck, p.sendRequest)
	r.GET("/register-requests", policies.RegisterRead, p.requestList)
	r.GET("/register-requests/:id", policies.RegisterRead, p.request)
	r.POST("/register-requests/:id/decline", policies.RegisterSign, p.requestStep("decline", func(c *web.Context, id string) error {
		return p.requests.Decline(c.Ctx(), id, c.Form("answer"), revision(c))
	}))
	r.POST("/register-requests/:id/accept", policies.RegisterCheck, p.requestStep("accept", func(c *web.Context, id string) error { return p.requests.Accept(c.Ctx(), id, c.Form("note")) }))
	r.POST("/register-requests/:id/insist", policies.RegisterCheck, p.requestStep("insist", func(c *web.Context, id string) error { return p.requests.Insist(c.Ctx(), id, c.Form("note")) }))
	r.POST("/register-requests/:id/withdraw", policies.RegisterCheck, p.requestStep("withdraw", func(c *web.Context, id string) error { return p.requests.Withdraw(c.Ctx(), id, c.Form("reason")) }))
}

var requestLooks = map[request.State]ui.Look{
	request.Sent:      {Tone: "info", Icon: "hourglass"},
	request.Declined:  {Tone: "warn", Icon: "message-report"},
	request.Applied:   {Tone: "info", Icon: "clipboard-list"},
	request.Settled:   {Tone: "good", Icon: "circle-check"},
	request.Withdrawn: {Tone: "off", Icon: "archive"},
}

func requestState(p ui.Page, s request.State) ui.State {
	return requestLooks[s].State(p, "register.request.state."+string(s))
}

// requestsPage lists requests.
type requestsPage struct {
	ui.Page
	list        request.Page
	filter      request.Filter
	chips       []ui.Chip
	next, first string
}

func (p pages) requestList(c *web.Context) error {
	f := request.Filter{State: request.State(c.Query("state")), Agency: c.Query("agency"), Late: c.Query("late") == "1", After: c.Cursor(2), Limit: c.Limit()}
	v := requestsPage{Page: c.Page("register.request.list"), filter: f}
	var err error
	if v.list, err = p.requests.List(c.Ctx(), f); err != nil {
		return err
	}
	for _, s := range request.States() {
		if n := v.list.States[s]; n > 0 || s == f.State {
			l := requestLooks[s]
			v.chips = append(v.chips, ui.Chip{Label: v.T("register.request.state." + string(s)), Tone: l.Tone, Icon: l.Icon, Href: c.With("state", string(s)), Count: n, Current: s == f.State})
		}
	}
	if f.State != "" {
		v.chips = append(v.chips, ui.Chip{Label: v.T("register.application.open"), Href: c.With("state", ""), NoCount: true})
	}
	if v.list.Next != nil {
		v.next = c.NextHref(v.list.Next...)
	}
	v.first = c.FirstHref()
	return c.Render(http.StatusOK, requestsView(v))
}

// requestPage is one request; the form that came back is that of verb.
type requestPage struct {
	ui.Page
	request.View
	svc  *register.Service
	form ui.Form
	verb string
}

func (p pages) request(c *web.Context) error { return p.showRequest(c, http.StatusOK, "", ui.Form{}) }

func (p pages) showRequest(c *web.Context, status int, verb string, f ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v := requestPage{Page: c.Page(""), svc: p.svc, form: f, verb: verb}
	if v.View, err = p.requests.View(c.Ctx(), id); err != nil {
		return err
	}
	v.Page.Title = v.Number + " " + v.ServiceName
	return c.Render(status, requestView(v))
}

// formFor gives the form that came back to the verb it is of.
func (v requestPage) formFor(verb string) ui.Form {
	if v.verb == verb {
		return v.form
	}
	return ui.Form{}
}

// requestClock is the term of the body with its legal basis.
func requestClock(v requestPage) []ui.KVRow {
	return clock(v.Page, v.svc, register.Application{Clock: register.ClockCorrection, ClockFrom: v.ClockFrom, Due: v.Due, Confirmed: v.Confirmed})
}

// items are the clauses concerned, in words.
func (v requestPage) items() string {
	var out []string
	for _, clause := range v.Clauses() {
		if f, ok := register.FieldOf(clause); ok {
			out = append(out, label(v.Page, f))
		}
	}
	return strings.Join(out, "\n")
}

// log is the history, newest first.
func (v requestPage) log() []ui.LogEntry {
	var out []ui.LogEntry
	for _, e := range v.Events {
		tone := "info"
		switch e.To {
		case request.Settled:
			tone = "good"
		case request.Declined:
			tone = "warn"
		case request.Withdrawn:
			tone = "off"
		}
		note := e.Note
		if e.Verb == "send" {
			note = "" // it stands on the page
		}
		out = append(out, ui.LogEntry{At: e.At, Who: e.Actor, Text: v.T("register.request.did." + e.Verb), Note: note, Tone: tone})
	}
	return out
}

// requestStep takes a step and shows the request again.
func (p pages) requestStep(verb string, take func(c *web.Context, id string) error) web.Handler {
	return func(c *web.Context) error {
		id, err := c.ID("id")
		if err != nil {
			return err
		}
		err = take(c, id)
		if e, status, ok := web.FormError(err); ok {
			return p.showRequest(c, status, verb, c.FormOf(e))
		}
		if err != nil {
			return err
		}
		c.Flash("good", "register.request.flash."+verb)
		return c.Redirect("/register-requests/" + id)
	}
}

// sendRequest asks the body of a service.
func (p pages) sendRequest(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	r, err := p.requests.Send(c.Ctx(), request.Ask{ServiceID: id, Kind: register.Kind(c.Form("kind")), Clauses: c.Forms("clauses"), Text: c.Form("text"), Ground: c.Form("ground")})
	if e, status, ok := web.FormError(err); ok {
		return p.showService(c, status, "request", c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "register.request.flash.send", "number", r.Number)
	return c.Redirect("/register-requests/" + r.ID)
}

// askable are the items that a request may be about.
func askable(p ui.Page) []ui.Option {
	var out []ui.Option
	for _, f := range register.Fields() {
		if f.Public && f.Section != register.SectionChange && f.Section != register.SectionRemoval {
			out = append(out, ui.Option{Value: f.Clause, Label: label(p, f)})
		}
	}
	return out
}

// grounds are what a removal may rest on.
func grounds(p ui.Page) []ui.Option {
	out := []ui.Option{{Label: p.T("register.request.no_ground")}}
	for _, g := range request.Grounds() {
		out = append(out, ui.Option{Value: g, Label: g + " " + p.T("register.request.ground."+g)})
	}
	return out
}

// openRequest is the request about a service that is not decided; nil without
// one.
func openRequest(list []request.Row) *request.Row {
	if i := slices.IndexFunc(list, func(r request.Row) bool { return r.Open() }); i >= 0 {
		return &list[i]
	}
	return nil
}

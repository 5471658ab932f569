package inquiryweb

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// requestListPage is the list of requests.
type requestListPage struct {
	ui.Page
	inquiry.RequestList
	Filter      inquiry.RequestFilter
	Departments []office.Department // to choose from; none for those who see one department
	Chips       []ui.Chip
	NextHref    string
	First       string
	MayAsk      bool
	MayAnswer   bool
	Query       string // of the present address, for files
}

// requestFilter reads the filter of an address.
func requestFilter(c *web.Context) inquiry.RequestFilter {
	f := inquiry.RequestFilter{Query: c.Query("q"), State: inquiry.RequestState(c.Query("state")), Mine: inquiry.Mine(c.Query("mine")), DepartmentID: c.Query("department"),
		CycleID: c.Query("cycle"), AuditID: c.Query("audit"), Overdue: c.Query("overdue") == "1", Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	return f
}

func (h pages) requests(c *web.Context) error {
	p := requestListPage{Page: c.Page("inquiry.request.title"), Filter: requestFilter(c), First: c.FirstHref(), MayAsk: c.Can(policies.RequestAsk), MayAnswer: c.Can(policies.RequestAnswer)}
	var err error
	if p.RequestList, err = h.svc.Requests(c.Ctx(), p.Filter); err != nil {
		return err
	}
	if c.Scope().Any {
		if p.Departments, err = h.svc.KIS.Departments(c.Ctx()); err != nil {
			return err
		}
	}
	if p.Next != "" {
		p.NextHref = c.NextHref(p.Next)
	}
	p.Chips = stateChips(c, p.Page, inquiry.RequestStates(), requestLooks, "inquiry.request.state.", p.Counts, p.Filter.State)
	p.Query = exportQuery(c)
	return c.Render(http.StatusOK, requestList(p))
}

// narrowed says whether a filter is on.
func (p requestListPage) narrowed() bool {
	f := p.Filter
	return f.Query != "" || f.State != "" || f.Mine != "" || f.DepartmentID != "" || f.CycleID != "" || f.AuditID != "" || f.Overdue
}

func (h pages) exportRequests(format string) web.Handler {
	return func(c *web.Context) error {
		f, lang := requestFilter(c), c.Lang()
		return c.Send(c.Page("inquiry.request.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
			return h.lists.RequestList(ctx, w, format, lang, f)
		})
	}
}

// requestNewPage is the form of a new request.
type requestNewPage struct {
	ui.Page
	inquiry.Asking
	Form                           ui.Form
	CycleID, Code, AuditID, UnitID string
}

func (h pages) newRequest(c *web.Context) error {
	return h.requestForm(c, http.StatusOK, ui.Form{}, c.Request().URL.Query())
}

func (h pages) requestForm(c *web.Context, status int, f ui.Form, from url.Values) error {
	p := requestNewPage{Page: c.Page("inquiry.request.new"), Form: f, CycleID: from.Get("cycle"), Code: from.Get("code"), AuditID: from.Get("audit"), UnitID: from.Get("department")}
	var err error
	if p.Asking, err = h.svc.Asking(c.Ctx(), p.CycleID, p.Code, p.AuditID, p.UnitID); err != nil {
		return err
	}
	return c.Render(status, requestNew(p))
}

// departments are the choices of the form, those responsible for the task first.
func (p requestNewPage) departments() []ui.Option {
	out := []ui.Option{{Value: "", Label: p.T("inquiry.field.choose")}}
	for _, d := range p.Departments {
		out = append(out, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(p.Lang)})
	}
	return out
}

// people are those who can be asked, the head first.
func (p requestNewPage) people() []ui.Option {
	out := []ui.Option{{Value: "", Label: p.T("inquiry.request.head")}}
	for _, a := range p.People {
		out = append(out, ui.Option{Value: a.UserID, Label: a.Name})
	}
	return out
}

// outputs are those of the task.
func (p requestNewPage) outputs() []ui.Option {
	var out []ui.Option
	if p.Task != nil {
		for _, o := range p.Task.Outputs {
			out = append(out, ui.Option{Value: o.ID, Label: o.NameAZ})
		}
	}
	return out
}

// about names what the request is about.
func (p requestNewPage) about() string {
	switch {
	case p.Task != nil:
		return p.Code + " " + p.Task.Name(p.Lang) + ", " + p.Cycle.Process.Title(p.Lang) + ", " + p.Cycle.Period
	case p.Cycle != nil:
		return p.Cycle.Process.Title(p.Lang) + ", " + p.Cycle.Period
	case p.AuditNumber != "":
		return p.T("inquiry.request.beforehand") + ", " + p.AuditNumber
	}
	return p.T("inquiry.request.beforehand")
}

func (h pages) ask(c *web.Context) error {
	var check apperr.Check
	due := c.FormDate(&check, "due", true)
	var r inquiry.Request
	err := check.Err()
	if err == nil {
		r, err = h.svc.Ask(c.Ctx(), inquiry.NewRequest{CycleID: c.Form("cycle"), OutputIDs: c.Forms("output"), AuditID: c.Form("audit"), DepartmentID: c.Form("department"),
			AddresseeID: c.Form("addressee"), Title: c.Form("title"), Text: c.Form("text"), Confidential: c.Form("confidential") != "", Due: due})
	}
	if f, status, ok := c.Refused(err); ok {
		from := c.FormValues()
		if !validPlace(h, c, from) {
			from = url.Values{"department": {c.Form("department")}} // what was asked about does not exist
		}
		return h.requestForm(c, status, f, from)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "inquiry.request.done.ask", "number", r.Number)
	return c.Redirect("/requests/" + r.ID)
}

// validPlace says whether the form can be shown again for what was posted.
func validPlace(h pages, c *web.Context, from url.Values) bool {
	_, err := h.svc.Asking(c.Ctx(), from.Get("cycle"), from.Get("code"), from.Get("audit"), "")
	return err == nil
}

// requestShowPage is one request.
type requestShowPage struct {
	ui.Page
	inquiry.RequestPage
	Forms  map[string]ui.Form
	Panels []templ.Component
}

func (h pages) request(c *web.Context) error { return h.showRequest(c, http.StatusOK, nil) }

func (h pages) showRequest(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	found, err := h.svc.Request(c.Ctx(), id)
	if err != nil {
		return err
	}
	p := requestShowPage{Page: c.Page(found.Number), RequestPage: found, Forms: forms}
	if p.Panels, err = c.Panels(inquiry.OnRequest, id); err != nil {
		return err
	}
	return c.Render(status, requestShow(p))
}

// requestStep takes a step on a request.
func (h pages) requestStep(c *web.Context, form, done string, take func(id string) error) error {
	return step(c, "/requests", form, "inquiry.request.done."+done, take, h.showRequest)
}

func (h pages) answer(c *web.Context) error {
	return h.requestStep(c, "answer", "answer", func(id string) error {
		return h.svc.Answer(c.Ctx(), id, inquiry.NewAnswer{Text: c.Form("text"), SubmissionIDs: c.Forms("submission")})
	})
}

func (h pages) decide(c *web.Context) error {
	verb := c.Form("decision")
	return h.requestStep(c, "decide", verb, func(id string) error {
		switch verb {
		case "accept":
			return h.svc.Accept(c.Ctx(), id)
		case "return":
			return h.svc.Return(c.Ctx(), id, c.Form("reason"))
		}
		return apperr.InvalidField("decision", "error.field.required")
	})
}

func (h pages) withdraw(c *web.Context) error {
	return h.requestStep(c, "withdraw", "withdraw", func(id string) error { return h.svc.Withdraw(c.Ctx(), id, c.Form("reason")) })
}

func (h pages) close(c *web.Context) error {
	return h.requestStep(c, "close", "close", func(id string) error { return h.svc.Close(c.Ctx(), id) })
}

// steps shows the life of the request.
func (p requestShowPage) steps() []ui.Step {
	at := func(label string, when string, done, current bool, tone string) ui.Step {
		s := ui.Step{Label: p.T("inquiry.request.life." + label), Note: when, Current: current}
		switch {
		case tone != "":
			s.Tone = tone
		case done:
			s.Tone = "good"
		case current:
			s.Tone = "info"
		default:
			s.Tone = "idle"
		}
		return s
	}
	day := func(zero bool, text string) string {
		if zero {
			return ""
		}
		return text
	}
	state := p.State
	out := []ui.Step{at("asked", p.DateTime(p.AskedAt), true, false, "")}
	if state == inquiry.RequestWithdrawn {
		return append(out, at("withdrawn", p.DateTime(p.WithdrawnAt), true, true, "off"))
	}
	answered := at("answered", day(p.AnsweredAt.IsZero(), p.DateTime(p.AnsweredAt)), state != inquiry.RequestOpen && state != inquiry.RequestReturned, p.Waits(), "")
	switch {
	case p.Overdue(p.Today()):
		answered.Tone = "bad"
	case state == inquiry.RequestReturned:
		answered.Tone = "warn"
	}
	if p.Waits() {
		answered.Note = p.T("inquiry.request.until", "day", p.Day(p.Due))
	}
	return append(out, answered,
		at("accepted", day(p.AcceptedAt.IsZero(), p.DateTime(p.AcceptedAt)), !p.AcceptedAt.IsZero(), state == inquiry.RequestAnswered, ""),
		at("closed", day(p.ClosedAt.IsZero(), p.DateTime(p.ClosedAt)), state == inquiry.RequestClosed, state == inquiry.RequestAccepted, ""))
}

// rows are the facts of the request.
func (p requestShowPage) rows() []ui.KVRow {
	rows := []ui.KVRow{
		{Term: p.T("inquiry.request.asker"), Value: p.AskedByName, Mut: p.DateTime(p.AskedAt)},
		{Term: p.T("inquiry.request.asked"), Value: askedOf(p.Page, p.RequestRow), Mut: unit(p.Page, p.Department)},
		{Term: p.T("inquiry.request.due"), Value: p.Day(p.Due)},
		{Term: p.T("inquiry.request.about"), Value: about(p.Page, p.RequestRow)},
	}
	if !p.DueConfirmed {
		rows[2].Mut = p.T("inquiry.field.calendar")
	}
	if p.CycleID != "" {
		rows[3].Href = "/cycles/" + p.CycleID
	}
	if p.AuditNumber != "" {
		rows = append(rows, ui.KVRow{Term: p.T("inquiry.request.audit"), Value: p.AuditNumber, Href: "/audits/" + p.AuditID})
	}
	word := "inquiry.request.class.internal"
	if p.Confidential {
		word = "inquiry.request.class.confidential"
	}
	return append(rows, ui.KVRow{Term: p.T("kis.evidence.class"), Value: p.T(word)})
}

// choices are the submissions to answer with.
func (p requestShowPage) choices() []ui.Option {
	var out []ui.Option
	for _, e := range p.Choices {
		out = append(out, ui.Option{Value: e.ID, Label: e.Title, Hint: e.Code + " · " + p.T("kis.evidence.version_n", "version", e.Version) + " · " +
			p.T("kis.evidence.state."+string(e.State)) + " · " + p.DateTime(e.ReceivedAt)})
	}
	return out
}

// taskHref is the task at which an output's evidence is handed in.
func (p requestShowPage) taskHref(o inquiry.RequestedOutput) string {
	return "/cycles/" + p.CycleID + "/tasks/" + o.Code
}

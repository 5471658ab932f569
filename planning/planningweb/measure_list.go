package planningweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// measureListPage is a plan and year with its measures.
type measureListPage struct {
	ui.Page
	l           planning.MeasureList
	years       []int
	next, first string
	officer     bool   // may ask and send
	form        string // the dialog that comes back: ask or send
	typed       ui.Form
}

func (p measurePages) list(c *web.Context) error {
	f := planning.MeasureFilter{Plan: c.Query("plan"), Status: planning.MeasureStatus(c.Query("status")), DepartmentID: c.Query("department"),
		Query: c.Query("q"), After: c.Cursor(2), Limit: c.Limit()}
	// A year chosen for another plan says nothing about this one.
	if of := c.Query("of"); of == "" || of == f.Plan {
		year, err := measureYear(c.Query("year"))
		if err != nil {
			return err
		}
		f.Year = year
	}
	return p.renderList(c, f, http.StatusOK, "", ui.Form{})
}

func (p measurePages) renderList(c *web.Context, f planning.MeasureFilter, status int, form string, typed ui.Form) error {
	l, err := p.svc.Measures(c.Ctx(), f)
	if err != nil {
		return err
	}
	page := measureListPage{Page: c.Page("planning.measure.title"), l: l, years: p.svc.YearsOf(l.Plan), first: c.FirstHref(),
		officer: c.Can(policies.MeasureDecide), form: form, typed: typed}
	if n := len(l.Rows); l.More && n > 0 {
		page.next = c.NextHref(strconv.Itoa(l.Rows[n-1].Section), strconv.Itoa(l.Rows[n-1].Item))
	}
	page.Title = page.heading()
	return c.Render(status, measureListView(page))
}

func (p measurePages) ask(c *web.Context) error {
	return p.reportStep(c, "ask", "planning.measure.flash.asked", func(plan string, year int) error {
		var check apperr.Check
		write, review := c.FormDate(&check, "write_due", true), c.FormDate(&check, "review_due", true)
		if err := check.Err(); err != nil {
			return err
		}
		return p.svc.AskMeasures(c.Ctx(), plan, year, write, review)
	})
}

func (p measurePages) send(c *web.Context) error {
	return p.reportStep(c, "send", "planning.measure.flash.sent", func(plan string, year int) error {
		var check apperr.Check
		signed, sent := c.FormDate(&check, "signed_on", true), c.FormDate(&check, "sent_on", true)
		if err := check.Err(); err != nil {
			return err
		}
		return p.svc.SendMeasures(c.Ctx(), plan, year, signed, sent, c.Form("letter"))
	})
}

// reportStep is a POST of the list that takes one step with the report.
func (p measurePages) reportStep(c *web.Context, form, key string, do func(plan string, year int) error) error {
	year, err := measureYear(c.Form("year"))
	if err != nil {
		return err
	}
	plan := c.Form("plan")
	if err := do(plan, year); err != nil {
		errs, status, ok := web.FormError(err)
		if !ok {
			return err
		}
		return p.renderList(c, planning.MeasureFilter{Plan: plan, Year: year, Limit: web.PageSize}, status, form, c.FormOf(errs))
	}
	c.Flash("good", key)
	return c.Redirect("/measures?" + url.Values{"plan": {plan}, "year": {strconv.Itoa(year)}}.Encode())
}

func (p measureListPage) year() string { return strconv.Itoa(p.l.Year) }

func (p measureListPage) heading() string {
	if p.l.Plan.ID == "" {
		return p.T("planning.measure.title")
	}
	return p.T("planning.measure.heading", "year", p.year())
}

func (p measureListPage) crumbs() []ui.Crumb {
	out := []ui.Crumb{{Label: p.T("planning.measure.title"), Href: "/measures"}}
	if p.l.Plan.ID != "" {
		out = append(out, ui.Crumb{Label: p.T("planning.measure.report_of", "year", p.year())})
	}
	return out
}

func (p measureListPage) facts() string {
	if p.l.Plan.ID == "" {
		return ""
	}
	return p.l.Plan.Title(p.Lang) + " · " + p.T("planning.measure.count", "n", p.l.All)
}

// href is the list with another status.
func (p measureListPage) href(status planning.MeasureStatus) string {
	q := url.Values{"plan": {p.l.Plan.Code}, "year": {p.year()}}
	for name, v := range map[string]string{"status": string(status), "department": p.l.Filter.DepartmentID, "q": p.l.Filter.Query} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return "/measures?" + q.Encode()
}

// export is the address of the report as a document.
func (p measureListPage) export(ending string) string {
	return "/measures/export." + ending + "?" + url.Values{"plan": {p.l.Plan.Code}, "year": {p.year()}, "lang": {p.Lang}}.Encode()
}

// narrowed says whether a filter hides anything.
func (p measureListPage) narrowed() bool {
	f := p.l.Filter
	return f.Status != "" || f.DepartmentID != "" || strings.TrimSpace(f.Query) != ""
}

// chips count and filter by the status that stands.
func (p measureListPage) chips() []ui.Chip {
	all := 0
	for _, n := range p.l.Counts {
		all += n
	}
	out := []ui.Chip{{Label: p.T("planning.measure.all"), Count: all, Href: p.href(""), Current: p.l.Filter.Status == ""}}
	add := func(code planning.MeasureStatus) {
		n := p.l.Counts[code]
		if n == 0 && p.l.Filter.Status != code {
			return
		}
		st := measureStatusWord(p.Page, p.l.Statuses, code, nil)
		out = append(out, ui.Chip{Label: st.Word, Icon: st.Icon, Tone: st.Tone, Count: n, Href: p.href(code), Current: p.l.Filter.Status == code})
	}
	// As in the state table: from done to undone, then what is outside the count.
	for _, code := range []planning.MeasureStatus{planning.MeasureComplete, planning.MeasureSubstantial, planning.MeasureLimited, planning.MeasureNotStarted,
		planning.MeasureNoEvidence, planning.MeasureOngoing, planning.MeasureWithdrawn, planning.MeasureUnjudged} {
		add(code)
	}
	return out
}

// steps are the steps to the day on which the report is owed.
func (p measureListPage) steps() []ui.Step {
	l, r := p.l, p.l.Report
	of := func(n int) string { return strconv.Itoa(n) + " / " + strconv.Itoa(l.All) }
	term := func(text string, d string) string {
		if d == "" {
			return text
		}
		return text + ", " + p.T("planning.measure.step.until", "date", d)
	}
	asked := ui.Step{Label: p.T("planning.measure.step.ask"), Icon: "mail", Tone: "idle", Note: p.T("planning.measure.step.not_asked")}
	if !r.AskedAt.IsZero() {
		asked.Tone, asked.Icon, asked.Note = "good", "check", p.Date(r.AskedAt)
	}
	out := []ui.Step{asked,
		{Label: p.T("planning.measure.step.write"), Icon: "pencil", Tone: "idle", Note: term(p.T("planning.measure.step.ready", "n", of(l.Submitted)), r.WriteDue.Format())},
		{Label: p.T("planning.measure.step.review"), Icon: "eye", Tone: "idle", Note: term(p.T("planning.measure.step.judged", "n", of(l.Decided)), r.ReviewDue.Format())},
		{Label: p.T("planning.measure.step.sign"), Icon: "signature", Tone: "idle", Note: r.SignedOn.Format()},
		{Label: p.T("planning.measure.step.send"), Icon: "send", Tone: "idle", Note: p.Day(l.Due)}}
	done := []bool{r.State != "", l.All > 0 && l.Submitted == l.All, l.All > 0 && l.Decided == l.All, r.SignedOn != "", r.SentOn != ""}
	current := false
	for i, ok := range done {
		switch {
		case ok:
			out[i].Tone, out[i].Icon = "good", "check"
		case !current && (r.State != "" || i == 0):
			out[i].Tone, out[i].Current, current = "info", true, true
		}
	}
	if r.SentOn != "" {
		out[4].Note = p.Day(r.SentOn) + ", № " + r.Letter
	}
	return out
}

// next is the step that this person takes with the report: ask, send or "".
func (p measureListPage) step() string {
	switch {
	case !p.officer || p.l.All == 0 || p.l.Report.State == planning.MeasureReportSent || len(p.years) == 0:
		return ""
	case p.l.Report.State == "":
		return "ask"
	case p.l.Decided == p.l.All:
		return "send"
	}
	return ""
}

// formOf is one of the dialogs: as it was typed when it comes back.
func (p measureListPage) formOf(name string) ui.Form {
	if p.form == name {
		return p.typed
	}
	return ui.Form{}
}

// textState says how far the text of a row is, with the first thing to say
// about it.
func (p measureListPage) textState(r planning.MeasureRow) (ui.State, string) {
	note := ""
	if len(r.Warnings) > 0 {
		note = p.T(r.Warnings[0].Key, r.Warnings[0].Args...)
	}
	switch {
	case r.Entry.State == planning.MeasureDecided:
		if r.Entry.Done != nil {
			note = doneWords(p.Page, r.Entry.Done, p.l.Year)
		} else if note == "" {
			note = r.Entry.Figures
		}
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("planning.measure.text.decided")}, note
	case r.Entry.ID == "":
		return ui.State{Tone: "idle", Icon: "circle-dashed", Word: p.T("planning.measure.text.none")}, ""
	case r.Entry.Returned != "" && r.Entry.State == planning.MeasureDraft:
		return ui.State{Tone: "warn", Icon: "arrow-back-up", Word: p.T("planning.measure.text.returned")}, r.Entry.Returned
	case note != "":
		return ui.State{Tone: "warn", Icon: "alert-triangle", Word: p.T("planning.measure.text.check")}, note
	case r.Entry.State == planning.MeasureSubmitted:
		return ui.State{Tone: "info", Icon: "hourglass", Word: p.T("planning.measure.text.submitted")}, ""
	}
	return ui.State{Tone: "info", Icon: "pencil", Word: p.T("planning.measure.text.draft")}, ""
}

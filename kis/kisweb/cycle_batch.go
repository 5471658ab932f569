package kisweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// batchPages plan cycles of many processes, keep the templates of due days
// and say which processes get their cycles by themselves.
type batchPages struct{ kis *kis.Service }

func registerBatch(r *web.Router, s *kis.Service) {
	h := batchPages{s}
	r.GET("/cycles/batch", policies.CyclePlan, h.show)
	r.POST("/cycles/batch", policies.CyclePlan, h.plan)
	r.GET("/cycles/templates", policies.CyclePlan, h.templates)
	r.GET("/cycles/templates/:code", policies.CyclePlan, h.template)
	r.POST("/cycles/templates/:code", policies.CyclePlan, h.revise)
	r.GET("/cycles/recurring", policies.CyclePlan, h.recurring)
	r.POST("/cycles/recurring", policies.CyclePlan, h.setRecurring)
}

// copied is the choice "as in the last cycle" among the templates.
const copied = "copy"

// batchPage is the choice of processes and period and, once there is a
// period, all dates that come of it.
type batchPage struct {
	ui.Page
	Form        ui.Form // of the confirmation
	Choice      ui.Form // of the choice above it
	Departments []office.Department
	Templates   []kis.DueTemplate
	Values      url.Values // of the choice
	Preview     *kis.BatchPreview
}

// batchPlan reads the choice.
func batchPlan(v url.Values) kis.BatchPlan {
	in := kis.BatchPlan{Period: strings.TrimSpace(v.Get("period")), ReferencePeriod: strings.TrimSpace(v.Get("reference_period")),
		Release: day.Day(strings.TrimSpace(v.Get("release"))), Template: v.Get("template"), Processes: kis.ProcessFilter{OwnerID: v.Get("owner"), Query: v.Get("q")}}
	if in.Template == copied {
		in.Template, in.Copy = "", true
	}
	if !store.IsID(in.Processes.OwnerID) {
		in.Processes.OwnerID = ""
	}
	return in
}

func (h batchPages) show(c *web.Context) error {
	return h.page(c, http.StatusOK, c.Request().URL.Query(), ui.Form{})
}

// page shows the choice and, when a period is chosen, its preview. What is
// wrong with the choice stands beside its fields.
func (h batchPages) page(c *web.Context, status int, v url.Values, f ui.Form) error {
	p := batchPage{Page: c.Page("kis.batch.title"), Form: f, Values: v, Choice: ui.Form{Values: v}}
	var err error
	if p.Templates, err = h.kis.DueTemplates(c.Ctx()); err != nil {
		return err
	}
	if p.Departments, err = h.kis.Departments(c.Ctx()); err != nil {
		return err
	}
	if v.Get("period") != "" {
		preview, err := h.kis.PreviewCycles(c.Ctx(), batchPlan(v))
		if e, bad, ok := web.FormError(err); ok {
			p.Choice, status = c.FormOf(e), bad
			p.Choice.Values = v
		} else if err != nil {
			return err
		} else {
			p.Preview = &preview
		}
	}
	if p.Preview == nil && p.Choice.Errors == nil { // there is no confirmation to say it in
		p.Choice.Errors = f.Errors
	}
	return c.Render(status, batchShow(p))
}

func (h batchPages) plan(c *web.Context) error {
	v := c.FormValues()
	in := batchPlan(v)
	in.Processes.IDs = append([]string{}, c.Forms("process")...)
	in.Due = dueOf(c)
	ids, err := h.kis.PlanCycles(c.Ctx(), in)
	if e, status, ok := web.FormError(err); ok {
		return h.page(c, status, v, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.batch.planned", "n", len(ids))
	return c.Redirect("/cycles/overview?period=" + url.QueryEscape(in.Period))
}

// chosen says whether a line is ticked: all that can be planned, until
// somebody has chosen.
func (p batchPage) chosen(l kis.BatchLine) bool {
	if p.Form.Values == nil {
		return l.Problem == ""
	}
	for _, id := range p.Form.Values["process"] {
		if id == l.Process.ID {
			return true
		}
	}
	return false
}

// choiceForm is the choice with the names of its fields, for the summary of what
// is wrong.
func (p batchPage) choiceForm() ui.Form {
	f := p.Choice
	f.Labels = map[string]string{"period": p.T("kis.cycle.period_one"), "reference_period": p.T("kis.evidence.period"), "template": p.T("kis.batch.source"),
		"release": p.T("kis.batch.release"), "owner": p.T("kis.process.owner"), "q": p.T("kis.batch.search")}
	return f
}

// sources are the ways to come to due days.
func (p batchPage) sources() []ui.Option {
	out := []ui.Option{{Label: p.T("kis.batch.standard")}, {Value: copied, Label: p.T("kis.batch.copy")}}
	for _, t := range p.Templates {
		out = append(out, ui.Option{Value: t.Code, Label: p.T("kis.frequency."+string(t.Frequency)) + ": " + t.Name(p.Lang)})
	}
	return out
}

func (p batchPage) owners() []ui.Option {
	out := []ui.Option{{Label: p.T("kis.overview.any_owner")}}
	for _, d := range p.Departments {
		if d.Kind == office.Internal {
			out = append(out, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(p.Lang)})
		}
	}
	return out
}

// years lists the years without a confirmed calendar.
func (p batchPage) years() string {
	var out []string
	for _, y := range p.Preview.Unconfirmed {
		out = append(out, strconv.Itoa(y))
	}
	return strings.Join(out, ", ")
}

// templatesPage lists the templates; templatePage is one with its versions.
type templatesPage struct {
	ui.Page
	Templates []kis.DueTemplate
}

type templatePage struct {
	ui.Page
	Form     ui.Form
	Versions []kis.DueTemplate // newest first
}

func (h batchPages) templates(c *web.Context) error {
	list, err := h.kis.DueTemplates(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, templatesShow(templatesPage{c.Page("kis.template.title"), list}))
}

func (h batchPages) template(c *web.Context) error {
	return h.templateForm(c, http.StatusOK, ui.Form{})
}

func (h batchPages) templateForm(c *web.Context, status int, f ui.Form) error {
	versions, err := h.kis.DueTemplateVersions(c.Ctx(), c.Param("code"))
	if err != nil {
		return err
	}
	p := templatePage{Page: c.Page(""), Form: f, Versions: versions}
	p.Page.Title = versions[0].Name(p.Lang)
	return c.Render(status, templateShow(p))
}

func (h batchPages) revise(c *web.Context) error {
	in := kis.DueTemplateEdit{Code: c.Param("code"), NameAZ: c.Form("name_az"), NameEN: c.Form("name_en")}
	var check apperr.Check
	in.Number, _ = strconv.Atoi(c.Form("number"))
	for _, phase := range dueFields {
		n, err := strconv.Atoi(strings.TrimSpace(c.Form("days_" + phase)))
		if err != nil {
			check.Add("days_"+phase, "error.field.number")
		}
		in.Rules = append(in.Rules, kis.DueRule{Phase: phase, Anchor: kis.Anchor(c.Form("anchor_" + phase)), Days: n})
	}
	err := check.Err()
	if err == nil {
		err = h.kis.ReviseDueTemplate(c.Ctx(), in)
	}
	if e, status, ok := web.FormError(err); ok {
		return h.templateForm(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.template.saved")
	return c.Redirect("/cycles/templates/" + url.PathEscape(in.Code))
}

func (p templatePage) anchors() []ui.Option {
	var out []ui.Option
	for _, a := range kis.Anchors() {
		out = append(out, ui.Option{Value: string(a), Label: p.T("kis.template.anchor." + string(a))})
	}
	return out
}

// ruleWords writes a rule: "24 working days after the first day".
func ruleWords(p ui.Page, r kis.DueRule) string {
	key, n := "after", r.Days
	switch {
	case n < 0:
		key, n = "before", -n
	case n == 0:
		key = "on"
	}
	return p.T("kis.template.rule."+key, "n", n, "anchor", "kis.template.anchor."+string(r.Anchor))
}

// recurringPage says which processes get their cycles by themselves.
type recurringPage struct {
	ui.Page
	Form      ui.Form
	List      []kis.Recurrence
	Processes []process.ProcessSummary
	Templates []kis.DueTemplate
}

func (h batchPages) recurring(c *web.Context) error {
	return h.recurringForm(c, http.StatusOK, ui.Form{})
}

func (h batchPages) recurringForm(c *web.Context, status int, f ui.Form) error {
	p := recurringPage{Page: c.Page("kis.recur.title"), Form: f}
	var err error
	if p.List, err = h.kis.Recurrences(c.Ctx()); err != nil {
		return err
	}
	if p.Processes, err = h.kis.Processes(c.Ctx()); err != nil {
		return err
	}
	if p.Templates, err = h.kis.DueTemplates(c.Ctx()); err != nil {
		return err
	}
	return c.Render(status, recurringShow(p))
}

func (h batchPages) setRecurring(c *web.Context) error {
	n, err := strconv.Atoi(strings.TrimSpace(c.Form("lead_days")))
	if err != nil {
		n = -1 // out of its range
	}
	err = h.kis.SetRecurrence(c.Ctx(), kis.RecurrenceEdit{Process: c.Form("process"), Frequency: kis.Frequency(c.Form("frequency")),
		Template: c.Form("template"), LeadDays: n, Active: c.Form("active") == "1"})
	if e, status, ok := web.FormError(err); ok {
		return h.recurringForm(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.recur.saved")
	return c.Redirect("/cycles/recurring")
}

func (p recurringPage) processes() []ui.Option {
	out := []ui.Option{{Label: p.T("kis.recur.choose")}}
	for _, pr := range p.Processes {
		out = append(out, ui.Option{Value: pr.Code, Label: pr.Title(p.Lang)})
	}
	return out
}

func (p recurringPage) frequencies() []ui.Option {
	var out []ui.Option
	for _, f := range kis.Frequencies() {
		out = append(out, ui.Option{Value: string(f), Label: p.T("kis.frequency." + string(f))})
	}
	return out
}

func (p recurringPage) templates() []ui.Option {
	out := []ui.Option{{Label: p.T("kis.batch.standard")}}
	for _, t := range p.Templates {
		if !t.NeedsRelease() {
			out = append(out, ui.Option{Value: t.Code, Label: p.T("kis.frequency."+string(t.Frequency)) + ": " + t.Name(p.Lang)})
		}
	}
	return out
}

// failure says why the last try made no cycle.
func (p recurringPage) failure(r kis.Recurrence) string {
	if r.Failure == "" || !i18n.Has(r.Failure) {
		return r.Failure
	}
	return p.T(r.Failure, "process", r.Process.Code, "period", r.Next.String())
}

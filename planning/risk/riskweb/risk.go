package riskweb

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// listPage is the table of risks with its matrix.
type listPage struct {
	ui.Page
	risk.List
	Filter      risk.Filter
	Departments []ui.Option
	Processes   []ui.Option
	Chips       []ui.Chip
	NextHref    string
	First       string
	Query       string // of the files under the same filter
	with        func(name, value string) string
	write       bool
}

func filterOf(c *web.Context) risk.Filter {
	f := risk.Filter{Query: c.Query("q"), Kind: risk.Kind(c.Query("kind")), State: risk.State(c.Query("state")), Level: c.Query("level"),
		DepartmentID: c.Query("department"), ProcessID: c.Query("process"), Late: c.Query("late") == "1", After: c.Cursor(2), Limit: c.Limit()}
	// A number that is none is no cell.
	f.Likelihood, _ = strconv.Atoi(c.Query("likelihood"))
	f.Impact, _ = strconv.Atoi(c.Query("impact"))
	f.Open = f.State == ""
	return f
}

func (h pages) risks(c *web.Context) error {
	p := listPage{Page: c.Page("risk.list.title"), Filter: filterOf(c), First: c.FirstHref(), with: c.With, write: c.Can(policies.RiskWrite)}
	var err error
	if p.List, err = h.svc.Risks(c.Ctx(), p.Filter); err != nil {
		return err
	}
	all, err := h.choose(c, c.Scope())
	if err != nil {
		return err
	}
	empty := []ui.Option{{Label: p.T("kis.filter.all")}}
	p.Departments, p.Processes = append(empty, all.departments...), append(empty, all.processes...)
	if p.Next != nil {
		p.NextHref = c.NextHref(p.Next...)
	}
	q := c.Request().URL.Query()
	q.Del("after")
	q.Del("limit")
	if s := q.Encode(); s != "" {
		p.Query = "?" + s
	}
	for _, s := range risk.States() {
		current, to := p.Filter.State == s, string(s)
		if current {
			to = ""
		}
		look := stateLooks[s].State(p.Page, "risk.state."+string(s))
		p.Chips = append(p.Chips, ui.Chip{Label: look.Word, Icon: look.Icon, Tone: look.Tone, Href: c.With("state", to), Count: p.Counts[s], Current: current})
	}
	return c.Render(http.StatusOK, riskList(p))
}

// narrowed says whether a filter is on.
func (p listPage) narrowed() bool {
	f := p.Filter
	return f.Query != "" || f.State != "" || f.Kind != "" || f.Level != "" || f.DepartmentID != "" || f.ProcessID != "" || f.Late || f.Likelihood > 0
}

// at is how many risks stand in a cell of the matrix.
func (p listPage) at(likelihood, impact int) int {
	for _, c := range p.Matrix {
		if c.Likelihood == likelihood && c.Impact == impact {
			return c.N
		}
	}
	return 0
}

// cellHref narrows the table to a cell, or widens it again.
func (p listPage) cellHref(likelihood, impact int) string {
	u, err := url.Parse(p.with("likelihood", strconv.Itoa(likelihood)))
	if err != nil {
		return "/risks"
	}
	q := u.Query()
	q.Set("impact", strconv.Itoa(impact))
	if p.current(likelihood, impact) {
		q.Del("likelihood")
		q.Del("impact")
	}
	return "/risks?" + q.Encode()
}

func (p listPage) current(likelihood, impact int) bool {
	return p.Filter.Likelihood == likelihood && p.Filter.Impact == impact
}

func (p listPage) kinds() []ui.Option { return options(p.Page, "risk.kind.", risk.Kinds(), true) }

func (p listPage) levels() []ui.Option {
	out := []ui.Option{{Label: p.T("kis.filter.all")}}
	for _, l := range p.Scale.Levels {
		out = append(out, ui.Option{Value: l.Code, Label: l.Name(p.Lang)})
	}
	return out
}

func (h pages) export(format string) web.Handler {
	return func(c *web.Context) error {
		return c.Send(c.Page("risk.list.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
			return h.table.RiskTable(ctx, w, format, c.Lang(), c.Request().URL.Query())
		})
	}
}

// formPage is the form of a risk, new or changed.
type formPage struct {
	ui.Page
	choices
	Form  ui.Form
	Scale risk.Scale
	Risk  *risk.Page // nil for a new one
}

// Href is where the form posts.
func (p formPage) Href() string {
	if p.Risk == nil {
		return "/risks"
	}
	return riskHref(p.Risk.ID) + "/edit"
}

func (h pages) newRisk(c *web.Context) error {
	return h.showForm(c, http.StatusOK, ui.Form{Values: url.Values{"owner": {c.Actor().UserID}, "kind": {string(risk.Threat)}, "process": {c.Query("process")}, "gsbpm": {c.Query("gsbpm")}}}, nil)
}

func (h pages) showForm(c *web.Context, status int, form ui.Form, r *risk.Page) error {
	p := formPage{Page: c.Page("risk.form.new"), Form: form, Risk: r}
	var err error
	if r != nil {
		p.Page.Title = p.T("risk.form.change", "number", r.Number)
		if form.Values == nil {
			p.Form.Values = url.Values{"kind": {string(r.Kind)}, "title": {r.Risk.Title}, "cause": {r.Cause}, "consequence": {r.Consequence}, "process": {r.ProcessID}, "gsbpm": {r.GSBPM},
				"department": {r.DepartmentID}, "owner": {r.OwnerID}, "version": {strconv.Itoa(r.Version)}}
		}
	}
	scope := c.ScopeOf(policies.RiskWrite)
	if r != nil && !scope.Any {
		scope.Departments = append(scope.Departments, r.DepartmentID)
	}
	if p.choices, err = h.choose(c, scope); err != nil {
		return err
	}
	if p.Scale, err = h.svc.Scale(c.Ctx()); err != nil {
		return err
	}
	p.processes = append([]ui.Option{{Label: p.T("risk.field.system")}}, p.processes...)
	return c.Render(status, riskForm(p))
}

func fieldsOf(c *web.Context) risk.Fields {
	return risk.Fields{Kind: risk.Kind(c.Form("kind")), Title: c.Form("title"), Cause: c.Form("cause"), Consequence: c.Form("consequence"), ProcessID: c.Form("process"),
		GSBPM: c.Form("gsbpm"), DepartmentID: c.Form("department"), OwnerID: c.Form("owner")}
}

// weighingOf reads an assessment; a number that is none is refused by the
// service, by the name of the field.
func weighingOf(c *web.Context, check *apperr.Check) risk.Weighing {
	w := risk.Weighing{Note: c.Form("note"), ReviewDue: c.FormDate(check, "review_due", false)}
	w.Likelihood, _ = strconv.Atoi(c.Form("likelihood"))
	w.Impact, _ = strconv.Atoi(c.Form("impact"))
	return w
}

func (h pages) enter(c *web.Context) error {
	var check apperr.Check
	w := weighingOf(c, &check)
	err := check.Err()
	var r risk.Risk
	if err == nil {
		r, err = h.svc.Enter(c.Ctx(), fieldsOf(c), w)
	}
	return c.Done(err, "risk.done.enter", riskHref(r.ID), func(form ui.Form, status int) error { return h.showForm(c, status, form, nil) })
}

func (h pages) load(c *web.Context) (risk.Page, error) {
	id, err := c.ID("id")
	if err != nil {
		return risk.Page{}, err
	}
	return h.svc.Risk(c.Ctx(), id)
}

func (h pages) editRisk(c *web.Context) error {
	r, err := h.load(c)
	if err != nil {
		return err
	}
	return h.showForm(c, http.StatusOK, ui.Form{}, &r)
}

func (h pages) changeRisk(c *web.Context) error {
	r, err := h.load(c)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(c.Form("version")) // none is not the present one
	err = h.svc.Change(c.Ctx(), r.ID, version, fieldsOf(c))
	return c.Done(err, "risk.done.change", riskHref(r.ID), func(form ui.Form, status int) error { return h.showForm(c, status, form, &r) })
}

// showPage is one risk.
type showPage struct {
	ui.Page
	R         risk.Page
	Forms     map[string]ui.Form
	FileLimit int64
}

func (h pages) risk(c *web.Context) error { return h.show(c, http.StatusOK, nil) }

func (h pages) show(c *web.Context, status int, forms map[string]ui.Form) error {
	r, err := h.load(c)
	if err != nil {
		return err
	}
	return c.Render(status, riskShow(showPage{Page: c.Page(r.Number), R: r, Forms: forms, FileLimit: h.svc.KIS.Limits.FileBytes}))
}

// step takes a step and shows the page again with the form of that name when
// it is refused.
func (h pages) step(c *web.Context, form, key string, do func(id string, check *apperr.Check) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var check apperr.Check
	err = do(id, &check)
	return c.Done(err, key, riskHref(id), func(f ui.Form, status int) error { return h.show(c, status, map[string]ui.Form{form: f}) })
}

func (h pages) treat(c *web.Context) error {
	return h.step(c, "treat", "risk.done.treat", func(id string, check *apperr.Check) error {
		t := risk.Treatment{Kind: risk.TreatmentKind(c.Form("treatment_kind")), Text: c.Form("treatment"), Due: c.FormDate(check, "due", false)}
		if err := check.Err(); err != nil {
			return err
		}
		return h.svc.Treat(c.Ctx(), id, t)
	})
}

func (h pages) report(c *web.Context) error {
	return h.step(c, "report", "risk.done.report", func(id string, _ *apperr.Check) error { return h.svc.Report(c.Ctx(), id, c.Form("result")) })
}

func (h pages) review(c *web.Context) error {
	return h.step(c, "review", "risk.done.review", func(id string, check *apperr.Check) error {
		w := weighingOf(c, check)
		if err := check.Err(); err != nil {
			return err
		}
		return h.svc.Review(c.Ctx(), id, w)
	})
}

func (h pages) check(c *web.Context) error {
	verb := c.Form("decision")
	return h.step(c, "check", "risk.done."+verb, func(id string, check *apperr.Check) error {
		switch verb {
		case "confirm":
			w := weighingOf(c, check)
			if err := check.Err(); err != nil {
				return err
			}
			return h.svc.Confirm(c.Ctx(), id, c.Form("verdict"), w)
		case "refuse":
			return h.svc.Refuse(c.Ctx(), id, c.Form("verdict"))
		}
		return apperr.InvalidField("decision", "error.field.required")
	})
}

func (h pages) decide(c *web.Context) error {
	verb := c.Form("decision")
	return h.step(c, "decide", "risk.done."+verb, func(id string, _ *apperr.Check) error {
		switch verb {
		case "retain":
			return h.svc.Retain(c.Ctx(), id, c.Form("reason"))
		case "close":
			return h.svc.Close(c.Ctx(), id, c.Form("reason"))
		case "reopen":
			return h.svc.Reopen(c.Ctx(), id, c.Form("reason"))
		}
		return apperr.InvalidField("decision", "error.field.required")
	})
}

// decisions are the steps of the last form that the actor may take.
func (p showPage) decisions() (out []ui.Option) {
	for _, v := range []string{"retain", "close", "reopen"} {
		if p.R.Can(v) {
			out = append(out, ui.Option{Value: v, Label: p.T("risk.do." + v), Hint: p.T("risk.do." + v + "_hint")})
		}
	}
	return out
}

// rows are the facts of the risk.
func (p showPage) rows() []ui.KVRow {
	r := p.R
	place := r.Process(p.Lang)
	if place == "" {
		place = p.T("risk.field.system")
	}
	rows := []ui.KVRow{{Term: p.T("risk.field.kind"), Value: p.T("risk.kind." + string(r.Kind))}, {Term: p.T("risk.field.process"), Value: place, Mut: r.GSBPM},
		{Term: p.T("risk.field.department"), Value: r.Department.Name(p.Lang) + " (" + r.Department.Code + ")"}, {Term: p.T("risk.field.owner"), Value: r.OwnerName},
		{Term: p.T("risk.field.review_due"), Value: p.Day(r.ReviewDue), State: reviewLate(p.Page, r.Risk)},
		{Term: p.T("risk.field.created"), Value: r.CreatedName, Mut: p.DateTime(r.CreatedAt)}}
	return rows
}

func (p showPage) steps() []ui.Option {
	return options(p.Page, "risk.treatment.", risk.TreatmentKinds(), false)
}

// weights says an assessment in words: 4 × 5 = 20, very high.
func weights(p ui.Page, scale risk.Scale, likelihood, impact int, level string) string {
	return fmt.Sprintf("%d × %d = %d, %s", likelihood, impact, likelihood*impact, scale.LevelOf(level).Name(p.Lang))
}

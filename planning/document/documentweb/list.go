package documentweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/document"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// choices are what the forms and filters choose from.
type choices struct {
	kinds       []document.Kind
	departments []ui.Option
	processes   []ui.Option
}

// choose reads the kinds, the departments of a scope and the processes.
func (p pages) choose(c *web.Context, scope policies.Scope) (out choices, err error) {
	if out.kinds, err = p.svc.Kinds(c.Ctx()); err != nil {
		return out, err
	}
	departments, err := p.svc.KIS.Departments(c.Ctx())
	if err != nil {
		return out, err
	}
	for _, d := range departments {
		if d.Kind == office.Internal && scope.Department(d.ID) {
			out.departments = append(out.departments, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(c.Lang())})
		}
	}
	processes, err := p.svc.KIS.ProcessChoices(c.Ctx())
	for _, x := range processes {
		out.processes = append(out.processes, ui.Option{Value: x.ID, Label: x.Title(c.Lang())})
	}
	return out, err
}

// kindOptions are the kinds to choose from; numbered says how their numbers
// begin.
func (x choices) kindOptions(lang string, numbered bool) (out []ui.Option) {
	for _, k := range x.kinds {
		o := ui.Option{Value: k.Code, Label: k.Name(lang)}
		if numbered {
			o.Label += " (" + k.Prefix + "): " + k.Text(lang)
		}
		out = append(out, o)
	}
	return out
}

// listPage is the list of documents.
type listPage struct {
	ui.Page
	choices
	document.List
	Filter          document.Filter
	NextHref, First string
	Query           string // of the files under the same filter
	write, drafts   bool
}

func filterOf(c *web.Context) document.Filter {
	return document.Filter{Query: c.Query("q"), Kind: c.Query("kind"), State: document.State(c.Query("state")), DepartmentID: c.Query("department"), ProcessID: c.Query("process"),
		Unread: c.Query("unread") == "1", Late: c.Query("late") == "1", Sort: c.Query("sort"), After: c.Cursor(2), Limit: c.Limit()}
}

func (p pages) list(c *web.Context) error {
	v := listPage{Page: c.Page("document.list.title"), Filter: filterOf(c), First: c.FirstHref(), write: c.Can(policies.DocumentWrite)}
	v.drafts = v.write || c.Can(policies.DocumentApprove)
	var err error
	if v.List, err = p.svc.Documents(c.Ctx(), v.Filter); err != nil {
		return err
	}
	if v.choices, err = p.choose(c, policies.Scope{Any: true}); err != nil {
		return err
	}
	if v.Next != nil {
		v.NextHref = c.NextHref(v.Next...)
	}
	q := c.Request().URL.Query()
	q.Del("after")
	q.Del("limit")
	if s := q.Encode(); s != "" {
		v.Query = "?" + s
	}
	return c.Render(http.StatusOK, listView(v))
}

// narrowed says whether a filter is on.
func (v listPage) narrowed() bool {
	f := v.Filter
	return f.Query != "" || f.Kind != "" || f.State != "" || f.DepartmentID != "" || f.ProcessID != "" || f.Unread || f.Late
}

// all puts the choice of everything before others.
func all(p ui.Page, list []ui.Option) []ui.Option {
	return append([]ui.Option{{Label: p.T("kis.filter.all")}}, list...)
}

// states are those a list can be narrowed to; superseded ones stand on the
// page of their document.
func (v listPage) states() (out []ui.Option) {
	for _, s := range document.States() {
		if s == document.Superseded || !v.drafts && (s == document.Draft || s == document.Approval) {
			continue
		}
		out = append(out, ui.Option{Value: string(s), Label: v.T("document.state." + string(s))})
	}
	return all(v.Page, out)
}

func (v listPage) sorts() (out []ui.Option) {
	for _, s := range document.Sorts() {
		key := s
		if s == "" {
			key = "number"
		}
		out = append(out, ui.Option{Value: s, Label: v.T("document.sort." + key)})
	}
	return out
}

// formPage is the form of a document, new or changed.
type formPage struct {
	ui.Page
	choices
	Form ui.Form
	Doc  *document.Page // nil for a new one
}

func (v formPage) href() string {
	if v.Doc == nil {
		return "/documents"
	}
	return href(v.Doc.ID) + "/edit"
}

func (p pages) newDocument(c *web.Context) error {
	return p.showForm(c, http.StatusOK, ui.Form{Values: url.Values{"process": {c.Query("process")}}}, nil)
}

func (p pages) showForm(c *web.Context, status int, form ui.Form, d *document.Page) error {
	v := formPage{Page: c.Page("document.form.new"), Form: form, Doc: d}
	scope := c.ScopeOf(policies.DocumentWrite)
	if d != nil {
		v.Page.Title = v.T("document.form.change", "number", d.Number)
		if form.Values == nil {
			v.Form.Values = url.Values{"kind": {d.Kind}, "number": {d.Number}, "title_az": {d.TitleAZ}, "title_en": {d.TitleEN}, "department": {d.DepartmentID}, "process": {d.ProcessID},
				"version": {strconv.Itoa(d.Document.Version)}}
		}
	}
	var err error
	if v.choices, err = p.choose(c, scope); err != nil {
		return err
	}
	v.processes = append([]ui.Option{{Label: v.T("document.field.system")}}, v.processes...)
	return c.Render(status, formView(v))
}

func fieldsOf(c *web.Context) document.Fields {
	return document.Fields{Kind: c.Form("kind"), Number: c.Form("number"), TitleAZ: c.Form("title_az"), TitleEN: c.Form("title_en"), DepartmentID: c.Form("department"), ProcessID: c.Form("process")}
}

func (p pages) enter(c *web.Context) error {
	d, err := p.svc.Enter(c.Ctx(), fieldsOf(c))
	if f, status, ok := c.Refused(err); ok {
		return p.showForm(c, status, f, nil)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "document.done.enter", "number", d.Number)
	return c.Redirect(href(d.ID))
}

func (p pages) edit(c *web.Context) error {
	d, err := p.load(c)
	if err != nil {
		return err
	}
	return p.showForm(c, http.StatusOK, ui.Form{}, &d)
}

func (p pages) change(c *web.Context) error {
	d, err := p.load(c)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(c.Form("version")) // none is not the present one
	err = p.svc.Change(c.Ctx(), d.ID, version, fieldsOf(c))
	if f, status, ok := c.Refused(err); ok {
		return p.showForm(c, status, f, &d)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "document.done.change")
	return c.Redirect(href(d.ID))
}

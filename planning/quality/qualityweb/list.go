package qualityweb

import (
	"net/http"

	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/quality"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// listPage is the list of reports, with the form that begins one.
type listPage struct {
	ui.Page
	quality.List
	Filter      quality.Filter
	Departments []ui.Option
	Processes   []ui.Option
	Chips       []ui.Chip
	NextHref    string
	First       string
	Query       string // of the files under the same filter
	Form        ui.Form
}

// filterOf reads the filter of the address.
func filterOf(c *web.Context) quality.Filter {
	return quality.Filter{Query: c.Query("q"), State: quality.State(c.Query("state")), ProcessID: c.Query("process"), DepartmentID: c.Query("department"),
		All: c.Query("all") == "1", Sort: c.Query("sort"), After: c.Cursor(2), Limit: c.Limit()}
}

func (p pages) list(c *web.Context) error { return p.showList(c, http.StatusOK, ui.Form{}) }

func (p pages) showList(c *web.Context, status int, form ui.Form) error {
	v := listPage{Page: c.Page("quality.list.title"), Filter: filterOf(c), First: c.FirstHref(), Form: form}
	var err error
	if v.List, err = p.svc.Reports(c.Ctx(), v.Filter); err != nil {
		return err
	}
	empty := []ui.Option{{Label: v.T("kis.filter.all")}}
	v.Departments, v.Processes = empty, empty
	departments, err := p.svc.KIS.Departments(c.Ctx())
	if err != nil {
		return err
	}
	for _, d := range departments {
		if d.Kind == office.Internal && c.Scope().Department(d.ID) {
			v.Departments = append(v.Departments, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(v.Lang)})
		}
	}
	processes, err := p.svc.KIS.ProcessChoices(c.Ctx())
	if err != nil {
		return err
	}
	for _, x := range processes {
		v.Processes = append(v.Processes, ui.Option{Value: x.ID, Label: x.Title(v.Lang)})
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
	for _, s := range quality.States() {
		current, to := v.Filter.State == s, string(s)
		if current {
			to = ""
		}
		look := stateOf(v.Page, s)
		v.Chips = append(v.Chips, ui.Chip{Label: look.Word, Icon: look.Icon, Tone: look.Tone, Href: c.With("state", to), Count: v.Counts[s], Current: current})
	}
	return c.Render(status, listView(v))
}

// narrowed says whether a filter is on.
func (v listPage) narrowed() bool {
	f := v.Filter
	return f.Query != "" || f.State != "" || f.ProcessID != "" || f.DepartmentID != ""
}

func (v listPage) sorts() (out []ui.Option) {
	for _, s := range quality.Sorts() {
		key := s
		if s == "" {
			key = "newest"
		}
		out = append(out, ui.Option{Value: s, Label: v.T("quality.sort." + key)})
	}
	return out
}

// cycles are those a report may be begun about.
func (v listPage) cycles() (out []ui.Option) {
	for _, x := range v.Waiting {
		out = append(out, ui.Option{Value: x.ID, Label: x.Title(v.Lang) + ", " + x.Period})
	}
	return out
}

func (p pages) begin(c *web.Context) error {
	r, err := p.svc.Begin(c.Ctx(), quality.NewReport{CycleID: c.Form("cycle"), Copy: c.Form("copy") == "1"})
	if f, status, ok := c.Refused(err); ok {
		return p.showList(c, status, f)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "quality.done.begin", "number", r.Number)
	return c.Redirect("/quality/" + r.ID + "/write?chapter=S.1")
}

// publicPage is the list of published reports.
type publicPage struct {
	ui.Page
	Rows            []quality.Report
	Q               string
	NextHref, First string
}

// publicSeconds is how long a public page may be kept by browsers and proxies:
// what is withdrawn is gone from them after that.
const publicSeconds = 60

const publicLimit = 50

func (p pages) publicList(c *web.Context) error {
	v := publicPage{Page: c.Page("quality.public.title"), Q: c.Query("q"), First: c.FirstHref()}
	after := ""
	if cur := c.Cursor(1); cur != nil {
		after = cur[0]
	}
	rows, more, err := p.svc.PublicList(c.Ctx(), v.Q, after, publicLimit)
	if err != nil {
		return err
	}
	if v.Rows = rows; more {
		v.NextHref = c.NextHref(rows[len(rows)-1].ID)
	}
	return c.RenderPublic(publicSeconds, publicListView(v))
}

func (p pages) publicReport(c *web.Context) error {
	d, err := p.svc.Public(c.Ctx(), c.Param("number"))
	if err != nil {
		return err
	}
	return c.RenderPublic(publicSeconds, publicView(readPage{Page: c.Page(d.Title(c.Lang())), Dossier: d}))
}

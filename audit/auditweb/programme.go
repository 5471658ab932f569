package auditweb

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type programmePages struct {
	svc *programme.Service
	r   *web.Router
}

// RegisterProgrammes adds the routes of audit programmes.
func RegisterProgrammes(r *web.Router, svc *programme.Service) {
	p := programmePages{svc, r}
	r.GET("/programmes", policies.ProgrammeRead, p.list)
	r.GET("/programmes/new", policies.ProgrammeDraft, p.newProgramme)
	r.POST("/programmes", policies.ProgrammeDraft, p.create)
	r.GET("/programmes/weights", policies.ProgrammeRead, p.weights)
	r.POST("/programmes/weights", policies.ProgrammeDraft, p.addWeights)
	r.GET("/programmes/sites", policies.ProgrammeRead, p.sites)
	r.POST("/programmes/sites", policies.ProgrammeDraft, p.addSite)
	r.GET("/programmes/:year", policies.ProgrammeRead, p.show)
	r.GET("/programmes/:year/edit", policies.ProgrammeDraft, p.edit)
	r.POST("/programmes/:year", policies.ProgrammeDraft, p.save)
	r.POST("/programmes/:year/rows", policies.ProgrammeDraft, p.refresh)
	r.GET("/programmes/:year/rows/:row", policies.ProgrammeDraft, p.row)
	r.POST("/programmes/:year/rows/:row", policies.ProgrammeDraft, p.saveRow)
	r.POST("/programmes/:year/rows/:row/audit", policies.AuditPlan, p.planAudit)
	r.POST("/programmes/:year/submit", policies.ProgrammeDraft, p.step("submit", func(c *web.Context, id string) error { return svc.Submit(c.Ctx(), id) }))
	r.POST("/programmes/:year/approve", policies.ProgrammeApprove, p.step("approve", func(c *web.Context, id string) error { return svc.Approve(c.Ctx(), id) }))
	r.POST("/programmes/:year/return", policies.ProgrammeApprove, p.step("return", func(c *web.Context, id string) error { return svc.Return(c.Ctx(), id, c.Form("reason")) }))
	r.POST("/programmes/:year/close", policies.ProgrammeDraft, p.step("close", func(c *web.Context, id string) error { return svc.Close(c.Ctx(), id, c.Form("note")) }))
}

var programmeLooks = map[programme.State]ui.Look{
	programme.Draft:     {Tone: "idle", Icon: "circle-dashed"},
	programme.Submitted: {Tone: "info", Icon: "hourglass"},
	programme.Returned:  {Tone: "warn", Icon: "arrow-back-up"},
	programme.Approved:  {Tone: "good", Icon: "circle-check"},
	programme.Amended:   {Tone: "good", Icon: "progress-check"},
	programme.Closed:    {Tone: "good", Icon: "lock"},
}

func programmeState(p ui.Page, s programme.State) ui.State {
	return programmeLooks[s].State(p, "audit.programme.state."+string(s))
}

// bandState is a priority in a word. A high priority is not a fault: nothing
// is red about it.
func bandState(p ui.Page, priority int) ui.State {
	b := programme.BandOf(priority)
	look := map[programme.Band]ui.Look{programme.High: {Tone: "warn", Icon: "arrow-up"}, programme.Middle: {Tone: "info", Icon: "equal"}, programme.Low: {Tone: "idle", Icon: "arrow-down"}}[b]
	return look.State(p, "audit.programme.band."+string(b))
}

type programmeList struct {
	ui.Page
	items  []programme.Brief
	drafts bool
}

// list shows the programmes, latest year first.
func (p programmePages) list(c *web.Context) error {
	items, err := p.svc.List(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, programmeListView(programmeList{c.Page("audit.programme.title"), items, c.Can(policies.ProgrammeDraft)}))
}

type programmePage struct {
	ui.Page
	programme.View
	forms map[string]ui.Form
	said  ui.Form // why a step of one button was refused
	kind  programme.Kind
	paper bool // it can be printed
}

// id gives the programme of the year in the address.
func (p programmePages) id(c *web.Context) (string, error) {
	year, err := strconv.Atoi(c.Param("year"))
	if err != nil {
		return "", apperr.Missing("programme")
	}
	return p.svc.ByYear(c.Ctx(), year)
}

func (p programmePages) load(c *web.Context) (v programmePage, err error) {
	id, err := p.id(c)
	if err != nil {
		return v, err
	}
	if v.View, err = p.svc.Programme(c.Ctx(), id); err != nil {
		return v, err
	}
	v.Page = c.Page("audit.programme.title")
	v.Page.Title = v.title()
	v.kind = programme.Kind(c.Query("kind"))
	v.paper = p.r.Has(http.MethodGet, "/programmes/:year/export.pdf")
	return v, nil
}

func (v programmePage) title() string {
	return v.T("audit.programme.of", "year", strconv.Itoa(v.Year))
}

func (v programmePage) path() string { return fmt.Sprintf("/programmes/%d", v.Year) }

// show is the page of a programme.
func (p programmePages) show(c *web.Context) error { return p.again(c, http.StatusOK, "", ui.Form{}) }

// again shows the page with a form that came back.
func (p programmePages) again(c *web.Context, status int, name string, form ui.Form) error {
	v, err := p.load(c)
	if err != nil {
		return err
	}
	if form.Errors != nil && (name == "return" || name == "close") && v.Can(name) {
		v.forms = map[string]ui.Form{name: form}
	} else {
		v.said = form
	}
	return c.Render(status, programmeShowView(v))
}

// step takes a step of the programme's life.
func (p programmePages) step(name string, do func(c *web.Context, id string) error) web.Handler {
	return func(c *web.Context) error {
		id, err := p.id(c)
		if err != nil {
			return err
		}
		err = do(c, id)
		if form, status, ok := c.Refused(err); ok {
			return p.again(c, status, name, form)
		}
		return c.Done(err, "audit.programme.done."+name, "/programmes/"+c.Param("year"), nil)
	}
}

// refresh adds rows for what has come since.
func (p programmePages) refresh(c *web.Context) error {
	id, err := p.id(c)
	if err != nil {
		return err
	}
	n, err := p.svc.Refresh(c.Ctx(), id)
	if form, status, ok := c.Refused(err); ok {
		return p.again(c, status, "refresh", form)
	}
	if err != nil {
		return err
	}
	key := "audit.programme.rows_added"
	if n == 0 {
		key = "audit.programme.rows_none"
	}
	c.Flash("good", key, "n", n)
	return c.Redirect("/programmes/" + c.Param("year"))
}

// planAudit makes the audit of a row and month.
func (p programmePages) planAudit(c *web.Context) error {
	row, err := c.ID("row")
	if err != nil {
		return err
	}
	month, _ := strconv.Atoi(c.Form("month")) // anything else is a month the row does not have
	a, err := p.svc.PlanAudit(c.Ctx(), row, month)
	if form, status, ok := c.Refused(err); ok {
		return p.again(c, status, "audit", form)
	}
	return c.Done(err, "audit.audit.planned", "/audits/"+a.ID, nil)
}

// facts is the line under the title.
func (v programmePage) facts() string {
	planned, made, finished := v.Planned()
	parts := []string{v.T("audit.programme.facts", "planned", planned, "made", made, "done", finished), v.T("audit.programme.weights_no", "n", v.Weighting.Number)}
	if !v.ApprovedAt.IsZero() {
		parts = append(parts, v.T("audit.programme.approved_by", "name", v.People[v.ApprovedBy], "day", v.Date(v.ApprovedAt)))
	} else if v.State == programme.Submitted {
		parts = append(parts, v.T("audit.programme.submitted_by", "name", v.People[v.SubmittedBy], "day", v.Date(v.SubmittedAt)))
	}
	if v.Amendment > 0 {
		parts = append(parts, v.T("audit.programme.amended_times", "n", v.Amendment))
	}
	return strings.Join(parts, " · ")
}

// shown are the rows under the filter.
func (v programmePage) shown() []programme.RowView {
	if !slices.Contains(programme.Kinds(), v.kind) {
		return v.Rows
	}
	return slices.DeleteFunc(slices.Clone(v.Rows), func(r programme.RowView) bool { return r.Kind != v.kind })
}

// chips filter the rows by kind.
func (v programmePage) chips() []ui.Chip {
	out := []ui.Chip{{Label: v.T("audit.list.all"), Href: v.path() + "#rows", Count: len(v.Rows), Current: !slices.Contains(programme.Kinds(), v.kind)}}
	for _, k := range programme.Kinds() {
		n := 0
		for _, r := range v.Rows {
			if r.Kind == k {
				n++
			}
		}
		out = append(out, ui.Chip{Label: v.T("audit.programme.kind." + string(k)), Icon: kindIcons[k], Count: n, Href: v.path() + "?kind=" + string(k) + "#rows", Current: v.kind == k})
	}
	return out
}

var kindIcons = map[programme.Kind]string{programme.Process: "layout-columns", programme.Department: "sitemap", programme.Site: "map-pin"}

// month is a month of the programme: "Mart".
func month(p ui.Page, m int) string { return p.T(fmt.Sprintf("kis.month.%02d", m)) }

// figure is what was counted for a factor, in words.
func figure(p ui.Page, s programme.Score) string {
	if s.Factor == programme.Time {
		if s.Figure == programme.Never {
			return p.T("audit.programme.figure.never")
		}
		return p.T("audit.programme.figure.months", "n", s.Figure)
	}
	if s.Factor == programme.Importance {
		return p.T("audit.programme.importance." + strconv.Itoa(s.Figure))
	}
	return p.Int(int64(s.Figure))
}

// objectHref is the page of what a row looks at, "" where there is none.
func objectHref(r programme.RowView) string {
	if r.Kind == programme.Process {
		return "/processes/" + r.ProcessID
	}
	return ""
}

// covers are the four degrees in the order of a legend.
func coverState(p ui.Page, how programme.Cover) ui.State {
	look := map[programme.Cover]ui.Look{programme.ThisYear: {Tone: "good", Icon: "circle-check"}, programme.ToCome: {Tone: "info", Icon: "calendar"},
		programme.Lately: {Tone: "warn", Icon: "history"}, programme.Nowhere: {Tone: "idle", Icon: "circle-dashed"}}[how]
	return look.State(p, "audit.programme.cover."+string(how))
}

// coverSegments draw a coverage as a bar.
func coverSegments(list []programme.Covered) (out []ui.Segment) {
	counts := map[programme.Cover]int{}
	for _, c := range list {
		counts[c.Cover()]++
	}
	for _, how := range coverOrder {
		if counts[how] > 0 {
			out = append(out, ui.Segment{Tone: map[programme.Cover]string{programme.ThisYear: "good", programme.ToCome: "info", programme.Lately: "warn", programme.Nowhere: "idle"}[how], Count: counts[how]})
		}
	}
	return out
}

var coverOrder = []programme.Cover{programme.ThisYear, programme.ToCome, programme.Lately, programme.Nowhere}

// groups puts sub-processes and clauses by their first number.
func groups(list []programme.Covered) (out [][]programme.Covered) {
	for _, c := range list {
		first, _, _ := strings.Cut(c.Code, ".")
		if n := len(out); n > 0 && strings.HasPrefix(out[n-1][0].Code, first+".") {
			out[n-1] = append(out[n-1], c)
		} else {
			out = append(out, []programme.Covered{c})
		}
	}
	return out
}

// changeText says what a change put in the place of what.
func (v programmePage) changeText(f programme.FieldChange) string {
	show := func(s string) string {
		switch {
		case s == "":
			return "–"
		case f.Field == "lead":
			return v.People[s]
		case f.Field == "months":
			var names []string
			for _, m := range strings.Fields(s) {
				n, _ := strconv.Atoi(m)
				names = append(names, month(v.Page, n))
			}
			return strings.Join(names, ", ")
		}
		return s
	}
	return v.T("audit.programme.field."+f.Field) + ": " + show(f.Before) + " → " + show(f.After)
}

// changeAbout says what a change was about.
func (v programmePage) changeAbout(c programme.ChangeView) string {
	if c.RowNo == 0 {
		return v.T("audit.programme.whole")
	}
	return v.T("audit.programme.row_no", "n", c.RowNo) + ", " + c.RowCode
}

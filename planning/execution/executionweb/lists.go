package executionweb

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// number reads a number of an address or form; 0 is none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

type listPage struct {
	ui.Page
	execution.List
	filter      execution.Filter
	departments []ui.Option
	kinds       []ui.Option
	next, first string
	xlsx, csv   string
}

func filterOf(c *web.Context) execution.Filter {
	return execution.Filter{Query: c.Query("q"), Plan: planning.Key(c.Query("plan")), Kind: c.Query("kind"), Year: number(c.Query("year")), DepartmentID: c.Query("department"), PersonID: c.Query("person"),
		State: planning.ItemState(c.Query("state")), Late: c.Query("late") == "1", Latest: c.Query("sort") == "late", After: c.Cursor(2), Limit: c.Limit()}
}

// items is the list of the items of all plans.
func (p pages) items(c *web.Context) error {
	v := listPage{Page: c.Page("planning.execution.items"), filter: filterOf(c), first: c.FirstHref()}
	var err error
	if v.List, err = p.svc.Items(c.Ctx(), v.filter); err != nil {
		return err
	}
	if v.departments, err = p.units(c); err != nil {
		return err
	}
	if v.kinds, err = p.kinds(c); err != nil {
		return err
	}
	if v.Next != nil {
		v.next = c.NextHref(v.Next...)
	}
	q := c.Request().URL.Query()
	q.Del("after")
	q.Del("limit")
	v.xlsx, v.csv = "/plan-items/export.xlsx?"+q.Encode(), "/plan-items/export.csv?"+q.Encode()
	return c.Render(http.StatusOK, listView(v))
}

func (p pages) kinds(c *web.Context) ([]ui.Option, error) {
	list, err := p.svc.PlanKinds(c.Ctx())
	out := []ui.Option{{Label: c.Page("").T("planning.execution.all_kinds")}}
	for _, k := range list {
		out = append(out, ui.Option{Value: k.Code, Label: k.Short(c.Lang())})
	}
	return out, err
}

func (v listPage) states() []ui.Option {
	out := []ui.Option{{Label: v.T("planning.filter.all")}}
	for _, s := range planning.ShownStates() {
		out = append(out, ui.Option{Value: string(s), Label: v.T("planning.item.state." + string(s))})
	}
	return out
}

func (v listPage) people() []ui.Option {
	return []ui.Option{{Label: v.T("planning.execution.anybody")}, {Value: "mine", Label: v.T("planning.execution.mine")}}
}

func (v listPage) orders() []ui.Option {
	return []ui.Option{{Label: v.T("planning.execution.sort_soon")}, {Value: "late", Label: v.T("planning.execution.sort_late")}}
}

func (v listPage) order() string {
	if v.filter.Latest {
		return "late"
	}
	return ""
}

func (v listPage) years() []ui.Option {
	out := []ui.Option{{Label: v.T("planning.execution.all_years")}}
	for y := v.List.Today.Year() + 1; y > v.List.Today.Year()-4; y-- {
		out = append(out, ui.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y)})
	}
	return out
}

func (v listPage) year() string {
	if v.filter.Year == 0 {
		return ""
	}
	return strconv.Itoa(v.filter.Year)
}

// narrowed says whether a filter is on.
func (v listPage) narrowed() bool {
	f := v.filter
	return f.Query != "" || f.Plan != "" || f.Kind != "" || f.Year != 0 || f.DepartmentID != "" || f.PersonID != "" || f.State != "" || f.Late
}

var itemLooks = map[planning.ItemState]ui.Look{
	planning.NotStarted: {Tone: "idle", Icon: "circle-dashed"},
	planning.InProgress: {Tone: "info", Icon: "player-play"},
	planning.Reported:   {Tone: "info", Icon: "hourglass"},
	planning.Done:       {Tone: "good", Icon: "circle-check"},
	planning.Postponed:  {Tone: "warn", Icon: "calendar-due"},
}

// itemState is the state word of an item; one past its term says so.
func itemState(p ui.Page, it planning.Item, today day.Day) ui.State {
	if it.Overdue(today) {
		return ui.Look{Tone: "bad", Icon: "alert-triangle"}.State(p, "planning.item.state.overdue")
	}
	return itemLooks[it.Shown()].State(p, "planning.item.state."+string(it.Shown()))
}

// export hands out the list under the filter of the page.
func (p pages) export(format string) web.Handler {
	return func(c *web.Context) error {
		return c.Send(c.Page("planning.execution.items").Title+"."+format, func(ctx context.Context, w io.Writer) error {
			return p.lists.PlanItemList(ctx, w, format, c.Lang(), filterOf(c))
		})
	}
}

type loadPage struct {
	ui.Page
	year  int
	kind  string
	kinds []ui.Option
	units []unitLoad
}

// unitLoad is what a department has to do, and its people.
type unitLoad struct {
	execution.Load
	people []execution.Load
}

// workload shows the items of a year by department and person.
func (p pages) workload(c *web.Context) error {
	v := loadPage{Page: c.Page("planning.execution.workload"), year: number(c.Query("year")), kind: c.Query("kind")}
	if v.year < 1990 || v.year > 2199 {
		v.year = v.Today().Year()
	}
	list, err := p.svc.Workload(c.Ctx(), v.year, v.kind)
	if err != nil {
		return err
	}
	if v.kinds, err = p.kinds(c); err != nil {
		return err
	}
	for _, x := range list {
		n := len(v.units)
		if n == 0 || v.units[n-1].DepartmentID != x.DepartmentID {
			v.units = append(v.units, unitLoad{Load: execution.Load{DepartmentID: x.DepartmentID, Department: x.Department}})
			n++
		}
		u := &v.units[n-1]
		u.Items, u.Done, u.Late, u.Waiting = u.Items+x.Items, u.Done+x.Done, u.Late+x.Late, u.Waiting+x.Waiting
		u.Q1, u.Q2, u.Q3, u.Q4 = u.Q1+x.Q1, u.Q2+x.Q2, u.Q3+x.Q3, u.Q4+x.Q4
		u.people = append(u.people, x)
	}
	return c.Render(http.StatusOK, workloadView(v))
}

// listHref leads to the items behind a figure.
func (v loadPage) listHref(name, value string, x execution.Load) string {
	q := url.Values{"year": {strconv.Itoa(v.year)}, "department": {x.DepartmentID}}
	if v.kind != "" {
		q.Set("kind", v.kind)
	}
	if x.UserID != "" {
		q.Set("person", x.UserID)
	}
	if name != "" {
		q.Set(name, value)
	}
	return "/plan-items?" + q.Encode()
}

func (v loadPage) heaviest() int {
	n := 1
	for _, u := range v.units {
		n = max(n, u.Q1, u.Q2, u.Q3, u.Q4)
	}
	return n
}

type timePage struct {
	ui.Page
	planning.PlanPage
}

// timeline shows a plan as bars over the year, and the same as a table.
func (p pages) timeline(c *web.Context) error {
	key := planning.Key(c.Param("year"))
	if key.Year() == 0 {
		return apperr.Missing("plan")
	}
	plan, err := p.svc.Plan(c.Ctx(), key)
	if err != nil {
		return err
	}
	v := timePage{Page: c.Page(""), PlanPage: plan}
	v.Page.Title = v.T("planning.execution.timeline_of", "plan", plan.KindOf.Name(v.Lang)+", "+strconv.Itoa(plan.Year))
	return c.Render(http.StatusOK, timelineView(v))
}

// Measures of the drawing, in its own units.
const (
	rowHeight = 26
	left      = 90
	width     = 730 // two units a day
)

// bar is an item as it is drawn: from x, wide w, the accepted part p, and what
// it was postponed by.
type bar struct {
	planning.Item
	x, w, done, more, y int
	percent             int
	tone                string
}

// first is the day on which an item begins.
func first(it planning.Item) day.Day {
	if it.StartQuarter == 1 {
		return day.Make(it.Year, 1, 1)
	}
	return planning.QuarterEnd(it.Year, it.StartQuarter-1).Add(1)
}

func (v timePage) bars() (out []bar) {
	begin := day.Make(v.Year, 1, 1)
	at := func(d day.Day) int { return min(max(2*begin.Until(d), 0), width) }
	for i, it := range v.Items {
		b := bar{Item: it, x: at(first(it)), y: 24 + i*rowHeight, percent: v.RuleOf.Percent(it), tone: itemState(v.Page, it, v.PlanPage.Today).Tone}
		b.w = max(at(it.Due.Add(1))-b.x, 4)
		b.done = b.w * b.percent / 100
		if it.NewDue != "" {
			b.more = max(at(it.NewDue.Add(1))-b.x-b.w, 0)
		}
		out = append(out, b)
	}
	return out
}

func (v timePage) height() int { return 30 + len(v.Items)*rowHeight }

// now is where today stands; -1 outside the year.
func (v timePage) now() int {
	if v.PlanPage.Today.Year() != v.Year {
		return -1
	}
	return 2 * day.Make(v.Year, 1, 1).Until(v.PlanPage.Today)
}

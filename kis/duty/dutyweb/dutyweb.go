// Package dutyweb holds the page "my work" with its three lists, their files
// and their operation of the API.
//
// It may import duty, kis, web and what they may import; no SQL. Invariants:
// a handler reads the address, asks the service and shows what came back; the
// filter stands in the address, and page, file and API read it alike.
package dutyweb

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/duty"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// ListWriter writes lists as files; reports does, which stands above this
// package.
type ListWriter interface {
	// WorkList writes a list under a filter as "xlsx" or "csv".
	WorkList(ctx context.Context, w io.Writer, format, lang string, f duty.Filter) error
}

type pages struct {
	svc   *duty.Service
	kis   *kis.Service
	lists ListWriter
	r     *web.Router
}

// Register adds the page, its files and the operation of the API.
func Register(r *web.Router, s *duty.Service, lists ListWriter) {
	p := pages{s, s.KIS, lists, r}
	r.GET("/work", policies.SelfUse, p.list)
	if lists != nil {
		for _, format := range formats {
			r.GET("/work/export."+format, policies.SelfUse, p.export(format))
		}
	}
	p.registerAPI(r)
}

// formats are the kinds of files of the list.
var formats = []string{"xlsx", "csv"}

// tabs are the lists in their order.
var tabs = []kis.WorkTab{kis.WorkMine, kis.WorkDepartment, kis.WorkAwaited}

// beside is how much of what is awaited stands beside the own list, workCycles
// of how many open cycles the progress is shown, soonDays how far the second
// group of the list looks ahead.
const (
	beside     = 5
	workCycles = 3
	soonDays   = 7
)

// workPage is one page of a list, in groups by term.
type workPage struct {
	ui.Page
	List        duty.Page
	Filter      duty.Filter
	Chips       []ui.Chip
	Groups      []workGroup
	Awaited     []kis.WorkItem // the first, beside the own list
	Cycles      []kis.CycleSummary
	Next, First string
	query       string
	files       bool
	calendar    bool
}

// workGroup is a part of the list under one heading.
type workGroup struct {
	Key   string // of the heading
	Late  bool
	Until day.Day // of the second group
	Items []kis.WorkItem
}

// filter reads the address. A tab or kind that is none is left out.
func filter(c *web.Context) duty.Filter {
	f := duty.Filter{Tab: kis.WorkMine, Query: strings.TrimSpace(c.Query("q")), After: c.Cursor(4), Limit: c.Limit()}
	for _, t := range tabs {
		if kis.WorkTab(c.Query("tab")) == t {
			f.Tab = t
		}
	}
	if kind := c.Query("kind"); i18n.Has(kind) {
		f.Kind = kind
	} else if kind != "" {
		f.Kind = "-" // a kind of which there is nothing
	}
	if len(f.Query) > 200 {
		f.Query = ""
	}
	return f
}

func (h pages) list(c *web.Context) error {
	f := filter(c)
	list, err := h.svc.List(c.Ctx(), f)
	if err != nil {
		return err
	}
	p := workPage{Page: c.Page("kis.work.title"), List: list, Filter: f, First: c.FirstHref(), query: c.Request().URL.RawQuery, files: h.lists != nil, calendar: h.r.Has(http.MethodGet, "/calendar")}
	if list.Next != nil {
		p.Next = c.NextHref(list.Next...)
	}
	p.group()
	p.chips(c)
	p.SetCount("/work", list.All[kis.WorkMine].N) // as the page says
	if f.Tab != kis.WorkMine {
		return c.Render(http.StatusOK, workList(p))
	}
	if list.All[kis.WorkAwaited].N > 0 {
		if p.Awaited, err = h.svc.Items(c.Ctx(), kis.WorkAwaited, beside); err != nil {
			return err
		}
	}
	if c.Can(policies.CycleRead) {
		var departments []string // of those who deliver; who reads everything sees the newest
		if !c.ScopeOf(policies.EvidenceRead).Any {
			departments = c.ScopeOf(policies.EvidenceSubmit).Departments
		}
		if p.Cycles, err = h.kis.UrgentCycles(c.Ctx(), departments, workCycles); err != nil {
			return err
		}
	}
	return c.Render(http.StatusOK, workList(p))
}

// group sorts the items of the page under headings by term.
func (p *workPage) group() {
	today := p.Today()
	soon := today.Add(soonDays)
	groups := []workGroup{{Key: "kis.work.late", Late: true}, {Key: "kis.work.soon", Until: soon}, {Key: "kis.work.later"}, {Key: "kis.work.open"}}
	for _, w := range p.List.Items {
		g := &groups[2]
		switch {
		case w.Due == "":
			g = &groups[3]
		case w.Due < today:
			g = &groups[0]
		case w.Due <= soon:
			g = &groups[1]
		}
		g.Items = append(g.Items, w)
	}
	for _, g := range groups {
		if len(g.Items) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
}

// chips filter the list by kind.
func (p *workPage) chips(c *web.Context) {
	all := p.List.All[p.List.Tab]
	p.Chips = []ui.Chip{{Label: p.T("kis.work.all"), Href: c.With("kind", ""), Count: all.N, More: all.More, Current: p.Filter.Kind == ""}}
	for _, k := range p.List.Kinds {
		p.Chips = append(p.Chips, ui.Chip{Label: p.T(k.Key), Href: c.With("kind", k.Key), Count: k.N, More: k.More, Current: p.Filter.Kind == k.Key})
	}
}

// tabHref is the address of another list.
func tabHref(t kis.WorkTab) string {
	if t == kis.WorkMine {
		return "/work"
	}
	return "/work?tab=" + string(t)
}

// tabLabel is the name of a list with how much is in it.
func (p workPage) tabLabel(t kis.WorkTab) string {
	n := p.List.All[t]
	return p.T("duty.tab."+string(t)) + " (" + p.AtLeast(n.N, n.More) + ")"
}

// facts is the line under the title: the day and how much waits.
func (p workPage) facts() string {
	today := p.Today().Time()
	date := p.T("kis.work.date", "day", fmt.Sprint(today.Day()), "month", p.T(fmt.Sprintf("kis.work.month.%02d", today.Month())),
		"year", fmt.Sprint(today.Year()), "weekday", p.T(fmt.Sprintf("kis.work.weekday.%d", today.Weekday())))
	n := p.List.All[p.List.Tab]
	switch {
	case n.N == 0 && p.List.Tab == kis.WorkMine:
		return date + " · " + p.T("kis.work.nothing")
	case n.Late == 0:
		return date + " · " + p.T("kis.work.count", "n", p.AtLeast(n.N, n.More))
	}
	return date + " · " + p.T("kis.work.count_late", "n", p.AtLeast(n.N, n.More), "late", p.AtLeast(n.Late, n.More))
}

// first says whether an item is the first of the person's list, whose button
// is blue: the next step.
func (p workPage) first(g, i int) bool {
	return g == 0 && i == 0 && p.List.Tab == kis.WorkMine && p.First == ""
}

// narrowed says whether a filter is on.
func (p workPage) narrowed() bool { return p.Filter.Kind != "" || p.Filter.Query != "" }

// found is how many rows the list has over all its pages.
func (p workPage) pager() string {
	return ui.PagerWords(p.Page, len(p.List.Items), p.List.Found.N, p.List.Found.More)
}

// file is the address of the list as a file.
func (p workPage) file(format string) string {
	if p.query == "" {
		return "/work/export." + format
	}
	return "/work/export." + format + "?" + p.query
}

// export sends the whole list under the filter of the address, as it is
// written.
func (h pages) export(format string) web.Handler {
	return func(c *web.Context) error {
		return c.Send(c.Page("kis.work.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
			return h.lists.WorkList(ctx, w, format, c.Lang(), filter(c))
		})
	}
}

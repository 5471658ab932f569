package kisweb

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// cycleViews are the pages that look at many cycles at once.
type cycleViews struct {
	kis *kis.Service
	r   *web.Router // asked whether the overview can be taken away
}

func registerCycleViews(r *web.Router, s *kis.Service) {
	h := cycleViews{s, r}
	r.GET("/cycles/overview", policies.CycleRead, h.overview)
	r.GET("/cycles/mine", policies.CycleRead, h.mine)
	r.GET("/cycles/calendar", policies.CycleRead, h.calendar)
	r.GET("/cycles/:id/close", policies.CycleRead, h.closing)
}

// phaseLooks shows where a phase stands in the overview.
var phaseLooks = map[kis.PhaseState]look{
	kis.PhasePassed:  {"good", "flag-check", ""},
	kis.PhaseWaived:  {"warn", "lock-open", ""},
	kis.PhaseReady:   {"info", "check", ""},
	kis.PhaseLate:    {"bad", "alert-triangle", ""},
	kis.PhaseOpen:    {"idle", "circle-dashed", ""},
	kis.PhasePlanned: {"idle", "calendar", ""},
	kis.PhaseNone:    {"off", "ban", ""},
}

func overviewState(p ui.Page, s kis.PhaseState) ui.State {
	l := phaseLooks[s]
	return ui.State{Tone: l.tone, Icon: l.icon, Word: p.T("kis.phase.state." + string(s))}
}

// overviewPage is the table of all processes by phases.
type overviewPage struct {
	ui.Page
	kis.Overview
	Filter      kis.OverviewFilter
	Next, First string
	Export      string // address of the sheet; empty when there is none
}

func (h cycleViews) overview(c *web.Context) error {
	f := kis.ReadOverviewFilter(c.Request().URL.Query())
	f.After, f.Limit = c.Cursor(3), c.Limit()
	found, err := h.kis.Overview(c.Ctx(), f)
	if err != nil {
		return err
	}
	p := overviewPage{Page: c.Page("kis.overview.title"), Overview: found, Filter: f, First: c.FirstHref()}
	if found.Next != nil {
		p.Next = c.NextHref(found.Next...)
	}
	if h.r.Has(http.MethodGet, "/cycles/overview/xlsx") {
		u := url.URL{Path: "/cycles/overview/xlsx", RawQuery: c.Request().URL.RawQuery}
		p.Export = u.String()
	}
	return c.Render(http.StatusOK, overviewShow(p))
}

// phaseName is the name of a phase in the model, which all processes follow.
func (p overviewPage) phaseName(phase string) string {
	for _, x := range p.Lines[0].Cycle.Phases {
		if x.Phase == phase {
			return x.Name(p.Lang)
		}
	}
	return ""
}

// states are the choices of the filter by state.
func (p overviewPage) states() []ui.Option {
	out := []ui.Option{{Label: p.T("kis.overview.any_state")}, {Value: "late", Label: p.T("kis.overview.late")}}
	for _, s := range kis.CycleStates() {
		out = append(out, ui.Option{Value: string(s), Label: p.T("kis.cycle.state." + string(s))})
	}
	return out
}

// state is the choice in force.
func (p overviewPage) state() string {
	if p.Filter.Late {
		return "late"
	}
	return string(p.Filter.State)
}

// minePage is what one department must deliver in the open cycles.
type minePage struct {
	ui.Page
	kis.Cells
	Filter      kis.CellFilter
	Departments []office.Department
	Next, First string
	with        func(name, value string) string
}

func (h cycleViews) mine(c *web.Context) error {
	f := kis.CellFilter{DepartmentID: c.Query("department"), Period: c.Query("period"), Show: c.Query("show"), After: c.Cursor(3), Limit: c.Limit()}
	if !store.IsID(f.DepartmentID) {
		f.DepartmentID = ""
	}
	if _, ok := kis.ParsePeriod(f.Period); !ok {
		f.Period = ""
	}
	if !slices.Contains([]string{"owed", "late", "done"}, f.Show) {
		f.Show = ""
	}
	cells, err := h.kis.Cells(c.Ctx(), f)
	if err != nil {
		return err
	}
	p := minePage{Page: c.Page("kis.cells.title"), Cells: cells, Filter: f, First: c.FirstHref(), with: c.With}
	if c.Can(policies.DepartmentRead) {
		if p.Departments, err = h.kis.Departments(c.Ctx()); err != nil {
			return err
		}
		p.Departments = slices.DeleteFunc(p.Departments, func(d office.Department) bool { return d.Kind != office.Internal })
	}
	if cells.Next != nil {
		p.Next = c.NextHref(cells.Next...)
	}
	return c.Render(http.StatusOK, mineShow(p))
}

// department names the one that is shown.
func (p minePage) department() string {
	for _, d := range p.Departments {
		if d.ID == p.DepartmentID {
			return departmentName(p.Page, d)
		}
	}
	return ""
}

func (p minePage) chips() []ui.Chip {
	chip := func(show, tone, icon string, n int) ui.Chip {
		ch := ui.Chip{Label: p.T("kis.cells.show." + show), Tone: tone, Icon: icon, Count: n, Href: p.with("show", show), Current: p.Filter.Show == show}
		if ch.Current {
			ch.Href = p.with("show", "")
		}
		return ch
	}
	return []ui.Chip{chip("late", "bad", "alert-triangle", p.Late), chip("owed", "idle", "circle-dashed", p.Owed), chip("done", "good", "circle-check", p.All-p.Owed)}
}

// closingPage is what to look at before a cycle is closed.
type closingPage struct {
	ui.Page
	Cycle   kis.Cycle
	Checks  []kis.ClosingCheck
	MayMove bool
}

func (h cycleViews) closing(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	cy, checks, err := h.kis.ClosingChecks(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, closingShow(closingPage{Page: c.Page("kis.close.title"), Cycle: cy, Checks: checks, MayMove: c.Can(policies.CycleMove)}))
}

// blocked counts what must be mended first.
func (p closingPage) blocked() int {
	n := 0
	for _, ch := range p.Checks {
		if ch.Blocks && !ch.Done {
			n++
		}
	}
	return n
}

// state is the word of a check.
func (p closingPage) state(ch kis.ClosingCheck) ui.State {
	switch {
	case ch.Done:
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("kis.close.done")}
	case ch.Blocks:
		return ui.State{Tone: "bad", Icon: "barrier-block", Word: p.T("kis.close.blocks")}
	}
	return ui.State{Tone: "warn", Icon: "eye", Word: p.T("kis.close.look")}
}

// text is a check in words.
func (p closingPage) text(ch kis.ClosingCheck) string {
	args := slices.Clone(ch.Args)
	for i := 0; i+1 < len(args); i += 2 { // names of records in the language of the page
		if args[i] == "name_az" && p.Lang != "en" || args[i] == "name_en" && p.Lang == "en" {
			args = append(args, "name", args[i+1])
		}
	}
	return p.T(ch.Key, args...)
}

// calendarPage is a month of due days.
type calendarPage struct {
	ui.Page
	kis.DueMonth
	Filter      kis.DatesFilter
	Next, First string
	with        func(name, value string) string
}

func (h cycleViews) calendar(c *web.Context) error {
	page := c.Page("kis.duecal.title")
	f := kis.DatesFilter{DepartmentID: c.Query("department"), After: c.Cursor(4), Limit: c.Limit()}
	var ok bool
	if f.Month, ok = kis.ParsePeriod(c.Query("month")); !ok || f.Month.Frequency != kis.Monthly {
		f.Month = kis.PeriodOf(kis.Monthly, page.Today())
	}
	if d, ok := day.Parse(c.Query("day")); ok && d >= f.Month.First() && d <= f.Month.Last() {
		f.Day = d
	}
	if !store.IsID(f.DepartmentID) {
		f.DepartmentID = ""
	}
	month, err := h.kis.DueMonth(c.Ctx(), f)
	if err != nil {
		return err
	}
	p := calendarPage{Page: page, DueMonth: month, Filter: f, First: c.FirstHref(), with: c.With}
	if month.Next != nil {
		p.Next = c.NextHref(month.Next...)
	}
	return c.Render(http.StatusOK, calendarShow(p))
}

// weeks lays the month out from Monday to Sunday; "" where there is no day.
func (p calendarPage) weeks() [][7]day.Day {
	var out [][7]day.Day
	for d := p.Month.First(); d <= p.Month.Last(); d = d.Add(1) {
		at := (int(d.Time().Weekday()) + 6) % 7
		if len(out) == 0 || at == 0 {
			out = append(out, [7]day.Day{})
		}
		out[len(out)-1][at] = d
	}
	return out
}

// on are the groups of a day.
func (p calendarPage) on(d day.Day) []kis.DueGroup {
	var out []kis.DueGroup
	for _, g := range p.Groups {
		if g.Day == d {
			out = append(out, g)
		}
	}
	return out
}

// monthName is the month in words with its year.
func (p calendarPage) monthName(m kis.Period) string {
	return p.T("kis.duecal.month", "month", "kis.month."+m.String()[5:], "year", m.String()[:4])
}

// tone colours a group by its worst member.
func dueTone(done bool, late bool) ui.State {
	switch {
	case late:
		return ui.State{Tone: "bad", Icon: "alert-triangle"}
	case done:
		return ui.State{Tone: "good", Icon: "circle-check"}
	}
	return ui.State{Tone: "idle", Icon: "circle-dashed"}
}

func (p calendarPage) groupState(g kis.DueGroup) ui.State {
	s := dueTone(g.Done == g.N, g.Late > 0)
	s.Word = p.T("kis.duecal.group", "phase", g.Phase, "n", g.N)
	return s
}

func (p calendarPage) lineState(l kis.DueLine) ui.State {
	s := dueTone(l.Done, l.Late)
	s.Word = p.T(map[bool]string{true: "kis.duecal.done", false: "kis.duecal.open"}[l.Done])
	if l.Late {
		s.Word = p.T("kis.state.overdue")
	}
	return s
}

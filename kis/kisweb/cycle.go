package kisweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// cyclePages are the pages of cycles: list, plan, map, gates.
type cyclePages struct {
	kis *kis.Service
	r   *web.Router // asked which documents of a cycle there are
}

func registerCycles(r *web.Router, s *kis.Service) {
	h := cyclePages{s, r}
	r.GET("/cycles", policies.CycleRead, h.list)
	r.GET("/cycles/new", policies.CyclePlan, h.new)
	r.POST("/cycles", policies.CyclePlan, h.create)
	r.GET("/cycles/:id", policies.CycleRead, h.show)
	r.GET("/cycles/:id/dates", policies.CyclePlan, h.dates)
	r.POST("/cycles/:id/dates", policies.CyclePlan, h.setDates)
	r.POST("/cycles/:id/move", policies.CycleMove, h.move)
	r.GET("/cycles/:id/gates/:phase", policies.CycleRead, h.gate)
	r.POST("/cycles/:id/gates/:phase/pass", policies.GatePass, h.pass)
	r.POST("/cycles/:id/gates/:phase/waive", policies.GateWaive, h.waive)
	r.POST("/cycles/:id/gates/:phase/reopen", policies.GateReopen, h.reopen)
}

// cycleListPage is the list of cycles.
type cycleListPage struct {
	ui.Page
	Cycles      []kis.CycleSummary
	Filter      kis.CycleFilter
	Next, First string
	MayPlan     bool
}

// narrowed says whether a filter is on.
func (p cycleListPage) narrowed() bool { return p.Filter.Query != "" || p.Filter.State != "" }

// cyclesListed is how many cycles a page lists unless more are asked for: each
// comes with its eight phases.
const cyclesListed = 25

func (h cyclePages) list(c *web.Context) error {
	limit := cyclesListed
	if c.Query("limit") != "" {
		limit = c.Limit()
	}
	f := kis.CycleFilter{Query: c.Query("q"), State: kis.CycleState(c.Query("state")), After: c.Cursor(3), Limit: limit}
	if !slices.Contains(kis.CycleStates(), f.State) {
		f.State = ""
	}
	found, err := h.kis.Cycles(c.Ctx(), f)
	if err != nil {
		return err
	}
	p := cycleListPage{Page: c.Page("kis.cycle.list.title"), Cycles: found.Cycles, Filter: f, First: c.FirstHref(), MayPlan: c.Can(policies.CyclePlan)}
	if found.Next != nil {
		p.Next = c.NextHref(found.Next...)
	}
	return c.Render(http.StatusOK, cycleList(p))
}

// cycleNewPage is the form of a new cycle with proposed due days.
type cycleNewPage struct {
	ui.Page
	Form      ui.Form
	Processes []process.ProcessSummary
	Process   string // code
	Period    string
	Due       map[string]day.Day
}

func (h cyclePages) new(c *web.Context) error {
	return h.newForm(c, http.StatusOK, ui.Form{}, c.Query("process"), c.Query("period"))
}

func (h cyclePages) newForm(c *web.Context, status int, f ui.Form, process, period string) error {
	list, err := h.kis.Processes(c.Ctx())
	if err != nil {
		return err
	}
	page := c.Page("kis.cycle.new.title")
	year := page.Today().Year()
	if n, err := strconv.Atoi(period); err == nil && n >= 2000 && n < 2200 {
		year = n
	}
	due, err := h.kis.ProposeDue(c.Ctx(), year)
	if err != nil {
		return err
	}
	return c.Render(status, cycleNew(cycleNewPage{Page: page, Form: f, Processes: list, Process: process, Period: strconv.Itoa(year), Due: due}))
}

func (h cyclePages) create(c *web.Context) error {
	in := kis.NewCycle{ProcessCode: c.Form("process"), Period: c.Form("period"), ReferencePeriod: c.Form("reference_period"), Due: dueOf(c)}
	if p, ok := kis.ParsePeriod(in.Period); ok && p.Frequency != kis.Yearly { // the days of the form are those of a year
		q := url.Values{"period": {in.Period}, "reference_period": {in.ReferencePeriod}, "q": {in.ProcessCode}}
		return c.Redirect("/cycles/batch?" + q.Encode())
	}
	cy, err := h.kis.PlanCycle(c.Ctx(), in)
	if e, status, ok := web.FormError(err); ok {
		return h.newForm(c, status, c.FormOf(e), in.ProcessCode, in.Period)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.cycle.flash.planned")
	return c.Redirect("/cycles/" + cy.ID)
}

// dueOf reads the fields due_1 … due_8; what is left empty is not set.
func dueOf(c *web.Context) map[string]day.Day {
	due := map[string]day.Day{}
	for _, phase := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		if v := strings.TrimSpace(c.Form("due_" + phase)); v != "" {
			due[phase] = day.Day(v)
		}
	}
	return due
}

// cycleShowPage is the map of a cycle.
type cycleShowPage struct {
	ui.Page
	Grid    kis.Grid
	Choices []kis.CycleChoice // periods of the process
	Others  []kis.CycleChoice // processes; nil when there are too many for a select
	Table   bool              // as tables at any width
	MayMove bool
	MayPlan bool
	address *url.URL

	Indicators bool // there is a page of them that the person may read
	Notes      bool // discrepancy notes can be shown

	Documents []string // endings of what can be taken away, e.g. pdf
	Pack      bool     // so can its evidence
}

var documentIcons = map[string]string{"pdf": "file-type-pdf", "xlsx": "file-spreadsheet"}

func (h cyclePages) show(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	other, err := h.otherCycle(c, id)
	if err != nil {
		return err
	}
	if other != "" {
		u := url.URL{Path: "/cycles/" + other}
		q := c.Request().URL.Query()
		q.Del("process")
		q.Del("period")
		u.RawQuery = q.Encode()
		return c.Redirect(u.String())
	}
	return h.showCycle(c, id, http.StatusOK)
}

// showCycle shows the map of a cycle, also after a refused step.
func (h cyclePages) showCycle(c *web.Context, id string, status int) error {
	f := kis.GridFilter{State: kis.TaskState(c.Query("state")), DepartmentID: c.Query("department")}
	if !slices.Contains(kis.TaskStates(), f.State) {
		f.State = ""
	}
	if !store.IsID(f.DepartmentID) {
		f.DepartmentID = ""
	}
	g, err := h.kis.Grid(c.Ctx(), id, f)
	if err != nil {
		return err
	}
	choices, others, many, err := h.kis.CycleChoices(c.Ctx(), g.Cycle.Process.ID)
	if err != nil {
		return err
	}
	if many {
		others = nil
	}
	p := c.Page("")
	p.Title = cycleLabel(p, g.Cycle)
	v := cycleShowPage{Page: p, Grid: g, Choices: choices, Others: others, Table: c.Query("view") == "table",
		MayMove: c.Can(policies.CycleMove), MayPlan: c.Can(policies.CyclePlan), address: c.Request().URL}
	v.Notes = c.Can(policies.DiscrepancyRead) && h.r.Has(http.MethodGet, "/discrepancies")
	v.Indicators = c.Can(policies.IndicatorRead) && h.r.Has(http.MethodGet, "/cycles/:id/indicators")
	for _, format := range []string{"pdf", "xlsx"} {
		if h.r.Has(http.MethodGet, "/cycles/:id/export."+format) {
			v.Documents = append(v.Documents, format)
		}
	}
	v.Pack = c.Can(policies.EvidenceRead) && g.Cycle.State != kis.CyclePlanned && h.r.Has(http.MethodGet, "/cycles/:id/evidence.zip")
	return c.Render(status, cycleShow(v))
}

// otherCycle finds the cycle that the selects ask for, when it is not the one
// shown: same process and year, else the newest year of the process.
func (h cyclePages) otherCycle(c *web.Context, id string) (string, error) {
	process := c.Query("process")
	if process == "" {
		return "", nil
	}
	found, err := h.kis.CycleByCode(c.Ctx(), process, c.Query("period"))
	if apperr.Is(err, apperr.NotFound) {
		found, err = h.kis.CycleByCode(c.Ctx(), process, "")
	}
	if apperr.Is(err, apperr.NotFound) || found.ID == id {
		return "", nil
	}
	return found.ID, err
}

// with is the address of the map with one value of its filter changed.
func (p cycleShowPage) with(name, value string) string {
	q := p.address.Query()
	if q.Del(name); value != "" {
		q.Set(name, value)
	}
	return (&url.URL{Path: p.address.Path, RawQuery: q.Encode()}).String()
}

// next is the move that a cycle in its state allows; ok is false at the end.
func (p cycleShowPage) next() (verb string, ok bool) {
	for _, t := range office.Next(kis.CycleTransitions, p.Grid.Cycle.State) {
		return t.Verb, p.MayMove
	}
	return "", false
}

func (h cyclePages) move(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	moves := map[string]func() error{
		"start":    func() error { return h.kis.StartCycle(c.Ctx(), id) },
		"evaluate": func() error { return h.kis.EvaluateCycle(c.Ctx(), id) },
		"close":    func() error { return h.kis.CloseCycle(c.Ctx(), id) },
	}
	do, ok := moves[c.Form("verb")]
	if !ok {
		return apperr.InvalidField("verb", "error.field.choice")
	}
	err = do()
	if e, status, ok := web.FormError(err); ok {
		c.FormOf(e) // has no place of its own: the page says it on top
		return h.showCycle(c, id, status)
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.cycle.flash."+c.Form("verb"))
	return c.Redirect("/cycles/" + id)
}

// cycleDatesPage is the form of a cycle's due days.
type cycleDatesPage struct {
	ui.Page
	Form  ui.Form
	Cycle kis.Cycle
}

func (h cyclePages) dates(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.datesForm(c, id, http.StatusOK, ui.Form{})
}

func (h cyclePages) datesForm(c *web.Context, id string, status int, f ui.Form) error {
	cy, err := h.kis.Cycle(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.Render(status, cycleDates(cycleDatesPage{Page: c.Page("kis.cycle.dates.title"), Form: f, Cycle: cy}))
}

func (h cyclePages) setDates(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = h.kis.SetDue(c.Ctx(), id, dueOf(c))
	if e, status, ok := web.FormError(err); ok {
		return h.datesForm(c, id, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "kis.cycle.flash.dates")
	return c.Redirect("/cycles/" + id)
}

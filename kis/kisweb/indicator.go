package kisweb

import (
	"bytes"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// indicatorPages are the library of indicators and their values in cycles.
type indicatorPages struct {
	indicators *indicator.Service
	r          *web.Router // asked whether the values can be taken away
}

// RegisterIndicators adds the pages of quality indicators.
func RegisterIndicators(r *web.Router, s *indicator.Service) {
	h := indicatorPages{s, r}
	r.Panel("task_facts", h.ofTask)
	r.GET("/indicators", policies.IndicatorRead, h.library)
	r.GET("/indicators/:code", policies.IndicatorRead, h.versions)
	r.POST("/indicators/:code", policies.IndicatorSet, h.revise)
	r.GET("/cycles/:id/indicators", policies.IndicatorRead, h.cycle)
	r.STREAM("/cycles/:id/indicators", policies.IndicatorEnter, h.load)
	r.POST("/cycles/:id/indicators/import", policies.IndicatorEnter, h.confirm)
	r.GET("/cycles/:id/indicators/:code", policies.IndicatorRead, h.show)
	r.POST("/cycles/:id/indicators/:code", policies.IndicatorEnter, h.enter)
	r.POST("/cycles/:id/indicators/:code/target", policies.IndicatorSet, h.target)
}

// libraryPage lists the indicators by sub-process.
type libraryPage struct {
	ui.Page
	List []indicator.Indicator
}

func (h indicatorPages) library(c *web.Context) error {
	list, err := h.indicators.Library(c.Ctx())
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, indicatorLibrary(libraryPage{c.Page("indicator.title"), list}))
}

// sheetPage is all indicators of a cycle.
type sheetPage struct {
	ui.Page
	indicator.Sheet
	Form    ui.Form // of the file
	Export  string
	Verdict indicator.Verdict // of the lines that are shown; empty: all
	Chips   []ui.Chip
}

// shown are the lines under the filter.
func (p sheetPage) shown() []indicator.Line {
	if p.Verdict == "" {
		return p.Lines
	}
	return slices.DeleteFunc(slices.Clone(p.Lines), func(l indicator.Line) bool { return l.Verdict != p.Verdict })
}

// chips are the verdicts with their numbers; each narrows the list to itself.
func (p sheetPage) chips(with func(name, value string) string) (out []ui.Chip) {
	count := map[indicator.Verdict]int{}
	for _, l := range p.Lines {
		count[l.Verdict]++
	}
	for _, v := range []indicator.Verdict{indicator.Met, indicator.Missed, indicator.NoTarget, indicator.NoValue, indicator.NA} {
		to := string(v)
		if v == p.Verdict {
			to = ""
		}
		state := verdict(p.Page, v)
		out = append(out, ui.Chip{Label: state.Word, Icon: state.Icon, Tone: state.Tone, Count: count[v], Href: with("verdict", to), Current: v == p.Verdict})
	}
	return out
}

func (h indicatorPages) cycle(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return h.sheet(c, id, http.StatusOK, ui.Form{})
}

func (h indicatorPages) sheet(c *web.Context, id string, status int, f ui.Form) error {
	sheet, err := h.indicators.Cycle(c.Ctx(), id)
	if err != nil {
		return err
	}
	p := sheetPage{Page: c.Page("indicator.title"), Sheet: sheet, Form: f, Verdict: indicator.Verdict(c.Query("verdict"))}
	if verdictLooks[p.Verdict].icon == "" {
		p.Verdict = ""
	}
	p.Chips = p.chips(c.With)
	if h.r.Has(http.MethodGet, "/cycles/:id/indicators.xlsx") {
		p.Export = "/cycles/" + id + "/indicators.xlsx"
	}
	return c.Render(status, indicatorSheet(p))
}

// load takes a file of values and shows what it would change.
func (h indicatorPages) load(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var file bytes.Buffer
	got := false
	_, err = c.Multipart(web.Limits{Files: 1, FileBytes: 2 << 20}, func(f *web.File) error {
		got = true
		_, err := io.Copy(&file, f)
		return err
	})
	if err == nil && !got {
		err = apperr.InvalidField("file", "error.upload.none")
	}
	var list []indicator.Incoming
	if err == nil {
		list, err = h.indicators.Preview(c.Ctx(), id, &file)
	}
	if e, status, ok := web.FormError(err); ok {
		return h.sheet(c, id, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	return h.preview(c, id, list)
}

// detailPage is one indicator of a cycle.
type detailPage struct {
	ui.Page
	indicator.Detail
	Form, TargetForm ui.Form
}

func (h indicatorPages) show(c *web.Context) error {
	return h.detail(c, http.StatusOK, ui.Form{}, ui.Form{})
}

func (h indicatorPages) detail(c *web.Context, status int, f, target ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	d, err := h.indicators.Detail(c.Ctx(), id, c.Param("code"))
	if err != nil {
		return err
	}
	p := detailPage{Page: c.Page(""), Detail: d, Form: f, TargetForm: target}
	p.Page.Title = d.Line.Code + " " + d.Line.Name(p.Lang)
	return c.Render(status, indicatorDetail(p))
}

func (h indicatorPages) enter(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	revision, err := strconv.Atoi(c.Form("revision"))
	if err != nil {
		revision = 0
	}
	err = h.indicators.Enter(c.Ctx(), id, c.Param("code"), indicator.Entry{Value: c.Form("value"), Numerator: c.Form("numerator"), Denominator: c.Form("denominator"),
		Note: c.Form("note"), Revision: revision})
	if e, status, ok := web.FormError(err); ok {
		return h.detail(c, status, c.FormOf(e), ui.Form{})
	}
	if err != nil {
		return err
	}
	c.Flash("good", "indicator.flash.entered")
	return c.Redirect("/cycles/" + id + "/indicators/" + c.Param("code"))
}

func (h indicatorPages) target(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	sheet, err := h.indicators.Cycle(c.Ctx(), id)
	if err != nil {
		return err
	}
	err = h.indicators.SetTarget(c.Ctx(), indicator.TargetEdit{Process: sheet.Cycle.Process.Code, Code: c.Param("code"), Target: c.Form("target"),
		Applicable: c.Form("applicable") != "0", Reason: c.Form("reason")})
	if e, status, ok := web.FormError(err); ok {
		return h.detail(c, status, ui.Form{}, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "indicator.flash.target")
	return c.Redirect("/cycles/" + id + "/indicators/" + c.Param("code"))
}

// ofTask is what the page of a task says of the indicators of its sub-process.
func (h indicatorPages) ofTask(c *web.Context, id string) (templ.Component, error) {
	cycle, code, _ := strings.Cut(id, ":")
	if parts := strings.SplitN(code, ".", 3); len(parts) == 3 {
		code = parts[0] + "." + parts[1]
	}
	sheet, err := h.indicators.OfSub(c.Ctx(), cycle, code)
	if err != nil || len(sheet.Lines) == 0 {
		return nil, err
	}
	return taskIndicators(c.Page(""), sheet), nil
}

// verdictLooks shows how a value stands to its target.
var verdictLooks = map[indicator.Verdict]look{
	indicator.Met:      {"good", "target-arrow", ""},
	indicator.Missed:   {"bad", "alert-triangle", ""},
	indicator.NoTarget: {"info", "minus", ""},
	indicator.NoValue:  {"idle", "circle-dashed", ""},
	indicator.NA:       {"off", "ban", ""},
}

func verdict(p ui.Page, v indicator.Verdict) ui.State {
	l := verdictLooks[v]
	return ui.State{Tone: l.tone, Icon: l.icon, Word: p.T("indicator.verdict." + string(v))}
}

// bound is the sign before a target.
func bound(d indicator.Direction) string {
	if d == indicator.Down {
		return "≤"
	}
	return "≥"
}

// amount writes a value with its unit: 93,5%, 12, 4 gün.
func amount(p ui.Page, i indicator.Indicator, exact string) string {
	if exact == "" {
		return p.Decimal("")
	}
	text := p.Decimal(indicator.Round(exact, i.Decimals))
	switch i.Unit {
	case indicator.Percent:
		return text + "%"
	case indicator.Days:
		return p.T("indicator.days", "n", text)
	}
	return text
}

// numbers are what a value comes from: "87 / 93".
func numbers(p ui.Page, v *indicator.Value) string {
	if v == nil || v.Numerator == "" {
		return ""
	}
	return p.Decimal(v.Numerator) + " / " + p.Decimal(v.Denominator)
}

// change says in words how a value moved since the cycle before.
func (p sheetPage) change(l indicator.Line) string {
	if l.Value == nil || l.Before == nil {
		return ""
	}
	key := "same"
	switch c := compare(l.Value.Value, l.Before.Value.Value); {
	case c == 0:
	case (c > 0) == (l.Direction == indicator.Up):
		key = "better"
	default:
		key = "worse"
	}
	return p.T("indicator.change."+key, "period", l.Before.Period, "value", amount(p.Page, l.Indicator, l.Before.Value.Value))
}

// compare orders two exact texts.
func compare(a, b string) int {
	x, ok1 := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	if !ok1 || !ok2 {
		return 0
	}
	return x.Cmp(y)
}

// trendValues are the values of the trend, for its line.
func (p detailPage) trendValues() []float64 {
	values := make([]float64, len(p.Trend))
	for i, t := range p.Trend {
		values[i], _ = strconv.ParseFloat(t.Value.Value, 64)
	}
	return values
}

// facts are the definition of the indicator and its value.
func (p detailPage) facts() []ui.KVRow {
	l := p.Line
	rows := []ui.KVRow{
		{Term: p.T("indicator.sub"), Value: l.GSBPM},
		{Term: p.T("indicator.definition"), Value: l.Definition(p.Lang)},
		{Term: p.T("indicator.formula"), Value: l.Formula(p.Lang)},
		{Term: p.T("indicator.better"), Value: p.T("indicator.direction." + string(l.Direction))},
		{Term: p.T("indicator.target"), Value: amount(p.Page, l.Indicator, l.Target)},
		{Term: p.T("indicator.version"), Value: strconv.Itoa(l.Number)},
	}
	if !l.Applies {
		why := l.WhyNot
		if why == "" {
			why = p.T("indicator.field.no_sub")
		}
		return append(rows, ui.KVRow{Term: p.T("indicator.why_not"), Value: why})
	}
	if v := l.Value; v != nil {
		rows = append(rows, ui.KVRow{Term: p.T("indicator.value"), Value: amount(p.Page, l.Indicator, v.Value), Mut: numbers(p.Page, v)},
			ui.KVRow{Term: p.T("indicator.source"), Value: p.T("indicator.source." + string(v.Source)), Mut: recorded(p.Page, v)})
		if v.Note != "" {
			rows = append(rows, ui.KVRow{Term: p.T("indicator.note"), Value: v.Note})
		}
	}
	return rows
}

// recorded is who recorded a value and when.
func recorded(p ui.Page, v *indicator.Value) string {
	if v.RecordedAt.IsZero() {
		return p.T("indicator.now")
	}
	return strings.TrimPrefix(v.RecordedBy+", "+p.DateTime(v.RecordedAt), ", ")
}

func (p detailPage) href() string {
	return "/cycles/" + p.Cycle.ID + "/indicators/" + p.Line.Code
}

func (p detailPage) revision() string {
	if p.Line.Value == nil {
		return "0"
	}
	return strconv.Itoa(p.Line.Value.Revision)
}

// typed is an exact text as a person types it in the language of the page.
func typed(p ui.Page, exact string) string {
	if p.Lang == "az" {
		return strings.Replace(exact, ".", ",", 1)
	}
	return exact
}

// closedCycle says that nothing can be entered any more.
func (p detailPage) closedCycle() bool { return p.Cycle.State == kis.CycleClosed }

// valueHint says how a value is typed.
func valueHint(p ui.Page, u indicator.Unit) string { return p.T("indicator.hint." + string(u)) }

// appliesValue is the choice in force.
func appliesValue(l indicator.Line) string {
	if l.WhyNot != "" {
		return "0"
	}
	return "1"
}

package kisweb

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// versionsPage is one indicator with its wordings and the form of the next.
type versionsPage struct {
	ui.Page
	List      []indicator.Version // newest first
	MayRevise bool
	Form      ui.Form
}

func (p versionsPage) newest() indicator.Version { return p.List[0] }

// holds says since when a version holds, and whether it does today.
func (p versionsPage) holds(v indicator.Version) ui.State {
	switch {
	case v.InForce:
		return ui.State{Tone: "good", Icon: "circle-check", Word: p.T("indicator.version.in_force")}
	case v.Number > p.current():
		return ui.State{Tone: "info", Icon: "clock", Word: p.T("indicator.version.to_come")}
	}
	return ui.State{Tone: "off", Icon: "archive", Word: p.T("indicator.version.past")}
}

// boundsOf says between which values an indicator lies; empty when there are no
// bounds.
func boundsOf(p ui.Page, i indicator.Indicator) string {
	switch low, high := typed(p, i.Lowest), typed(p, i.Highest); {
	case low == "" && high == "":
		return ""
	case high == "":
		return p.T("indicator.bounds.at_least", "min", low)
	case low == "":
		return p.T("indicator.bounds.at_most", "max", high)
	default:
		return p.T("indicator.bounds.between", "min", low, "max", high)
	}
}

// current is the number of the version that holds today.
func (p versionsPage) current() int {
	for _, v := range p.List {
		if v.InForce {
			return v.Number
		}
	}
	return 0
}

func (h indicatorPages) versions(c *web.Context) error {
	return h.wordings(c, http.StatusOK, ui.Form{})
}

func (h indicatorPages) wordings(c *web.Context, status int, f ui.Form) error {
	list, may, err := h.indicators.Versions(c.Ctx(), c.Param("code"))
	if err != nil {
		return err
	}
	p := versionsPage{Page: c.Page(""), List: list, MayRevise: may, Form: f}
	p.Page.Title = list[0].Code + " " + list[0].Name(p.Lang)
	return c.Render(status, indicatorVersions(p))
}

// revise adds a version.
func (h indicatorPages) revise(c *web.Context) error {
	seen, err := strconv.Atoi(c.Form("seen"))
	if err != nil {
		seen = 0
	}
	r := indicator.Revision{Seen: seen, Unit: indicator.Unit(c.Form("unit")), Direction: indicator.Direction(c.Form("direction")), Decimals: strings.TrimSpace(c.Form("decimals")),
		Lowest: c.Form("lowest"), Highest: c.Form("highest"),
		NameAZ: c.Form("name_az"), NameEN: c.Form("name_en"), DefinitionAZ: c.Form("definition_az"), DefinitionEN: c.Form("definition_en"),
		FormulaAZ: c.Form("formula_az"), FormulaEN: c.Form("formula_en")}
	day, ok := web.ParseDate(c.Form("valid_from"))
	if ok {
		r.ValidFrom = day
		err = h.indicators.Revise(c.Ctx(), c.Param("code"), r)
	} else {
		err = apperr.InvalidField("valid_from", "error.field.date")
	}
	if e, status, ok := web.FormError(err); ok {
		return h.wordings(c, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "indicator.flash.revised")
	return c.Redirect("/indicators/" + c.Param("code"))
}

// previewPage shows what a file of values would change.
type previewPage struct {
	ui.Page
	Cycle   string // link back
	List    []indicator.Incoming
	Changes int
	Rows    string // the file again, as it was read, with the revisions seen
}

// preview reads a file of values and shows what it says.
func (h indicatorPages) preview(c *web.Context, id string, list []indicator.Incoming) error {
	p := previewPage{Page: c.Page("indicator.import.preview"), Cycle: "/cycles/" + id + "/indicators", List: list}
	var rows strings.Builder
	w := csv.NewWriter(&rows)
	if err := w.Write(indicator.SeenColumns()); err != nil {
		return err
	}
	for _, in := range list {
		if in.Same() {
			continue
		}
		p.Changes++
		if err := w.Write(in.Row()); err != nil {
			return err
		}
	}
	w.Flush()
	p.Rows = rows.String()
	return c.Render(http.StatusOK, indicatorPreview(p))
}

// confirm records what the preview showed.
func (h indicatorPages) confirm(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	n, err := h.indicators.Import(c.Ctx(), id, strings.NewReader(c.Form("rows")))
	if e, status, ok := web.FormError(err); ok {
		return h.sheet(c, id, status, c.FormOf(e))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "indicator.flash.imported", "n", n)
	return c.Redirect("/cycles/" + id + "/indicators")
}

// fate says what a row does.
func (p previewPage) fate(in indicator.Incoming) ui.State {
	switch {
	case in.Same():
		return ui.State{Tone: "off", Icon: "equal", Word: p.T("indicator.import.same")}
	case in.Old.Revision == 0:
		return ui.State{Tone: "good", Icon: "plus", Word: p.T("indicator.import.new")}
	}
	return ui.State{Tone: "warn", Icon: "pencil", Word: p.T("indicator.import.changed")}
}

func (p versionsPage) units() []ui.Option {
	return []ui.Option{{Value: string(indicator.Percent), Label: p.T("indicator.unit.percent")}, {Value: string(indicator.Count), Label: p.T("indicator.unit.count")},
		{Value: string(indicator.Days), Label: p.T("indicator.unit.days")}}
}

func (p versionsPage) directions() []ui.Option {
	return []ui.Option{{Value: string(indicator.Up), Label: p.T("indicator.direction.up")}, {Value: string(indicator.Down), Label: p.T("indicator.direction.down")}}
}

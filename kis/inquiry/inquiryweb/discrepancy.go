package inquiryweb

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// discrepancyListPage is the list of notes.
type discrepancyListPage struct {
	ui.Page
	inquiry.DiscrepancyList
	Filter      inquiry.DiscrepancyFilter
	Departments []office.Department
	Chips       []ui.Chip
	NextHref    string
	First       string
	NewHref     string // of the form, when the list is of one cycle and the actor may note
	Query       string
}

func discrepancyFilter(c *web.Context) inquiry.DiscrepancyFilter {
	f := inquiry.DiscrepancyFilter{Query: c.Query("q"), State: inquiry.DiscrepancyState(c.Query("state")), DepartmentID: c.Query("department"), CycleID: c.Query("cycle"),
		Code: c.Query("code"), Overdue: c.Query("overdue") == "1", Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	return f
}

func (h pages) discrepancies(c *web.Context) error {
	p := discrepancyListPage{Page: c.Page("inquiry.discrepancy.title"), Filter: discrepancyFilter(c), First: c.FirstHref(), Query: exportQuery(c)}
	var err error
	if p.DiscrepancyList, err = h.svc.Discrepancies(c.Ctx(), p.Filter); err != nil {
		return err
	}
	if c.Scope().Any {
		if p.Departments, err = h.svc.KIS.Departments(c.Ctx()); err != nil {
			return err
		}
	}
	if p.Next != "" {
		p.NextHref = c.NextHref(p.Next)
	}
	if c.Can(policies.DiscrepancyWrite) {
		p.NewHref = "/discrepancies/new"
		if p.Filter.CycleID != "" {
			p.NewHref += "?cycle=" + p.Filter.CycleID
		}
	}
	p.Chips = stateChips(c, p.Page, inquiry.DiscrepancyStates(), discrepancyLooks, "inquiry.discrepancy.state.", p.Counts, p.Filter.State)
	return c.Render(http.StatusOK, discrepancyList(p))
}

// narrowed says whether a filter is on.
func (p discrepancyListPage) narrowed() bool {
	f := p.Filter
	return f.Query != "" || f.State != "" || f.DepartmentID != "" || f.CycleID != "" || f.Code != "" || f.Overdue
}

func (h pages) exportDiscrepancies(format string) web.Handler {
	return func(c *web.Context) error {
		f, lang := discrepancyFilter(c), c.Lang()
		return c.Send(c.Page("inquiry.discrepancy.title").Title+"."+format, func(ctx context.Context, w io.Writer) error {
			return h.lists.DiscrepancyList(ctx, w, format, lang, f)
		})
	}
}

// discrepancyNewPage is the form of a new note.
type discrepancyNewPage struct {
	ui.Page
	inquiry.Noting
	Form    ui.Form
	CycleID string
	Code    string
	Cycles  []kis.CycleSummary // to choose from, when none is
}

func (h pages) newDiscrepancy(c *web.Context) error {
	return h.discrepancyForm(c, http.StatusOK, ui.Form{}, c.Query("cycle"), c.Query("code"))
}

// shownCycles is how many running cycles are offered, the most urgent ones.
const shownCycles = 50

func (h pages) discrepancyForm(c *web.Context, status int, f ui.Form, cycleID, code string) error {
	p := discrepancyNewPage{Page: c.Page("inquiry.discrepancy.new"), Form: f, CycleID: cycleID, Code: code}
	var err error
	if cycleID == "" {
		if p.Cycles, err = h.svc.KIS.UrgentCycles(c.Ctx(), nil, shownCycles); err != nil {
			return err
		}
		return c.Render(status, discrepancyNew(p))
	}
	if p.Noting, err = h.svc.Noting(c.Ctx(), cycleID); err != nil {
		return err
	}
	return c.Render(status, discrepancyNew(p))
}

func (p discrepancyNewPage) tasks() []ui.Option {
	var out []ui.Option
	for _, t := range p.Tasks {
		out = append(out, ui.Option{Value: t.Code, Label: t.Code + " " + t.Name(p.Lang)})
	}
	return out
}

// departments are those that answer for one of the tasks.
func (p discrepancyNewPage) departments() []ui.Option {
	seen := map[string]bool{}
	var out []ui.Option
	for _, t := range p.Tasks {
		for _, d := range t.Departments {
			if !seen[d.ID] {
				seen[d.ID] = true
				out = append(out, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(p.Lang)})
			}
		}
	}
	return out
}

func (h pages) note(c *web.Context) error {
	cases, err := strconv.Atoi(strings.TrimSpace(c.Form("cases")))
	if err != nil {
		cases = 0 // refused by the service, by the name of the field
	}
	d, err := h.svc.Note(c.Ctx(), inquiry.NewDiscrepancy{CycleID: c.Form("cycle"), Code: c.Form("code"), DepartmentID: c.Form("department"), Found: c.Form("found"),
		Cases: cases, Size: c.Form("size"), Source: c.Form("source")})
	if f, status, ok := c.Refused(err); ok {
		cycle := c.Form("cycle")
		if _, err := h.svc.Noting(c.Ctx(), cycle); err != nil {
			cycle = ""
		}
		return h.discrepancyForm(c, status, f, cycle, c.Form("code"))
	}
	if err != nil {
		return err
	}
	c.Flash("good", "inquiry.discrepancy.done.note", "number", d.Number)
	return c.Redirect("/discrepancies/" + d.ID)
}

// discrepancyShowPage is one note.
type discrepancyShowPage struct {
	ui.Page
	inquiry.DiscrepancyPage
	Forms  map[string]ui.Form
	Panels []templ.Component
}

func (h pages) discrepancy(c *web.Context) error { return h.showDiscrepancy(c, http.StatusOK, nil) }

func (h pages) showDiscrepancy(c *web.Context, status int, forms map[string]ui.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	found, err := h.svc.Discrepancy(c.Ctx(), id)
	if err != nil {
		return err
	}
	p := discrepancyShowPage{Page: c.Page(found.Number), DiscrepancyPage: found, Forms: forms}
	if p.Panels, err = c.Panels(inquiry.OnDiscrepancy, id); err != nil {
		return err
	}
	return c.Render(status, discrepancyShow(p))
}

// discrepancyStep takes a step on a note.
func (h pages) discrepancyStep(c *web.Context, form, done string, take func(id string) error) error {
	return step(c, "/discrepancies", form, "inquiry.discrepancy.done."+done, take, h.showDiscrepancy)
}

func (h pages) explain(c *web.Context) error {
	return h.discrepancyStep(c, "explain", "explain", func(id string) error {
		switch c.Form("how") {
		case "explain":
			return h.svc.Explain(c.Ctx(), id, c.Form("explanation"))
		case "correct":
			return h.svc.Correct(c.Ctx(), id, c.Form("explanation"))
		}
		return apperr.InvalidField("how", "error.field.required")
	})
}

func (h pages) confirm(c *web.Context) error {
	verb := c.Form("decision")
	return h.discrepancyStep(c, "decide", verb, func(id string) error {
		switch verb {
		case "confirm":
			return h.svc.Confirm(c.Ctx(), id)
		case "refuse":
			return h.svc.Refuse(c.Ctx(), id, c.Form("reason"))
		}
		return apperr.InvalidField("decision", "error.field.required")
	})
}

func (h pages) promote(c *web.Context) error {
	return h.discrepancyStep(c, "promote", "promote", func(id string) error {
		_, err := h.svc.Promote(c.Ctx(), id, inquiry.Promoting{Reason: c.Form("reason"), Major: c.Form("grade") == "major"})
		return err
	})
}

// rows are the facts of the note.
func (p discrepancyShowPage) rows() []ui.KVRow {
	rows := []ui.KVRow{
		{Term: p.T("inquiry.discrepancy.task"), Value: p.Code + " " + p.Task(p.Lang), Href: "/cycles/" + p.CycleID + "/tasks/" + p.Code},
		{Term: p.T("inquiry.discrepancy.cycle"), Value: p.Process(p.Lang) + ", " + p.Period, Href: "/cycles/" + p.CycleID},
		{Term: p.T("kis.user.department"), Value: unit(p.Page, p.Department)},
		{Term: p.T("inquiry.discrepancy.cases"), Value: p.Int(int64(p.Cases))},
	}
	if p.Discrepancy.Size != "" {
		rows = append(rows, ui.KVRow{Term: p.T("inquiry.discrepancy.size"), Value: p.Discrepancy.Size})
	}
	rows = append(rows, ui.KVRow{Term: p.T("inquiry.discrepancy.source"), Value: p.Source},
		ui.KVRow{Term: p.T("inquiry.discrepancy.noted"), Value: p.NotedByName, Mut: p.DateTime(p.NotedAt)},
		ui.KVRow{Term: p.T("inquiry.discrepancy.due"), Value: p.Day(p.Due)})
	if a := p.Act; a != nil {
		row := ui.KVRow{Term: p.T("inquiry.discrepancy.act"), Value: a.Number, Href: a.Href, State: ui.State{Tone: a.Tone, Icon: a.Icon, Word: p.T(a.StateKey)}}
		if a.Number == "" {
			row.Value = p.T("inquiry.discrepancy.draft")
		}
		rows = append(rows, row)
	}
	return rows
}

// steps shows the life of the note.
func (p discrepancyShowPage) steps() []ui.Step {
	noted := ui.Step{Label: p.T("inquiry.discrepancy.life.noted"), Note: p.DateTime(p.NotedAt), Tone: "good"}
	if p.State == inquiry.DiscrepancyPromoted {
		return []ui.Step{noted, {Label: p.T("inquiry.discrepancy.state.promoted"), Note: p.DateTime(p.PromotedAt), Tone: "warn", Current: true}}
	}
	explained := ui.Step{Label: p.T("inquiry.discrepancy.life.explained"), Tone: "good"}
	confirmed := ui.Step{Label: p.T("inquiry.discrepancy.life.confirmed"), Tone: "idle"}
	switch p.State {
	case inquiry.DiscrepancyOpen:
		explained.Tone, explained.Current, explained.Note = "info", true, p.T("inquiry.request.until", "day", p.Day(p.Due))
		if p.Overdue(p.Today()) {
			explained.Tone = "bad"
		} else if p.Refused > 0 {
			explained.Tone = "warn"
		}
	case inquiry.DiscrepancyConfirmed:
		explained.Note, confirmed.Tone, confirmed.Note, confirmed.Current = p.DateTime(p.ExplainedAt), "good", p.DateTime(p.ConfirmedAt), true
	default:
		explained.Label = p.T("inquiry.discrepancy.state." + string(p.State))
		explained.Note, confirmed.Tone, confirmed.Current = p.DateTime(p.ExplainedAt), "info", true
	}
	return []ui.Step{noted, explained, confirmed}
}

package riskweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// objectivesPage is the list of objectives.
type objectivesPage struct {
	ui.Page
	risk.ObjectiveList
	Filter      risk.ObjectiveFilter
	Departments []ui.Option
	Chips       []ui.Chip
	NextHref    string
	First       string
	write       bool
}

func (h pages) objectives(c *web.Context) error {
	p := objectivesPage{Page: c.Page("risk.objective.title"), First: c.FirstHref(), write: c.Can(policies.ObjectiveWrite),
		Filter: risk.ObjectiveFilter{Query: c.Query("q"), State: risk.ObjectiveState(c.Query("state")), DepartmentID: c.Query("department"), Limit: c.Limit()}}
	if after := c.Cursor(1); after != nil {
		p.Filter.After = after[0]
	}
	var err error
	if p.ObjectiveList, err = h.svc.Objectives(c.Ctx(), p.Filter); err != nil {
		return err
	}
	all, err := h.choose(c, policies.Scope{Any: true})
	if err != nil {
		return err
	}
	p.Departments = append([]ui.Option{{Label: p.T("kis.filter.all")}}, all.departments...)
	if p.Next != "" {
		p.NextHref = c.NextHref(p.Next)
	}
	for _, s := range risk.ObjectiveStates() {
		current, to := p.Filter.State == s, string(s)
		if current {
			to = ""
		}
		look := objectiveLooks[s].State(p.Page, "risk.objective.state."+string(s))
		p.Chips = append(p.Chips, ui.Chip{Label: look.Word, Icon: look.Icon, Tone: look.Tone, Href: c.With("state", to), Count: p.Counts[s], Current: current})
	}
	return c.Render(http.StatusOK, objectiveList(p))
}

// measured is the last value beside the target, as a state word.
func measured(p ui.Page, r risk.ObjectiveRow) ui.State {
	v := r.Last()
	if v == nil {
		return ui.State{Tone: "idle", Icon: "circle-dashed", Word: p.T("risk.objective.not_measured")}
	}
	s := ui.State{Tone: "warn", Icon: "trending-down", Word: p.Decimal(v.Value) + " " + r.Unit}
	if r.Met(v.Value) {
		s.Tone, s.Icon = "good", "check"
	}
	return s
}

// target is what is to be reached: ≥ 95 %.
func target(p ui.Page, o risk.Objective) string {
	sign := "≥ "
	if o.Better == "less" {
		sign = "≤ "
	}
	return sign + p.Decimal(o.Target) + " " + o.Unit
}

// objectiveFormPage is the form of an objective, new or changed.
type objectiveFormPage struct {
	ui.Page
	choices
	Form ui.Form
	Of   *risk.ObjectivePage // nil for a new one
}

// Href is where the form posts.
func (p objectiveFormPage) Href() string {
	if p.Of == nil {
		return "/objectives"
	}
	return objectiveHref(p.Of.ID) + "/edit"
}

func (h pages) newObjective(c *web.Context) error {
	today := c.Page("").Today()
	return h.showObjectiveForm(c, http.StatusOK, ui.Form{Values: url.Values{"better": {"more"}, "starts": {today.Format()}, "due": {day.Make(today.Year()+1, 12, 31).Format()}}}, nil)
}

func (h pages) showObjectiveForm(c *web.Context, status int, form ui.Form, o *risk.ObjectivePage) error {
	p := objectiveFormPage{Page: c.Page("risk.objective.new"), Form: form, Of: o}
	if o != nil {
		p.Page.Title = p.T("risk.form.change", "number", o.Number)
		if form.Values == nil {
			p.Form.Values = url.Values{"title": {o.Objective.Title}, "metric": {o.Metric}, "unit": {o.Unit}, "better": {o.Better}, "baseline": {o.Baseline}, "target": {o.Target},
				"actions": {o.Actions}, "resources": {o.Resources}, "department": {o.DepartmentID}, "owner": {o.OwnerID}, "process": {o.ProcessID},
				"starts": {o.Starts.Format()}, "due": {o.Due.Format()}, "version": {strconv.Itoa(o.Version)}}
		}
	}
	var err error
	if p.choices, err = h.choose(c, policies.Scope{Any: true}); err != nil {
		return err
	}
	p.processes = append([]ui.Option{{Label: p.T("risk.field.system")}}, p.processes...)
	return c.Render(status, objectiveForm(p))
}

func objectiveFields(c *web.Context) (risk.ObjectiveFields, error) {
	var check apperr.Check
	f := risk.ObjectiveFields{Title: c.Form("title"), Metric: c.Form("metric"), Unit: c.Form("unit"), Better: c.Form("better"), Baseline: c.Form("baseline"), Target: c.Form("target"),
		Actions: c.Form("actions"), Resources: c.Form("resources"), DepartmentID: c.Form("department"), OwnerID: c.Form("owner"), ProcessID: c.Form("process"),
		Starts: c.FormDate(&check, "starts", false), Due: c.FormDate(&check, "due", false)}
	return f, check.Err()
}

func (h pages) set(c *web.Context) error {
	f, err := objectiveFields(c)
	var o risk.Objective
	if err == nil {
		o, err = h.svc.Set(c.Ctx(), f)
	}
	return c.Done(err, "risk.objective.done.set", objectiveHref(o.ID), func(form ui.Form, status int) error { return h.showObjectiveForm(c, status, form, nil) })
}

func (h pages) loadObjective(c *web.Context) (risk.ObjectivePage, error) {
	id, err := c.ID("id")
	if err != nil {
		return risk.ObjectivePage{}, err
	}
	return h.svc.Objective(c.Ctx(), id)
}

func (h pages) editObjective(c *web.Context) error {
	o, err := h.loadObjective(c)
	if err != nil {
		return err
	}
	return h.showObjectiveForm(c, http.StatusOK, ui.Form{}, &o)
}

func (h pages) adjust(c *web.Context) error {
	o, err := h.loadObjective(c)
	if err != nil {
		return err
	}
	f, err := objectiveFields(c)
	if err == nil {
		version, _ := strconv.Atoi(c.Form("version")) // none is not the present one
		err = h.svc.Adjust(c.Ctx(), o.ID, version, f)
	}
	return c.Done(err, "risk.objective.done.change", objectiveHref(o.ID), func(form ui.Form, status int) error { return h.showObjectiveForm(c, status, form, &o) })
}

// objectivePage is one objective.
type objectivePage struct {
	ui.Page
	O     risk.ObjectivePage
	Forms map[string]ui.Form
}

func (h pages) objective(c *web.Context) error { return h.showObjective(c, http.StatusOK, nil) }

func (h pages) showObjective(c *web.Context, status int, forms map[string]ui.Form) error {
	o, err := h.loadObjective(c)
	if err != nil {
		return err
	}
	return c.Render(status, objectiveShow(objectivePage{Page: c.Page(o.Number), O: o, Forms: forms}))
}

func (h pages) measure(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var check apperr.Check
	n := risk.NewValue{Value: c.Form("value"), Note: c.Form("note"), MeasuredOn: c.FormDate(&check, "measured_on", false)}
	if err = check.Err(); err == nil {
		err = h.svc.Measure(c.Ctx(), id, n)
	}
	return c.Done(err, "risk.objective.done.measure", objectiveHref(id), func(f ui.Form, status int) error {
		return h.showObjective(c, status, map[string]ui.Form{"measure": f})
	})
}

func (h pages) decideObjective(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	verb := c.Form("decision")
	err = h.svc.Decide(c.Ctx(), id, verb, c.Form("verdict"))
	return c.Done(err, "risk.objective.done."+verb, objectiveHref(id), func(f ui.Form, status int) error {
		return h.showObjective(c, status, map[string]ui.Form{"decide": f})
	})
}

// rows are the facts of the objective.
func (p objectivePage) rows() []ui.KVRow {
	o := p.O
	place := o.Process(p.Lang)
	if place == "" {
		place = p.T("risk.field.system")
	}
	return []ui.KVRow{{Term: p.T("risk.objective.field.metric"), Value: o.Metric}, {Term: p.T("risk.objective.field.baseline"), Value: p.Decimal(o.Baseline), Mut: o.Unit},
		{Term: p.T("risk.objective.field.target"), Value: target(p.Page, o.Objective)}, {Term: p.T("risk.objective.last"), State: measured(p.Page, o.ObjectiveRow)},
		{Term: p.T("risk.field.department"), Value: o.Department.Name(p.Lang) + " (" + o.Department.Code + ")"}, {Term: p.T("risk.field.owner"), Value: o.OwnerName},
		{Term: p.T("risk.field.process"), Value: place}, {Term: p.T("risk.objective.field.starts"), Value: p.Day(o.Starts)}, {Term: p.T("risk.objective.field.due"), Value: p.Day(o.Due)}}
}

func (p objectivePage) decisions() (out []ui.Option) {
	for _, v := range []string{"reach", "miss", "cancel"} {
		if p.O.Can(v) {
			out = append(out, ui.Option{Value: v, Label: p.T("risk.objective.do." + v)})
		}
	}
	return out
}

// Package amendmentweb owns the pages and the API of the changes of approved
// plans.
//
// It may import planning/amendment, planning, kis, web and what they may
// import; no SQL. Invariants: a handler decides nothing; a refused form comes
// back as it was typed, with what was wrong.
package amendmentweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type pages struct{ svc *amendment.Service }

// Register adds the pages, and the panel on the page of a plan.
func Register(r *web.Router, svc *amendment.Service) {
	p := pages{svc}
	r.POST("/plans/:year/amendments", policies.PlanDraft, p.open)
	r.GET("/plans/:year/amendments/:amendment", policies.PlanRead, p.amendment)
	r.GET("/plans/:year/amendments/:amendment/write", policies.PlanDraft, p.writing)
	r.POST("/plans/:year/amendments/:amendment/write", policies.PlanDraft, p.write)
	r.POST("/plans/:year/amendments/:amendment/remove", policies.PlanDraft, p.remove)
	r.POST("/plans/:year/amendments/:amendment/drop", policies.PlanDraft, p.drop)
	r.POST("/plans/:year/amendments/:amendment/propose", policies.PlanDraft, p.propose)
	r.POST("/plans/:year/amendments/:amendment/recall", policies.PlanDraft, p.recall)
	r.POST("/plans/:year/amendments/:amendment/approve", policies.PlanApprove, p.approve)
	r.POST("/plans/:year/amendments/:amendment/reject", policies.PlanApprove, p.reject)
	p.registerAPI(r)
	r.Panel("plan", func(c *web.Context, key string) (templ.Component, error) {
		plan, err := p.svc.Plan(c.Ctx(), planning.Key(key))
		if err != nil || plan.ApprovedAt.IsZero() {
			return nil, err
		}
		list, err := p.svc.List(c.Ctx(), plan.Key)
		if err != nil {
			return nil, err
		}
		v := panel{Page: c.Page(""), plan: plan, list: list}
		v.open = c.Can(policies.PlanDraft) && plan.State != planning.PlanClosed
		for _, m := range list {
			v.open = v.open && m.State != amendment.Draft && m.State != amendment.Proposed
		}
		return panelView(v), nil
	})
}

type panel struct {
	ui.Page
	plan planning.PlanPage
	list []amendment.Amendment
	open bool // this person may begin one
	form ui.Form
}

var looks = map[amendment.State]ui.Look{
	amendment.Draft:    {Tone: "idle", Icon: "circle-dashed"},
	amendment.Proposed: {Tone: "info", Icon: "signature"},
	amendment.Approved: {Tone: "good", Icon: "lock"},
	amendment.Rejected: {Tone: "off", Icon: "archive"},
}

func state(p ui.Page, s amendment.State) ui.State {
	return looks[s].State(p, "planning.amendment.state."+string(s))
}

func planHref(k planning.Key) string { return "/plans/" + string(k) }

func href(m amendment.Amendment) string { return planHref(m.Key) + "/amendments/" + m.ID }

// page is one amendment, or, without it, the form of a new one.
type page struct {
	ui.Page
	amendment.Amendment
	plan  planning.PlanPage
	forms map[string]ui.Form
	can   func(policies.Action) bool
}

func (v page) form(name string) ui.Form { return v.forms[name] }

func (p pages) load(c *web.Context) (amendment.Amendment, error) {
	id, err := c.ID("amendment")
	if err != nil {
		return amendment.Amendment{}, err
	}
	return p.svc.Amendment(c.Ctx(), planning.Key(c.Param("year")), id)
}

func (p pages) amendment(c *web.Context) error { return p.show(c, http.StatusOK, nil) }

func (p pages) show(c *web.Context, status int, forms map[string]ui.Form) error {
	m, err := p.load(c)
	if err != nil {
		return err
	}
	v := page{Page: c.Page(""), Amendment: m, forms: forms, can: c.Can}
	v.Page.Title = v.T("planning.amendment.heading", "no", m.No, "plan", string(m.Key))
	if v.plan, err = p.svc.Plan(c.Ctx(), m.Key); err != nil {
		return err
	}
	return c.Render(status, amendmentView(v))
}

// open begins an amendment.
func (p pages) open(c *web.Context) error {
	key := planning.Key(c.Param("year"))
	plan, err := p.svc.Plan(c.Ctx(), key)
	if err != nil {
		return err
	}
	m, err := p.svc.Open(c.Ctx(), key, c.Form("reason"))
	if err == nil {
		c.Flash("good", "planning.amendment.opened")
		return c.Redirect(href(m))
	}
	if errs, status, ok := web.FormError(err); ok {
		v := panel{Page: c.Page("planning.amendment.new"), plan: plan, open: true, form: c.FormOf(errs)}
		return c.Render(status, openView(v))
	}
	return err
}

// step does something to the amendment of the address, and shows its page with
// the form of that name when it is refused.
func (p pages) step(c *web.Context, name, key string, do func(m amendment.Amendment) error) error {
	m, err := p.load(c)
	if err != nil {
		return err
	}
	if err = do(m); err == nil {
		c.Flash("good", key)
		return c.Redirect(href(m))
	}
	if errs, status, ok := web.FormError(err); ok {
		return p.show(c, status, map[string]ui.Form{name: c.FormOf(errs)})
	}
	return err
}

func (p pages) propose(c *web.Context) error {
	return p.step(c, "propose", "planning.amendment.proposed", func(m amendment.Amendment) error { return p.svc.Propose(c.Ctx(), m.ID) })
}

func (p pages) recall(c *web.Context) error {
	return p.step(c, "propose", "planning.amendment.recalled", func(m amendment.Amendment) error { return p.svc.Recall(c.Ctx(), m.ID) })
}

func (p pages) remove(c *web.Context) error {
	return p.step(c, "remove", "planning.amendment.written", func(m amendment.Amendment) error { return p.svc.Remove(c.Ctx(), m.ID, c.Form("item")) })
}

func (p pages) drop(c *web.Context) error {
	return p.step(c, "drop", "planning.amendment.dropped", func(m amendment.Amendment) error { return p.svc.Drop(c.Ctx(), m.ID, c.Form("change")) })
}

func (p pages) reject(c *web.Context) error {
	return p.step(c, "reject", "planning.amendment.rejected", func(m amendment.Amendment) error { return p.svc.Reject(c.Ctx(), m.ID, c.Form("note")) })
}

func (p pages) approve(c *web.Context) error {
	return p.step(c, "approve", "planning.amendment.approved", func(m amendment.Amendment) error {
		n, _ := strconv.Atoi(c.Form("version")) // none is another version than the present one
		return p.svc.Approve(c.Ctx(), m.ID, n, c.Form("confirm") == "1")
	})
}

// items are the items of the plan to choose from.
func (v page) items() []ui.Option {
	out := []ui.Option{{Label: v.T("planning.amendment.choose_item")}}
	for _, it := range v.plan.Items {
		if it.State != planning.Done {
			out = append(out, ui.Option{Value: it.ID, Label: v.Int(int64(it.No)) + ". " + it.Text})
		}
	}
	return out
}

// rows are what an item says before and after, line by line.
func (v page) rows(x amendment.Change) (out [][3]string) {
	add := func(key, was, will string) {
		if was != will || x.Kind != amendment.Reword {
			out = append(out, [3]string{v.T("planning.field." + key), was, will})
		}
	}
	text := func(s amendment.Said, has bool, f func(s amendment.Said) string) string {
		if !has {
			return ""
		}
		return f(s)
	}
	both := func(key string, f func(s amendment.Said) string) {
		add(key, text(x.Was, x.Before != "", f), text(x.Will, x.After != "", f))
	}
	both("measure", func(s amendment.Said) string { return s.Text })
	both("expected_result", func(s amendment.Said) string { return s.ExpectedResult })
	both("indicator", func(s amendment.Said) string { return s.Indicator })
	both("section", func(s amendment.Said) string { return v.T("planning.section." + string(s.Section)) })
	both("responsible", func(s amendment.Said) string { return s.Responsible })
	both("co_executors", func(s amendment.Said) string { return s.With })
	both("start_quarter", func(s amendment.Said) string { return [...]string{"", "I", "II", "III", "IV"}[s.StartQuarter] })
	both("due", func(s amendment.Said) string { return s.Due.Format() })
	return out
}

// formPage is the form in which an item is worded anew, or a new one is.
type formPage struct {
	ui.Page
	amendment.Amendment
	item        *planning.Item // nil for a new one
	form        ui.Form
	departments []ui.Option
}

func (p pages) writing(c *web.Context) error {
	return p.showForm(c, http.StatusOK, c.Query("item"), ui.Form{})
}

func (p pages) showForm(c *web.Context, status int, itemID string, form ui.Form) error {
	m, err := p.load(c)
	if err != nil {
		return err
	}
	v := formPage{Page: c.Page("planning.amendment.add"), Amendment: m, form: form}
	if itemID != "" {
		x, err := p.svc.PlanItem(c.Ctx(), itemID)
		if err == nil && x.Key != m.Key {
			err = apperr.Missing("plan_item")
		}
		if err != nil {
			return err
		}
		v.item, v.Page.Title = &x.Item, v.T("planning.amendment.reword", "no", x.No)
		f := planning.ItemFields{Section: x.Section, Text: x.Item.Text, ExpectedResult: x.ExpectedResult, Indicator: x.Indicator, ResponsibleID: x.ResponsibleID, StartQuarter: x.StartQuarter, Due: x.Due}
		for _, d := range x.CoExecutors {
			f.CoExecutors = append(f.CoExecutors, d.ID)
		}
		for _, w := range m.Changes { // go on from what was written
			if w.ItemID == itemID && w.Kind == amendment.Reword {
				f = w.Will.Fields()
			}
		}
		if form.Values == nil {
			v.form.Values = values(f)
		}
	}
	list, err := p.svc.KIS.Departments(c.Ctx())
	for _, d := range list {
		if d.Kind == office.Internal {
			v.departments = append(v.departments, ui.Option{Value: d.ID, Label: d.Code + ", " + d.Name(c.Lang())})
		}
	}
	if err != nil {
		return err
	}
	return c.Render(status, formView(v))
}

func values(f planning.ItemFields) url.Values {
	return url.Values{"section": {string(f.Section)}, "text": {f.Text}, "expected_result": {f.ExpectedResult}, "indicator": {f.Indicator}, "responsible": {f.ResponsibleID},
		"co_executors": f.CoExecutors, "start_quarter": {strconv.Itoa(f.StartQuarter)}, "due": {f.Due.Format()}}
}

func (p pages) write(c *web.Context) error {
	m, err := p.load(c)
	if err != nil {
		return err
	}
	var check apperr.Check
	q, _ := strconv.Atoi(c.Form("start_quarter")) // 0 is no quarter, and refused as such
	f := planning.ItemFields{Section: planning.Section(c.Form("section")), Text: c.Form("text"), ExpectedResult: c.Form("expected_result"), Indicator: c.Form("indicator"),
		ResponsibleID: c.Form("responsible"), CoExecutors: c.Forms("co_executors"), StartQuarter: q, Due: c.FormDate(&check, "due", true)}
	if err = check.Err(); err == nil {
		if id := c.Form("item"); id != "" {
			err = p.svc.Reword(c.Ctx(), m.ID, id, f)
		} else {
			err = p.svc.Add(c.Ctx(), m.ID, f)
		}
	}
	if err == nil {
		c.Flash("good", "planning.amendment.written")
		return c.Redirect(href(m))
	}
	if errs, status, ok := web.FormError(err); ok {
		return p.showForm(c, status, c.Form("item"), c.FormOf(errs))
	}
	return err
}

func sections(p ui.Page) (out []ui.Option) {
	for _, s := range planning.Sections() {
		out = append(out, ui.Option{Value: string(s), Label: p.T("planning.section." + string(s))})
	}
	return out
}

func quarters(p ui.Page) (out []ui.Option) {
	for n, q := range []string{"I", "II", "III", "IV"} {
		out = append(out, ui.Option{Value: strconv.Itoa(n + 1), Label: p.T("planning.plan.quarter", "q", q)})
	}
	return out
}

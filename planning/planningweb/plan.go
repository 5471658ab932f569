package planningweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type planList struct {
	ui.Page
	plans []planning.PlanSummary
	kinds []ui.Option
	form  ui.Form
	draft bool
	lists bool // the lists over all plans are there
}

// plans lists the yearly plans and, for who may, opens a new one.
func (p pages) plans(c *web.Context) error { return p.showPlans(c, http.StatusOK, ui.Form{}) }

func (p pages) showPlans(c *web.Context, status int, form ui.Form) error {
	v := planList{Page: c.Page("planning.plan.title"), form: form, draft: c.Can(policies.PlanDraft), lists: p.r.Has(http.MethodGet, "/plan-items")}
	var err error
	if v.plans, err = p.svc.Plans(c.Ctx()); err != nil {
		return err
	}
	kinds, err := p.svc.PlanKinds(c.Ctx())
	if err != nil {
		return err
	}
	for _, k := range kinds {
		v.kinds = append(v.kinds, ui.Option{Value: k.Code, Label: k.Name(v.Lang)})
	}
	if form.Values == nil {
		next := v.Page.Today().Year() + 1
		for slices.ContainsFunc(v.plans, func(pl planning.PlanSummary) bool { return pl.Year == next && pl.Kind == planning.MainKind }) {
			next++
		}
		v.form.Values = url.Values{"kind": {planning.MainKind}, "year": {year(next)}, "approve_due": {day.Make(next-1, time.December, 25).Format()}}
	}
	return c.Render(status, planListView(v))
}

func (p pages) openPlan(c *web.Context) error {
	var check apperr.Check
	n := planning.NewPlan{Kind: c.Form("kind"), ApproveDue: c.FormDate(&check, "approve_due", true)}
	var err error
	if n.Year, err = strconv.Atoi(c.Form("year")); err != nil {
		check.Add("year", "error.field.number")
	}
	if err = check.Err(); err == nil {
		_, err = p.svc.OpenPlan(c.Ctx(), n)
	}
	return c.Done(err, "planning.plan.opened", planHref(planning.KeyOf(n.Year, n.Kind)), func(form ui.Form, status int) error {
		return p.showPlans(c, status, form)
	})
}

type planPage struct {
	ui.Page
	planning.PlanPage
	items       []planning.Item // of the filter
	forms       map[string]ui.Form
	bases       []ui.Option
	departments []ui.Option
	basis       planning.Basis
	department  string
	mine        []planning.Agreement // of departments for which this person may answer
	history     []office.Event
	can         func(policies.Action) bool
	pdf, xlsx   string // addresses of documents, "" when there are none
	timeline    string // address of the timeline, "" when there is none
	panels      []templ.Component
	sheet       string // where the plan is edited as a sheet, "" for who may not
}

// plan is the page of a yearly plan.
func (p pages) plan(c *web.Context) error { return p.showPlan(c, http.StatusOK, nil) }

func (p pages) showPlan(c *web.Context, status int, forms map[string]ui.Form) error {
	n, err := keyOf(c)
	if err != nil {
		return err
	}
	v := planPage{forms: forms, can: c.Can, basis: planning.Basis(c.Query("basis")), department: c.Query("department")}
	if v.PlanPage, err = p.svc.Plan(c.Ctx(), n); err != nil {
		return err
	}
	v.Page = c.Page("")
	v.Page.Title = heading(v.Page, v.PlanPage)
	v.choices()
	for _, it := range v.Items {
		if (v.basis == "" || it.Basis == v.basis) && (v.department == "" || it.Concerns(v.department)) {
			v.items = append(v.items, it)
		}
	}
	scope := c.ScopeOf(policies.PlanAgree)
	for _, a := range v.Agreements {
		if scope.Department(a.DepartmentID) {
			v.mine = append(v.mine, a)
		}
	}
	if v.history, err = p.svc.KIS.History(c.Ctx(), "plan", v.ID, 40); err != nil {
		return err
	}
	if p.r.Has(http.MethodGet, "/plans/:year/pdf") {
		v.pdf = planHref(n) + "/pdf"
	}
	if p.r.Has(http.MethodGet, "/plans/:year/timeline") {
		v.timeline = planHref(n) + "/timeline"
	}
	if v.panels, err = c.Panels("plan", string(n)); err != nil {
		return err
	}
	if p.r.Has(http.MethodGet, "/plans/:year/xlsx") {
		v.xlsx = planHref(n) + "/xlsx"
	}
	if v.Editable() && c.Can(policies.PlanDraft) && p.r.Has(http.MethodGet, "/plans/:year/sheet") {
		v.sheet = planHref(n) + "/sheet"
	}
	return c.Render(status, planView(v))
}

// choices fills the filters with what occurs in the plan.
func (v *planPage) choices() {
	v.bases = []ui.Option{{Label: v.T("planning.filter.all_bases")}}
	for _, b := range planning.Bases() {
		if slices.ContainsFunc(v.Items, func(it planning.Item) bool { return it.Basis == b }) {
			v.bases = append(v.bases, ui.Option{Value: string(b), Label: basisOf(v.Page, b)})
		}
	}
	v.departments = []ui.Option{{Label: v.T("planning.filter.all_departments")}}
	seen := map[string]bool{}
	for _, it := range v.Items {
		for _, d := range append([]office.Department{it.Responsible}, it.CoExecutors...) {
			if !seen[d.ID] {
				seen[d.ID] = true
				v.departments = append(v.departments, ui.Option{Value: d.ID, Label: d.Code})
			}
		}
	}
}

func (v planPage) form(name string) ui.Form { return v.forms[name] }

// heading is the name of a plan with its year.
func heading(p ui.Page, plan planning.PlanPage) string {
	return plan.KindOf.Name(p.Lang) + ", " + year(plan.Year)
}

// label is how sentences call the plan: its year, and what kind it is of.
func (v planPage) label() string {
	if v.Kind == planning.MainKind {
		return year(v.Year)
	}
	return year(v.Year) + ", " + v.KindOf.Short(v.Lang)
}

// facts is the line under the title.
func (v planPage) facts() string {
	out := v.T("planning.plan.facts", "revision", v.Revision, "n", len(v.Items))
	if v.Carried > 0 {
		out += " · " + v.T("planning.plan.carried", "n", v.Carried, "year", year(v.Year-1))
	}
	if v.ApprovedAt.IsZero() {
		return out + " · " + v.T("planning.plan.approve_due", "date", v.ApproveDue.Format())
	}
	return out + " · " + v.T("planning.plan.approved_by", "who", v.ApprovedName, "date", v.ApprovedAt)
}

// sections groups the items shown, in the order of sections.
func (v planPage) sections() (out [][]planning.Item) {
	for i, it := range v.items {
		if i == 0 || it.Section != v.items[i-1].Section {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], it)
	}
	return out
}

// objections are those of a department, newest first.
func (v planPage) objections(departmentID string) (out []planning.Objection) {
	for _, o := range v.Objections {
		if o.DepartmentID == departmentID {
			out = append(out, o)
		}
	}
	return out
}

// itemsOf are the items that concern a department, to object to.
func (v planPage) itemsOf(departmentID string) []ui.Option {
	out := []ui.Option{{Label: v.T("planning.plan.whole")}}
	for _, it := range v.Items {
		if it.Concerns(departmentID) {
			out = append(out, ui.Option{Value: it.ID, Label: v.Int(int64(it.No)) + ". " + it.Text})
		}
	}
	return out
}

// missing says in one line why approval is not possible.
func (v planPage) missing() string {
	for _, c := range v.Conditions {
		if c.Block && !c.OK {
			return v.T("planning.plan.not_possible", "why", v.T(c.Key, c.Args...))
		}
	}
	return ""
}

// step takes a step of the plan, and shows the page again with the form of
// that name when it is refused.
func (p pages) planStep(c *web.Context, name, key string, do func(key planning.Key) error) error {
	n, err := keyOf(c)
	if err != nil {
		return err
	}
	return c.Done(do(n), key, planHref(n), func(form ui.Form, status int) error {
		return p.showPlan(c, status, map[string]ui.Form{name: form})
	})
}

func (p pages) send(c *web.Context) error {
	return p.planStep(c, "send", "planning.plan.sent", func(y planning.Key) error { return p.svc.SendPlan(c.Ctx(), y) })
}

func (p pages) remind(c *web.Context) error {
	return p.planStep(c, "remind", "planning.plan.reminded", func(y planning.Key) error { return p.svc.RemindPlan(c.Ctx(), y) })
}

func (p pages) recall(c *web.Context) error {
	return p.planStep(c, "recall", "planning.plan.recalled", func(y planning.Key) error { return p.svc.RecallPlan(c.Ctx(), y, c.Form("reason")) })
}

func (p pages) returnPlan(c *web.Context) error {
	return p.planStep(c, "return", "planning.plan.returned", func(y planning.Key) error { return p.svc.ReturnPlan(c.Ctx(), y, c.Form("reason")) })
}

func (p pages) start(c *web.Context) error {
	return p.planStep(c, "start", "planning.plan.started", func(y planning.Key) error { return p.svc.StartPlan(c.Ctx(), y) })
}

func (p pages) closePlan(c *web.Context) error {
	return p.planStep(c, "close", "planning.plan.closed", func(y planning.Key) error { return p.svc.ClosePlan(c.Ctx(), y, c.Form("reason")) })
}

func (p pages) carry(c *web.Context) error {
	return p.planStep(c, "carry", "planning.plan.carried_over", func(y planning.Key) error { _, err := p.svc.CarryOver(c.Ctx(), y); return err })
}

func (p pages) approve(c *web.Context) error {
	return p.planStep(c, "approve", "planning.plan.approved", func(y planning.Key) error {
		n, _ := strconv.Atoi(c.Form("revision")) // none is another revision than the present one
		return p.svc.ApprovePlan(c.Ctx(), y, planning.Approval{Revision: n, Confirmed: c.Form("confirm") == "1"})
	})
}

func (p pages) agree(c *web.Context) error {
	return p.planStep(c, "agree-"+c.Form("department"), "planning.plan.agreed", func(y planning.Key) error {
		n, _ := strconv.Atoi(c.Form("revision"))
		return p.svc.AgreePlan(c.Ctx(), y, c.Form("department"), n)
	})
}

func (p pages) object(c *web.Context) error {
	return p.planStep(c, "object-"+c.Form("department"), "planning.plan.objected", func(y planning.Key) error {
		n, _ := strconv.Atoi(c.Form("revision"))
		return p.svc.ObjectPlan(c.Ctx(), y, c.Form("department"), n, c.Form("item"), c.Form("text"))
	})
}

func (p pages) answer(c *web.Context) error {
	id, err := c.ID("objection")
	if err != nil {
		return err
	}
	return p.planStep(c, "answer-"+id, "planning.plan.answered", func(planning.Key) error { return p.svc.AnswerObjection(c.Ctx(), id, c.Form("answer")) })
}

// segments are the parts of the bar of a plan in force.
func (v planPage) segments() []ui.Segment {
	n := map[string]int{}
	for _, it := range v.Items {
		n[itemState(v.Page, it, v.PlanPage.Today).Tone]++
	}
	var out []ui.Segment
	for _, tone := range []string{"good", "info", "warn", "bad", "idle"} {
		out = append(out, ui.Segment{Tone: tone, Count: n[tone]})
	}
	return out
}

// reminds says whether the person may remind those that have not answered:
// somebody has not, and nobody was reminded today.
func (v planPage) reminds() bool {
	return v.can(policies.PlanDraft) && v.State == planning.PlanAgreeing && v.Reminded != v.PlanPage.Today &&
		slices.ContainsFunc(v.Agreements, func(a planning.Agreement) bool { return a.State == planning.Pending })
}

package executionweb

import (
	"context"
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

var (
	keyParam  = web.Param{Name: "key", Kind: web.ParamText, Max: 40, Text: "api.param.plan_key"}
	itemParam = web.Param{Name: "item", Kind: web.ParamID, Text: "api.param.plan_item"}
)

// itemStep is an operation on an item that answers with it.
func (p pages) itemStep(method, path string, act policies.Action, op string, params []web.Param, body any, do func(ctx context.Context, c *web.Context) error) web.Operation {
	return web.Operation{Method: method, Path: path, Action: act, ID: op, Group: "plans", Text: "api.op." + op, Params: params, Body: body, Answer: apiPlanItem{}, Do: func(c *web.Context) error {
		if err := do(c.Ctx(), c); err != nil {
			return err
		}
		return p.apiItemOf(c)
	}}
}

// planStep is an operation on a plan that answers with it.
func (p pages) planStep(verb string, act policies.Action, op string, body any, do func(c *web.Context, k planning.Key) error) web.Operation {
	return web.Operation{Method: http.MethodPost, Path: "/api/v1/plans/:key/" + verb, Action: act, ID: op, Group: "plans", Text: "api.op." + op, Params: []web.Param{keyParam}, Body: body, Answer: apiPlan{}, Do: func(c *web.Context) error {
		if err := do(c, planning.Key(c.Param("key"))); err != nil {
			return err
		}
		return p.apiPlanOf(c)
	}}
}

// registerAPI adds the operations of plans, their items and reports. They ask
// the same methods as the pages.
func (p pages) registerAPI(r *web.Router) {
	item, step, plan := itemParam, p.itemStep, p.planStep
	p.registerDraftAPI(r)
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/plans", Action: policies.PlanRead, ID: "listPlans", Group: "plans", Text: "api.op.listPlans", Answer: apiPlans{}, Do: p.apiPlans},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/plans/:key", Action: policies.PlanRead, ID: "getPlan", Group: "plans", Text: "api.op.getPlan", Params: []web.Param{keyParam}, Answer: apiPlan{}, Do: func(c *web.Context) error { return p.apiPlanOf(c) }},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/plan-items", Action: policies.PlanRead, ID: "listPlanItems", Group: "plans", Text: "api.op.listPlanItems",
			Params: []web.Param{{Name: "q", Kind: web.ParamText, Text: "api.param.q"}, {Name: "plan", Kind: web.ParamText, Max: 40, Text: "api.param.plan_key"},
				{Name: "department", Kind: web.ParamID, Text: "api.param.department"}, {Name: "state", Of: texts(planning.ShownStates()), Text: "api.param.plan_item_state"},
				{Name: "late", Of: []string{"1"}, Text: "api.param.plan_item_late"}, web.AfterParam(2), web.LimitParam}, Answer: apiItems{}, Do: p.apiItems},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/plan-items/:item", Action: policies.PlanRead, ID: "getPlanItem", Group: "plans", Text: "api.op.getPlanItem", Params: []web.Param{item}, Answer: apiPlanItem{}, Do: p.apiItemOf},
		plan("send", policies.PlanDraft, "sendPlan", nil, func(c *web.Context, k planning.Key) error { return p.svc.SendPlan(c.Ctx(), k) }),
		plan("remind", policies.PlanDraft, "remindPlan", nil, func(c *web.Context, k planning.Key) error { return p.svc.RemindPlan(c.Ctx(), k) }),
		plan("agree", policies.PlanAgree, "agreePlan", apiAgree{}, func(c *web.Context, k planning.Key) error {
			var in apiAgree
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.AgreePlan(c.Ctx(), k, in.DepartmentID, in.Revision)
		}),
		plan("object", policies.PlanAgree, "objectPlan", apiObject{}, func(c *web.Context, k planning.Key) error {
			var in apiObject
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.ObjectPlan(c.Ctx(), k, in.DepartmentID, in.Revision, in.ItemID, in.Text)
		}),
		plan("approve", policies.PlanApprove, "approvePlan", apiApprove{}, func(c *web.Context, k planning.Key) error {
			var in apiApprove
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.ApprovePlan(c.Ctx(), k, planning.Approval{Revision: in.Revision, Confirmed: true})
		}),
		step(http.MethodPost, "/api/v1/plan-items/:item/reports", policies.PlanReport, "reportPlanItem", []web.Param{item}, apiNewReport{}, func(ctx context.Context, c *web.Context) error {
			var in apiNewReport
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.ReportItem(ctx, c.Param("item"), planning.NewReport{State: planning.ItemState(in.State), Narrative: in.Narrative, Reason: in.Reason, NewDue: in.NewDue, Quarter: in.Quarter, StepIDs: in.Steps, UploadIDs: in.Uploads})
		}),
		step(http.MethodPost, "/api/v1/plan-items/:item/reports/:report/decide", policies.PlanAccept, "decidePlanReport",
			[]web.Param{item, {Name: "report", Kind: web.ParamID, Text: "api.param.plan_report"}}, apiDecide{}, func(ctx context.Context, c *web.Context) error {
				var in apiDecide
				if err := c.ReadJSON(&in); err != nil {
					return err
				}
				if in.Accept == nil {
					return apperr.InvalidField("accept", "error.field.required")
				}
				return p.svc.DecideReport(ctx, c.Param("report"), execution.Verdict{Accept: *in.Accept, Note: in.Note})
			}),
		step(http.MethodPost, "/api/v1/plan-items/:item/impact", policies.PlanAccept, "checkPlanImpact", []web.Param{item}, apiImpact{}, func(ctx context.Context, c *web.Context) error {
			var in apiImpact
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.CheckImpact(ctx, c.Param("item"), execution.Found{Effect: execution.Effect(in.Effect), Text: in.Text, UploadIDs: in.Uploads})
		}),
	)
}

func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

type apiAgree struct {
	DepartmentID string `json:"department_id"`
	Revision     int    `json:"revision"` // that was read
}

type apiObject struct {
	DepartmentID string `json:"department_id"`
	Revision     int    `json:"revision"`
	ItemID       string `json:"item_id,omitempty"`
	Text         string `json:"text"`
}

type apiApprove struct {
	Revision int `json:"revision"`
}

type apiNewReport struct {
	State     string   `json:"state"`
	Narrative string   `json:"narrative"`
	Quarter   int      `json:"quarter,omitempty"`
	Reason    string   `json:"reason,omitempty"`
	NewDue    day.Day  `json:"new_due,omitempty"`
	Steps     []string `json:"steps,omitempty"`
	Uploads   []string `json:"uploads,omitempty"`
}

type apiDecide struct {
	Accept *bool  `json:"accept"` // false returns the report; must be said
	Note   string `json:"note,omitempty"`
}

type apiImpact struct {
	Effect  string   `json:"effect"`
	Text    string   `json:"text"`
	Uploads []string `json:"uploads"`
}

type apiPlanSummary struct {
	Key       string `json:"key"`
	Year      int    `json:"year"`
	Kind      string `json:"kind"`
	State     string `json:"state"`
	Revision  int    `json:"revision"`
	Items     int    `json:"items"`
	Done      int    `json:"done"`
	Overdue   int    `json:"overdue"`
	Approved  string `json:"approved_by,omitempty"`
	ApproveBy string `json:"approve_due"`
}

type apiPlans struct {
	Plans []apiPlanSummary `json:"plans"`
}

type apiPlan struct {
	apiPlanSummary
	Percent    int            `json:"percent"`        // computed from accepted reports
	Note       string         `json:"note,omitempty"` // why it was called back or returned; closing words
	Agreements []apiAgreement `json:"agreements"`
	Objections []apiObjection `json:"objections"` // newest first
	LeftOver   int            `json:"left_over"`  // items of the year before that may be carried over
	Measures   []apiItem      `json:"measures"`
}

type apiAgreement struct {
	DepartmentID string `json:"department_id"`
	Department   string `json:"department"`
	State        string `json:"state"`
	Revision     int    `json:"revision"`
}

type apiObjection struct {
	ID           string    `json:"id"`
	DepartmentID string    `json:"department_id"`
	ItemID       string    `json:"item_id,omitempty"`
	Item         string    `json:"item,omitempty"` // as it was then
	Revision     int       `json:"revision"`
	Text         string    `json:"text"`
	At           time.Time `json:"at"`
	Answer       string    `json:"answer,omitempty"`
	Changed      bool      `json:"changed"` // answered by a change of the item
	AnsweredAt   time.Time `json:"answered_at,omitzero"`
}

type apiItem struct {
	ID           string   `json:"id"`
	Plan         string   `json:"plan"`
	No           int      `json:"no"`
	Section      string   `json:"section"`
	Text         string   `json:"text"`
	Expected     string   `json:"expected_result"`
	Indicator    string   `json:"indicator"`
	Responsible  string   `json:"responsible"`
	CoExecutors  []string `json:"co_executors"`
	Executor     string   `json:"executor,omitempty"`
	StartQuarter int      `json:"start_quarter"`
	Due          day.Day  `json:"due"`
	NewDue       day.Day  `json:"new_due,omitempty"`
	State        string   `json:"state"`
	Percent      int      `json:"percent"`
	Late         bool     `json:"late"`
}

type apiItems struct {
	Items []apiItem `json:"items"`
	Total int       `json:"total"`
	Next  string    `json:"next,omitempty"`
}

type apiPlanItem struct {
	apiItem
	Version int         `json:"version"`
	Steps   []apiStep   `json:"steps"`
	Reports []apiReport `json:"reports"`
	Impact  *apiEffect  `json:"impact,omitempty"`
}

type apiStep struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Accepted bool   `json:"accepted"`
}

type apiReport struct {
	ID        string    `json:"id"`
	No        int       `json:"no"`
	Quarter   int       `json:"quarter"`
	State     string    `json:"state"`
	Narrative string    `json:"narrative"`
	Reason    string    `json:"reason,omitempty"`
	NewDue    day.Day   `json:"new_due,omitempty"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	Verdict   string    `json:"verdict"` // waiting, accepted or returned
	Note      string    `json:"note,omitempty"`
	Files     []string  `json:"files"`
}

type apiEffect struct {
	Due    day.Day `json:"due"`
	Effect string  `json:"effect"` // "" = not checked yet
	Text   string  `json:"text,omitempty"`
	By     string  `json:"by,omitempty"`
}

func itemOf(it planning.Item, percent int, today day.Day) apiItem {
	x := apiItem{ID: it.ID, Plan: string(it.Key), No: it.No, Section: string(it.Section), Text: it.Text, Expected: it.ExpectedResult, Indicator: it.Indicator, Responsible: it.Responsible.Code,
		CoExecutors: []string{}, Executor: it.ExecutorName, StartQuarter: it.StartQuarter, Due: it.Due, NewDue: it.NewDue, State: string(it.State), Percent: percent, Late: it.Overdue(today)}
	for _, d := range it.CoExecutors {
		x.CoExecutors = append(x.CoExecutors, d.Code)
	}
	return x
}

func (p pages) apiPlans(c *web.Context) error {
	list, err := p.svc.Plans(c.Ctx())
	if err != nil {
		return err
	}
	out := apiPlans{Plans: []apiPlanSummary{}}
	for _, x := range list {
		out.Plans = append(out.Plans, apiPlanSummary{string(x.Key), x.Year, x.Kind, string(x.State), x.Revision, x.Items, x.Done, x.Overdue, x.ApprovedName, string(x.ApproveDue)})
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiPlanOf(c *web.Context) error {
	return p.apiPlanAt(c, http.StatusOK, planning.Key(c.Param("key")))
}

func (p pages) apiPlanAt(c *web.Context, status int, k planning.Key) error {
	x, err := p.svc.Plan(c.Ctx(), k)
	if err != nil {
		return err
	}
	out := apiPlan{apiPlanSummary: apiPlanSummary{string(x.Key), x.Year, x.Kind, string(x.State), x.Revision, len(x.Items), x.Done, x.Overdue, x.ApprovedName, string(x.ApproveDue)},
		Percent: x.RuleOf.PlanPercent(x.Items), Note: x.Note, LeftOver: x.LeftOver, Agreements: []apiAgreement{}, Objections: []apiObjection{}, Measures: []apiItem{}}
	for _, a := range x.Agreements {
		out.Agreements = append(out.Agreements, apiAgreement{a.DepartmentID, a.Department.Code, string(a.State), a.Revision})
	}
	for _, o := range x.Objections {
		out.Objections = append(out.Objections, apiObjection{o.ID, o.DepartmentID, o.ItemID, o.ItemLabel, o.Revision, o.Text, o.ObjectedAt, o.Answer, o.Changed, o.AnsweredAt})
	}
	for _, it := range x.Items {
		out.Measures = append(out.Measures, itemOf(it, x.RuleOf.Percent(it), x.Today))
	}
	return c.JSON(status, out)
}

func (p pages) apiItems(c *web.Context) error {
	l, err := p.svc.Items(c.Ctx(), filterOf(c))
	if err != nil {
		return err
	}
	out := apiItems{Items: []apiItem{}, Total: l.Total}
	if l.Next != nil {
		out.Next = web.EncodeCursor(l.Next...)
	}
	for _, it := range l.Rows {
		out.Items = append(out.Items, itemOf(it, l.Percent(it), l.Today))
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiItemOf(c *web.Context) error {
	id, err := c.ID("item")
	if err != nil {
		return apperr.Missing("plan_item")
	}
	return p.apiItemAt(c, http.StatusOK, id)
}

func (p pages) apiItemAt(c *web.Context, status int, id string) error {
	x, err := p.svc.Item(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiPlanItem{apiItem: itemOf(x.Item, x.Percent, x.Today), Version: x.Version, Steps: []apiStep{}, Reports: []apiReport{}}
	for _, s := range x.ItemPage.Steps {
		out.Steps = append(out.Steps, apiStep{s.ID, s.Text, s.Accepted})
	}
	for _, w := range x.Reports {
		verdict := "waiting"
		if w.Decided {
			verdict = map[bool]string{true: "accepted", false: "returned"}[w.Accepted]
		}
		r := apiReport{w.ID, w.No, w.Quarter, string(w.ToState), w.Narrative, w.Reason, w.NewDue, w.ReportedName, w.ReportedAt, verdict, w.VerdictNote, []string{}}
		for _, f := range w.Files {
			r.Files = append(r.Files, f.Name)
		}
		out.Reports = append(out.Reports, r)
	}
	if x.Impact != nil {
		out.Impact = &apiEffect{x.Impact.Due, string(x.Impact.Verdict), x.Impact.Text, x.Impact.CheckedName}
	}
	return c.JSON(status, out)
}

package riskweb

import (
	"context"
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations of risks and objectives. They ask the same
// methods as the pages.
func (h pages) registerAPI(r *web.Router) {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.id"}
	q := web.Param{Name: "q", Kind: web.ParamText, Text: "api.param.q"}
	department := web.Param{Name: "department", Kind: web.ParamID, Text: "api.param.department"}
	step := func(verb string, act policies.Action, op string, body any, do func(ctx context.Context, c *web.Context, id string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/risks/:id/" + verb, Action: act, ID: op, Group: "risks", Text: "api.op." + op,
			Params: []web.Param{id}, Body: body, Answer: apiRisk{}, Do: func(c *web.Context) error {
				id, err := c.ID("id")
				if err != nil {
					return err
				}
				if err := do(c.Ctx(), c, id); err != nil {
					return err
				}
				return h.apiRiskOf(c, http.StatusOK, id)
			}}
	}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/risks", Action: policies.RiskRead, ID: "listRisks", Group: "risks", Text: "api.op.listRisks",
			Params: []web.Param{q, {Name: "kind", Of: texts(risk.Kinds()), Text: "api.param.risk_kind"}, {Name: "state", Of: texts(risk.States()), Text: "api.param.risk_state"},
				{Name: "level", Kind: web.ParamText, Max: 20, Text: "api.param.risk_level"}, department, {Name: "process", Kind: web.ParamID, Text: "api.param.risk_process"},
				{Name: "late", Of: []string{"1"}, Text: "api.param.risk_late"}, web.AfterParam(2), web.LimitParam}, Answer: apiRiskList{}, Do: h.apiRisks},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/risks", Action: policies.RiskWrite, ID: "enterRisk", Group: "risks", Text: "api.op.enterRisk",
			Body: apiNewRisk{}, Status: http.StatusCreated, Answer: apiRisk{}, Do: h.apiEnter},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/risks/:id", Action: policies.RiskRead, ID: "getRisk", Group: "risks", Text: "api.op.getRisk",
			Params: []web.Param{id}, Answer: apiRisk{}, Do: func(c *web.Context) error {
				id, err := c.ID("id")
				if err != nil {
					return err
				}
				return h.apiRiskOf(c, http.StatusOK, id)
			}},
		step("change", policies.RiskWrite, "changeRisk", apiChangedRisk{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiChangedRisk
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return h.svc.Change(ctx, id, in.Version, in.fields())
		}),
		step("treat", policies.RiskWrite, "treatRisk", apiTreatment{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiTreatment
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return h.svc.Treat(ctx, id, risk.Treatment{Kind: risk.TreatmentKind(in.Kind), Text: in.Treatment, Due: in.Due})
		}),
		step("report", policies.RiskWrite, "reportTreatment", apiResult{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiResult
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return h.svc.Report(ctx, id, in.Result)
		}),
		step("check", policies.RiskDecide, "checkTreatment", apiVerdict{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiVerdict
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			if !in.Works {
				return h.svc.Refuse(ctx, id, in.Verdict)
			}
			return h.svc.Confirm(ctx, id, in.Verdict, risk.Weighing{Likelihood: in.Likelihood, Impact: in.Impact, ReviewDue: in.ReviewDue})
		}),
		step("review", policies.RiskWrite, "reviewRisk", apiWeighing{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiWeighing
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return h.svc.Review(ctx, id, in.weighing())
		}),
		step("decide", policies.RiskDecide, "decideRisk", apiDecision{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiDecision
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			switch in.Decision {
			case "retain":
				return h.svc.Retain(ctx, id, in.Reason)
			case "close":
				return h.svc.Close(ctx, id, in.Reason)
			case "reopen":
				return h.svc.Reopen(ctx, id, in.Reason)
			}
			return apperr.InvalidField("decision", "error.field.choice")
		}),
	)
	r.API(h.fileOperations(step)...)
	h.registerObjectiveAPI(r)
}

// texts turns values of a string type into texts.
func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// apiDepartment is a department as the API names it.
type apiDepartment struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
}

func departmentIn(lang string, d office.Department) apiDepartment {
	return apiDepartment{d.ID, d.Code, d.Name(lang)}
}

// apiWeight is an assessment: points of the scale, their product and its level.
type apiWeight struct {
	Likelihood int    `json:"likelihood"`
	Impact     int    `json:"impact"`
	Score      int    `json:"score"`
	Level      string `json:"level"` // code
}

// apiRisk is a risk or an opportunity.
type apiRisk struct {
	ID            string        `json:"id"`
	Number        string        `json:"number"`
	Kind          string        `json:"kind"`
	State         string        `json:"state"`
	Title         string        `json:"title"`
	Cause         string        `json:"cause"`
	Consequence   string        `json:"consequence"`
	ProcessID     string        `json:"process_id,omitempty"`
	Process       string        `json:"process,omitempty"`
	GSBPM         string        `json:"gsbpm,omitempty"`
	Department    apiDepartment `json:"department"`
	OwnerID       string        `json:"owner_id"`
	Owner         string        `json:"owner"`
	Scale         int           `json:"scale"` // version
	First         apiWeight     `json:"first"`
	Now           apiWeight     `json:"now"`
	AssessedAt    time.Time     `json:"assessed_at"`
	ReviewDue     day.Day       `json:"review_due"`
	TreatmentKind string        `json:"treatment_kind,omitempty"`
	Treatment     string        `json:"treatment,omitempty"`
	Due           day.Day       `json:"due,omitempty"`
	Result        string        `json:"result,omitempty"`
	ReportedAt    time.Time     `json:"reported_at,omitzero"`
	Verdict       string        `json:"verdict,omitempty"`
	CheckedBy     string        `json:"checked_by,omitempty"`
	CheckedAt     time.Time     `json:"checked_at,omitzero"`
	Version       int           `json:"version"`
	Files         []apiFile     `json:"files,omitempty"` // of one risk, the last first
}

type apiFile struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Size   int64     `json:"size"`
	SHA256 string    `json:"sha256"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

type apiRiskList struct {
	Items []apiRisk `json:"items"`
	Total int       `json:"total"`
	Next  string    `json:"next"`
}

func riskIn(lang string, r risk.Row) apiRisk {
	return apiRisk{ID: r.ID, Number: r.Number, Kind: string(r.Kind), State: string(r.State), Title: r.Risk.Title, Cause: r.Cause, Consequence: r.Consequence, ProcessID: r.ProcessID,
		Process: r.Process(lang), GSBPM: r.GSBPM, Department: departmentIn(lang, r.Department), OwnerID: r.OwnerID, Owner: r.OwnerName, Scale: r.Scale,
		First: apiWeight{r.FirstLikelihood, r.FirstImpact, r.FirstScore, r.FirstLevel}, Now: apiWeight{r.Likelihood, r.Impact, r.Score, r.Level}, AssessedAt: r.AssessedAt,
		ReviewDue: r.ReviewDue, TreatmentKind: string(r.TreatmentKind), Treatment: r.Treatment, Due: r.Due, Result: r.Result, ReportedAt: r.ReportedAt, Verdict: r.Verdict,
		CheckedBy: r.CheckedName, CheckedAt: r.CheckedAt, Version: r.Version}
}

func (h pages) apiRisks(c *web.Context) error {
	f := filterOf(c)
	f.Open, f.Likelihood, f.Impact = false, 0, 0
	list, err := h.svc.Risks(c.Ctx(), f)
	if err != nil {
		return err
	}
	out := apiRiskList{Items: []apiRisk{}, Total: list.Total}
	if list.Next != nil {
		out.Next = web.EncodeCursor(list.Next...)
	}
	for _, r := range list.Rows {
		out.Items = append(out.Items, riskIn(c.Lang(), r))
	}
	return c.JSON(http.StatusOK, out)
}

func (h pages) apiRiskOf(c *web.Context, status int, id string) error {
	p, err := h.svc.Risk(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := riskIn(c.Lang(), p.Row)
	for _, f := range p.Files {
		out.Files = append(out.Files, apiFile{f.ID, f.Name, f.Size, f.SHA256, f.By, f.AddedAt})
	}
	return c.JSON(status, out)
}

type apiWeighing struct {
	Likelihood int     `json:"likelihood"`
	Impact     int     `json:"impact"`
	Note       string  `json:"note,omitempty"`
	ReviewDue  day.Day `json:"review_due"`
}

func (w apiWeighing) weighing() risk.Weighing {
	return risk.Weighing{Likelihood: w.Likelihood, Impact: w.Impact, Note: w.Note, ReviewDue: w.ReviewDue}
}

// apiNewRisk is a risk to enter, with its first assessment.
type apiNewRisk struct {
	apiRiskFields
	apiWeighing
}

// apiRiskFields is what a person writes about a risk.
type apiRiskFields struct {
	Kind        string `json:"kind" enum:"risk,opportunity,corruption"`
	Title       string `json:"title"`
	Cause       string `json:"cause"`
	Consequence string `json:"consequence"`
	Process     string `json:"process,omitempty"` // id
	GSBPM       string `json:"gsbpm,omitempty"`
	Department  string `json:"department"` // id
	Owner       string `json:"owner"`      // id
}

func (f apiRiskFields) fields() risk.Fields {
	return risk.Fields{Kind: risk.Kind(f.Kind), Title: f.Title, Cause: f.Cause, Consequence: f.Consequence, ProcessID: f.Process, GSBPM: f.GSBPM, DepartmentID: f.Department, OwnerID: f.Owner}
}

type apiChangedRisk struct {
	apiRiskFields
	Version int `json:"version"` // that was read
}

func (h pages) apiEnter(c *web.Context) error {
	var in apiNewRisk
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	r, err := h.svc.Enter(c.Ctx(), in.fields(), in.weighing())
	if err != nil {
		return err
	}
	return h.apiRiskOf(c, http.StatusCreated, r.ID)
}

type apiTreatment struct {
	Kind      string  `json:"treatment_kind" enum:"avoid,remove,likelihood,consequence,share,pursue"`
	Treatment string  `json:"treatment"`
	Due       day.Day `json:"due"`
}

type apiResult struct {
	Result string `json:"result"`
}

// apiVerdict judges a treatment; what is left is weighed only when it works.
type apiVerdict struct {
	Works      bool    `json:"works"`
	Verdict    string  `json:"verdict"`
	Likelihood int     `json:"likelihood,omitempty"`
	Impact     int     `json:"impact,omitempty"`
	ReviewDue  day.Day `json:"review_due,omitempty"`
}

type apiDecision struct {
	Decision string `json:"decision" enum:"retain,close,reopen"`
	Reason   string `json:"reason"`
}

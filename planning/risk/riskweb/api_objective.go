package riskweb

import (
	"context"
	"net/http"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerObjectiveAPI adds the operations of objectives.
func (h pages) registerObjectiveAPI(r *web.Router) {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.id"}
	step := func(verb string, act policies.Action, op string, status int, body any, do func(ctx context.Context, c *web.Context, id string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/objectives/:id/" + verb, Action: act, ID: op, Group: "objectives", Text: "api.op." + op,
			Params: []web.Param{id}, Body: body, Status: status, Answer: apiObjective{}, Do: func(c *web.Context) error {
				id, err := c.ID("id")
				if err == nil {
					err = do(c.Ctx(), c, id)
				}
				if err != nil {
					return err
				}
				return h.apiObjectiveOf(c, status, id)
			}}
	}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/objectives", Action: policies.ObjectiveRead, ID: "listObjectives", Group: "objectives", Text: "api.op.listObjectives",
			Params: []web.Param{{Name: "q", Kind: web.ParamText, Text: "api.param.q"}, {Name: "state", Of: texts(risk.ObjectiveStates()), Text: "api.param.objective_state"},
				{Name: "department", Kind: web.ParamID, Text: "api.param.department"}, web.AfterParam(1), web.LimitParam}, Answer: apiObjectiveList{}, Do: h.apiObjectives},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/objectives", Action: policies.ObjectiveWrite, ID: "setObjective", Group: "objectives", Text: "api.op.setObjective",
			Body: apiNewObjective{}, Status: http.StatusCreated, Answer: apiObjective{}, Do: func(c *web.Context) error {
				var in apiNewObjective
				if err := c.ReadJSON(&in); err != nil {
					return err
				}
				o, err := h.svc.Set(c.Ctx(), in.fields())
				if err != nil {
					return err
				}
				return h.apiObjectiveOf(c, http.StatusCreated, o.ID)
			}},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/objectives/:id", Action: policies.ObjectiveRead, ID: "getObjective", Group: "objectives", Text: "api.op.getObjective",
			Params: []web.Param{id}, Answer: apiObjective{}, Do: func(c *web.Context) error {
				id, err := c.ID("id")
				if err != nil {
					return err
				}
				return h.apiObjectiveOf(c, http.StatusOK, id)
			}},
		step("change", policies.ObjectiveWrite, "changeObjective", http.StatusOK, apiChangedObjective{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiChangedObjective
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return h.svc.Adjust(ctx, id, in.Version, in.fields())
		}),
		step("values", policies.ObjectiveMeasure, "measureObjective", http.StatusCreated, apiNewValue{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiNewValue
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return h.svc.Measure(ctx, id, risk.NewValue{MeasuredOn: in.MeasuredOn, Value: in.Value, Note: in.Note})
		}),
		step("decide", policies.ObjectiveWrite, "decideObjective", http.StatusOK, apiObjectiveDecision{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiObjectiveDecision
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return h.svc.Decide(ctx, id, in.Decision, in.Verdict)
		}),
	)
}

// apiNewObjective is what a person writes about an objective.
type apiNewObjective struct {
	Title      string  `json:"title"`
	Metric     string  `json:"metric"`
	Unit       string  `json:"unit"`
	Better     string  `json:"better" enum:"more,less"`
	Baseline   string  `json:"baseline,omitempty"`
	Target     string  `json:"target"`
	Actions    string  `json:"actions"`
	Resources  string  `json:"resources,omitempty"`
	Department string  `json:"department"`        // id
	Owner      string  `json:"owner"`             // id
	Process    string  `json:"process,omitempty"` // id; the system as a whole when left out
	Starts     day.Day `json:"starts"`
	Due        day.Day `json:"due"`
}

func (n apiNewObjective) fields() risk.ObjectiveFields {
	return risk.ObjectiveFields{Title: n.Title, Metric: n.Metric, Unit: n.Unit, Better: n.Better, Baseline: n.Baseline, Target: n.Target, Actions: n.Actions, Resources: n.Resources,
		DepartmentID: n.Department, OwnerID: n.Owner, ProcessID: n.Process, Starts: n.Starts, Due: n.Due}
}

type apiChangedObjective struct {
	apiNewObjective
	Version int `json:"version"` // that was read
}

type apiObjectiveDecision struct {
	Decision string `json:"decision" enum:"reach,miss,cancel"`
	Verdict  string `json:"verdict"`
}

// apiObjective is an objective with what was measured, the latest day first.
type apiObjective struct {
	ID         string        `json:"id"`
	Number     string        `json:"number"`
	State      string        `json:"state"`
	Title      string        `json:"title"`
	Metric     string        `json:"metric"`
	Unit       string        `json:"unit"`
	Better     string        `json:"better"`
	Baseline   string        `json:"baseline,omitempty"`
	Target     string        `json:"target"`
	Department apiDepartment `json:"department"`
	OwnerID    string        `json:"owner_id"`
	Owner      string        `json:"owner"`
	Actions    string        `json:"actions"`
	Resources  string        `json:"resources,omitempty"`
	ProcessID  string        `json:"process_id,omitempty"`
	Starts     day.Day       `json:"starts"`
	Due        day.Day       `json:"due"`
	Verdict    string        `json:"verdict,omitempty"`
	Version    int           `json:"version"`
	Values     []apiValue    `json:"values"`
}

type apiValue struct {
	MeasuredOn day.Day `json:"measured_on"`
	Value      string  `json:"value"`
	Met        bool    `json:"met"`
	Note       string  `json:"note,omitempty"`
}

type apiNewValue struct {
	MeasuredOn day.Day `json:"measured_on"`
	Value      string  `json:"value"`
	Note       string  `json:"note,omitempty"`
}

type apiObjectiveList struct {
	Items []apiObjective `json:"items"`
	Total int            `json:"total"`
	Next  string         `json:"next"`
}

func objectiveIn(lang string, r risk.ObjectiveRow) apiObjective {
	out := apiObjective{ID: r.ID, Number: r.Number, State: string(r.State), Title: r.Objective.Title, Metric: r.Metric, Unit: r.Unit, Better: r.Better, Baseline: r.Baseline,
		Target: r.Target, Department: departmentIn(lang, r.Department), OwnerID: r.OwnerID, Owner: r.OwnerName, Actions: r.Actions, Resources: r.Resources,
		ProcessID: r.ProcessID, Starts: r.Starts, Due: r.Due, Verdict: r.Verdict, Version: r.Version, Values: []apiValue{}}
	for _, v := range r.Values {
		out.Values = append(out.Values, apiValue{MeasuredOn: v.MeasuredOn, Value: v.Value, Met: r.Met(v.Value), Note: v.Note})
	}
	return out
}

func (h pages) apiObjectives(c *web.Context) error {
	f := risk.ObjectiveFilter{Query: c.Query("q"), State: risk.ObjectiveState(c.Query("state")), DepartmentID: c.Query("department"), Limit: c.Limit()}
	if after := c.Cursor(1); after != nil {
		f.After = after[0]
	}
	list, err := h.svc.Objectives(c.Ctx(), f)
	if err != nil {
		return err
	}
	out := apiObjectiveList{Items: []apiObjective{}, Total: list.Total}
	if list.Next != "" {
		out.Next = web.EncodeCursor(list.Next)
	}
	for _, r := range list.Rows {
		out.Items = append(out.Items, objectiveIn(c.Lang(), r))
	}
	return c.JSON(http.StatusOK, out)
}

func (h pages) apiObjectiveOf(c *web.Context, status int, id string) error {
	o, err := h.svc.Objective(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(status, objectiveIn(c.Lang(), o.ObjectiveRow))
}

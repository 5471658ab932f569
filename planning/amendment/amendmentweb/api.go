package amendmentweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations; they ask the same methods as the pages.
func (p pages) registerAPI(r *web.Router) {
	key := web.Param{Name: "key", Kind: web.ParamText, Max: 40, Text: "api.param.plan_key"}
	id := web.Param{Name: "amendment", Kind: web.ParamID, Text: "api.param.amendment"}
	step := func(verb string, act policies.Action, op string, body any, do func(c *web.Context, m amendment.Amendment) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/plans/:key/amendments/:amendment/" + verb, Action: act, ID: op, Group: "plans", Text: "api.op." + op,
			Params: []web.Param{key, id}, Body: body, Answer: apiAmendment{}, Do: func(c *web.Context) error {
				m, err := p.apiLoad(c)
				if err == nil {
					err = do(c, m)
				}
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusOK, m)
			}}
	}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/plans/:key/amendments", Action: policies.PlanRead, ID: "listPlanAmendments", Group: "plans", Text: "api.op.listPlanAmendments",
			Params: []web.Param{key}, Answer: apiAmendments{}, Do: p.apiList},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/plans/:key/amendments", Action: policies.PlanDraft, ID: "openPlanAmendment", Group: "plans", Text: "api.op.openPlanAmendment",
			Params: []web.Param{key}, Body: apiOpened{}, Status: http.StatusCreated, Answer: apiAmendment{}, Do: p.apiOpen},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/plans/:key/amendments/:amendment", Action: policies.PlanRead, ID: "getPlanAmendment", Group: "plans", Text: "api.op.getPlanAmendment",
			Params: []web.Param{key, id}, Answer: apiAmendment{}, Do: func(c *web.Context) error {
				m, err := p.apiLoad(c)
				if err != nil {
					return err
				}
				return c.JSON(http.StatusOK, amendmentIn(m))
			}},
		step("write", policies.PlanDraft, "writePlanAmendment", apiWritten{}, func(c *web.Context, m amendment.Amendment) error {
			var in apiWritten
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			if in.ItemID == "" {
				return p.svc.Add(c.Ctx(), m.ID, in.ItemFields)
			}
			return p.svc.Reword(c.Ctx(), m.ID, in.ItemID, in.ItemFields)
		}),
		step("remove", policies.PlanDraft, "removeInPlanAmendment", apiRemoved{}, func(c *web.Context, m amendment.Amendment) error {
			var in apiRemoved
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Remove(c.Ctx(), m.ID, in.ItemID)
		}),
		step("drop", policies.PlanDraft, "dropFromPlanAmendment", apiDropped{}, func(c *web.Context, m amendment.Amendment) error {
			var in apiDropped
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Drop(c.Ctx(), m.ID, in.ChangeID)
		}),
		step("propose", policies.PlanDraft, "proposePlanAmendment", nil, func(c *web.Context, m amendment.Amendment) error { return p.svc.Propose(c.Ctx(), m.ID) }),
		step("recall", policies.PlanDraft, "recallPlanAmendment", nil, func(c *web.Context, m amendment.Amendment) error { return p.svc.Recall(c.Ctx(), m.ID) }),
		step("approve", policies.PlanApprove, "approvePlanAmendment", apiApproved{}, func(c *web.Context, m amendment.Amendment) error {
			var in apiApproved
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Approve(c.Ctx(), m.ID, in.Version, true)
		}),
		step("reject", policies.PlanApprove, "rejectPlanAmendment", apiRejected{}, func(c *web.Context, m amendment.Amendment) error {
			var in apiRejected
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Reject(c.Ctx(), m.ID, in.Note)
		}),
	)
}

type apiOpened struct {
	Reason string `json:"reason"`
}

// apiWritten is an item worded anew, or a new one when none is named.
type apiWritten struct {
	planning.ItemFields
	ItemID string `json:"item_id,omitempty"`
}

type apiRemoved struct {
	ItemID string `json:"item_id"`
}

type apiDropped struct {
	ChangeID string `json:"change_id"`
}

type apiApproved struct {
	Version int `json:"version"` // that was read
}

type apiRejected struct {
	Note string `json:"note"`
}

// apiAmendment is a numbered change of an approved plan.
type apiAmendment struct {
	ID         string      `json:"id"`
	Plan       string      `json:"plan"`
	No         int         `json:"no"`
	State      string      `json:"state"`
	Reason     string      `json:"reason"`
	Version    int         `json:"version"`
	ProposedBy string      `json:"proposed_by,omitempty"`
	ProposedAt time.Time   `json:"proposed_at,omitzero"`
	DecidedBy  string      `json:"decided_by,omitempty"`
	DecidedAt  time.Time   `json:"decided_at,omitzero"`
	Note       string      `json:"note,omitempty"` // why it was rejected
	Changes    []apiChange `json:"changes"`
}

type apiAmendments struct {
	Items []apiAmendment `json:"items"`
}

// apiChange is what is done to one item, with its words before and after.
type apiChange struct {
	ID     string               `json:"id"`
	Kind   string               `json:"kind" enum:"change,add,remove"`
	ItemID string               `json:"item_id,omitempty"`
	ItemNo int                  `json:"item_no,omitempty"`
	Before *planning.ItemFields `json:"before,omitempty"`
	After  *planning.ItemFields `json:"after,omitempty"`
}

func amendmentIn(m amendment.Amendment) apiAmendment {
	out := apiAmendment{ID: m.ID, Plan: string(m.Key), No: m.No, State: string(m.State), Reason: m.Reason, Version: m.Version, ProposedBy: m.ProposedName, ProposedAt: m.ProposedAt,
		DecidedBy: m.DecidedName, DecidedAt: m.DecidedAt, Note: m.Note, Changes: []apiChange{}}
	for _, x := range m.Changes {
		change := apiChange{ID: x.ID, Kind: string(x.Kind), ItemID: x.ItemID, ItemNo: x.ItemNo}
		if x.Before != "" {
			f := x.Was.Fields()
			change.Before = &f
		}
		if x.After != "" {
			f := x.Will.Fields()
			change.After = &f
		}
		out.Changes = append(out.Changes, change)
	}
	return out
}

// apiLoad reads the amendment of the address; one of another plan is not found.
func (p pages) apiLoad(c *web.Context) (amendment.Amendment, error) {
	id, err := c.ID("amendment")
	if err != nil {
		return amendment.Amendment{}, apperr.Missing(amendment.Kind)
	}
	return p.svc.Amendment(c.Ctx(), planning.Key(c.Param("key")), id)
}

func (p pages) apiOne(c *web.Context, status int, m amendment.Amendment) error {
	now, err := p.svc.Amendment(c.Ctx(), m.Key, m.ID)
	if err != nil {
		return err
	}
	return c.JSON(status, amendmentIn(now))
}

func (p pages) apiList(c *web.Context) error {
	plan, err := p.svc.Plan(c.Ctx(), planning.Key(c.Param("key")))
	if err != nil {
		return err
	}
	list, err := p.svc.List(c.Ctx(), plan.Key)
	if err != nil {
		return err
	}
	out := apiAmendments{Items: []apiAmendment{}}
	for _, m := range list {
		out.Items = append(out.Items, amendmentIn(m))
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiOpen(c *web.Context) error {
	var in apiOpened
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	m, err := p.svc.Open(c.Ctx(), planning.Key(c.Param("key")), in.Reason)
	if err != nil {
		return err
	}
	return p.apiOne(c, http.StatusCreated, m)
}

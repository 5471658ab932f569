package executionweb

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// maxSheet is how large a plan that comes back as a sheet may be, in bytes.
const maxSheet = 4 << 20

// registerDraftAPI adds the operations by which a plan is opened, written,
// taken through its states and brought back as a sheet.
func (p pages) registerDraftAPI(r *web.Router) {
	reason := func(do func(ctx context.Context, k planning.Key, reason string) error) func(c *web.Context, k planning.Key) error {
		return func(c *web.Context, k planning.Key) error {
			var in apiPlanReason
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return do(c.Ctx(), k, in.Reason)
		}
	}
	objection := p.planStep("objections/:objection/answer", policies.PlanDraft, "answerPlanObjection", apiAnswerText{}, func(c *web.Context, k planning.Key) error {
		id, err := p.objectionOf(c, k)
		if err != nil {
			return err
		}
		var in apiAnswerText
		if err := c.ReadJSON(&in); err != nil {
			return err
		}
		return p.svc.AnswerObjection(c.Ctx(), id, in.Answer)
	})
	objection.Params = append(objection.Params, web.Param{Name: "objection", Kind: web.ParamID, Text: "api.param.plan_objection"})
	r.API(
		web.Operation{Method: http.MethodPost, Path: "/api/v1/plans", Action: policies.PlanDraft, ID: "openPlan", Group: "plans", Text: "api.op.openPlan",
			Body: apiNewPlan{}, Status: http.StatusCreated, Answer: apiPlan{}, Do: p.apiOpen},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/plans/:key/items", Action: policies.PlanDraft, ID: "addPlanItem", Group: "plans", Text: "api.op.addPlanItem",
			Params: []web.Param{keyParam}, Body: planning.NewItem{}, Status: http.StatusCreated, Answer: apiPlanItem{}, Do: p.apiAdd},
		p.itemStep(http.MethodPost, "/api/v1/plan-items/:item/change", policies.PlanDraft, "changePlanItem", []web.Param{itemParam}, apiChangedItem{}, func(ctx context.Context, c *web.Context) error {
			var in apiChangedItem
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.ChangeItem(ctx, c.Param("item"), in.Version, in.ItemFields)
		}),
		web.Operation{Method: http.MethodPost, Path: "/api/v1/plan-items/:item/remove", Action: policies.PlanDraft, ID: "removePlanItem", Group: "plans", Text: "api.op.removePlanItem",
			Params: []web.Param{itemParam}, Body: apiRemovedItem{}, Answer: apiPlan{}, Do: p.apiRemove},
		p.itemStep(http.MethodPost, "/api/v1/plan-items/:item/steps", policies.PlanReport, "setPlanItemSteps", []web.Param{itemParam}, apiSteps{}, func(ctx context.Context, c *web.Context) error {
			var in apiSteps
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.SetSteps(ctx, c.Param("item"), in.Version, in.Steps)
		}),
		p.itemStep(http.MethodPost, "/api/v1/plan-items/:item/executor", policies.PlanAgree, "assignPlanItem", []web.Param{itemParam}, apiExecutor{}, func(ctx context.Context, c *web.Context) error {
			var in apiExecutor
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Assign(ctx, c.Param("item"), in.UserID)
		}),
		p.planStep("recall", policies.PlanDraft, "recallPlan", apiPlanReason{}, reason(p.svc.RecallPlan)),
		p.planStep("return", policies.PlanApprove, "returnPlan", apiPlanReason{}, reason(p.svc.ReturnPlan)),
		p.planStep("start", policies.PlanDraft, "startPlan", nil, func(c *web.Context, k planning.Key) error { return p.svc.StartPlan(c.Ctx(), k) }),
		p.planStep("close", policies.PlanDraft, "closePlan", apiPlanReason{}, reason(p.svc.ClosePlan)),
		p.planStep("carry", policies.PlanDraft, "carryPlan", nil, func(c *web.Context, k planning.Key) error {
			_, err := p.svc.CarryOver(c.Ctx(), k)
			return err
		}),
		objection,
		web.Operation{Method: http.MethodPost, Path: "/api/v1/plans/:key/sheet", Action: policies.PlanDraft, ID: "importPlanSheet", Group: "plans", Text: "api.op.importPlanSheet",
			Params: []web.Param{keyParam, {Name: "reason", Kind: web.ParamText, Max: 4000, Text: "api.param.plan_sheet_reason"}, {Name: "dry_run", Of: []string{"1"}, Text: "api.param.dry_run"}},
			Upload: true, Answer: apiSheetResult{}, Do: p.apiSheet},
	)
	for _, format := range []string{"xlsx", "csv"} {
		r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/plans/:key/sheet." + format, Action: policies.PlanDraft, ID: "getPlanSheet" + format, Group: "plans", Text: "api.op.getPlanSheet",
			Params: []web.Param{keyParam}, Do: func(c *web.Context) error {
				plan, err := p.svc.Plan(c.Ctx(), planning.Key(c.Param("key")))
				if err != nil {
					return err
				}
				return c.Send(c.Page("").T("planning.sheet.file", "year", string(plan.Key))+"."+format, func(ctx context.Context, w io.Writer) error {
					return p.lists.PlanSheet(ctx, w, format, c.Lang(), plan.Key)
				})
			}})
	}
}

type apiNewPlan struct {
	Year       int     `json:"year"`
	Kind       string  `json:"kind,omitempty"` // the main one when left out
	ApproveDue day.Day `json:"approve_due"`
}

// apiChangedItem is an item worded anew.
type apiChangedItem struct {
	planning.ItemFields
	Version int `json:"version"` // that was read
}

type apiRemovedItem struct {
	Version int    `json:"version"` // that was read
	Reason  string `json:"reason"`
}

type apiSteps struct {
	Version int      `json:"version"` // of the item that was read
	Steps   []string `json:"steps"`
}

type apiExecutor struct {
	UserID string `json:"user_id"` // of the responsible department; "" for nobody
}

type apiPlanReason struct {
	Reason string `json:"reason"`
}

type apiAnswerText struct {
	Answer string `json:"answer"`
}

type apiSheetResult struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Removed int `json:"removed"`
	Same    int `json:"same"`
}

func (p pages) apiOpen(c *web.Context) error {
	var in apiNewPlan
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	plan, err := p.svc.OpenPlan(c.Ctx(), planning.NewPlan{Year: in.Year, Kind: in.Kind, ApproveDue: in.ApproveDue})
	if err != nil {
		return err
	}
	return p.apiPlanAt(c, http.StatusCreated, plan.Key)
}

func (p pages) apiAdd(c *web.Context) error {
	var in planning.NewItem
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	it, err := p.svc.AddItem(c.Ctx(), planning.Key(c.Param("key")), in)
	if err != nil {
		return err
	}
	return p.apiItemAt(c, http.StatusCreated, it.ID)
}

func (p pages) apiRemove(c *web.Context) error {
	id, err := c.ID("item")
	if err != nil {
		return apperr.Missing("plan_item")
	}
	it, err := p.svc.PlanItem(c.Ctx(), id)
	if err != nil {
		return err
	}
	var in apiRemovedItem
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	if err := p.svc.RemoveItem(c.Ctx(), id, in.Version, in.Reason); err != nil {
		return err
	}
	return p.apiPlanAt(c, http.StatusOK, it.Key)
}

// objectionOf is the objection of the address; one to another plan is not found.
func (p pages) objectionOf(c *web.Context, k planning.Key) (string, error) {
	plan, err := p.svc.Plan(c.Ctx(), k)
	if err != nil {
		return "", err
	}
	for _, o := range plan.Objections {
		if o.ID == c.Param("objection") {
			return o.ID, nil
		}
	}
	return "", apperr.Missing("plan_objection")
}

// apiSheet makes a plan what the sheet in the body says.
func (p pages) apiSheet(c *web.Context) error {
	var raw []byte
	var err error
	keep := func(f *web.File) (err error) {
		raw, err = io.ReadAll(f)
		return err
	}
	if strings.HasPrefix(c.Request().Header.Get("Content-Type"), "multipart/form-data") {
		_, err = c.Multipart(web.Limits{Files: 1, FileBytes: maxSheet}, keep)
	} else {
		err = c.Body("sheet", maxSheet, keep)
	}
	if err == nil && len(raw) == 0 {
		err = apperr.InvalidField("upload", "error.upload.none")
	}
	if err != nil {
		return err
	}
	res, err := p.svc.ImportSheet(c.Ctx(), planning.Key(c.Param("key")), planning.Sheet{Reader: bytes.NewReader(raw), Reason: c.Query("reason"), DryRun: c.Query("dry_run") == "1"})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiSheetResult(res))
}

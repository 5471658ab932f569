package auditweb

import (
	"context"
	"net/http"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// api is the part of the API that is about findings, acts and corrective
// actions. It asks the same methods as the pages, so what a person may not do
// on a page their programs may not do here, and are told the same.
type api struct{ svc *audit.Service }

// step is one step that a program can ask for with an object: what it needs,
// and the body it takes.
type step struct {
	verb   string
	action policies.Action
	body   any
	do     func(c *web.Context, id string) error
}

// RegisterAPI adds the operations of checklists, findings, acts and actions.
func RegisterAPI(r *web.Router, svc *audit.Service) {
	h := api{svc}
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.id"}
	department := web.Param{Name: "department", Kind: web.ParamID, Text: "api.param.department"}
	ofAudit := web.Param{Name: "audit", Kind: web.ParamID, Text: "api.param.audit"}
	list := []web.Param{department, ofAudit, web.AfterParam(1), web.LimitParam}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/findings", Action: policies.AuditRead, ID: "listFindings", Group: "findings", Text: "api.op.findings",
			Params: append([]web.Param{{Name: "state", Of: texts(audit.FindingStates()), Text: "api.param.finding_state"}, {Name: "grade", Of: texts(audit.Grades()), Text: "api.param.grade"}}, list...),
			Answer: apiFindingList{}, Do: h.findings},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/findings/:id", Action: policies.AuditRead, ID: "getFinding", Group: "findings", Text: "api.op.finding",
			Params: []web.Param{id}, Answer: apiFinding{}, Do: h.finding},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/acts", Action: policies.ActRead, ID: "listActs", Group: "acts", Text: "api.op.acts",
			Params: append([]web.Param{{Name: "state", Of: texts(audit.ActStates()), Text: "api.param.act_state"}, {Name: "q", Kind: web.ParamText, Text: "api.param.q"},
				{Name: "late", Of: []string{"1"}, Text: "api.param.late"}}, list...), Answer: apiActList{}, Do: h.acts},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/acts/:id", Action: policies.ActRead, ID: "getAct", Group: "acts", Text: "api.op.act",
			Params: []web.Param{id}, Answer: apiAct{}, Do: h.act},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/actions/:id", Action: policies.ActRead, ID: "getAction", Group: "actions", Text: "api.op.action",
			Params: []web.Param{id}, Answer: apiAction{}, Do: h.action},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/acts", Action: policies.ActDraft, ID: "draftAct", Group: "acts", Text: "api.op.act_draft",
			Body: apiNewAct{}, Status: http.StatusCreated, Answer: apiAct{}, Do: h.draft},
	)
	h.registerRowAPI(r)
	add := func(path, group, word string, steps []step, show func(c *web.Context, id string) error, answer any) {
		for _, s := range steps {
			r.API(web.Operation{Method: http.MethodPost, Path: path + "/:id/" + s.verb, Action: s.action, ID: s.verb + word, Group: group,
				Text: "api.op." + group + "." + s.verb, Params: []web.Param{id}, Body: s.body, Answer: answer, Do: func(c *web.Context) error {
					id, err := c.ID("id")
					if err != nil {
						return err
					}
					if err := s.do(c, id); err != nil {
						return err
					}
					return show(c, id)
				}})
		}
	}
	add("/api/v1/findings", "findings", "Finding", h.findingSteps(), h.showFinding, apiFinding{})
	add("/api/v1/acts", "acts", "Act", h.actSteps(), h.showAct, apiAct{})
	add("/api/v1/actions", "actions", "Action", h.actionSteps(), h.showAction, apiAction{})
}

func texts[S ~string](list []S) (out []string) {
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

// Bodies of steps.
type (
	apiReason struct {
		Reason string `json:"reason"`
	}
	apiNote struct {
		Note string `json:"note"`
	}
	apiView struct {
		View string `json:"view"`
	}
	apiText struct {
		Text string `json:"text"`
	}
	apiResult struct {
		Result string `json:"result"`
	}
	apiApproval struct {
		EffectMonths int `json:"effect_months"`
	}
	apiMerge struct {
		Findings []string `json:"findings"`
		Reason   string   `json:"reason"`
	}
	apiReport struct {
		Result   string   `json:"result"`
		Uploads  []string `json:"uploads"`  // ids of files sent to /api/v1/uploads
		Evidence []string `json:"evidence"` // ids of submissions
	}
)

// reads makes a step of a body and what is done with it.
func reads[B any](do func(ctx context.Context, id string, b B) error) func(c *web.Context, id string) error {
	return func(c *web.Context, id string) error {
		var b B
		if err := c.ReadJSON(&b); err != nil {
			return err
		}
		return do(c.Ctx(), id, b)
	}
}

// plainly makes a step without a body.
func plainly(do func(ctx context.Context, id string) error) func(c *web.Context, id string) error {
	return func(c *web.Context, id string) error { return do(c.Ctx(), id) }
}

// because makes a step with a reason.
func because(do func(ctx context.Context, id, reason string) error) func(c *web.Context, id string) error {
	return reads(func(ctx context.Context, id string, b apiReason) error { return do(ctx, id, b.Reason) })
}

func (h api) findingSteps() []step {
	s := h.svc
	view := func(do func(ctx context.Context, id, view string) error) func(c *web.Context, id string) error {
		return reads(func(ctx context.Context, id string, b apiView) error { return do(ctx, id, b.View) })
	}
	return []step{
		{"share", policies.FindingShare, nil, plainly(s.ShareFinding)},
		{"agree", policies.FindingView, apiView{}, view(s.AgreeFinding)},
		{"differ", policies.FindingView, apiView{}, view(s.DifferFinding)},
		{"recall", policies.FindingShare, apiReason{}, because(s.RecallFinding)},
		{"drop", policies.FindingShare, apiReason{}, because(s.DropFinding)},
		{"merge", policies.FindingRaise, apiMerge{}, reads(func(ctx context.Context, id string, b apiMerge) error {
			return s.MergeFindings(ctx, id, b.Findings, b.Reason)
		})},
	}
}

func (h api) actSteps() []step {
	s := h.svc
	judge := func(effective bool) func(c *web.Context, id string) error {
		return reads(func(ctx context.Context, id string, b apiResult) error {
			return s.JudgeEffect(ctx, id, audit.EffectVerdict{Effective: effective, Result: b.Result})
		})
	}
	return []step{
		{"issue", policies.ActIssue, nil, plainly(s.Issue)},
		{"discard", policies.ActIssue, apiReason{}, because(s.Discard)},
		{"acknowledge", policies.ActAcknowledge, nil, plainly(s.Acknowledge)},
		{"object", policies.ActObject, apiReason{}, because(s.Object)},
		{"dismiss", policies.ActResolve, apiReason{}, because(s.DismissObjection)},
		{"uphold", policies.ActResolve, apiReason{}, because(s.UpholdObjection)},
		{"response", policies.ActRespond, apiResponse{}, h.respond},
		{"actions", policies.ActRespond, apiNewAction{}, h.addAction},
		{"submit", policies.ActRespond, nil, plainly(s.SubmitPlan)},
		{"approve", policies.ActApprove, apiApproval{}, reads(func(ctx context.Context, id string, b apiApproval) error {
			return s.ApprovePlan(ctx, id, audit.Approval{EffectMonths: b.EffectMonths})
		})},
		{"return", policies.ActApprove, apiReason{}, because(s.ReturnPlan)},
		{"confirm", policies.ActEffect, apiResult{}, judge(true)},
		{"fail", policies.ActEffect, apiResult{}, judge(false)},
		{"close", policies.ActClose, apiNote{}, reads(func(ctx context.Context, id string, b apiNote) error { return s.CloseAct(ctx, id, b.Note) })},
		{"reopen", policies.ActReopen, apiReason{}, because(s.ReopenAct)},
		{"addendum", policies.ActAddendum, apiText{}, reads(func(ctx context.Context, id string, b apiText) error { return s.AddAddendum(ctx, id, b.Text) })},
	}
}

func (h api) actionSteps() []step {
	s := h.svc
	decide := func(approve bool) func(c *web.Context, id string) error {
		return reads(func(ctx context.Context, id string, b apiNote) error {
			return s.DecideExtension(ctx, id, approve, b.Note)
		})
	}
	return []step{
		{"start", policies.ActionReport, nil, plainly(s.StartAction)},
		{"report", policies.ActionReport, apiReport{}, reads(func(ctx context.Context, id string, b apiReport) error {
			return s.ReportAction(ctx, id, audit.ActionReport{Result: b.Result, Uploads: b.Uploads, Evidence: b.Evidence})
		})},
		{"verify", policies.ActionVerify, apiNote{}, reads(func(ctx context.Context, id string, b apiNote) error { return s.VerifyAction(ctx, id, b.Note) })},
		{"reject", policies.ActionVerify, apiReason{}, because(s.RejectAction)},
		{"extend", policies.ActionReport, apiExtend{}, reads(func(ctx context.Context, id string, b apiExtend) error {
			return s.RequestExtension(ctx, id, b.To, b.Reason)
		})},
		{"approve-extension", policies.ActionExtend, apiNote{}, decide(true)},
		{"refuse-extension", policies.ActionExtend, apiNote{}, decide(false)},
	}
}

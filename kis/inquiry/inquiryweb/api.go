package inquiryweb

import (
	"context"
	"net/http"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations of requests, notes and comments. They ask
// the same methods as the pages.
func (h pages) registerAPI(r *web.Router) {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.inquiry_id"}
	q := web.Param{Name: "q", Kind: web.ParamText, Text: "api.param.q"}
	department := web.Param{Name: "department", Kind: web.ParamID, Text: "api.param.department"}
	cycle := web.Param{Name: "cycle", Kind: web.ParamID, Text: "api.param.cycle"}
	overdue := web.Param{Name: "overdue", Of: []string{"1"}, Text: "api.param.overdue"}
	about := []web.Param{{Name: "kind", Of: inquiry.Kinds(), Text: "api.param.comment_kind"}, {Name: "id", Kind: web.ParamText, Text: "api.param.comment_object"}}
	step := func(verb string, act policies.Action, op, text string, body any, do func(ctx context.Context, c *web.Context, id string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/requests/:id/" + verb, Action: act, ID: op, Group: "requests", Text: text,
			Params: []web.Param{id}, Body: body, Answer: apiRequest{}, Do: func(c *web.Context) error { return h.apiStep(c, do, h.apiRequestOf) }}
	}
	note := func(verb string, act policies.Action, op, text string, body any, do func(ctx context.Context, c *web.Context, id string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/discrepancies/:id/" + verb, Action: act, ID: op, Group: "discrepancies", Text: text,
			Params: []web.Param{id}, Body: body, Answer: apiDiscrepancy{}, Do: func(c *web.Context) error { return h.apiStep(c, do, h.apiDiscrepancyOf) }}
	}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/requests", Action: policies.RequestRead, ID: "listRequests", Group: "requests", Text: "api.op.requests",
			Params: []web.Param{q, {Name: "state", Of: texts(inquiry.RequestStates()), Text: "api.param.request_state"},
				{Name: "mine", Of: []string{string(inquiry.MineAnswer), string(inquiry.MineAsked)}, Text: "api.param.mine"}, department, cycle,
				{Name: "audit", Kind: web.ParamID, Text: "api.param.audit"}, overdue, web.AfterParam(1), web.LimitParam}, Answer: apiRequestList{}, Do: h.apiRequests},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/requests", Action: policies.RequestAsk, ID: "askForEvidence", Group: "requests", Text: "api.op.ask",
			Body: apiNewRequest{}, Status: http.StatusCreated, Answer: apiRequest{}, Do: h.apiAsk},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/requests/:id", Action: policies.RequestRead, ID: "getRequest", Group: "requests", Text: "api.op.request",
			Params: []web.Param{id}, Answer: apiRequest{}, Do: func(c *web.Context) error { return h.apiStep(c, nil, h.apiRequestOf) }},
		step("answer", policies.RequestAnswer, "answerRequest", "api.op.answer", apiAnswer{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiAnswer
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return renamed(h.svc.Answer(ctx, id, inquiry.NewAnswer{Text: in.Text, SubmissionIDs: in.SubmissionIDs}), "submission", "submission_ids")
		}),
		step("accept", policies.RequestDecide, "acceptAnswer", "api.op.accept_answer", nil, func(ctx context.Context, _ *web.Context, id string) error { return h.svc.Accept(ctx, id) }),
		step("return", policies.RequestDecide, "returnAnswer", "api.op.return_answer", apiReason{}, func(ctx context.Context, c *web.Context, id string) error {
			return withReason(c, func(reason string) error { return h.svc.Return(ctx, id, reason) })
		}),
		step("withdraw", policies.RequestDecide, "withdrawRequest", "api.op.withdraw_request", apiReason{}, func(ctx context.Context, c *web.Context, id string) error {
			return withReason(c, func(reason string) error { return h.svc.Withdraw(ctx, id, reason) })
		}),
		step("close", policies.RequestDecide, "closeRequest", "api.op.close_request", nil, func(ctx context.Context, _ *web.Context, id string) error { return h.svc.Close(ctx, id) }),

		web.Operation{Method: http.MethodGet, Path: "/api/v1/discrepancies", Action: policies.DiscrepancyRead, ID: "listDiscrepancies", Group: "discrepancies", Text: "api.op.discrepancies",
			Params: []web.Param{q, {Name: "state", Of: texts(inquiry.DiscrepancyStates()), Text: "api.param.discrepancy_state"}, department, cycle,
				{Name: "code", Kind: web.ParamText, Max: 20, Text: "api.param.code"}, overdue, web.AfterParam(1), web.LimitParam}, Answer: apiDiscrepancyList{}, Do: h.apiDiscrepancies},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/discrepancies", Action: policies.DiscrepancyWrite, ID: "noteDiscrepancy", Group: "discrepancies", Text: "api.op.note",
			Body: apiNewDiscrepancy{}, Status: http.StatusCreated, Answer: apiDiscrepancy{}, Do: h.apiNote},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/discrepancies/:id", Action: policies.DiscrepancyRead, ID: "getDiscrepancy", Group: "discrepancies", Text: "api.op.discrepancy",
			Params: []web.Param{id}, Answer: apiDiscrepancy{}, Do: func(c *web.Context) error { return h.apiStep(c, nil, h.apiDiscrepancyOf) }},
		note("explain", policies.DiscrepancyWrite, "explainDiscrepancy", "api.op.explain", apiExplanation{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiExplanation
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			if in.Corrected {
				return h.svc.Correct(ctx, id, in.Explanation)
			}
			return h.svc.Explain(ctx, id, in.Explanation)
		}),
		note("confirm", policies.DiscrepancyConfirm, "confirmDiscrepancy", "api.op.confirm", nil, func(ctx context.Context, _ *web.Context, id string) error { return h.svc.Confirm(ctx, id) }),
		note("refuse", policies.DiscrepancyConfirm, "refuseExplanation", "api.op.refuse", apiReason{}, func(ctx context.Context, c *web.Context, id string) error {
			return withReason(c, func(reason string) error { return h.svc.Refuse(ctx, id, reason) })
		}),
		note("promote", policies.DiscrepancyPromote, "promoteDiscrepancy", "api.op.promote", apiPromotion{}, func(ctx context.Context, c *web.Context, id string) error {
			var in apiPromotion
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			_, err := h.svc.Promote(ctx, id, inquiry.Promoting{Reason: in.Reason, Major: in.Grade == "major"})
			return err
		}),

		web.Operation{Method: http.MethodGet, Path: "/api/v1/comments/:kind/:id", Action: policies.CommentRead, ID: "listComments", Group: "comments", Text: "api.op.comments",
			Params: about, Answer: apiCommentList{}, Do: h.apiComments},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/comments/:kind/:id", Action: policies.CommentWrite, ID: "addComment", Group: "comments", Text: "api.op.comment",
			Params: about, Body: apiNewComment{}, Status: http.StatusCreated, Answer: apiCommentList{}, Do: h.apiComment},
	)
}

// texts turns values of a string type into texts.
func texts[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// renamed calls a field of an error as the body does.
func renamed(err error, pairs ...string) error {
	if err == nil {
		return nil
	}
	e := *apperr.As(err)
	e.Fields = append([]apperr.Field(nil), e.Fields...)
	for i, f := range e.Fields {
		for p := 0; p+1 < len(pairs); p += 2 {
			if f.Name == pairs[p] {
				e.Fields[i].Name = pairs[p+1]
			}
		}
	}
	return &e
}

type apiReason struct {
	Reason string `json:"reason"`
}

func withReason(c *web.Context, step func(reason string) error) error {
	var in apiReason
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	return step(in.Reason)
}

// apiStep takes a step, if any, and answers with what the thing is now.
func (h pages) apiStep(c *web.Context, do func(ctx context.Context, c *web.Context, id string) error, show func(c *web.Context, status int, id string) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	if do != nil {
		if err := do(c.Ctx(), c, id); err != nil {
			return err
		}
	}
	return show(c, http.StatusOK, id)
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

package inquiryweb

import (
	"context"
	"net/http"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
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

func departmentIn(lang string, d kis.Department) apiDepartment {
	return apiDepartment{d.ID, d.Code, d.Name(lang)}
}

// apiRequestRow is a request in a list.
type apiRequestRow struct {
	ID           string        `json:"id"`
	Number       string        `json:"number"`
	Title        string        `json:"title"`
	State        string        `json:"state"`
	Confidential bool          `json:"confidential"`
	CycleID      string        `json:"cycle_id,omitempty"`
	Process      string        `json:"process,omitempty"`
	Period       string        `json:"period,omitempty"`
	AuditID      string        `json:"audit_id,omitempty"`
	Department   apiDepartment `json:"department"`
	AddresseeID  string        `json:"addressee_id,omitempty"` // none: the head of the department
	Addressee    string        `json:"addressee,omitempty"`
	AskedBy      string        `json:"asked_by"`
	AskedAt      time.Time     `json:"asked_at"`
	Due          day.Day       `json:"due"`
	AnsweredAt   time.Time     `json:"answered_at,omitzero"`
	Reason       string        `json:"reason"` // of a return or the withdrawal
}

type apiRequestList struct {
	Items []apiRequestRow `json:"items"`
	Total int             `json:"total"`
	Next  string          `json:"next"`
}

func requestIn(lang string, r inquiry.RequestRow) apiRequestRow {
	return apiRequestRow{ID: r.ID, Number: r.Number, Title: r.Request.Title, State: string(r.State), Confidential: r.Confidential, CycleID: r.CycleID, Process: r.Process(lang),
		Period: r.Period, AuditID: r.AuditID, Department: departmentIn(lang, r.Department), AddresseeID: r.AddresseeID, Addressee: r.AddresseeName, AskedBy: r.AskedByName,
		AskedAt: r.AskedAt, Due: r.Due, AnsweredAt: r.AnsweredAt, Reason: r.Reason}
}

// next is the place after a page; "" at the end.
func next(id string) string {
	if id == "" {
		return ""
	}
	return web.NextPlace([]string{id})
}

func (h pages) apiRequests(c *web.Context) error {
	list, err := h.svc.Requests(c.Ctx(), requestFilter(c))
	if err != nil {
		return err
	}
	out := apiRequestList{Items: []apiRequestRow{}, Total: list.Total, Next: next(list.Next)}
	for _, r := range list.Rows {
		out.Items = append(out.Items, requestIn(c.Lang(), r))
	}
	return c.JSON(http.StatusOK, out)
}

// apiRequest is one request in full.
type apiRequest struct {
	apiRequestRow
	Text    string       `json:"text"`
	Outputs []apiOutput  `json:"outputs"`
	Answers []apiAnswers `json:"answers"` // newest first
	Steps   []string     `json:"steps"`   // what the caller may do now
}

type apiOutput struct {
	ID   string `json:"id"`
	Task string `json:"task"` // code
	Name string `json:"name"`
}

type apiAnswers struct {
	Number    int           `json:"number"`
	Text      string        `json:"text"`
	By        string        `json:"by"`
	At        time.Time     `json:"at"`
	Verdict   string        `json:"verdict"` // accepted, returned; "" while it waits
	Reason    string        `json:"reason"`
	Evidence  []apiEvidence `json:"evidence"` // that the caller may see
	DecidedBy string        `json:"decided_by,omitempty"`
	DecidedAt time.Time     `json:"decided_at,omitzero"`
}

type apiEvidence struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Href  string `json:"href"`
}

func (h pages) apiRequestOf(c *web.Context, status int, id string) error {
	p, err := h.svc.Request(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiRequest{apiRequestRow: requestIn(c.Lang(), p.RequestRow), Text: p.Text, Outputs: []apiOutput{}, Answers: []apiAnswers{}, Steps: append([]string{}, p.Steps...)}
	for _, o := range p.Outputs {
		out.Outputs = append(out.Outputs, apiOutput{o.ID, o.Code, o.NameAZ})
	}
	for _, a := range p.Answers {
		x := apiAnswers{Number: a.No, Text: a.Text, By: a.ByName, At: a.AnsweredAt, Verdict: a.Verdict, Reason: a.Reason, Evidence: []apiEvidence{}, DecidedBy: a.DecidedByName, DecidedAt: a.DecidedAt}
		for _, e := range a.Evidence {
			x.Evidence = append(x.Evidence, apiEvidence{e.ID, e.Title, "/api/v1/evidence/" + e.ID})
		}
		out.Answers = append(out.Answers, x)
	}
	return c.JSON(status, out)
}

// apiNewRequest is evidence to ask for.
type apiNewRequest struct {
	CycleID      string   `json:"cycle_id,omitempty"`
	OutputIDs    []string `json:"output_ids,omitempty"`
	AuditID      string   `json:"audit_id,omitempty"`
	DepartmentID string   `json:"department_id"`
	AddresseeID  string   `json:"addressee_id,omitempty"` // none asks the head of the department
	Title        string   `json:"title"`
	Text         string   `json:"text"`
	Confidential bool     `json:"confidential,omitempty"`
	Due          day.Day  `json:"due,omitempty"`
	WorkingDays  int      `json:"working_days,omitempty"` // instead of due
}

func (h pages) apiAsk(c *web.Context) error {
	var in apiNewRequest
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	r, err := h.svc.Ask(c.Ctx(), inquiry.NewRequest{CycleID: in.CycleID, OutputIDs: in.OutputIDs, AuditID: in.AuditID, DepartmentID: in.DepartmentID, AddresseeID: in.AddresseeID,
		Title: in.Title, Text: in.Text, Confidential: in.Confidential, Due: in.Due, WorkingDays: in.WorkingDays})
	if err != nil {
		return renamed(err, "cycle", "cycle_id", "output", "output_ids", "audit", "audit_id", "department", "department_id", "addressee", "addressee_id")
	}
	return h.apiRequestOf(c, http.StatusCreated, r.ID)
}

type apiAnswer struct {
	Text          string   `json:"text,omitempty"`
	SubmissionIDs []string `json:"submission_ids,omitempty"`
}

// apiDiscrepancy is a note.
type apiDiscrepancy struct {
	ID          string        `json:"id"`
	Number      string        `json:"number"`
	State       string        `json:"state"`
	CycleID     string        `json:"cycle_id"`
	Process     string        `json:"process"`
	Period      string        `json:"period"`
	Task        string        `json:"task"` // code
	Department  apiDepartment `json:"department"`
	Found       string        `json:"found"`
	Cases       int           `json:"cases"`
	Size        string        `json:"size"`
	Source      string        `json:"source"`
	Due         day.Day       `json:"due"`
	NotedBy     string        `json:"noted_by"`
	NotedAt     time.Time     `json:"noted_at"`
	Explanation string        `json:"explanation"`
	ExplainedBy string        `json:"explained_by,omitempty"`
	ExplainedAt time.Time     `json:"explained_at,omitzero"`
	ConfirmedBy string        `json:"confirmed_by,omitempty"`
	ConfirmedAt time.Time     `json:"confirmed_at,omitzero"`
	ActID       string        `json:"act_id,omitempty"` // that it became, if the caller may see it
	ActNumber   string        `json:"act_number,omitempty"`
}

type apiDiscrepancyList struct {
	Items []apiDiscrepancy `json:"items"`
	Total int              `json:"total"`
	Next  string           `json:"next"`
}

func discrepancyIn(lang string, r inquiry.DiscrepancyRow) apiDiscrepancy {
	out := apiDiscrepancy{ID: r.ID, Number: r.Number, State: string(r.State), CycleID: r.CycleID, Process: r.Process(lang), Period: r.Period, Task: r.Code,
		Department: departmentIn(lang, r.Department), Found: r.Found, Cases: r.Cases, Size: r.Discrepancy.Size, Source: r.Source, Due: r.Due, NotedBy: r.NotedByName, NotedAt: r.NotedAt,
		Explanation: r.Explanation, ExplainedBy: r.ExplainedByName, ExplainedAt: r.ExplainedAt, ConfirmedBy: r.ConfirmedByName, ConfirmedAt: r.ConfirmedAt}
	if r.Act != nil {
		out.ActID, out.ActNumber = r.Act.ID, r.Act.Number
	}
	return out
}

func (h pages) apiDiscrepancies(c *web.Context) error {
	list, err := h.svc.Discrepancies(c.Ctx(), discrepancyFilter(c))
	if err != nil {
		return err
	}
	out := apiDiscrepancyList{Items: []apiDiscrepancy{}, Total: list.Total, Next: next(list.Next)}
	for _, r := range list.Rows {
		out.Items = append(out.Items, discrepancyIn(c.Lang(), r))
	}
	return c.JSON(http.StatusOK, out)
}

func (h pages) apiDiscrepancyOf(c *web.Context, status int, id string) error {
	p, err := h.svc.Discrepancy(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(status, discrepancyIn(c.Lang(), p.DiscrepancyRow))
}

// apiNewDiscrepancy is something that was found.
type apiNewDiscrepancy struct {
	CycleID      string `json:"cycle_id"`
	Task         string `json:"task"` // code of 6.2
	DepartmentID string `json:"department_id,omitempty"`
	Found        string `json:"found"`
	Cases        int    `json:"cases"`
	Size         string `json:"size,omitempty"`
	Source       string `json:"source"`
}

func (h pages) apiNote(c *web.Context) error {
	var in apiNewDiscrepancy
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	d, err := h.svc.Note(c.Ctx(), inquiry.NewDiscrepancy{CycleID: in.CycleID, Code: in.Task, DepartmentID: in.DepartmentID, Found: in.Found, Cases: in.Cases, Size: in.Size, Source: in.Source})
	if err != nil {
		return renamed(err, "cycle", "cycle_id", "code", "task", "department", "department_id")
	}
	return h.apiDiscrepancyOf(c, http.StatusCreated, d.ID)
}

type apiExplanation struct {
	Explanation string `json:"explanation"`
	Corrected   bool   `json:"corrected,omitempty"` // the figure was put right
}

type apiPromotion struct {
	Reason string `json:"reason"`
	Grade  string `json:"grade,omitempty" enum:"minor,major"`
}

// apiComments is a conversation.
type apiCommentList struct {
	Items []apiCommentRow `json:"items"` // oldest first
}

type apiCommentRow struct {
	ID        string    `json:"id"`
	Text      string    `json:"text"` // "" once deleted
	Author    string    `json:"author"`
	At        time.Time `json:"at"`
	EditedAt  time.Time `json:"edited_at,omitzero"`
	DeletedAt time.Time `json:"deleted_at,omitzero"`
	Mentioned []string  `json:"mentioned"` // names
}

func (h pages) apiComments(c *web.Context) error { return h.apiTalk(c, http.StatusOK) }

func (h pages) apiTalk(c *web.Context, status int) error {
	v, err := h.svc.Comments(c.Ctx(), object(c))
	if err != nil {
		return err
	}
	out := apiCommentList{Items: []apiCommentRow{}}
	for _, m := range v.Comments {
		out.Items = append(out.Items, apiCommentRow{m.ID, m.Text, m.AuthorName, m.CreatedAt, m.EditedAt, m.DeletedAt, append([]string{}, m.Mentioned...)})
	}
	return c.JSON(status, out)
}

type apiNewComment struct {
	Text       string   `json:"text"`
	MentionIDs []string `json:"mention_ids,omitempty"`
}

func (h pages) apiComment(c *web.Context) error {
	var in apiNewComment
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	if _, err := h.svc.AddComment(c.Ctx(), object(c), inquiry.NewComment{Text: in.Text, MentionIDs: in.MentionIDs}); err != nil {
		return renamed(err, "mention", "mention_ids")
	}
	return h.apiTalk(c, http.StatusCreated)
}

package evaluationweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations; they ask the same methods as the pages.
func (p pages) registerAPI(r *web.Router) {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.evaluation"}
	step := func(verb string, act policies.Action, op string, body any, do func(c *web.Context, id string) error) web.Operation {
		return web.Operation{Method: http.MethodPost, Path: "/api/v1/evaluations/:id/" + verb, Action: act, ID: op, Group: "evaluations", Text: "api.op.evaluation_" + verb,
			Params: []web.Param{id}, Body: body, Answer: apiEvaluation{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err == nil {
					err = do(c, x)
				}
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusOK, x)
			}}
	}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/evaluations", Action: policies.EvaluationRead, ID: "listEvaluations", Group: "evaluations", Text: "api.op.evaluations",
			Params: []web.Param{web.AfterParam(1)}, Answer: apiList{}, Do: p.apiList},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/evaluations", Action: policies.EvaluationWrite, ID: "beginEvaluation", Group: "evaluations", Text: "api.op.evaluation_begin",
			Body: apiBegin{}, Status: http.StatusCreated, Answer: apiEvaluation{}, Do: p.apiBegin},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/evaluations/:id", Action: policies.EvaluationRead, ID: "getEvaluation", Group: "evaluations", Text: "api.op.evaluation",
			Params: []web.Param{id}, Answer: apiEvaluation{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusOK, x)
			}},
		step("judge", policies.EvaluationWrite, "judgeSubprocesses", apiJudge{}, func(c *web.Context, id string) error {
			var in apiJudge
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			list := map[string]evaluation.Judging{}
			for _, j := range in.Judgements {
				list[j.Code] = evaluation.Judging{Grade: evaluation.Grade(j.Grade), Text: j.Text}
			}
			return p.svc.Judge(c.Ctx(), id, in.Version, list)
		}),
		step("recommend", policies.EvaluationWrite, "recommendFromEvaluation", apiRecommend{}, func(c *web.Context, id string) error {
			var in apiRecommend
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			_, err := p.svc.Recommend(c.Ctx(), id, evaluation.NewRecommendation{Code: in.Code, Text: in.Text, DepartmentID: in.DepartmentID})
			return err
		}),
		step("finish", policies.EvaluationFinish, "finishEvaluation", apiFinish{}, func(c *web.Context, id string) error {
			var in apiFinish
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.svc.Finish(c.Ctx(), id, evaluation.Decision{NextPhase: in.NextPhase, Reason: in.Reason, Conclusion: in.Conclusion, Confirmed: true})
		}),
	)
}

type apiBegin struct {
	CycleID string `json:"cycle_id"`
}

type apiJudge struct {
	Version    int            `json:"version,omitempty"` // of the evaluation that was read; 0: not checked
	Judgements []apiJudgement `json:"judgements"`
}

type apiJudgement struct {
	Code  string `json:"code"`
	Grade string `json:"grade" enum:"good,watch,improve"`
	Text  string `json:"text,omitempty"`
}

type apiRecommend struct {
	Code         string `json:"code,omitempty"` // any of GSBPM
	Text         string `json:"text"`
	DepartmentID string `json:"department_id,omitempty"` // the owner of the process when left out
}

type apiFinish struct {
	NextPhase  string `json:"next_phase" enum:"1,2,3,4,5,6,7,8,stop"`
	Reason     string `json:"reason"`
	Conclusion string `json:"conclusion"`
}

// apiSummary is an evaluation in a list.
type apiSummary struct {
	ID         string    `json:"id"`
	Number     string    `json:"number"`
	State      string    `json:"state"`
	CycleID    string    `json:"cycle_id"`
	Process    string    `json:"process"`
	Period     string    `json:"period"`
	NextPhase  string    `json:"next_phase"`
	Conclusion string    `json:"conclusion"`
	FinishedAt time.Time `json:"finished_at,omitzero"`
	Version    int       `json:"version"`
}

type apiList struct {
	Items []apiSummary `json:"items"`
	Next  string       `json:"next"`
}

type apiLine struct {
	Section string `json:"section"`
	Code    string `json:"code"`
	Text    string `json:"text"`
	Num     int64  `json:"num"`
	Den     int64  `json:"den"` // 0: a count
	Value   string `json:"value"`
	Target  string `json:"target"`
	Unit    string `json:"unit"`
	Verdict string `json:"verdict"`
}

type apiRecommended struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Code   string `json:"code"`
	Text   string `json:"text"`
	State  string `json:"state"`
}

// apiEvaluation is an evaluation in full.
type apiEvaluation struct {
	apiSummary
	Reason          string           `json:"reason"`
	Inputs          []apiLine        `json:"inputs"`
	Judgements      []apiJudgement   `json:"judgements"`
	Recommendations []apiRecommended `json:"recommendations"`
}

func summaryIn(lang string, e evaluation.Evaluation) apiSummary {
	return apiSummary{ID: e.ID, Number: e.Number, State: string(e.State), CycleID: e.CycleID, Process: e.Title(lang), Period: e.Period, NextPhase: e.NextPhase,
		Conclusion: e.Conclusion, FinishedAt: e.FinishedAt, Version: e.Version}
}

func (p pages) apiList(c *web.Context) error {
	after := ""
	if cur := c.Cursor(1); cur != nil {
		after = cur[0]
	}
	found, err := p.svc.List(c.Ctx(), after)
	if err != nil {
		return err
	}
	out := apiList{Items: []apiSummary{}}
	for _, r := range found.Rows {
		out.Items = append(out.Items, summaryIn(c.Lang(), r.Evaluation))
	}
	if found.Next != "" {
		out.Next = web.EncodeCursor(found.Next)
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiBegin(c *web.Context) error {
	var in apiBegin
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	e, err := p.svc.Begin(c.Ctx(), in.CycleID)
	if err != nil {
		return err
	}
	return p.apiOne(c, http.StatusCreated, e.ID)
}

func (p pages) apiOne(c *web.Context, status int, id string) error {
	d, err := p.svc.Dossier(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiEvaluation{apiSummary: summaryIn(c.Lang(), d.Evaluation), Reason: d.NextReason, Inputs: []apiLine{}, Judgements: []apiJudgement{}, Recommendations: []apiRecommended{}}
	for _, l := range d.Lines {
		out.Inputs = append(out.Inputs, apiLine{string(l.Section), l.Code, l.Words(c.Lang()), l.Num, l.Den, l.Value, l.Target, l.Unit, l.Verdict})
	}
	for _, s := range d.Subs {
		if s.Judgement.Grade != "" {
			out.Judgements = append(out.Judgements, apiJudgement{s.Code, string(s.Judgement.Grade), s.Judgement.Text})
		}
	}
	for _, r := range d.Recommendations {
		out.Recommendations = append(out.Recommendations, apiRecommended{r.ID, r.Number, r.Code, r.Text, r.State})
	}
	return c.JSON(status, out)
}

package assessmentweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning/assessment"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations; they ask the same methods as the pages.
func (p pages) registerAPI(r *web.Router) {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.assessment"}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/assessments", Action: policies.AssessmentRead, ID: "listSelfAssessments", Group: "assessments", Text: "api.op.listSelfAssessments",
			Answer: apiAssessments{}, Do: p.apiAssessments},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/assessments", Action: policies.AssessmentFill, ID: "beginSelfAssessment", Group: "assessments", Text: "api.op.beginSelfAssessment",
			Body: apiBegin{}, Status: http.StatusCreated, Answer: apiAssessment{}, Do: func(c *web.Context) error {
				var in apiBegin
				if err := c.ReadJSON(&in); err != nil {
					return err
				}
				a, err := p.svc.Begin(c.Ctx(), in.CycleID)
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusCreated, a.ID)
			}},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/assessments/:id/fill", Action: policies.AssessmentFill, ID: "fillSelfAssessment", Group: "assessments", Text: "api.op.fillSelfAssessment",
			Params: []web.Param{id}, Body: apiFill{}, Answer: apiAssessment{}, Do: p.apiFill},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/assessments/:id/finish", Action: policies.AssessmentFill, ID: "finishSelfAssessment", Group: "assessments", Text: "api.op.finishSelfAssessment",
			Params: []web.Param{id}, Answer: apiAssessment{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err == nil {
					err = p.svc.Finish(c.Ctx(), x)
				}
				if err != nil {
					return err
				}
				return p.apiOne(c, http.StatusOK, x)
			}},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/surveys", Action: policies.SurveyRead, ID: "listSurveys", Group: "surveys", Text: "api.op.listSurveys", Answer: apiSurveys{}, Do: p.apiSurveys},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/surveys", Action: policies.SurveyManage, ID: "openSurvey", Group: "surveys", Text: "api.op.openSurvey",
			Body: apiNewSurvey{}, Status: http.StatusCreated, Answer: apiSurvey{}, Do: func(c *web.Context) error {
				var in apiNewSurvey
				if err := c.ReadJSON(&in); err != nil {
					return err
				}
				v, err := p.svc.OpenSurvey(c.Ctx(), assessment.NewSurvey{Title: in.Title, ProcessID: in.ProcessID, Closes: in.Closes})
				if err != nil {
					return err
				}
				return p.apiSurveyAt(c, http.StatusCreated, v.ID)
			}},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/surveys/:id/close", Action: policies.SurveyManage, ID: "closeSurvey", Group: "surveys", Text: "api.op.closeSurvey",
			Params: []web.Param{id}, Answer: apiSurvey{}, Do: func(c *web.Context) error {
				x, err := c.ID("id")
				if err == nil {
					err = p.svc.CloseSurvey(c.Ctx(), x)
				}
				if err != nil {
					return err
				}
				return p.apiSurveyAt(c, http.StatusOK, x)
			}},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/assessments/:id", Action: policies.AssessmentRead, ID: "getSelfAssessment", Group: "assessments", Text: "api.op.assessment",
			Params: []web.Param{id}, Answer: apiAssessment{}, Do: p.apiAssessment},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/surveys/:id", Action: policies.SurveyRead, ID: "getSurvey", Group: "surveys", Text: "api.op.survey",
			Params: []web.Param{id}, Answer: apiSurvey{}, Do: p.apiSurvey},
	)
}

type apiMean struct {
	Component string `json:"component"`
	Mean      string `json:"mean"` // exact to two digits; empty without answers
	Answers   int64  `json:"answers"`
	NA        int64  `json:"not_applicable"`
}

type apiAnswer struct {
	ID          string `json:"id"`       // of the question
	Question    string `json:"question"` // II.3
	Text        string `json:"text"`
	Choice      string `json:"choice"` // 1 to 5, unknown, na; empty while it is not answered
	Comment     string `json:"comment"`
	Improvement string `json:"improvement"`
}

type apiBegin struct {
	CycleID string `json:"cycle_id"`
}

// apiFill is answers to questions; those left out stay as they are.
type apiFill struct {
	Version int          `json:"version,omitempty"` // that was read; 0: not checked
	Answers []apiFilling `json:"answers"`
}

type apiFilling struct {
	ID          string `json:"id"` // of the question
	Choice      string `json:"choice" enum:"1,2,3,4,5,unknown,na"`
	Comment     string `json:"comment,omitempty"`
	Improvement string `json:"improvement,omitempty"`
}

type apiNewSurvey struct {
	Title     string  `json:"title"`
	ProcessID string  `json:"process_id,omitempty"` // the office as a whole when left out
	Closes    day.Day `json:"closes"`
}

type apiAssessments struct {
	Items   []apiAssessmentLine `json:"items"`
	Waiting []apiWaiting        `json:"waiting"` // cycles that may be assessed now
}

type apiAssessmentLine struct {
	ID      string `json:"id"`
	Number  string `json:"number"`
	State   string `json:"state"`
	CycleID string `json:"cycle_id"`
	Process string `json:"process"`
	Period  string `json:"period"`
}

type apiWaiting struct {
	CycleID string `json:"cycle_id"`
	Process string `json:"process"`
	Period  string `json:"period"`
}

type apiSurveys struct {
	Items []apiSurveyLine `json:"items"`
}

type apiSurveyLine struct {
	ID        string `json:"id"`
	Number    string `json:"number"`
	Title     string `json:"title"`
	State     string `json:"state"`
	Closes    string `json:"closes"`
	Responses int    `json:"responses"`
}

// apiAssessment is a self-assessment: every question, answered or not.
type apiAssessment struct {
	ID      string      `json:"id"`
	Number  string      `json:"number"`
	State   string      `json:"state"`
	Process string      `json:"process"`
	Period  string      `json:"period"`
	Version int         `json:"version"`
	Means   []apiMean   `json:"means"`
	Answers []apiAnswer `json:"answers"`
}

// apiSurvey is a survey with its results.
type apiSurvey struct {
	ID        string    `json:"id"`
	Number    string    `json:"number"`
	Title     string    `json:"title"`
	State     string    `json:"state"`
	Closes    string    `json:"closes"`
	Path      string    `json:"path"` // public address
	Responses int       `json:"responses"`
	Mean      string    `json:"mean"`
	Means     []apiMean `json:"means"`
}

func meansIn(list []assessment.Mean) []apiMean {
	out := []apiMean{}
	for _, m := range list {
		out = append(out, apiMean{m.Component, m.Text(), m.N, m.NA})
	}
	return out
}

func (p pages) apiAssessment(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return p.apiOne(c, http.StatusOK, id)
}

func (p pages) apiOne(c *web.Context, status int, id string) error {
	d, err := p.svc.Dossier(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiAssessment{ID: d.ID, Number: d.Number, State: string(d.State), Process: d.Title(c.Lang()), Period: d.Period, Version: d.Version, Means: meansIn(d.Means), Answers: []apiAnswer{}}
	for _, q := range d.Questions {
		w := d.Answers[q.ID]
		out.Answers = append(out.Answers, apiAnswer{q.ID, q.Code(), q.Text(c.Lang()), w.Choice, w.Comment, w.Improvement})
	}
	return c.JSON(status, out)
}

func (p pages) apiFill(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var in apiFill
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	answers := map[string]assessment.Filled{}
	for _, a := range in.Answers {
		answers[a.ID] = assessment.Filled{Choice: a.Choice, Comment: a.Comment, Improvement: a.Improvement}
	}
	if err := p.svc.Fill(c.Ctx(), id, in.Version, answers); err != nil {
		return err
	}
	return p.apiOne(c, http.StatusOK, id)
}

func (p pages) apiAssessments(c *web.Context) error {
	list, waiting, err := p.svc.List(c.Ctx())
	if err != nil {
		return err
	}
	out := apiAssessments{Items: []apiAssessmentLine{}, Waiting: []apiWaiting{}}
	for _, a := range list {
		out.Items = append(out.Items, apiAssessmentLine{a.ID, a.Number, string(a.State), a.CycleID, a.Title(c.Lang()), a.Period})
	}
	for _, x := range waiting {
		out.Waiting = append(out.Waiting, apiWaiting{x.ID, x.Title(c.Lang()), x.Period})
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiSurveys(c *web.Context) error {
	list, err := p.svc.Surveys(c.Ctx())
	if err != nil {
		return err
	}
	out := apiSurveys{Items: []apiSurveyLine{}}
	for _, v := range list {
		out.Items = append(out.Items, apiSurveyLine{v.ID, v.Number, v.Title, string(v.State), string(v.Closes), v.Responses})
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiSurvey(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return p.apiSurveyAt(c, http.StatusOK, id)
}

func (p pages) apiSurveyAt(c *web.Context, status int, id string) error {
	d, err := p.svc.Survey(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(status, apiSurvey{d.ID, d.Number, d.Survey.Title, string(d.State), string(d.Closes), d.Survey.Path(), d.Responses, d.All.Text(), meansIn(d.Means)})
}

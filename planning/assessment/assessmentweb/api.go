package assessmentweb

import (
	"net/http"

	"github.com/kis-platform/kis/planning/assessment"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations; they ask the same methods as the pages.
func (p pages) registerAPI(r *web.Router) {
	id := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.assessment"}
	r.API(
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
	Question    string `json:"question"` // II.3
	Text        string `json:"text"`
	Choice      string `json:"choice" enum:"1,2,3,4,5,unknown,na"`
	Comment     string `json:"comment"`
	Improvement string `json:"improvement"`
}

// apiAssessment is a self-assessment.
type apiAssessment struct {
	ID      string      `json:"id"`
	Number  string      `json:"number"`
	State   string      `json:"state"`
	Process string      `json:"process"`
	Period  string      `json:"period"`
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
	d, err := p.svc.Dossier(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiAssessment{ID: d.ID, Number: d.Number, State: string(d.State), Process: d.Title(c.Lang()), Period: d.Period, Means: meansIn(d.Means), Answers: []apiAnswer{}}
	for _, q := range d.Questions {
		if w := d.Answers[q.ID]; w.Choice != "" {
			out.Answers = append(out.Answers, apiAnswer{q.Code(), q.Text(c.Lang()), w.Choice, w.Comment, w.Improvement})
		}
	}
	return c.JSON(http.StatusOK, out)
}

func (p pages) apiSurvey(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	d, err := p.svc.Survey(c.Ctx(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, apiSurvey{d.ID, d.Number, d.Survey.Title, string(d.State), string(d.Closes), d.Survey.Path(), d.Responses, d.All.Text(), meansIn(d.Means)})
}

package eserviceweb

import (
	"context"
	"net/http"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerCampaignAPI adds the steps of a campaign, which are those of its
// page. A step that was taken already is a conflict and changes nothing.
func registerCampaignAPI(r *web.Router, p pages) {
	at := []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.campaign_id"}}
	of := append(at[:1:1], web.Param{Name: "agency", Kind: web.ParamID, Text: "api.param.body_id"})
	result := []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.result_id"}}
	op := func(method, path string, action policies.Action, id string, params []web.Param, body, answer any, do web.Handler) web.Operation {
		return web.Operation{Method: method, Path: "/api/v1/" + path, Action: action, ID: id, Group: "assessments", Text: "api.op." + id, Params: params, Body: body, Answer: answer, Do: do}
	}
	step := func(verb string, action policies.Action, body any, take func(c *web.Context, id string) error) web.Operation {
		return op(http.MethodPost, "campaigns/:id/"+verb, action, verb+"_campaign", at, body, apiCampaignView{}, func(c *web.Context) error {
			id, err := c.ID("id")
			if err != nil {
				return err
			}
			if err := take(c, id); err != nil {
				return err
			}
			return p.answerCampaign(c, http.StatusOK, id)
		})
	}
	plan := op(http.MethodPost, "campaigns", policies.CampaignManage, "plan_campaign", nil, apiPlan{}, apiCampaignView{}, p.apiPlan)
	plan.Status = http.StatusCreated
	upload := op(http.MethodPost, "campaigns/:id/bodies/:agency/uploads", policies.AssessmentScore, "upload_visit_file", of, nil, apiUploaded{}, p.visitUpload)
	upload.Upload, upload.Status = true, http.StatusCreated
	r.API(
		plan,
		op(http.MethodGet, "campaigns/:id", policies.CampaignRead, "campaign", append(at[:1:1], web.AfterParam(2)), nil, apiCampaignView{}, func(c *web.Context) error {
			id, err := c.ID("id")
			if err != nil {
				return err
			}
			return p.answerCampaign(c, http.StatusOK, id)
		}),
		step("assign", policies.CampaignManage, apiAssign{}, func(c *web.Context, id string) error {
			var in apiAssign
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			_, err := p.campaign.Assign(c.Ctx(), id, in.AgencyID, in.AssessorID)
			return err
		}),
		step("start", policies.CampaignManage, nil, func(c *web.Context, id string) error { return p.campaign.Start(c.Ctx(), id) }),
		step("sample", policies.CampaignManage, nil, func(c *web.Context, id string) error {
			_, err := p.campaign.DrawSample(c.Ctx(), id)
			return err
		}),
		step("conclude", policies.CampaignManage, nil, func(c *web.Context, id string) error { return p.campaign.Conclude(c.Ctx(), id) }),
		step("resume", policies.CampaignManage, apiWhy{}, withReason(p.campaign.Resume)),
		step("send", policies.CampaignManage, nil, func(c *web.Context, id string) error {
			_, err := p.campaign.SendOpinions(c.Ctx(), id)
			return err
		}),
		step("finalise", policies.CampaignManage, nil, func(c *web.Context, id string) error { return p.campaign.Finalise(c.Ctx(), id) }),
		step("publish", policies.CampaignPublish, nil, func(c *web.Context, id string) error { return p.campaign.Publish(c.Ctx(), id) }),
		step("cancel", policies.CampaignManage, apiWhy{}, withReason(p.campaign.Cancel)),
		upload,
		op(http.MethodPost, "campaigns/:id/bodies/:agency/send", policies.CampaignManage, "send_opinion", of, nil, apiBody{}, p.bodyStep(func(c *web.Context, id, agency string) error {
			return p.campaign.SendOpinion(c.Ctx(), id, agency)
		})),
		op(http.MethodPost, "campaigns/:id/bodies/:agency/answer", policies.CampaignManage, "answer_objection", of, apiAnswer{}, apiBody{}, p.bodyStep(func(c *web.Context, id, agency string) error {
			var in apiAnswer
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.campaign.Answer(c.Ctx(), id, agency, in.Text)
		})),
		op(http.MethodGet, "results/:id", policies.CampaignRead, "result", result, nil, apiResultView{}, p.apiResult),
		op(http.MethodPost, "results/:id/reading", policies.AssessmentScore, "read_again", result, apiReadAgain{}, apiResultView{}, p.apiReadAgain),
		op(http.MethodPost, "results/:id/shortcomings/:shortcoming", policies.ShortcomingPromote, "promote_shortcoming",
			append(result[:1:1], web.Param{Name: "shortcoming", Kind: web.ParamID, Text: "api.param.shortcoming"}), apiPromote{}, apiResultView{}, p.apiPromote),
	)
}

type apiPlan struct {
	Year          int      `json:"year"`
	Title         string   `json:"title"`
	Basis         string   `json:"basis"`
	Scheme        string   `json:"scheme"`
	From          day.Day  `json:"from"`
	To            day.Day  `json:"to"`
	ReplyDays     int      `json:"reply_days,omitempty"`     // working days; 10 when left out
	SamplePercent int      `json:"sample_percent,omitempty"` // of the electronised services, for the second reading
	Agencies      []string `json:"agencies,omitempty"`       // codes; left out: every body that has services
}

type apiAssign struct {
	AgencyID   string `json:"agency_id,omitempty"` // left out: every body without an assessor
	AssessorID string `json:"assessor_id"`
}

type apiWhy struct {
	Reason string `json:"reason"`
}

type apiAnswer struct {
	Text string `json:"text"`
}

type apiUploaded struct {
	ID string `json:"id"` // for "uploads" of a visit
}

type apiReadAgain struct {
	Points []apiPoint `json:"points"`
}

type apiPromote struct {
	As           string `json:"as" enum:"recommendation,act"`
	DepartmentID string `json:"department_id"`
	Major        bool   `json:"major,omitempty"` // of an act
}

type apiCampaignBody struct {
	ID       string  `json:"id"`
	Code     string  `json:"code"`
	Name     string  `json:"name"`
	Assessor string  `json:"assessor"` // name; empty: nobody yet
	Services int     `json:"services"`
	Open     int     `json:"open"` // services without points
	State    string  `json:"state" enum:"assessing,drafted,sent,accepted,objected,answered"`
	ReplyDue day.Day `json:"reply_due,omitempty"`
	Mean     string  `json:"mean"` // score so far; empty: none
}

type apiCampaignView struct {
	apiCampaign
	Basis         string            `json:"basis"`
	From          day.Day           `json:"from"`
	To            day.Day           `json:"to"`
	ReplyDays     int               `json:"reply_days"`
	SamplePercent int               `json:"sample_percent"`
	Sampled       int               `json:"sampled"`
	Steps         []string          `json:"steps"` // open to the person of the token
	List          []apiCampaignBody `json:"list"`
	Next          string            `json:"next"`
}

// withReason is a step that says why.
func withReason(take func(ctx context.Context, id, reason string) error) func(c *web.Context, id string) error {
	return func(c *web.Context, id string) error {
		var in apiWhy
		if err := c.ReadJSON(&in); err != nil {
			return err
		}
		return take(c.Ctx(), id, in.Reason)
	}
}

func (p pages) apiPlan(c *web.Context) error {
	var in apiPlan
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	k, err := p.campaign.Create(c.Ctx(), campaign.Plan{Year: in.Year, Title: in.Title, Basis: in.Basis, Scheme: in.Scheme, From: in.From, To: in.To,
		ReplyDays: in.ReplyDays, SamplePercent: in.SamplePercent, Agencies: in.Agencies})
	if err != nil {
		return err
	}
	return p.answerCampaign(c, http.StatusCreated, k.ID)
}

// answerCampaign answers with a campaign as it is now and a page of its bodies.
func (p pages) answerCampaign(c *web.Context, status int, id string) error {
	v, err := p.campaign.View(c.Ctx(), id, c.Cursor(2))
	if err != nil {
		return err
	}
	out := apiCampaignView{apiCampaign: campaignIn(v.Row), Basis: v.Basis, From: v.From, To: v.To, ReplyDays: v.ReplyDays, SamplePercent: v.SamplePercent, Sampled: v.Sampled,
		Steps: append([]string{}, v.Steps...), List: []apiCampaignBody{}, Next: web.NextPlace(v.Next)}
	for _, b := range v.List {
		x := apiCampaignBody{ID: b.AgencyID, Code: b.Code, Name: b.Name(c.Lang()), Assessor: b.Assessor, Services: b.Services, Open: b.Open, State: string(b.State), ReplyDue: b.ReplyDue}
		if m, ok := b.MeanMilli(); ok {
			x.Mean = eservice.MilliText(m, 3)
		}
		out.List = append(out.List, x)
	}
	return c.JSON(status, out)
}

func campaignIn(k campaign.Row) apiCampaign {
	return apiCampaign{k.ID, k.Number, k.Year, k.Title, k.Scheme, string(k.State), k.Bodies, k.Services, k.Scored}
}

// pointsIn reads points; a text that is no number is named by its parameter.
func pointsIn(check *apperr.Check, in []apiPoint) (out []eservice.Point) {
	for _, x := range in {
		pt := eservice.Point{Parameter: x.Parameter, NA: x.NotApplicable, Reason: x.Reason}
		var err error
		if !x.NotApplicable {
			if pt.Milli, err = eservice.Milli(x.Points); err != nil {
				check.Add("points."+x.Parameter, "error.field.number")
			}
		}
		out = append(out, pt)
	}
	return out
}

package eserviceweb

import (
	"net/http"
	"time"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerBodyAPI adds the operations on a body in a campaign: what the page
// of the body shows and does.
func registerBodyAPI(r *web.Router, p pages) {
	at := []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.campaign_id"}, {Name: "agency", Kind: web.ParamID, Text: "api.param.body_id"}}
	const path = "/api/v1/campaigns/:id/bodies/:agency"
	op := func(method, path string, action policies.Action, id string, params []web.Param, body, answer any, do web.Handler) web.Operation {
		return web.Operation{Method: method, Path: path, Action: action, ID: id, Group: "assessments", Text: "api.op." + id, Params: params, Body: body, Answer: answer, Do: do}
	}
	r.API(
		op(http.MethodGet, path, policies.CampaignRead, "campaign_body", at, nil, apiBody{}, p.apiBody),
		op(http.MethodGet, path+"/files/:file", policies.CampaignRead, "visit_file", append(at[:2:2], web.Param{Name: "file", Kind: web.ParamID, Text: "api.param.file"}), nil, nil, p.visitFile),
		op(http.MethodPost, path+"/visits", policies.AssessmentScore, "record_visit", at, apiNewVisit{}, apiBody{}, p.bodyStep(func(c *web.Context, id, agency string) error {
			var in apiNewVisit
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			_, err := p.campaign.RecordVisit(c.Ctx(), campaign.Visit{CampaignID: id, AgencyID: agency, Kind: in.Kind, Day: in.Day, Place: in.Place, Participants: in.Participants, Note: in.Note}, in.Uploads)
			return err
		})),
		op(http.MethodPost, path+"/opinion", policies.AssessmentScore, "write_opinion", at, apiOpinion{}, apiBody{}, p.bodyStep(func(c *web.Context, id, agency string) error {
			var in apiOpinion
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.campaign.WriteOpinion(c.Ctx(), id, agency, in.Opinion, in.Proposals)
		})),
		op(http.MethodPost, path+"/reply", policies.OpinionReply, "reply_opinion", at, apiReply{}, apiBody{}, p.bodyStep(func(c *web.Context, id, agency string) error {
			var in apiReply
			if err := c.ReadJSON(&in); err != nil {
				return err
			}
			return p.campaign.Reply(c.Ctx(), id, agency, in.Agrees, in.Text)
		})),
		op(http.MethodPost, "/api/v1/results/:id/score", policies.AssessmentScore, "score_service", []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.result_id"}}, apiScore{}, apiScored{}, p.apiScore),
	)
}

type apiNewVisit struct {
	Kind         string   `json:"kind" enum:"web,site"`
	Day          day.Day  `json:"day"`
	Place        string   `json:"place"` // web address, or where
	Participants string   `json:"participants,omitempty"`
	Note         string   `json:"note"`
	Uploads      []string `json:"uploads,omitempty"` // ids of files sent to /api/v1/uploads
}

type apiOpinion struct {
	Opinion   string `json:"opinion"`
	Proposals string `json:"proposals"`
}

type apiReply struct {
	Agrees bool   `json:"agrees"`
	Text   string `json:"text,omitempty"` // needed to object
}

type apiVisit struct {
	Kind         string    `json:"kind" enum:"web,site"`
	Day          day.Day   `json:"day"`
	Place        string    `json:"place"`
	Participants string    `json:"participants"`
	Note         string    `json:"note"`
	Actor        string    `json:"actor"`
	Files        []apiFile `json:"files"`
}

type apiFile struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

type apiItem struct {
	ID           string `json:"id"` // of the result
	Service      string `json:"service"`
	Name         string `json:"name"`
	Level        string `json:"level"`
	Automation   string `json:"automation"`
	Scored       bool   `json:"scored"`
	Score        string `json:"score"` // empty: none
	Grade        string `json:"grade"`
	Shortcomings int    `json:"shortcomings"`
	Revision     int    `json:"revision"`
}

type apiBody struct {
	Campaign  string     `json:"campaign"` // number
	Agency    string     `json:"agency"`   // code
	Name      string     `json:"name"`
	State     string     `json:"state" enum:"assessing,drafted,sent,accepted,objected,answered"`
	Opinion   string     `json:"opinion"`
	Proposals string     `json:"proposals"`
	SentAt    time.Time  `json:"sent_at,omitzero"`
	ReplyDue  day.Day    `json:"reply_due,omitempty"`
	Reply     string     `json:"reply"`
	Answer    string     `json:"answer"`
	Services  []apiItem  `json:"services"`
	Visits    []apiVisit `json:"visits"`
}

func (p pages) apiBody(c *web.Context) error {
	id, agency, err := place(c)
	if err != nil {
		return err
	}
	v, err := p.campaign.BodyView(c.Ctx(), id, agency)
	if err != nil {
		return err
	}
	out := apiBody{Campaign: v.Campaign.Number, Agency: v.Code, Name: v.Name(c.Lang()), State: string(v.State), Opinion: v.Opinion, Proposals: v.Proposals, SentAt: v.SentAt, ReplyDue: v.ReplyDue,
		Reply: v.Reply, Answer: v.Answer, Services: []apiItem{}, Visits: []apiVisit{}}
	for _, i := range v.Items {
		out.Services = append(out.Services, itemIn(i, c.Lang()))
	}
	for _, w := range v.Visits {
		x := apiVisit{Kind: w.Kind, Day: w.Day, Place: w.Place, Participants: w.Participants, Note: w.Note, Actor: w.Actor, Files: []apiFile{}}
		for _, f := range w.Files {
			x.Files = append(x.Files, apiFile{f.ID, f.Name, f.Size, f.SHA256})
		}
		out.Visits = append(out.Visits, x)
	}
	return c.JSON(http.StatusOK, out)
}

// bodyStep takes a step and answers with the body as it is then.
func (p pages) bodyStep(take func(c *web.Context, id, agency string) error) web.Handler {
	return func(c *web.Context) error {
		id, agency, err := place(c)
		if err != nil {
			return err
		}
		if err := take(c, id, agency); err != nil {
			return err
		}
		return p.apiBody(c)
	}
}

type apiPoint struct {
	Parameter     string `json:"parameter"`
	Points        string `json:"points,omitempty"` // a decimal; empty when it does not apply
	NotApplicable bool   `json:"not_applicable,omitempty"`
	Reason        string `json:"reason,omitempty"`
}

type apiShortcoming struct {
	Parameter string `json:"parameter,omitempty"`
	Text      string `json:"text"`
	Proposal  string `json:"proposal,omitempty"`
}

type apiScore struct {
	Level        string           `json:"level"`
	Automation   string           `json:"automation,omitempty"`
	WebAddress   string           `json:"web_address,omitempty"`
	Points       []apiPoint       `json:"points"`
	Shortcomings []apiShortcoming `json:"shortcomings,omitempty"`
	Reason       string           `json:"reason,omitempty"`   // of a correction
	Revision     int              `json:"revision,omitempty"` // that was seen; 0 any
}

type apiScored struct {
	Score    string `json:"score"`
	Grade    string `json:"grade"`
	Revision int    `json:"revision"`
}

func (p pages) apiScore(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var in apiScore
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	var check apperr.Check
	score := campaign.Score{Level: in.Level, Automation: in.Automation, WebAddress: in.WebAddress, Reason: in.Reason, Seen: in.Revision}
	score.Points = pointsIn(&check, in.Points)
	for _, h := range in.Shortcomings {
		score.Shortcomings = append(score.Shortcomings, campaign.Shortcoming{Parameter: h.Parameter, Text: h.Text, Proposal: h.Proposal})
	}
	if err := check.Err(); err != nil {
		return err
	}
	a, err := p.campaign.Score(c.Ctx(), id, score)
	if err != nil {
		return err
	}
	out := apiScored{Grade: a.Grade, Revision: a.Revision}
	if a.ScoreMilli != nil {
		out.Score = eservice.MilliText(*a.ScoreMilli, 3)
	}
	return c.JSON(http.StatusOK, out)
}

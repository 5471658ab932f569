package eserviceweb

import (
	"net/http"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web"
)

type apiFound struct {
	apiShortcoming
	ID     string `json:"id"`
	Became string `json:"became" enum:",recommendation,act"`
	Label  string `json:"label"` // of what it became
}

// apiResultView is a service in a campaign. Who is about to read it a second
// time does not get what the first reader gave.
type apiResultView struct {
	apiItem
	Campaign string     `json:"campaign"` // number
	AgencyID string     `json:"agency_id"`
	Points   []apiPoint `json:"points"`
	Found    []apiFound `json:"found"` // shortcomings
	MayScore bool       `json:"may_score"`
	MayRead  bool       `json:"may_read"` // a second time
	Sampled  bool       `json:"sampled"`
	Second   string     `json:"second"` // score of the second reading; empty: none
	SecondOf string     `json:"second_grade"`
}

func (p pages) apiResult(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v, err := p.campaign.ItemView(c.Ctx(), id)
	if err != nil {
		return err
	}
	out := apiResultView{apiItem: itemIn(v.Item, c.Lang()), Campaign: v.Body.Campaign.Number, AgencyID: v.AgencyID, Points: []apiPoint{}, Found: []apiFound{},
		MayScore: v.MayScore, MayRead: v.MayRead, Sampled: v.Sampled}
	for _, x := range v.Points {
		pt := apiPoint{Parameter: x.Parameter, NotApplicable: x.NA, Reason: x.Reason}
		if !x.NA {
			pt.Points = eservice.MilliText(x.Milli, 3)
		}
		out.Points = append(out.Points, pt)
	}
	for _, h := range v.Shortcomings {
		out.Found = append(out.Found, apiFound{apiShortcoming{h.Parameter, h.Text, h.Proposal}, h.ID, h.Became, h.BecameLabel})
	}
	if v.Reading != nil {
		out.Second, out.SecondOf = eservice.MilliText(v.Reading.ScoreMilli, 3), v.Reading.Grade
	}
	return c.JSON(http.StatusOK, out)
}

// itemIn is a service of a body in a campaign.
func itemIn(i campaign.Item, lang string) apiItem {
	x := apiItem{ID: i.ID, Service: i.Code, Name: i.Name(lang), Level: i.Level, Automation: i.Automation, Scored: i.Scored, Grade: i.Grade, Shortcomings: i.Shortcomings, Revision: i.Revision}
	if i.ScoreMilli != nil {
		x.Score = eservice.MilliText(*i.ScoreMilli, 3)
	}
	return x
}

func (p pages) apiReadAgain(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	var in apiReadAgain
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	var check apperr.Check
	points := pointsIn(&check, in.Points)
	if err := check.Err(); err != nil {
		return err
	}
	if err := p.campaign.ReadAgain(c.Ctx(), id, points); err != nil {
		return err
	}
	return p.apiResult(c)
}

func (p pages) apiPromote(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	shortcoming, err := c.ID("shortcoming")
	if err != nil {
		return err
	}
	var in apiPromote
	if err := c.ReadJSON(&in); err != nil {
		return err
	}
	v, err := p.campaign.ItemView(c.Ctx(), id)
	if err != nil {
		return err
	}
	for _, h := range v.Shortcomings {
		if h.ID != shortcoming {
			continue
		}
		if _, err := p.campaign.Promote(c.Ctx(), shortcoming, campaign.Promotion{As: in.As, DepartmentID: in.DepartmentID, Major: in.Major}); err != nil {
			return err
		}
		return p.apiResult(c)
	}
	return apperr.Missing("shortcoming")
}

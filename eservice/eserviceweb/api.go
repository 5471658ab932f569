package eserviceweb

import (
	"net/http"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// registerAPI adds the operations on schemes, scorecards and campaigns.
func registerAPI(r *web.Router, p pages) {
	year := web.Param{Name: "year", Kind: web.ParamNumber, Max: 2199, Text: "api.param.assessed_year"}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/schemes", Action: policies.SchemeRead, ID: "listSchemes", Group: "assessments", Text: "api.op.schemes", Answer: apiSchemes{}, Do: p.apiSchemes},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/scorecards", Action: policies.ScorecardRead, ID: "getScorecard", Group: "assessments", Text: "api.op.scorecard",
			Params: []web.Param{year, web.AfterParam(3), web.LimitParam}, Answer: apiScorecard{}, Do: p.apiScorecard},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/scorecards/:agency", Action: policies.ScorecardRead, ID: "getAgencyScorecard", Group: "assessments", Text: "api.op.agency_scorecard",
			Params: []web.Param{{Name: "agency", Kind: web.ParamText, Text: "api.param.agency_code"}, year, {Name: "grade", Kind: web.ParamText, Max: 40, Text: "api.param.grade"}, web.AfterParam(2), web.LimitParam}, Answer: apiScorecard{}, Do: p.apiScorecard},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/campaigns", Action: policies.CampaignRead, ID: "listCampaigns", Group: "assessments", Text: "api.op.campaigns", Answer: apiCampaigns{}, Do: p.apiCampaigns},
	)
}

type apiBand struct {
	Code         string `json:"code"`
	Name         string `json:"name"`
	Min          string `json:"min"`
	MinInclusive bool   `json:"min_inclusive"`
	Max          string `json:"max"`
	MaxInclusive bool   `json:"max_inclusive"`
}

type apiParameter struct {
	Code      string `json:"code"`
	Criterion string `json:"criterion"`
	Name      string `json:"name"`
	Max       string `json:"max"`
	Weight    string `json:"weight"`
}

type apiScheme struct {
	Code       string         `json:"code"`
	Title      string         `json:"title"`
	Act        string         `json:"act"`
	ValidFrom  string         `json:"valid_from"`
	ValidTo    string         `json:"valid_to"`
	Confirmed  bool           `json:"confirmed"`
	Bands      []apiBand      `json:"bands"`
	Parameters []apiParameter `json:"parameters"`
}

type apiSchemes struct {
	Items []apiScheme `json:"items"`
}

func (p pages) apiSchemes(c *web.Context) error {
	list, err := p.svc.Schemes(c.Ctx())
	if err != nil {
		return err
	}
	out := apiSchemes{Items: []apiScheme{}}
	for _, s := range list {
		x := apiScheme{Code: s.Code, Title: s.Title(c.Lang()), Act: s.Act(c.Lang()), ValidFrom: string(s.ValidFrom), ValidTo: string(s.ValidTo), Confirmed: s.Confirmed, Bands: []apiBand{}, Parameters: []apiParameter{}}
		for _, b := range s.Bands {
			x.Bands = append(x.Bands, apiBand{b.Code, b.Label(c.Lang()), eservice.PlainMilli(b.MinMilli), b.MinInclusive, eservice.PlainMilli(b.MaxMilli), b.MaxInclusive})
		}
		for _, m := range s.Parameters {
			x.Parameters = append(x.Parameters, apiParameter{m.Code, m.Criterion, m.Name(c.Lang()), eservice.PlainMilli(m.MaxMilli), eservice.PlainMilli(m.WeightMilli)})
		}
		out.Items = append(out.Items, x)
	}
	return c.JSON(http.StatusOK, out)
}

type apiYear struct {
	Year            int              `json:"year"`
	TotalsOnly      bool             `json:"totals_only"`
	Break           string           `json:"break"` // why it is not compared with the year before; empty: it is
	Scheme          string           `json:"scheme"`
	Agencies        int64            `json:"agencies"`
	Services        int64            `json:"services"`
	Electronised    int64            `json:"electronised"`
	NotElectronised int64            `json:"not_electronised"`
	Grades          map[string]int64 `json:"grades"`
	MeanScore       string           `json:"mean_score"` // empty: not known
}

type apiStanding struct {
	Agency       string `json:"agency"`
	Name         string `json:"name"`
	Rank         int    `json:"rank"`
	Sharing      int    `json:"sharing"`
	Services     int64  `json:"services"`
	Electronised int64  `json:"electronised"`
	MeanScore    string `json:"mean_score"`
}

type apiResult struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	Level   string `json:"level"`
	Score   string `json:"score"`
	Grade   string `json:"grade"`
}

type apiScorecard struct {
	Agency   string        `json:"agency"`
	Year     int           `json:"year"`
	Years    []apiYear     `json:"years"`
	Agencies []apiStanding `json:"agencies"`
	Services []apiResult   `json:"services"`
	Next     string        `json:"next"`
}

func meanText(y eservice.YearResult) string {
	if m, ok := y.MeanScoreMilli(); ok {
		return eservice.MilliText(m, 3)
	}
	return ""
}

func (p pages) apiScorecard(c *web.Context) error {
	year, err := yearOf(c.Query("year"))
	if err != nil {
		return err
	}
	parts := 3
	if c.Param("agency") != "" {
		parts = 2
	}
	f := eservice.ScorecardFilter{Year: year, Agency: c.Param("agency"), Limit: c.Limit(), After: c.Cursor(parts), Grade: c.Query("grade")}
	card, err := p.svc.Scorecard(c.Ctx(), f)
	if err != nil {
		return err
	}
	out := apiScorecard{Year: card.Year, Years: []apiYear{}, Agencies: []apiStanding{}, Services: []apiResult{}}
	for _, y := range card.Years {
		x := apiYear{Year: y.Year, TotalsOnly: y.TotalsOnly, Scheme: y.Scheme.Code, Agencies: y.Agencies, Services: y.Services, Electronised: y.Electronised, NotElectronised: y.NotElectronised, Grades: y.Grades, MeanScore: meanText(y)}
		if y.Break != nil {
			x.Break = y.Break.Reason(c.Lang())
		}
		out.Years = append(out.Years, x)
	}
	for _, a := range card.Agencies {
		out.Agencies = append(out.Agencies, apiStanding{a.Agency.Code, a.Agency.Name(c.Lang()), a.Rank, a.Sharing, a.Services, a.Electronised, meanText(a.YearResult)})
	}
	for _, s := range card.Services {
		x := apiResult{Service: s.Service.Code, Name: i18n.InLang(c.Lang(), s.Service.NameAZ, s.Service.NameEN), Level: s.Level}
		if s.Grade != nil {
			x.Grade, x.Score = s.Grade.Code, eservice.MilliText(*s.ScoreMilli, 3)
		}
		out.Services = append(out.Services, x)
	}
	if card.Agency != nil {
		out.Agency = card.Agency.Code
	}
	out.Next = nextPlace(card, f.Limit)
	return c.JSON(http.StatusOK, out)
}

// nextPlace is where the list of a card goes on; "" at its end.
func nextPlace(card eservice.Scorecard, limit int) string {
	if n := len(card.Agencies); card.Agency == nil && n > 0 && n == limit {
		return web.NextPlace(placeOf(card.Agencies[n-1]))
	}
	if n := len(card.Services); n > 0 && n == limit {
		return web.NextPlace([]string{card.Services[n-1].Service.SortKey, card.Services[n-1].Service.ID})
	}
	return ""
}

type apiCampaign struct {
	ID       string `json:"id"`
	Number   string `json:"number"`
	Year     int    `json:"year"`
	Title    string `json:"title"`
	Scheme   string `json:"scheme"`
	State    string `json:"state"`
	Bodies   int    `json:"bodies"`
	Services int    `json:"services"`
	Scored   int    `json:"scored"`
}

type apiCampaigns struct {
	Items []apiCampaign `json:"items"`
}

func (p pages) apiCampaigns(c *web.Context) error {
	list, err := p.campaign.List(c.Ctx())
	if err != nil {
		return err
	}
	out := apiCampaigns{Items: []apiCampaign{}}
	for _, k := range list {
		out.Items = append(out.Items, campaignIn(k))
	}
	return c.JSON(http.StatusOK, out)
}

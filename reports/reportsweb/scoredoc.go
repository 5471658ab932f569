package reportsweb

import (
	"net/http"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reports"
	"github.com/kis-platform/kis/reports/scoredoc"
	"github.com/kis-platform/kis/web"
)

// registerScorecards adds the documents of the assessment of e-services.
func registerScorecards(r *web.Router, svc *reports.Service) {
	p := pages{svc}
	for _, format := range []string{reports.PDF, reports.XLSX, reports.CSV, reports.JSON} {
		r.GET("/scorecards/card."+format, policies.ScorecardRead, p.scoredoc(scoredoc.Card, format))
		r.GET("/scorecards/summary."+format, policies.ScorecardRead, p.scoredoc(scoredoc.Summary, format))
		r.GET("/scorecards/grades."+format, policies.ScorecardRead, p.scoredoc(scoredoc.Grades, format))
		r.GET("/campaigns/:id/bodies/:agency/opinion."+format, policies.CampaignRead, p.opinion(format))
	}
	p.scoredocAPI(r)
}

// scoredocAPI hands the documents of the assessment to programs, as PDF and
// JSON.
func (p pages) scoredocAPI(r *web.Router) {
	year := func(name string) web.Param {
		return web.Param{Name: name, Kind: web.ParamNumber, Max: 2199, Text: "api.param.assessed_year"}
	}
	agency := web.Param{Name: "agency", Kind: web.ParamText, Max: 40, Text: "api.param.agency_code"}
	body := []web.Param{{Name: "id", Kind: web.ParamID, Text: "api.param.campaign_id"}, {Name: "agency", Kind: web.ParamID, Text: "api.param.body_id"}}
	for _, format := range []string{reports.PDF, reports.JSON} {
		for _, o := range []struct {
			name, kind string
			params     []web.Param
		}{{"card", scoredoc.Card, []web.Param{agency, year("year")}}, {"summary", scoredoc.Summary, []web.Param{year("from"), year("to")}}, {"grades", scoredoc.Grades, []web.Param{agency, year("year")}}} {
			r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/scorecards/" + o.name + "." + format, Action: policies.ScorecardRead, ID: "scorecard_" + o.name + "_" + format, Group: "assessments",
				Text: "api.op.document_" + o.name, Params: o.params, Do: p.scoredoc(o.kind, format)})
		}
		r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/campaigns/:id/bodies/:agency/opinion." + format, Action: policies.CampaignRead, ID: "opinion_" + format, Group: "assessments",
			Text: "api.op.document_opinion", Params: body, Do: p.opinion(format)})
	}
}

// scoredoc hands out a document by ?agency=, ?year=, ?from= and ?to=.
func (p pages) scoredoc(kind, format string) web.Handler {
	return func(c *web.Context) error {
		req := reports.Request{Kind: kind, Agency: c.Query("agency"), Format: format}
		var check apperr.Check
		for name, into := range map[string]*int{"year": &req.Year, "from": &req.From, "to": &req.To} {
			*into = number(c, &check, name)
		}
		if err := check.Err(); err != nil {
			return err
		}
		return p.send(c, req)
	}
}

// opinion hands out the opinion of a body.
func (p pages) opinion(format string) web.Handler {
	return func(c *web.Context) error {
		id, err := c.ID("id")
		if err != nil {
			return err
		}
		agency, err := c.ID("agency")
		if err != nil {
			return err
		}
		return p.send(c, reports.Request{Kind: scoredoc.Opinion, Key: id, Key2: agency, Format: format})
	}
}

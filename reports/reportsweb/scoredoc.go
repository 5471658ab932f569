package reportsweb

import (
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

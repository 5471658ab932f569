// Package reportsweb owns the addresses under which documents are taken away,
// and the public page on which anybody checks a printed one.
//
// It may import reports and what that stands on, web and web/ui. Invariants:
// a document is handed out only whole, as a download; the public page says
// what a print is and never what stands in it.
package reportsweb

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reports"
	"github.com/kis-platform/kis/web"
)

// pages answers the requests of this package.
type pages struct{ svc *reports.Service }

// Register adds the routes. All documents take ?lang=, the language of the
// page when it is left out.
func Register(r *web.Router, svc *reports.Service) {
	p := pages{svc}
	r.GET("/acts/:id/pdf", policies.ActRead, p.byID(reports.Act, reports.PDF))
	r.GET("/audits/:id/pdf", policies.AuditRead, p.byID(reports.Audit, reports.PDF))
	r.GET("/acts/:id/xlsx", policies.ActRead, p.byID(reports.Act, reports.XLSX))
	r.GET("/audits/:id/xlsx", policies.AuditRead, p.byID(reports.Audit, reports.XLSX))
	r.GET("/evaluations/:id/pdf", policies.EvaluationRead, p.byID("evaluation", reports.PDF))
	r.GET("/assessments/:id/pdf", policies.AssessmentRead, p.byID("assessment", reports.PDF))
	r.GET("/reviews/:id/pdf", policies.ReviewRead, p.byID(reports.Review, reports.PDF))
	for _, format := range []string{reports.PDF, reports.XLSX} {
		r.GET("/plans/:year/"+format, policies.PlanRead, p.plan(format))
		r.GET("/cycles/:id/export."+format, policies.CycleRead, p.byID(reports.Cycle, format))
		r.GET("/measures/export."+format, policies.MeasureRead, p.measures(format))
	}
	for _, format := range reports.Formats(reports.Process) {
		r.GET("/processes/:id/export."+format, policies.ProcessRead, p.process(reports.Process, format))
	}
	r.GET("/processes/:id/map.pdf", policies.ProcessRead, p.process(reports.ProcessMap, reports.PDF))
	for _, format := range []string{reports.XLSX, reports.DOCX} {
		r.GET("/processes/template."+format, policies.ProcessImport, p.template(format))
	}
	for _, format := range reports.Formats(reports.Scorecard) {
		r.GET("/scorecards/export."+format, policies.ScorecardRead, p.scorecard(format))
	}
	r.GET("/cycles/:id/gates/:phase/pdf", policies.CycleRead, p.gate)
	r.GET("/cycles/:id/indicators.xlsx", policies.IndicatorRead, p.byID(reports.Values, reports.XLSX))
	r.GET("/cycles/overview/xlsx", policies.CycleRead, p.overview)
	r.GET("/verify", policies.Public, p.ask)
	r.GET("/verify/:code", policies.Public, p.verify)
}

// byID hands out the document of an object of the address.
func (p pages) byID(kind, format string) web.Handler {
	return func(c *web.Context) error {
		id, err := c.ID("id")
		if err != nil {
			return err
		}
		return p.send(c, reports.Request{Kind: kind, Key: id, Format: format})
	}
}

// gate hands out the statement of a phase.
func (p pages) gate(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	return p.send(c, reports.Request{Kind: reports.Gate, Key: id, Phase: c.Param("phase"), Format: reports.PDF})
}

// overview takes the filter of the page.
func (p pages) overview(c *web.Context) error {
	return p.send(c, reports.Request{Kind: reports.Overview, Filter: c.Request().URL.Query(), Format: reports.XLSX})
}

func (p pages) plan(format string) web.Handler {
	return func(c *web.Context) error {
		return p.send(c, reports.Request{Kind: reports.Plan, Key: c.Param("year"), Format: format})
	}
}

// process takes the id or code of a process and ?version=N, the newest version
// without.
func (p pages) process(kind, format string) web.Handler {
	return func(c *web.Context) error {
		return p.send(c, reports.Request{Kind: kind, Key: c.Param("id"), Key2: c.Query("version"), Format: format})
	}
}

// template hands out an empty description to fill in.
func (p pages) template(format string) web.Handler {
	return func(c *web.Context) error {
		return c.Send("kis-process."+format, func(_ context.Context, w io.Writer) error { return reports.Template(format, w) })
	}
}

// measures takes ?plan=CODE&year=YEAR.
func (p pages) measures(format string) web.Handler {
	return func(c *web.Context) error {
		var check apperr.Check
		r := reports.Request{Kind: reports.Measures, Key: c.Query("plan"), Year: number(c, &check, "year"), Format: format}
		if err := check.Err(); err != nil {
			return err
		}
		return p.send(c, r)
	}
}

// scorecard takes ?agency=CODE&from=YEAR&to=YEAR&year=YEAR, each of them or
// none.
func (p pages) scorecard(format string) web.Handler {
	return func(c *web.Context) error {
		var check apperr.Check
		r := reports.Request{Kind: reports.Scorecard, Agency: c.Query("agency"), From: number(c, &check, "from"), To: number(c, &check, "to"),
			Year: number(c, &check, "year"), Format: format}
		if err := check.Err(); err != nil {
			return err
		}
		return p.send(c, r)
	}
}

// number reads a whole number of the address; 0 when it is not there.
func number(c *web.Context, check *apperr.Check, name string) int {
	text := c.Query(name)
	n, err := strconv.Atoi(text)
	if text != "" && err != nil {
		check.Add(name, "error.field.number")
	}
	return n
}

// send makes the document and hands it out.
func (p pages) send(c *web.Context, r reports.Request) error {
	if r.Lang = c.Query("lang"); r.Lang == "" {
		r.Lang = c.Lang()
	}
	f, err := p.svc.File(c.Ctx(), r)
	if err != nil {
		return err
	}
	return c.Download(f.Name, f.ContentType, int64(len(f.Bytes)), bytes.NewReader(f.Bytes))
}

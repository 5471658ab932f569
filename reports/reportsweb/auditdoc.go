package reportsweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/reports"
	"github.com/kis-platform/kis/reports/auditdoc"
	"github.com/kis-platform/kis/web"
)

// RegisterAuditDocuments adds the documents of internal audit: on pages, and
// for programs under /api/v1.
func RegisterAuditDocuments(r *web.Router, svc *reports.Service) {
	p := pages{svc}
	for _, format := range []string{reports.PDF, reports.XLSX} {
		r.GET("/audits/:id/plan."+format, policies.AuditRead, p.byID(auditdoc.Plan, format))
		r.GET("/audits/:id/follow-up."+format, policies.AuditRead, p.byID(auditdoc.FollowUp, format))
		r.GET("/audits/summary."+format, policies.ActRead, p.auditSummary(format))
		r.GET("/programmes/:year/export."+format, policies.ProgrammeRead, p.programme(format))
	}
	r.GET("/acts/export.pdf", policies.ActRead, p.acts(reports.PDF))
	audit, act := web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.audit"}, web.Param{Name: "id", Kind: web.ParamID, Text: "api.param.act"}
	for _, o := range []struct{ path, id, kind string }{{"report", "auditReport", reports.Audit}, {"plan", "auditPlan", auditdoc.Plan}, {"follow-up", "auditFollowUp", auditdoc.FollowUp}} {
		r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/audits/:id/" + o.path + ".pdf", Action: policies.AuditRead, ID: o.id, Group: "audits", Text: "api.op." + o.id,
			Params: []web.Param{audit}, Do: p.byID(o.kind, reports.PDF)})
	}
	r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/acts/:id/act.pdf", Action: policies.ActRead, ID: "actDocument", Group: "acts", Text: "api.op.actDocument",
		Params: []web.Param{act}, Do: p.byID(reports.Act, reports.PDF)})
	r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/programmes/:year/programme.pdf", Action: policies.ProgrammeRead, ID: "programmeDocument", Group: "programmes", Text: "api.op.programmeDocument",
		Params: []web.Param{{Name: "year", Kind: web.ParamNumber, Max: 9999, Text: "api.param.year"}}, Do: p.programme(reports.PDF)})
	r.API(web.Operation{Method: http.MethodGet, Path: "/api/v1/audit-summary.json", Action: policies.ActRead, ID: "auditSummary", Group: "audits", Text: "api.op.auditSummary",
		Params: []web.Param{{Name: "year", Kind: web.ParamNumber, Max: 2199, Must: true, Text: "api.param.summary_year"}}, Do: p.auditSummary(reports.JSON)})
}

// auditSummary takes ?year=YEAR, the present one when it is left out.
func (p pages) auditSummary(format string) web.Handler {
	return func(c *web.Context) error {
		var check apperr.Check
		r := reports.Request{Kind: auditdoc.Summary, Year: number(c, &check, "year"), Format: format}
		if err := check.Err(); err != nil {
			return err
		}
		if r.Year == 0 {
			r.Year = c.Now().Year()
		}
		return p.send(c, r)
	}
}

// programme takes the year of the address.
func (p pages) programme(format string) web.Handler {
	return func(c *web.Context) error {
		year, err := strconv.Atoi(c.Param("year"))
		if err != nil {
			return apperr.Missing("programme")
		}
		return p.send(c, reports.Request{Kind: auditdoc.Programme, Year: year, Format: format})
	}
}

// acts takes the filter of the register's page.
func (p pages) acts(format string) web.Handler {
	return func(c *web.Context) error {
		filter := url.Values{}
		for _, name := range auditdoc.ActFilters() {
			if v := c.Query(name); v != "" {
				filter.Set(name, v)
			}
		}
		return p.send(c, reports.Request{Kind: auditdoc.Acts, Filter: filter, Format: format})
	}
}

package main

import (
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/audit/outside"
	"github.com/kis-platform/kis/audit/outside/outsideweb"
	"github.com/kis-platform/kis/audit/summary"
	"github.com/kis-platform/kis/reports/auditdoc"
	"github.com/kis-platform/kis/reports/reportsweb"
	"github.com/kis-platform/kis/web"
)

// wireDocuments makes the documents of internal audit known to the reports.
func wireDocuments(s services) {
	s.reports.Add(auditdoc.Kinds(auditdoc.Sources{KIS: s.kis, Audit: s.audit, Summary: summary.New(s.audit, s.programmes), Inquiry: s.inquiry})...)
}

// registerDocuments adds their addresses, the page of the year, and the links by
// which outside auditors read.
func (a *app) registerDocuments(r *web.Router) {
	auditweb.RegisterSummary(r, summary.New(a.audit, a.programmes))
	reportsweb.RegisterAuditDocuments(r, a.reports)
	outsideweb.Register(r, outside.New(a.audit), a.config.publicURL())
}

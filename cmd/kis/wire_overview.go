package main

import (
	"github.com/kis-platform/kis/reports/overview"
	"github.com/kis-platform/kis/reports/overview/overviewweb"
	"github.com/kis-platform/kis/web"
)

// registerOverview adds the start page.
func registerOverview(r *web.Router, s services) {
	overviewweb.Register(r, &overview.Service{KIS: s.kis, Audit: s.audit, Planning: s.planning, Risks: s.risks, Scores: s.eservice}, s.duties, s.notices)
}

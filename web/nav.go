package web

import (
	"net/http"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web/ui"
)

// NavEntry is one line of the menu table.
type NavEntry struct {
	Key    string // of the label
	Icon   string
	Path   string
	Action policies.Action
	Under  []string // other paths that belong to it
}

// NavSection is a group of the menu; the first has no title.
type NavSection struct {
	Key     string
	Entries []NavEntry
}

// Nav is the menu, one static table. An entry appears for who may do its
// action, and only when its path is registered.
func Nav() []NavSection {
	return []NavSection{
		{"", []NavEntry{
			{"web.nav.home", "home", "/home", policies.SelfUse, nil},
			{"web.nav.work", "checkbox", "/work", policies.SelfUse, nil},
			{"web.nav.calendar", "calendar", "/calendar", policies.SelfUse, nil},
			{"web.nav.cycles", "layout-columns", "/cycles", policies.CycleRead, []string{"/processes"}},
			{"web.nav.evidence", "files", "/evidence", policies.EvidenceRead, nil},
			{"web.nav.requests", "message-report", "/requests", policies.RequestRead, nil},
			{"web.nav.discrepancies", "zoom-question", "/discrepancies", policies.DiscrepancyRead, nil},
		}},
		{"web.nav.group.audit", []NavEntry{
			{"web.nav.programmes", "calendar-stats", "/programmes", policies.ProgrammeRead, nil},
			{"web.nav.audits", "clipboard-check", "/audits", policies.AuditRead, nil},
			{"web.nav.findings", "file-search", "/findings", policies.AuditRead, nil},
			{"web.nav.acts", "file-alert", "/acts", policies.ActRead, nil},
			{"web.nav.checklists", "list-check", "/checklists", policies.TemplateRead, nil},
			{"web.nav.auditors", "users-group", "/auditors", policies.AuditorRead, nil},
			{"web.nav.observers", "link", "/observers", policies.ObserverInvite, nil},
		}},
		{"web.nav.group.planning", []NavEntry{
			{"web.nav.evaluations", "report-analytics", "/evaluations", policies.EvaluationRead, nil},
			{"web.nav.assessments", "adjustments", "/assessments", policies.AssessmentRead, nil},
			{"web.nav.quality", "file-certificate", "/quality", policies.QualityRead, nil},
			{"web.nav.surveys", "message-2", "/surveys", policies.SurveyRead, nil},
			{"web.nav.reviews", "presentation-analytics", "/reviews", policies.ReviewRead, nil},
			{"web.nav.plans", "calendar-event", "/plans", policies.PlanRead, nil},
			{"web.nav.recommendations", "bulb", "/recommendations", policies.RecommendationRead, nil},
			{"web.nav.risks", "gauge", "/risks", policies.RiskRead, nil},
			{"web.nav.documents", "certificate", "/documents", policies.DocumentRead, nil},
			{"web.nav.objectives", "target-arrow", "/objectives", policies.ObjectiveRead, nil},
		}},
		{"web.nav.group.accountability", []NavEntry{
			{"web.nav.measures", "flag", "/measures", policies.MeasureRead, nil},
			{"web.nav.scorecards", "chart-bar", "/scorecards", policies.ScorecardRead, nil},
			{"web.nav.campaigns", "star", "/campaigns", policies.CampaignRead, []string{"/schemes", "/results"}},
		}},
		{"web.nav.group.register", []NavEntry{
			{"web.nav.register", "book", "/services", policies.RegisterRead, []string{"/duplicates", "/code-lists"}},
			{"web.nav.applications", "clipboard-list", "/applications", policies.RegisterRead, nil},
			{"web.nav.agencies", "building", "/agencies", policies.AgencyRead, nil},
		}},
		{"web.nav.group.system", []NavEntry{
			{"web.nav.users", "users", "/admin/users", policies.UserRead, nil},
			{"web.nav.departments", "sitemap", "/admin/departments", policies.DepartmentRead, nil},
			{"web.nav.trail", "history", "/trail", policies.TrailRead, nil},
			{"web.nav.quarantine", "shield", "/admin/quarantine", policies.QuarantineRead, nil},
			{"web.nav.jobs", "server", "/admin/jobs", policies.JobRead, nil},
		}},
	}
}

// MissingNav lists the paths of the menu that no route answers; a complete
// program has none.
func (r *Router) MissingNav() []string {
	var out []string
	for _, sec := range Nav() {
		for _, e := range sec.Entries {
			if !r.Has(http.MethodGet, e.Path) {
				out = append(out, e.Path)
			}
		}
	}
	return out
}

// nav is the menu as this person sees it.
func (s *Server) nav(p ui.Page, a actor.Actor, path string) []ui.NavGroup {
	var out []ui.NavGroup
	for _, sec := range Nav() {
		g := ui.NavGroup{}
		if sec.Key != "" {
			g.Title = p.T(sec.Key)
		}
		for _, e := range sec.Entries {
			if policies.Can(a, e.Action) && s.router.Has(http.MethodGet, e.Path) {
				g.Items = append(g.Items, ui.NavItem{Label: p.T(e.Key), Icon: e.Icon, Href: e.Path, Current: e.covers(path)})
			}
		}
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// covers says whether a path lies under the entry.
func (e NavEntry) covers(path string) bool {
	for _, p := range append([]string{e.Path}, e.Under...) {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

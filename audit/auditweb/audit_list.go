package auditweb

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type auditList struct {
	ui.Page
	audit.AuditList
	filter      audit.AuditFilter
	chips       []ui.Chip
	next, first string
	plans       bool
	exports     []exportLink
}

// auditFilter is the filter of the register in an address.
func auditFilter(c *web.Context) (audit.AuditFilter, error) {
	year, err := yearQuery(c)
	f := audit.AuditFilter{State: audit.State(c.Query("state")), Kind: audit.Kind(c.Query("kind")), Year: year, Query: c.Query("q")}
	if only := c.Query("only"); slices.Contains(audit.AuditOnlys(), only) {
		f.Only = only
	}
	return f, err
}

// audits is the register of audits.
func (p pages) audits(c *web.Context) error {
	f, err := auditFilter(c)
	if err != nil {
		return err
	}
	f.After = c.Query("after")
	list, err := p.svc.Audits(c.Ctx(), f)
	if err != nil {
		return err
	}
	v := auditList{Page: c.Page("audit.audit.title"), AuditList: list, filter: f, plans: c.Can(policies.AuditPlan), first: c.FirstHref(), exports: p.exportsOf(c, "/audits")}
	v.chips = stateChips(c, v.Page, audit.States(), v.Counts, f.State, auditLooks, "audit.audit.state.")
	if v.Next != "" {
		v.next = withAfter(c.With("state", string(f.State)), v.Next)
	}
	return c.Render(http.StatusOK, auditListView(v))
}

func (v auditList) narrowed() bool {
	return v.filter.State != "" || v.filter.Kind != "" || v.filter.Query != "" || v.filter.Year > 0 || v.filter.Only != ""
}

// further says in words by what no field of the form narrows the list.
func (v auditList) further() string {
	if v.filter.Only == "" {
		return ""
	}
	return v.T("audit.list.further." + v.filter.Only)
}

// stateChips filter a register by state: all first, then each state of which
// there is something, and the chosen one.
func stateChips[S ~string](c *web.Context, p ui.Page, states []S, counts map[S]int, chosen S, looks map[S]ui.Look, prefix string) []ui.Chip {
	chips := []ui.Chip{{Label: p.T("audit.list.all"), Href: c.With("state", ""), Current: chosen == ""}}
	for _, s := range states {
		n, l := counts[s], looks[s]
		chips[0].Count += n
		if n > 0 || chosen == s {
			chips = append(chips, ui.Chip{Label: p.T(prefix + string(s)), Icon: l.Icon, Tone: l.Tone, Count: n,
				Href: c.With("state", string(s)), Current: chosen == s})
		}
	}
	return chips
}

// withAfter is an address with the place where the list goes on.
func withAfter(href, after string) string {
	sep := "?"
	if strings.Contains(href, "?") {
		sep = "&"
	}
	return href + sep + "after=" + url.QueryEscape(after)
}

// pickName is the name in the language of the page.
func pickName(p ui.Page, az, en string) string {
	return i18n.InLang(p.Lang, az, en)
}

// placed is a clause and a code as a list shows them: "ISO 7.5.3 · 4.4.2".
func placed(p ui.Page, clause, code string) string {
	if clause != "" {
		clause = clauseText(p, clause)
	}
	return dotted(clause, code)
}

// dotted joins what there is.
func dotted(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// clauseText is a clause as a table shows it: "ISO 7.5.3".
func clauseText(p ui.Page, clause string) string { return p.T("audit.clause.short", "clause", clause) }

package auditweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type actList struct {
	ui.Page
	audit.ActList
	filter      audit.ActFilter
	departments []office.Department // to choose from; none for those who see one department
	chips       []ui.Chip
	next, first string
	late        bool
	draft       bool // the person may draft an act from another source
	exports     []exportLink
	paper       bool   // the register can be printed
	export      string // query of the address
}

// acts is the register of nonconformity acts.
func (p pages) acts(c *web.Context) error {
	f := actFilter(c)
	f.After = c.Query("after")
	v := actList{Page: c.Page("audit.act.title"), filter: f, late: f.Overdue != "", draft: c.Can(policies.ActDraft)}
	v.export, v.exports = c.Request().URL.RawQuery, p.exportsOf(c, "/acts")
	v.paper = p.r.Has(http.MethodGet, "/acts/export.pdf")
	var err error
	if v.ActList, err = p.svc.Acts(c.Ctx(), v.filter); err != nil {
		return err
	}
	if c.Scope().Any {
		if v.departments, err = p.svc.KIS.Departments(c.Ctx()); err != nil {
			return err
		}
	}
	v.chips = stateChips(c, v.Page, audit.ActStates(), v.Counts, f.State, actLooks, "audit.act.state.")
	if v.Next != "" {
		v.next = withAfter(c.With("state", string(f.State)), v.Next) // With drops the old place
	}
	v.first = c.FirstHref()
	return c.Render(http.StatusOK, actListView(v))
}

// narrowed says whether a filter is on.
func (v actList) narrowed() bool {
	return v.filter.State != "" || v.filter.DepartmentID != "" || v.filter.AuditID != "" || v.filter.Query != "" || v.filter.Origin != "" || v.filter.Grade != "" || v.late || len(v.further()) > 0
}

// further are the filters that no field of the form shows, which it keeps:
// those of the yearly summary. Each is a name and its value.
func (v actList) further() (out [][2]string) {
	f := v.filter
	if !f.IssuedFrom.IsZero() {
		out = append(out, [2]string{"year", strconv.Itoa(f.IssuedFrom.In(v.Zone).Year())})
	}
	for _, p := range [][2]string{{"process", f.ProcessID}, {"clause", f.Clause}, {"phase", f.Phase}, {"cause", f.Cause}, {"only", f.Only}} {
		if p[1] != "" {
			out = append(out, p)
		}
	}
	return out
}

// furtherText says in words how the list is narrowed further.
func (v actList) furtherText() string {
	var parts []string
	for _, p := range v.further() {
		switch {
		case p[1] == audit.None:
			parts = append(parts, v.T("audit.summary.none."+p[0]))
		case p[0] == "only":
			parts = append(parts, v.T("audit.list.further.only."+p[1]))
		case p[0] == "process" || p[0] == "cause":
			parts = append(parts, v.T("audit.list.further."+p[0]))
		default:
			parts = append(parts, v.T("audit.list.further."+p[0], "value", p[1]))
		}
	}
	return strings.Join(parts, " · ")
}

// name is what an act is called in a list.
func (v actList) name(a audit.ActBrief) string {
	if a.Number == "" {
		return v.T("audit.act.draft")
	}
	return a.Number
}

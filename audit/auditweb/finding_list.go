package auditweb

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

type findingList struct {
	ui.Page
	audit.FindingList
	filter      audit.FindingFilter
	departments []office.Department // to choose from; none for those who see one department
	chips       []ui.Chip
	next, first string
	exports     []exportLink
}

// yearQuery is the year of an address; 0 when it names none.
func yearQuery(c *web.Context) (int, error) {
	text := c.Query("year")
	if text == "" {
		return 0, nil
	}
	year, err := strconv.Atoi(text)
	if err != nil || year < 1990 || year > 2199 {
		return 0, apperr.InvalidField("year", "error.field.range", "min", 1990, "max", 2199)
	}
	return year, nil
}

// findingFilter is the filter of the register in an address.
func findingFilter(c *web.Context) (audit.FindingFilter, error) {
	year, err := yearQuery(c)
	return audit.FindingFilter{State: audit.FindingState(c.Query("state")), Grade: audit.Grade(c.Query("grade")), DepartmentID: c.Query("department"), AuditID: c.Query("audit"),
		Year: year, Query: c.Query("q"), Shown: c.Query("shown") == "1"}, err
}

// findings is the register of findings of all audits.
func (p pages) findings(c *web.Context) error {
	f, err := findingFilter(c)
	if err != nil {
		return err
	}
	f.After = c.Query("after")
	v := findingList{Page: c.Page("audit.finding.list"), filter: f, exports: p.exportsOf(c, "/findings")}
	if v.FindingList, err = p.svc.Findings(c.Ctx(), f); err != nil {
		return err
	}
	if c.Scope().Any {
		if v.departments, err = p.svc.KIS.Departments(c.Ctx()); err != nil {
			return err
		}
		v.departments = slices.DeleteFunc(v.departments, func(d office.Department) bool { return d.Kind != "internal" })
	}
	v.chips = stateChips(c, v.Page, audit.FindingStates(), v.Counts, f.State, findingLooks, "audit.finding.state.")
	if v.Next != "" {
		v.next = withAfter(c.With("state", string(f.State)), v.Next)
	}
	v.first = c.FirstHref()
	return c.Render(http.StatusOK, findingListView(v))
}

func (v findingList) narrowed() bool {
	return v.filter.State != "" || v.filter.Grade != "" || v.filter.DepartmentID != "" || v.filter.AuditID != "" || v.filter.Year > 0 || v.filter.Query != "" || v.filter.Shown
}

// further says in words by what no field of the form narrows the list.
func (v findingList) further() string {
	if v.filter.Shown {
		return v.T("audit.finding.list_shown")
	}
	return ""
}

// yearText writes a year that may be none.
func yearText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// registerFindingList adds the register.
func registerFindingList(r *web.Router, p pages) {
	r.GET("/findings", policies.AuditRead, p.findings)
}

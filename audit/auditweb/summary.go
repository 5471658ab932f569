package auditweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/audit/summary"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// RegisterSummary adds the yearly summary of internal audit.
func RegisterSummary(r *web.Router, s *summary.Service) {
	r.GET("/audits/summary", policies.ActRead, func(c *web.Context) error { return showSummary(c, r, s) })
}

type summaryPage struct {
	ui.Page
	summary.Summary
	years     []int
	exports   []string // endings under which it can be taken away
	programme bool     // the person may open the programme
}

func showSummary(c *web.Context, r *web.Router, s *summary.Service) error {
	v := summaryPage{Page: c.Page("audit.summary.title")}
	year, err := yearOf(c, v.Page)
	if err != nil {
		return err
	}
	if v.Summary, err = s.Year(c.Ctx(), year); err != nil {
		return err
	}
	if v.years, err = s.Years(c.Ctx()); err != nil {
		return err
	}
	for _, format := range []string{"pdf", "xlsx"} {
		if r.Has(http.MethodGet, "/audits/summary."+format) {
			v.exports = append(v.exports, format)
		}
	}
	v.programme = c.Can(policies.ProgrammeRead)
	return c.Render(http.StatusOK, summaryView(v))
}

// yearOf is the year of the address, the present one when it names none.
func yearOf(c *web.Context, p ui.Page) (int, error) {
	s := c.Query("year")
	if s == "" {
		return p.Today().Year(), nil
	}
	year, err := strconv.Atoi(s)
	if err != nil {
		return 0, apperr.InvalidField("year", "error.field.number")
	}
	return year, nil
}

// part is one table of the page: the acts of the year by something.
type part struct {
	key       string // of its heading and of its first column
	id, title string // of its heading
	filter    string // name of the register's filter
	list      []summary.Count
	coded     bool // the code is shown beside the name
}

func (v summaryPage) parts() []part {
	return []part{
		{"processes", "s-process", v.T("audit.summary.processes"), "process", v.Processes, false},
		{"departments", "s-department", v.T("audit.summary.departments"), "department", v.Departments, true},
		{"clauses", "s-clause", v.T("audit.summary.clauses"), "clause", v.Clauses, true},
		{"phases", "s-phase", v.T("audit.summary.phases"), "phase", v.Phases, true},
		{"causes", "s-cause", v.T("audit.summary.causes"), "cause", v.Causes, false},
		{"origins", "s-origin", v.T("audit.summary.origins"), "origin", v.Origins, false},
	}
}

// list is the address of the register with the acts behind a figure.
func (v summaryPage) list(more ...string) string {
	q := url.Values{"year": {strconv.Itoa(v.Year)}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "/acts?" + q.Encode()
}

// audits is the address of the register of audits behind a figure.
func (v summaryPage) audits(name, value string) string {
	return "/audits?" + url.Values{"year": {strconv.Itoa(v.Year)}, name: {value}}.Encode()
}

// findings is that of the findings of a grade which were shown.
func (v summaryPage) findings(g audit.Grade) string {
	return "/findings?" + url.Values{"year": {strconv.Itoa(v.Year)}, "grade": {string(g)}, "shown": {"1"}}.Encode()
}

// label names a row of a table.
func (v summaryPage) label(p part, c summary.Count) string {
	name := c.Name(v.Lang)
	switch {
	case c.Key == summary.NoKey:
		return v.T("audit.summary.none." + p.filter)
	case p.filter == "origin":
		return v.T("audit.origin." + c.Key)
	case c.Key == summary.FiveWhy:
		return v.T("audit.summary.five_why")
	case p.filter == "phase" && name != "":
		return v.T("audit.summary.phase", "n", c.Code, "name", name)
	case name == "":
		return c.Code
	case p.coded:
		return c.Code + ", " + name
	}
	return name
}

// days writes tenths of a day.
func (v summaryPage) days(tenths int64, times int) string {
	if times == 0 {
		return "–"
	}
	return v.Decimal(strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10))
}

// grades are those of findings, heaviest first.
func (v summaryPage) grades() []audit.Grade { return audit.Grades() }

// share writes how many of how many.
func (v summaryPage) share(s programme.Share) string {
	return v.T("audit.summary.share", "n", s.N, "of", s.Of, "percent", s.Percent())
}

package eserviceweb

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// behindPage lists the services behind a figure.
type behindPage struct {
	ui.Page
	eservice.Behind
	filter      eservice.BehindFilter
	next, first string
}

// servicesBehind shows them.
func (p pages) servicesBehind(c *web.Context) error {
	year, err := yearOf(c.Query("year"))
	if err != nil {
		return err
	}
	f := eservice.BehindFilter{Year: year, Agency: c.Query("agency"), Grade: c.Query("grade"), Level: c.Query("level"), Automation: c.Query("automation"), Limit: shownRows, After: c.Cursor(2)}
	b, err := p.svc.Behind(c.Ctx(), f)
	if err != nil {
		return err
	}
	page := behindPage{Page: c.Page("eservice.behind.title"), Behind: b, filter: f, first: c.FirstHref()}
	if b.Next != nil {
		page.next = c.NextHref(b.Next...)
	}
	return c.Render(http.StatusOK, behindView(page))
}

// heading names the year, and the body when there is one.
func (p behindPage) heading() string {
	if p.Agency != nil {
		return p.T("eservice.behind.of", "agency", p.Agency.Name(p.Lang), "year", strconv.Itoa(p.Year.Year))
	}
	return p.T("eservice.behind.heading", "year", strconv.Itoa(p.Year.Year))
}

// narrowed says in words which figure the services are behind.
func (p behindPage) narrowed() (out []string) {
	switch g := p.filter.Grade; g {
	case "":
	case "none":
		out = append(out, p.T("eservice.grade.none"))
	case "graded":
		out = append(out, p.T("eservice.scorecard.electronised"))
	default:
		for _, b := range p.Year.Scheme.Bands {
			if b.Code == g {
				out = append(out, b.Label(p.Lang))
			}
		}
	}
	if p.filter.Level != "" {
		out = append(out, p.T("eservice.level."+p.filter.Level))
	}
	if p.filter.Automation != "" {
		out = append(out, p.T("eservice.automation."+p.filter.Automation))
	}
	return out
}

// aside is how many there are, where a figure says it, and which.
func (p behindPage) aside() string {
	words := p.narrowed()
	if n := p.total(); n > 0 {
		words = append([]string{p.Int(n)}, words...)
	}
	return strings.Join(words, " · ")
}

// total is how many there are, as the figure says; 0 when no figure does.
func (p behindPage) total() int64 {
	switch {
	case p.filter.Automation != "" && p.filter.Level+p.filter.Grade == "":
		return p.Year.Automation[strings.TrimPrefix(p.filter.Automation, "unknown")]
	case p.filter.Automation != "" || (p.filter.Level != "" && p.filter.Grade != ""):
		return 0
	case p.filter.Level != "":
		return p.Year.Levels[p.filter.Level]
	case p.filter.Grade == "none":
		return p.Year.NotElectronised
	case p.filter.Grade == "graded":
		return p.Year.Electronised
	case p.filter.Grade != "":
		return p.Year.Grades[p.filter.Grade]
	}
	return p.Year.Services
}

// href is the page with another filter.
func (p behindPage) href(grade, level string) string {
	q := p.query()
	if grade != "" {
		q.Set("grade", grade)
	}
	if level != "" {
		q.Set("level", level)
	}
	return "/scorecards/services?" + q.Encode()
}

func (p behindPage) query() url.Values {
	q := url.Values{"year": {strconv.Itoa(p.Year.Year)}}
	if p.Agency != nil {
		q.Set("agency", p.Agency.Code)
	}
	return q
}

// list is the address of the list by grade as a document.
func (p behindPage) list(ending string) string {
	q := p.query()
	q.Set("lang", p.Lang)
	return "/scorecards/grades." + ending + "?" + q.Encode()
}

// levels are the electronisation levels of the year that have services.
func (p behindPage) levels() (out []string) {
	for _, l := range []string{"full", "interactive", "informative", "none"} {
		if p.Year.Levels[l] > 0 {
			out = append(out, l)
		}
	}
	return out
}

// comparePage puts bodies beside each other.
type comparePage struct {
	scorecardPage
	eservice.Comparison
	chosen map[string]bool
}

// compare shows the bodies of the address, ?agency= once for each.
func (p pages) compare(c *web.Context) error {
	year, err := yearOf(c.Query("year"))
	if err != nil {
		return err
	}
	var codes []string
	page := comparePage{chosen: map[string]bool{}}
	for _, code := range c.Queries("agency") {
		if code != "" && !page.chosen[code] {
			page.chosen[code] = true
			codes = append(codes, code)
		}
	}
	if page.Comparison, err = p.svc.Compare(c.Ctx(), year, codes); err != nil {
		return err
	}
	page.Page = c.Page("eservice.compare.title")
	page.card = eservice.Scorecard{Year: page.Comparison.Year, Agencies: page.Bodies}
	if len(page.Bodies) > 0 {
		page.card.Years = []eservice.YearResult{page.Bodies[0].YearResult}
	}
	return c.Render(http.StatusOK, compareView(page))
}

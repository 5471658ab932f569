package eserviceweb

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// scorecardPage is the national page or one body's card.
type scorecardPage struct {
	ui.Page
	card  eservice.Scorecard
	table bool   // distribution as a table instead of a chart
	base  string // path without query
	grade string // services with this grade only
	next  string // page of bodies or services after this one
	first string

	panels  []templ.Component // what other contexts say of the body in this year
	opinion *campaign.Place   // of the body in the year, nil without one that may be read
	imports bool              // the actor may bring in results
}

func (p pages) national(c *web.Context) error { return p.show(c, "") }

func (p pages) agency(c *web.Context) error { return p.show(c, c.Param("agency")) }

func (p pages) show(c *web.Context, agency string) error {
	if err := numbers(c, "from", "to"); err != nil {
		return err
	}
	year, err := yearOf(c.Query("year"))
	if err != nil {
		return err
	}
	parts := 3
	if agency != "" || !c.Scope().Any {
		parts = 2
	}
	f := eservice.ScorecardFilter{Year: year, Agency: agency, Limit: shownRows, After: c.Cursor(parts), Grade: c.Query("grade")}
	card, err := p.svc.Scorecard(c.Ctx(), f)
	if err != nil {
		return err
	}
	page := scorecardPage{Page: c.Page("eservice.scorecard.title"), card: card, table: c.Query("view") == "table", base: "/scorecards"}
	if card.Agency != nil {
		page.base += "/" + url.PathEscape(card.Agency.Code)
	}
	page.Title, page.grade, page.first = page.heading(), f.Grade, c.FirstHref()
	page.imports = agency == "" && c.Can(policies.AssessmentImport)
	switch n := len(card.Agencies); {
	case card.Agency == nil && n == shownRows && n < card.Bodies:
		page.next = c.NextHref(placeOf(card.Agencies[n-1])...)
	case card.Agency != nil && len(card.Services) == shownRows:
		last := card.Services[len(card.Services)-1].Service
		page.next = c.NextHref(last.SortKey, last.ID)
	}
	if card.Agency != nil && card.Year != 0 {
		place, ok, err := p.campaign.PlaceOf(c.Ctx(), card.Year, card.Agency.ID)
		if err != nil {
			return err
		}
		if ok {
			page.opinion = &place
		}
		if page.panels, err = c.Panels("scorecard", card.Agency.Code+":"+strconv.Itoa(card.Year)); err != nil {
			return err
		}
	}
	return c.Render(http.StatusOK, scorecardView(page))
}

// shownRows is how many bodies or services a page shows.
const shownRows = 40

// placeOf is where the list of bodies goes on after one of them.
func placeOf(a eservice.AgencyResult) []string {
	return []string{strconv.Itoa(a.Rank), a.Agency.SortKey, a.Agency.ID}
}

func (p scorecardPage) heading() string {
	name := p.T("eservice.scorecard.heading")
	if p.card.Agency != nil {
		name = p.card.Agency.Name(p.Lang)
	}
	if p.card.Year == 0 {
		return name
	}
	return name + ", " + strconv.Itoa(p.card.Year)
}

func (p scorecardPage) crumbs() []ui.Crumb {
	out := []ui.Crumb{{Label: p.T("eservice.scorecard.title"), Href: "/scorecards"}}
	if p.card.Agency != nil {
		return append(out, ui.Crumb{Label: p.card.Agency.Name(p.Lang)})
	}
	return append(out, ui.Crumb{Label: p.T("eservice.scorecard.heading")})
}

// href is this page with another year or view.
func (p scorecardPage) href(year int, table bool) string {
	q := url.Values{}
	if year != 0 {
		q.Set("year", strconv.Itoa(year))
	}
	if table {
		q.Set("view", "table")
	}
	if len(q) == 0 {
		return p.base
	}
	return p.base + "?" + q.Encode()
}

// export is the address of a document with the same content.
func (p scorecardPage) export(ending string) string {
	q := url.Values{"lang": {p.Lang}}
	if p.card.Agency != nil {
		q.Set("agency", p.card.Agency.Code)
	}
	return "/scorecards/export." + ending + "?" + q.Encode()
}

// document is the address of the printed form: the card of a body on one page,
// or the summary report.
func (p scorecardPage) document(ending string) string {
	q := url.Values{"lang": {p.Lang}}
	if p.card.Agency == nil {
		return "/scorecards/summary." + ending + "?" + q.Encode()
	}
	q.Set("agency", p.card.Agency.Code)
	q.Set("year", strconv.Itoa(p.card.Year))
	return "/scorecards/card." + ending + "?" + q.Encode()
}

// documentName says which document that is.
func (p scorecardPage) documentName() string {
	if p.card.Agency == nil {
		return p.T("eservice.scorecard.summary_pdf")
	}
	return p.T("eservice.scorecard.card_pdf")
}

// behind is the address of the services behind a figure of the year.
func (p scorecardPage) behind(name, value string) string {
	return p.behindYear(p.card.Year, name, value)
}

// behindYear is the same of another year; an empty value narrows nothing.
func (p scorecardPage) behindYear(year int, name, value string) string {
	q := url.Values{"year": {strconv.Itoa(year)}}
	if p.card.Agency != nil {
		q.Set("agency", p.card.Agency.Code)
	}
	if value != "" {
		q.Set(name, value)
	}
	return "/scorecards/services?" + q.Encode()
}

// bands are the grades of the year in focus, lowest first.
func (p scorecardPage) bands() []eservice.Band {
	if f := p.card.Focus(); f != nil {
		return f.Scheme.Bands
	}
	return nil
}

// breakNote warns that two years cannot be compared, and why.
type breakNote struct{ bold, text string }

// breakNotes are the breaks of method among the years shown, the last first.
// One that is only a change of scheme names the legal act of the new one.
func (p scorecardPage) breakNotes() (out []breakNote) {
	for i := len(p.card.Years) - 1; i > 0; i-- {
		y := p.card.Years[i]
		if y.Break == nil {
			continue
		}
		reason := y.Break.Reason(p.Lang)
		if y.Break.Source == "" {
			reason = p.T("eservice.scorecard.scheme_changed", "act", reason)
		}
		out = append(out, breakNote{p.T("eservice.scorecard.not_compared", "before", strconv.Itoa(p.card.Years[i-1].Year), "year", strconv.Itoa(y.Year)), reason})
	}
	return out
}

// meanTitle names the mean that bars and rows give: bodies have a mean score,
// years a mean grade.
func (p scorecardPage) meanTitle() string {
	if len(p.card.Agencies) > 0 {
		return p.T("eservice.scorecard.axis_mean")
	}
	return p.T("eservice.scorecard.mean")
}

// chartWords describes the distribution chart.
func (p scorecardPage) chartWords() string {
	if len(p.card.Agencies) > 0 {
		return p.T("eservice.scorecard.chart_words")
	}
	return p.T("eservice.scorecard.chart_years")
}

// meanGrade writes a mean grade with two decimals, or a dash.
func (p scorecardPage) meanGrade(y eservice.YearResult) string {
	m, ok := y.MeanGradeMilli()
	if !ok {
		return "–"
	}
	return p.Decimal(eservice.MilliText(m, 2))
}

// score writes thousandths of a point with one decimal, or a dash.
func (p scorecardPage) score(m *int64) string {
	if m == nil {
		return "–"
	}
	return p.Decimal(eservice.MilliText(*m, 1))
}

// bar is one line of the distribution chart.
type bar struct {
	label, href, mean, count, share string
	place                           string // what fits before the bar: the name, or the code of a long one
	y                               int
	segments                        []segment
}

// segment is one grade in a bar.
type segment struct {
	class, text, words string
	x, width, mid      float64
	light              bool // text on a dark ground
}

// The measures of the distribution chart, in units of its view box.
const (
	chartLeft, chartWidth = 78.0, 322.0
	rowStep, rowTop       = 19, 26
	maxLabel              = 12 // characters of a name before its bar
)

// bars are the bodies of the year in focus with their mean scores, or the
// years with their mean grades when the bodies are not known.
func (p scorecardPage) bars() []bar {
	var out []bar
	add := func(label, code, href, mean string, y eservice.YearResult) {
		b := bar{label: label, place: label, href: href, y: rowTop + rowStep*len(out), mean: mean,
			count: fmt.Sprintf("%s / %s", p.Int(y.Electronised), p.Int(y.Services)), share: p.Percent(y.Electronised, y.Services, 1)}
		if utf8.RuneCountInString(label) > maxLabel {
			b.place = code
		}
		b.segments = p.segments(y)
		out = append(out, b)
	}
	if len(p.card.Agencies) > 0 {
		for _, a := range p.card.Agencies {
			add(a.Agency.Name(p.Lang), a.Agency.Code, "/scorecards/"+url.PathEscape(a.Agency.Code)+"?year="+strconv.Itoa(p.card.Year), p.meanScore(a.YearResult), a.YearResult)
		}
		return out
	}
	for _, y := range p.card.Years {
		if f := p.card.Focus(); f == nil || slices.Equal(f.Scheme.GradeCodes(), y.Scheme.GradeCodes()) { // years of other grades have other shades
			add(strconv.Itoa(y.Year), "", p.href(y.Year, false), p.meanGrade(y), y)
		}
	}
	return out
}

func (p scorecardPage) segments(y eservice.YearResult) []segment {
	var out []segment
	total, x := y.GradeSum(), chartLeft
	for i, band := range y.Scheme.Bands {
		n := y.Grades[band.Code]
		if n == 0 {
			continue
		}
		w := chartWidth * float64(n) / float64(total)
		class := gradeClass(i, len(y.Scheme.Bands))
		out = append(out, segment{class: class, text: p.Int(n), words: band.Label(p.Lang) + ": " + p.Int(n),
			x: x, width: max(w-1, 1), mid: x + w/2, light: class == "f-r3" || class == "f-r4"})
		x += w
	}
	return out
}

// starClasses are the shades of five bands.
var starClasses = [...]string{"f-r1", "f-r1b", "f-r2", "f-r3", "f-r4"}

// gradeClass is the shade of a band, lowest hatched, highest darkest; up to
// five bands have a shade each.
func gradeClass(i, bands int) string {
	if bands == len(starClasses) {
		return starClasses[i]
	}
	if bands > 1 {
		i = i * 3 / (bands - 1)
	}
	return "f-r" + strconv.Itoa(min(i, 3)+1)
}

// dot is one body in the rating matrix.
type dot struct {
	x, y, r float64
	words   string
}

// dots places the bodies shown by share of electronised services and mean
// score; the size of a dot follows the number of services.
func (p scorecardPage) dots() []dot {
	var out []dot
	for _, a := range p.card.Agencies {
		m, ok := a.MeanScoreMilli()
		if !ok || a.Services == 0 {
			continue
		}
		d := dot{x: 46 + 370*float64(a.Electronised)/float64(a.Services), y: 250 - 220*float64(m)/float64(max(a.Scheme.MaxMilli, 1)),
			r:     min(4+float64(a.Services)/4, 14),
			words: p.T("eservice.scorecard.dot", "agency", a.Agency.Name(p.Lang), "share", p.Percent(a.Electronised, a.Services, 1), "mean", p.meanScore(a.YearResult), "services", a.Services)}
		out = append(out, d)
	}
	return out
}

// cell is how many bodies stand in a field of the matrix: x and y in fifths.
func (p scorecardPage) cell(x, y int) int {
	for _, k := range p.card.Cells {
		if k.X == x && k.Y == y {
			return k.Bodies
		}
	}
	return 0
}

// fifth writes the bounds of a fifth of a hundred.
func fifth(i int) string { return strconv.Itoa(20*i) + "–" + strconv.Itoa(20*i+20) }

// meanScore writes a mean score with one decimal, or a dash.
func (p scorecardPage) meanScore(y eservice.YearResult) string {
	m, ok := y.MeanScoreMilli()
	if !ok {
		return "–"
	}
	return p.Decimal(eservice.MilliText(m, 1))
}

// rankWord writes a rank, and says when it is shared.
func (p scorecardPage) rankWord(a eservice.AgencyResult) string {
	if _, ok := a.MeanScoreMilli(); !ok {
		return "–"
	}
	if a.Sharing > 1 {
		return p.T("eservice.scorecard.rank_shared", "rank", a.Rank, "n", a.Sharing)
	}
	return strconv.Itoa(a.Rank)
}

// trendWord says how a figure moved; over a break there is no trend.
func (p scorecardPage) trendWord(t eservice.Trend) string {
	if t == eservice.TrendNone {
		return "–"
	}
	return p.T("eservice.trend." + string(t))
}

// drill is the address of the services behind a figure of a card.
func (p scorecardPage) drill(grade string) string {
	h := p.href(p.card.Year, p.table)
	if strings.Contains(h, "?") {
		return h + "&grade=" + url.QueryEscape(grade) + "#services"
	}
	return h + "?grade=" + url.QueryEscape(grade) + "#services"
}

// num writes a coordinate.
func num(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// pickName is a service's name in the language of the page.
func pickName(lang string, s eservice.EService) string {
	if lang == "en" {
		return s.NameEN
	}
	return s.NameAZ
}

package scoredoc

import (
	"strconv"
	"strings"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/eservice/campaign"
	"github.com/kis-platform/kis/reports"
)

// national is what the summary report is made of: the years, and what was done
// in the campaign of the last of them.
type national struct {
	eservice.Scorecard
	campaign.Tally
}

// summaryReport has the parts of the official report of 2013-2015: basis and
// purpose, how it was done, opinions, the range of each year, the general
// situation, the levels, the note on method; then the bodies of the last year.
func summaryReport(m national, w reports.Words) reports.Doc {
	d := w.Doc(w.T("scoredoc.summary.title"), w.T("scoredoc.summary.running"), "")
	d.Subtitle = w.T("scoredoc.summary.years", "years", reports.Joined("–", firstOf(m.Scorecard), strconv.Itoa(m.Years[len(m.Years)-1].Year)))
	d.ShortName = reports.Joined(", ", w.T("scoredoc.summary.short"), yearsOf(m.Scorecard))
	w.At(&d, w.Today)
	n := 0
	d.Add(w.Section(&n, "scoredoc.summary.basis"), reports.Paragraph{Text: reports.T(w.T("scoredoc.summary.purpose"))}, actTable(m.Years, w))
	d.Add(w.Section(&n, "scoredoc.summary.how"), reports.List{Numbered: true, Items: []reports.Text{reports.T(w.T("scoredoc.summary.how_web")), reports.T(w.T("scoredoc.summary.how_site")), reports.T(w.T("scoredoc.summary.how_score"))}})
	if m.Number != "" {
		d.Add(reports.Paragraph{Text: reports.T(w.T("scoredoc.summary.done", "number", m.Number, "from", w.Day(m.Tally.From), "to", w.Day(m.To), "web", m.WebReviews, "site", m.SiteVisits, "readings", m.Readings))},
			w.Section(&n, "scoredoc.summary.opinions"),
			reports.Paragraph{Text: reports.T(w.T("scoredoc.summary.opinions_text", "opinions", m.Opinions, "shortcomings", m.Shortcomings, "objections", m.Objections))})
	}
	d.Add(w.Section(&n, "scoredoc.summary.range"), rangeList(m.Years, w))
	d.Add(w.Section(&n, "scoredoc.summary.situation"), official(m.Years, w, situation(w)))
	for _, scale := range scales(m.Years) {
		d.Add(w.Section(&n, "scoredoc.summary.levels", "years", spanOf(scale)), official(scale, w, gradeLines(scale, w)))
	}
	for i, y := range m.Years {
		if i > 0 && y.Break != nil {
			d.Add(reports.Note{Text: reports.Join(reports.B(w.T("scoredoc.break", "before", m.Years[i-1].Year, "year", y.Year)+" "), reports.T(y.Break.Reason(w.Lang)))})
		}
	}
	d.Add(reports.Paragraph{Small: true, Text: reports.T(w.T("scoredoc.summary.graded_only"))})
	if len(m.Agencies) > 0 {
		d.Add(w.Section(&n, "scoredoc.summary.bodies", "year", m.Year), bodyTable(m.Scorecard, w), reports.Paragraph{Small: true, Text: reports.T(w.T("scoredoc.card.note"))})
	}
	d.Add(w.Section(&n, "scoredoc.summary.annexes"), annexes(m.Years, w))
	return d
}

// firstOf is the first year of several; empty when there is one.
func firstOf(c eservice.Scorecard) string {
	if len(c.Years) == 1 {
		return ""
	}
	return strconv.Itoa(c.Years[0].Year)
}

// actTable names the rules that each year went by.
func actTable(years []eservice.YearResult, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("scoredoc.years"), Width: 26}, {Title: w.T("scoredoc.summary.act"), Width: 110}, {Title: w.T("scoredoc.summary.bands"), Width: 44}}}
	for _, part := range byScheme(years) {
		s := part[0].Scheme
		state := w.T("scoredoc.summary.confirmed")
		if !s.Confirmed {
			state = w.T("scoredoc.summary.unconfirmed")
		}
		t.Rows = append(t.Rows, row(spanOf(part), s.Act(w.Lang), state))
	}
	return t
}

// byScheme parts years where the scheme changes.
func byScheme(years []eservice.YearResult) (out [][]eservice.YearResult) {
	return parted(years, func(a, b eservice.YearResult) bool { return a.Scheme.Code == b.Scheme.Code })
}

// scales parts years where the words of the grades change.
func scales(years []eservice.YearResult) [][]eservice.YearResult {
	return parted(years, func(a, b eservice.YearResult) bool { return a.Scheme.Scale == b.Scheme.Scale })
}

func parted(years []eservice.YearResult, same func(a, b eservice.YearResult) bool) (out [][]eservice.YearResult) {
	for i, y := range years {
		if i == 0 || !same(years[i-1], y) {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], y)
	}
	return out
}

func spanOf(years []eservice.YearResult) string {
	first, last := strconv.Itoa(years[0].Year), strconv.Itoa(years[len(years)-1].Year)
	if first == last {
		return first
	}
	return first + "–" + last
}

// rangeList says of each year how many bodies and services were assessed.
func rangeList(years []eservice.YearResult, w reports.Words) reports.List {
	var l reports.List
	for _, y := range years {
		l.Items = append(l.Items, reports.T(w.T("scoredoc.summary.range_year", "year", y.Year, "bodies", w.Int(y.Agencies), "services", w.Int(y.Services))))
	}
	return l
}

// figure is a line of an official table.
type figure struct {
	label string
	of    func(eservice.YearResult) string
	part  bool
}

func situation(w reports.Words) []figure {
	return []figure{
		{w.T("scoredoc.summary.bodies_n"), func(y eservice.YearResult) string { return w.Int(y.Agencies) }, false},
		{w.T("scoredoc.summary.services_n"), func(y eservice.YearResult) string { return w.Int(y.Services) }, false},
		{w.T("scoredoc.electronised"), func(y eservice.YearResult) string { return w.Int(y.Electronised) }, true},
		{w.T("scoredoc.not_electronised"), func(y eservice.YearResult) string { return w.Int(y.NotElectronised) }, true},
		{w.T("scoredoc.rate"), func(y eservice.YearResult) string { return w.Percent(y.Electronised, y.Services) }, false},
	}
}

func gradeLines(years []eservice.YearResult, w reports.Words) (out []figure) {
	for _, b := range bandsOf(years) {
		out = append(out, figure{w.T("scoredoc.summary.graded", "grade", w.Capital(b.Label(w.Lang))), func(y eservice.YearResult) string { return w.Int(y.Grades[b.Code]) }, false})
	}
	return out
}

// officialYears is the most years that stand beside each other on a page.
const officialYears = 6

// official is a table with indicators down and years across, the last ones
// when there are too many for the page.
func official(years []eservice.YearResult, w reports.Words, lines []figure) reports.Table {
	years = years[max(0, len(years)-officialYears):]
	t := reports.Table{Columns: []reports.Column{{Title: w.T("scoredoc.figure"), Width: 80}}}
	for i, y := range years {
		title := w.T("scoredoc.summary.results_of", "year", y.Year)
		if i > 0 && y.Break != nil {
			title = "‖ " + title
		}
		t.Columns = append(t.Columns, reports.Column{Title: title, Width: 24, Align: reports.Right})
	}
	for _, l := range lines {
		label := l.label
		if l.part {
			label = "– " + label
		}
		cells := []string{label}
		for _, y := range years {
			cells = append(cells, l.of(y))
		}
		t.Rows = append(t.Rows, row(cells...))
	}
	return t
}

// bodyTable lists the bodies of the year in the order of their rank.
func bodyTable(c eservice.Scorecard, w reports.Words) reports.Table {
	t := reports.Table{Small: true, Columns: []reports.Column{{Title: w.T("scoredoc.card.rank"), Width: 12, Align: reports.Right}, {Title: w.T("scoredoc.body"), Width: 74}, {Title: w.T("scoredoc.services"), Width: 22, Align: reports.Right},
		{Title: w.T("scoredoc.electronised"), Width: 30, Align: reports.Right}, {Title: w.T("scoredoc.rate"), Width: 24, Align: reports.Right}, {Title: w.T("scoredoc.mean_score"), Width: 18, Align: reports.Right}}}
	for _, a := range c.Agencies {
		rank := strconv.Itoa(a.Rank)
		if _, ok := a.MeanScoreMilli(); !ok {
			rank = "–"
		}
		t.Rows = append(t.Rows, row(rank, a.Agency.Name(w.Lang), w.Int(a.Services), w.Int(a.Electronised), w.Percent(a.Electronised, a.Services), mean(a.YearResult, w)))
	}
	return t
}

// bodySheet is a row for each body of the year.
func bodySheet(c eservice.Scorecard, w reports.Words) reports.Sheet {
	s := reports.Sheet{Name: w.T("scoredoc.sheet.bodies", "year", c.Year), Columns: []reports.SheetColumn{{Key: "rank", Title: w.T("scoredoc.card.rank"), Type: reports.IntCol}, {Key: "code", Title: w.T("scoredoc.code"), Width: 12}, {Key: "agency", Title: w.T("scoredoc.body"), Width: 50},
		{Key: "services", Title: w.T("scoredoc.services"), Type: reports.IntCol}, {Key: "electronised", Title: w.T("scoredoc.electronised"), Type: reports.IntCol}, {Key: "mean_score", Title: w.T("scoredoc.mean_score"), Type: reports.DecimalCol}}}
	for _, a := range c.Agencies {
		r := []any{a.Rank, a.Agency.Code, a.Agency.Name(w.Lang), a.Services, a.Electronised, nil}
		if m, ok := a.MeanScoreMilli(); ok {
			r[5] = eservice.MilliText(m, 3)
		} else {
			r[0] = nil
		}
		s.Rows = append(s.Rows, r)
	}
	return s
}

// annexes name the lists of services of the years for which they are known.
func annexes(years []eservice.YearResult, w reports.Words) reports.List {
	l := reports.List{Numbered: true}
	for _, y := range years {
		key := "scoredoc.summary.annex"
		if y.TotalsOnly {
			key = "scoredoc.summary.annex_none"
		}
		l.Items = append(l.Items, reports.T(strings.TrimSpace(w.T(key, "year", y.Year))))
	}
	return l
}

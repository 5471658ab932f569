package reports

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/i18n"
)

// scorecardDocument is the assessment of e-services: the national table with
// its break of method, the bodies of the year in focus, or one body's card.
func scorecardDocument(c eservice.Scorecard, w Words) Doc {
	d := w.Doc(w.T("report.scorecard.title"), w.T("report.scorecard.running"), "")
	d.Subtitle = scorecardYears(c)
	if c.Agency != nil {
		d.Title, d.Running, d.Subtitle = w.T("report.scorecard.card"), w.T("report.scorecard.card_running"), Joined(", ", c.Agency.Name(w.Lang), d.Subtitle)
	}
	d.ShortName = Joined(", ", w.T("report.scorecard.short"), scorecardYears(c))
	if c.Agency != nil {
		d.ShortName = Joined(", ", w.T("report.scorecard.short"), c.Agency.Code, scorecardYears(c))
	}
	w.At(&d, w.Today)
	if len(c.Years) == 0 {
		d.Add(w.Box(w.T("report.scorecard.none")))
		return d
	}
	n := 0
	d.Add(w.Section(&n, "report.scorecard.situation"), scorecardTable(c, w, situation(c, w)),
		w.Section(&n, "report.scorecard.levels"), scorecardTable(c, w, grades(c, w)))
	for _, b := range breaks(c) {
		d.Add(Note{Text: Join(B(w.T("report.scorecard.break", "before", b.before, "year", b.year)+" "), T(b.Break.Reason(w.Lang)))})
	}
	d.Add(Paragraph{Small: true, Text: T(w.T("report.scorecard.graded_only"))},
		w.Section(&n, "report.scorecard.distribution"), scorecardChart(c, w))
	switch {
	case c.Agency != nil && len(c.Services) > 0:
		d.Add(w.Section(&n, "report.scorecard.services_of", "year", c.Year), serviceTable(c, w))
	case len(c.Agencies) > 0:
		d.Add(w.Section(&n, "report.scorecard.agencies_of", "year", c.Year), agencyTable(c, w), Paragraph{Small: true, Text: T(w.T("report.scorecard.mean_note"))})
	default:
		d.Add(Paragraph{Small: true, Text: T(w.T("report.scorecard.totals_only", "year", c.Year))})
	}
	d.Add(w.Section(&n, "report.scorecard.basis"), schemeTable(c, w))
	return d
}

// scorecardYears is the range of years shown: 2013–2015.
func scorecardYears(c eservice.Scorecard) string {
	if len(c.Years) == 0 {
		return ""
	}
	first, last := c.Years[0].Year, c.Years[len(c.Years)-1].Year
	if first == last {
		return strconv.Itoa(first)
	}
	return fmt.Sprintf("%d–%d", first, last)
}

// indicator is one line of the official table: its words and its number in a
// year. A rate is a share, all else are counts.
type indicator struct {
	label string
	value func(eservice.YearResult) int64
	grade string // of the scheme of a year, else the line does not apply
	rate  bool   // electronised of all
	part  bool   // of the line above
}

// of says whether the line says anything of a year: grades of stars say nothing
// of a year of words.
func (l indicator) of(y eservice.YearResult) bool { return l.grade == "" || y.Scheme.Has(l.grade) }

// situation are the lines of the first official table.
func situation(c eservice.Scorecard, w Words) []indicator {
	out := []indicator{
		{label: w.T("report.scorecard.agencies"), value: func(y eservice.YearResult) int64 { return y.Agencies }},
		{label: w.T("report.scorecard.services"), value: func(y eservice.YearResult) int64 { return y.Services }},
		{label: w.T("report.scorecard.electronised"), value: func(y eservice.YearResult) int64 { return y.Electronised }, part: true},
		{label: w.T("report.scorecard.not_electronised"), value: func(y eservice.YearResult) int64 { return y.NotElectronised }, part: true},
		{label: w.T("report.scorecard.rate"), rate: true},
	}
	if c.Agency != nil {
		return out[1:]
	}
	return out
}

// grades are the lines of the second official table, lowest grade first.
func grades(c eservice.Scorecard, w Words) []indicator {
	var out []indicator
	for _, b := range bands(c) {
		out = append(out, indicator{label: w.T("report.scorecard.graded", "grade", w.Capital(b.Label(w.Lang))), grade: b.Code,
			value: func(y eservice.YearResult) int64 { return y.Grades[b.Code] }})
	}
	return out
}

// bands are the grades of all years, lowest first; a grade of two schemes
// stands once.
func bands(c eservice.Scorecard) (out []eservice.Band) {
	for _, y := range c.Years {
		for _, b := range y.Scheme.Bands {
			if !slices.ContainsFunc(out, func(o eservice.Band) bool { return o.Code == b.Code }) {
				out = append(out, b)
			}
		}
	}
	return out
}

// broken is a year that cannot be compared with the one shown before it.
type broken struct {
	eservice.Break

	before, year int
}

// breaks are the breaks of method between the years shown.
func breaks(c eservice.Scorecard) (out []broken) {
	for i, y := range c.Years {
		if i > 0 && y.Break != nil {
			out = append(out, broken{*y.Break, c.Years[i-1].Year, y.Year})
		}
	}
	return out
}

// scorecardTable is an official table: indicators down, years across, ‖ before
// a year that is not comparable with the one before.
func scorecardTable(c eservice.Scorecard, w Words, lines []indicator) Table {
	t := Table{Columns: []Column{{Title: w.T("report.scorecard.indicator"), Width: 80}}}
	for i, y := range c.Years {
		title := w.T("report.scorecard.year", "year", y.Year)
		if i > 0 && y.Break != nil {
			title = "‖ " + title
		}
		t.Columns = append(t.Columns, Column{Title: title, Width: 26, Align: Right})
	}
	for _, l := range lines {
		label := l.label
		if l.part {
			label = "– " + label
		}
		r := Row{Cells: []Text{T(label)}}
		for _, y := range c.Years {
			if l.rate {
				r.Cells = append(r.Cells, T(w.Percent(y.Electronised, y.Services)))
				continue
			}
			if !l.of(y) {
				r.Cells = append(r.Cells, T(i18n.None))
				continue
			}
			r.Cells = append(r.Cells, T(w.Int(l.value(y))))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// scorecardChart shows the grades as shares of the electronised services, a
// bar for each body of the year in focus with its mean score when they are
// known, else for each year with its mean grade.
func scorecardChart(c eservice.Scorecard, w Words) Chart {
	ch := Chart{Max: 100}
	list := bands(c)
	for _, b := range list {
		ch.Legend = append(ch.Legend, b.Label(w.Lang))
	}
	bar := func(label, mean string, y eservice.YearResult) Bar {
		b := Bar{Label: label, Text: w.T("report.scorecard.bar", "electronised", w.Int(y.Electronised), "services", w.Int(y.Services), "mean", mean)}
		for _, g := range list {
			b.Parts = append(b.Parts, 100*float64(y.Grades[g.Code])/float64(max(y.GradeSum(), 1)))
		}
		return b
	}
	if len(c.Agencies) > 0 {
		ch.Title = w.T("report.scorecard.chart_agencies", "year", c.Year)
		for _, a := range c.Agencies {
			ch.Bars = append(ch.Bars, bar(a.Agency.Name(w.Lang), w.meanScore(a.YearResult), a.YearResult))
		}
		return ch
	}
	ch.Title = w.T("report.scorecard.chart_years")
	for i, y := range c.Years {
		b := bar(strconv.Itoa(y.Year), w.meanGrade(y), y)
		if i > 0 && y.Break != nil {
			b.Break = w.T("report.scorecard.break_short")
		}
		ch.Bars = append(ch.Bars, b)
	}
	return ch
}

// meanGrade writes the mean grade with two decimals, or a dash.
func (w Words) meanGrade(y eservice.YearResult) string {
	m, ok := y.MeanGradeMilli()
	if !ok {
		return i18n.None
	}
	return w.Decimal(eservice.MilliText(m, 2))
}

// meanScore writes the mean score with one decimal, or a dash.
func (w Words) meanScore(y eservice.YearResult) string {
	m, ok := y.MeanScoreMilli()
	if !ok {
		return i18n.None
	}
	return w.Decimal(eservice.MilliText(m, 1))
}

package reports

import (
	"fmt"
	"slices"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/i18n"
)

// agencyTable ranks the bodies of the year in focus by mean score; one without
// a score has no rank.
func agencyTable(c eservice.Scorecard, w Words) Table {
	t := Table{Small: true, Columns: []Column{{Title: w.T("report.scorecard.rank"), Width: 10, Align: Right}, {Title: w.T("report.scorecard.agency"), Width: 52},
		{Title: w.T("report.scorecard.services"), Width: 18, Align: Right}, {Title: w.T("report.scorecard.electronised"), Width: 26, Align: Right},
		{Title: w.T("report.scorecard.rate"), Width: 24, Align: Right}}}
	var all []eservice.Band
	if f := c.Focus(); f != nil {
		all = f.Scheme.Bands
	}
	for _, b := range all {
		t.Columns = append(t.Columns, Column{Title: w.Capital(b.Label(w.Lang)), Width: 15, Align: Right})
	}
	t.Columns = append(t.Columns, Column{Title: w.T("report.scorecard.mean_score"), Width: 16, Align: Right})
	line := func(kind RowKind, rank, name string, y eservice.YearResult) {
		r := Row{Kind: kind, Cells: []Text{T(rank), T(name), T(w.Int(y.Services)), T(w.Int(y.Electronised)), T(w.Percent(y.Electronised, y.Services))}}
		for _, b := range all {
			r.Cells = append(r.Cells, T(w.Int(y.Grades[b.Code])))
		}
		r.Cells = append(r.Cells, T(w.meanScore(y)))
		t.Rows = append(t.Rows, r)
	}
	for _, a := range c.Agencies {
		rank := i18n.None
		if _, ok := a.MeanScoreMilli(); ok {
			rank = fmt.Sprint(a.Rank)
		}
		line(RowPlain, rank, a.Agency.Name(w.Lang), a.YearResult)
	}
	if f := c.Focus(); f != nil {
		line(RowTotal, "", w.T("report.total"), *f)
	}
	return t
}

// serviceTable lists the services of one body with level, score and grade.
func serviceTable(c eservice.Scorecard, w Words) Table {
	t := Table{Columns: []Column{{Title: "№", Width: 10, Align: Right}, {Title: w.T("report.scorecard.service"), Width: 82},
		{Title: w.T("report.scorecard.level"), Width: 38}, {Title: w.T("report.scorecard.score"), Width: 18, Align: Right}, {Title: w.T("report.scorecard.grade"), Width: 28}}}
	for i, s := range c.Services {
		grade, score := w.T("report.scorecard.not_graded"), i18n.None
		if s.Grade != nil {
			grade = s.Grade.Label(w.Lang)
		}
		if s.ScoreMilli != nil {
			score = w.Decimal(eservice.MilliText(*s.ScoreMilli, 1))
		}
		t.Rows = append(t.Rows, Cells(fmt.Sprint(i+1), i18n.InLang(w.Lang, s.Service.NameAZ, s.Service.NameEN), w.Code("eservice.level", s.Level), score, grade))
	}
	return t
}

// schemeTable names the legal act under which years were assessed, and says
// whether its bands are confirmed.
func schemeTable(c eservice.Scorecard, w Words) Table {
	t := Table{Columns: []Column{{Title: w.T("report.scorecard.of_year"), Width: 22}, {Title: w.T("report.scorecard.act"), Width: 76}, {Title: w.T("report.scorecard.bands"), Width: 78}}}
	for i := 0; i < len(c.Years); {
		y, years := c.Years[i], ""
		for ; i < len(c.Years) && c.Years[i].Scheme.Code == y.Scheme.Code; i++ {
			years = Joined(", ", years, fmt.Sprint(c.Years[i].Year))
		}
		state := w.T("report.scorecard.unconfirmed")
		if y.Scheme.Confirmed {
			state = w.T("report.scorecard.confirmed")
		}
		t.Rows = append(t.Rows, Cells(years, Joined(". ", y.Scheme.Title(w.Lang), y.Scheme.Act(w.Lang)), Joined(". ", state, y.Scheme.Note(w.Lang))))
	}
	return t
}

// scorecardSheets are: the years as the import reads them (also the CSV), the
// official table, the years with their rates, and the bodies or services.
func scorecardSheets(c eservice.Scorecard, w Words) []Sheet {
	out := []Sheet{yearData(c), officialTable(c, w), yearSheet(c, w)}
	out[0].Name, out[0].Title = w.T("report.scorecard.sheet_data"), w.T("report.scorecard.running")
	switch {
	case c.Agency != nil && len(c.Services) > 0:
		return append(out, serviceSheet(c, w))
	case len(c.Agencies) > 0:
		return append(out, agencySheet(c, w))
	}
	return out
}

// yearData are the years in the columns of "kis import assessments", so that
// what was exported can be imported again.
func yearData(c eservice.Scorecard) Sheet {
	s := Sheet{}
	schemes := make([]eservice.Scheme, len(c.Years))
	for i, y := range c.Years {
		schemes[i] = y.Scheme
	}
	grades := slices.Concat(eservice.Scales(schemes)...)
	for _, name := range append([]string{"year", "agencies", "services", "electronised", "not_electronised"}, grades...) {
		s.Columns = append(s.Columns, SheetColumn{Key: name, Title: name, Type: IntCol, Width: 16})
	}
	for _, y := range c.Years {
		r := []any{y.Year, y.Agencies, y.Services, y.Electronised, y.NotElectronised}
		for _, g := range grades {
			if y.Scheme.Has(g) {
				r = append(r, y.Grades[g])
			} else {
				r = append(r, nil)
			}
		}
		s.Rows = append(s.Rows, r)
	}
	return s
}

// officialTable is the table of the report on 2013-2015: indicators down,
// years across, whole numbers only.
func officialTable(c eservice.Scorecard, w Words) Sheet {
	s := Sheet{Name: w.T("report.scorecard.sheet_official"), Title: w.T("report.scorecard.running"),
		Columns: []SheetColumn{{Key: "indicator", Title: w.T("report.scorecard.indicator"), Width: 60}}}
	for i, y := range c.Years {
		title := w.T("report.scorecard.year", "year", y.Year)
		if i > 0 && y.Break != nil {
			title = "‖ " + title
		}
		s.Columns = append(s.Columns, SheetColumn{Key: fmt.Sprint(y.Year), Title: title, Type: IntCol, Width: 18})
	}
	for _, l := range append(situation(c, w), grades(c, w)...) {
		if l.rate {
			continue
		}
		r := []any{l.label}
		for _, y := range c.Years {
			if l.of(y) {
				r = append(r, l.value(y))
			} else {
				r = append(r, nil)
			}
		}
		s.Rows = append(s.Rows, r)
	}
	return s
}

// yearSheet is a row for each year, with its rate, its means and break: years
// known as totals have a mean grade and no mean score.
func yearSheet(c eservice.Scorecard, w Words) Sheet {
	s := Sheet{Name: w.T("report.scorecard.sheet_years"), Title: w.T("report.scorecard.running"), Columns: append([]SheetColumn{
		{Key: "year", Title: w.T("report.scorecard.of_year"), Type: IntCol}}, resultColumns(c, w)...)}
	s.Columns = append(s.Columns, SheetColumn{Key: "mean_grade", Title: w.T("report.scorecard.mean"), Type: DecimalCol, Decimals: 2},
		SheetColumn{Key: "break", Title: w.T("report.scorecard.break_column"), Width: 60},
		SheetColumn{Key: "legal_act", Title: w.T("report.scorecard.act"), Width: 50})
	for i, y := range c.Years {
		broke := ""
		if i > 0 && y.Break != nil {
			broke = y.Break.Reason(w.Lang)
		}
		var grade any
		if m, ok := y.MeanGradeMilli(); ok {
			grade = eservice.MilliText(m, 2)
		}
		s.Rows = append(s.Rows, append(append([]any{y.Year}, results(c, y)...), grade, broke, y.Scheme.Act(w.Lang)))
	}
	return s
}

// resultColumns and results are what is known of a year or a body.
func resultColumns(c eservice.Scorecard, w Words) []SheetColumn {
	out := []SheetColumn{{Key: "services", Title: w.T("report.scorecard.services"), Type: IntCol}, {Key: "electronised", Title: w.T("report.scorecard.electronised"), Type: IntCol},
		{Key: "not_electronised", Title: w.T("report.scorecard.not_electronised"), Type: IntCol}, {Key: "rate", Title: w.T("report.scorecard.rate"), Type: PercentCol}}
	for _, b := range bands(c) {
		out = append(out, SheetColumn{Key: b.Code, Title: w.Capital(b.Label(w.Lang)), Type: IntCol})
	}
	return append(out, SheetColumn{Key: "mean_score", Title: w.T("report.scorecard.mean_score"), Type: DecimalCol, Decimals: 3})
}

func results(c eservice.Scorecard, y eservice.YearResult) []any {
	out := []any{y.Services, y.Electronised, y.NotElectronised, Ratio{y.Electronised, y.Services}}
	for _, b := range bands(c) {
		if y.Scheme.Has(b.Code) {
			out = append(out, y.Grades[b.Code])
		} else {
			out = append(out, nil)
		}
	}
	if m, ok := y.MeanScoreMilli(); ok {
		return append(out, eservice.MilliText(m, 3))
	}
	return append(out, nil)
}

// agencySheet is a row for each body of the year in focus.
func agencySheet(c eservice.Scorecard, w Words) Sheet {
	s := Sheet{Name: w.T("report.scorecard.sheet_agencies", "year", c.Year), Title: w.T("report.scorecard.running"), Columns: append([]SheetColumn{
		{Key: "rank", Title: w.T("report.scorecard.rank"), Type: IntCol}, {Key: "code", Title: w.T("report.scorecard.code"), Width: 14},
		{Key: "agency", Title: w.T("report.scorecard.agency"), Width: 50}}, resultColumns(c, w)...)}
	for _, a := range c.Agencies {
		var rank any
		if _, ok := a.MeanScoreMilli(); ok {
			rank = a.Rank
		}
		s.Rows = append(s.Rows, append([]any{rank, a.Agency.Code, a.Agency.Name(w.Lang)}, results(c, a.YearResult)...))
	}
	return s
}

// serviceSheet is a row for each service of the body.
func serviceSheet(c eservice.Scorecard, w Words) Sheet {
	s := Sheet{Name: w.T("report.scorecard.sheet_services", "year", c.Year), Title: c.Agency.Name(w.Lang), Columns: []SheetColumn{
		{Key: "code", Title: w.T("report.scorecard.code"), Width: 16}, {Key: "service", Title: w.T("report.scorecard.service"), Width: 60},
		{Key: "level", Title: w.T("report.scorecard.level"), Width: 24}, {Key: "score", Title: w.T("report.scorecard.score"), Type: DecimalCol},
		{Key: "grade", Title: w.T("report.scorecard.grade"), Width: 20}}}
	for _, v := range c.Services {
		r := []any{v.Service.Code, i18n.InLang(w.Lang, v.Service.NameAZ, v.Service.NameEN), w.Code("eservice.level", v.Level), nil, ""}
		if v.ScoreMilli != nil {
			r[3] = eservice.MilliText(*v.ScoreMilli, 3)
		}
		if v.Grade != nil {
			r[4] = v.Grade.Label(w.Lang)
		}
		s.Rows = append(s.Rows, r)
	}
	return s
}

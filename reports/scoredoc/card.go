package scoredoc

import (
	"strconv"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/reports"
)

// cardYears is the most years on a card, so that it stays on one page.
const cardYears = 6

// agencyCard is the scorecard of a body on one page: how it stands in the year,
// the years beside each other, its grades, and its measures of national plans.
func agencyCard(c eservice.Scorecard, w reports.Words) reports.Doc {
	d := w.Doc(w.T("scoredoc.card.title"), w.T("scoredoc.card.running"), "")
	d.Subtitle = reports.Joined(", ", c.Agency.Name(w.Lang), strconv.Itoa(c.Year))
	d.ShortName = reports.Joined(", ", w.T("scoredoc.card.running"), c.Agency.Code, strconv.Itoa(c.Year))
	w.At(&d, w.Today)
	y := *c.Focus()
	facts := []reports.KV{
		{Key: w.T("scoredoc.services"), Value: reports.T(w.Int(y.Services))},
		{Key: w.T("scoredoc.electronised"), Value: reports.T(w.T("scoredoc.share", "n", w.Int(y.Electronised), "share", w.Percent(y.Electronised, y.Services)))},
		{Key: w.T("scoredoc.mean_score"), Value: reports.T(mean(y, w))},
		{Key: w.T("scoredoc.scheme"), Value: reports.T(y.Scheme.Title(w.Lang))},
	}
	if a := c.Standing; a != nil {
		facts = append(facts, reports.KV{Key: w.T("scoredoc.card.rank"), Value: reports.T(rankOf(c, w))}, reports.KV{Key: w.T("scoredoc.card.cell"), Value: reports.T(cellOf(*a, w))})
	}
	if len(y.Levels) > 0 {
		facts = append(facts, reports.KV{Key: w.T("eservice.level"), Value: reports.T(levelWords(y, y.Levels, w, "eservice.level", "full", "interactive", "informative", "none"))},
			reports.KV{Key: w.T("eservice.automation"), Value: reports.T(levelWords(y, y.Automation, w, "eservice.automation", "full", "partial", "manual", ""))})
	}
	n := 0
	d.Add(w.Section(&n, "scoredoc.card.standing", "year", c.Year), reports.KeyValue{Pairs: 2, Rows: facts},
		w.Section(&n, "scoredoc.card.grades"), gradeChart(y, w),
		w.Section(&n, "scoredoc.card.years"), yearTable(lastYears(c, cardYears), w))
	for i, x := range lastYears(c, cardYears) {
		if i > 0 && x.Break != nil {
			d.Add(reports.Note{Text: reports.Join(reports.B(w.T("scoredoc.break", "before", lastYears(c, cardYears)[i-1].Year, "year", x.Year)+" "), reports.T(x.Break.Reason(w.Lang)))})
		}
	}
	if len(c.Measures) > 0 {
		t := reports.Table{Columns: []reports.Column{{Title: w.T("scoredoc.card.plan"), Width: 90}, {Title: w.T("scoredoc.card.measures_by_status"), Width: 90}}}
		for _, m := range c.Measures {
			words := ""
			for _, k := range m.Counts {
				words = reports.Joined("; ", words, k.Status(w.Lang)+": "+strconv.Itoa(k.N))
			}
			t.Rows = append(t.Rows, row(m.Plan(w.Lang), w.Or(words)))
		}
		d.Add(w.Section(&n, "scoredoc.card.measures"), t)
	}
	d.Add(reports.Paragraph{Small: true, Text: reports.T(w.T("scoredoc.card.note"))})
	if !y.Scheme.Confirmed {
		d.Add(reports.Paragraph{Small: true, Text: reports.T(w.T("scoredoc.unconfirmed", "scheme", y.Scheme.Title(w.Lang)))})
	}
	return d
}

// levelWords says how many services are at each level that has any, the highest
// first.
func levelWords(y eservice.YearResult, counts map[string]int64, w reports.Words, key string, codes ...string) (out string) {
	for _, code := range codes {
		if n := counts[code]; n > 0 {
			if code == "" {
				code = "unknown"
			}
			out = reports.Joined("; ", out, w.T(key+"."+code)+": "+w.T("scoredoc.share", "n", w.Int(n), "share", w.Percent(n, y.Services)))
		}
	}
	return w.Or(out)
}

// lastYears are the last years shown, n at most.
func lastYears(c eservice.Scorecard, n int) []eservice.YearResult {
	return c.Years[max(0, len(c.Years)-n):]
}

// rankOf writes a rank among the bodies of the year, and says when it is shared.
func rankOf(c eservice.Scorecard, w reports.Words) string {
	if _, ok := c.Standing.MeanScoreMilli(); !ok {
		return i18n.None
	}
	key := "scoredoc.card.rank_of"
	if c.Standing.Sharing > 1 {
		key = "scoredoc.card.rank_shared"
	}
	return w.T(key, "rank", c.Standing.Rank, "bodies", c.Bodies, "n", c.Standing.Sharing)
}

// cellOf writes the field of the rating matrix.
func cellOf(a eservice.AgencyResult, w reports.Words) string {
	if a.CellY < 0 {
		return i18n.None
	}
	fifth := func(i int) string { return strconv.Itoa(20*i) + "–" + strconv.Itoa(20*i+20) }
	return w.T("scoredoc.card.cell_is", "rate", fifth(a.CellX), "mean", fifth(a.CellY))
}

// gradeChart has a bar for each grade of the year, the highest first, and says
// in words what the bar shows.
func gradeChart(y eservice.YearResult, w reports.Words) reports.Chart {
	ch := reports.Chart{Max: float64(max(y.Services, 1))}
	for i := len(y.Scheme.Bands) - 1; i >= 0; i-- {
		b := y.Scheme.Bands[i]
		ch.Bars = append(ch.Bars, reports.Bar{Label: w.Capital(b.Label(w.Lang)), Parts: []float64{float64(y.Grades[b.Code])}, Text: w.T("scoredoc.share", "n", w.Int(y.Grades[b.Code]), "share", w.Percent(y.Grades[b.Code], y.Services))})
	}
	ch.Bars = append(ch.Bars, reports.Bar{Label: w.T("scoredoc.not_electronised"), Parts: []float64{float64(y.NotElectronised)}, Text: w.T("scoredoc.share", "n", w.Int(y.NotElectronised), "share", w.Percent(y.NotElectronised, y.Services))})
	return ch
}

// yearTable puts years beside each other; ‖ stands before a year that cannot
// be compared with the one before, and no trend is given there.
func yearTable(years []eservice.YearResult, w reports.Words) reports.Table {
	t := reports.Table{Columns: []reports.Column{{Title: w.T("scoredoc.figure"), Width: 60}}}
	for i, y := range years {
		title := strconv.Itoa(y.Year)
		if i > 0 && y.Break != nil {
			title = "‖ " + title
		}
		t.Columns = append(t.Columns, reports.Column{Title: title, Width: 22, Align: reports.Right})
	}
	line := func(key string, figure func(i int) string) {
		cells := []string{w.T(key)}
		for i := range years {
			cells = append(cells, figure(i))
		}
		t.Rows = append(t.Rows, row(cells...))
	}
	line("scoredoc.services", func(i int) string { return w.Int(years[i].Services) })
	line("scoredoc.electronised", func(i int) string { return w.Int(years[i].Electronised) })
	line("scoredoc.rate", func(i int) string { return w.Percent(years[i].Electronised, years[i].Services) })
	line("scoredoc.trend", func(i int) string { return trend(eservice.RateTrend(years, i), w) })
	line("scoredoc.mean_score", func(i int) string { return mean(years[i], w) })
	line("scoredoc.trend", func(i int) string { return trend(eservice.ScoreTrend(years, i), w) })
	return t
}

func trend(t eservice.Trend, w reports.Words) string {
	if t == eservice.TrendNone {
		return i18n.None
	}
	return w.T("eservice.trend." + string(t))
}

func mean(y eservice.YearResult, w reports.Words) string {
	m, ok := y.MeanScoreMilli()
	if !ok {
		return i18n.None
	}
	return w.Decimal(eservice.MilliText(m, 1))
}

// cardSheets are the years of the body and its services of the year.
func cardSheets(c eservice.Scorecard, w reports.Words) []reports.Sheet {
	s := reports.Sheet{Name: w.T("scoredoc.sheet.services", "year", c.Year), Title: c.Agency.Name(w.Lang), Columns: []reports.SheetColumn{{Key: "code", Title: w.T("scoredoc.code"), Width: 16}, {Key: "service", Title: w.T("scoredoc.service"), Width: 60},
		{Key: "level", Title: w.T("scoredoc.level"), Width: 24}, {Key: "score", Title: w.T("scoredoc.score"), Type: reports.DecimalCol}, {Key: "grade", Title: w.T("scoredoc.grade"), Width: 20}}}
	for _, v := range c.Services {
		grade := w.T("scoredoc.not_graded")
		if v.Grade != nil {
			grade = v.Grade.Label(w.Lang)
		}
		s.Rows = append(s.Rows, []any{v.Service.Code, i18n.InLang(w.Lang, v.Service.NameAZ, v.Service.NameEN), w.Code("eservice.level", v.Level), exact(v.ScoreMilli), grade})
	}
	return []reports.Sheet{yearSheet(c, w), s}
}

// yearSheet is a row for each year; grades of all schemes have a column each.
func yearSheet(c eservice.Scorecard, w reports.Words) reports.Sheet {
	s := reports.Sheet{Name: w.T("scoredoc.sheet.years"), Columns: []reports.SheetColumn{{Key: "year", Title: w.T("scoredoc.year"), Type: reports.IntCol}, {Key: "scheme", Title: w.T("scoredoc.scheme"), Width: 14}, {Key: "break", Title: w.T("scoredoc.break_column"), Width: 40},
		{Key: "agencies", Title: w.T("scoredoc.bodies"), Type: reports.IntCol}, {Key: "services", Title: w.T("scoredoc.services"), Type: reports.IntCol}, {Key: "electronised", Title: w.T("scoredoc.electronised"), Type: reports.IntCol},
		{Key: "not_electronised", Title: w.T("scoredoc.not_electronised"), Type: reports.IntCol}, {Key: "mean_score", Title: w.T("scoredoc.mean_score"), Type: reports.DecimalCol}}}
	list := bandsOf(c.Years)
	for _, b := range list {
		s.Columns = append(s.Columns, reports.SheetColumn{Key: b.Code, Title: b.Label(w.Lang), Type: reports.IntCol})
	}
	for _, y := range c.Years {
		r := []any{y.Year, y.Scheme.Code, "", y.Agencies, y.Services, y.Electronised, y.NotElectronised, nil}
		if y.Break != nil {
			r[2] = y.Break.Reason(w.Lang)
		}
		if m, ok := y.MeanScoreMilli(); ok {
			r[7] = eservice.MilliText(m, 3)
		}
		for _, b := range list {
			if _, has := bandOf(y.Scheme, b.Code); has {
				r = append(r, y.Grades[b.Code])
			} else {
				r = append(r, nil)
			}
		}
		s.Rows = append(s.Rows, r)
	}
	return s
}

// bandsOf are the grades of years, lowest first; a grade of two schemes stands
// once, those of another scale after them.
func bandsOf(years []eservice.YearResult) (out []eservice.Band) {
	seen := map[string]bool{}
	for _, y := range years {
		for _, b := range y.Scheme.Bands {
			if !seen[b.Code] {
				seen[b.Code] = true
				out = append(out, b)
			}
		}
	}
	return out
}

func bandOf(s eservice.Scheme, code string) (eservice.Band, bool) {
	for _, b := range s.Bands {
		if b.Code == code {
			return b, true
		}
	}
	return eservice.Band{}, false
}

package scoredoc

import (
	"strconv"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/reports"
)

// gradeList is the list of the services of a year by grade, the highest first.
func gradeList(g graded, w reports.Words) reports.Doc {
	d := w.Doc(w.T("scoredoc.grades.title"), w.T("scoredoc.grades.running"), "")
	d.Subtitle = w.T("scoredoc.grades.year", "year", g.Year.Year)
	d.ShortName = reports.Joined(", ", w.T("scoredoc.grades.running"), strconv.Itoa(g.Year.Year))
	w.At(&d, w.Today)
	d.Add(reports.Paragraph{Text: reports.T(w.T("scoredoc.grades.text", "services", w.Int(g.Year.Services), "electronised", w.Int(g.Year.Electronised), "scheme", g.Year.Scheme.Title(w.Lang)))})
	t := reports.Table{Small: true, Columns: []reports.Column{{Title: w.T("scoredoc.no"), Width: 10, Align: reports.Right}, {Title: w.T("scoredoc.body"), Width: 50}, {Title: w.T("scoredoc.service"), Width: 74}, {Title: w.T("scoredoc.level"), Width: 36}, {Title: w.T("scoredoc.score"), Width: 16, Align: reports.Right}}}
	last, n := "", map[string]int64{}
	for _, r := range g.list {
		n[wordOf(r, w)]++
	}
	for i, r := range g.list {
		if word := wordOf(r, w); word != last || i == 0 {
			t.Rows = append(t.Rows, reports.Row{Kind: reports.RowGroup, Cells: []reports.Text{reports.T(w.T("scoredoc.grades.group", "grade", w.Capital(word), "n", w.Int(n[word])))}})
			last = word
		}
		t.Rows = append(t.Rows, row(strconv.Itoa(i+1), r.Agency.Name(w.Lang), i18n.InLang(w.Lang, r.Service.NameAZ, r.Service.NameEN), w.Code("eservice.level", r.Level), score(r.ScoreMilli, w)))
	}
	d.Add(t)
	return d
}

// wordOf is the word of a service's grade.
func wordOf(r eservice.Graded, w reports.Words) string {
	if r.Grade == nil {
		return w.T("scoredoc.grades.none")
	}
	return r.Grade.Label(w.Lang)
}

// gradeSheet is the same as a sheet, read page by page as it is written.
func gradeSheet(g graded, w reports.Words) reports.Sheet {
	return reports.Sheet{Name: w.T("scoredoc.sheet.grades", "year", g.Year.Year), Columns: []reports.SheetColumn{{Key: "grade", Title: w.T("scoredoc.grade"), Width: 18}, {Key: "agency", Title: w.T("scoredoc.body_code"), Width: 12},
		{Key: "agency_name", Title: w.T("scoredoc.body"), Width: 40}, {Key: "code", Title: w.T("scoredoc.code"), Width: 16}, {Key: "service", Title: w.T("scoredoc.service"), Width: 60}, {Key: "level", Title: w.T("scoredoc.level"), Width: 22},
		{Key: "score", Title: w.T("scoredoc.score"), Type: reports.DecimalCol}}, Source: func(yield func([]any, error) bool) {
		for r, err := range g.rows {
			if !yield([]any{wordOf(r, w), r.Agency.Code, r.Agency.Name(w.Lang), r.Service.Code, i18n.InLang(w.Lang, r.Service.NameAZ, r.Service.NameEN), w.Code("eservice.level", r.Level), exact(r.ScoreMilli)}, err) || err != nil {
				return
			}
		}
	}}
}

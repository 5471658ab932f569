package reports

import (
	"strings"

	"github.com/kis-platform/kis/planning"
)

// measuresDocument is the yearly report on a national plan in the four columns
// of the official form: Sıra N-si, Tədbirin adı, İcra müddəti, Görülmüş işlər.
// Nothing else stands in the table.
func measuresDocument(v planning.MeasuresReport, w Words) Doc {
	title := "report.measures.title" // names the office whose texts these are
	if w.inst != "" {
		title = "report.measures.title_other"
	}
	d := w.Doc(w.T(title, "plan", v.Plan.Title(w.Lang), "year", v.Year),
		w.T("report.measures.running", "plan", v.Plan.Title(w.Lang), "year", v.Year), "")
	d.Landscape = true
	d.ShortName = w.T("report.measures.short", "plan", v.Plan.Code, "year", v.Year)
	if v.Report.Letter != "" {
		d.Number = "№ " + v.Report.Letter
	}
	w.At(&d, v.Report.SignedOn)
	t := Table{Empty: w.T("report.measures.none"), Columns: []Column{{Title: w.T("report.measures.no"), Width: 14}, {Title: w.T("report.measures.name"), Width: 84},
		{Title: w.T("report.measures.term"), Width: 26}, {Title: w.T("report.measures.done"), Width: 140}}}
	for _, r := range v.Rows {
		t.Rows = append(t.Rows, Cells(numbered(r.Number), r.Title(w.Lang), r.Period, w.done(r)))
	}
	d.Add(KeyValue{Pairs: 2, Rows: []KV{
		{w.T("report.measures.basis"), T(w.Or(v.Plan.Act(w.Lang)))},
		{w.T("report.measures.addressee"), T(w.Or(strings.ReplaceAll(v.Plan.ReportTo(w.Lang), " | ", "; ")))},
		{w.T("report.measures.due"), T(w.Day(v.Due))},
		{w.T("report.measures.sent"), T(w.sent(v.Report))},
	}}, Heading{2, w.T("report.measures.work")}, t, Heading{2, w.T("report.signatures")}, Signatures{[]Signature{{Role: w.T("report.sign.management")}, {Role: w.T("report.sign.measures")}}})
	return d
}

// numbered writes the number of a measure with its point, as in the form.
func numbered(no string) string { return strings.TrimSuffix(no, ".") + "." }

// done is the fourth column: what was done, in the words of the department,
// with its figures; or that nobody has written.
func (w Words) done(r planning.MeasureReportRow) string {
	text := strings.TrimSpace(r.Narrative)
	if text == "" {
		return w.T("report.measures.not_written")
	}
	if r.Figures != "" && !strings.Contains(text, r.Figures) {
		text += "\n" + w.T("report.measures.figures", "text", r.Figures)
	}
	return text
}

// sent is when the report was signed and sent.
func (w Words) sent(r planning.YearReport) string {
	if r.SentOn == "" {
		return w.T("report.measures.not_sent")
	}
	return Joined(", ", w.Day(r.SentOn), r.Letter)
}

// measuresSheets is the same table as a sheet. Only the workbook has the
// status beside the four columns.
func measuresSheets(v planning.MeasuresReport, w Words, status bool) []Sheet {
	s := Sheet{Name: w.T("report.measures.sheet", "year", v.Year), Title: w.T("report.measures.running", "plan", v.Plan.Title(w.Lang), "year", v.Year),
		Columns: []SheetColumn{{Key: "no", Title: w.T("report.measures.no"), Width: 9}, {Key: "measure", Title: w.T("report.measures.name"), Width: 60},
			{Key: "term", Title: w.T("report.measures.term"), Width: 14}, {Key: "work_done", Title: w.T("report.measures.done"), Width: 100}}}
	if status {
		s.Columns = append(s.Columns, SheetColumn{Key: "status", Title: w.T("report.measures.status"), Width: 24})
	}
	for _, r := range v.Rows {
		row := []any{numbered(r.Number), r.Title(w.Lang), r.Period, strings.TrimSpace(Joined("\n", r.Narrative))}
		if status {
			row = append(row, w.status(r))
		}
		s.Rows = append(s.Rows, row)
	}
	return []Sheet{s}
}

// status is the decided status in words; of an ongoing measure also whether it
// was done in the year.
func (w Words) status(r planning.MeasureReportRow) string {
	name := r.StatusName(w.Lang)
	if name == "" {
		return w.T("report.measures.undecided")
	}
	if r.Done != nil {
		key := "report.measures.year_not_done"
		if *r.Done {
			key = "report.measures.year_done"
		}
		return Joined(", ", name, w.T(key))
	}
	return name
}

package reports

import (
	"strings"

	"github.com/kis-platform/kis/planning"
)

// measuresDocument is the yearly report on a national plan in the four columns
// of the official form: Sıra N-si, Tədbirin adı, İcra müddəti, Görülmüş işlər.
// Nothing else stands in the table.
func measuresDocument(v planning.MeasuresReport, w words) Doc {
	title := "report.measures.title" // names the office whose texts these are
	if w.inst != "" {
		title = "report.measures.title_other"
	}
	d := w.doc(w.t(title, "plan", v.Plan.Title(w.lang), "year", w.nth(v.Year)),
		w.t("report.measures.running", "plan", v.Plan.Title(w.lang), "year", w.nth(v.Year)), "")
	d.Landscape = true
	d.ShortName = w.t("report.measures.short", "plan", v.Plan.Code, "year", v.Year)
	if v.Report.Letter != "" {
		d.Number = "№ " + v.Report.Letter
	}
	w.at(&d, v.Report.SignedOn)
	t := Table{Empty: w.t("report.measures.none"), Columns: []Column{{Title: w.t("report.measures.no"), Width: 14}, {Title: w.t("report.measures.name"), Width: 84},
		{Title: w.t("report.measures.term"), Width: 26}, {Title: w.t("report.measures.done"), Width: 140}}}
	for _, r := range v.Rows {
		t.Rows = append(t.Rows, Cells(numbered(r.Number), r.Title(w.lang), r.Period, w.done(r)))
	}
	d.Add(KeyValue{Pairs: 2, Rows: []KV{
		{w.t("report.measures.basis"), T(w.or(v.Plan.Act(w.lang)))},
		{w.t("report.measures.addressee"), T(w.or(strings.ReplaceAll(v.Plan.ReportTo(w.lang), " | ", "; ")))},
		{w.t("report.measures.due"), T(w.day(v.Due))},
		{w.t("report.measures.sent"), T(w.sent(v.Report))},
	}}, Heading{2, w.t("report.measures.work")}, t, Heading{2, w.t("report.signatures")}, Signatures{[]Signature{{Role: w.t("report.sign.management")}, {Role: w.t("report.sign.measures")}}})
	return d
}

// numbered writes the number of a measure with its point, as in the form.
func numbered(no string) string { return strings.TrimSuffix(no, ".") + "." }

// done is the fourth column: what was done, in the words of the department,
// with its figures; or that nobody has written.
func (w words) done(r planning.MeasureReportRow) string {
	text := strings.TrimSpace(r.Narrative)
	if text == "" {
		return w.t("report.measures.not_written")
	}
	if r.Figures != "" && !strings.Contains(text, r.Figures) {
		text += "\n" + w.t("report.measures.figures", "text", r.Figures)
	}
	return text
}

// sent is when the report was signed and sent.
func (w words) sent(r planning.YearReport) string {
	if r.SentOn == "" {
		return w.t("report.measures.not_sent")
	}
	return list(", ", w.day(r.SentOn), r.Letter)
}

// measuresSheets is the same table as a sheet. Only the workbook has the
// status beside the four columns.
func measuresSheets(v planning.MeasuresReport, w words, status bool) []Sheet {
	s := Sheet{Name: w.t("report.measures.sheet", "year", v.Year), Title: w.t("report.measures.running", "plan", v.Plan.Title(w.lang), "year", w.nth(v.Year)),
		Columns: []SheetColumn{{Key: "no", Title: w.t("report.measures.no"), Width: 9}, {Key: "measure", Title: w.t("report.measures.name"), Width: 60},
			{Key: "term", Title: w.t("report.measures.term"), Width: 14}, {Key: "work_done", Title: w.t("report.measures.done"), Width: 100}}}
	if status {
		s.Columns = append(s.Columns, SheetColumn{Key: "status", Title: w.t("report.measures.status"), Width: 24})
	}
	for _, r := range v.Rows {
		row := []any{numbered(r.Number), r.Title(w.lang), r.Period, strings.TrimSpace(list("\n", r.Narrative))}
		if status {
			row = append(row, w.status(r))
		}
		s.Rows = append(s.Rows, row)
	}
	return []Sheet{s}
}

// status is the decided status in words; of an ongoing measure also whether it
// was done in the year.
func (w words) status(r planning.MeasureReportRow) string {
	name := r.StatusName(w.lang)
	if name == "" {
		return w.t("report.measures.undecided")
	}
	if r.Done != nil {
		key := "report.measures.year_not_done"
		if *r.Done {
			key = "report.measures.year_done"
		}
		return list(", ", name, w.t(key))
	}
	return name
}

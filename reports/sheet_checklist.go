package reports

import (
	"io"
	"strconv"

	"github.com/kis-platform/kis/audit/checklist"
)

// ChecklistTemplate writes a version of a checklist template as a workbook
// that imports again without loss: the questions, and what the template is
// called on a second sheet.
func (s *Service) ChecklistTemplate(w io.Writer, t checklist.Sheet) error {
	wide := map[string]float64{"question_az": 60, "question_en": 60, "guidance_az": 60, "guidance_en": 60}
	return WriteXLSX(w, textSheet("questions", t.Code, checklist.Columns(), t.Lines(), wide),
		textSheet(checklist.HeadSheet, t.Code, checklist.HeadColumns(), t.HeadLines(), map[string]float64{"value": 80}))
}

// ChecklistAnswers writes the checklist of an audit as a workbook whose
// answers import again.
func (s *Service) ChecklistAnswers(w io.Writer, title string, lines [][]string) error {
	sheet := textSheet("checklist", title, checklist.AnswerColumns(), lines, map[string]float64{"id": 12, "question_az": 50, "question_en": 50, "guidance_az": 30,
		"guidance_en": 30, "answer": 16, "note": 50, "sample_result": 30, "evidence": 20})
	for i, c := range sheet.Columns {
		if c.Key != "population" && c.Key != "sample" && c.Key != "version" {
			continue
		}
		sheet.Columns[i].Type = IntCol
		for _, row := range sheet.Rows {
			row[i] = count(row[i])
		}
	}
	return WriteXLSX(w, sheet)
}

// count is a whole number out of its text, nothing for an empty cell.
func count(v any) any {
	n, err := strconv.ParseInt(v.(string), 10, 64)
	if err != nil {
		return nil
	}
	return n
}

// textSheet is a sheet of texts whose header are the names by which it is read
// again.
func textSheet(name, title string, columns []string, lines [][]string, wide map[string]float64) Sheet {
	out := Sheet{Name: name, Title: title}
	for _, c := range columns {
		out.Columns = append(out.Columns, SheetColumn{Key: c, Title: c, Width: max(wide[c], 12)})
	}
	for _, l := range lines {
		row := make([]any, len(l))
		for i, text := range l {
			row[i] = text
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

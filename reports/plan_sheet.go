package reports

import (
	"context"
	"io"
	"strconv"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning"
)

// PlanSheet writes a plan as XLSX or CSV in the columns in which it can be
// brought back; every cell is a text, so that no program reads it as anything
// else.
func (s *Service) PlanSheet(ctx context.Context, w io.Writer, format, lang string, key planning.Key) error {
	p, err := s.planning.Plan(ctx, key)
	if err != nil {
		return err
	}
	title := i18n.T(i18n.Pick(lang), "planning.sheet.title", "plan", p.KindOf.Name(i18n.Pick(lang))+", "+strconv.Itoa(p.Year))
	sheet := Sheet{Name: p.Label(), Title: title}
	widths := map[string]float64{"text": 60, "expected_result": 40, "indicator": 30, "basis_label": 30, "id": 38}
	for _, c := range planning.SheetColumns() {
		sheet.Columns = append(sheet.Columns, SheetColumn{Key: c, Title: c, Width: max(widths[c], 14)})
	}
	for _, it := range p.Items {
		var row []any
		for _, text := range planning.SheetRow(it) {
			row = append(row, text)
		}
		sheet.Rows = append(sheet.Rows, row)
	}
	return writeSheet(w, format, sheet)
}

package reports

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	quality "github.com/kis-platform/kis/kis/indicator"
)

// collectIndicators takes what collectCycle takes.
func (s *Service) collectIndicators(ctx context.Context, r Request, w words) (material, error) {
	if s.Indicators == nil {
		return material{}, apperr.Missing("document")
	}
	id, err := s.cycleOf(ctx, r)
	if err != nil {
		return material{}, err
	}
	sheet, err := s.Indicators.Cycle(ctx, id)
	if err != nil {
		return material{}, err
	}
	cy := sheet.Cycle
	title := list(", ", w.t("indicator.title"), cy.Process.Title(w.lang), cy.Period)
	return material{object: id, number: list(", ", cy.Process.Code, cy.Period), dated: s.kis.Today(),
		name: fileName(w.t("report.file.indicators", "process", cy.Process.Code, "period", cy.Period)),
		doc:  func() Doc { return w.doc(title, w.t("indicator.title"), cy.Period) }, sheets: func() []Sheet { return indicatorSheets(sheet, title, w) }}, nil
}

// indicatorSheets has a row for each indicator, in the columns that are read
// back.
func indicatorSheets(s quality.Sheet, title string, w words) []Sheet {
	out := Sheet{Name: w.t("indicator.title"), Title: title, Columns: []SheetColumn{
		{Width: 10}, {Width: 40}, {Width: 10}, {Width: 40}, {Type: DecimalCol}, {Type: DecimalCol}, {Type: DecimalCol}, {Type: DecimalCol}, {Width: 18}, {Width: 16}, {Type: IntCol}, {Width: 40}}}
	for i, key := range quality.SheetColumns() { // in no language, so that the sheet can be filled in and brought back
		out.Columns[i].Key, out.Columns[i].Title = key, key
	}
	number := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	for _, l := range s.Lines {
		v, source := quality.Value{Version: l.Number, Note: l.WhyNot}, ""
		if l.Value != nil {
			v, source = *l.Value, w.t("indicator.source."+string(l.Value.Source))
		}
		out.Rows = append(out.Rows, []any{l.Code, l.Name(w.lang), l.GSBPM, l.Formula(w.lang), number(v.Value), number(v.Numerator), number(v.Denominator),
			number(l.Target), w.t("indicator.verdict." + string(l.Verdict)), source, v.Version, v.Note})
	}
	return []Sheet{out}
}

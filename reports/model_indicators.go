package reports

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	quality "github.com/kis-platform/kis/kis/indicator"
)

// collectIndicators takes what collectCycle takes.
func (s *Service) collectIndicators(ctx context.Context, r Request, w Words) (material, error) {
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
	title := Joined(", ", w.T("indicator.title"), cy.Process.Title(w.Lang), cy.Period)
	return material{object: id, number: Joined(", ", cy.Process.Code, cy.Period), dated: s.kis.Today(),
		name: fileName(w.T("report.file.indicators", "process", cy.Process.Code, "period", cy.Period)),
		doc:  func() Doc { return w.Doc(title, w.T("indicator.title"), cy.Period) }, sheets: func() []Sheet { return indicatorSheets(sheet, title, w) }}, nil
}

// indicatorSheets has a row for each indicator, in the columns that are read
// back.
func indicatorSheets(s quality.Sheet, title string, w Words) []Sheet {
	out := Sheet{Name: w.T("indicator.title"), Title: title, Columns: []SheetColumn{
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
			v, source = *l.Value, w.T("indicator.source."+string(l.Value.Source))
		}
		out.Rows = append(out.Rows, []any{l.Code, l.Name(w.Lang), l.GSBPM, l.Formula(w.Lang), number(v.Value), number(v.Numerator), number(v.Denominator),
			number(l.Target), w.T("indicator.verdict." + string(l.Verdict)), source, v.Version, v.Note})
	}
	return []Sheet{out}
}

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

// indicatorSheets has a row for each indicator.
func indicatorSheets(s quality.Sheet, title string, w words) []Sheet {
	out := Sheet{Name: w.t("indicator.title"), Title: title, Columns: []SheetColumn{
		{Key: "code", Title: w.t("report.cycle.code"), Width: 10}, {Key: "name", Title: w.t("indicator.one"), Width: 40},
		{Key: "gsbpm", Title: w.t("indicator.sub"), Width: 10}, {Key: "formula", Title: w.t("indicator.formula"), Width: 40},
		{Key: "value", Title: w.t("indicator.value"), Type: DecimalCol}, {Key: "numerator", Title: w.t("indicator.numerator"), Type: DecimalCol},
		{Key: "denominator", Title: w.t("indicator.denominator"), Type: DecimalCol}, {Key: "target", Title: w.t("indicator.target"), Type: DecimalCol},
		{Key: "verdict", Title: w.t("indicator.verdict"), Width: 18}, {Key: "source", Title: w.t("indicator.source"), Width: 16},
		{Key: "version", Title: w.t("indicator.version"), Type: IntCol}, {Key: "note", Title: w.t("indicator.note"), Width: 40}}}
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

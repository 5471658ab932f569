package reports

import (
	"context"
	"io"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/inquiry"
)

// RequestList writes the evidence requests under a filter as XLSX or CSV, with
// the rights of whoever asks. It streams.
func (s *Service) RequestList(ctx context.Context, w io.Writer, format, lang string, f inquiry.RequestFilter) error {
	return writeSheet(w, format, s.requestSheet(ctx, i18n.Pick(lang), f))
}

// DiscrepancyList does the same for discrepancy notes.
func (s *Service) DiscrepancyList(ctx context.Context, w io.Writer, format, lang string, f inquiry.DiscrepancyFilter) error {
	return writeSheet(w, format, s.discrepancySheet(ctx, i18n.Pick(lang), f))
}

func writeSheet(w io.Writer, format string, sheet Sheet) error {
	switch format {
	case XLSX:
		return WriteXLSX(w, sheet)
	case CSV:
		return WriteCSV(w, sheet)
	}
	return apperr.InvalidField("format", "error.field.choice")
}

func (s *Service) requestSheet(ctx context.Context, lang string, f inquiry.RequestFilter) Sheet {
	t := func(key string) string { return i18n.T(lang, key) }
	sheet := Sheet{Name: t("inquiry.request.title"), Title: t("inquiry.request.title"), Columns: []SheetColumn{
		{Key: "number", Title: t("inquiry.column.number")},
		{Key: "title", Title: t("inquiry.request.subject"), Width: 50},
		{Key: "process", Title: t("kis.process.one"), Width: 30},
		{Key: "cycle", Title: t("kis.cycle.one")},
		{Key: "task", Title: t("kis.task.one")},
		{Key: "asked_by", Title: t("inquiry.request.asker"), Width: 25},
		{Key: "asked_at", Title: t("inquiry.column.asked_at"), Type: TimeCol},
		{Key: "department", Title: t("kis.user.department")},
		{Key: "addressee", Title: t("inquiry.request.asked"), Width: 25},
		{Key: "due", Title: t("inquiry.request.due"), Type: DateCol},
		{Key: "answered_at", Title: t("inquiry.column.answered_at"), Type: TimeCol},
		{Key: "state", Title: t("kis.cycle.table.state")},
	}}
	sheet.Source = func(yield func([]any, error) bool) {
		for r, err := range s.Inquiry.EachRequest(ctx, f) {
			if err != nil {
				yield(nil, err)
				return
			}
			addressee, answered := r.AddresseeName, any(nil)
			if addressee == "" {
				addressee = t("inquiry.request.head")
			}
			if !r.AnsweredAt.IsZero() {
				answered = r.AnsweredAt.In(s.kis.Zone)
			}
			if !yield([]any{r.Number, r.Request.Title, r.Process(lang), r.Period, r.Code, r.AskedByName, r.AskedAt.In(s.kis.Zone), r.Department.Code, addressee,
				r.Due, answered, t("inquiry.request.state." + string(r.State))}, nil) {
				return
			}
		}
	}
	return sheet
}

func (s *Service) discrepancySheet(ctx context.Context, lang string, f inquiry.DiscrepancyFilter) Sheet {
	t := func(key string) string { return i18n.T(lang, key) }
	sheet := Sheet{Name: t("inquiry.discrepancy.title"), Title: t("inquiry.discrepancy.title"), Columns: []SheetColumn{
		{Key: "number", Title: t("inquiry.column.number")},
		{Key: "process", Title: t("kis.process.one"), Width: 30},
		{Key: "cycle", Title: t("kis.cycle.one")},
		{Key: "task", Title: t("kis.task.one")},
		{Key: "department", Title: t("kis.user.department")},
		{Key: "found", Title: t("inquiry.discrepancy.found"), Width: 60},
		{Key: "cases", Title: t("inquiry.discrepancy.cases"), Type: IntCol},
		{Key: "size", Title: t("inquiry.discrepancy.size"), Width: 25},
		{Key: "source", Title: t("inquiry.discrepancy.source"), Width: 40},
		{Key: "noted_by", Title: t("inquiry.discrepancy.noted"), Width: 25},
		{Key: "noted_at", Title: t("inquiry.column.noted_at"), Type: TimeCol},
		{Key: "due", Title: t("inquiry.discrepancy.due"), Type: DateCol},
		{Key: "explanation", Title: t("inquiry.discrepancy.explanation"), Width: 60},
		{Key: "explained_at", Title: t("inquiry.column.explained_at"), Type: TimeCol},
		{Key: "state", Title: t("kis.cycle.table.state")},
		{Key: "act", Title: t("inquiry.discrepancy.act")},
	}}
	sheet.Source = func(yield func([]any, error) bool) {
		for r, err := range s.Inquiry.EachDiscrepancy(ctx, f) {
			if err != nil {
				yield(nil, err)
				return
			}
			act, explained := "", any(nil)
			if r.Act != nil {
				act = r.Act.Number
			}
			if !r.ExplainedAt.IsZero() {
				explained = r.ExplainedAt.In(s.kis.Zone)
			}
			if !yield([]any{r.Number, r.Process(lang), r.Period, r.Code, r.Department.Code, r.Found, r.Cases, r.Discrepancy.Size, r.Source, r.NotedByName,
				r.NotedAt.In(s.kis.Zone), r.Due, r.Explanation, explained, t("inquiry.discrepancy.state." + string(r.State)), act}, nil) {
				return
			}
		}
	}
	return sheet
}

package reports

import (
	"context"
	"io"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/duty"
)

// WorkLists writes the lists of what waits as files.
type WorkLists struct{ Duties *duty.Service }

// WorkList writes what waits for whoever asks, under a filter, as XLSX or CSV.
// It streams: memory does not grow with how much waits.
func (l WorkLists) WorkList(ctx context.Context, w io.Writer, format, lang string, f duty.Filter) error {
	sheet := l.sheet(ctx, i18n.Pick(lang), f)
	switch format {
	case XLSX:
		return WriteXLSX(w, sheet)
	case CSV:
		return WriteCSV(w, sheet)
	}
	return apperr.InvalidField("format", "error.field.choice")
}

func (l WorkLists) sheet(ctx context.Context, lang string, f duty.Filter) Sheet {
	t := func(key string) string { return i18n.T(lang, key) }
	word := func(key string) string {
		if key == "" {
			return ""
		}
		return t(key)
	}
	sheet := Sheet{Name: t("kis.work.title"), Title: t("kis.work.title"), Columns: []SheetColumn{
		{Key: "due", Title: t("duty.column.due"), Type: DateCol},
		{Key: "late", Title: t("duty.column.late")},
		{Key: "kind", Title: t("duty.column.kind"), Width: 25},
		{Key: "title", Title: t("duty.column.title"), Width: 60},
		{Key: "reason", Title: t("duty.column.reason"), Width: 60},
		{Key: "quote", Title: t("duty.column.quote"), Width: 40},
		{Key: "step", Title: t("duty.column.step"), Width: 25},
		{Key: "href", Title: t("duty.column.href"), Width: 40},
	}}
	sheet.Source = func(yield func([]any, error) bool) {
		for w, err := range l.Duties.Each(ctx, f) {
			if err != nil {
				yield(nil, err)
				return
			}
			late := ""
			if w.Overdue {
				late = t("kis.work.late")
			}
			if !yield([]any{w.Due, late, word(w.KindKey), w.Title, w.Reason, w.Quote, word(w.VerbKey), w.Href}, nil) {
				return
			}
		}
	}
	return sheet
}

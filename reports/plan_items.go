package reports

import (
	"context"
	"io"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning/execution"
)

// PlanItemList writes the items of plans under a filter as XLSX or CSV, with the
// rights of whoever asks. It streams.
func (s *Service) PlanItemList(ctx context.Context, w io.Writer, format, lang string, f execution.Filter) error {
	lang = i18n.Pick(lang)
	t := func(key string) string { return i18n.T(lang, key) }
	sheet := Sheet{Name: t("planning.execution.items"), Title: t("planning.execution.items"), Columns: []SheetColumn{
		{Key: "plan", Title: t("planning.plan.of_year"), Width: 14}, {Key: "no", Title: "№", Type: IntCol, Width: 6}, {Key: "text", Title: t("planning.field.measure"), Width: 60},
		{Key: "expected_result", Title: t("planning.field.expected_result"), Width: 40}, {Key: "indicator", Title: t("planning.field.indicator"), Width: 30},
		{Key: "responsible", Title: t("planning.field.responsible")}, {Key: "co_executors", Title: t("planning.field.co_executors"), Width: 18},
		{Key: "executor", Title: t("planning.execution.executor"), Width: 25}, {Key: "due", Title: t("planning.field.due"), Type: DateCol}, {Key: "new_due", Title: t("planning.field.new_due"), Type: DateCol},
		{Key: "percent", Title: "%", Type: IntCol, Width: 8}, {Key: "state", Title: t("planning.field.state"), Width: 16}}}
	svc := execution.New(s.planning)
	sheet.Source = func(yield func([]any, error) bool) {
		for r, err := range svc.Each(ctx, f) {
			if err != nil {
				yield(nil, err)
				return
			}
			state := "planning.item.state." + string(r.Shown())
			if r.Late {
				state = "planning.item.state.overdue"
			}
			if !yield([]any{string(r.Key), r.No, r.Text, r.ExpectedResult, r.Indicator, r.Responsible.Code, codes(r.CoExecutors), r.ExecutorName, r.Due, r.NewDue, r.Percent, t(state)}, nil) {
				return
			}
		}
	}
	return writeSheet(w, format, sheet)
}

package reports

import (
	"context"
	"io"
	"strconv"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/planning"
)

// RecommendationList writes the register of recommendations under a filter as
// XLSX or CSV, with the rights of whoever asks. It streams.
func (s *Service) RecommendationList(ctx context.Context, w io.Writer, format, lang string, f planning.RecommendationFilter) error {
	lang = i18n.Pick(lang)
	t := func(key string) string { return i18n.T(lang, key) }
	sheet := Sheet{Name: t("planning.recommendation.title"), Title: t("planning.recommendation.title"), Columns: []SheetColumn{
		{Key: "number", Title: t("planning.field.number"), Width: 14}, {Key: "text", Title: t("planning.recommendation.text"), Width: 60},
		{Key: "basis", Title: t("planning.field.basis"), Width: 20}, {Key: "basis_label", Title: t("planning.field.basis_label"), Width: 30},
		{Key: "gsbpm", Title: t("planning.field.gsbpm")}, {Key: "department", Title: t("planning.field.department")},
		{Key: "state", Title: t("planning.field.state"), Width: 16}, {Key: "reason", Title: t("planning.field.reason"), Width: 40},
		{Key: "proposed_by", Title: t("planning.recommendation.proposed_by"), Width: 25}, {Key: "proposed_at", Title: t("planning.column.proposed_at"), Type: TimeCol},
		{Key: "plan_item", Title: t("planning.field.plan_item"), Width: 14}}}
	sheet.Source = func(yield func([]any, error) bool) {
		for r, err := range s.planning.EachRecommendation(ctx, f) {
			if err != nil {
				yield(nil, err)
				return
			}
			item := ""
			if r.ItemYear > 0 {
				item = strconv.Itoa(r.ItemYear) + ", " + strconv.Itoa(r.ItemNo)
			} else if r.MergedNumber != "" {
				item = r.MergedNumber
			}
			if !yield([]any{r.Number, r.Text, t("planning.basis." + string(r.Basis)), r.BasisLabel, r.GSBPM, r.DepartmentCode, t("planning.recommendation.state." + string(r.State)),
				r.Reason, r.ProposedName, r.ProposedAt.In(s.kis.Zone), item}, nil) {
				return
			}
		}
	}
	return writeSheet(w, format, sheet)
}

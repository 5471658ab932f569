package reports

import (
	"context"
	"io"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/i18n"
)

// ActList writes the register of acts under a filter as XLSX or CSV, as it is
// read.
func (s *Service) ActList(ctx context.Context, w io.Writer, format, lang string, f audit.ActFilter) error {
	lang = i18n.Pick(lang)
	t := func(key string) string { return i18n.T(lang, key) }
	sheet := Sheet{Name: t("audit.act.title"), Title: t("audit.act.title"), Columns: []SheetColumn{
		{Key: "number", Title: t("audit.act.col.number")},
		{Key: "state", Title: t("audit.act.col.state"), Width: 20},
		{Key: "grade", Title: t("audit.finding.col.grade"), Width: 24},
		{Key: "statement", Title: t("audit.act.col.statement"), Width: 60},
		{Key: "clause", Title: t("audit.finding.col.criterion")},
		{Key: "gsbpm", Title: t("audit.field.codes_short")},
		{Key: "department", Title: t("audit.field.department")},
		{Key: "origin", Title: t("audit.field.origin"), Width: 20},
		{Key: "audit", Title: t("audit.field.audit")},
		{Key: "issued", Title: t("audit.act.col.issued"), Type: TimeCol},
		{Key: "due", Title: t("audit.act.col.due"), Type: DateCol},
		{Key: "actions", Title: t("audit.act.col.actions"), Type: IntCol},
		{Key: "verified", Title: t("audit.action.state.verified"), Type: IntCol},
		{Key: "reopened", Title: t("audit.act.state.reopened"), Type: IntCol},
	}}
	sheet.Source = func(yield func([]any, error) bool) {
		for a, err := range s.audit.EachAct(ctx, f) {
			if err != nil {
				yield(nil, err)
				return
			}
			issued := any(nil)
			if !a.IssuedAt.IsZero() {
				issued = a.IssuedAt.In(s.kis.Zone)
			}
			row := []any{a.Number, t("audit.act.state." + string(a.State)), t("audit.grade." + string(a.Grade)), a.Statement, a.Clause, a.GSBPM, a.DepartmentCode,
				t("audit.origin." + string(a.Origin)), a.AuditNumber, issued, a.Due, a.Actions, a.Verified, a.Reopened}
			if !yield(row, nil) {
				return
			}
		}
	}
	return writeSheet(w, format, sheet)
}

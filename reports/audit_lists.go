package reports

import (
	"context"
	"io"
	"iter"

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
	sheet.Source = rowsOf(s.audit.EachAct(ctx, f), func(a audit.ActBrief) []any {
		issued := any(nil)
		if !a.IssuedAt.IsZero() {
			issued = a.IssuedAt.In(s.kis.Zone)
		}
		return []any{a.Number, t("audit.act.state." + string(a.State)), t("audit.grade." + string(a.Grade)), a.Statement, a.Clause, a.GSBPM, a.DepartmentCode,
			t("audit.origin." + string(a.Origin)), a.AuditNumber, issued, a.Due, a.Actions, a.Verified, a.Reopened}
	})
	return writeSheet(w, format, sheet)
}

// AuditList writes the register of audits under a filter as XLSX or CSV.
func (s *Service) AuditList(ctx context.Context, w io.Writer, format, lang string, f audit.AuditFilter) error {
	lang = i18n.Pick(lang)
	t := func(key string) string { return i18n.T(lang, key) }
	sheet := Sheet{Name: t("audit.audit.title"), Title: t("audit.audit.title"), Columns: []SheetColumn{
		{Key: "number", Title: t("audit.act.col.number")},
		{Key: "title", Title: t("audit.audit.col.title"), Width: 60},
		{Key: "kind", Title: t("audit.field.kind"), Width: 24},
		{Key: "state", Title: t("audit.act.col.state"), Width: 20},
		{Key: "department", Title: t("audit.field.audited")},
		{Key: "lead", Title: t("audit.field.lead"), Width: 24},
		{Key: "from", Title: t("audit.field.from"), Type: DateCol},
		{Key: "to", Title: t("audit.field.to"), Type: DateCol},
		{Key: "rows", Title: t("audit.audit.col.rows"), Type: IntCol},
		{Key: "answered", Title: t("audit.audit.col.answered"), Type: IntCol},
		{Key: "acts", Title: t("audit.audit.col.acts"), Type: IntCol},
	}}
	sheet.Source = rowsOf(s.audit.EachAudit(ctx, f), func(a audit.AuditBrief) []any {
		return []any{a.Number, a.Title, t("audit.kind." + string(a.Kind)), t("audit.audit.state." + string(a.State)), a.DepartmentCode, a.LeadName, a.PlannedFrom, a.PlannedTo, a.Rows, a.Answered, a.Acts}
	})
	return writeSheet(w, format, sheet)
}

// FindingList writes the register of findings under a filter as XLSX or CSV.
func (s *Service) FindingList(ctx context.Context, w io.Writer, format, lang string, f audit.FindingFilter) error {
	lang = i18n.Pick(lang)
	t := func(key string) string { return i18n.T(lang, key) }
	sheet := Sheet{Name: t("audit.finding.list"), Title: t("audit.finding.list"), Columns: []SheetColumn{
		{Key: "audit", Title: t("audit.field.audit")},
		{Key: "no", Title: "№", Type: IntCol},
		{Key: "state", Title: t("audit.act.col.state"), Width: 20},
		{Key: "grade", Title: t("audit.finding.col.grade"), Width: 24},
		{Key: "statement", Title: t("audit.finding.col.statement"), Width: 60},
		{Key: "recommendation", Title: t("audit.field.recommendation"), Width: 50},
		{Key: "clause", Title: t("audit.finding.col.criterion")},
		{Key: "gsbpm", Title: t("audit.field.codes_short")},
		{Key: "topic", Title: t("audit.finding.topic"), Width: 24},
		{Key: "department", Title: t("audit.field.department")},
		{Key: "act", Title: t("audit.finding.col.act")},
		{Key: "raised", Title: t("audit.finding.col.raised"), Type: TimeCol},
	}}
	sheet.Source = rowsOf(s.audit.EachFinding(ctx, f), func(x audit.FindingBrief) []any {
		act := x.ActNumber
		if x.ActID != "" && act == "" {
			act = t("audit.act.draft")
		}
		return []any{x.AuditNumber, x.No, t("audit.finding.state." + string(x.State)), t("audit.grade." + string(x.Grade)), x.Statement, x.Recommendation, x.Clause, x.GSBPM,
			x.Topic, x.DepartmentCode, act, x.CreatedAt.In(s.kis.Zone)}
	})
	return writeSheet(w, format, sheet)
}

// rowsOf makes rows of a sheet out of a list as it is read.
func rowsOf[T any](list iter.Seq2[T, error], row func(T) []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for x, err := range list {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(row(x), nil) {
				return
			}
		}
	}
}

package reports

import (
	"context"
	"io"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
)

// EvidenceList writes the library of evidence under a filter as XLSX or CSV,
// with the rights of whoever asks. It streams: memory does not grow with the
// number of submissions.
func (s *Service) EvidenceList(ctx context.Context, w io.Writer, format, lang string, f kis.EvidenceFilter) error {
	sheet := s.evidenceSheet(ctx, i18n.Pick(lang), f)
	if format == XLSX {
		return WriteXLSX(w, sheet)
	}
	if format == CSV {
		return WriteCSV(w, sheet)
	}
	return apperr.InvalidField("format", "error.field.choice")
}

func (s *Service) evidenceSheet(ctx context.Context, lang string, f kis.EvidenceFilter) Sheet {
	t := func(key string) string { return i18n.T(lang, key) }
	sheet := Sheet{Name: t("kis.evidence.list.title"), Title: t("kis.evidence.list.title"), Columns: []SheetColumn{
		{Key: "title", Title: t("kis.evidence.one"), Width: 50},
		{Key: "process", Title: t("kis.process.one"), Width: 30},
		{Key: "cycle", Title: t("kis.cycle.one")},
		{Key: "task", Title: t("kis.task.one")},
		{Key: "task_name", Title: t("reports.column.task_name"), Width: 40},
		{Key: "version", Title: t("kis.evidence.version"), Type: IntCol},
		{Key: "department", Title: t("kis.user.department")},
		{Key: "submitter", Title: t("kis.evidence.submitter"), Width: 25},
		{Key: "received", Title: t("kis.evidence.received"), Type: TimeCol},
		{Key: "due", Title: t("kis.evidence.list.due"), Type: DateCol},
		{Key: "reference_period", Title: t("kis.evidence.period")},
		{Key: "class", Title: t("kis.evidence.class")},
		{Key: "state", Title: t("kis.cycle.table.state")},
		{Key: "files", Title: t("kis.evidence.content"), Width: 40},
	}}
	sheet.Source = func(yield func([]any, error) bool) {
		for r, err := range s.kis.EachEvidence(ctx, f) {
			if err != nil {
				yield(nil, err)
				return
			}
			names := make([]string, 0, len(r.Files)+1)
			for _, file := range r.Files {
				names = append(names, file.Name)
			}
			if r.Link != "" {
				names = append(names, r.Link)
			}
			row := []any{r.Submission.Title, r.Process.Title(lang), r.Period, r.TaskCode, r.TaskName(lang), r.Submission.Version, r.Department.Code, r.SubmitterName,
				r.ReceivedAt.In(s.kis.Zone), r.Due, r.ReferencePeriod, t("kis.evidence.class." + string(r.Class)), t("kis.evidence.state." + string(r.State)), strings.Join(names, "\n")}
			if !yield(row, nil) {
				return
			}
		}
	}
	return sheet
}

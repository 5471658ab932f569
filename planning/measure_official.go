package planning

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
)

// MeasuresReport is what the yearly report on a plan says, in the columns of
// the official form: Sıra N-si, Tədbirin adı, İcra müddəti, Görülmüş işlər.
type MeasuresReport struct {
	Plan     NationalPlan
	Year     int
	Due      day.Day
	Report   YearReport
	Statuses []MeasureStatusRule
	Rows     []MeasureReportRow
	Decided  int // rows with a status; the report is complete when all have
}

// MeasureReportRow is one row: the four columns, and what the office knows
// besides.
type MeasureReportRow struct {
	Number           string // Sıra N-si
	TitleAZ, TitleEN string // Tədbirin adı
	Period           string // İcra müddəti, as printed
	Narrative        string // Görülmüş işlər; "" when nobody has written
	Figures          string
	Ongoing          bool
	Departments      []office.Department
	State            MeasureState // "" when nobody has written
	Status           MeasureStatus
	StatusAZ         string // words of the status; "" until decided
	StatusEN         string
	Done             *bool // of an ongoing measure: done in the year
	Reason           string
	Act              string // that withdrew it
	Milestones       int
	MilestonesDone   int
	Links            []MeasureLink
	Files            []MeasureFile
	Warnings         []MeasureWarning
}

// Title is the official text in a language.
func (r MeasureReportRow) Title(lang string) string { return i18n.InLang(lang, r.TitleAZ, r.TitleEN) }

// StatusName is the word of the decided status in a language.
func (r MeasureReportRow) StatusName(lang string) string {
	return i18n.InLang(lang, r.StatusAZ, r.StatusEN)
}

// MeasuresReport gives the report of a plan and year; the number of queries
// does not depend on its length.
func (s *Service) MeasuresReport(ctx context.Context, planCode string, year int) (MeasuresReport, error) {
	l, err := s.Measures(ctx, MeasureFilter{Plan: planCode, Year: year})
	if err != nil {
		return MeasuresReport{}, err
	}
	if l.Plan.ID == "" {
		return MeasuresReport{}, apperr.Missing(kindNationalPlan)
	}
	out := MeasuresReport{Plan: l.Plan, Year: l.Year, Due: l.Due, Report: l.Report, Statuses: l.Statuses, Decided: l.Decided}
	for _, r := range l.Rows {
		e := r.Entry
		rule, _ := l.Rule(e.Status)
		out.Rows = append(out.Rows, MeasureReportRow{Number: r.Number, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN, Period: r.Period,
			Narrative: e.Narrative, Figures: e.Figures, Ongoing: r.Ongoing, Departments: r.Departments, State: e.State,
			Status: e.Status, StatusAZ: rule.NameAZ, StatusEN: rule.NameEN, Done: e.Done, Reason: e.Reason, Act: e.Act,
			Milestones: len(e.Milestones), MilestonesDone: e.MilestonesDone(), Links: e.Links, Files: e.Files, Warnings: r.Warnings})
	}
	return out, nil
}

package planning

import (
	"context"
	"database/sql"
	"errors"
	"os"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// MeasurePage is one measure with its entry of a year.
type MeasurePage struct {
	Measure
	Plan      NationalPlan
	Year      int
	Years     []int // that can be reported on, newest first
	Report    YearReport
	Due       day.Day
	Statuses  []MeasureStatusRule
	Entry     MeasureEntry
	Warnings  []MeasureWarning
	Others    []MeasureEntry         // of other years, newest first, without their parts
	People    map[string]office.User // who wrote, handed in and decided
	History   []office.Event
	CanWrite  bool // the actor answers for it and it can be written now
	CanMove   bool // the actor may decide and the report is not sent
	CanRecall bool // the actor answers for it and it waits for a decision
}

// Rule finds the status of a code.
func (p MeasurePage) Rule(code MeasureStatus) (MeasureStatusRule, bool) {
	return MeasureList{Statuses: p.Statuses}.Rule(code)
}

// Measure gives a measure and its entry of a year; year 0 is this year, else
// the last of the plan.
func (s *Service) Measure(ctx context.Context, id string, year int) (MeasurePage, error) {
	if _, err := office.Allowed(ctx, policies.MeasureRead); err != nil {
		return MeasurePage{}, err
	}
	db := s.DB.Read()
	var p MeasurePage
	var err error
	if p.Measure, err = measureByID(ctx, db, id); err != nil {
		return p, err
	}
	if p.Plan, err = nationalPlan(ctx, db, p.PlanID); err != nil {
		return p, err
	}
	if p.Year, err = s.chooseYear(p.Plan, year); err != nil {
		return p, err
	}
	p.Years, p.Due = s.YearsOf(p.Plan), p.Plan.Due(p.Year)
	if p.Report, err = measureReport(ctx, db, p.PlanID, p.Year); err != nil {
		return p, err
	}
	if p.Statuses, err = statusRules(ctx, db); err != nil {
		return p, err
	}
	if p.Entry, err = entryOf(ctx, db, p.ID, p.Year); err != nil {
		return p, err
	}
	same, err := sameNarratives(ctx, db, p.PlanID, p.Year)
	if err != nil {
		return p, err
	}
	p.Warnings = p.Entry.warnings(without(same[p.Entry.NarrativeKey], p.Number))
	if p.Others, err = otherEntries(ctx, db, p.ID, p.Year); err != nil {
		return p, err
	}
	if p.People, err = office.UsersByID(ctx, db, []string{p.Entry.UpdatedBy, p.Entry.SubmittedBy, p.Entry.DecidedBy}); err != nil {
		return p, err
	}
	if p.History, err = s.KIS.History(ctx, kindMeasure, p.ID, 50); err != nil {
		return p, err
	}
	s.rights(ctx, &p)
	return p, nil
}

// rights says what the actor can do with an entry now.
func (s *Service) rights(ctx context.Context, p *MeasurePage) {
	who := actor.From(ctx)
	open := p.Report.State != MeasureReportSent && s.yearOpen(p.Plan, p.Year) == nil
	_, writable := office.Arrow(MeasureTransitions, p.Entry.State, "write")
	p.CanWrite = open && writable && answers(policies.For(who, policies.MeasureReport), p.Measure)
	p.CanRecall = open && p.Entry.State == MeasureSubmitted && answers(policies.For(who, policies.MeasureReport), p.Measure)
	p.CanMove = open && policies.Can(who, policies.MeasureDecide)
}

// MeasureFile opens a file that is evidence of a measure in any year.
func (s *Service) MeasureFile(ctx context.Context, measureID, fileID string) (kis.File, *os.File, error) {
	if _, err := office.Allowed(ctx, policies.MeasureRead); err != nil {
		return kis.File{}, nil, err
	}
	if !store.IsID(measureID) || !store.IsID(fileID) {
		return kis.File{}, nil, apperr.Missing("file")
	}
	var link MeasureFile
	err := s.DB.Read().NewSelect().Model(&link).Where("mf.file_id = ?", fileID).
		Where("mf.entry_id IN (SELECT e.id FROM measure_entries AS e WHERE e.measure_id = ?)", measureID).Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return kis.File{}, nil, apperr.Missing("file")
	}
	if err != nil {
		return kis.File{}, nil, store.MapError(err, "measure file")
	}
	files, err := kis.FilesByID(ctx, s.DB.Read(), []string{fileID})
	if err != nil {
		return kis.File{}, nil, err
	}
	f, err := s.KIS.OpenFile(ctx, files[fileID])
	return files[fileID], f, err
}

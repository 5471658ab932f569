package audit

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Figures is what internal audit has to say to the management review
// (ISO 9001:2015, 9.3.2 c4 and c6): counts of a period, and what of it and of
// the time before is open now.
type Figures struct {
	AuditsPlanned int64 // planned to begin in the period, cancelled ones not counted
	AuditsHeld    int64 // of them reported or closed
	Findings      map[Grade]int64
	ActsIssued    int64
	ActsRepeat    int64 // of them repeating an earlier act
	ActsClosed    int64 // issued in the period and closed by now
	ActsOpen      int64 // issued at any time, not closed or withdrawn
	ActionsDone   int64 // corrective actions of open and closed acts, verified
	Actions       int64
}

// Figures counts audits, findings, acts and actions from a moment up to but
// not including another; departments count what is in their scope only. Three
// queries.
func (s *Service) Figures(ctx context.Context, from, before time.Time) (Figures, error) {
	scope, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{Findings: map[Grade]int64{}}
	db := s.DB.Read()
	first, last := from.In(s.KIS.Zone).Format(time.DateOnly), before.Add(-time.Second).In(s.KIS.Zone).Format(time.DateOnly)
	audits := db.NewSelect().TableExpr("audits AS a").
		ColumnExpr("COUNT(*), COUNT(*) FILTER (WHERE a.state IN ('reported', 'closed'))").
		Where("a.planned_from BETWEEN ? AND ? AND a.state <> 'cancelled'", first, last)
	if !scope.Any {
		audits = audits.Where("EXISTS (SELECT 1 FROM audit_departments d WHERE d.audit_id = a.id AND d.department_id IN (?))", bun.List(orNone(scope.Departments)))
	}
	if err := audits.Scan(ctx, &f.AuditsPlanned, &f.AuditsHeld); err != nil {
		return f, store.MapError(err, "audit figures")
	}
	if err := findingFigures(ctx, db, scope, from, before, &f); err != nil {
		return f, err
	}
	acts := db.NewSelect().TableExpr("acts AS a").
		ColumnExpr("COUNT(*) FILTER (WHERE a.issued_at >= ? AND a.issued_at < ?)", from, before).
		ColumnExpr("COUNT(*) FILTER (WHERE a.issued_at >= ? AND a.issued_at < ? AND a.repeat_of IS NOT NULL)", from, before).
		ColumnExpr("COUNT(*) FILTER (WHERE a.issued_at >= ? AND a.issued_at < ? AND a.state = 'closed')", from, before).
		ColumnExpr("COUNT(*) FILTER (WHERE a.state NOT IN ('closed', 'withdrawn'))").
		ColumnExpr("CAST(COALESCE(SUM((SELECT COUNT(*) FROM corrective_actions c WHERE c.act_id = a.id AND c.state = 'verified')), 0) AS BIGINT)").
		ColumnExpr("CAST(COALESCE(SUM((SELECT COUNT(*) FROM corrective_actions c WHERE c.act_id = a.id)), 0) AS BIGINT)").
		Where("a.issued_at IS NOT NULL AND a.issued_at < ? AND a.state <> 'withdrawn'", before)
	acts = office.InScope(acts, scope, "a.department_id")
	err = acts.Scan(ctx, &f.ActsIssued, &f.ActsRepeat, &f.ActsClosed, &f.ActsOpen, &f.ActionsDone, &f.Actions)
	return f, store.MapError(err, "act figures")
}

// findingFigures counts findings by grade.
func findingFigures(ctx context.Context, db bun.IDB, scope policies.Scope, from, before time.Time, f *Figures) error {
	var rows []struct {
		Grade Grade `bun:"grade"`
		N     int64 `bun:"n"`
	}
	q := db.NewSelect().TableExpr("findings AS f").ColumnExpr("f.grade, COUNT(*) AS n").
		Where("f.created_at >= ? AND f.created_at < ?", from, before).GroupExpr("f.grade")
	if err := office.InScope(q, scope, "f.department_id").Scan(ctx, &rows); err != nil {
		return store.MapError(err, "finding figures")
	}
	for _, r := range rows {
		f.Findings[r.Grade] = r.N
	}
	return nil
}

// orNone keeps IN () out of the text when there is nothing to look for.
func orNone(ids []string) []string {
	if len(ids) == 0 {
		return []string{"00000000-0000-0000-0000-000000000000"}
	}
	return ids
}

package eservice

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// ServiceResult is one service of a body in the year in focus.
type ServiceResult struct {
	Service    EService
	Level      string
	Grade      *Band  // nil when not electronised
	ScoreMilli *int64 // thousandths
}

// countRow is one group of assessments.
type countRow struct {
	AgencyID string `bun:"agency_id"`
	Year     int    `bun:"year"`
	Scheme   string `bun:"scheme"`
	Grade    string `bun:"grade"`
	N        int64  `bun:"n"`
	Score    int64  `bun:"score"`
}

func findAgency(ctx context.Context, db bun.IDB, code string, scope policies.Scope) (Agency, error) {
	var a Agency
	q := db.NewSelect().Model(&a)
	if code != "" {
		q = q.Where("g.code = ?", code)
	}
	if !scope.Any {
		if len(scope.Agencies) == 0 {
			return a, apperr.Missing("agency")
		}
		q = q.Where("g.id IN (?)", bun.List(scope.Agencies))
	}
	if err := q.Order("g.sort_key").Limit(1).Scan(ctx); err != nil {
		return a, store.MapError(err, "agency")
	}
	return a, nil
}

// counts groups assessments by year, scheme and grade, and by body when
// asked; grade is empty for services that are not electronised.
func counts(db bun.IDB, byAgency bool) *bun.SelectQuery {
	q := db.NewSelect().Model((*Assessment)(nil)).
		ColumnExpr("a.year, a.scheme, COALESCE(a.grade, '') AS grade, COUNT(*) AS n, CAST(COALESCE(SUM(a.score_milli), 0) AS BIGINT) AS score").
		GroupExpr("a.year, a.scheme, a.grade")
	if byAgency {
		q = q.ColumnExpr("a.agency_id").GroupExpr("a.agency_id")
	}
	return q
}

// add puts a group into a result.
func (y *YearResult) add(r countRow) {
	y.Services += r.N
	if r.Grade == "" {
		y.NotElectronised += r.N
		return
	}
	y.Electronised += r.N
	y.Grades[r.Grade] += r.N
	y.ScoreSum += r.Score
}

// yearResults gives all years in order, from totals and from assessments; of
// one body only the years it was assessed in.
func yearResults(ctx context.Context, db bun.IDB, schemes map[string]Scheme, agency *Agency) ([]YearResult, error) {
	years := map[int]*YearResult{}
	if agency == nil {
		totals, err := loadTotals(ctx, db)
		if err != nil {
			return nil, err
		}
		for _, t := range totals {
			years[t.Year] = &YearResult{Year: t.Year, TotalsOnly: true, Scheme: schemes[t.Scheme], Agencies: t.Agencies, Services: t.Services,
				Electronised: t.Electronised, NotElectronised: t.NotElectronised,
				Grades: map[string]int64{Grades[0]: t.Unsatisfactory, Grades[1]: t.Satisfactory, Grades[2]: t.Good, Grades[3]: t.Excellent}}
		}
	}
	if err := addAssessed(ctx, db, schemes, agency, years); err != nil {
		return nil, err
	}
	return withBreaks(ctx, db, years)
}

func addAssessed(ctx context.Context, db bun.IDB, schemes map[string]Scheme, agency *Agency, years map[int]*YearResult) error {
	var groups []countRow
	q := counts(db, false)
	bodies := db.NewSelect().Model((*Assessment)(nil)).ColumnExpr("a.year, COUNT(DISTINCT a.agency_id) AS n").GroupExpr("a.year")
	if agency != nil {
		q, bodies = q.Where("a.agency_id = ?", agency.ID), bodies.Where("a.agency_id = ?", agency.ID)
	}
	if err := q.Scan(ctx, &groups); err != nil {
		return store.MapError(err, "year results")
	}
	for _, g := range groups {
		if years[g.Year] == nil {
			years[g.Year] = &YearResult{Year: g.Year, Scheme: schemes[g.Scheme], Grades: map[string]int64{}}
		}
		years[g.Year].add(g)
	}
	var n []countRow
	if err := bodies.Scan(ctx, &n); err != nil {
		return store.MapError(err, "assessed bodies")
	}
	for _, r := range n {
		years[r.Year].Agencies = r.N
	}
	return nil
}

// withBreaks orders the years and marks those that cannot be compared with
// the one before: by a recorded break of method, or because the scheme is
// another one.
func withBreaks(ctx context.Context, db bun.IDB, years map[int]*YearResult) ([]YearResult, error) {
	var breaks []Break
	if err := db.NewSelect().Model(&breaks).Scan(ctx); err != nil {
		return nil, store.MapError(err, "breaks")
	}
	var out []YearResult
	for _, y := range years {
		out = append(out, *y)
	}
	slices.SortFunc(out, func(a, b YearResult) int { return cmp.Compare(a.Year, b.Year) })
	for i := 1; i < len(out); i++ {
		for _, b := range breaks {
			if b.Year > out[i-1].Year && b.Year <= out[i].Year {
				out[i].Break = &b
			}
		}
		if out[i].Break == nil && out[i].Scheme.Code != out[i-1].Scheme.Code {
			s := out[i].Scheme
			out[i].Break = &Break{Year: out[i].Year, ReasonAZ: s.ActAZ, ReasonEN: s.ActEN}
		}
	}
	return out, nil
}

// agencyResults gives the bodies of a year in two queries.
func agencyResults(ctx context.Context, db bun.IDB, year int, schemes map[string]Scheme) ([]AgencyResult, error) {
	var groups []countRow
	if err := counts(db, true).Where("a.year = ?", year).Scan(ctx, &groups); err != nil {
		return nil, store.MapError(err, "agency results")
	}
	var bodies []Agency
	err := db.NewSelect().Model(&bodies).Where("EXISTS (SELECT 1 FROM assessments a WHERE a.agency_id = g.id AND a.year = ?)", year).Order("g.sort_key").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "agencies")
	}
	at := map[string]int{}
	out := make([]AgencyResult, len(bodies))
	for i, b := range bodies {
		at[b.ID] = i
		out[i] = AgencyResult{Agency: b, YearResult: YearResult{Year: year, Agencies: 1, Grades: map[string]int64{}}}
	}
	for _, g := range groups {
		r := &out[at[g.AgencyID]]
		r.Scheme = schemes[g.Scheme]
		r.add(g)
	}
	return out, nil
}

// serviceResults lists one body's services of a year.
func serviceResults(ctx context.Context, db bun.IDB, agencyID string, year int, schemes map[string]Scheme) ([]ServiceResult, error) {
	var rows []struct {
		EService
		Level      string `bun:"level"`
		Scheme     string `bun:"scheme"`
		Grade      string `bun:"grade"`
		ScoreMilli *int64 `bun:"score_milli"`
	}
	err := db.NewSelect().TableExpr("assessments AS a").Join("JOIN eservices AS e ON e.id = a.service_id").
		ColumnExpr("e.*, a.level, a.scheme, COALESCE(a.grade, '') AS grade, a.score_milli").
		Where("a.agency_id = ? AND a.year = ?", agencyID, year).OrderExpr("e.sort_key, e.code").Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "services of an agency")
	}
	out := make([]ServiceResult, 0, len(rows))
	for _, r := range rows {
		s := ServiceResult{Service: r.EService, Level: r.Level, ScoreMilli: r.ScoreMilli}
		for _, b := range schemes[r.Scheme].Bands {
			if b.Code == r.Grade {
				s.Grade = &b
			}
		}
		out = append(out, s)
	}
	return out, nil
}

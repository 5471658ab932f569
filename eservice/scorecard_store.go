package eservice

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// ServiceResult is one service of a body in the year in focus.
type ServiceResult struct {
	AssessmentID string
	Service      EService
	Level        string
	Automation   string
	Grade        *Band  // nil when not electronised
	ScoreMilli   *int64 // thousandths
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

// add puts a group into a result.
func (y *YearResult) add(r groupRow) {
	if y.Grades == nil {
		y.Grades = map[string]int64{}
	}
	if y.Levels == nil {
		y.Levels, y.Automation = map[string]int64{}, map[string]int64{}
	}
	y.Services += r.N
	y.Levels[r.Level] += r.N
	y.Automation[r.Automation] += r.N
	if r.Grade == "" {
		y.NotElectronised += r.N
		return
	}
	y.Electronised += r.N
	y.Grades[r.Grade] += r.N
	y.ScoreSum += r.Score
}

// yearResults gives all years in order, from totals and from the summaries; of
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
				Electronised: t.Electronised, NotElectronised: t.NotElectronised, Grades: t.grades()}
		}
	}
	if err := addAssessed(ctx, db, schemes, agency, years); err != nil {
		return nil, err
	}
	return withBreaks(ctx, db, years)
}

func addAssessed(ctx context.Context, db bun.IDB, schemes map[string]Scheme, agency *Agency, years map[int]*YearResult) error {
	var groups []groupRow
	q := db.NewSelect().TableExpr("scorecard_years AS y").ColumnExpr("y.year, y.scheme, y.level, y.automation, y.grade, y.n, y.score").OrderExpr("y.year, y.scheme")
	if agency != nil {
		// Levels are those of the year in focus, see fillFocus: many years of a large body have many groups.
		q = db.NewSelect().TableExpr("scorecard_groups AS y").ColumnExpr("y.year, y.scheme, y.grade, CAST(SUM(y.n) AS BIGINT) AS n, CAST(SUM(y.score) AS BIGINT) AS score").
			Where("y.year IN (SELECT k.year FROM scorecard_known k) AND y.agency_id = ?", agency.ID).GroupExpr("y.year, y.scheme, y.grade").OrderExpr("y.year, y.scheme")
	}
	if err := q.Scan(ctx, &groups); err != nil {
		return store.MapError(err, "year results")
	}
	for _, g := range groups {
		if years[g.Year] == nil {
			years[g.Year] = &YearResult{Year: g.Year, Scheme: schemes[g.Scheme], Agencies: 1}
		}
		years[g.Year].add(g)
	}
	if agency != nil {
		for _, y := range years {
			y.Levels, y.Automation = nil, nil
		}
		return nil
	}
	var known []struct {
		Year   int   `bun:"year"`
		Bodies int64 `bun:"bodies"`
	}
	if err := db.NewSelect().TableExpr("scorecard_known").ColumnExpr("year, bodies").Scan(ctx, &known); err != nil {
		return store.MapError(err, "assessed bodies")
	}
	for _, k := range known {
		if y := years[k.Year]; y != nil {
			y.Agencies = k.Bodies
		}
	}
	return nil
}

// bodiesOf is how many bodies were assessed in a year.
func bodiesOf(ctx context.Context, db bun.IDB, year int) (n int, err error) {
	err = db.NewRaw("SELECT COALESCE(MAX(bodies), 0) FROM scorecard_known WHERE year = ?", year).Scan(ctx, &n)
	return n, store.MapError(err, "assessed bodies")
}

// unpublished are the years whose campaign is final and not published yet.
func unpublished(ctx context.Context, db bun.IDB) (years []int, err error) {
	err = db.NewRaw("SELECT year FROM assessment_campaigns WHERE state = 'final'").Scan(ctx, &years)
	return years, store.MapError(err, "unpublished years")
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
		if y.Grades == nil {
			y.Grades = map[string]int64{}
		}
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

// standingFilter narrows the bodies of a year.
type standingFilter struct {
	agencyID string
	codes    []string // of bodies that are compared
	limit    int
	after    []string // rank, sort key and id of the last one shown
}

// standings gives bodies of a year in the order of their rank, then by name,
// in two queries.
func standings(ctx context.Context, db bun.IDB, year int, schemes map[string]Scheme, f standingFilter) ([]AgencyResult, error) {
	var rows []struct {
		Agency
		Scheme  string `bun:"scheme"`
		Rank    int    `bun:"rank"`
		Sharing int    `bun:"sharing"`
		CellX   int    `bun:"cell_x"`
		CellY   int    `bun:"cell_y"`
	}
	q := db.NewSelect().TableExpr("scorecard_standings AS t").Join("JOIN agencies AS g ON g.id = t.agency_id").
		ColumnExpr("g.id, g.code, g.name_az, g.name_en, g.search_key, g.sort_key, g.created_at, t.scheme, t.rank, t.sharing, t.cell_x, t.cell_y").
		Where("t.year = ?", year).OrderExpr("t.rank, t.sort_key, t.agency_id")
	if f.agencyID != "" {
		q = q.Where("t.agency_id = ?", f.agencyID)
	}
	if f.codes != nil {
		q = q.Where("g.code IN (?)", bun.List(f.codes))
	}
	if f.limit > 0 {
		q = q.Limit(int64(f.limit))
	}
	if len(f.after) == 3 {
		if rank, err := strconv.Atoi(f.after[0]); err == nil && store.IsID(f.after[2]) {
			q = q.Where("(t.rank, t.sort_key, t.agency_id) > (?, ?, ?)", rank, f.after[1], f.after[2])
		}
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "standings")
	}
	at, ids := map[string]int{}, make([]string, len(rows))
	out := make([]AgencyResult, len(rows))
	for i, r := range rows {
		at[r.ID], ids[i] = i, r.ID
		out[i] = AgencyResult{Agency: r.Agency, Rank: r.Rank, Sharing: r.Sharing, CellX: r.CellX, CellY: r.CellY,
			YearResult: YearResult{Year: year, Agencies: 1, Scheme: schemes[r.Scheme], Grades: map[string]int64{}}}
	}
	if len(rows) == 0 {
		return out, nil
	}
	var groups []groupRow
	gq := db.NewSelect().TableExpr("scorecard_groups AS y").ColumnExpr("y.agency_id, y.level, y.automation, y.grade, y.n, y.score").Where("y.year = ?", year)
	if f.limit > 0 || f.agencyID != "" || f.codes != nil {
		gq = gq.Where("y.agency_id IN (?)", bun.List(ids))
	}
	if err := gq.Scan(ctx, &groups); err != nil {
		return nil, store.MapError(err, "groups of bodies")
	}
	for _, g := range groups {
		if i, ok := at[g.AgencyID]; ok {
			out[i].add(g)
		}
	}
	return out, nil
}

// matrixCells are the fields of the rating matrix that hold a body.
func matrixCells(ctx context.Context, db bun.IDB, year int) (out []Cell, err error) {
	err = db.NewRaw("SELECT x, y, bodies FROM scorecard_cells WHERE year = ? ORDER BY y, x", year).Scan(ctx, &out)
	return out, store.MapError(err, "matrix")
}

// serviceResults lists one body's services of a year by name.
func serviceResults(ctx context.Context, db bun.IDB, agencyID string, year int, schemes map[string]Scheme, f ScorecardFilter) ([]ServiceResult, error) {
	var rows []struct {
		EService
		AssessmentID string `bun:"assessment_id"`
		ResultLevel  string `bun:"result_level"`
		Automation   string `bun:"automation"`
		Scheme       string `bun:"scheme"`
		Grade        string `bun:"grade"`
		ScoreMilli   *int64 `bun:"score_milli"`
	}
	q := officialRows(db.NewSelect().TableExpr("assessments AS a").Join("JOIN eservices AS e ON e.id = a.service_id")).
		ColumnExpr("e.id, e.code, e.name_az, e.name_en, e.sort_key").
		ColumnExpr("a.id AS assessment_id, a.level AS result_level, a.automation, a.scheme, COALESCE(a.grade, '') AS grade, a.score_milli").
		Where("a.agency_id = ? AND a.year = ?", agencyID, year).OrderExpr("e.sort_key, e.id")
	switch f.Grade {
	case "":
	case "none":
		q = q.Where("a.grade IS NULL")
	default:
		q = q.Where("a.grade = ?", f.Grade)
	}
	if f.Level != "" {
		q = q.Where("a.level = ?", f.Level)
	}
	if f.Limit > 0 {
		q = q.Limit(int64(f.Limit))
	}
	if len(f.After) == 2 && store.IsID(f.After[1]) {
		q = q.Where("(e.sort_key, e.id) > (?, ?)", f.After[0], f.After[1])
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "services of an agency")
	}
	out := make([]ServiceResult, 0, len(rows))
	for _, r := range rows {
		s := ServiceResult{AssessmentID: r.AssessmentID, Service: r.EService, Level: r.ResultLevel, Automation: r.Automation, ScoreMilli: r.ScoreMilli}
		for _, b := range schemes[r.Scheme].Bands {
			if b.Code == r.Grade {
				s.Grade = &b
			}
		}
		out = append(out, s)
	}
	return out, nil
}

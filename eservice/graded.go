package eservice

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Graded is a service of a year with its body and its grade.
type Graded struct {
	ServiceResult
	Agency Agency
}

// gradedPage is how many services of a list are read at a time.
const gradedPage = 1000

// Graded gives the year in focus and its services by grade, the highest
// first, those that are not electronised last, page by page as they are asked
// for; agency, a code, narrows it to one body. An officer finds the own body,
// and published years only. NotFound when the year is not known service by
// service.
func (s *Service) Graded(ctx context.Context, year int, agency string) (YearResult, iter.Seq2[Graded, error], error) {
	card, err := s.Scorecard(ctx, ScorecardFilter{Year: year, Agency: agency, Limit: 1})
	if err != nil {
		return YearResult{}, nil, err
	}
	y := card.Focus()
	if y == nil || y.TotalsOnly {
		return YearResult{}, nil, apperr.Missing("year")
	}
	scope, err := office.Allowed(ctx, policies.ScorecardRead)
	if err != nil {
		return YearResult{}, nil, err
	}
	f := gradedFilter{year: y.Year}
	if card.Agency != nil {
		f.agencyID = card.Agency.ID
	} else if !scope.Any {
		return YearResult{}, nil, apperr.Missing("agency")
	}
	grades := y.downwards()
	return *y, func(yield func(Graded, error) bool) {
		for i := range grades {
			for last := ""; ; {
				page, err := gradedOf(ctx, s.DB.Read(), f, grades[:i+1], i, last, gradedPage)
				if err != nil {
					yield(Graded{}, err)
					return
				}
				for _, r := range page {
					if !yield(r.Graded, nil) {
						return
					}
				}
				if len(page) < gradedPage {
					break
				}
				last = page[len(page)-1].AssessmentID
			}
		}
	}, nil
}

// downwards are the grades of a year, the highest first, then nil for none.
func (y YearResult) downwards() []*Band {
	out := make([]*Band, 0, len(y.Scheme.Bands)+1)
	for i := len(y.Scheme.Bands) - 1; i >= 0; i-- {
		out = append(out, &y.Scheme.Bands[i])
	}
	return append(out, nil)
}

// gradedFilter narrows the services of a year; empty fields do not.
type gradedFilter struct {
	year            int
	agencyID, level string
	automation      *string // "" is that it is not known
}

// gradedRow is a service with the place of its grade in the order asked for.
type gradedRow struct {
	Graded
	place int
}

// gradedOf reads a page of the services of a year grade by grade, nil being
// none, from the grade at from and there after the result last. One query,
// whatever the number of grades: each is found by its index and gives a page at
// most.
func gradedOf(ctx context.Context, db bun.IDB, f gradedFilter, grades []*Band, from int, last string, limit int) ([]gradedRow, error) {
	var rows []struct {
		Place        int    `bun:"place"`
		AssessmentID string `bun:"assessment_id"`
		Level        string `bun:"level"`
		Automation   string `bun:"automation"`
		ScoreMilli   *int64 `bun:"score_milli"`
		Code         string `bun:"code"`
		NameAZ       string `bun:"name_az"`
		NameEN       string `bun:"name_en"`
		SortKey      string `bun:"sort_key"`
		AgencyCode   string `bun:"agency_code"`
		AgencyAZ     string `bun:"agency_az"`
		AgencyEN     string `bun:"agency_en"`
		AgencySort   string `bun:"agency_sort"`
	}
	var parts []string
	var queries []any
	for i := from; i < len(grades); i, last = i+1, "" {
		parts, queries = append(parts, "SELECT * FROM (?) AS g"+strconv.Itoa(i)), append(queries, f.ofGrade(db, grades[i], i, last, limit))
	}
	page := db.NewSelect().TableExpr("("+strings.Join(parts, " UNION ALL ")+") AS x", queries...).OrderExpr("x.place, x.assessment_id").Limit(int64(limit))
	err := db.NewSelect().TableExpr("(?) AS r", page).Join("JOIN eservices AS e ON e.id = r.service_id").Join("JOIN agencies AS g ON g.id = r.agency_id").
		ColumnExpr("r.place, r.assessment_id, r.level, r.automation, r.score_milli, e.code, e.name_az, e.name_en, e.sort_key").
		ColumnExpr("g.code AS agency_code, g.name_az AS agency_az, g.name_en AS agency_en, g.sort_key AS agency_sort").
		OrderExpr("r.place, r.assessment_id").Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "services by grade")
	}
	out := make([]gradedRow, len(rows))
	for i, r := range rows {
		out[i] = gradedRow{Graded{ServiceResult: ServiceResult{AssessmentID: r.AssessmentID, Service: EService{Code: r.Code, NameAZ: r.NameAZ, NameEN: r.NameEN, SortKey: r.SortKey}, Level: r.Level, Automation: r.Automation,
			Grade: grades[r.Place], ScoreMilli: r.ScoreMilli}, Agency: Agency{Code: r.AgencyCode, NameAZ: r.AgencyAZ, NameEN: r.AgencyEN, SortKey: r.AgencySort}}, r.Place}
	}
	return out, nil
}

// ofGrade finds the results with a grade, nil without one, after the result
// last.
func (f gradedFilter) ofGrade(db bun.IDB, grade *Band, place int, last string, limit int) *bun.SelectQuery {
	q := officialRows(db.NewSelect().TableExpr("assessments AS a")).
		ColumnExpr("? AS place, a.id AS assessment_id, a.level, a.automation, a.score_milli, a.service_id, a.agency_id", place).
		Where("a.year = ?", f.year).Limit(int64(limit))
	if grade == nil { // ordered by what is all the same: PostgreSQL knows it of an equality, not of IS NULL, and would sort them all
		q = q.Where("a.grade IS NULL").OrderExpr("a.grade, a.id")
	} else {
		q = q.Where("a.grade = ?", grade.Code).OrderExpr("a.id")
	}
	if f.agencyID != "" {
		q = q.Where("a.agency_id = ?", f.agencyID)
	}
	if f.level != "" {
		q = q.Where("a.level = ?", f.level)
	}
	if f.automation != nil {
		q = q.Where("a.automation = ?", *f.automation)
	}
	if last != "" {
		q = q.Where("a.id > ?", last)
	}
	return q
}

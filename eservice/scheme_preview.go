package eservice

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Preview says what a scheme would make of a year that was assessed under
// another. Nothing is changed.
type Preview struct {
	Year     int
	Scheme   Scheme // what if
	Services int64  // graded ones that were looked at
	ByPoints int64  // of them scored anew from their points; the others keep their score
	Changed  int64  // services with another grade
	Before   map[string]int64
	After    map[string]int64
	Moves    []Move
	Outside  int64 // whose score lies outside the scale of the scheme
}

// Move is how many services went from one grade to another.
type Move struct {
	From, To Band
	N        int64
}

// PreviewScheme works out what would change if the official results of a year
// were graded by a scheme. Points are taken anew where the service has a point
// for each parameter of the scheme; otherwise the score stays and only the
// bands differ. Rows are read one by one: memory does not grow with the year.
func (s *Service) PreviewScheme(ctx context.Context, code string, year int) (Preview, error) {
	scheme, err := s.Scheme(ctx, code)
	if err != nil {
		return Preview{}, err
	}
	if _, err := office.Allowed(ctx, policies.SchemeWrite); err != nil {
		return Preview{}, err
	}
	if year < 1990 || year > 2199 {
		return Preview{}, apperr.InvalidField("preview", "eservice.import.whole", "value", year, "min", 1990, "max", 2199)
	}
	all, err := s.allSchemes(ctx)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Year: year, Scheme: scheme, Before: map[string]int64{}, After: map[string]int64{}}
	moves := map[[3]string]int64{}
	q := officialRows(s.DB.Read().NewSelect().TableExpr("assessments AS a")).ColumnExpr("a.scheme, a.grade, a.score_milli, a.points").
		Where("a.year = ? AND a.grade IS NOT NULL", year)
	rows, err := q.Rows(ctx)
	if err != nil {
		return p, store.MapError(err, "preview")
	}
	defer rows.Close()
	for rows.Next() {
		var was, grade, points string
		var score int64
		if err := rows.Scan(&was, &grade, &score, &points); err != nil {
			return p, store.MapError(err, "preview")
		}
		p.Services++
		p.Before[grade]++
		if list := ReadPoints(points); coversAll(scheme, list) {
			if m, ok := scheme.Score(list); ok {
				score = m
				p.ByPoints++
			}
		}
		to, err := scheme.Grade(score)
		if err != nil {
			p.Outside++
			continue
		}
		p.After[to.Code]++
		moves[[3]string{was, grade, to.Code}]++
	}
	if err := rows.Err(); err != nil {
		return p, store.MapError(err, "preview")
	}
	p.Changed, p.Moves = sumMoves(all, scheme, moves)
	return p, nil
}

// coversAll says whether there is a point within bounds for each parameter.
func coversAll(s Scheme, points []Point) bool {
	if len(s.Parameters) == 0 || len(points) < len(s.Parameters) {
		return false
	}
	found := 0
	for _, p := range points {
		if m, ok := s.Parameter(p.Parameter); ok && p.Milli <= m.MaxMilli {
			found++
		}
	}
	return found == len(s.Parameters)
}

// sumMoves orders what was counted by the grades.
func sumMoves(all map[string]Scheme, to Scheme, moves map[[3]string]int64) (changed int64, out []Move) {
	sums := map[[2]string]Move{}
	for k, n := range moves {
		m := sums[[2]string{k[1], k[2]}]
		for _, b := range all[k[0]].Bands {
			if b.Code == k[1] {
				m.From = b
			}
		}
		for _, b := range to.Bands {
			if b.Code == k[2] {
				m.To = b
			}
		}
		m.N += n
		sums[[2]string{k[1], k[2]}] = m
	}
	for k, m := range sums {
		if k[0] != k[1] {
			changed += m.N
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Move) int {
		return cmp.Or(cmp.Compare(a.From.Position, b.From.Position), cmp.Compare(a.To.Position, b.To.Position))
	})
	return changed, out
}

// officialRows leaves the results that count: those entered from files, and
// those of campaigns that are finalised. alias a.
func officialRows(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where(official)
}

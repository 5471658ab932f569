package eservice

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// BehindFilter names a figure of a year: how many services have a grade, a
// level, an automation level, of all bodies or of one. Zero values do not
// narrow; the year is the last one known.
type BehindFilter struct {
	Year       int
	Agency     string // code
	Grade      string // code of the band; "none" for those without, "graded" for those with one
	Level      string
	Automation string // "unknown": those of which it is not known
	Limit      int
	After      []string // place where the page before ended
}

// Behind is a page of the services behind a figure, by grade from the highest.
type Behind struct {
	Year   YearResult
	Agency *Agency
	Rows   []Graded
	Next   []string // place of the next page; nil at the end
}

// Behind gives the services behind a figure, in as many queries whatever the
// figure. An officer finds the own body's,
// of published years. NotFound when the year is not known service by service;
// Invalid for a grade or level that the year does not have.
func (s *Service) Behind(ctx context.Context, f BehindFilter) (b Behind, err error) {
	card, err := s.Scorecard(ctx, ScorecardFilter{Year: f.Year, Agency: f.Agency, Limit: 1})
	if err != nil {
		return b, err
	}
	y := card.Focus()
	scope, err := office.Allowed(ctx, policies.ScorecardRead)
	switch {
	case err != nil:
		return b, err
	case y == nil || y.TotalsOnly || (card.Agency == nil && !scope.Any):
		return b, apperr.Missing("year")
	}
	b.Year, b.Agency = *y, card.Agency
	if err := f.check(); err != nil {
		return b, err
	}
	q := gradedFilter{year: y.Year, level: f.Level}
	switch f.Automation {
	case "":
	case "unknown":
		q.automation = new(string)
	default:
		q.automation = &f.Automation
	}
	if card.Agency != nil {
		q.agencyID = card.Agency.ID
	}
	grades := y.downwards()
	if f.Grade != "" {
		grades = slices.DeleteFunc(grades, func(g *Band) bool {
			if g == nil {
				return f.Grade != "none"
			}
			return g.Code != f.Grade && f.Grade != "graded"
		})
		if len(grades) == 0 {
			return b, apperr.InvalidField("grade", "error.field.choice")
		}
	}
	from, last := 0, ""
	if len(f.After) == 2 && store.IsID(f.After[1]) {
		if from, err = strconv.Atoi(f.After[0]); err != nil || from < 0 || from >= len(grades) {
			return b, apperr.Missing("year")
		}
		last = f.After[1]
	}
	page, err := gradedOf(ctx, s.DB.Read(), q, grades, from, last, f.Limit+1)
	if err != nil {
		return b, err
	}
	for i, r := range page {
		if i == f.Limit {
			b.Next = []string{strconv.Itoa(page[i-1].place), page[i-1].AssessmentID}
			break
		}
		b.Rows = append(b.Rows, r.Graded)
	}
	return b, nil
}

// check refuses levels that there are not.
func (f BehindFilter) check() error {
	levels, err := Levels()
	if err != nil {
		return err
	}
	autos, err := AutomationLevels()
	if err != nil {
		return err
	}
	var check apperr.Check
	if f.Level != "" {
		check.OneOf("level", f.Level, slices.Collect(maps.Keys(levels))...)
	}
	if f.Automation != "" {
		check.OneOf("automation", f.Automation, append(autos, "unknown")...)
	}
	return check.Err()
}

// maxCompared is the most bodies that are compared at once.
const maxCompared = 6

// Comparison is some bodies beside each other in a year.
type Comparison struct {
	Year   int
	Years  []int // known service by service
	Bodies []AgencyResult
	Choice []Agency // of the year, by name
}

// Compare puts bodies of a year beside each other, in the order of their rank;
// for those who may see the results of all bodies. Invalid for more bodies
// than six; a body that was not assessed in the year is left out.
func (s *Service) Compare(ctx context.Context, year int, codes []string) (c Comparison, err error) {
	scope, err := office.Allowed(ctx, policies.ScorecardRead)
	if err == nil && !scope.Any {
		err = apperr.New(apperr.Forbidden, "error.forbidden")
	}
	if err != nil {
		return c, err
	}
	if len(codes) > maxCompared {
		return c, apperr.InvalidField("agency", "eservice.compare.too_many", "max", maxCompared)
	}
	db := s.DB.Read()
	if err := db.NewRaw("SELECT year FROM scorecard_known ORDER BY year").Scan(ctx, &c.Years); err != nil {
		return c, store.MapError(err, "years")
	}
	if len(c.Years) == 0 {
		return c, nil
	}
	if c.Year = year; year == 0 {
		c.Year = c.Years[len(c.Years)-1]
	}
	if !slices.Contains(c.Years, c.Year) {
		return c, apperr.Missing("year")
	}
	err = db.NewSelect().Model(&c.Choice).Where("g.id IN (SELECT t.agency_id FROM scorecard_standings t WHERE t.year = ?)", c.Year).OrderExpr("g.sort_key, g.id").Limit(1000).Scan(ctx)
	if err != nil || len(codes) == 0 {
		return c, store.MapError(err, "bodies of a year")
	}
	schemes, err := s.allSchemes(ctx)
	if err != nil {
		return c, err
	}
	c.Bodies, err = standings(ctx, db, c.Year, schemes, standingFilter{codes: codes})
	return c, err
}

package eservice

import (
	"cmp"
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// YearResult is one column of the national table or of one body's card:
// services, electronised and not, and the four grades, which are given to
// electronised services only and so add up to them.
type YearResult struct {
	Year            int
	TotalsOnly      bool   // known as totals, not service by service
	Break           *Break // set when the year cannot be compared with the one before
	Scheme          Scheme
	Agencies        int64 // 1 on a card
	Services        int64
	Electronised    int64
	NotElectronised int64
	Grades          map[string]int64 // by band code of the scheme
	ScoreSum        int64            // thousandths, over scored services
}

// GradeSum is the number of graded services.
func (y YearResult) GradeSum() (n int64) {
	for _, g := range y.Grades {
		n += g
	}
	return n
}

// MeanGradeMilli is the mean grade in thousandths, the lowest band counting 1,
// the next 2 and so on; 0 and false when nothing is graded. The official
// definition of the rating matrix is not known: this mean is ours.
func (y YearResult) MeanGradeMilli() (int64, bool) {
	n, sum := y.GradeSum(), int64(0)
	if n == 0 {
		return 0, false
	}
	for _, b := range y.Scheme.Bands {
		sum += int64(b.Position) * y.Grades[b.Code]
	}
	return (2000*sum + n) / (2 * n), true
}

// MeanScoreMilli is the mean score in thousandths of a point; false when the
// year is known as totals only, or nothing is scored.
func (y YearResult) MeanScoreMilli() (int64, bool) {
	n := y.GradeSum()
	if n == 0 || y.TotalsOnly {
		return 0, false
	}
	return (2*y.ScoreSum + n) / (2 * n), true
}

// AgencyResult is a body's column in the year shown, with its rank by mean
// grade; equal means share a rank.
type AgencyResult struct {
	Agency Agency
	Rank   int
	YearResult
}

// Scorecard is what a page or a document shows: the years in order, the year
// in focus and its bodies when it is known service by service.
type Scorecard struct {
	Agency   *Agency // set on one body's card
	Years    []YearResult
	Year     int // in focus; 0 when there are none
	Agencies []AgencyResult
	Services []ServiceResult // of one body's card, in the year in focus
}

// Focus is the result of the year in focus; nil when there are no years.
func (c Scorecard) Focus() *YearResult {
	for i := range c.Years {
		if c.Years[i].Year == c.Year {
			return &c.Years[i]
		}
	}
	return nil
}

// ScorecardFilter says what to show. Zero values: all years, the last year in
// focus, all bodies.
type ScorecardFilter struct {
	From, To int    // years, inclusive
	Year     int    // in focus
	Agency   string // code of one body
}

// Scorecard gives the national results, or one body's card. Someone who may
// see only an agency's own results must name it or gets that agency; another
// body, an unknown one and a year of which nothing is known are NotFound.
func (s *Service) Scorecard(ctx context.Context, f ScorecardFilter) (Scorecard, error) {
	scope, err := kis.Allowed(ctx, policies.ScorecardRead)
	if err != nil {
		return Scorecard{}, err
	}
	if f.From != 0 && f.To != 0 && f.From > f.To {
		return Scorecard{}, apperr.InvalidField("from", "eservice.scorecard.years_wrong")
	}
	db := s.DB.Read()
	var card Scorecard
	if f.Agency != "" || !scope.Any {
		a, err := findAgency(ctx, db, f.Agency, scope)
		if err != nil {
			return Scorecard{}, err
		}
		card.Agency = &a
	}
	schemes, err := loadSchemes(ctx, db)
	if err != nil {
		return Scorecard{}, err
	}
	if card.Years, err = yearResults(ctx, db, schemes, card.Agency); err != nil {
		return Scorecard{}, err
	}
	card.Years = slices.DeleteFunc(card.Years, func(y YearResult) bool {
		return (f.From != 0 && y.Year < f.From) || (f.To != 0 && y.Year > f.To)
	})
	if card.Year = f.Year; card.Year == 0 && len(card.Years) > 0 {
		card.Year = card.Years[len(card.Years)-1].Year
	}
	if f.Year != 0 && card.Focus() == nil {
		return Scorecard{}, apperr.Missing("year")
	}
	return card, s.fillFocus(ctx, &card, schemes)
}

// fillFocus reads the bodies, or one body's services, of the year in focus.
func (s *Service) fillFocus(ctx context.Context, card *Scorecard, schemes map[string]Scheme) (err error) {
	y := card.Focus()
	if y == nil || y.TotalsOnly {
		return nil
	}
	if card.Agency != nil {
		card.Services, err = serviceResults(ctx, s.DB.Read(), card.Agency.ID, card.Year, schemes)
		return err
	}
	card.Agencies, err = agencyResults(ctx, s.DB.Read(), card.Year, schemes)
	if err != nil {
		return err
	}
	rank(card.Agencies)
	return nil
}

// rank orders bodies by mean grade, highest first, then by share of
// electronised services, then by name, and gives equal means equal ranks.
func rank(rows []AgencyResult) {
	slices.SortStableFunc(rows, func(a, b AgencyResult) int {
		am, _ := a.MeanGradeMilli()
		bm, _ := b.MeanGradeMilli()
		return cmp.Or(cmp.Compare(bm, am),
			cmp.Compare(b.Electronised*a.Services, a.Electronised*b.Services),
			cmp.Compare(a.Agency.SortKey, b.Agency.SortKey))
	})
	for i := range rows {
		rows[i].Rank = i + 1
		if i > 0 {
			a, _ := rows[i].MeanGradeMilli()
			b, _ := rows[i-1].MeanGradeMilli()
			if a == b {
				rows[i].Rank = rows[i-1].Rank
			}
		}
	}
}

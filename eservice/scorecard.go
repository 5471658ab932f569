package eservice

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// YearResult is one column of the national table or of one body's card:
// services, electronised and not, and the grades, which are given to
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
	Levels          map[string]int64 // services by electronisation level; nil of totals
	Automation      map[string]int64 // services by automation level, "" not known; nil of totals
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
// the next 2 and so on; 0 and false when nothing is graded.
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

// MeanScoreMilli is the mean score in thousandths of a point, rounded half up;
// false when the year is known as totals only, or nothing is scored.
func (y YearResult) MeanScoreMilli() (int64, bool) {
	n := y.GradeSum()
	if n == 0 || y.TotalsOnly {
		return 0, false
	}
	return (2*y.ScoreSum + n) / (2 * n), true
}

// Trend compares a year with the one before.
type Trend string

// The trends. Over a break of method, and where a figure is not known, there
// is none.
const (
	TrendNone   Trend = ""       // first year, or not known
	TrendBreak  Trend = "break"  // not comparable
	TrendBetter Trend = "better" // more
	TrendWorse  Trend = "worse"  // less
	TrendSame   Trend = "same"
)

// RateTrend compares the share of electronised services of year i with that of
// the year before, exactly.
func RateTrend(years []YearResult, i int) Trend {
	if i < 1 || years[i].Services == 0 || years[i-1].Services == 0 {
		return TrendNone
	}
	if years[i].Break != nil {
		return TrendBreak
	}
	return trend(years[i].Electronised*years[i-1].Services, years[i-1].Electronised*years[i].Services)
}

// ScoreTrend does so with the mean score.
func ScoreTrend(years []YearResult, i int) Trend {
	if i < 1 {
		return TrendNone
	}
	if years[i].Break != nil {
		return TrendBreak
	}
	now, ok := years[i].MeanScoreMilli()
	before, had := years[i-1].MeanScoreMilli()
	if !ok || !had {
		return TrendNone
	}
	return trend(now, before)
}

func trend(now, before int64) Trend {
	switch {
	case now > before:
		return TrendBetter
	case now < before:
		return TrendWorse
	}
	return TrendSame
}

// AgencyResult is a body's column in the year shown, with its rank by mean
// score; bodies whose means are equal to the thousandth share a rank, and the
// ranks after them are left out (1, 2, 2, 4).
type AgencyResult struct {
	Agency  Agency
	Rank    int
	Sharing int // bodies with this rank
	CellX   int // fifth of the share of electronised services, 0 to 4
	CellY   int // fifth of the mean score, 0 to 4; -1 without a mean
	YearResult
}

// Cell is a field of the rating matrix and how many bodies stand in it.
type Cell struct {
	X      int `bun:"x"`
	Y      int `bun:"y"`
	Bodies int `bun:"bodies"`
}

// Scorecard is what a page or a document shows: the years in order, the year
// in focus and its bodies when it is known service by service.
type Scorecard struct {
	Agency   *Agency // set on one body's card
	Years    []YearResult
	Year     int // in focus; 0 when there are none
	Agencies []AgencyResult
	Bodies   int    // in the year in focus, also those that are not listed
	Cells    []Cell // of the rating matrix
	Services []ServiceResult

	// Of one body's card.
	Standing      *AgencyResult    // in the year in focus
	ServicesTotal int64            // in the year in focus, also those that are not listed
	Measures      []MeasureSummary // of national plans that name the body; nil: nothing is known
	Published     bool             // the year in focus
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
// focus, all bodies, no limit.
type ScorecardFilter struct {
	From, To int    // years, inclusive
	Year     int    // in focus
	Agency   string // code of one body
	Limit    int    // bodies of the national page, or services of a card
	After    []string
	Grade    string // drill: services with this grade only, "none" for those without
	Level    string // drill: services at this level only
}

// MeasureSummary is how a body's measures of one plan stand.
type MeasureSummary struct {
	PlanAZ, PlanEN string // title
	Href           string
	Counts         []MeasureCount
}

// Plan is the title of the plan in a language.
func (m MeasureSummary) Plan(lang string) string { return i18n.InLang(lang, m.PlanAZ, m.PlanEN) }

// MeasureCount is a status with how many measures have it.
type MeasureCount struct {
	AZ, EN     string // word of the status
	Tone, Icon string
	N          int
}

// Status is the word of the status in a language.
func (m MeasureCount) Status(lang string) string { return i18n.InLang(lang, m.AZ, m.EN) }

// MeasureSource is what the card of a body asks the context of measures.
type MeasureSource interface {
	// MeasuresOf gives the measures that concern a body, by its code, as far as
	// the actor may read them.
	MeasuresOf(ctx context.Context, agencyCode string) ([]MeasureSummary, error)
}

// Scorecard gives the national results, or one body's card. Someone who may
// see only an agency's own results must name it or gets that agency, and sees
// what is published; another body, an unknown one and a year of which nothing
// is known are NotFound.
func (s *Service) Scorecard(ctx context.Context, f ScorecardFilter) (Scorecard, error) {
	scope, err := office.Allowed(ctx, policies.ScorecardRead)
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
	schemes, err := s.allSchemes(ctx)
	if err != nil {
		return Scorecard{}, err
	}
	if card.Years, err = yearResults(ctx, db, schemes, card.Agency); err != nil {
		return Scorecard{}, err
	}
	hidden, err := unpublished(ctx, db)
	if err != nil {
		return Scorecard{}, err
	}
	card.Years = slices.DeleteFunc(card.Years, func(y YearResult) bool {
		return (f.From != 0 && y.Year < f.From) || (f.To != 0 && y.Year > f.To) || (!scope.Any && slices.Contains(hidden, y.Year))
	})
	if card.Year = f.Year; card.Year == 0 && len(card.Years) > 0 {
		card.Year = card.Years[len(card.Years)-1].Year
	}
	card.Published = !slices.Contains(hidden, card.Year)
	if f.Year != 0 && card.Focus() == nil {
		return Scorecard{}, apperr.Missing("year")
	}
	return card, s.fillFocus(ctx, &card, schemes, f)
}

// fillFocus reads the bodies, or one body's services, of the year in focus.
func (s *Service) fillFocus(ctx context.Context, card *Scorecard, schemes map[string]Scheme, f ScorecardFilter) (err error) {
	db, y := s.DB.Read(), card.Focus()
	if card.Agency != nil && s.Measures != nil {
		if card.Measures, err = s.Measures.MeasuresOf(ctx, card.Agency.Code); err != nil {
			return err
		}
	}
	if y == nil || y.TotalsOnly {
		return nil
	}
	card.Bodies = int(y.Agencies)
	if card.Agency != nil {
		own, err := standings(ctx, db, card.Year, schemes, standingFilter{agencyID: card.Agency.ID})
		if err != nil {
			return err
		}
		if len(own) == 1 {
			card.Standing = &own[0]
			card.ServicesTotal = own[0].Services
			y.Levels, y.Automation = own[0].Levels, own[0].Automation
		}
		if card.Bodies, err = bodiesOf(ctx, db, card.Year); err != nil {
			return err
		}
		card.Services, err = serviceResults(ctx, db, card.Agency.ID, card.Year, schemes, f)
		return err
	}
	if card.Agencies, err = standings(ctx, db, card.Year, schemes, standingFilter{limit: f.Limit, after: f.After}); err != nil {
		return err
	}
	card.Cells, err = matrixCells(ctx, db, card.Year)
	return err
}

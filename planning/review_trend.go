package planning

import (
	"context"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// Periods is how many periods a trend looks at, that of the review among them.
const Periods = 5

// Point is a figure as an earlier review locked it.
type Point struct {
	Number   string  // of that review
	From, To day.Day // its period
	Num, Den int64
	Value    string
}

// Trend says how a figure has moved over the periods.
type Trend string

const (
	NoTrend   Trend = "none"   // nothing to compare with, or no direction is better
	Improved  Trend = "better" // yaxşılaşıb
	Worsened  Trend = "worse"  // pisləşib
	Unchanged Trend = "same"   // dəyişməyib
)

// Compared are the points of the past that the figure can be compared with, the
// oldest first: those that are the same sort of number, shares with shares and
// counts with counts. A share of nothing is none.
func (f FrozenFigure) Compared() []Point {
	now, sort := amount(f.Num, f.Den, f.Value)
	var out []Point
	for _, p := range f.Past {
		if n, s := amount(p.Num, p.Den, p.Value); now != nil && n != nil && s == sort {
			out = append(out, p)
		}
	}
	return out
}

// Series gives the figure through the periods as numbers, the one of this
// review last; none when it is no number.
func (f FrozenFigure) Series() []*big.Rat {
	var out []*big.Rat
	for _, p := range append(f.Compared(), Point{Num: f.Num, Den: f.Den, Value: f.Value}) {
		if n, _ := amount(p.Num, p.Den, p.Value); n != nil {
			out = append(out, n)
		}
	}
	return out
}

// Trend judges the series of the figure: the sign of the sum of the signs of
// all its changes, each period against each later one (the S of Mann and
// Kendall), so that one outlier does not decide. Of two periods it is their
// difference.
func (f FrozenFigure) Trend() Trend {
	series, s := f.Series(), 0
	if len(series) < 2 || f.Better == 0 {
		return NoTrend
	}
	for i, a := range series {
		for _, b := range series[i+1:] {
			s += b.Cmp(a)
		}
	}
	switch {
	case s == 0:
		return Unchanged
	case (s > 0) == (f.Better > 0):
		return Improved
	}
	return Worsened
}

// amount is a figure as a number, and what sort of number it is; nil when it
// is none.
func amount(num, den int64, value string) (*big.Rat, string) {
	switch {
	case value != "":
		n, ok := new(big.Rat).SetString(strings.ReplaceAll(value, ",", "."))
		if !ok {
			return nil, ""
		}
		return n, "value"
	case den != 0:
		return big.NewRat(num, den), "share"
	}
	return new(big.Rat).SetInt64(num), "count"
}

// pastFigure is a figure of an earlier review.
type pastFigure struct {
	FrozenFigure `bun:",extend"`
	Number       string
	FromDay      day.Day
	ToDay        day.Day
}

// figuresBefore reads the figures of the reviews that were signed when the
// figures of r were taken, those of the latest periods, in the order of the
// periods. A signed review never changes, so neither does what it gives.
func figuresBefore(ctx context.Context, db bun.IDB, r Review, taken any) ([]pastFigure, error) {
	var list []pastFigure
	err := db.NewSelect().Model(&list).ColumnExpr("g.*, p.number, p.from_day, p.to_day").
		Join("JOIN (SELECT id, number, from_day, to_day FROM reviews WHERE state = ? AND id <> ? AND to_day < ? AND signed_at <= ? ORDER BY to_day DESC, signed_at DESC LIMIT ?) AS p ON p.id = g.review_id",
			ReviewSigned, r.ID, r.To, taken, Periods-1).
		OrderExpr("p.to_day, p.number, g.letter, g.position").Scan(ctx)
	return list, store.MapError(err, "figures before")
}

// past picks, out of each earlier review, the figure that is the same as f.
// Where a review had it several times, for several years, it is that of the
// same year, else the latest.
func (f FrozenFigure) past(before []pastFigure) []Point {
	var out []Point
	best := "" // what the chosen figure of the last review is about
	for _, p := range before {
		if p.series() != f.series() {
			continue
		}
		point := Point{Number: p.Number, From: p.FromDay, To: p.ToDay, Num: p.Num, Den: p.Den, Value: p.Value}
		if n := len(out); n > 0 && out[n-1].Number == p.Number {
			if best != f.ArgsJSON && (p.ArgsJSON == f.ArgsJSON || p.ArgsJSON > best) {
				out[n-1], best = point, p.ArgsJSON
			}
			continue
		}
		out, best = append(out, point), p.ArgsJSON
	}
	return out
}

// ofTime are the arguments of a figure that differ from period to period.
var ofTime = []string{"n", "period", "year"}

// series tells which figures of several reviews are the same one.
func (f FrozenFigure) series() string {
	args := f.args()
	for _, k := range ofTime {
		delete(args, k)
	}
	parts := []string{f.Letter, f.Key}
	for _, k := range slices.Sorted(maps.Keys(args)) {
		parts = append(parts, k, args[k])
	}
	return strings.Join(parts, "\x00")
}

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/planning"
)

// lockedFigure is a figure of a signed review, straight from its table.
type lockedFigure struct {
	Number, Letter, Key, Args, Value string
	From, To                         day.Day
	Num, Den                         int64
}

// about is what the figure is about, without what differs from period to
// period.
func about(t *testing.T, letter, key, raw string) string {
	t.Helper()
	var args map[string]string
	if err := json.Unmarshal([]byte(raw), &args); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(args, func(k, _ string) bool { return k == "n" || k == "period" || k == "year" })
	return fmt.Sprint(letter, key, args) // maps are printed sorted
}

// ofThePeriod are the figures that count what came about within the period
// and nothing else: they can be counted for any review at any time.
var ofThePeriod = []string{"planning.review.figure.proposed", "review.figure.nonconformities", "review.figure.observations", "review.figure.strengths", "review.figure.survey_answers"}

// checkTrends compares the series of each figure of a review with the figures
// that the signed reviews before it locked, and its trend with one worked out
// here; what can be counted from the records for those periods too is.
func checkTrends(t *testing.T, a *app, d planning.ReviewDossier) {
	t.Helper()
	var locked []lockedFigure
	err := a.db.Read().NewRaw(`SELECT r.number, g.letter, g.key, g.args, g.value, g.num, g.den, r.from_day AS "from", r.to_day AS "to"
		FROM reviews r, review_figures g WHERE g.review_id = r.id AND r.signed_at IS NOT NULL ORDER BY r.to_day, g.letter, g.position`).Scan(t.Context(), &locked)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range locked {
		if !slices.Contains(ofThePeriod, f.Key) {
			continue
		}
		p := planning.Period{From: f.From, To: f.To}
		from, before := p.Times(a.kis.Zone)
		var n int64
		sql := strings.NewReplacer("'F'", "'"+from.Format("2006-01-02 15:04:05")+"'", "'B'", "'"+before.Format("2006-01-02 15:04:05")+"'").Replace(recount[f.Key][0])
		if err := a.db.Read().NewRaw(sql).Scan(t.Context(), &n); err != nil || n != f.Num {
			t.Errorf("%s: %s is %d, the records say %d (%v)", f.Number, f.Key, f.Num, n, err)
		}
	}
	long := 0
	for _, in := range d.Inputs {
		for _, f := range in.Figures {
			var want []lockedFigure
			for _, l := range locked {
				switch {
				case about(t, l.Letter, l.Key, l.Args) != about(t, f.Letter, f.Key, f.ArgsJSON):
				case len(want) > 0 && want[len(want)-1].Number == l.Number: // several years in one review
					if last := &want[len(want)-1]; last.Args != f.ArgsJSON && (l.Args == f.ArgsJSON || l.Args > last.Args) {
						*last = l
					}
				default:
					want = append(want, l)
				}
			}
			want = want[max(0, len(want)-4):]
			same := len(want) == len(f.Past)
			values := []float64{}
			for i, w := range want {
				same = same && f.Past[i].Number == w.Number && f.Past[i].Num == w.Num && f.Past[i].Den == w.Den && f.Past[i].Value == w.Value
				if (w.Den == 0) == (f.Den == 0) {
					values = append(values, size(t, w.Num, w.Den, w.Value))
				}
			}
			if !same {
				t.Errorf("input %s: %s was %+v, the signed reviews say %+v", in.Letter, f.Key, f.Past, want)
			}
			values = append(values, size(t, f.Num, f.Den, f.Value))
			if len(values) >= 3 {
				long++
			}
			if got, want := f.Trend(), trendOf(values, f.Better); got != want {
				t.Errorf("input %s: the trend of %s over %v is %s, it should be %s", in.Letter, f.Key, values, got, want)
			}
		}
	}
	if long < 8 {
		t.Errorf("only %d figures are known for three periods", long)
	}
}

func size(t *testing.T, num, den int64, value string) float64 {
	t.Helper()
	if value != "" {
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return float64(num) / float64(max(1, den))
}

// trendOf counts the rises and falls between any two periods.
func trendOf(values []float64, better int) planning.Trend {
	rises, falls := 0, 0
	for i := range values {
		for j := range i {
			if values[j] < values[i] {
				rises++
			} else if values[j] > values[i] {
				falls++
			}
		}
	}
	switch {
	case better == 0 || len(values) < 2:
		return planning.NoTrend
	case rises == falls:
		return planning.Unchanged
	case (rises > falls) == (better > 0):
		return planning.Improved
	}
	return planning.Worsened
}

// checkOpenDecisions compares the open decisions that come first with those of
// the signed reviews of which no item's end was accepted.
func checkOpenDecisions(t *testing.T, a *app, d planning.ReviewDossier, fill *strings.Replacer) {
	t.Helper()
	var want []string
	sql := fill.Replace(`SELECT text FROM review_decisions WHERE review_id IN (SELECT id FROM reviews WHERE signed_at IS NOT NULL)
		AND id NOT IN (SELECT i.decision_id FROM plan_items i WHERE i.decision_id IS NOT NULL AND DONE(i)) ORDER BY due, text`)
	if err := a.db.Read().NewRaw(sql).Scan(t.Context(), &want); err != nil {
		t.Fatal(err)
	}
	var got []string
	late := 0
	for _, x := range d.OpenBefore {
		got = append(got, x.Text)
		if x.Late {
			late++
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || late == 0 || late == len(got) {
		t.Errorf("open decisions %q, %d late; the records say %q", got, late, want)
	}
}

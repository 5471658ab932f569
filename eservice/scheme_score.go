package eservice

import (
	"encoding/json"
	"math/big"

	"github.com/kis-platform/kis/internal/apperr"
)

// Point is what one parameter of one service got: Milli thousandths of a
// point, or nothing because the parameter does not apply to the service.
type Point struct {
	Parameter string `json:"p"`
	Milli     int64  `json:"m,omitempty"`
	NA        bool   `json:"na,omitempty"`
	Reason    string `json:"r,omitempty"` // why not all points, or why not applicable
}

// Points writes points as they are stored.
func Points(list []Point) string {
	if len(list) == 0 {
		return "[]"
	}
	raw, _ := json.Marshal(list)
	return string(raw)
}

// ReadPoints reads stored points; what is no list is none.
func ReadPoints(text string) []Point {
	var out []Point
	if json.Unmarshal([]byte(text), &out) != nil {
		return nil
	}
	return out
}

// maxReason is the most characters of a reason.
const maxReason = 1000

// CheckPoints holds points against the scheme: each parameter once and none of
// another scheme, no more than its maximum, a reason for what does not apply
// and for what got less than all points, and something that applies. Faults
// are named "points.CODE" and "reason.CODE".
func (s Scheme) CheckPoints(check *apperr.Check, points []Point) []Point {
	at, out := map[string]int{}, make([]Point, 0, len(s.Parameters))
	for i, p := range points {
		if _, ok := s.Parameter(p.Parameter); !ok {
			check.Add("points."+p.Parameter, "eservice.points.other_scheme", "scheme", s.Code)
			continue
		}
		if _, twice := at[p.Parameter]; twice {
			check.Add("points."+p.Parameter, "eservice.points.twice")
		}
		at[p.Parameter] = i
	}
	applies := false
	for _, m := range s.Parameters {
		i, ok := at[m.Code]
		if !ok {
			check.Add("points."+m.Code, "error.field.required")
			continue
		}
		p := points[i]
		p.Reason = check.Text("reason."+m.Code, p.Reason, 0, maxReason)
		switch {
		case p.NA:
			p.Milli = 0
		case p.Milli < 0 || p.Milli > m.MaxMilli:
			check.Add("points."+m.Code, "eservice.points.range", "max", PlainMilli(m.MaxMilli))
			continue
		default:
			applies = true
		}
		if p.Reason == "" && (p.NA || p.Milli < m.MaxMilli) {
			check.Add("reason."+m.Code, "eservice.points.reason")
		}
		out = append(out, p)
	}
	if !applies && check.Count() == 0 {
		check.Add("points", "eservice.points.none_applies")
	}
	return out
}

// Score is the score of points in thousandths, rounded half up: the most of
// the scale times Σ w·points / Σ w·maximum over the parameters that apply, w
// being the weight of the parameter times that of its criterion; false when
// none applies. With equal weights this is 100 · Σ points / Σ maximum.
func (s Scheme) Score(points []Point) (int64, bool) {
	got, most := new(big.Int), new(big.Int)
	weights := map[string]int64{}
	for _, c := range s.Criteria {
		weights[c.Code] = c.WeightMilli
	}
	for _, p := range points {
		m, ok := s.Parameter(p.Parameter)
		if !ok || p.NA {
			continue
		}
		w := new(big.Int).Mul(big.NewInt(m.WeightMilli), big.NewInt(weights[m.Criterion]))
		got.Add(got, new(big.Int).Mul(w, big.NewInt(p.Milli)))
		most.Add(most, new(big.Int).Mul(w, big.NewInt(m.MaxMilli)))
	}
	if most.Sign() == 0 {
		return 0, false
	}
	got.Mul(got, big.NewInt(2*s.MaxMilli)).Add(got, most)
	return got.Div(got, most.Mul(most, big.NewInt(2))).Int64(), true
}

// CriterionScore is a criterion's part of points: what was given of what could
// be, in thousandths of a per cent; false when nothing of it applies.
func (s Scheme) CriterionScore(points []Point, criterion string) (int64, bool) {
	var got, most int64
	for _, p := range points {
		if m, ok := s.Parameter(p.Parameter); ok && !p.NA && m.Criterion == criterion {
			got += m.WeightMilli * p.Milli / 1000
			most += m.WeightMilli * m.MaxMilli / 1000
		}
	}
	if most == 0 {
		return 0, false
	}
	return (2*got*100_000 + most) / (2 * most), true
}

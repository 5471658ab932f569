package main

import (
	"context"

	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/risk"
	reportrisks "github.com/kis-platform/kis/reports/risks"
)

// wireRisk makes the register of risks and the objectives, lets the management
// review and the audit programme take their figures, and has the table made as
// a document.
func wireRisk(s services) *risk.Service {
	r := risk.New(s.kis)
	s.planning.AddInputs(riskFigures{r})
	s.programmes.Risks = r
	reportrisks.Add(s.reports, r)
	return r
}

// riskFigures gives e, effectiveness of actions on risks and opportunities,
// and c2, the extent to which objectives have been met.
type riskFigures struct{ risk *risk.Service }

// ReviewInputs counts treatments and objectives of the period. What there is
// nothing of is left out.
func (r riskFigures) ReviewInputs(ctx context.Context, period planning.Period) (map[string][]planning.Figure, error) {
	from, before := period.Times(r.risk.KIS.Zone)
	f, err := r.risk.Figures(ctx, period.From, period.To, from, before)
	if err != nil {
		return nil, err
	}
	out := map[string][]planning.Figure{}
	add := func(letter, key, href string, num, den, better int) {
		out[letter] = append(out[letter], planning.Figure{Key: "risk.figure." + key, Num: int64(num), Den: int64(den), Href: href, Better: better})
	}
	if f.Due > 0 {
		add("e", "treated_done", "/risks", f.Done, f.Due, 1)
	}
	if f.Checked > 0 {
		add("e", "effective", "/risks?state=effective", f.Effective, f.Checked, 1)
	}
	if f.Open > 0 {
		add("e", "heavy", "/risks", f.Heavy, 0, -1)
	}
	if f.Running > 0 {
		add("c2", "on_target", "/objectives?state=running", f.OnTarget, f.Running, 1)
	}
	if f.Decided > 0 {
		add("c2", "reached", "/objectives?state=reached", f.Reached, f.Decided, 1)
	}
	return out, nil
}

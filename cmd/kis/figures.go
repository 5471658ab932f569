package main

import (
	"context"
	"fmt"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
)

// The figures that the other contexts give to the management review. Each
// type answers planning.InputSource.

// processFigures gives c3, process performance and conformity of products,
// and c5, results of monitoring and measurement.
type processFigures struct{ kis *kis.Service }

// ReviewInputs counts the cycles whose year of work lies in the period.
func (p processFigures) ReviewInputs(ctx context.Context, period planning.Period) (map[string][]planning.Figure, error) {
	cycles, err := p.kis.Cycles(ctx, kis.CycleFilter{From: fmt.Sprint(period.From.Year()), To: fmt.Sprint(period.To.Year())})
	if err != nil {
		return nil, err
	}
	out := map[string][]planning.Figure{}
	for _, c := range cycles.Cycles {
		args := map[string]string{"process": c.Process.TitleAZ, "process_en": c.Process.TitleEN, "period": c.Period}
		href := "/cycles/" + c.ID
		out["c3"] = append(out["c3"],
			planning.Figure{Key: "review.figure.tasks", Num: int64(c.Accepted), Den: int64(c.Tasks), Href: href, Args: args, Better: 1},
			planning.Figure{Key: "review.figure.gates", Num: int64(c.Gates), Den: int64(c.AllGates), Href: href, Args: args, Better: 1})
		out["c5"] = append(out["c5"], planning.Figure{Key: "review.figure.waiting", Num: int64(c.Waiting), Href: href, Args: args, Better: -1})
	}
	return out, nil
}

// auditFigures gives c4, nonconformities and corrective actions, and c6,
// audit results.
type auditFigures struct{ audit *audit.Service }

// ReviewInputs counts audits, findings and acts of the period.
func (a auditFigures) ReviewInputs(ctx context.Context, period planning.Period) (map[string][]planning.Figure, error) {
	from, before := period.Times(a.audit.KIS.Zone)
	f, err := a.audit.Figures(ctx, from, before)
	if err != nil {
		return nil, err
	}
	return map[string][]planning.Figure{
		"c4": {
			{Key: "review.figure.acts", Num: f.ActsClosed, Den: f.ActsIssued, Href: "/acts", Better: 1},
			{Key: "review.figure.open_acts", Num: f.ActsOpen, Href: "/acts", Better: -1},
			{Key: "review.figure.actions", Num: f.ActionsDone, Den: f.Actions, Href: "/acts", Better: 1},
		},
		"c6": {
			{Key: "review.figure.audits", Num: f.AuditsHeld, Den: f.AuditsPlanned, Href: "/audits", Better: 1},
			{Key: "review.figure.nonconformities", Num: f.Findings[audit.Major] + f.Findings[audit.Minor], Href: "/acts", Better: -1},
			{Key: "review.figure.observations", Num: f.Findings[audit.Observation] + f.Findings[audit.Opportunity], Href: "/audits"},
			{Key: "review.figure.strengths", Num: f.Findings[audit.Strength], Href: "/audits", Better: 1},
		},
	}, nil
}

// eserviceFigures gives b, changes in external and internal issues: the state
// of e-services that the office reports on.
type eserviceFigures struct{ eservice *eservice.Service }

// ReviewInputs gives the last assessed year up to the end of the period.
func (e eserviceFigures) ReviewInputs(ctx context.Context, period planning.Period) (map[string][]planning.Figure, error) {
	card, err := e.eservice.Scorecard(ctx, eservice.ScorecardFilter{To: period.To.Year()})
	if err != nil {
		return nil, err
	}
	y := card.Focus()
	if y == nil {
		return nil, nil
	}
	return map[string][]planning.Figure{"b": {{Key: "review.figure.electronised", Num: y.Electronised, Den: y.Services,
		Href: fmt.Sprintf("/scorecards?year=%d", y.Year), Args: map[string]string{"year": fmt.Sprint(y.Year)}, Better: 1}}}, nil
}

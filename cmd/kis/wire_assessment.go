package main

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/assessment"
	"github.com/kis-platform/kis/planning/evaluation"
	"github.com/kis-platform/kis/reports/cycledoc"
)

// wireAssessment makes self-assessments and surveys; what users answer is an
// input of reviews and of evaluations.
func wireAssessment(s services) *assessment.Service {
	a := assessment.New(s.kis)
	s.planning.AddInputs(surveyFigures{a})
	s.evaluations.AddSource(evaluatedFeedback{a})
	cycledoc.AddAssessments(s.reports, a)
	return a
}

// surveyFigures gives c1, customer satisfaction and feedback of interested
// parties.
type surveyFigures struct{ assessment *assessment.Service }

// ReviewInputs gives the mean and the number of answers of each survey that
// was answered in the period.
func (f surveyFigures) ReviewInputs(ctx context.Context, period planning.Period) (map[string][]planning.Figure, error) {
	from, before := period.Times(f.assessment.KIS.Zone)
	list, err := f.assessment.Results(ctx, from, before, "")
	if err != nil {
		return nil, err
	}
	out := map[string][]planning.Figure{}
	for _, r := range list {
		if r.N == 0 {
			continue
		}
		args := map[string]string{"title": r.Title}
		m := assessment.Mean{Sum: r.Sum, N: r.N}
		out["c1"] = append(out["c1"],
			planning.Figure{Key: "review.figure.survey", Value: m.Text(), Args: map[string]string{"title": r.Title, "n": strconv.FormatInt(r.Responses, 10)}, Href: "/surveys/" + r.ID, Better: 1},
			planning.Figure{Key: "review.figure.survey_answers", Num: r.Responses, Args: args, Href: "/surveys/" + r.ID, Better: 1})
	}
	return out, nil
}

// evaluatedFeedback gives what users say of the process of a cycle.
type evaluatedFeedback struct{ assessment *assessment.Service }

// EvaluationInputs gives the mean of each survey about the process that was
// answered in the period of the cycle.
func (f evaluatedFeedback) EvaluationInputs(ctx context.Context, cy kis.Cycle) ([]evaluation.Line, error) {
	p, ok := kis.ParsePeriod(cy.Period)
	if !ok {
		return nil, nil
	}
	from, before := planning.Period{From: p.First(), To: p.Last()}.Times(f.assessment.KIS.Zone)
	list, err := f.assessment.Results(ctx, from, before, cy.Process.ID)
	if err != nil {
		return nil, err
	}
	var out []evaluation.Line
	for _, r := range list {
		m := assessment.Mean{Sum: r.Sum, N: r.N}
		if r.N > 0 {
			out = append(out, evaluation.Line{Section: evaluation.Feedback, Code: "7.4", Key: "evaluation.line.feedback", Value: m.Text(), Unit: "points",
				Args: map[string]string{"title": r.Title, "n": strconv.FormatInt(r.Responses, 10)}, Href: "/surveys/" + r.ID})
		}
	}
	return out, nil
}

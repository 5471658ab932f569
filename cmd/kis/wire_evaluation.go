package main

import (
	"context"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/planning/evaluation"
)

// wireEvaluation makes the evaluation of cycles and lets it ask the other
// contexts what they know.
func wireEvaluation(s services) *evaluation.Service {
	e := evaluation.New(s.planning)
	e.AddSource(evaluatedIndicators{s.indicators})
	e.AddSource(evaluatedInquiries{s.inquiry})
	e.AddSource(evaluatedAudit{s.audit})
	return e
}

// evaluatedIndicators gives the indicators of a cycle against their targets.
type evaluatedIndicators struct{ indicators *indicator.Service }

// EvaluationInputs gives each indicator that applies, and how many do not.
func (i evaluatedIndicators) EvaluationInputs(ctx context.Context, cy kis.Cycle) ([]evaluation.Line, error) {
	sheet, err := i.indicators.Cycle(ctx, cy.ID)
	if err != nil {
		return nil, err
	}
	verdicts := map[indicator.Verdict]string{indicator.Met: evaluation.Good, indicator.Missed: evaluation.Bad, indicator.NoValue: evaluation.Open}
	na := int64(0)
	var out []evaluation.Line
	if judged := sheet.Met + sheet.Missed; judged > 0 {
		l := evaluation.Line{Section: evaluation.Indicators, Key: "evaluation.line.indicators_met", Num: int64(sheet.Met), Den: int64(judged), Verdict: evaluation.Good, Href: "/cycles/" + cy.ID + "/indicators"}
		if sheet.Missed > 0 {
			l.Verdict = evaluation.Bad
		}
		out = append(out, l)
	}
	for _, x := range sheet.Lines {
		if !x.Applies {
			na++
			continue
		}
		l := evaluation.Line{Section: evaluation.Indicators, Code: x.GSBPM, Key: "evaluation.line.indicator", Args: map[string]string{"code": x.GSBPM, "name": x.NameAZ, "name_en": x.NameEN},
			Unit: string(x.Unit), Target: x.Target, Verdict: verdicts[x.Verdict], Href: "/cycles/" + cy.ID + "/indicators/" + x.Indicator.Code}
		if x.Value != nil {
			l.Value = indicator.Round(x.Value.Value, x.Decimals)
		}
		out = append(out, l)
	}
	if na > 0 {
		out = append(out, evaluation.Line{Section: evaluation.Indicators, Key: "evaluation.line.indicators_na", Num: na, Verdict: evaluation.NA, Href: "/cycles/" + cy.ID + "/indicators"})
	}
	return out, nil
}

// evaluatedInquiries gives discrepancy notes and requests.
type evaluatedInquiries struct{ inquiry *inquiry.Service }

// EvaluationInputs counts those of the cycle.
func (i evaluatedInquiries) EvaluationInputs(ctx context.Context, cy kis.Cycle) ([]evaluation.Line, error) {
	f, err := i.inquiry.Figures(ctx, i.inquiry.DB.Read(), cy)
	if err != nil {
		return nil, err
	}
	var out []evaluation.Line
	share := func(sec evaluation.Section, code, key string, num, den int64, href string) {
		l := evaluation.Line{Section: sec, Code: code, Key: "evaluation.line." + key, Num: num, Den: den, Href: href, Verdict: evaluation.Good}
		if num < den {
			l.Verdict = evaluation.Bad
		}
		if den > 0 {
			out = append(out, l)
		}
	}
	notes := "/discrepancies?cycle=" + cy.ID
	if f.Found > 0 {
		out = append(out, evaluation.Line{Section: evaluation.Discrepancies, Code: "6.2", Key: "evaluation.line.discrepancies_found", Num: f.Found, Href: notes})
	}
	share(evaluation.Discrepancies, "6.2", "discrepancies_explained", f.Explained, f.Found, notes)
	share(evaluation.Discrepancies, "6.2", "discrepancies_in_time", f.InTime, f.Due, notes)
	share(evaluation.Questions, "", "questions", f.Answered, f.Asked, "/requests?cycle="+cy.ID)
	return out, nil
}

// evaluatedAudit gives findings and acts about the cycle.
type evaluatedAudit struct{ audit *audit.Service }

// EvaluationInputs counts findings by grade, and the acts that are closed.
func (a evaluatedAudit) EvaluationInputs(ctx context.Context, cy kis.Cycle) ([]evaluation.Line, error) {
	f, err := a.audit.CycleFigures(ctx, cy.ID)
	if err != nil {
		return nil, err
	}
	var out []evaluation.Line
	for _, g := range []audit.Grade{audit.Major, audit.Minor, audit.Observation, audit.Opportunity, audit.Strength} {
		n := f.Findings[g]
		if n == 0 {
			continue
		}
		l := evaluation.Line{Section: evaluation.Audit, Key: "evaluation.line.findings_" + string(g), Num: n, Href: "/audits"}
		if g == audit.Major || g == audit.Minor {
			l.Verdict = evaluation.Bad
		}
		out = append(out, l)
	}
	if f.ActsOut > 0 {
		l := evaluation.Line{Section: evaluation.Audit, Key: "evaluation.line.acts", Num: f.ActsClosed, Den: f.ActsOut, Href: "/acts", Verdict: evaluation.Good}
		if f.ActsClosed < f.ActsOut {
			l.Verdict = evaluation.Bad
		}
		out = append(out, l)
	}
	return out, nil
}

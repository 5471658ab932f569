package main

import (
	"context"
	"net/url"

	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
)

// measuresOf tells the card of a body how its measures of national plans
// stand. A body and a department that share a code are the same: the office
// itself answers for every measure of its plans, any other department for its
// own.
type measuresOf struct {
	planning *planning.Service
	kis      *kis.Service
}

// MeasuresOf counts the measures of each plan by status, in its last year.
func (m measuresOf) MeasuresOf(ctx context.Context, code string) ([]eservice.MeasureSummary, error) {
	departments, err := m.kis.Departments(ctx)
	if apperr.Is(err, apperr.Forbidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	id, found := "", false
	for _, d := range departments {
		if d.Code == code {
			found = true
			if d.Kind != office.Body {
				id = d.ID
			}
		}
	}
	if !found {
		return nil, nil
	}
	first, err := m.planning.Measures(ctx, planning.MeasureFilter{DepartmentID: id, Limit: 1})
	if apperr.Is(err, apperr.Forbidden) {
		return nil, nil // the reader of the card need not read measures
	}
	if err != nil || first.Plan.ID == "" {
		return nil, err
	}
	return []eservice.MeasureSummary{summaryOf(first)}, nil
}

// summaryOf counts a list by the words of its statuses, in their order.
func summaryOf(l planning.MeasureList) eservice.MeasureSummary {
	s := eservice.MeasureSummary{PlanAZ: l.Plan.TitleAZ, PlanEN: l.Plan.TitleEN, Href: "/measures?" + url.Values{"plan": {l.Plan.Code}}.Encode()}
	for _, r := range l.Statuses {
		if n := l.Counts[r.Code]; n > 0 {
			tone, icon := "info", "player-play"
			switch {
			case r.ShareFrom != nil && *r.ShareFrom >= 100:
				tone, icon = "good", "circle-check"
			case r.Code == planning.MeasureNoEvidence:
				tone, icon = "warn", "alert-triangle"
			}
			s.Counts = append(s.Counts, eservice.MeasureCount{AZ: r.NameAZ, EN: r.NameEN, Tone: tone, Icon: icon, N: n})
		}
	}
	if n := l.Counts[planning.MeasureUnjudged]; n > 0 {
		s.Counts = append(s.Counts, eservice.MeasureCount{AZ: i18n.T("az", "eservice.scorecard.measures_unjudged"), EN: i18n.T("en", "eservice.scorecard.measures_unjudged"), Tone: "idle", Icon: "circle-dashed", N: n})
	}
	return s
}

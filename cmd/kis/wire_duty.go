package main

import (
	"context"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/duty"
	"github.com/kis-platform/kis/kis/duty/dutyweb"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/amendment"
	"github.com/kis-platform/kis/planning/execution"
	"github.com/kis-platform/kis/reports"
	"github.com/kis-platform/kis/web"
)

// wireDuties joins what waits for people in all contexts. A source that has
// parts is read page by page.
func wireDuties(s services) *duty.Service {
	return duty.New(s.kis, s.kis, s.audit, s.programmes, s.planning, execution.New(s.planning), amendment.New(s.planning), measureWork{s.planning}, s.inquiry, s.evaluations, s.assessments, s.register, s.requests, s.risks, s.campaign, s.quality, s.controlled)
}

// registerDuties adds the pages of what waits.
func registerDuties(r *web.Router, s services) {
	dutyweb.Register(r, s.duties, reports.WorkLists{Duties: s.duties})
}

// measureWork gives what waits for people in the measures of national plans.
type measureWork struct{ planning *planning.Service }

// Work lists the first of it.
func (m measureWork) Work(ctx context.Context) ([]kis.WorkItem, error) {
	return m.planning.MeasureWork(ctx)
}

// WorkParts gives it in parts.
func (m measureWork) WorkParts(ctx context.Context) ([]kis.WorkPart, error) {
	return m.planning.MeasureParts(ctx)
}

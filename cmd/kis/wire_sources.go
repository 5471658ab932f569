package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/assessment"
)

// sources lets acts begin with things of the other contexts.
func sources(s services) auditweb.Sources {
	return auditweb.Sources{
		"submission": func(ctx context.Context, id string) (auditweb.Source, error) { return returnedEvidence(ctx, s.kis, id) },
		"measure":    func(ctx context.Context, id string) (auditweb.Source, error) { return lateMeasure(ctx, s.planning, id) },
		"survey": func(ctx context.Context, id string) (auditweb.Source, error) {
			return complaintOfUsers(ctx, s.assessments, id)
		},
		"scorecard": func(ctx context.Context, id string) (auditweb.Source, error) { return lowRating(ctx, s.eservice, id) },
	}
}

// evidenceClause is what evidence that cannot be accepted breaks: documented
// information is kept as evidence of results, ISO 9001:2015 8.1.
const evidenceClause = "8.1"

// returnedEvidence is a submission; one that was returned calls for an act.
func returnedEvidence(ctx context.Context, svc *kis.Service, id string) (auditweb.Source, error) {
	p, err := svc.Submission(ctx, id)
	if err != nil {
		return auditweb.Source{}, err
	}
	return auditweb.Source{Origin: audit.OriginRef{Kind: audit.OfEvidence, ID: p.ID, Label: clip(p.Title)}, Fits: p.State == kis.Returned,
		DepartmentID: p.DepartmentID, CycleID: p.CycleID, GSBPM: p.TaskCode, Statement: p.Reason, Clause: evidenceClause}, nil
}

// complaintOfUsers is a survey of users; what they wrote in their own words may
// be a complaint that calls for an act.
func complaintOfUsers(ctx context.Context, svc *assessment.Service, id string) (auditweb.Source, error) {
	d, err := svc.Survey(ctx, id)
	if err != nil {
		return auditweb.Source{}, err
	}
	x := auditweb.Source{Origin: audit.OriginRef{Kind: audit.OfComplaint, ID: "survey:" + d.ID, Label: clip(d.Number + ", " + d.Title)}, Fits: len(d.Texts) > 0, Clause: customerClause,
		Statement: i18n.T(actor.From(ctx).Lang, "audit.source.survey", "number", d.Number, "title", d.Title)}
	if len(d.Texts) > 0 {
		x.ObjectiveEvidence = d.Texts[0]
	}
	return x, nil
}

// monitoringClause is what a measure without its report breaks: monitoring
// and evaluation, ISO 9001:2015 9.1.1.
const monitoringClause = "9.1.1"

// lateMeasure is a measure in a year, "ID:YEAR"; one whose report was due and
// that nobody has handed in calls for an act.
func lateMeasure(ctx context.Context, svc *planning.Service, id string) (auditweb.Source, error) {
	measure, year, err := yearOfID(id)
	if err != nil {
		return auditweb.Source{}, err
	}
	p, err := svc.Measure(ctx, measure, year)
	if err != nil {
		return auditweb.Source{}, err
	}
	lang := actor.From(ctx).Lang
	label := p.Plan.Code + ", " + p.Number + ", " + strconv.Itoa(p.Year)
	open := p.Entry.State != planning.MeasureSubmitted && p.Entry.State != planning.MeasureDecided && p.Report.State != planning.MeasureReportSent
	x := auditweb.Source{Origin: audit.OriginRef{Kind: audit.OfMeasure, ID: p.ID + ":" + strconv.Itoa(p.Year), Label: clip(label)}, Fits: open && p.Due < svc.KIS.Today(),
		Statement: i18n.T(lang, "audit.source.measure", "number", p.Number, "plan", p.Plan.Code, "year", strconv.Itoa(p.Year), "day", p.Due.Format()),
		Clause:    monitoringClause, ObjectiveEvidence: p.Title(lang)}
	if len(p.Departments) > 0 {
		x.DepartmentID = p.Departments[0].ID
	}
	return x, nil
}

// lowRating is a body in a year, "CODE:YEAR"; services with the lowest grade
// of the scheme call for an act.
func lowRating(ctx context.Context, svc *eservice.Service, id string) (auditweb.Source, error) {
	code, year, err := yearOfID(id)
	if err != nil {
		return auditweb.Source{}, err
	}
	card, err := svc.Scorecard(ctx, eservice.ScorecardFilter{Year: year, Agency: code, Limit: 1})
	if err != nil || card.Standing == nil || len(card.Standing.Scheme.Bands) == 0 {
		return auditweb.Source{}, err
	}
	lang, lowest := actor.From(ctx).Lang, card.Standing.Scheme.Bands[0]
	n, name := card.Standing.Grades[lowest.Code], card.Agency.Name(lang)
	return auditweb.Source{Origin: audit.OriginRef{Kind: audit.OfRating, ID: card.Agency.Code + ":" + strconv.Itoa(card.Year), Label: clip(name + ", " + strconv.Itoa(card.Year))},
		Fits: n > 0, Clause: customerClause,
		Statement: i18n.T(lang, "audit.source.rating", "agency", name, "year", strconv.Itoa(card.Year), "grade", lowest.Label(lang), "n", n)}, nil
}

// yearOfID parts "ID:YEAR".
func yearOfID(s string) (id string, year int, err error) {
	id, text, _ := strings.Cut(s, ":")
	if year, err = strconv.Atoi(text); err != nil {
		return "", 0, apperr.Missing("year")
	}
	return id, year, nil
}

// clip bounds a label of an origin.
func clip(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300])
	}
	return s
}

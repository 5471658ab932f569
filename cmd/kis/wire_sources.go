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
	one := func(x auditweb.Source, err error) ([]auditweb.Source, error) {
		if err != nil || x.Origin.ID == "" {
			return nil, err
		}
		return []auditweb.Source{x}, nil
	}
	return auditweb.Sources{
		"submission": func(ctx context.Context, id string) ([]auditweb.Source, error) {
			return one(returnedEvidence(ctx, s.kis, id))
		},
		"measure": func(ctx context.Context, id string) ([]auditweb.Source, error) {
			return one(lateMeasure(ctx, s.planning, id))
		},
		"survey": func(ctx context.Context, id string) ([]auditweb.Source, error) {
			return dissatisfied(ctx, s.assessments, id)
		},
		"scorecard": func(ctx context.Context, id string) ([]auditweb.Source, error) {
			return lowRatings(ctx, s.eservice, id)
		},
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

// lowMean is the mean beneath which users are not satisfied with what a
// question asks: the middle of the scale from 1 to 5.
const lowMean = 3

// dissatisfied is what a survey of users calls for acts about: what they wrote
// in their own words, and each question with a mean beneath lowMean. The
// process that was asked about says nothing of whom it concerns, so the
// department is left to choose.
func dissatisfied(ctx context.Context, svc *assessment.Service, id string) ([]auditweb.Source, error) {
	d, err := svc.Survey(ctx, id)
	if err != nil {
		return nil, err
	}
	lang := actor.From(ctx).Lang
	words := auditweb.Source{Origin: audit.OriginRef{Kind: audit.OfComplaint, ID: "survey:" + d.ID, Label: clip(d.Number + ", " + d.Title)}, Fits: len(d.Texts) > 0, Clause: customerClause,
		Statement: i18n.T(lang, "audit.source.survey", "number", d.Number, "title", d.Title)}
	if len(d.Texts) > 0 {
		words.ObjectiveEvidence = d.Texts[0]
	}
	out := []auditweb.Source{words}
	for _, q := range d.Questions {
		m := d.ByAnswer[q.ID]
		if q.Answer != "scale" || m.N == 0 {
			continue
		}
		out = append(out, auditweb.Source{Origin: audit.OriginRef{Kind: audit.OfRating, ID: "survey:" + d.ID + ":" + q.ID, Label: clip(d.Number + ": " + q.Text(lang))},
			Fits: m.Sum < lowMean*m.N, Clause: satisfactionClause,
			Statement:         i18n.T(lang, "audit.source.question", "number", d.Number, "question", q.Text(lang), "mean", m.Text()),
			ObjectiveEvidence: i18n.T(lang, "audit.source.answers", "number", d.Number, "n", m.N, "mean", m.Text())})
	}
	return out, nil
}

// satisfactionClause is what dissatisfied users are measured by: customer
// satisfaction, ISO 9001:2015 9.1.2.
const satisfactionClause = "9.1.2"

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

// mostServices bounds the services of a body that are offered one by one.
const mostServices = 20

// lowRatings is a body in a year, "CODE:YEAR": services with the lowest grade
// of the scheme call for an act, all together or each by itself.
func lowRatings(ctx context.Context, svc *eservice.Service, id string) ([]auditweb.Source, error) {
	code, year, err := yearOfID(id)
	if err != nil {
		return nil, err
	}
	card, err := svc.Scorecard(ctx, eservice.ScorecardFilter{Year: year, Agency: code, Limit: 1})
	if err != nil || card.Standing == nil || len(card.Standing.Scheme.Bands) == 0 {
		return nil, err
	}
	lang, lowest := actor.From(ctx).Lang, card.Standing.Scheme.Bands[0]
	n, name := card.Standing.Grades[lowest.Code], card.Agency.Name(lang)
	whole := card.Agency.Code + ":" + strconv.Itoa(card.Year)
	out := []auditweb.Source{{Origin: audit.OriginRef{Kind: audit.OfRating, ID: whole, Label: clip(name + ", " + strconv.Itoa(card.Year))},
		Fits: n > 0, Clause: customerClause,
		Statement: i18n.T(lang, "audit.source.rating", "agency", name, "year", strconv.Itoa(card.Year), "grade", lowest.Label(lang), "n", n)}}
	if n == 0 || card.Standing.TotalsOnly {
		return out, nil
	}
	behind, err := svc.Behind(ctx, eservice.BehindFilter{Year: card.Year, Agency: code, Grade: lowest.Code, Limit: mostServices})
	if err != nil {
		return nil, err
	}
	for _, x := range behind.Rows {
		service := i18n.InLang(lang, x.Service.NameAZ, x.Service.NameEN)
		out = append(out, auditweb.Source{Origin: audit.OriginRef{Kind: audit.OfRating, ID: whole + ":" + x.AssessmentID, Label: clip(service)}, Fits: true, Clause: customerClause,
			Statement: i18n.T(lang, "audit.source.service", "agency", name, "service", service, "year", strconv.Itoa(card.Year), "grade", lowest.Label(lang))})
	}
	return out, nil
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

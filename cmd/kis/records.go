package main

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// wireRecords says what the system makes itself that may stand as evidence, in
// the order in which it is offered. Each asks its context with the rights of
// the actor.
func wireRecords(s services) []kis.RecordSource {
	return []kis.RecordSource{kis.GateRecords{KIS: s.kis}, actRecords{s.audit}, auditRecords{s.audit}, reviewRecords{s.planning, s.kis}, planRecords{s.planning, s.kis},
		measureRecords{s.planning}, indicatorRecords{s.kis}}
}

// recordState shows a state of another context: what is final is green, what
// was given up grey, all else under way.
func recordState(prefix, state string) kis.RecordState {
	out := kis.RecordState{Tone: "info", Icon: "player-play", Key: prefix + state}
	switch state {
	case "closed", "signed":
		out.Tone, out.Icon = "good", "lock"
	case "effective", "approved", "reported", "sent":
		out.Tone, out.Icon = "good", "circle-check"
	case "draft", "planned":
		out.Tone, out.Icon = "idle", "circle-dashed"
	case "withdrawn", "cancelled":
		out.Tone, out.Icon = "off", "archive"
	case "objected":
		out.Tone, out.Icon = "warn", "message-report"
	}
	return out
}

// only gives the record of an id out of a list that the actor may see.
func only(list []kis.Record, err error, id string) (kis.Record, error) {
	for _, r := range list {
		if r.ID == id {
			return r, nil
		}
	}
	if err == nil {
		err = apperr.Missing("record")
	}
	return kis.Record{}, err
}

// matching leaves the records in whose number or title the words of a query
// stand.
func matching(list []kis.Record, q kis.RecordQuery) []kis.Record {
	var out []kis.Record
	for _, r := range list {
		if kis.HoldsText(q.Text, r.Number, r.Title) {
			out = append(out, r)
		}
	}
	return out
}

// dayOf is the day of a moment; empty for none.
func dayOf(t time.Time, zone *time.Location) day.Day {
	if t.IsZero() {
		return ""
	}
	return day.Of(t, zone)
}

// actRecords are issued nonconformity acts.
type actRecords struct{ audit *audit.Service }

func (a actRecords) RecordKind() string { return "act" }

func (a actRecords) FindRecords(ctx context.Context, q kis.RecordQuery) ([]kis.Record, error) {
	list, err := a.audit.Acts(ctx, audit.ActFilter{Query: q.Text, Limit: q.Limit})
	var out []kis.Record
	for _, b := range list.Items {
		if b.Number != "" {
			out = append(out, a.record(b.ID, b.Number, b.Statement, b.State, b.IssuedAt))
		}
	}
	return out, err
}

func (a actRecords) OneRecord(ctx context.Context, id string) (kis.Record, error) {
	v, err := a.audit.Act(ctx, id)
	if err == nil && v.Number == "" {
		err = apperr.Missing("act")
	}
	return a.record(v.ID, v.Number, v.Statement, v.State, v.IssuedAt), err
}

func (a actRecords) record(id, number, statement string, state audit.ActState, issued time.Time) kis.Record {
	return kis.Record{Kind: "act", ID: id, Number: number, Title: i18n.Shorten(statement, 200), State: recordState("audit.act.state.", string(state)),
		Href: "/acts/" + id, Day: dayOf(issued, time.UTC)}
}

// auditRecords are audits, whose page holds the report.
type auditRecords struct{ audit *audit.Service }

func (a auditRecords) RecordKind() string { return "audit" }

func (a auditRecords) FindRecords(ctx context.Context, q kis.RecordQuery) ([]kis.Record, error) {
	list, err := a.audit.Audits(ctx, audit.AuditFilter{Query: q.Text, Limit: q.Limit})
	var out []kis.Record
	for _, b := range list.Items {
		out = append(out, a.record(b.ID, b.Number, b.Title, b.State, b.PlannedTo))
	}
	return out, err
}

func (a auditRecords) OneRecord(ctx context.Context, id string) (kis.Record, error) {
	v, err := a.audit.Audit(ctx, id)
	return a.record(v.ID, v.Number, v.Title, v.State, v.PlannedTo), err
}

func (a auditRecords) record(id, number, title string, state audit.State, to day.Day) kis.Record {
	return kis.Record{Kind: "audit", ID: id, Number: number, Title: title, State: recordState("audit.audit.state.", string(state)), Href: "/audits/" + id, Day: to}
}

// reviewRecords are management reviews.
type reviewRecords struct {
	planning *planning.Service
	kis      *kis.Service
}

func (r reviewRecords) RecordKind() string { return "review" }

func (r reviewRecords) all(ctx context.Context) ([]kis.Record, error) {
	list, err := r.planning.Reviews(ctx)
	var out []kis.Record
	for _, v := range list {
		out = append(out, kis.Record{Kind: "review", ID: v.ID, Number: v.Number, Title: v.From.Format() + " – " + v.To.Format(),
			State: recordState("planning.review.state.", string(v.State)), Href: "/reviews/" + v.ID, Day: dayOf(v.MeetingAt, r.kis.Zone)})
	}
	return out, err
}

func (r reviewRecords) FindRecords(ctx context.Context, q kis.RecordQuery) ([]kis.Record, error) {
	list, err := r.all(ctx)
	return matching(list, q), err
}

func (r reviewRecords) OneRecord(ctx context.Context, id string) (kis.Record, error) {
	list, err := r.all(ctx)
	return only(list, err, id)
}

// planRecords are yearly plans.
type planRecords struct {
	planning *planning.Service
	kis      *kis.Service
}

func (p planRecords) RecordKind() string { return "plan" }

func (p planRecords) all(ctx context.Context) ([]kis.Record, error) {
	list, err := p.planning.Plans(ctx)
	var out []kis.Record
	for _, v := range list {
		out = append(out, kis.Record{Kind: "plan", ID: v.ID, Number: v.Label(), Title: i18n.T(actor.From(ctx).Lang, "kis.record.plan_title", "year", v.Year),
			State: recordState("planning.plan.state.", string(v.State)), Href: "/plans/" + v.Label(), Day: dayOf(v.CreatedAt, p.kis.Zone)})
	}
	return out, err
}

func (p planRecords) FindRecords(ctx context.Context, q kis.RecordQuery) ([]kis.Record, error) {
	list, err := p.all(ctx)
	return matching(list, q), err
}

func (p planRecords) OneRecord(ctx context.Context, id string) (kis.Record, error) {
	list, err := p.all(ctx)
	return only(list, err, id)
}

// measureRecords are the yearly reports on national plans. An id is the code
// of the plan, a colon and the year.
type measureRecords struct{ planning *planning.Service }

func (m measureRecords) RecordKind() string { return "measure_report" }

func (m measureRecords) all(ctx context.Context) ([]kis.Record, error) {
	list, err := m.planning.Measures(ctx, planning.MeasureFilter{Limit: 1})
	if err != nil {
		return nil, err
	}
	var out []kis.Record
	for _, p := range list.Plans {
		for _, year := range m.planning.YearsOf(p) {
			key := p.Code + ":" + strconv.Itoa(year)
			out = append(out, kis.Record{Kind: "measure_report", ID: key, Number: p.Code + " " + strconv.Itoa(year), Title: p.Title(actor.From(ctx).Lang),
				Href: "/measures?" + url.Values{"plan": {p.Code}, "year": {strconv.Itoa(year)}}.Encode(), Day: p.Due(year)})
		}
	}
	return out, nil
}

func (m measureRecords) FindRecords(ctx context.Context, q kis.RecordQuery) ([]kis.Record, error) {
	list, err := m.all(ctx)
	return matching(list, q), err
}

func (m measureRecords) OneRecord(ctx context.Context, id string) (kis.Record, error) {
	list, err := m.all(ctx)
	return only(list, err, id)
}

// indicatorRecords are the sheets of quality indicators; the id is that of the
// cycle.
type indicatorRecords struct{ kis *kis.Service }

func (i indicatorRecords) RecordKind() string { return "indicators" }

func (i indicatorRecords) FindRecords(ctx context.Context, q kis.RecordQuery) ([]kis.Record, error) {
	if q.CycleID == "" {
		return nil, nil
	}
	r, err := i.OneRecord(ctx, q.CycleID)
	if err != nil {
		return nil, err
	}
	return matching([]kis.Record{r}, q), nil
}

func (i indicatorRecords) OneRecord(ctx context.Context, id string) (kis.Record, error) {
	if _, err := office.Allowed(ctx, policies.IndicatorRead); err != nil {
		return kis.Record{}, err
	}
	if !store.IsID(id) {
		return kis.Record{}, apperr.Missing("cycle")
	}
	cy, err := i.kis.Cycle(ctx, id)
	if err != nil {
		return kis.Record{}, err
	}
	lang := actor.From(ctx).Lang
	return kis.Record{Kind: "indicators", ID: id, Number: strings.TrimSpace(cy.Process.Code + " " + cy.Period), Title: i18n.T(lang, "indicator.title") + ": " + cy.Process.Title(lang),
		State: recordState("kis.cycle.state.", string(cy.State)), Href: "/cycles/" + id + "/indicators", Day: cy.LastDue()}, nil
}

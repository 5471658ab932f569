package risk

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Page is one risk with everything that was ever said about it.
type Page struct {
	Row
	Scale       Scale // of today
	Assessments []Assessment
	History     []office.Event
	Steps       []string   // verbs that the actor may take now, "review", "change" and "attach" among them
	Files       []Attached // the last first
	Own         bool       // the actor owns or reported the treatment, and so cannot judge it
}

// Can says whether the actor may take a step now.
func (p Page) Can(verb string) bool { return slices.Contains(p.Steps, verb) }

// Risk gives one risk; NotFound when the actor may not see it.
func (s *Service) Risk(ctx context.Context, id string) (Page, error) {
	var p Page
	scope, err := office.Allowed(ctx, policies.RiskRead)
	if err != nil {
		return p, err
	}
	if !store.IsID(id) {
		return p, apperr.Missing(KindRisk)
	}
	db, who := s.DB.Read(), actor.From(ctx)
	q := db.NewSelect().TableExpr("risks AS r").Column("r.id").Where("r.id = ?", id)
	visible(ctx, q, scope, "r")
	rows, err := named(ctx, db, q)
	if err != nil {
		return p, err
	}
	if len(rows) == 0 {
		return p, apperr.Missing(KindRisk)
	}
	p.Row = rows[0]
	if p.Scale, err = scaleOn(ctx, db, s.KIS.Today()); err != nil {
		return p, err
	}
	if p.Assessments, err = assessmentsOf(ctx, db, id); err != nil {
		return p, err
	}
	p.Own = who.UserID != "" && (who.UserID == p.OwnerID || who.UserID == p.ReportedBy)
	writes, decides := who.UserID != "" && p.writtenBy(who), who.UserID != "" && policies.For(who, policies.RiskDecide).Department(p.DepartmentID)
	for _, t := range office.Next(Transitions, p.State) {
		judges := t.Verb == "confirm" || t.Verb == "refuse"
		if t.Action == policies.RiskWrite && writes || t.Action == policies.RiskDecide && decides && !(judges && p.Own) {
			p.Steps = append(p.Steps, t.Verb)
		}
	}
	if writes && p.State != Closed {
		p.Steps = append(p.Steps, "review", "change")
	}
	if p.mayAttach(who) {
		p.Steps = append(p.Steps, "attach")
	}
	if p.Files, err = attachedTo(ctx, db, id); err != nil {
		return p, err
	}
	p.History, err = s.KIS.History(ctx, KindRisk, id, 100)
	return p, err
}

package main

import (
	"context"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/inquiry"
)

// wireInquiry makes requests, comments and notes, joins them to audits and acts,
// and has indicators worked out from them.
func wireInquiry(s services) *inquiry.Service {
	i := inquiry.New(s.kis)
	i.Audits, i.Promotions = auditNumbers{s.audit}, promotions{s.audit}
	for name, n := range map[string]func(inquiry.Figures, kis.Cycle) (indicator.Numbers, bool){
		"discrepancies.found": func(f inquiry.Figures, cy kis.Cycle) (indicator.Numbers, bool) {
			// None found is a figure only once the analysis is over.
			p, _ := cy.Phase("6")
			return indicator.Numbers{Num: f.Found}, f.Found > 0 || p.Gate == kis.GatePassed || p.Gate == kis.GateWaived
		},
		"discrepancies.explained": func(f inquiry.Figures, _ kis.Cycle) (indicator.Numbers, bool) {
			return indicator.Numbers{Num: f.Explained, Den: f.Found, Share: true}, f.Found > 0
		},
		"discrepancies.in_time": func(f inquiry.Figures, _ kis.Cycle) (indicator.Numbers, bool) {
			return indicator.Numbers{Num: f.InTime, Den: f.Due, Share: true}, f.Due > 0
		},
		"requests.in_time": func(f inquiry.Figures, _ kis.Cycle) (indicator.Numbers, bool) {
			return indicator.Numbers{Num: f.Answered, Den: f.Asked, Share: true}, f.Asked > 0
		},
	} {
		s.indicators.AddSource(name, func(ctx context.Context, db store.Queries, cy kis.Cycle) (indicator.Numbers, bool, error) {
			f, err := i.Figures(ctx, db, cy)
			if err != nil {
				return indicator.Numbers{}, false, err
			}
			numbers, ok := n(f, cy)
			return numbers, ok, nil
		})
	}
	return i
}

// auditNumbers names audits to those who ask for evidence for them.
type auditNumbers struct{ audit *audit.Service }

// AuditNumbers gives the numbers by id.
func (a auditNumbers) AuditNumbers(ctx context.Context, db store.Queries, ids []string) (map[string]string, error) {
	return a.audit.Numbers(ctx, db, ids)
}

// promotions makes draft acts of discrepancy notes.
type promotions struct{ audit *audit.Service }

// recordsClause is what a discrepancy breaks: dealing with nonconforming
// outputs, ISO 9001:2015 8.7.1.
const recordsClause = "8.7.1"

// Promote drafts the act in the unit of work of the note.
func (p promotions) Promote(ctx context.Context, tx *store.Tx, n inquiry.Promotion) (string, error) {
	grade := audit.Minor
	if n.Major {
		grade = audit.Major
	}
	a, err := p.audit.DraftActTx(ctx, tx, audit.NewAct{Origin: audit.OriginRef{Kind: audit.OfDiscrepancy, ID: n.DiscrepancyID, Label: n.Number},
		DepartmentID: n.DepartmentID, CycleID: n.CycleID, Grade: grade, Clause: recordsClause, GSBPM: n.GSBPM, Statement: n.Statement, ObjectiveEvidence: n.Evidence})
	return a.ID, err
}

// Promoted says where the acts stand.
func (p promotions) Promoted(ctx context.Context, db store.Queries, ids []string) (map[string]inquiry.Act, error) {
	found, err := p.audit.Standings(ctx, db, ids)
	out := map[string]inquiry.Act{}
	for id, a := range found {
		out[id] = actOf(a)
	}
	return out, err
}

// actOf shows an act as its own pages do.
func actOf(a audit.ActStanding) inquiry.Act {
	out := inquiry.Act{ID: a.ID, Number: a.Number, StateKey: "audit.act.state." + string(a.State), Tone: "info", Icon: "player-play", Href: "/acts/" + a.ID}
	switch a.State {
	case audit.ActDraft:
		out.Tone, out.Icon = "idle", "circle-dashed"
	case audit.ActObjected:
		out.Tone, out.Icon = "warn", "message-report"
	case audit.ActEffective:
		out.Tone, out.Icon = "good", "circle-check"
	case audit.ActClosed:
		out.Tone, out.Icon = "good", "lock"
	case audit.ActWithdrawn:
		out.Tone, out.Icon = "off", "archive"
	}
	return out
}

// Package board owns the read-only views over audits and acts: the board of
// acts by state, how long they have stood there, what each department has
// open, the calendar of audits and the matrix of sub-processes and clauses
// with the last result.
//
// It may import audit, audit/gsbpm, audit/programme, audit/summary, kis, policies and internal packages.
// Invariants: it changes nothing; what a person does not see in the register
// is not in a view either, nor in its totals; a view takes a fixed number of
// queries and, but for totals that stand with departments, reads only acts
// that are open, however many were closed.
package board

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Service is the views over the context of audits.
type Service struct {
	Audit *audit.Service
	KIS   *kis.Service
	DB    *store.DB
}

// New makes the service.
func New(a *audit.Service) *Service { return &Service{Audit: a, KIS: a.KIS, DB: a.DB} }

// mostCards is how many acts a column shows: those that came to the state last.
const mostCards = 20

// Card is an act on the board.
type Card struct {
	audit.ActBrief

	StateAt time.Time
	Days    int      // in the state
	Steps   []string // verbs open to the actor
}

// Column is a state with its acts.
type Column struct {
	State audit.ActState
	Total int
	Cards []Card // newest in the state first
}

// Board lists the acts the actor sees by state; an empty department is all of
// them. Four queries.
func (s *Service) Board(ctx context.Context, departmentID string) ([]Column, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return nil, err
	}
	if departmentID != "" && !store.IsID(departmentID) {
		return nil, apperr.Missing("department")
	}
	db := s.DB.Read()
	counts, err := s.Audit.CountActs(ctx, audit.ActFilter{DepartmentID: departmentID})
	if err != nil {
		return nil, err
	}
	var ids *bun.SelectQuery
	for _, state := range audit.ActStates() {
		q := audit.ActsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc).ColumnExpr("c.id").Where("c.state = ?", state).
			OrderExpr("c.state_at DESC, c.id DESC").Limit(mostCards)
		if departmentID != "" {
			q.Where("c.department_id = ?", departmentID)
		}
		q = db.NewSelect().TableExpr("(?) AS x", q).ColumnExpr("x.id")
		if ids == nil {
			ids = q
		} else {
			ids = ids.UnionAll(q)
		}
	}
	cards, err := s.cards(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []Column
	for _, state := range audit.ActStates() {
		col := Column{State: state, Total: counts[state]}
		for _, c := range cards {
			if c.State == state {
				col.Cards = append(col.Cards, c)
			}
		}
		out = append(out, col)
	}
	return out, nil
}

// cards reads acts by id with what the actor may do to each.
func (s *Service) cards(ctx context.Context, ids *bun.SelectQuery) ([]Card, error) {
	var rows []struct {
		audit.ActBrief

		StateAt time.Time
	}
	err := s.DB.Read().NewSelect().TableExpr("acts AS c").
		ColumnExpr("c.id, COALESCE(c.number, '') AS number, c.state, c.state_at, c.grade, c.statement, c.clause, c.gsbpm, c.created_at, c.issued_at, c.reopened").
		ColumnExpr("c.department_id, d.code AS department_code, d.name_az AS department_az, d.name_en AS department_en").
		ColumnExpr("COALESCE(CAST(c.audit_id AS TEXT), '') AS audit_id, COALESCE(("+audit.PresentDue+"), '') AS due").
		Join("JOIN departments AS d ON d.id = c.department_id").Where("c.id IN (?)", ids).
		OrderExpr("c.state_at DESC, c.id DESC").Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "board")
	}
	list := make([]string, len(rows))
	for i, r := range rows {
		list[i] = r.ID
	}
	steps, err := s.Audit.StepsOf(ctx, list)
	if err != nil {
		return nil, err
	}
	now := s.DB.Now()
	out := make([]Card, len(rows))
	for i, r := range rows {
		out[i] = Card{ActBrief: r.ActBrief, StateAt: r.StateAt, Days: days(r.StateAt, now), Steps: steps[r.ID]}
	}
	return out, nil
}

// days is how many whole days lie between.
func days(from, to time.Time) int {
	if from.IsZero() || to.Before(from) {
		return 0
	}
	return int(to.Sub(from) / (24 * time.Hour))
}

// today is the present day of the office.
func (s *Service) today() day.Day { return s.KIS.Today() }

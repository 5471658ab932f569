package audit

import (
	"context"
	"time"

	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/uptrace/bun"
)

// Objection is what the head of a department had against an act, and what was
// decided on it: a diverging opinion of the report (ISO 19011:2018 6.5.1).
type Objection struct {
	ActID      string
	ActNumber  string
	ActState   ActState
	Department string // code of the department of the act
	Text       string
	By         Person
	At         time.Time
	Resolution string // ground of the decision
	ResolvedBy Person
	ResolvedAt time.Time // zero while nobody has decided
}

// Open says whether the objection still waits for a decision.
func (o Objection) Open() bool { return o.ResolvedAt.IsZero() }

// Upheld says whether the head was right, so that the act was withdrawn.
func (o Objection) Upheld() bool { return !o.Open() && o.ActState == ActWithdrawn }

// objections reads every objection to the acts of an audit that the actor may
// see, decided or not, in order of time; three queries, however many there are.
func (s *Service) objections(ctx context.Context, db bun.IDB, auditID string) ([]Objection, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return nil, err
	}
	rows, err := objectedActs(ctx, db, sc, auditID)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ObjectedBy, r.ResolvedBy)
	}
	names, err := people(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	var out []Objection
	for _, r := range rows {
		out = append(out, Objection{ActID: r.ID, ActNumber: r.Number, ActState: r.State, Department: r.Department, Text: r.Objection,
			By: names[r.ObjectedBy], At: r.ObjectedAt, Resolution: r.Resolution, ResolvedBy: names[r.ResolvedBy], ResolvedAt: r.ResolvedAt})
	}
	return out, nil
}

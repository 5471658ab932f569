package audit

import (
	"context"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// CycleFigures is what internal audit has to say of one cycle.
type CycleFigures struct {
	Findings            map[Grade]int64 // without those merged, given up or still a draft
	ActsClosed, ActsOut int64           // issued about the cycle and not withdrawn: closed, all
	Codes               []CycleFinding
}

// CycleFinding is a nonconformity of the cycle and the activity it is about.
type CycleFinding struct {
	ID    string
	Grade Grade
	GSBPM string `bun:"gsbpm"`
}

// CycleFigures counts findings and acts about a cycle, departments those in
// their scope. Two queries.
func (s *Service) CycleFigures(ctx context.Context, cycleID string) (CycleFigures, error) {
	f := CycleFigures{Findings: map[Grade]int64{}}
	scope, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return f, err
	}
	db := s.DB.Read()
	q := db.NewSelect().TableExpr("findings AS f").ColumnExpr("f.id, f.grade, f.gsbpm").
		Where("f.cycle_id = ? AND f.state IN ('shared', 'confirmed', 'diverging', 'reported')", cycleID).OrderExpr("f.gsbpm, f.id")
	if err := office.InScope(q, scope, "f.department_id").Scan(ctx, &f.Codes); err != nil {
		return f, store.MapError(err, "findings of a cycle")
	}
	for _, x := range f.Codes {
		f.Findings[x.Grade]++
	}
	acts := db.NewSelect().TableExpr("acts AS a").ColumnExpr("COUNT(*) FILTER (WHERE a.state = 'closed'), COUNT(*)").
		Where("a.cycle_id = ? AND a.issued_at IS NOT NULL AND a.state <> 'withdrawn'", cycleID)
	err = office.InScope(acts, scope, "a.department_id").Scan(ctx, &f.ActsClosed, &f.ActsOut)
	return f, store.MapError(err, "acts of a cycle")
}

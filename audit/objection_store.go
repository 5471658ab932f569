package audit

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

type objectedAct struct {
	ID, Number             string
	State                  ActState
	Department             string
	Objection, Resolution  string
	ObjectedBy, ResolvedBy string
	ObjectedAt, ResolvedAt time.Time
}

// objectedActs reads the acts of an audit that were ever objected to.
func objectedActs(ctx context.Context, db bun.IDB, sc policies.Scope, auditID string) ([]objectedAct, error) {
	var rows []objectedAct
	err := actsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc).
		ColumnExpr("c.id, c.number, c.state, d.code AS department, c.objection, c.resolution, c.objected_at, c.resolved_at").
		ColumnExpr("COALESCE(CAST(c.objected_by AS TEXT), '') AS objected_by, COALESCE(CAST(c.resolved_by AS TEXT), '') AS resolved_by").
		Join("JOIN departments AS d ON d.id = c.department_id").
		Where("c.audit_id = ? AND c.objected_at IS NOT NULL", auditID).
		OrderExpr("c.objected_at, c.id").Scan(ctx, &rows)
	return rows, store.MapError(err, "objections")
}

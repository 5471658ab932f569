package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// OverdueCount is how many acts of a department, and of a process where the
// act is about a cycle, are past the term of their present step.
type OverdueCount struct {
	DepartmentID string
	ProcessID    string // empty when the act is about no cycle
	N            int
}

// OverdueActs counts the acts that are late on a day, for the audit programme.
// One query; it asks no permission, for it names no act.
func OverdueActs(ctx context.Context, db bun.IDB, today day.Day) (out []OverdueCount, err error) {
	err = db.NewSelect().TableExpr("acts AS c").ColumnExpr("c.department_id, COALESCE(CAST(y.process_id AS TEXT), '') AS process_id, COUNT(*) AS n").
		Join("LEFT JOIN cycles AS y ON y.id = c.cycle_id").Where("c.state IN (?)", bun.List(timed)).Where(PresentDue+" < ?", today).
		GroupExpr("c.department_id, y.process_id").Scan(ctx, &out)
	return out, store.MapError(err, "overdue acts")
}

package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// mostCandidates bounds how many of each kind are compared: the newest.
const mostCandidates = 100

// processOf gives the code of the process of a cycle, "" without one.
func processOf(ctx context.Context, db bun.IDB, cycleID string) (string, error) {
	if cycleID == "" {
		return "", nil
	}
	var codes []string
	err := db.NewRaw("SELECT p.code FROM cycles y JOIN processes p ON p.id = y.process_id WHERE y.id = ?", cycleID).Scan(ctx, &codes)
	if err != nil || len(codes) == 0 {
		return "", store.MapError(err, "process of cycle")
	}
	return codes[0], nil
}

// likeActs reads the newest acts of the same department, of the same clause
// and of the same code, each found by its index.
func likeActs(ctx context.Context, db bun.IDB, sc policies.Scope, w sought) ([]Similar, error) {
	var ids *bun.SelectQuery
	for _, by := range [][2]string{{"department_id", w.departmentID}, {"clause", w.clause}, {"gsbpm", w.gsbpm}} {
		if by[1] == "" {
			continue
		}
		q := actsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc).ColumnExpr("c.id").Where("? = ?", bun.Ident("c."+by[0]), by[1]).
			Where("c.issued_at IS NOT NULL AND c.state <> ?", ActWithdrawn).OrderExpr("c.created_at DESC, c.id DESC").Limit(mostCandidates)
		q = db.NewSelect().TableExpr("(?) AS x", q).ColumnExpr("x.id")
		if ids == nil {
			ids = q
		} else {
			ids = ids.Union(q)
		}
	}
	var out []Similar
	if ids == nil {
		return nil, nil
	}
	q := db.NewSelect().TableExpr("acts AS c").
		ColumnExpr("COALESCE(CAST(c.finding_id AS TEXT), '') AS finding_id, c.id AS act_id, c.number, c.statement, c.department_id, d.code AS department_code").
		ColumnExpr("COALESCE(p.code, '') AS process, c.clause, c.gsbpm, c.grade, c.state AS act_state, c.created_at").
		Join("JOIN departments AS d ON d.id = c.department_id").
		Join("LEFT JOIN cycles AS y ON y.id = c.cycle_id").Join("LEFT JOIN processes AS p ON p.id = y.process_id").
		Where("c.id IN (?)", ids)
	if w.actID != "" {
		q.Where("c.id <> ?", w.actID)
	}
	if w.findingID != "" {
		q.Where("(c.finding_id IS NULL OR c.finding_id <> ?)", w.findingID)
	}
	err := q.Scan(ctx, &out)
	return out, store.MapError(err, "similar acts")
}

// likeFindings reads the newest findings of other audits that made no act and
// were shown, of the same department and of the same code and clause.
func likeFindings(ctx context.Context, db bun.IDB, w sought) ([]Similar, error) {
	shown := []FindingState{FindingShared, FindingConfirmed, FindingDiverging, FindingReported}
	one := func(where string, args ...any) *bun.SelectQuery {
		q := db.NewSelect().TableExpr("findings AS f").ColumnExpr("f.id").Where(where, args...).
			Where("f.audit_id <> ? AND f.state IN (?)", w.auditID, bun.List(shown)).OrderExpr("f.created_at DESC, f.id DESC").Limit(mostCandidates)
		return db.NewSelect().TableExpr("(?) AS x", q).ColumnExpr("x.id")
	}
	ids := one("f.department_id = ?", w.departmentID).Union(one("f.gsbpm = ? AND f.clause = ?", w.gsbpm, w.clause))
	var out []Similar
	err := db.NewSelect().TableExpr("findings AS f").
		ColumnExpr("f.id AS finding_id, a.number || ', ' || CAST(f.no AS TEXT) AS number, f.statement, f.department_id, d.code AS department_code").
		ColumnExpr("COALESCE(p.code, '') AS process, f.clause, f.gsbpm, f.grade, f.created_at").
		Join("JOIN audits AS a ON a.id = f.audit_id").Join("JOIN departments AS d ON d.id = f.department_id").
		Join("LEFT JOIN cycles AS y ON y.id = f.cycle_id").Join("LEFT JOIN processes AS p ON p.id = y.process_id").
		Where("f.id IN (?)", ids).Where("NOT EXISTS (SELECT 1 FROM acts c WHERE c.finding_id = f.id)").Scan(ctx, &out)
	return out, store.MapError(err, "similar findings")
}

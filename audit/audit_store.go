package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

type auditCycle struct {
	bun.BaseModel `bun:"table:audit_cycles"`

	AuditID string `bun:"audit_id,pk"`
	CycleID string `bun:"cycle_id,pk"`
}

type auditCode struct {
	bun.BaseModel `bun:"table:audit_codes"`

	AuditID string `bun:"audit_id,pk"`
	Code    string `bun:"code,pk"`
}

type auditDepartment struct {
	bun.BaseModel `bun:"table:audit_departments"`

	AuditID      string `bun:"audit_id,pk"`
	DepartmentID string `bun:"department_id,pk"`
	Position     int    `bun:"position"`
}

type auditSite struct {
	bun.BaseModel `bun:"table:audit_sites"`

	AuditID string `bun:"audit_id,pk"`
	SiteID  string `bun:"site_id,pk"`
}

// insertAudit stores an audit with its scope and checklist.
func insertAudit(ctx context.Context, tx *store.Tx, a Audit, sc scope, rows []Row) error {
	insert := func(model any, n int) error {
		if n == 0 {
			return nil
		}
		_, err := tx.NewInsert().Model(model).Exec(ctx)
		return store.MapError(err, "insert audit")
	}
	if err := insert(&a, 1); err != nil {
		return err
	}
	if err := insertScope(ctx, tx, a.ID, sc); err != nil {
		return err
	}
	for i := range rows {
		rows[i].AuditID = a.ID
	}
	return insert(&rows, len(rows))
}

// replaceScope puts another scope in the place of the one there is.
func replaceScope(ctx context.Context, tx *store.Tx, auditID string, sc scope) error {
	for _, table := range []string{"audit_sites", "audit_cycles", "audit_codes", "audit_departments"} {
		if _, err := tx.NewRaw("DELETE FROM ? WHERE audit_id = ?", bun.Ident(table), auditID).Exec(ctx); err != nil {
			return store.MapError(err, "replace scope")
		}
	}
	return insertScope(ctx, tx, auditID, sc)
}

// insertScope stores what an audit looks at.
func insertScope(ctx context.Context, tx *store.Tx, auditID string, sc scope) error {
	insert := func(model any, n int) error {
		if n == 0 {
			return nil
		}
		_, err := tx.NewInsert().Model(model).Exec(ctx)
		return store.MapError(err, "insert scope")
	}
	var cycles []auditCycle
	for _, id := range sc.Cycles {
		cycles = append(cycles, auditCycle{AuditID: auditID, CycleID: id})
	}
	var codes []auditCode
	for _, c := range sc.Codes {
		codes = append(codes, auditCode{AuditID: auditID, Code: c})
	}
	var departments []auditDepartment
	for i, id := range sc.Departments {
		departments = append(departments, auditDepartment{AuditID: auditID, DepartmentID: id, Position: i})
	}
	var sites []auditSite
	for _, id := range sc.Sites {
		sites = append(sites, auditSite{AuditID: auditID, SiteID: id})
	}
	if err := insert(&sites, len(sites)); err != nil {
		return err
	}
	if err := insert(&cycles, len(cycles)); err != nil {
		return err
	}
	if err := insert(&codes, len(codes)); err != nil {
		return err
	}
	return insert(&departments, len(departments))
}

// scopeOf reads the scope of an audit, the audited department first.
func scopeOf(ctx context.Context, db bun.IDB, auditID string) (sc scope, err error) {
	if err = db.NewRaw("SELECT cycle_id FROM audit_cycles WHERE audit_id = ? ORDER BY cycle_id", auditID).Scan(ctx, &sc.Cycles); err != nil {
		return sc, store.MapError(err, "audit cycles")
	}
	if err = db.NewRaw("SELECT code FROM audit_codes WHERE audit_id = ? ORDER BY code", auditID).Scan(ctx, &sc.Codes); err != nil {
		return sc, store.MapError(err, "audit codes")
	}
	err = db.NewRaw("SELECT department_id FROM audit_departments WHERE audit_id = ? ORDER BY position", auditID).Scan(ctx, &sc.Departments)
	return sc, store.MapError(err, "audit departments")
}

// countIDs counts how many of the ids a table holds. The table's name comes
// from the program, never from a person.
func countIDs(ctx context.Context, db bun.IDB, table string, ids []string) (n int, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	err = db.NewRaw("SELECT COUNT(*) FROM ? WHERE id IN (?)", bun.Ident(table), bun.List(ids)).Scan(ctx, &n)
	return n, store.MapError(err, "count "+table)
}

// moveAudit takes a step: the row is changed only while it is in the state
// that was read.
func moveAudit(ctx context.Context, tx *store.Tx, a Audit, from State, columns ...string) error {
	n, err := store.Affected(tx.NewUpdate().Model(&a).Column(append(columns, "state")...).
		Where("id = ? AND state = ?", a.ID, from).Exec(ctx))
	return store.Moved(n, err, kindAudit, string(from))
}

// updateAudit changes columns without a step.
func updateAudit(ctx context.Context, tx *store.Tx, a Audit, columns ...string) error {
	n, err := store.Affected(tx.NewUpdate().Model(&a).Column(columns...).Where("id = ? AND state = ?", a.ID, a.State).Exec(ctx))
	return store.Moved(n, err, kindAudit, string(a.State))
}

// lock takes the row of an object for the rest of the transaction, so that
// what is read under it cannot change. The table's name comes from the
// program, never from a person; an id that does not exist locks nothing.
func lock(ctx context.Context, tx *store.Tx, table, id string) error {
	if !store.IsID(id) {
		return nil
	}
	if err := hold(ctx, tx, table, id); err != nil {
		return err
	}
	kinds := map[string]string{"acts": kindAct, "audits": kindAudit, "findings": kindFinding}
	return store.MapError(tx.Seen(ctx, kinds[table], id), "seal of "+table)
}

// hold is lock for who changes nothing of the object itself, only what hangs
// on it.
func hold(ctx context.Context, tx *store.Tx, table, id string) error {
	if !store.IsID(id) {
		return nil
	}
	_, err := tx.NewRaw("UPDATE ? SET state = state WHERE id = ?", bun.Ident(table), id).Exec(ctx)
	return store.MapError(err, "lock "+table)
}

// unfinished counts what keeps an audit from being reported: rows without an
// answer, and draft acts.
func unfinished(ctx context.Context, db bun.IDB, auditID string) (rows, drafts int, err error) {
	err = db.NewRaw(`SELECT (SELECT COUNT(*) FROM audit_rows WHERE audit_id = ?0 AND answer = ?1),
		(SELECT COUNT(*) FROM acts WHERE audit_id = ?0 AND state = ?2)`, auditID, Open, ActDraft).Scan(ctx, &rows, &drafts)
	return rows, drafts, store.MapError(err, "unfinished")
}

// unansweredActs counts the acts of an audit that still wait for the head or
// for a decision on an objection.
func unansweredActs(ctx context.Context, db bun.IDB, auditID string) (n int, err error) {
	err = db.NewRaw("SELECT COUNT(*) FROM acts WHERE audit_id = ? AND state IN (?)", auditID,
		bun.List([]ActState{ActDraft, ActIssued, ActObjected})).Scan(ctx, &n)
	return n, store.MapError(err, "unanswered acts")
}

// issuedActs counts the acts of an audit that were issued.
func issuedActs(ctx context.Context, db bun.IDB, auditID string) (n int, err error) {
	err = db.NewRaw("SELECT COUNT(*) FROM acts WHERE audit_id = ? AND issued_at IS NOT NULL", auditID).Scan(ctx, &n)
	return n, store.MapError(err, "issued acts")
}

// countRows counts the rows of a checklist.
func countRows(ctx context.Context, db bun.IDB, auditID string) (n int, err error) {
	err = db.NewRaw("SELECT COUNT(*) FROM audit_rows WHERE audit_id = ?", auditID).Scan(ctx, &n)
	return n, store.MapError(err, "count rows")
}

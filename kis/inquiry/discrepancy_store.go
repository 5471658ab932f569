package inquiry

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// discrepancySeal is what the trail keeps of a note.
var discrepancySeal = store.Seal{Kind: KindDiscrepancy, Table: "discrepancies", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, number, cycle_id, activity_id, code, department_id, found, cases, size, source, due, due_confirmed, noted_by, noted_at
		FROM discrepancies WHERE id IN (?0)`},
	{Name: "answer", Query: `SELECT id, explanation, explained_by, explained_at, first_answered_at FROM discrepancies WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, refused, refusal, refused_at, confirmed_by, confirmed_at, promoted_by, promoted_at, promotion, act_id
		FROM discrepancies WHERE id IN (?0)`},
}}

// responsibleFor finds the task of a code in a cycle, if it applies, and the
// departments that answer for it: those responsible, then the process's owner.
func responsibleFor(ctx context.Context, db bun.IDB, cy kis.Cycle, code string) (activityID string, departments []string, err error) {
	err = db.NewRaw(`SELECT id FROM activities WHERE version_id = ? AND code = ? AND level = 'task' AND applicable = TRUE`, cy.VersionID, code).Scan(ctx, &activityID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, store.MapError(err, "task of a discrepancy")
	}
	err = db.NewRaw(`SELECT department_id FROM activity_departments WHERE activity_id = ? AND responsible = TRUE ORDER BY position`, activityID).Scan(ctx, &departments)
	return activityID, append(departments, cy.Owner.ID), store.MapError(err, "departments of a task")
}

// lockDiscrepancy reads a note that is about to change.
func lockDiscrepancy(ctx context.Context, tx *store.Tx, id string) (Discrepancy, error) {
	var d Discrepancy
	err := store.Lock(tx.NewSelect().Model(&d).Where("n.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return d, apperr.Missing(KindDiscrepancy)
	}
	if err != nil {
		return d, store.MapError(err, "lock discrepancy")
	}
	return d, tx.Seen(ctx, KindDiscrepancy, id)
}

// moveDiscrepancy takes a step: the row changes only while it is in the state
// that was read.
func moveDiscrepancy(ctx context.Context, tx *store.Tx, d Discrepancy, from DiscrepancyState) error {
	n, err := store.Affected(tx.NewUpdate().Model(&d).ExcludeColumn("id", "number", "cycle_id", "activity_id", "code", "department_id", "found", "cases", "size", "source",
		"due", "due_confirmed", "noted_by", "noted_at", "search_key").Where("id = ? AND state = ?", d.ID, from).Exec(ctx))
	return store.Moved(n, err, KindDiscrepancy, string(from))
}

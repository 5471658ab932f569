package execution

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/planning"
)

func itoa(n int) string { return strconv.Itoa(n) }

func reportOf(ctx context.Context, db bun.IDB, id string) (planning.Report, error) {
	var w planning.Report
	if !store.IsID(id) {
		return w, apperr.Missing("report")
	}
	err := db.NewSelect().Model(&w).ColumnExpr("w.*").Where("w.id = ?", id).Scan(ctx)
	return w, store.MapError(err, "report")
}

// insertVerdict keeps the decision on a report whose plan is locked.
func insertVerdict(ctx context.Context, tx *store.Tx, w planning.Report, v Verdict) error {
	n, err := tx.NewSelect().Table("plan_report_verdicts").Where("report_id = ?", w.ID).Count(ctx)
	if err != nil {
		return store.MapError(err, "verdict")
	}
	if n > 0 {
		return apperr.New(apperr.Conflict, "planning.item.error.decided")
	}
	_, err = tx.NewRaw(`INSERT INTO plan_report_verdicts (report_id, accepted, note, decided_by, decided_name, decided_at) VALUES (?, ?, ?, ?, ?, ?)`,
		w.ID, v.Accept, v.Note, tx.Actor.UserID, tx.Actor.Name, tx.Now).Exec(ctx)
	return store.MapError(err, "insert verdict")
}

// replaceSteps gives an item other steps, unless a report names those it has or
// one was accepted.
func replaceSteps(ctx context.Context, tx *store.Tx, it planning.Item, texts []string) error {
	var n int
	err := tx.NewRaw(`SELECT (SELECT COUNT(*) FROM plan_reports w JOIN plan_report_verdicts v ON v.report_id = w.id AND v.accepted WHERE w.item_id = ?0)
		+ (SELECT COUNT(*) FROM plan_report_steps x JOIN plan_steps s ON s.id = x.step_id WHERE s.item_id = ?0)`, it.ID).Scan(ctx, &n)
	if err != nil {
		return store.MapError(err, "accepted reports")
	}
	if n > 0 {
		return apperr.New(apperr.Conflict, "planning.item.error.steps_stay")
	}
	if _, err := tx.NewDelete().Table("plan_steps").Where("item_id = ?", it.ID).Exec(ctx); err != nil {
		return store.MapError(err, "clear steps")
	}
	for i, t := range texts {
		if _, err := tx.NewRaw(`INSERT INTO plan_steps (id, item_id, no, text) VALUES (?, ?, ?, ?)`, store.NewID(), it.ID, i+1, t).Exec(ctx); err != nil {
			return store.MapError(err, "insert step")
		}
	}
	return nil
}

// assign names who carries an item out and gives who did before.
func assign(ctx context.Context, tx *store.Tx, it planning.Item, userID string) (before string, err error) {
	err = tx.NewSelect().Table("plan_item_people").Column("user_id").Where("item_id = ?", it.ID).Scan(ctx, &before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", store.MapError(err, "executor")
	}
	if !store.IsID(userID) {
		return "", apperr.InvalidField("executor", "error.field.required")
	}
	n, err := tx.NewSelect().Table("users").Where("id = ? AND department_id = ? AND disabled_at IS NULL", userID, it.ResponsibleID).Count(ctx)
	if err != nil {
		return "", store.MapError(err, "executor")
	}
	if n == 0 {
		return "", apperr.InvalidField("executor", "error.field.choice")
	}
	_, err = tx.NewRaw(`INSERT INTO plan_item_people (item_id, user_id, assigned_by, assigned_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (item_id) DO UPDATE SET user_id = EXCLUDED.user_id, assigned_by = EXCLUDED.assigned_by, assigned_at = EXCLUDED.assigned_at`,
		it.ID, userID, tx.Actor.UserID, tx.Now).Exec(ctx)
	return before, store.MapError(err, "assign")
}

// impactOf reads the check of an item; nil when none was set.
func impactOf(ctx context.Context, db bun.IDB, itemID string) (*Impact, error) {
	var x Impact
	err := db.NewSelect().Model(&x).Where("x.item_id = ?", itemID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &x, store.MapError(err, "impact")
}

// reportedBy says whether a person reported on an item.
func reportedBy(ctx context.Context, db bun.IDB, itemID, userID string) (bool, error) {
	n, err := db.NewSelect().Table("plan_reports").Where("item_id = ? AND reported_by = ?", itemID, userID).Count(ctx)
	return n > 0, store.MapError(err, "reporters")
}

// storeImpact stores what a check found, with its files, once.
func storeImpact(ctx context.Context, tx *store.Tx, x Impact, files []kis.File) error {
	for i, f := range files {
		if _, err := tx.NewRaw(`INSERT INTO plan_impact_files (impact_id, file_id, position) VALUES (?, ?, ?)`, x.ID, f.ID, i).Exec(ctx); err != nil {
			return store.MapError(err, "files of impact")
		}
	}
	n, err := store.Affected(tx.NewUpdate().Model(&x).Column("verdict", "text", "checked_by", "checked_name", "checked_at").WherePK().Where("verdict = ''").Exec(ctx))
	return store.Moved(n, err, "plan_impact", "open")
}

// impactFiles reads the files of a check.
func impactFiles(ctx context.Context, db bun.IDB, impactID string) ([]kis.File, error) {
	var ids []string
	if err := db.NewSelect().Table("plan_impact_files").Column("file_id").Where("impact_id = ?", impactID).Order("position").Scan(ctx, &ids); err != nil {
		return nil, store.MapError(err, "files of impact")
	}
	known, err := kis.FilesByID(ctx, db, ids)
	out := make([]kis.File, len(ids))
	for i, id := range ids {
		out[i] = known[id]
	}
	return out, err
}

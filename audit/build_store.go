package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// rowsOf reads the rows of an audit in order, all or only its own.
func rowsOf(ctx context.Context, db bun.IDB, auditID string, own bool) ([]Row, error) {
	var rows []Row
	q := db.NewSelect().Model(&rows).Where("r.audit_id = ?", auditID).Order("r.position", "r.id")
	if own {
		q.Where("r.own")
	}
	err := q.Scan(ctx)
	return rows, store.MapError(err, "rows of audit")
}

func insertRows(ctx context.Context, tx *store.Tx, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert rows")
}

// dropRows removes the rows that came from templates and gives how many rows
// there were in all.
func dropRows(ctx context.Context, tx *store.Tx, auditID string) (before int, err error) {
	if err := tx.NewRaw("SELECT COUNT(*) FROM audit_rows WHERE audit_id = ?", auditID).Scan(ctx, &before); err != nil {
		return 0, store.MapError(err, "count rows")
	}
	_, err = tx.NewDelete().Model((*Row)(nil)).Where("audit_id = ? AND NOT own", auditID).Exec(ctx)
	return before, store.MapError(err, "drop rows")
}

func dropRow(ctx context.Context, tx *store.Tx, id string) error {
	_, err := tx.NewDelete().Model((*Row)(nil)).Where("id = ?", id).Exec(ctx)
	return store.MapError(err, "drop row")
}

// placeRows writes the positions of rows, many at once.
func placeRows(ctx context.Context, tx *store.Tx, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	places := tx.NewUpdate().Model((*Row)(nil))
	set, args, ids := "position = CASE", []any{}, []string{}
	for _, r := range rows {
		set += " WHEN id = ? THEN ?"
		args = append(args, r.ID, r.Position)
		ids = append(ids, r.ID)
	}
	_, err := places.Set(set+" ELSE position END", args...).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	return store.MapError(err, "place rows")
}

// ownTemplate gives the template that stands for the standard of own
// questions; the first audit that needs it makes it.
func ownTemplate(ctx context.Context, tx *store.Tx, standard, edition string) (string, error) {
	code := "OWN-" + standard + "-" + edition
	t := Template{ID: store.NewID(), Code: code, Version: 1, Standard: standard, Edition: edition, ValidFrom: day.Of(tx.Now, tx.Now.Location()),
		TitleAZ: standard + ":" + edition, TitleEN: standard + ":" + edition, CreatedAt: tx.Now, State: TemplateOwn, Revision: 1}
	if _, err := tx.NewInsert().Model(&t).On("CONFLICT (code, version) DO NOTHING").Exec(ctx); err != nil {
		return "", store.MapError(err, "own template")
	}
	var ids []string
	err := tx.NewRaw("SELECT CAST(id AS TEXT) FROM checklist_templates WHERE code = ? AND version = 1", code).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return "", store.MapError(err, "own template")
	}
	return ids[0], nil
}

func clauseKnown(ctx context.Context, db bun.IDB, standard, edition, clause string) (bool, error) {
	var n int
	err := db.NewRaw("SELECT COUNT(*) FROM standard_clauses WHERE standard = ? AND edition = ? AND number = ?", standard, edition, clause).Scan(ctx, &n)
	return n > 0, store.MapError(err, "clause")
}

// clauseOfTemplates says whether a standard of one of the templates has the
// clause.
func clauseOfTemplates(ctx context.Context, db bun.IDB, templates []string, clause string) (bool, error) {
	var n int
	err := db.NewRaw("SELECT COUNT(*) FROM standard_clauses c JOIN checklist_templates t ON t.standard = c.standard AND t.edition = c.edition WHERE t.id IN (?) AND c.number = ?",
		bun.List(templates), clause).Scan(ctx, &n)
	return n > 0, store.MapError(err, "clause of templates")
}

// linksOfAudit reads the submissions linked to the rows of an audit.
func linksOfAudit(ctx context.Context, db bun.IDB, auditID string) (map[string][]string, error) {
	var rows []struct{ RowID, SubmissionID string }
	err := db.NewRaw("SELECT e.row_id, e.submission_id FROM row_evidence e JOIN audit_rows r ON r.id = e.row_id WHERE r.audit_id = ? ORDER BY 1, 2", auditID).Scan(ctx, &rows)
	out := map[string][]string{}
	for _, r := range rows {
		out[r.RowID] = append(out[r.RowID], r.SubmissionID)
	}
	return out, store.MapError(err, "links of audit")
}

// standardsToCite reads all editions, the one that is cited most first.
func standardsToCite(ctx context.Context, db bun.IDB) ([]Standard, error) {
	var out []Standard
	err := db.NewSelect().Model(&out).Order("st.code DESC", "st.edition").Scan(ctx)
	return out, store.MapError(err, "standards")
}

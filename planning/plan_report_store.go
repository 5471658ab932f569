package planning

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
)

type reportFileRow struct {
	bun.BaseModel `bun:"table:plan_report_files,alias:x"`

	ReportID string `bun:"report_id,pk"`
	FileID   string `bun:"file_id,pk"`
	Position int    `bun:"position"`
}

// insertReport stores a report behind the earlier ones of its item. The plan
// of the item is locked, so the number is free.
func insertReport(ctx context.Context, tx *store.Tx, w *Report, files []kis.File) error {
	err := tx.NewRaw(`SELECT COALESCE(MAX(no), 0) + 1 FROM plan_reports WHERE item_id = ?`, w.ItemID).Scan(ctx, &w.No)
	if err != nil {
		return store.MapError(err, "number of report")
	}
	if _, err := tx.NewInsert().Model(w).Exec(ctx); err != nil {
		return store.MapError(err, "insert report")
	}
	if len(files) == 0 {
		return nil
	}
	rows := make([]reportFileRow, len(files))
	for i, f := range files {
		rows[i] = reportFileRow{ReportID: w.ID, FileID: f.ID, Position: i}
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert report files")
}

// MoveItem takes an item along one arrow, with the date it was given; its plan
// is locked.
func MoveItem(ctx context.Context, tx *store.Tx, it *Item, t office.Transition[ItemState]) error {
	it.State, it.Version = t.To, it.Version+1
	if t.From != t.To {
		it.StateAt = tx.Now
	}
	n, err := store.Affected(tx.NewUpdate().Model(it).Column("state", "state_at", "new_due", "version").
		Where("id = ? AND state = ? AND version = ?", it.ID, t.From, it.Version-1).Exec(ctx))
	return store.Moved(n, err, kindItem, string(t.From))
}

// reportsOf reads the reports on items with their files, newest first, in
// three queries.
func reportsOf(ctx context.Context, db bun.IDB, where string, id string) (map[string][]Report, error) {
	var list []Report
	err := db.NewSelect().Model(&list).ColumnExpr("w.*").Join("JOIN plan_items AS i ON i.id = w.item_id").
		ColumnExpr("v.report_id IS NOT NULL AS decided, COALESCE(v.accepted, FALSE) AS accepted, COALESCE(v.note, '') AS verdict_note, COALESCE(v.decided_name, '') AS verdict_name, v.decided_at AS verdict_at").
		Join("LEFT JOIN plan_report_verdicts AS v ON v.report_id = w.id").
		Where("? = ?", bun.Safe(where), id).OrderExpr("w.item_id, w.no DESC").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "reports")
	}
	var links []reportFileRow
	err = db.NewSelect().Model(&links).ColumnExpr("x.*").Join("JOIN plan_reports AS w ON w.id = x.report_id").
		Join("JOIN plan_items AS i ON i.id = w.item_id").Where("? = ?", bun.Safe(where), id).OrderExpr("x.report_id, x.position").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "report files")
	}
	ids := make([]string, len(links))
	for i, l := range links {
		ids[i] = l.FileID
	}
	files, err := kis.FilesByID(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	out := map[string][]Report{}
	for _, w := range list {
		for _, l := range links {
			if l.ReportID == w.ID {
				w.Files = append(w.Files, files[l.FileID])
			}
		}
		out[w.ItemID] = append(out[w.ItemID], w)
	}
	return out, nil
}

// insertReportSteps keeps which steps a report says are done; each must be of
// its item.
func insertReportSteps(ctx context.Context, tx *store.Tx, w Report, steps []string) error {
	for i, id := range steps {
		if !store.IsID(id) || slices.Contains(steps[:i], id) {
			return apperr.InvalidField("steps", "error.field.choice")
		}
	}
	if len(steps) == 0 {
		return nil
	}
	n, err := store.Affected(tx.NewRaw(`INSERT INTO plan_report_steps (report_id, step_id) SELECT ?, s.id FROM plan_steps s WHERE s.item_id = ? AND s.id IN (?)`,
		w.ID, w.ItemID, bun.List(steps)).Exec(ctx))
	if err == nil && int(n) != len(steps) {
		return apperr.InvalidField("steps", "error.field.choice")
	}
	return store.MapError(err, "steps of report")
}

// postponementWaits says whether another report asks for a new date and was
// not decided on.
func postponementWaits(ctx context.Context, tx *store.Tx, itemID, but string) (bool, error) {
	n, err := tx.NewSelect().TableExpr("plan_reports AS w").Where("w.item_id = ? AND w.id <> ? AND w.to_state = ?", itemID, but, Postponed).
		Where("w.quarter > 0 AND NOT EXISTS (SELECT 1 FROM plan_report_verdicts v WHERE v.report_id = w.id)").Count(ctx)
	return n > 0, store.MapError(err, "postponement that waits")
}

// reportsWaiting counts the reports on items of a plan that nobody has decided
// on.
func reportsWaiting(ctx context.Context, db bun.IDB, planID string) (n int, err error) {
	err = db.NewRaw(`SELECT COUNT(*) FROM plan_reports w JOIN plan_items i ON i.id = w.item_id WHERE i.plan_id = ? AND w.quarter > 0
		AND NOT EXISTS (SELECT 1 FROM plan_report_verdicts v WHERE v.report_id = w.id)`, planID).Scan(ctx, &n)
	return n, store.MapError(err, "reports that wait")
}

func reportFile(ctx context.Context, db bun.IDB, itemID, fileID string) (kis.File, error) {
	n, err := db.NewSelect().TableExpr("plan_report_files AS x").Join("JOIN plan_reports AS w ON w.id = x.report_id").
		Where("w.item_id = ? AND x.file_id = ?", itemID, fileID).Count(ctx)
	if err != nil {
		return kis.File{}, store.MapError(err, "report file")
	}
	if n == 0 {
		return kis.File{}, apperr.Missing("file")
	}
	files, err := kis.FilesByID(ctx, db, []string{fileID})
	return files[fileID], err
}

// objectionsOf lists the objections to a plan, newest first.
func objectionsOf(ctx context.Context, db bun.IDB, planID string) ([]Objection, error) {
	var list []Objection
	err := db.NewSelect().Model(&list).ColumnExpr("o.*, COALESCE(u.name, '') AS objected_name, COALESCE(v.name, '') AS answered_name").
		Join("LEFT JOIN users AS u ON u.id = o.objected_by").Join("LEFT JOIN users AS v ON v.id = o.answered_by").
		Where("o.plan_id = ?", planID).OrderExpr("o.objected_at DESC, o.id").Scan(ctx)
	return list, store.MapError(err, "objections")
}

// agreementsOf lists what the departments say, by name, in two queries.
func agreementsOf(ctx context.Context, db bun.IDB, planID string) ([]Agreement, error) {
	var list []Agreement
	if err := db.NewSelect().Model(&list).Where("a.plan_id = ?", planID).Scan(ctx); err != nil {
		return nil, store.MapError(err, "agreements")
	}
	ids := make([]string, len(list))
	for i, a := range list {
		ids[i] = a.DepartmentID
	}
	known, err := office.DepartmentsByID(ctx, db, ids)
	for i := range list {
		list[i].Department = known[list[i].DepartmentID]
	}
	slices.SortFunc(list, func(a, b Agreement) int {
		if a.Department.SortKey < b.Department.SortKey {
			return -1
		}
		return 1
	})
	return list, err
}

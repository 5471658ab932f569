package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

type itemDepartment struct {
	bun.BaseModel `bun:"table:plan_item_departments,alias:x"`

	ItemID       string `bun:"item_id,pk"`
	DepartmentID string `bun:"department_id,pk"`
	Position     int    `bun:"position"`
}

// insertItem stores a new item behind the others; its number comes with the
// next renumbering.
func insertItem(ctx context.Context, tx *store.Tx, it *Item, coExecutors []string) error {
	err := tx.NewRaw(`SELECT COALESCE(MAX(added), 0) + 1 FROM plan_items WHERE plan_id = ?`, it.PlanID).Scan(ctx, &it.Added)
	if err != nil {
		return store.MapError(err, "place of item")
	}
	it.SearchKey = it.searchKey()
	if _, err := tx.NewInsert().Model(it).Exec(ctx); err != nil {
		return store.MapError(err, "insert item")
	}
	return setCoExecutors(ctx, tx, it.ID, coExecutors)
}

func setCoExecutors(ctx context.Context, tx *store.Tx, itemID string, departments []string) error {
	if _, err := tx.NewDelete().Table("plan_item_departments").Where("item_id = ?", itemID).Exec(ctx); err != nil {
		return store.MapError(err, "clear co-executors")
	}
	if len(departments) == 0 {
		return nil
	}
	rows := make([]itemDepartment, len(departments))
	for i, d := range departments {
		rows[i] = itemDepartment{ItemID: itemID, DepartmentID: d, Position: i}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert co-executors")
}

func coExecutorsOf(ctx context.Context, db bun.IDB, itemID string) ([]string, error) {
	var ids []string
	err := db.NewSelect().Table("plan_item_departments").Column("department_id").Where("item_id = ?", itemID).Order("position").Scan(ctx, &ids)
	return ids, store.MapError(err, "co-executors")
}

// LockItem holds the plan of an item, then reads the item, in the unit of work
// of a package above.
func LockItem(ctx context.Context, tx *store.Tx, id string) (Plan, Item, error) {
	return lockItem(ctx, tx, id)
}

// lockItem holds the plan of an item, then reads the item.
func lockItem(ctx context.Context, tx *store.Tx, id string) (Plan, Item, error) {
	var it Item
	if !store.IsID(id) {
		return Plan{}, it, apperr.Missing(kindItem)
	}
	if err := tx.NewSelect().Model(&it).ColumnExpr("i.*").Where("i.id = ?", id).Scan(ctx); err != nil {
		return Plan{}, it, store.MapError(err, "item")
	}
	p, err := lockPlan(ctx, tx, it.PlanID)
	if err != nil {
		return p, it, err
	}
	err = tx.NewSelect().Model(&it).ColumnExpr("i.*").Where("i.id = ?", id).Scan(ctx)
	it.Year, it.Key = p.Year, p.Key
	return p, it, store.MapError(err, "item")
}

func itemOf(ctx context.Context, db bun.IDB, planID, id string) (Item, error) {
	var it Item
	if !store.IsID(id) {
		return it, apperr.Missing(kindItem)
	}
	err := db.NewSelect().Model(&it).ColumnExpr("i.*").Where("i.plan_id = ? AND i.id = ?", planID, id).Scan(ctx)
	return it, store.MapError(err, "item")
}

// updateItem stores what people wrote about an item, raising its version.
func updateItem(ctx context.Context, tx *store.Tx, it Item, coExecutors []string) error {
	it.SearchKey = it.searchKey()
	n, err := store.Affected(tx.NewUpdate().Model(&it).
		Column("search_key", "section", "section_no", "text", "expected_result", "indicator", "responsible_id", "start_quarter", "due", "version").
		Where("id = ? AND version = ?", it.ID, it.Version-1).Exec(ctx))
	if err := store.Moved(n, err, kindItem, string(it.State)); err != nil {
		return err
	}
	return setCoExecutors(ctx, tx, it.ID, coExecutors)
}

// deleteItem takes an item out; objections to it keep its label.
func deleteItem(ctx context.Context, tx *store.Tx, it Item) error {
	for _, q := range []*bun.RawQuery{
		tx.NewRaw(`UPDATE plan_objections SET item_id = NULL WHERE item_id = ?`, it.ID),
		tx.NewRaw(`DELETE FROM plan_item_departments WHERE item_id = ?`, it.ID),
		tx.NewRaw(`DELETE FROM plan_items WHERE id = ?`, it.ID),
	} {
		if _, err := q.Exec(ctx); err != nil {
			return store.MapError(err, "remove item")
		}
	}
	return nil
}

// renumber gives the items of a plan their numbers: by section, then as added.
func renumber(ctx context.Context, tx *store.Tx, planID string) error {
	_, err := tx.NewRaw(`UPDATE plan_items SET no = (SELECT COUNT(*) FROM plan_items o
		WHERE o.plan_id = plan_items.plan_id AND (o.section_no, o.added) <= (plan_items.section_no, plan_items.added)) WHERE plan_id = ?`, planID).Exec(ctx)
	return store.MapError(err, "number items")
}

// numberOf gives the number of an item; 0 when it is gone.
func numberOf(ctx context.Context, db bun.IDB, itemID string) (int, error) {
	var no []int
	err := db.NewSelect().Table("plan_items").Column("no").Where("id = ?", itemID).Scan(ctx, &no)
	if err != nil || len(no) == 0 {
		return 0, store.MapError(err, "number of item")
	}
	return no[0], nil
}

// ItemsWithNames selects items with what is read along, for packages above; the
// departments come with WithDepartments.
func ItemsWithNames(ctx context.Context, db bun.IDB, model any) *bun.SelectQuery {
	return itemsWithNames(ctx, db, model)
}

// WithDepartments fills responsible departments and co-executors of items.
func WithDepartments(ctx context.Context, db bun.IDB, items []Item) error {
	return withDepartments(ctx, db, items)
}

// itemsWithNames selects items with what is read along.
func itemsWithNames(ctx context.Context, db bun.IDB, model any) *bun.SelectQuery {
	return withBasisLinks(ctx, db.NewSelect().Model(model)).ColumnExpr("i.*").
		ColumnExpr("p.year, p.key, COALESCE(cp.year, 0) AS carried_year, COALESCE(cp.key, '') AS carried_key").
		ColumnExpr("(SELECT MAX(w.reported_at) FROM plan_reports w WHERE w.item_id = i.id) AS last_report_at").
		ColumnExpr(`(SELECT COUNT(DISTINCT w.quarter) FROM plan_reports w JOIN plan_report_verdicts v ON v.report_id = w.id AND v.accepted
			WHERE w.item_id = i.id AND w.quarter >= i.start_quarter AND w.to_state <> 'postponed') AS quarters_accepted`).
		ColumnExpr("(SELECT COUNT(*) FROM plan_steps s WHERE s.item_id = i.id) AS steps").
		ColumnExpr(`(SELECT COUNT(DISTINCT x.step_id) FROM plan_report_steps x JOIN plan_report_verdicts v ON v.report_id = x.report_id AND v.accepted
			JOIN plan_steps s ON s.id = x.step_id WHERE s.item_id = i.id) AS steps_accepted`).
		ColumnExpr("(SELECT COUNT(*) " + accepted + ") AS ends_accepted").
		ColumnExpr(`(SELECT COUNT(*) FROM plan_reports w WHERE w.item_id = i.id AND w.quarter > 0
			AND NOT EXISTS (SELECT 1 FROM plan_report_verdicts v WHERE v.report_id = w.id)) AS waiting`).
		ColumnExpr("pip.user_id AS executor_id, COALESCE(eu.name, '') AS executor_name").
		Join("LEFT JOIN plan_item_people AS pip ON pip.item_id = i.id").
		Join("LEFT JOIN users AS eu ON eu.id = pip.user_id").
		Join("JOIN plans AS p ON p.id = i.plan_id").
		Join("LEFT JOIN plan_items AS c ON c.id = i.carried_from").
		Join("LEFT JOIN plans AS cp ON cp.id = c.plan_id").
		Join("LEFT JOIN recommendations AS r ON r.id = i.recommendation_id").
		Join("LEFT JOIN review_decisions AS dec ON dec.id = i.decision_id")
}

// withDepartments fills responsible departments and co-executors of items in
// two queries.
func withDepartments(ctx context.Context, db bun.IDB, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	ids, at := make([]string, len(items)), make(map[string]*Item, len(items))
	var departments []string
	for i := range items {
		ids[i], at[items[i].ID] = items[i].ID, &items[i]
		departments = append(departments, items[i].ResponsibleID)
	}
	var rows []itemDepartment
	if err := db.NewSelect().Model(&rows).Where("x.item_id IN (?)", bun.List(ids)).OrderExpr("x.item_id, x.position").Scan(ctx); err != nil {
		return store.MapError(err, "co-executors")
	}
	for _, r := range rows {
		departments = append(departments, r.DepartmentID)
	}
	known, err := office.DepartmentsByID(ctx, db, departments)
	if err != nil {
		return err
	}
	for i := range items {
		items[i].Responsible = known[items[i].ResponsibleID]
	}
	for _, r := range rows {
		at[r.ItemID].CoExecutors = append(at[r.ItemID].CoExecutors, known[r.DepartmentID])
	}
	return nil
}

// undone lists the items of the plan of a year and kind that are not done and
// were not carried over, with their departments. A plan that is not approved has none.
func undone(ctx context.Context, db bun.IDB, year int, kind string) ([]Item, error) {
	var items []Item
	err := itemsWithNames(ctx, db, &items).Where("p.year = ? AND p.kind = ? AND p.approved_at IS NOT NULL AND i.state <> ?", year, kind, Done).
		Where("NOT EXISTS (SELECT 1 FROM plan_items n WHERE n.carried_from = i.id)").OrderExpr("i.section_no, i.no").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "undone items")
	}
	return items, withDepartments(ctx, db, items)
}

// itemsOf lists the items of a plan by number, with their departments.
func itemsOf(ctx context.Context, db bun.IDB, planID string) ([]Item, error) {
	var items []Item
	if err := itemsWithNames(ctx, db, &items).Where("i.plan_id = ?", planID).OrderExpr("i.section_no, i.no").Scan(ctx); err != nil {
		return nil, store.MapError(err, "items")
	}
	return items, withDepartments(ctx, db, items)
}

// itemByID gives one item as a list of one.
func itemByID(ctx context.Context, db bun.IDB, id string) ([]Item, error) {
	var items []Item
	if err := itemsWithNames(ctx, db, &items).Where("i.id = ?", id).Scan(ctx); err != nil {
		return nil, store.MapError(err, "item")
	}
	if len(items) == 0 {
		return nil, apperr.Missing(kindItem)
	}
	return items, withDepartments(ctx, db, items)
}

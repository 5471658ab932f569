package amendment

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
)

func itoa(n int) string { return strconv.Itoa(n) }

// label is how the items an amendment adds name their basis.
func label(lang string, m Amendment) string {
	return i18n.T(lang, "planning.amendment.basis", "no", m.No)
}

// insert stores a new amendment with the next number of its locked plan.
func insert(ctx context.Context, tx *store.Tx, m *Amendment) error {
	var n struct{ Open, Last int }
	err := tx.NewRaw(`SELECT COALESCE(SUM(CASE WHEN state IN ('draft', 'proposed') THEN 1 ELSE 0 END), 0) AS open, COALESCE(MAX(no), 0) AS last
		FROM plan_amendments WHERE plan_id = ?`, m.PlanID).Scan(ctx, &n)
	if err != nil {
		return store.MapError(err, "number of amendment")
	}
	if n.Open > 0 {
		return apperr.New(apperr.Conflict, "planning.amendment.error.open")
	}
	m.No = n.Last + 1
	_, err = tx.NewInsert().Model(m).Exec(ctx)
	return store.MapError(err, "insert amendment")
}

// lock holds the plan of an amendment, then reads the amendment.
func lock(ctx context.Context, tx *store.Tx, id string) (p planning.Plan, m Amendment, err error) {
	if !store.IsID(id) {
		return p, m, apperr.Missing(Kind)
	}
	var key planning.Key
	err = tx.NewSelect().TableExpr("plan_amendments AS m").Join("JOIN plans AS p ON p.id = m.plan_id").ColumnExpr("p.key").Where("m.id = ?", id).Scan(ctx, &key)
	if err != nil {
		return p, m, store.MapError(err, "amendment")
	}
	if p, err = planning.LockPlan(ctx, tx, key); err != nil {
		return p, m, err
	}
	err = tx.NewSelect().Model(&m).ColumnExpr("m.*").Where("m.id = ?", id).Scan(ctx)
	m.Key = key
	return p, m, store.MapError(err, "amendment")
}

// move stores what a step changes, raising the version.
func move(ctx context.Context, tx *store.Tx, m *Amendment, to State) error {
	from := m.State
	m.State, m.Version = to, m.Version+1
	n, err := store.Affected(tx.NewUpdate().Model(m).Column("state", "proposed_by", "proposed_name", "proposed_at", "decided_by", "decided_name", "decided_at", "note", "version").
		WherePK().Where("state = ? AND version = ?", from, m.Version-1).Exec(ctx))
	return store.Moved(n, err, Kind, string(from))
}

// itemOf reads an item of a locked plan and what it says.
func itemOf(ctx context.Context, db bun.IDB, p planning.Plan, id string) (it planning.Item, was Said, err error) {
	if !store.IsID(id) {
		return it, was, apperr.Missing("plan_item")
	}
	if err = db.NewSelect().Model(&it).ColumnExpr("i.*").Where("i.id = ? AND i.plan_id = ?", id, p.ID).Scan(ctx); err != nil {
		return it, was, store.MapError(err, "item")
	}
	it.Year, it.Key = p.Year, p.Key
	f, err := planning.FieldsOf(ctx, db, it)
	return it, said(f), err
}

// put writes a change behind the others, in place of an earlier one of the item.
func put(ctx context.Context, tx *store.Tx, m *Amendment, x Change) error {
	if x.ItemID != "" {
		if _, err := tx.NewDelete().Table("plan_amendment_changes").Where("amendment_id = ? AND item_id = ?", m.ID, x.ItemID).Exec(ctx); err != nil {
			return store.MapError(err, "earlier change")
		}
	}
	x.ID, x.AmendmentID = store.NewID(), m.ID
	if err := tx.NewRaw(`SELECT COALESCE(MAX(position), 0) + 1 FROM plan_amendment_changes WHERE amendment_id = ?`, m.ID).Scan(ctx, &x.Position); err != nil {
		return store.MapError(err, "place of change")
	}
	if _, err := tx.NewInsert().Model(&x).Exec(ctx); err != nil {
		return store.MapError(err, "insert change")
	}
	var before, after map[string]any
	if x.Before != "" {
		before = map[string]any{"item": x.ItemNo, "says": x.Before}
	}
	if x.After != "" {
		after = map[string]any{"item": x.ItemNo, "says": x.After}
	}
	record(tx, *m, "write", before, after, "")
	return nil
}

// drop takes a change out.
func drop(ctx context.Context, tx *store.Tx, m *Amendment, id string) error {
	var x Change
	if !store.IsID(id) {
		return apperr.Missing("change")
	}
	if err := tx.NewSelect().Model(&x).Where("x.id = ? AND x.amendment_id = ?", id, m.ID).Scan(ctx); err != nil {
		return store.MapError(err, "change")
	}
	if _, err := tx.NewDelete().Model(&x).WherePK().Exec(ctx); err != nil {
		return store.MapError(err, "drop change")
	}
	record(tx, *m, "drop", map[string]any{"item": x.ItemNo, "kind": x.Kind}, nil, "")
	return nil
}

// setItem says which item came of an added one.
func setItem(ctx context.Context, tx *store.Tx, id string, it planning.Item) error {
	_, err := tx.NewRaw(`UPDATE plan_amendment_changes SET item_id = ?, item_no = ? WHERE id = ?`, it.ID, it.No, id).Exec(ctx)
	return store.MapError(err, "item of change")
}

// changesOf reads the changes of amendments, with codes of departments.
func changesOf(ctx context.Context, db bun.IDB, ids []string) ([]Change, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var list []Change
	if err := db.NewSelect().Model(&list).Where("x.amendment_id IN (?)", bun.List(ids)).OrderExpr("x.amendment_id, x.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "changes")
	}
	var departments []string
	for i := range list {
		for text, to := range map[string]*Said{list[i].Before: &list[i].Was, list[i].After: &list[i].Will} {
			if text != "" {
				if err := json.Unmarshal([]byte(text), to); err != nil {
					return nil, apperr.Wrap(err, "words of a change")
				}
				departments = append(append(departments, to.ResponsibleID), to.CoExecutors...)
			}
		}
	}
	known, err := office.DepartmentsByID(ctx, db, departments)
	for i := range list {
		for _, x := range []*Said{&list[i].Was, &list[i].Will} {
			x.Responsible = known[x.ResponsibleID].Code
			var with []string
			for _, id := range x.CoExecutors {
				with = append(with, known[id].Code)
			}
			x.With = strings.Join(with, ", ")
		}
	}
	return list, err
}

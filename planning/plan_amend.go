package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// What follows changes items of a plan in force, for planning/amendment, in the
// unit of work that approves an amendment: at any other time the database
// refuses it. Numbers of the other items stay as they were printed.

// LockPlan holds the plan of a key until the unit of work ends.
func LockPlan(ctx context.Context, tx *store.Tx, key Key) (Plan, error) {
	return lockPlanOf(ctx, tx, key)
}

// CheckFields says what is wrong with the fields of an item of a year.
func CheckFields(f ItemFields, year int) (ItemFields, error) { return f.check(year) }

// FieldsOf are the fields of an item as they are now.
func FieldsOf(ctx context.Context, db bun.IDB, it Item) (ItemFields, error) {
	co, err := coExecutorsOf(ctx, db, it.ID)
	return ItemFields{Section: it.Section, Text: it.Text, ExpectedResult: it.ExpectedResult, Indicator: it.Indicator, ResponsibleID: it.ResponsibleID,
		CoExecutors: co, StartQuarter: it.StartQuarter, Due: it.Due}, err
}

// CheckDepartments refuses fields that name what is no department of the office.
func CheckDepartments(ctx context.Context, db bun.IDB, f ItemFields) error {
	if err := internalDepartments(ctx, db, "responsible", f.ResponsibleID); err != nil {
		return err
	}
	return internalDepartments(ctx, db, "co_executors", f.CoExecutors...)
}

// AmendItem words an item of a plan in force anew. A new date replaces one that
// it was postponed to.
func AmendItem(ctx context.Context, tx *store.Tx, p Plan, old Item, f ItemFields) error {
	it := f.item()
	it.ID, it.PlanID, it.Year, it.Key, it.Version = old.ID, old.PlanID, p.Year, p.Key, old.Version+1
	if err := updateItem(ctx, tx, it, f.CoExecutors); err != nil {
		return err
	}
	if old.NewDue != "" && f.Due != old.Due {
		_, err := tx.NewRaw(`UPDATE plan_items SET new_due = NULL WHERE id = ?`, old.ID).Exec(ctx)
		return store.MapError(err, "date of an amendment")
	}
	return nil
}

// AmendAdd adds an item to a plan in force, behind the others.
func AmendAdd(ctx context.Context, tx *store.Tx, p Plan, f ItemFields, basisLabel string) (Item, error) {
	it := f.item()
	it.Basis, it.BasisLabel, it.State = FromOther, basisLabel, NotStarted
	it.ID, it.PlanID, it.Year, it.Key, it.Version = store.NewID(), p.ID, p.Year, p.Key, 1
	it.CreatedBy, it.CreatedAt, it.StateAt = tx.Actor.UserID, tx.Now, tx.Now
	if err := tx.NewRaw(`SELECT COALESCE(MAX(no), 0) + 1 FROM plan_items WHERE plan_id = ?`, p.ID).Scan(ctx, &it.No); err != nil {
		return it, store.MapError(err, "number of item")
	}
	return it, insertItem(ctx, tx, &it, f.CoExecutors)
}

// Removable says with a Conflict why an item of a plan in force must stay: it
// was reported on, or a later plan carries it on.
func Removable(ctx context.Context, db bun.IDB, it Item) error {
	var n int
	err := db.NewRaw(`SELECT (SELECT COUNT(*) FROM plan_reports WHERE item_id = ?0) + (SELECT COUNT(*) FROM plan_items WHERE carried_from = ?0)`, it.ID).Scan(ctx, &n)
	if err != nil {
		return store.MapError(err, "reports of item")
	}
	if n > 0 {
		return apperr.New(apperr.Conflict, "planning.amendment.error.reported")
	}
	return nil
}

// AmendRemove takes an item out of a plan in force; what it said stays in the
// amendment.
func AmendRemove(ctx context.Context, tx *store.Tx, it Item) error {
	if err := Removable(ctx, tx, it); err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM plan_steps WHERE item_id = ?`, `DELETE FROM plan_item_people WHERE item_id = ?`} {
		if _, err := tx.NewRaw(q, it.ID).Exec(ctx); err != nil {
			return store.MapError(err, "parts of item")
		}
	}
	if it.RecommendationID != "" && it.CarriedFrom == "" {
		if err := release(ctx, tx, it.RecommendationID); err != nil {
			return err
		}
	}
	return deleteItem(ctx, tx, it)
}

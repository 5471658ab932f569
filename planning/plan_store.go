package planning

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

func insertPlan(ctx context.Context, db bun.IDB, p *Plan) error {
	_, err := db.NewInsert().Model(p).Exec(ctx)
	return store.MapError(err, "insert plan")
}

// lockPlanOf holds a plan until the unit of work ends: whatever is
// checked about its items and agreements stays true until then.
func lockPlanOf(ctx context.Context, tx *store.Tx, key Key) (Plan, error) {
	var p Plan
	err := store.Lock(tx.NewSelect().Model(&p).Where("p.key = ?", key)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, apperr.Missing(kindPlan)
	}
	if err == nil {
		err = tx.Seen(ctx, kindPlan, p.ID)
	}
	return p, store.MapError(err, "lock plan")
}

func lockPlan(ctx context.Context, tx *store.Tx, id string) (Plan, error) {
	var p Plan
	err := store.Lock(tx.NewSelect().Model(&p).Where("p.id = ?", id)).Scan(ctx)
	if err == nil {
		err = tx.Seen(ctx, kindPlan, p.ID)
	}
	return p, store.MapError(err, "lock plan")
}

func planOf(ctx context.Context, db bun.IDB, key Key) (Plan, error) {
	var p Plan
	err := db.NewSelect().Model(&p).Where("p.key = ?", key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return p, apperr.Missing(kindPlan)
	}
	return p, store.MapError(err, "plan")
}

// setPlan stores what steps change of a plan that was locked, and moves it to
// a state, which may be the one it is in.
func setPlan(ctx context.Context, tx *store.Tx, p Plan, to PlanState) error {
	from := p.State
	p.State = to
	p.Version++
	n, err := store.Affected(tx.NewUpdate().Model(&p).
		Column("state", "revision", "note", "agreeing_at", "agreed_at", "approved_by", "approved_name", "approved_at",
			"running_at", "closed_by", "closed_at", "version").
		Where("id = ? AND state = ? AND version = ?", p.ID, from, p.Version-1).Exec(ctx))
	return store.Moved(n, err, kindPlan, string(from))
}

func listPlans(ctx context.Context, db bun.IDB, today day.Day) ([]PlanSummary, error) {
	var list []PlanSummary
	err := db.NewSelect().Model(&list).ColumnExpr("p.*, k.short_az AS kind_short_az, k.short_en AS kind_short_en").
		ColumnExpr("(SELECT COUNT(*) FROM plan_items i WHERE i.plan_id = p.id) AS items").
		ColumnExpr("(SELECT COUNT(*) FROM plan_items i WHERE i.plan_id = p.id AND "+CarriedOut+") AS done").
		ColumnExpr("(SELECT COUNT(*) FROM plan_items i WHERE i.plan_id = p.id AND i.state <> ? AND COALESCE(i.new_due, i.due) < ?) AS overdue", Done, today).
		ColumnExpr("(SELECT COUNT(*) FROM plan_agreements a WHERE a.plan_id = p.id) AS departments").
		ColumnExpr("(SELECT COUNT(*) FROM plan_agreements a WHERE a.plan_id = p.id AND a.state = ?) AS agreed", Agreed).
		Join("JOIN plan_kinds AS k ON k.code = p.kind").OrderExpr("p.year DESC, k.position").Scan(ctx)
	return list, store.MapError(err, "plans")
}

// concerned gives the departments that an item of the plan names.
func concerned(ctx context.Context, db bun.IDB, planID string) ([]string, error) {
	var ids []string
	err := db.NewRaw(`SELECT i.responsible_id AS id FROM plan_items i WHERE i.plan_id = ?
		UNION SELECT d.department_id FROM plan_item_departments d JOIN plan_items i ON i.id = d.item_id WHERE i.plan_id = ?
		ORDER BY 1`, planID, planID).Scan(ctx, &ids)
	return ids, store.MapError(err, "departments of plan")
}

// askAll makes every department concerned answer anew.
func askAll(ctx context.Context, tx *store.Tx, planID string, departments []string) error {
	if _, err := tx.NewDelete().Table("plan_agreements").Where("plan_id = ?", planID).Exec(ctx); err != nil {
		return store.MapError(err, "clear agreements")
	}
	return askSome(ctx, tx, planID, departments, nil)
}

// askSome brings the agreements in line with the departments concerned: those
// no longer concerned are left out, new ones are asked, and those touched by a
// change are asked again, unless an objection of theirs still waits.
func askSome(ctx context.Context, tx *store.Tx, planID string, departments, touched []string) error {
	q := tx.NewDelete().Table("plan_agreements").Where("plan_id = ?", planID)
	if len(departments) > 0 {
		q.Where("department_id NOT IN (?)", bun.List(departments))
	}
	if _, err := q.Exec(ctx); err != nil {
		return store.MapError(err, "leave out departments")
	}
	if len(departments) == 0 {
		return nil
	}
	rows := make([]Agreement, len(departments))
	for i, d := range departments {
		rows[i] = Agreement{PlanID: planID, DepartmentID: d, State: Pending, Since: tx.Now}
	}
	if _, err := tx.NewInsert().Model(&rows).On("CONFLICT (plan_id, department_id) DO NOTHING").Exec(ctx); err != nil {
		return store.MapError(err, "ask departments")
	}
	return askAgain(ctx, tx, planID, touched)
}

// askAgain makes departments answer anew that have no objection waiting.
func askAgain(ctx context.Context, tx *store.Tx, planID string, departments []string) error {
	if len(departments) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().Table("plan_agreements").Set("state = ?, since = ?", Pending, tx.Now).
		Where("plan_id = ? AND state <> ? AND department_id IN (?)", planID, Pending, bun.List(departments)).
		Where("NOT EXISTS (SELECT 1 FROM plan_objections o WHERE o.plan_id = plan_agreements.plan_id AND o.department_id = plan_agreements.department_id AND o.answered_at IS NULL)").
		Exec(ctx)
	return store.MapError(err, "ask again")
}

func agreement(ctx context.Context, db bun.IDB, planID, departmentID string) (Agreement, error) {
	var a Agreement
	err := db.NewSelect().Model(&a).Where("a.plan_id = ? AND a.department_id = ?", planID, departmentID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return a, apperr.New(apperr.Conflict, "planning.plan.error.not_concerned")
	}
	return a, store.MapError(err, "agreement")
}

func setAgreement(ctx context.Context, db bun.IDB, a Agreement, from AgreementState) error {
	n, err := store.Affected(db.NewUpdate().Model(&a).Column("state", "revision", "decided_by", "decided_name", "decided_at", "since").
		WherePK().Where("state = ?", from).Exec(ctx))
	return store.Moved(n, err, "agreement", string(from))
}

// notAgreed counts the departments that have not agreed.
func notAgreed(ctx context.Context, db bun.IDB, planID string) (int64, error) {
	n, err := db.NewSelect().Table("plan_agreements").Where("plan_id = ? AND state <> ?", planID, Agreed).Count(ctx)
	return int64(n), store.MapError(err, "count agreements")
}

func insertObjection(ctx context.Context, db bun.IDB, o *Objection) error {
	_, err := db.NewInsert().Model(o).Exec(ctx)
	return store.MapError(err, "insert objection")
}

func lockObjection(ctx context.Context, tx *store.Tx, id string) (p Plan, o Objection, err error) {
	if !store.IsID(id) {
		return p, o, apperr.Missing("objection")
	}
	var planID string
	err = tx.NewSelect().Table("plan_objections").Column("plan_id").Where("id = ?", id).Scan(ctx, &planID)
	if err != nil {
		return p, o, store.MapError(err, "objection")
	}
	if p, err = lockPlan(ctx, tx, planID); err != nil {
		return p, o, err
	}
	err = tx.NewSelect().Model(&o).Where("o.id = ?", id).Scan(ctx)
	return p, o, store.MapError(err, "objection")
}

func setAnswer(ctx context.Context, db bun.IDB, o Objection) error {
	n, err := store.Affected(db.NewUpdate().Model(&o).Column("answer", "answered_by", "answered_at").
		Where("id = ? AND answered_at IS NULL", o.ID).Exec(ctx))
	return store.Moved(n, err, "objection", "open")
}

// answerByChange closes the objections to an item that is changed or removed,
// and gives the departments that had made them.
func answerByChange(ctx context.Context, tx *store.Tx, planID, itemID string) ([]string, error) {
	var departments []string
	err := tx.NewRaw(`UPDATE plan_objections SET changed = ?, answered_by = ?, answered_at = ?
		WHERE plan_id = ? AND item_id = ? AND answered_at IS NULL RETURNING department_id`,
		true, bun.NullZero(tx.Actor.UserID), tx.Now, planID, itemID).Scan(ctx, &departments)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return departments, store.MapError(err, "answer by change")
}

// unanswered counts the objections that wait for an answer.
func unanswered(ctx context.Context, db bun.IDB, planID string) (int64, error) {
	n, err := db.NewSelect().Table("plan_objections").Where("plan_id = ? AND answered_at IS NULL", planID).Count(ctx)
	return int64(n), store.MapError(err, "count objections")
}

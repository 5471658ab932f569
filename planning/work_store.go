package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// workLimit bounds each part of the list of work.
const workLimit = 200

func waitingAgreements(ctx context.Context, db bun.IDB, scope policies.Scope) ([]planRow, error) {
	var rows []planRow
	q := db.NewSelect().TableExpr("plan_agreements AS a").
		ColumnExpr("p.year, p.key, p.approve_due, p.revision, d.code AS department_code, '' AS text").
		Join("JOIN plans AS p ON p.id = a.plan_id AND p.state = ?", PlanAgreeing).
		Join("JOIN departments AS d ON d.id = a.department_id").
		Where("a.state = ?", Pending).OrderExpr("p.approve_due, d.sort_key").Limit(workLimit)
	err := office.InScope(q, scope, "a.department_id").Scan(ctx, &rows)
	return rows, store.MapError(err, "waiting agreements")
}

func waitingObjections(ctx context.Context, db bun.IDB) ([]planRow, error) {
	var rows []planRow
	err := db.NewSelect().TableExpr("plan_objections AS o").
		ColumnExpr("p.year, p.key, p.approve_due, p.revision, d.code AS department_code, o.text").
		Join("JOIN plans AS p ON p.id = o.plan_id").Join("JOIN departments AS d ON d.id = o.department_id").
		Where("o.answered_at IS NULL").OrderExpr("o.objected_at").Limit(workLimit).Scan(ctx, &rows)
	return rows, store.MapError(err, "waiting objections")
}

func waitingApprovals(ctx context.Context, db bun.IDB) ([]planRow, error) {
	var rows []planRow
	err := db.NewSelect().TableExpr("plans AS p").ColumnExpr("p.year, p.key, p.approve_due, p.revision, '' AS department_code, '' AS text").
		Where("p.state = ?", PlanAgreed).OrderExpr("p.year").Limit(workLimit).Scan(ctx, &rows)
	return rows, store.MapError(err, "waiting approvals")
}

// waitingItems asks for the items of running plans that are not done and end
// before a day.
func waitingItems(db bun.IDB, scope policies.Scope, before day.Day) *bun.SelectQuery {
	q := db.NewSelect().TableExpr("plan_items AS i").Join("JOIN plans AS p ON p.id = i.plan_id AND p.state = ?", PlanRunning).
		Where("i.state <> ? AND COALESCE(i.new_due, i.due) < ?", Done, before)
	return office.InScope(q, scope, "i.responsible_id")
}

func itemsToReport(ctx context.Context, db bun.IDB, keys []kis.WorkKey) ([]Item, error) {
	ids, _ := kis.WorkIDs(keys)
	var items []Item
	err := db.NewSelect().Model(&items).ColumnExpr("i.*, p.year, p.key").Join("JOIN plans AS p ON p.id = i.plan_id").Where("i.id IN (?)", bun.List(ids)).Scan(ctx)
	return items, store.MapError(err, "waiting items")
}

// waitingRecommendation is a recommendation as the list of work shows it.
type waitingRecommendation struct {
	ID, Number, Text, BasisLabel, DepartmentCode string
}

func recommendationsToDecide(ctx context.Context, db bun.IDB, keys []kis.WorkKey) ([]waitingRecommendation, error) {
	ids, _ := kis.WorkIDs(keys)
	var rows []waitingRecommendation
	err := db.NewSelect().TableExpr("recommendations AS r").ColumnExpr("r.id, r.number, r.text, r.basis_label, d.code AS department_code").
		Join("JOIN departments AS d ON d.id = r.department_id").Where("r.id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	return rows, store.MapError(err, "waiting recommendations")
}

// waitingDecision is a decision of a review that is in no plan.
type waitingDecision struct {
	ReviewID, Number, Text, OwnerName, DepartmentCode string
	No                                                int
	Due                                               day.Day
}

func waitingDecisions(ctx context.Context, db bun.IDB) ([]waitingDecision, error) {
	var rows []waitingDecision
	err := db.NewSelect().TableExpr("review_decisions AS x").ColumnExpr("x.review_id, r.number, x.no, x.text, x.due, u.name AS owner_name, d.code AS department_code").
		Join("JOIN reviews AS r ON r.id = x.review_id AND r.state = ?", ReviewSigned).Join("JOIN users AS u ON u.id = x.owner_id").Join("JOIN departments AS d ON d.id = x.department_id").
		Where("NOT EXISTS (SELECT 1 FROM plan_items AS i WHERE i.decision_id = x.id)").
		OrderExpr("x.due, x.id").Limit(workLimit).Scan(ctx, &rows)
	return rows, store.MapError(err, "waiting decisions")
}

func waitingReviews(ctx context.Context, db bun.IDB, chairID string) ([]Review, error) {
	var list []Review
	if !store.IsID(chairID) {
		return nil, nil
	}
	err := db.NewSelect().Model(&list).ColumnExpr("r.*").Where("r.state = ? AND r.chair_id = ?", ReviewPrepared, chairID).
		OrderExpr("r.meeting_at").Limit(workLimit).Scan(ctx)
	return list, store.MapError(err, "waiting reviews")
}

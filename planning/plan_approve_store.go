package planning

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// planCounts are the numbers behind the conditions of an approval.
type planCounts struct {
	Items, Whole       int // items, and those with result, indicator and date
	Unanswered         int // objections
	Decisions, Planned int // of signed reviews due in the year, and those that are in a plan
	LeftOver           int // items of the plan before that are neither done nor carried over
}

func countsOf(ctx context.Context, db bun.IDB, p Plan) (n planCounts, err error) {
	err = db.NewRaw(`SELECT
		(SELECT COUNT(*) FROM plan_items i WHERE i.plan_id = ?0) AS items,
		(SELECT COUNT(*) FROM plan_items i WHERE i.plan_id = ?0 AND i.indicator <> '' AND i.expected_result <> '' AND i.due <> '') AS whole,
		(SELECT COUNT(*) FROM plan_objections o WHERE o.plan_id = ?0 AND o.answered_at IS NULL) AS unanswered,
		(SELECT COUNT(*) FROM review_decisions d JOIN reviews r ON r.id = d.review_id
			WHERE r.signed_at IS NOT NULL AND d.due BETWEEN ?1 AND ?2) AS decisions,
		(SELECT COUNT(*) FROM review_decisions d JOIN reviews r ON r.id = d.review_id
			WHERE r.signed_at IS NOT NULL AND d.due BETWEEN ?1 AND ?2 AND EXISTS (SELECT 1 FROM plan_items i WHERE i.decision_id = d.id)) AS planned,
		(SELECT COUNT(*) FROM plan_items i JOIN plans o ON o.id = i.plan_id WHERE o.year = ?3 AND o.kind = ?5 AND o.approved_at IS NOT NULL AND i.state <> ?4
			AND NOT EXISTS (SELECT 1 FROM plan_items c WHERE c.carried_from = i.id)) AS left_over`,
		p.ID, day.Make(p.Year, time.January, 1), day.Make(p.Year, time.December, 31), p.Year-1, Done, p.Kind).Scan(ctx, &n)
	return n, store.MapError(err, "conditions of plan")
}

// missingAgreements gives the codes of the departments that have not agreed.
func missingAgreements(ctx context.Context, db bun.IDB, planID string) ([]string, error) {
	var codes []string
	err := db.NewSelect().TableExpr("plan_agreements AS a").ColumnExpr("d.code").
		Join("JOIN departments AS d ON d.id = a.department_id").
		Where("a.plan_id = ? AND a.state <> ?", planID, Agreed).OrderExpr("d.sort_key").Scan(ctx, &codes)
	return codes, store.MapError(err, "missing agreements")
}

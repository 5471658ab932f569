package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// progressOf reads the items of the approved plans of a year.
func progressOf(ctx context.Context, db bun.IDB, year int) (list []ItemProgress, err error) {
	err = db.NewRaw(`SELECT i.id, p.key AS plan, i.no, i.text, i.responsible_id, COALESCE(r.gsbpm, '') AS gsbpm, COALESCE(i.new_due, i.due) AS term, `+ShownState+` AS state,
		CASE WHEN EXISTS (SELECT 1 FROM plan_items n WHERE n.carried_from = i.id) THEN TRUE ELSE FALSE END AS carried
		FROM plan_items i JOIN plans p ON p.id = i.plan_id LEFT JOIN recommendations r ON r.id = i.recommendation_id
		WHERE p.year = ? AND p.approved_at IS NOT NULL ORDER BY p.created_at, i.section_no, i.no`, year).Scan(ctx, &list)
	return list, store.MapError(err, "progress of a plan")
}

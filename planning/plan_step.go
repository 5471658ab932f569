package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// Step is one of the steps into which the responsible department divides an
// item.
type Step struct {
	ID       string
	No       int
	Text     string
	Reported bool // a report says it is done
	Accepted bool // and that report was accepted
}

// StepsOf lists the steps of an item, with what was reported of them.
func StepsOf(ctx context.Context, db bun.IDB, itemID string) (list []Step, err error) {
	err = db.NewRaw(`SELECT s.id, s.no, s.text,
		CASE WHEN EXISTS (SELECT 1 FROM plan_report_steps x JOIN plan_report_verdicts v ON v.report_id = x.report_id AND v.accepted WHERE x.step_id = s.id)
			OR EXISTS (SELECT 1 FROM plan_report_steps x WHERE x.step_id = s.id AND NOT EXISTS (SELECT 1 FROM plan_report_verdicts v WHERE v.report_id = x.report_id))
			THEN TRUE ELSE FALSE END AS reported,
		CASE WHEN EXISTS (SELECT 1 FROM plan_report_steps x JOIN plan_report_verdicts v ON v.report_id = x.report_id AND v.accepted WHERE x.step_id = s.id) THEN TRUE ELSE FALSE END AS accepted
		FROM plan_steps s WHERE s.item_id = ? ORDER BY s.no`, itemID).Scan(ctx, &list)
	return list, store.MapError(err, "steps")
}

package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// RemindPlan tells the departments that have not answered a plan in agreement
// that they are waited for, at most once a day: a second time on the same day,
// and a plan that nobody is asked about, is a Conflict.
func (s *Service) RemindPlan(ctx context.Context, key Key) error {
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := lockPlanOf(ctx, tx, key)
		if err != nil {
			return err
		}
		var waiting []string
		err = tx.NewRaw(`SELECT d.code FROM plan_agreements a JOIN departments d ON d.id = a.department_id WHERE a.plan_id = ? AND a.state = ? ORDER BY d.code`, p.ID, Pending).Scan(ctx, &waiting)
		if err != nil {
			return store.MapError(err, "departments that are waited for")
		}
		if p.State != PlanAgreeing || len(waiting) == 0 {
			return apperr.New(apperr.Conflict, "planning.plan.error.nobody_waits")
		}
		last, err := s.reminded(ctx, tx, p)
		if err != nil {
			return err
		}
		if last == day.Of(tx.Now, s.KIS.Zone) {
			return apperr.New(apperr.Conflict, "planning.plan.error.reminded")
		}
		recordPlan(tx, p, "remind", nil, map[string]any{"departments": waiting}, "")
		return nil
	})
}

// reminded is the day of the last reminder of this round; empty: none.
func (s *Service) reminded(ctx context.Context, db bun.IDB, p Plan) (day.Day, error) {
	var rows []store.TrailRow
	err := db.NewSelect().Model(&rows).Column("at").Where("t.kind = ? AND t.object_id = ? AND t.action = 'planning:plan:remind' AND t.at >= ?", kindPlan, p.ID, p.AgreeingAt).
		OrderExpr("t.seq DESC").Limit(1).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return "", store.MapError(err, "last reminder")
	}
	return day.Of(rows[0].At, s.KIS.Zone), nil
}

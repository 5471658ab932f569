package risk

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Figures are what the management review is told of (ISO 9001:2015, 9.3.2 e
// and c2).
type Figures struct {
	Open      int // risks and opportunities that are not closed
	Heavy     int // of them on the two highest levels
	Due       int // treatments whose term lies in the period
	Done      int // of them reported done
	Checked   int // treatments judged in the period
	Effective int // of them found to work
	Running   int // objectives that run
	OnTarget  int // of them whose last value reaches the target
	Decided   int // objectives decided in the period
	Reached   int // of them reached
}

// Figures counts everything, whatever the department: from the moments from,
// up to but not including before, and the days of them. For those who read
// all risks.
func (s *Service) Figures(ctx context.Context, first, last day.Day, from, before time.Time) (Figures, error) {
	var f Figures
	scope, err := office.Allowed(ctx, policies.RiskRead)
	if err != nil || !scope.Any {
		return f, err
	}
	db := s.DB.Read()
	scale, err := scaleOn(ctx, db, s.KIS.Today())
	if err != nil && !apperr.Is(err, apperr.Conflict) { // no scale is in force yet: nothing is heavy by it
		return f, err
	}
	heavy := 1 << 30
	if n := len(scale.Levels); n >= 2 {
		heavy = scale.Levels[n-2].Points
	}
	err = db.NewRaw(`SELECT
		(SELECT COUNT(*) FROM risks WHERE state <> 'closed') AS open,
		(SELECT COUNT(*) FROM risks WHERE state <> 'closed' AND kind <> 'opportunity' AND score >= ?) AS heavy,
		(SELECT COUNT(*) FROM risks WHERE due BETWEEN ? AND ?) AS due,
		(SELECT COUNT(*) FROM risks WHERE due BETWEEN ? AND ? AND state IN ('treated', 'effective')) AS done,
		(SELECT COUNT(*) FROM risks WHERE checked_at >= ? AND checked_at < ?) AS checked,
		(SELECT COUNT(*) FROM risks WHERE checked_at >= ? AND checked_at < ? AND state = 'effective') AS effective,
		(SELECT COUNT(*) FROM objectives WHERE state IN ('reached', 'missed') AND state_at >= ? AND state_at < ?) AS decided,
		(SELECT COUNT(*) FROM objectives WHERE state = 'reached' AND state_at >= ? AND state_at < ?) AS reached`,
		heavy, first, last, first, last, from, before, from, before, from, before, from, before).Scan(ctx, &f)
	if err != nil {
		return f, store.MapError(err, "figures of risks")
	}
	rows, err := objectivesNamed(ctx, db, db.NewSelect().TableExpr("objectives AS b").Column("b.id").Where("b.state = ?", Running))
	if err != nil {
		return f, err
	}
	for _, o := range rows {
		f.Running++
		if v := o.Last(); v != nil && o.Met(v.Value) {
			f.OnTarget++
		}
	}
	return f, nil
}

// Ranks says how high the heaviest open risk of each process and of each
// department stands on the scale: 0 for the lowest level to 3 for the highest,
// by id. The audit programme weighs by it, whoever looks at it.
func (s *Service) Ranks(ctx context.Context) (map[string]int, error) {
	db := s.DB.Read()
	scale, err := scaleOn(ctx, db, s.KIS.Today())
	if apperr.Is(err, apperr.Conflict) { // no scale, and so no risk
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ID string
		N  int
	}
	err = db.NewRaw(`SELECT CAST(process_id AS TEXT) AS id, MAX(score) AS n FROM risks WHERE process_id IS NOT NULL AND state <> 'closed' AND kind <> 'opportunity' GROUP BY process_id
		UNION ALL SELECT CAST(department_id AS TEXT), MAX(score) FROM risks WHERE state <> 'closed' AND kind <> 'opportunity' GROUP BY department_id`).Scan(ctx, &rows)
	out := map[string]int{}
	for _, r := range rows {
		out[r.ID] = scale.Rank(scale.Level(r.N).Code)
	}
	return out, store.MapError(err, "ranks of risks")
}

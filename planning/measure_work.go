package planning

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// measureTask is a measure of a report that is asked for and not sent.
type measureTask struct {
	ID        string
	Number    string
	TitleAZ   string
	TitleEN   string
	PlanCode  string
	Year      int
	State     MeasureState
	Returned  string
	WriteDue  day.Day
	ReviewDue day.Day
}

// MeasureWork lists what waits for the actor: entries to write for the own
// department, entries to decide, measures nobody answers for. Only years for
// which the departments were asked give work. Nobody is refused: who has
// nothing to do with measures gets none. One query for each part.
func (s *Service) MeasureWork(ctx context.Context) ([]kis.WorkItem, error) {
	who := actor.From(ctx)
	lang, today := who.Lang, s.KIS.Today()
	item := func(t measureTask, due day.Day, what string) kis.WorkItem {
		return kis.WorkItem{Due: due, KindKey: "planning.measure.work.kind." + what, Icon: "flag", Title: t.Number + " " + i18n.InLang(lang, t.TitleAZ, t.TitleEN),
			Reason: t.PlanCode + ", " + strconv.Itoa(t.Year), Quote: t.Returned, Href: "/measures/" + t.ID + "?year=" + strconv.Itoa(t.Year),
			VerbKey: "planning.measure.work.verb." + what, Overdue: due < today}
	}
	var out []kis.WorkItem
	if own := policies.For(who, policies.MeasureReport).Departments; len(own) > 0 {
		tasks, err := measureTasks(ctx, s.DB.Read(), func(q *bun.SelectQuery) {
			q.Where("COALESCE(e.state, 'draft') = 'draft'").
				Where("EXISTS (SELECT 1 FROM measure_departments AS md WHERE md.measure_id = m.id AND md.department_id IN (?))", bun.List(own))
		})
		if err != nil {
			return nil, err
		}
		for _, t := range tasks {
			out = append(out, item(t, t.WriteDue, "write"))
		}
	}
	if !policies.Can(who, policies.MeasureDecide) || who.System {
		return out, nil
	}
	tasks, err := measureTasks(ctx, s.DB.Read(), func(q *bun.SelectQuery) {
		q.Where("e.state = 'submitted' OR (COALESCE(e.state, 'draft') = 'draft' AND NOT EXISTS (SELECT 1 FROM measure_departments AS md WHERE md.measure_id = m.id))")
	})
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		if t.State == MeasureSubmitted {
			out = append(out, item(t, t.ReviewDue, "decide"))
		} else {
			out = append(out, item(t, t.WriteDue, "assign"))
		}
	}
	return out, nil
}

// measureTasks lists the measures of reports that are asked for, narrowed.
func measureTasks(ctx context.Context, db bun.IDB, narrow func(q *bun.SelectQuery)) ([]measureTask, error) {
	var list []measureTask
	q := db.NewSelect().TableExpr("measure_reports AS yr").
		ColumnExpr("m.id, m.number, m.title_az, m.title_en, np.code AS plan_code, yr.year, COALESCE(e.state, '') AS state").
		ColumnExpr("COALESCE(e.returned, '') AS returned, yr.write_due, yr.review_due").
		Join("JOIN national_plans AS np ON np.id = yr.plan_id").
		Join("JOIN measures AS m ON m.plan_id = yr.plan_id").
		Join("LEFT JOIN measure_entries AS e ON e.measure_id = m.id AND e.year = yr.year").
		Where("yr.state = 'asked'")
	narrow(q)
	err := q.OrderExpr("yr.write_due, np.code, m.section, m.item").Scan(ctx, &list)
	return list, store.MapError(err, "work on measures")
}

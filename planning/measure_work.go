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
// department, entries to decide, measures nobody answers for.
func (s *Service) MeasureWork(ctx context.Context) ([]kis.WorkItem, error) {
	return kis.MyWork(ctx, s.MeasureParts, workLimit)
}

// MeasureParts are the parts of the work on measures. Only years for which the
// departments were asked give work. Nobody is refused: who has nothing to do
// with measures gets none.
func (s *Service) MeasureParts(ctx context.Context) ([]kis.WorkPart, error) {
	who := actor.From(ctx)
	var parts []kis.WorkPart
	add := func(tab kis.WorkTab, what, due, condition string, args ...any) {
		db := s.DB.Read()
		from := func() *bun.SelectQuery { return measureTasks(db).Where(condition, args...) }
		parts = append(parts, kis.WorkPart{Tab: tab, Name: "planning.measure." + what, Kind: "planning.measure.work.kind." + what, Menu: "/measures", Due: due,
			ID: "m.id", ID2: "CAST(yr.year AS TEXT)", Text2: true, From: from,
			Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
				return s.measureItems(ctx, db, who, tab, what, keys)
			}})
	}
	const (
		unwritten = "COALESCE(e.state, 'draft') = 'draft'"
		ofThose   = "EXISTS (SELECT 1 FROM measure_departments AS md WHERE md.measure_id = m.id AND md.department_id IN (?))"
		nobodys   = "NOT EXISTS (SELECT 1 FROM measure_departments AS md WHERE md.measure_id = m.id)"
	)
	if own := policies.For(who, policies.MeasureReport).Departments; len(own) > 0 {
		add(kis.WorkMine, "write", "yr.write_due", unwritten+" AND "+ofThose, bun.List(own))
	}
	if home := who.DepartmentID; home != "" && policies.Can(who, policies.MeasureRead) {
		add(kis.WorkDepartment, "write", "yr.write_due", unwritten+" AND "+ofThose, bun.List([]string{home}))
	}
	if policies.Can(who, policies.MeasureDecide) && !who.System {
		add(kis.WorkMine, "decide", "yr.review_due", "e.state = 'submitted'")
		add(kis.WorkMine, "assign", "yr.write_due", unwritten+" AND "+nobodys)
		add(kis.WorkAwaited, "write", "yr.write_due", unwritten+" AND NOT "+nobodys)
	}
	return parts, nil
}

// measureItems makes the items of measures; what is the step they wait for.
func (s *Service) measureItems(ctx context.Context, db bun.IDB, who actor.Actor, tab kis.WorkTab, what string, keys []kis.WorkKey) ([]kis.WorkItem, error) {
	ids, _ := kis.WorkIDs(keys)
	var list []measureTask
	err := measureTasks(db).Where("m.id IN (?)", bun.List(ids)).
		ColumnExpr("m.id, m.number, m.title_az, m.title_en, np.code AS plan_code, yr.year, COALESCE(e.state, '') AS state").
		ColumnExpr("COALESCE(e.returned, '') AS returned, yr.write_due, yr.review_due").Scan(ctx, &list)
	if err != nil {
		return nil, store.MapError(err, "work on measures")
	}
	today := s.KIS.Today()
	out := make([]kis.WorkItem, len(list))
	for i, t := range list {
		due := t.WriteDue
		if what == "decide" {
			due = t.ReviewDue
		}
		out[i] = kis.WorkItem{Due: due, KindKey: "planning.measure.work.kind." + what, Icon: "flag", Title: t.Number + " " + i18n.InLang(who.Lang, t.TitleAZ, t.TitleEN),
			Reason: t.PlanCode + ", " + strconv.Itoa(t.Year), Quote: t.Returned, Href: "/measures/" + t.ID + "?year=" + strconv.Itoa(t.Year),
			VerbKey: "planning.measure.work.verb." + what, Overdue: due < today, ID: t.ID, ID2: strconv.Itoa(t.Year)}
		if tab == kis.WorkAwaited {
			out[i].VerbKey = ""
		}
	}
	return out, nil
}

// measureTasks asks for the measures of reports that are asked for.
func measureTasks(db bun.IDB) *bun.SelectQuery {
	return db.NewSelect().TableExpr("measure_reports AS yr").
		Join("JOIN national_plans AS np ON np.id = yr.plan_id").
		Join("JOIN measures AS m ON m.plan_id = yr.plan_id").
		Join("LEFT JOIN measure_entries AS e ON e.measure_id = m.id AND e.year = yr.year").
		Where("yr.state = 'asked'")
}

package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// standing is the SQL of MeasureEntry.Standing.
const standing = `COALESCE(e.status, e.proposed, CASE WHEN e.id IS NULL THEN 'no_evidence' ELSE 'none' END)`

// narrow joins the entries of the year and applies a filter but for status
// and page.
func (l *MeasureList) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	q.Join("LEFT JOIN measure_entries AS e ON e.measure_id = m.id AND e.year = ?", l.Year).Where("m.plan_id = ?", l.Plan.ID)
	if key := i18n.Fold(l.Filter.Query); key != "" {
		q.Where("m.search_key LIKE ? ESCAPE '!'", store.LikePattern(key))
	}
	if d := l.Filter.DepartmentID; d != "" {
		if !store.IsID(d) {
			return q.Where("1 = 0")
		}
		q.Where("EXISTS (SELECT 1 FROM measure_departments AS md WHERE md.measure_id = m.id AND md.department_id = ?)", d)
	}
	return q
}

// countMeasures counts the plan as a whole, and the filter by status.
func countMeasures(ctx context.Context, db bun.IDB, l *MeasureList) error {
	err := db.NewRaw(`SELECT COUNT(*), COUNT(CASE WHEN EXISTS (SELECT 1 FROM measure_departments AS md WHERE md.measure_id = m.id) THEN 1 END),
		COUNT(CASE WHEN e.state IN ('submitted', 'decided') THEN 1 END), COUNT(CASE WHEN e.state = 'decided' THEN 1 END)
		FROM measures AS m LEFT JOIN measure_entries AS e ON e.measure_id = m.id AND e.year = ? WHERE m.plan_id = ?`, l.Year, l.Plan.ID).
		Scan(ctx, &l.All, &l.Assigned, &l.Submitted, &l.Decided)
	if err != nil {
		return store.MapError(err, "count measures")
	}
	var rows []struct {
		Status MeasureStatus
		N      int
	}
	q := l.narrow(db.NewSelect().TableExpr("measures AS m").ColumnExpr(standing + " AS status, COUNT(*) AS n")).GroupExpr("1")
	if err := q.Scan(ctx, &rows); err != nil {
		return store.MapError(err, "count measures by status")
	}
	for _, r := range rows {
		l.Counts[r.Status] = r.N
		if l.Filter.Status == "" || l.Filter.Status == r.Status {
			l.Total += r.N
		}
	}
	return nil
}

// listMeasures reads measures and entries of the filter, with a limit one row
// more than asked for, to see whether there is a next page.
func listMeasures(ctx context.Context, db bun.IDB, l *MeasureList) error {
	var list []Measure
	q := l.narrow(db.NewSelect().Model(&list).ColumnExpr("m.*")).OrderExpr("m.section, m.item")
	if l.Filter.Status != "" {
		q.Where(standing+" = ?", l.Filter.Status)
	}
	if section, item, ok := l.Filter.after(); ok {
		q.Where("(m.section, m.item) > (?, ?)", section, item)
	}
	if l.Filter.Limit > 0 {
		q.Limit(int64(l.Filter.Limit) + 1)
	}
	if err := q.Scan(ctx); err != nil {
		return store.MapError(err, "measures")
	}
	if l.Filter.Limit > 0 && len(list) > l.Filter.Limit {
		list, l.More = list[:l.Filter.Limit], true
	}
	entries, err := entriesOf(ctx, db, list, l.Year)
	if err != nil {
		return err
	}
	for _, m := range list {
		e, ok := entries[m.ID]
		if !ok {
			e = MeasureEntry{MeasureID: m.ID, Year: l.Year}
		}
		l.Rows = append(l.Rows, MeasureRow{Measure: m, Entry: e})
	}
	return nil
}

// entriesOf gives the entries of measures for a year, by measure.
func entriesOf(ctx context.Context, db bun.IDB, list []Measure, year int) (map[string]MeasureEntry, error) {
	out := map[string]MeasureEntry{}
	if len(list) == 0 {
		return out, nil
	}
	var ids []string
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	var entries []MeasureEntry
	err := db.NewSelect().Model(&entries).Where("e.year = ? AND e.measure_id IN (?)", year, bun.List(ids)).Scan(ctx)
	for _, e := range entries {
		out[e.MeasureID] = e
	}
	return out, store.MapError(err, "entries of measures")
}

// otherEntries lists the entries of a measure for other years, newest first.
func otherEntries(ctx context.Context, db bun.IDB, measureID string, year int) ([]MeasureEntry, error) {
	var list []MeasureEntry
	err := db.NewSelect().Model(&list).Where("e.measure_id = ? AND e.year <> ?", measureID, year).OrderExpr("e.year DESC").Scan(ctx)
	return list, store.MapError(err, "other years of measure")
}

// sameNarratives gives the numbers of the measures that share a narrative, by
// its key, for a plan and year.
func sameNarratives(ctx context.Context, db bun.IDB, planID string, year int) (map[string][]string, error) {
	var rows []struct{ Key, Number string }
	err := db.NewRaw(`SELECT e.narrative_key AS key, m.number FROM measure_entries AS e JOIN measures AS m ON m.id = e.measure_id
		WHERE m.plan_id = ? AND e.year = ? AND e.narrative_key IN (
			SELECT o.narrative_key FROM measure_entries AS o JOIN measures AS n ON n.id = o.measure_id
			WHERE n.plan_id = ? AND o.year = ? AND o.narrative_key <> '' GROUP BY o.narrative_key HAVING COUNT(*) > 1)
		ORDER BY m.section, m.item`, planID, year, planID, year).Scan(ctx, &rows)
	out := map[string][]string{}
	for _, r := range rows {
		out[r.Key] = append(out[r.Key], r.Number)
	}
	return out, store.MapError(err, "equal narratives")
}

// departmentsOfPlan lists the departments that answer for anything of a plan.
func departmentsOfPlan(ctx context.Context, db bun.IDB, planID string) ([]office.Department, error) {
	var list []office.Department
	err := db.NewSelect().Model(&list).ColumnExpr("d.*").
		Where("d.id IN (SELECT md.department_id FROM measure_departments AS md JOIN measures AS m ON m.id = md.measure_id WHERE m.plan_id = ?)", planID).
		OrderExpr("d.sort_key, d.id").Scan(ctx)
	return list, store.MapError(err, "departments of plan")
}

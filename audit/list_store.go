package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// matching narrows a query to rows whose search key holds every word.
func matching(q *bun.SelectQuery, column, query string) *bun.SelectQuery {
	escape := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)
	for _, word := range strings.Fields(i18n.Fold(query)) {
		q.Where("? LIKE ? ESCAPE '\\'", bun.Ident(column), "%"+escape.Replace(word)+"%")
	}
	return q
}

// byState groups a count by its first column, the state as an expression: by
// the column itself SQLite would go through the index of states and fetch each
// row of the table singly, which takes ten times as long.
const byState = "1"

func listAudits(ctx context.Context, db bun.IDB, sc policies.Scope, f AuditFilter) (AuditList, error) {
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = pageSize
	}
	narrow := func() *bun.SelectQuery {
		q := matching(auditsInScope(db.NewSelect().TableExpr("audits AS a"), sc), "a.search_key", f.Query)
		if f.Kind != "" {
			q.Where("a.kind = ?", f.Kind)
		}
		if f.Year > 0 {
			auditsOfYear(q, f.Year)
		}
		switch f.Only {
		case OnlyPlanned:
			q.Where("a.state <> ?", Cancelled)
		case OnlyHeld:
			q.Where("a.state IN (?)", bun.List([]State{Reported, Closed}))
		}
		return q
	}
	list := AuditList{Counts: map[State]int{}}
	var counts []struct {
		State State
		N     int
	}
	if err := narrow().ColumnExpr("a.state || '' AS state, COUNT(*) AS n").GroupExpr(byState).Scan(ctx, &counts); err != nil {
		return list, store.MapError(err, "count audits")
	}
	for _, c := range counts {
		list.Counts[c.State] = c.N
		if f.State == "" || f.State == c.State {
			list.Total += c.N
		}
	}
	q := narrow().ColumnExpr("a.id, a.number, a.kind, a.title, a.state, a.planned_from, a.planned_to").
		ColumnExpr("d.code AS department_code, d.name_az AS department_az, d.name_en AS department_en, COALESCE(u.name, '') AS lead_name").
		ColumnExpr("(SELECT COUNT(*) FROM audit_rows r WHERE r.audit_id = a.id) AS rows").
		ColumnExpr("(SELECT COUNT(*) FROM audit_rows r WHERE r.audit_id = a.id AND r.answer <> 'open') AS answered").
		ColumnExpr("(SELECT COUNT(*) FROM acts c WHERE c.audit_id = a.id AND c.issued_at IS NOT NULL) AS acts").
		Join("JOIN audit_departments AS ad ON ad.audit_id = a.id AND ad.position = 0").Join("JOIN departments AS d ON d.id = ad.department_id").
		Join("LEFT JOIN audit_team AS tm ON tm.audit_id = a.id AND tm.role = 'lead'").Join("LEFT JOIN users AS u ON u.id = tm.user_id").
		OrderExpr("a.planned_from DESC, a.id DESC").Limit(int64(f.Limit + 1))
	if f.State != "" {
		q.Where("a.state = ?", f.State)
	}
	if f.After != "" {
		if from, id, ok := uncursor(f.After); ok {
			q.Where("(a.planned_from, a.id) < (?, ?)", from, id)
		}
	}
	if err := q.Scan(ctx, &list.Items); err != nil {
		return list, store.MapError(err, "audits")
	}
	if len(list.Items) > f.Limit {
		list.Items = list.Items[:f.Limit]
		last := list.Items[f.Limit-1]
		list.Next = cursor(string(last.PlannedFrom), last.ID)
	}
	return list, nil
}

// auditsOfYear narrows audits a to those whose first planned day is in a year.
func auditsOfYear(q *bun.SelectQuery, year int) *bun.SelectQuery {
	return q.Where("a.planned_from BETWEEN ? AND ?", fmt.Sprintf("%04d-01-01", year), fmt.Sprintf("%04d-12-31", year))
}

// PresentDue is SQL for the term of the step an act is at; acts in states that are not
// among timed have none.
const PresentDue = `CASE c.state WHEN 'issued' THEN c.answer_due WHEN 'acknowledged' THEN c.plan_due
	WHEN 'in_progress' THEN (SELECT MIN(x.due) FROM corrective_actions x WHERE x.act_id = c.id AND x.state NOT IN ('done', 'verified'))
	WHEN 'implemented' THEN c.effect_due END`

var timed = []ActState{ActIssued, ActAcknowledged, ActInProgress, ActImplemented}

// actsWhere narrows the acts by scope and filter, but not by state and page.
func actsWhere(ctx context.Context, db bun.IDB, sc policies.Scope, f ActFilter) *bun.SelectQuery {
	q := matching(actsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc), "c.search_key", f.Query)
	if f.DepartmentID != "" {
		q.Where("c.department_id = ?", f.DepartmentID)
	}
	if f.AuditID != "" {
		q.Where("c.audit_id = ?", f.AuditID)
	}
	if f.Origin != "" {
		q.Where("c.origin = ?", f.Origin)
	}
	if f.Grade != "" {
		q.Where("c.grade = ?", f.Grade)
	}
	if f.Overdue != "" {
		q.Where("c.state IN (?)", bun.List(timed)).Where(PresentDue+" < ?", f.Overdue)
	}
	return actsOfSummary(q, f)
}

// actsOfSummary narrows acts by what the summary of a year counts them under.
func actsOfSummary(q *bun.SelectQuery, f ActFilter) *bun.SelectQuery {
	if !f.IssuedFrom.IsZero() {
		q.Where("c.issued_at >= ? AND c.issued_at < ?", f.IssuedFrom, f.IssuedBefore)
	}
	switch f.ProcessID {
	case "":
	case None:
		q.Where("c.cycle_id IS NULL")
	default:
		q.Where("c.cycle_id IN (SELECT y.id FROM cycles y WHERE y.process_id = ?)", f.ProcessID)
	}
	switch f.Clause {
	case "":
	case None:
		q.Where("c.clause = ''")
	default:
		q.Where("c.clause = ?", f.Clause)
	}
	switch f.Phase {
	case "":
	case None:
		q.Where("c.gsbpm = ''")
	default:
		q.Where("(c.gsbpm = ? OR c.gsbpm LIKE ? ESCAPE '!')", f.Phase, store.LikePattern(f.Phase)[1:len(store.LikePattern(f.Phase))-1]+".%")
	}
	switch f.Only {
	case OnlyOpen:
		q.Where("c.state NOT IN ('closed', 'withdrawn')")
	case OnlyRepeat:
		q.Where("c.repeat_of IS NOT NULL")
	case OnlyReopened:
		q.Where("c.reopened > 0")
	}
	const branched = "EXISTS (SELECT 1 FROM act_causes k WHERE k.act_id = c.id AND k.category <> '')"
	switch f.Cause {
	case "":
	case None:
		q.Where("NOT (c.cause_method = ? AND c.root_cause <> '')", FiveWhy).Where("NOT (c.cause_method = ? AND "+branched+")", Ishikawa)
	case string(FiveWhy):
		q.Where("c.cause_method = ? AND c.root_cause <> ''", FiveWhy)
	default:
		q.Where("c.cause_method = ? AND EXISTS (SELECT 1 FROM act_causes k WHERE k.act_id = c.id AND k.category = ?)", Ishikawa, f.Cause)
	}
	return q
}

func listActs(ctx context.Context, db bun.IDB, sc policies.Scope, f ActFilter) (ActList, error) {
	list := ActList{}
	var err error
	if list.Counts, err = countActs(ctx, db, sc, f); err != nil {
		return list, err
	}
	for state, n := range list.Counts {
		if f.State == "" || f.State == state {
			list.Total += n
		}
	}
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = pageSize
	}
	f.Limit++
	items, err := actBriefs(ctx, db, sc, f)
	if err != nil {
		return list, err
	}
	if len(items) == f.Limit {
		items = items[:f.Limit-1]
		last := items[len(items)-1]
		list.Next = cursor(last.CreatedAt.UTC().Format(time.RFC3339Nano), last.ID)
	}
	list.Items = items
	return list, nil
}

// countActs counts the acts of a filter by state. Who narrows by nothing but
// the department is given the totals that stand with the departments, all of
// them or the own; counted are drafts and those discarded as one, of which some
// may be hidden, and the acts of other departments that somebody has an action in.
func countActs(ctx context.Context, db bun.IDB, sc policies.Scope, f ActFilter) (map[ActState]int, error) {
	out := map[ActState]int{}
	var counts []struct {
		State ActState
		N     int
	}
	add := func(q *bun.SelectQuery, what string) error {
		if err := q.Scan(ctx, &counts); err != nil {
			return store.MapError(err, what)
		}
		for _, c := range counts {
			if c.N > 0 {
				out[c.State] += c.N
			}
		}
		counts = nil
		return nil
	}
	if !sc.Any && len(opened(sc)) == 0 && len(sc.Departments) > 0 && f.counted() {
		return out, countOwn(db, sc, f, add)
	}
	if !sc.Any || !f.counted() {
		return out, add(actsWhere(ctx, db, sc, f).ColumnExpr("c.state || '' AS state, COUNT(*) AS n").GroupExpr(byState), "count acts")
	}
	q := db.NewSelect().TableExpr("act_counts AS k").ColumnExpr("k.state, SUM(k.n) AS n").GroupExpr("k.state")
	if f.DepartmentID != "" {
		q.Where("k.department_id = ?", f.DepartmentID)
	}
	if err := add(q, "count acts"); err != nil {
		return out, err
	}
	if condition, _ := draftSeen(ctx); condition == seenAll {
		return out, nil
	}
	hidden := []ActState{ActDraft, ActWithdrawn}
	for _, s := range hidden {
		delete(out, s)
	}
	return out, add(actsWhere(ctx, db, sc, f).Where("c.state IN (?)", bun.List(hidden)).ColumnExpr("c.state, COUNT(*) AS n").GroupExpr("c.state"), "count drafts")
}

// countOwn is countActs for who sees the acts of departments: their totals,
// without drafts; of withdrawn ones those that were issued; and of other
// departments those in which the own ones have an action.
func countOwn(db bun.IDB, sc policies.Scope, f ActFilter, add func(q *bun.SelectQuery, what string) error) error {
	own := sc.Departments
	if f.DepartmentID != "" {
		own = slices.DeleteFunc(slices.Clone(own), func(id string) bool { return id != f.DepartmentID })
	}
	if len(own) > 0 {
		hidden := bun.List([]ActState{ActDraft, ActWithdrawn})
		q := db.NewSelect().TableExpr("act_counts AS k").ColumnExpr("k.state, SUM(k.n) AS n").Where("k.department_id IN (?) AND k.state NOT IN (?)", bun.List(own), hidden).GroupExpr("k.state")
		if err := add(q, "count acts"); err != nil {
			return err
		}
		q = db.NewSelect().TableExpr("acts AS c").ColumnExpr("c.state, COUNT(*) AS n").Where("c.department_id IN (?) AND c.state = ? AND c.issued_at IS NOT NULL", bun.List(own), ActWithdrawn).GroupExpr("c.state")
		if err := add(q, "count withdrawn acts"); err != nil {
			return err
		}
	}
	q := db.NewSelect().TableExpr("acts AS c").ColumnExpr("c.state || '' AS state, COUNT(*) AS n").GroupExpr(byState).
		Where(`c.id IN (SELECT x.act_id FROM corrective_actions x WHERE x.elsewhere AND x.department_id IN (?0)
			UNION SELECT x.act_id FROM action_owners x WHERE x.elsewhere AND x.department_id IN (?0))`, bun.List(sc.Departments)).
		Where("c.issued_at IS NOT NULL AND c.department_id NOT IN (?)", bun.List(sc.Departments))
	if f.DepartmentID != "" {
		q.Where("c.department_id = ?", f.DepartmentID)
	}
	return add(q, "count acts elsewhere")
}

// actBriefs reads acts for a list, latest first, at most f.Limit.
func actBriefs(ctx context.Context, db bun.IDB, sc policies.Scope, f ActFilter) ([]ActBrief, error) {
	q := actsWhere(ctx, db, sc, f).
		ColumnExpr("c.id, COALESCE(c.number, '') AS number, c.state, c.grade, c.origin, c.statement, c.clause, c.gsbpm, c.created_at, c.issued_at, c.reopened").
		ColumnExpr("c.department_id, d.code AS department_code, d.name_az AS department_az, d.name_en AS department_en").
		ColumnExpr("COALESCE(CAST(c.audit_id AS TEXT), '') AS audit_id, COALESCE((SELECT a.number FROM audits a WHERE a.id = c.audit_id), '') AS audit_number").
		ColumnExpr("COALESCE((" + PresentDue + "), '') AS due").
		ColumnExpr("(SELECT COUNT(*) FROM corrective_actions x WHERE x.act_id = c.id) AS actions").
		ColumnExpr("(SELECT COUNT(*) FROM corrective_actions x WHERE x.act_id = c.id AND x.state = 'verified') AS verified").
		Join("JOIN departments AS d ON d.id = c.department_id").
		OrderExpr("c.created_at DESC, c.id DESC").Limit(int64(f.Limit))
	if f.State != "" {
		q.Where("c.state = ?", f.State)
	}
	if f.After != "" {
		value, id, ok := uncursor(f.After)
		if at, is := store.ParseMoment(value); ok && is {
			q.Where("(c.created_at, c.id) < (?, ?)", at, id)
		}
	}
	var items []ActBrief
	err := q.Scan(ctx, &items)
	return items, store.MapError(err, "acts")
}

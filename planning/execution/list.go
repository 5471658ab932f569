package execution

import (
	"context"
	"iter"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// Filter narrows the list of items of all plans; zero fields do not.
type Filter struct {
	Query        string // words in text, result, indicator or basis, without regard to case and marks
	Plan         planning.Key
	Kind         string
	Year         int
	DepartmentID string             // responsible or taking part; "mine" = the actor's own
	PersonID     string             // who carries it out; "mine" = the actor
	State        planning.ItemState // as it is shown, of planning.ShownStates
	Late         bool
	Latest       bool     // the latest term first
	After        []string // term and id of the last row shown
	Limit        int      // 50 when 0, at most 200
}

// List is one page of items.
type List struct {
	Rows  []planning.Item
	Rules map[int]planning.PlanRule // by version, to compute how far they have come
	Total int
	Next  []string
	Today day.Day
}

const term = "COALESCE(i.new_due, i.due)"

// Items lists the items of plans under a filter, by term, in five queries.
func (s *Service) Items(ctx context.Context, f Filter) (List, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return List{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	db := s.DB.Read()
	l := List{Today: s.KIS.Today()}
	n, err := f.narrow(ctx, db.NewSelect().TableExpr("plan_items AS i").Join("JOIN plans AS p ON p.id = i.plan_id"), l.Today).Count(ctx)
	if err != nil {
		return l, store.MapError(err, "count items")
	}
	l.Total = int(n)
	q := f.narrow(ctx, planning.ItemsWithNames(ctx, db, &l.Rows), l.Today).ColumnExpr("p.rule AS plan_rule")
	order, cmp := " ASC", ">"
	if f.Latest {
		order, cmp = " DESC", "<"
	}
	if len(f.After) == 2 && store.IsID(f.After[1]) {
		q.Where("("+term+", i.id) "+cmp+" (?, ?)", f.After[0], f.After[1])
	}
	if err := q.OrderExpr(term + order + ", i.id" + order).Limit(int64(f.Limit) + 1).Scan(ctx); err != nil {
		return l, store.MapError(err, "items")
	}
	if len(l.Rows) > f.Limit {
		l.Rows = l.Rows[:f.Limit]
		last := l.Rows[f.Limit-1]
		l.Next = []string{string(last.Term()), last.ID}
	}
	var rules []planning.PlanRule
	if err := db.NewSelect().Model(&rules).Scan(ctx); err != nil {
		return l, store.MapError(err, "rules")
	}
	l.Rules = map[int]planning.PlanRule{}
	for _, r := range rules {
		l.Rules[r.Version] = r
	}
	return l, planning.WithDepartments(ctx, db, l.Rows)
}

// Percent is how far a row of the list has come.
func (l List) Percent(it planning.Item) int { return l.Rules[it.PlanRule].Percent(it) }

// Each walks all items under a filter page by page, for files.
func (s *Service) Each(ctx context.Context, f Filter) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		f.After, f.Limit = nil, 200
		for {
			l, err := s.Items(ctx, f)
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, it := range l.Rows {
				if !yield(Row{Item: it, Percent: l.Percent(it), Late: it.Overdue(l.Today)}, nil) {
					return
				}
			}
			if f.After = l.Next; f.After == nil {
				return
			}
		}
	}
}

// Row is an item as a file shows it.
type Row struct {
	planning.Item
	Percent int
	Late    bool
}

func (f Filter) narrow(ctx context.Context, q *bun.SelectQuery, today day.Day) *bun.SelectQuery {
	who := actor.From(ctx)
	if key := i18n.Fold(f.Query); key != "" {
		q.Where("(i.search_key LIKE ?0 ESCAPE '!' OR (i.search_key = '' AND i.text LIKE ?0 ESCAPE '!'))", store.LikePattern(key))
	}
	if f.Plan != "" {
		q.Where("p.key = ?", f.Plan)
	}
	if f.Kind != "" {
		q.Where("p.kind = ?", f.Kind)
	}
	if f.Year > 0 {
		q.Where("p.year = ?", f.Year)
	}
	if id := mine(f.DepartmentID, who.DepartmentID); id != "" {
		if !store.IsID(id) {
			return q.Where("1 = 0")
		}
		q.Where("(i.responsible_id = ?0 OR EXISTS (SELECT 1 FROM plan_item_departments x WHERE x.item_id = i.id AND x.department_id = ?0))", id)
	}
	if id := mine(f.PersonID, who.UserID); id != "" {
		if !store.IsID(id) {
			return q.Where("1 = 0")
		}
		q.Where("EXISTS (SELECT 1 FROM plan_item_people y WHERE y.item_id = i.id AND y.user_id = ?)", id)
	}
	if f.State != "" {
		q.Where(planning.ShownState+" = ?", f.State)
	}
	if f.Late {
		q.Where("p.approved_at IS NOT NULL AND i.state <> ? AND "+term+" < ?", planning.Done, today)
	}
	return q
}

// mine reads "mine" as the actor's own; somebody without one has none.
func mine(id, own string) string {
	if id == "mine" {
		if own == "" {
			return "none"
		}
		return own
	}
	return id
}

// Load is what one department, or one person of it, has to do in the plans of
// a year.
type Load struct {
	DepartmentID string
	UserID       string // "" for what nobody is named for
	UserName     string
	Department   office.Department `bun:"-"`
	Items        int
	Done         int
	Late         int
	Waiting      int // with a report that waits for a decision
	Q1           int // open or done items that are worked on in the quarter
	Q2           int
	Q3           int
	Q4           int
}

// Workload counts the items of the approved plans of a year by department and
// by person, in two queries.
func (s *Service) Workload(ctx context.Context, year int, kind string) ([]Load, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return nil, err
	}
	db := s.DB.Read()
	var list []Load
	q := db.NewSelect().TableExpr("plan_items AS i").Join("JOIN plans AS p ON p.id = i.plan_id AND p.approved_at IS NOT NULL").
		Join("LEFT JOIN plan_item_people AS y ON y.item_id = i.id").Join("LEFT JOIN users AS u ON u.id = y.user_id").
		ColumnExpr("i.responsible_id AS department_id, y.user_id, COALESCE(u.name, '') AS user_name, COUNT(*) AS items").
		ColumnExpr("SUM(CASE WHEN "+planning.CarriedOut+" THEN 1 ELSE 0 END) AS done").
		ColumnExpr("SUM(CASE WHEN i.state <> ? AND "+term+" < ? THEN 1 ELSE 0 END) AS late", planning.Done, s.KIS.Today()).
		ColumnExpr(`SUM(CASE WHEN EXISTS (SELECT 1 FROM plan_reports w WHERE w.item_id = i.id AND w.quarter > 0
			AND NOT EXISTS (SELECT 1 FROM plan_report_verdicts v WHERE v.report_id = w.id)) THEN 1 ELSE 0 END) AS waiting`).
		Where("p.year = ?", year)
	for n, first := range []string{"-01-01", "-04-01", "-07-01", "-10-01"} {
		q.ColumnExpr("SUM(CASE WHEN i.start_quarter <= ? AND "+term+" >= ? THEN 1 ELSE 0 END) AS ?", n+1, itoa(year)+first, bun.Ident("q"+itoa(n+1)))
	}
	if kind != "" {
		q.Where("p.kind = ?", kind)
	}
	if err := q.GroupExpr("i.responsible_id, y.user_id, u.name").OrderExpr("i.responsible_id, user_name").Scan(ctx, &list); err != nil {
		return nil, store.MapError(err, "workload")
	}
	ids := make([]string, len(list))
	for i, x := range list {
		ids[i] = x.DepartmentID
	}
	known, err := office.DepartmentsByID(ctx, db, ids)
	for i := range list {
		list[i].Department = known[list[i].DepartmentID]
	}
	return list, err
}

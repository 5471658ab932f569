package execution

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// soon is how many days before its day a check of the impact shows up as work.
const soon = 30

// Work lists the first of what waits for the actor.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	return kis.MyWork(ctx, s.WorkParts, kis.WorkLimit)
}

// WorkParts are the parts of work in carrying plans out: reports on the quarter
// that ended, reports to accept, new dates to approve, impacts to check.
func (s *Service) WorkParts(ctx context.Context) ([]kis.WorkPart, error) {
	who := actor.From(ctx)
	var parts []kis.WorkPart
	q, err := s.lastQuarter(ctx)
	if err != nil {
		return nil, err
	}
	if scope := policies.For(who, policies.PlanReport); !scope.None() {
		parts = append(parts, s.quarterPart(kis.WorkMine, scope, who.UserID, q))
	}
	if who.DepartmentID != "" && !policies.For(who, policies.PlanRead).None() {
		parts = append(parts, s.quarterPart(kis.WorkDepartment, policies.Scope{Departments: []string{who.DepartmentID}}, "", q))
	}
	if policies.Can(who, policies.PlanAccept) {
		parts = append(parts, s.reportPart(who, "accept", func(q *bun.SelectQuery) { q.Where("w.to_state <> ?", planning.Postponed) }), s.impactPart())
	}
	if policies.Can(who, policies.PlanApprove) {
		parts = append(parts, s.reportPart(who, "delay", func(q *bun.SelectQuery) { q.Where("w.to_state = ?", planning.Postponed) }))
	}
	return parts, nil
}

// ended is a quarter that has ended, with the day by which the items of each
// kind of plan are reported on.
type ended struct {
	year, quarter int
	due           map[string]day.Day // by kind
}

// lastQuarter is the quarter that ended last.
func (s *Service) lastQuarter(ctx context.Context) (ended, error) {
	today := s.KIS.Today()
	e := ended{year: today.Year(), quarter: today.Quarter() - 1, due: map[string]day.Day{}}
	if e.quarter == 0 {
		e.year, e.quarter = e.year-1, 4
	}
	var kinds []planning.PlanKind
	err := s.DB.Read().NewSelect().Model(&kinds).Scan(ctx)
	for _, k := range kinds {
		e.due[k.Code] = k.Reported(e.year, e.quarter)
	}
	return e, store.MapError(err, "kinds of plans")
}

// column is the day of an item in SQL, by the kind of its plan p.
func (e ended) column() string {
	var b strings.Builder
	b.WriteString("CASE p.kind")
	for _, kind := range slices.Sorted(maps.Keys(e.due)) {
		fmt.Fprintf(&b, " WHEN '%s' THEN '%s'", strings.ReplaceAll(kind, "'", "''"), e.due[kind])
	}
	b.WriteString(" END")
	return b.String()
}

// quarterPart is the items whose last quarter nobody has reported on. Who is
// named for an item is asked alone, else its whole department.
func (s *Service) quarterPart(tab kis.WorkTab, scope policies.Scope, userID string, e ended) kis.WorkPart {
	db, today := s.DB.Read(), s.KIS.Today()
	return kis.WorkPart{Tab: tab, Name: "planning:quarter", Kind: "planning.work.kind.quarter", Due: e.column(), ID: "i.id",
		From: func() *bun.SelectQuery {
			q := db.NewSelect().TableExpr("plan_items AS i").Join("JOIN plans AS p ON p.id = i.plan_id AND p.state = ?", planning.PlanRunning).
				Where("p.year = ? AND i.start_quarter <= ? AND i.state <> ?", e.year, e.quarter, planning.Done).
				Where(`NOT EXISTS (SELECT 1 FROM plan_reports w LEFT JOIN plan_report_verdicts v ON v.report_id = w.id
					WHERE w.item_id = i.id AND w.quarter >= ? AND (v.report_id IS NULL OR v.accepted))`, e.quarter)
			if userID != "" {
				q.Where("NOT EXISTS (SELECT 1 FROM plan_item_people y WHERE y.item_id = i.id AND y.user_id <> ?)", userID)
			}
			return office.InScope(q, scope, "i.responsible_id")
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			rows, err := waiting(ctx, db, keys, "plan_items AS i", "i.id", "i.id AS ref, i.indicator AS reason")
			return workItems(rows, err, func(r row) kis.WorkItem {
				due := e.due[r.Kind]
				return kis.WorkItem{Due: due, KindKey: "planning.work.kind.quarter", Icon: "clipboard-text", VerbKey: "planning.work.verb.report", Overdue: due < today, Reason: r.Reason}
			})
		}}
}

// reportPart is the reports of others that wait for a decision of who. A
// report is told by what it says, a new date by its reason.
func (s *Service) reportPart(who actor.Actor, verb string, narrow func(q *bun.SelectQuery)) kis.WorkPart {
	db := s.DB.Read()
	return kis.WorkPart{Tab: kis.WorkMine, Name: "planning:" + verb, Kind: "planning.work.kind." + verb, ID: "w.id",
		From: func() *bun.SelectQuery {
			q := db.NewSelect().TableExpr("plan_reports AS w").Join("JOIN plan_items AS i ON i.id = w.item_id").
				Join("JOIN plans AS p ON p.id = i.plan_id AND p.state = ?", planning.PlanRunning).
				Where("w.quarter > 0 AND NOT EXISTS (SELECT 1 FROM plan_report_verdicts v WHERE v.report_id = w.id)")
			narrow(q)
			if who.UserID != "" {
				q.Where("w.reported_by IS NULL OR w.reported_by <> ?", who.UserID)
			}
			return q
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			rows, err := waiting(ctx, db, keys, "plan_reports AS w JOIN plan_items AS i ON i.id = w.item_id", "w.id", "w.id AS ref, w.reported_name AS reason, w.narrative, w.reason AS quote, COALESCE(w.new_due, '') AS day")
			return workItems(rows, err, func(r row) kis.WorkItem {
				w := kis.WorkItem{KindKey: "planning.work.kind." + verb, Icon: "clipboard-check", VerbKey: "planning.work.verb." + verb, Reason: r.Department + " · " + r.Reason}
				if r.Day != "" {
					w.Icon, w.Reason, w.Quote = "calendar-due", w.Reason+" · → "+r.Day.Format(), i18n.Shorten(r.Quote, 160)
				} else {
					w.Reason += ": " + i18n.Shorten(r.Narrative, 160)
				}
				return w
			})
		}}
}

// impactPart is the items whose impact is to be checked now or soon.
func (s *Service) impactPart() kis.WorkPart {
	db, today := s.DB.Read(), s.KIS.Today()
	return kis.WorkPart{Tab: kis.WorkMine, Name: "planning:impact", Kind: "planning.work.kind.impact", Due: "x.due", ID: "x.id",
		From: func() *bun.SelectQuery {
			return db.NewSelect().TableExpr("plan_impacts AS x").Where("x.verdict = '' AND x.due <= ?", today.Add(soon))
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			rows, err := waiting(ctx, db, keys, "plan_impacts AS x JOIN plan_items AS i ON i.id = x.item_id", "x.id", "x.id AS ref, i.expected_result AS reason, x.due AS day")
			return workItems(rows, err, func(r row) kis.WorkItem {
				return kis.WorkItem{Due: r.Day, KindKey: "planning.work.kind.impact", Icon: "eye-check", VerbKey: "planning.work.verb.impact", Reason: r.Reason, Overdue: r.Day < today}
			})
		}}
}

// row is an item of a plan as a list of work shows it.
type row struct {
	Ref, Item, Text, Department, Reason, Narrative, Quote, Kind string
	Key                                                         planning.Key
	No                                                          int
	Day                                                         day.Day
}

func waiting(ctx context.Context, db bun.IDB, keys []kis.WorkKey, from, id, columns string) ([]row, error) {
	ids, _ := kis.WorkIDs(keys)
	var rows []row
	err := db.NewSelect().TableExpr(from).ColumnExpr("p.key, p.kind, i.no, i.id AS item, i.text, d.code AS department").ColumnExpr(columns).
		Join("JOIN plans AS p ON p.id = i.plan_id").Join("JOIN departments AS d ON d.id = i.responsible_id").
		Where("? IN (?)", bun.Safe(id), bun.List(ids)).Scan(ctx, &rows)
	return rows, store.MapError(err, "what waits in plans")
}

func workItems(rows []row, err error, show func(r row) kis.WorkItem) ([]kis.WorkItem, error) {
	out := make([]kis.WorkItem, len(rows))
	for i, r := range rows {
		out[i] = show(r)
		out[i].ID, out[i].Title = r.Ref, string(r.Key)+", № "+itoa(r.No)+". "+r.Text
		out[i].Href = "/plans/" + string(r.Key) + "/items/" + r.Item
	}
	return out, err
}

package audit

import (
	"context"
	"iter"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// FindingFilter narrows the register of findings; zero fields do not.
type FindingFilter struct {
	State        FindingState
	Grade        Grade
	DepartmentID string
	AuditID      string
	Year         int    // of the audit's planned first day
	Query        string // words of statement, recommendation, topic, code or clause
	Shown        bool   // only those that the department sees: neither drafts nor merged or dropped ones
	After        string // Next of the page before
	Limit        int    // pageSize when 0
}

// FindingBrief is a finding as a list shows it.
type FindingBrief struct {
	ID             string
	AuditID        string
	AuditNumber    string
	No             int
	Grade          Grade
	State          FindingState
	Statement      string
	Recommendation string
	Clause         string
	GSBPM          string
	DepartmentID   string
	DepartmentCode string
	DepartmentAZ   string `bun:"department_az"`
	DepartmentEN   string `bun:"department_en"`
	Topic          string
	RepeatOf       bool   // repeats an earlier one
	ActID          string // of an act that the actor may open; empty: none
	ActNumber      string
	CreatedAt      time.Time
}

// FindingList is a page of findings, latest first.
type FindingList struct {
	Items  []FindingBrief
	Total  int
	Counts map[FindingState]int // by state, under the other filters
	Next   string
}

// shownFindings are the states in which the audited department sees a finding.
func shownFindings() (out []FindingState) {
	for _, s := range FindingStates() {
		if s.Shown() {
			out = append(out, s)
		}
	}
	return out
}

// FindingsInScope narrows findings f to what whoever has the scope of
// AuditRead sees: all, those shown to the own departments, those of an audit
// that was opened to them.
func FindingsInScope(q *bun.SelectQuery, sc policies.Scope) *bun.SelectQuery {
	if sc.Any {
		return q
	}
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q.Where("1 = 0")
		if len(sc.Departments) > 0 {
			q.WhereOr("f.department_id IN (?) AND f.state IN (?)", bun.List(sc.Departments), bun.List(shownFindings()))
		}
		if ids := opened(sc); len(ids) > 0 {
			q.WhereOr("f.audit_id IN (?)", bun.List(ids))
		}
		return q
	})
}

// findingsWhere narrows findings by scope and filter, but not by state and page.
func findingsWhere(db bun.IDB, sc policies.Scope, f FindingFilter) *bun.SelectQuery {
	q := matching(FindingsInScope(db.NewSelect().TableExpr("findings AS f").Join("JOIN audits AS a ON a.id = f.audit_id"), sc), "f.search_key", f.Query)
	for column, value := range map[string]string{"f.grade": string(f.Grade), "f.department_id": f.DepartmentID, "f.audit_id": f.AuditID} {
		if value != "" {
			q.Where("? = ?", bun.Ident(column), value)
		}
	}
	if f.Year > 0 {
		auditsOfYear(q, f.Year)
	}
	if f.Shown {
		q.Where("f.state IN (?)", bun.List(shownFindings()))
	}
	return q
}

// Findings lists the findings the actor may see.
func (s *Service) Findings(ctx context.Context, f FindingFilter) (FindingList, error) {
	list := FindingList{Counts: map[FindingState]int{}}
	sc, err := office.Allowed(ctx, policies.AuditRead)
	if err != nil {
		return list, err
	}
	for name, id := range map[string]string{"department": f.DepartmentID, kindAudit: f.AuditID} {
		if id != "" && !store.IsID(id) {
			return list, apperr.Missing(name)
		}
	}
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = pageSize
	}
	db := s.DB.Read()
	var counts []struct {
		State FindingState
		N     int
	}
	if err := findingsWhere(db, sc, f).ColumnExpr("f.state || '' AS state, COUNT(*) AS n").GroupExpr(byState).Scan(ctx, &counts); err != nil {
		return list, store.MapError(err, "count findings")
	}
	for _, c := range counts {
		list.Counts[c.State] = c.N
		if f.State == "" || f.State == c.State {
			list.Total += c.N
		}
	}
	if list.Items, list.Next, err = s.findingPage(ctx, db, sc, f); err != nil {
		return list, err
	}
	return list, nil
}

// findingPage reads one page of findings with their acts, and where the next
// begins.
func (s *Service) findingPage(ctx context.Context, db bun.IDB, sc policies.Scope, f FindingFilter) (items []FindingBrief, next string, err error) {
	q := findingsWhere(db, sc, f).
		ColumnExpr("f.id, f.audit_id, a.number AS audit_number, f.no, f.grade, f.state, f.statement, f.recommendation, f.clause, f.gsbpm").
		ColumnExpr("f.department_id, d.code AS department_code, d.name_az AS department_az, d.name_en AS department_en, f.topic, f.repeat_of IS NOT NULL AS repeat_of, f.created_at").
		Join("JOIN departments AS d ON d.id = f.department_id")
	if f.State != "" {
		q.Where("f.state = ?", f.State)
	}
	if f.After != "" {
		value, id, ok := uncursor(f.After)
		if at, is := store.ParseMoment(value); ok && is {
			q.Where("(f.created_at, f.id) < (?, ?)", at, id)
		}
	}
	if err := q.OrderExpr("f.created_at DESC, f.id DESC").Limit(int64(f.Limit+1)).Scan(ctx, &items); err != nil {
		return nil, "", store.MapError(err, "findings")
	}
	if len(items) > f.Limit {
		items = items[:f.Limit]
		last := items[f.Limit-1]
		next = cursor(last.CreatedAt.UTC().Format(time.RFC3339Nano), last.ID)
	}
	return items, next, s.actsOfFindings(ctx, db, items)
}

// EachFinding gives all findings of a filter, latest first, read page by page.
func (s *Service) EachFinding(ctx context.Context, f FindingFilter) iter.Seq2[FindingBrief, error] {
	return eachOf(func(after string) ([]FindingBrief, string, error) {
		f.After, f.Limit = after, 200
		page, err := s.Findings(ctx, f)
		return page.Items, page.Next, err
	})
}

// eachOf goes through a list page by page.
func eachOf[T any](page func(after string) (items []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for after := ""; ; {
			items, next, err := page(after)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, x := range items {
				if !yield(x, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			after = next
		}
	}
}

// actsOfFindings reads the acts that findings made and the actor may open.
func (s *Service) actsOfFindings(ctx context.Context, db bun.IDB, list []FindingBrief) error {
	at, ids := map[string]int{}, []string{}
	for i, f := range list {
		at[f.ID], ids = i, append(ids, f.ID)
	}
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil || len(ids) == 0 {
		return nil // whoever reads audits but no acts sees findings without them
	}
	var rows []struct{ FindingID, ID, Number string }
	err = actsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc).ColumnExpr("c.finding_id, c.id, COALESCE(c.number, '') AS number").
		Where("c.finding_id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	for _, r := range rows {
		f := &list[at[r.FindingID]]
		f.ActID, f.ActNumber = r.ID, r.Number
	}
	return store.MapError(err, "acts of findings")
}

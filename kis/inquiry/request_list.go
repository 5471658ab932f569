package inquiry

import (
	"context"
	"iter"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Mine narrows a list to what concerns the actor.
type Mine string

// What concerns the actor.
const (
	MineAnswer Mine = "answer" // waits for the actor's answer
	MineAsked  Mine = "asked"  // was asked by the actor
)

// RequestFilter narrows the list of requests; zero fields do not. Ids that are
// none find nothing.
type RequestFilter struct {
	Query        string // words of number, title, text, code, process
	State        RequestState
	Mine         Mine
	DepartmentID string
	CycleID      string
	AuditID      string
	Code         string // of a task one of whose outputs is asked for
	Overdue      bool   // an answer is late
	After        string // id of the last row of the page before
	Limit        int    // 50 when 0, at most 200
}

// RequestRow is a request in the list.
type RequestRow struct {
	Request       `bun:",extend"`
	Department    office.Department `bun:"-"`
	AskedByName   string
	AddresseeName string // empty: the head of the department
	Period        string // of the cycle
	TitleAZ       string `bun:"title_az"` // of the process
	TitleEN       string `bun:"title_en"`
	Code          string // of the task, when its outputs are asked for
}

// Process is the title of the process in a language.
func (r RequestRow) Process(lang string) string { return i18n.InLang(lang, r.TitleAZ, r.TitleEN) }

// RequestList is a page of requests, newest first.
type RequestList struct {
	Rows   []RequestRow
	Total  int
	Counts map[RequestState]int // under the filter without its state
	Next   string               // After of the next page; empty at the end
}

// Requests lists the requests that the actor may see. Four queries.
func (s *Service) Requests(ctx context.Context, f RequestFilter) (RequestList, error) {
	var list RequestList
	if _, err := office.Allowed(ctx, policies.RequestRead); err != nil {
		return list, err
	}
	db, who, limit := s.DB.Read(), actor.From(ctx), pageLimit(f.Limit)
	var err error
	list.Counts, list.Total, err = countStates(ctx, s.narrow(db.NewSelect().TableExpr("evidence_requests AS r"), f, who), "r.state", f.State)
	if err != nil {
		return list, store.MapError(err, "count requests")
	}
	rows, err := s.requestRows(ctx, db, f, who, limit+1)
	list.Rows, list.Next = cut(rows, limit, RequestRow.id)
	return list, err
}

func (r RequestRow) id() string { return r.ID }

// EachRequest walks the whole list page by page, for files.
func (s *Service) EachRequest(ctx context.Context, f RequestFilter) iter.Seq2[RequestRow, error] {
	return walk(RequestRow.id, func(after string, limit int) ([]RequestRow, error) {
		if _, err := office.Allowed(ctx, policies.RequestRead); err != nil {
			return nil, err
		}
		f.After = after
		return s.requestRows(ctx, s.DB.Read(), f, actor.From(ctx), limit)
	})
}

// requestRows reads a page of rows: two queries.
func (s *Service) requestRows(ctx context.Context, db bun.IDB, f RequestFilter, who actor.Actor, limit int) ([]RequestRow, error) {
	var rows []RequestRow
	q := s.narrow(db.NewSelect().Model(&rows).ModelTableExpr("evidence_requests AS r"), f, who).ColumnExpr("r.*").
		ColumnExpr("asker.name AS asked_by_name, COALESCE(asked.name, '') AS addressee_name").
		ColumnExpr("COALESCE(c.period, '') AS period, COALESCE(p.title_az, '') AS title_az, COALESCE(p.title_en, '') AS title_en").
		ColumnExpr(`COALESCE((SELECT MIN(a.code) FROM evidence_request_outputs ro JOIN outputs o ON o.id = ro.output_id
			JOIN activities a ON a.id = o.activity_id WHERE ro.request_id = r.id), '') AS code`).
		Join("JOIN users AS asker ON asker.id = r.asked_by").Join("LEFT JOIN users AS asked ON asked.id = r.addressee_id").
		Join("LEFT JOIN cycles AS c ON c.id = r.cycle_id").Join("LEFT JOIN processes AS p ON p.id = c.process_id").
		OrderExpr("r.id DESC").Limit(int64(limit))
	if f.State != "" {
		q.Where("r.state = ?", f.State)
	}
	if store.IsID(f.After) {
		q.Where("r.id < ?", f.After)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, store.MapError(err, "requests")
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.DepartmentID
	}
	departments, err := office.DepartmentsByID(ctx, db, ids)
	for i := range rows {
		rows[i].Department = departments[rows[i].DepartmentID]
	}
	return rows, err
}

// narrow adds what the actor may see and the filter without its state.
func (s *Service) narrow(q *bun.SelectQuery, f RequestFilter, who actor.Actor) *bun.SelectQuery {
	visibleRequests(q, who)
	words(q, "r.search_key", f.Query)
	for column, id := range map[string]string{"r.department_id": f.DepartmentID, "r.cycle_id": f.CycleID, "r.audit_id": f.AuditID} {
		switch {
		case id == "":
		case store.IsID(id):
			q.Where("? = ?", bun.Ident(column), id)
		default:
			q.Where("1 = 0")
		}
	}
	if f.Code != "" {
		q.Where(`EXISTS (SELECT 1 FROM evidence_request_outputs fo JOIN outputs f ON f.id = fo.output_id JOIN activities fa ON fa.id = f.activity_id
			WHERE fo.request_id = r.id AND fa.code = ?)`, f.Code)
	}
	waiting := bun.List([]RequestState{RequestOpen, RequestReturned})
	if f.Overdue {
		q.Where("r.state IN (?) AND r.due < ?", waiting, s.KIS.Today())
	}
	switch f.Mine {
	case MineAsked:
		q.Where("r.asked_by = ?", bun.NullZero(who.UserID))
	case MineAnswer:
		toAnswer(q, who)
	}
	return q
}

// toAnswer narrows requests AS r to those that wait for the actor's answer: by
// name, or as who stands in for a department whose head was asked.
func toAnswer(q *bun.SelectQuery, who actor.Actor) *bun.SelectQuery {
	departments := policies.For(who, policies.RequestStandIn).Departments
	return q.Where("r.state IN (?)", bun.List([]RequestState{RequestOpen, RequestReturned})).WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q.Where("r.addressee_id = ?", bun.NullZero(who.UserID))
		if len(departments) > 0 {
			q.WhereOr("r.addressee_id IS NULL AND r.asked_by <> ? AND r.department_id IN (?)", bun.NullZero(who.UserID), bun.List(departments))
		}
		return q
	})
}

// visibleRequests narrows requests AS r to those that the actor may see, as
// Request.seenBy says.
func visibleRequests(q *bun.SelectQuery, who actor.Actor) *bun.SelectQuery {
	open, secret := policies.For(who, policies.RequestRead), policies.For(who, policies.EvidenceSecret)
	if open.Any && secret.Any {
		return q
	}
	part := func(q *bun.SelectQuery, confidential bool, scope policies.Scope) {
		switch {
		case scope.Any:
			q.WhereOr("r.confidential = ?", confidential)
		case len(scope.Departments) > 0:
			q.WhereOr("r.confidential = ? AND r.department_id IN (?)", confidential, bun.List(scope.Departments))
		}
	}
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q.Where("r.asked_by = ?", bun.NullZero(who.UserID)).WhereOr("r.addressee_id = ?", bun.NullZero(who.UserID))
		part(q, false, open)
		if !open.None() {
			part(q, true, secret)
		}
		return q
	})
}

// maxWords bounds how many words a search looks for.
const maxWords = 8

// words narrows a query to rows whose search key holds every word.
func words(q *bun.SelectQuery, column, query string) *bun.SelectQuery {
	list := strings.Fields(i18n.Fold(i18n.Shorten(query, 200)))
	for _, w := range list[:min(len(list), maxWords)] {
		q.Where("? LIKE ? ESCAPE '!'", bun.Ident(column), store.LikePattern(w))
	}
	return q
}

// maxOfAudit is how many requests the plan of an audit shows.
const maxOfAudit = 200

// RequestsOfAudit lists what was asked for an audit, as far as the actor may
// see it: the documents asked for beforehand of its plan. An id that is none
// finds nothing.
func (s *Service) RequestsOfAudit(ctx context.Context, auditID string) ([]RequestRow, error) {
	if _, err := office.Allowed(ctx, policies.RequestRead); err != nil {
		return nil, err
	}
	if !store.IsID(auditID) {
		return nil, nil
	}
	return s.requestRows(ctx, s.DB.Read(), RequestFilter{AuditID: auditID}, actor.From(ctx), maxOfAudit)
}

// RequestsOfTask lists the newest requests for outputs of a task in a cycle that
// the actor may see.
func (s *Service) RequestsOfTask(ctx context.Context, cycleID, code string, limit int) ([]RequestRow, error) {
	if _, err := office.Allowed(ctx, policies.RequestRead); err != nil {
		return nil, err
	}
	return s.requestRows(ctx, s.DB.Read(), RequestFilter{CycleID: cycleID, Code: code}, actor.From(ctx), limit)
}

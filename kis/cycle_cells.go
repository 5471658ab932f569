package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// CellFilter chooses the cells of a department; zero fields do not narrow.
type CellFilter struct {
	DepartmentID string // empty: the actor's
	Period       string
	Show         string   // owed, late or done
	After        []string // due, cycle and position of the last line of the page before
	Limit        int      // 50 when 0
}

// Cell is a task of an open cycle that a department answers for.
type Cell struct {
	CycleID, Period string
	Process         process.ProcessRef
	Code            string
	NameAZ, NameEN  string
	Due             day.Day
	State           TaskState
}

// Name is the task's name in a language.
func (c Cell) Name(lang string) string { return i18n.InLang(lang, c.NameAZ, c.NameEN) }

// Cells is a page of them, by due day.
type Cells struct {
	DepartmentID    string
	Lines           []Cell
	All, Owed, Late int // without the filter by what is shown
	Next            []string
}

// Cells lists what a department must deliver in the cycles that are open, and
// where each stands: two queries.
func (s *Service) Cells(ctx context.Context, f CellFilter) (Cells, error) {
	scope, err := office.Allowed(ctx, policies.CycleRead)
	if err != nil {
		return Cells{}, err
	}
	if f.DepartmentID == "" {
		f.DepartmentID = actor.From(ctx).DepartmentID
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	out := Cells{DepartmentID: f.DepartmentID}
	if !store.IsID(f.DepartmentID) {
		return out, nil
	}
	db, today := s.DB.Read(), s.Today()
	var n struct{ All, Owed, Late int }
	q := f.from(db.NewSelect(), scope).ColumnExpr(`COUNT(*) AS "all", COUNT(ed.activity_id) AS owed, COUNT(CASE WHEN ed.due < ? THEN 1 END) AS late`, today)
	if err := q.Scan(ctx, &n); err != nil {
		return Cells{}, store.MapError(err, "count cells")
	}
	out.All, out.Owed, out.Late = n.All, n.Owed, n.Late
	return out, f.read(ctx, db, scope, today, &out)
}

// from joins the tasks of the department in open cycles with what is owed.
func (f CellFilter) from(q *bun.SelectQuery, scope policies.Scope) *bun.SelectQuery {
	q.TableExpr("activity_departments AS ad").
		Join("JOIN activities AS a ON a.id = ad.activity_id AND a.level = 'task' AND a.applicable").
		Join("JOIN cycles AS c ON c.version_id = a.version_id AND c.state IN ('running', 'evaluating')").
		Join("JOIN cycle_phases AS cp ON cp.cycle_id = c.id AND cp.phase = a.phase").
		Join("LEFT JOIN evidence_duties AS ed ON ed.department_id = ad.department_id AND ed.cycle_id = c.id AND ed.activity_id = a.id").
		Where("ad.responsible AND ad.department_id = ?", f.DepartmentID)
	if f.Period != "" {
		q.Where("c.period = ?", f.Period)
	}
	return cyclesInScope(q, scope)
}

func (f CellFilter) read(ctx context.Context, db bun.IDB, scope policies.Scope, today day.Day, out *Cells) error {
	var rows []struct {
		CycleID, Period, ProcessID, ProcessCode, OwnerID, Code string
		TitleAZ                                                string `bun:"title_az"`
		TitleEN                                                string `bun:"title_en"`
		NameAZ                                                 string `bun:"name_az"`
		NameEN                                                 string `bun:"name_en"`
		Due                                                    day.Day
		Position                                               int
		Owed, Returned, Waiting, Lacking                       bool
	}
	q := f.from(db.NewSelect(), scope).Join("JOIN processes AS p ON p.id = c.process_id").
		ColumnExpr("c.id AS cycle_id, c.period, p.id AS process_id, p.code AS process_code, p.owner_id, p.title_az, p.title_en").
		ColumnExpr("a.code, a.name_az, a.name_en, a.position, cp.due, ed.activity_id IS NOT NULL AS owed, COALESCE(ed.returned, FALSE) AS returned").
		ColumnExpr(`EXISTS (SELECT 1 FROM outputs o JOIN submission_outputs so ON so.output_id = o.id JOIN submissions s ON s.id = so.submission_id
			WHERE o.activity_id = a.id AND s.cycle_id = c.id AND s.state = 'submitted') AS waiting`).
		ColumnExpr(`EXISTS (SELECT 1 FROM outputs o WHERE o.activity_id = a.id AND NOT EXISTS (SELECT 1 FROM submission_outputs so JOIN submissions s ON s.id = so.submission_id
			WHERE so.output_id = o.id AND s.cycle_id = c.id AND s.state = 'accepted')) AS lacking`).
		OrderExpr("cp.due, c.id, a.position").Limit(int64(f.Limit) + 1)
	switch f.Show {
	case "owed":
		q.Where("ed.activity_id IS NOT NULL")
	case "late":
		q.Where("ed.due < ?", today)
	case "done":
		q.Where("ed.activity_id IS NULL")
	}
	if len(f.After) == 3 && store.IsID(f.After[1]) {
		q.Where("(cp.due > ? OR (cp.due = ? AND (c.id > ? OR (c.id = ? AND a.position > CAST(? AS INTEGER)))))", f.After[0], f.After[0], f.After[1], f.After[1], digits(f.After[2]))
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return store.MapError(err, "cells")
	}
	for i, r := range rows {
		if i == f.Limit {
			last := rows[i-1]
			out.Next = []string{string(last.Due), last.CycleID, itoa(last.Position)}
			break
		}
		c := Cell{CycleID: r.CycleID, Period: r.Period, Process: process.ProcessRef{ID: r.ProcessID, Code: r.ProcessCode, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN, OwnerID: r.OwnerID},
			Code: r.Code, NameAZ: r.NameAZ, NameEN: r.NameEN, Due: r.Due, State: TaskAccepted}
		switch {
		case r.Owed && r.Due < today:
			c.State = TaskOverdue
		case r.Returned:
			c.State = TaskReturned
		case r.Lacking && r.Waiting:
			c.State = TaskReview
		case r.Lacking:
			c.State = TaskMissing
		}
		out.Lines = append(out.Lines, c)
	}
	return nil
}

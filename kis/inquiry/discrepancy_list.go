package inquiry

import (
	"context"
	"iter"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// DiscrepancyFilter narrows the list of notes; zero fields do not. Ids that
// are none find nothing.
type DiscrepancyFilter struct {
	Query        string // words of number, what was found, source, process
	State        DiscrepancyState
	DepartmentID string
	CycleID      string
	Code         string
	Overdue      bool   // not explained in time
	After        string // id of the last row of the page before
	Limit        int    // 50 when 0, at most 200
}

// DiscrepancyRow is a note in the list.
type DiscrepancyRow struct {
	Discrepancy     `bun:",extend"`
	Department      office.Department `bun:"-"`
	NotedByName     string
	ExplainedByName string
	ConfirmedByName string
	PromotedByName  string
	Period          string
	TitleAZ         string `bun:"title_az"` // of the process
	TitleEN         string `bun:"title_en"`
	TaskAZ          string `bun:"task_az"`
	TaskEN          string `bun:"task_en"`
	Act             *Act   `bun:"-"` // that it became; nil when the actor may not see it
}

// Process is the title of the process in a language.
func (r DiscrepancyRow) Process(lang string) string { return i18n.InLang(lang, r.TitleAZ, r.TitleEN) }

// Task is the name of the task in a language.
func (r DiscrepancyRow) Task(lang string) string { return i18n.InLang(lang, r.TaskAZ, r.TaskEN) }

// DiscrepancyList is a page of notes, newest first.
type DiscrepancyList struct {
	Rows   []DiscrepancyRow
	Total  int
	Counts map[DiscrepancyState]int // under the filter without its state
	Next   string                   // After of the next page; empty at the end
}

// Discrepancies lists the notes that the actor may see. Three queries, and one
// of the audit context for those that were promoted.
func (s *Service) Discrepancies(ctx context.Context, f DiscrepancyFilter) (DiscrepancyList, error) {
	var list DiscrepancyList
	scope, err := office.Allowed(ctx, policies.DiscrepancyRead)
	if err != nil {
		return list, err
	}
	db, limit := s.DB.Read(), pageLimit(f.Limit)
	list.Counts, list.Total, err = countStates(ctx, s.narrowNotes(db.NewSelect().TableExpr("discrepancies AS n"), f, scope), "n.state", f.State)
	if err != nil {
		return list, store.MapError(err, "count discrepancies")
	}
	rows, err := s.discrepancyRows(ctx, db, f, scope, limit+1)
	list.Rows, list.Next = cut(rows, limit, DiscrepancyRow.id)
	return list, err
}

func (r DiscrepancyRow) id() string { return r.ID }

// EachDiscrepancy walks the whole list page by page, for files.
func (s *Service) EachDiscrepancy(ctx context.Context, f DiscrepancyFilter) iter.Seq2[DiscrepancyRow, error] {
	return walk(DiscrepancyRow.id, func(after string, limit int) ([]DiscrepancyRow, error) {
		scope, err := office.Allowed(ctx, policies.DiscrepancyRead)
		if err != nil {
			return nil, err
		}
		f.After = after
		return s.discrepancyRows(ctx, s.DB.Read(), f, scope, limit)
	})
}

// narrowNotes adds the scope and the filter without its state.
func (s *Service) narrowNotes(q *bun.SelectQuery, f DiscrepancyFilter, scope policies.Scope) *bun.SelectQuery {
	office.InScope(q, scope, "n.department_id")
	words(q, "n.search_key", f.Query)
	for column, id := range map[string]string{"n.department_id": f.DepartmentID, "n.cycle_id": f.CycleID} {
		switch {
		case id == "":
		case store.IsID(id):
			q.Where("? = ?", bun.Ident(column), id)
		default:
			q.Where("1 = 0")
		}
	}
	if f.Code != "" {
		q.Where("n.code = ?", f.Code)
	}
	if f.Overdue {
		q.Where("n.state = ? AND n.due < ?", DiscrepancyOpen, s.KIS.Today())
	}
	return q
}

func (s *Service) discrepancyRows(ctx context.Context, db bun.IDB, f DiscrepancyFilter, scope policies.Scope, limit int) ([]DiscrepancyRow, error) {
	q := s.narrowNotes(db.NewSelect().TableExpr("discrepancies AS n").Column("n.id"), f, scope).OrderExpr("n.id DESC").Limit(int64(limit))
	if f.State != "" {
		q.Where("n.state = ?", f.State)
	}
	if store.IsID(f.After) {
		q.Where("n.id < ?", f.After)
	}
	return s.notes(ctx, db, q)
}

// notes reads the notes whose ids a query gives, newest first.
func (s *Service) notes(ctx context.Context, db bun.IDB, ids *bun.SelectQuery) ([]DiscrepancyRow, error) {
	var rows []DiscrepancyRow
	err := db.NewSelect().Model(&rows).ModelTableExpr("discrepancies AS n").ColumnExpr("n.*").
		ColumnExpr("nb.name AS noted_by_name, COALESCE(eb.name, '') AS explained_by_name, COALESCE(cb.name, '') AS confirmed_by_name, COALESCE(pb.name, '') AS promoted_by_name").
		ColumnExpr("c.period, p.title_az, p.title_en, a.name_az AS task_az, a.name_en AS task_en").
		Join("JOIN users AS nb ON nb.id = n.noted_by").Join("LEFT JOIN users AS eb ON eb.id = n.explained_by").
		Join("LEFT JOIN users AS cb ON cb.id = n.confirmed_by").Join("LEFT JOIN users AS pb ON pb.id = n.promoted_by").
		Join("JOIN cycles AS c ON c.id = n.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id").Join("JOIN activities AS a ON a.id = n.activity_id").
		Where("n.id IN (SELECT x.id FROM (?) AS x)", ids).OrderExpr("n.id DESC").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "discrepancies")
	}
	var departmentIDs, acts []string
	for _, r := range rows {
		departmentIDs = append(departmentIDs, r.DepartmentID)
		if r.ActID != "" {
			acts = append(acts, r.ActID)
		}
	}
	departments, err := office.DepartmentsByID(ctx, db, departmentIDs)
	if err != nil {
		return nil, err
	}
	became := map[string]Act{}
	if len(acts) > 0 && s.Promotions != nil {
		if became, err = s.Promotions.Promoted(ctx, db, acts); err != nil {
			return nil, err
		}
	}
	for i := range rows {
		rows[i].Department = departments[rows[i].DepartmentID]
		if a, ok := became[rows[i].ActID]; ok {
			rows[i].Act = &a
		}
	}
	return rows, nil
}

// DiscrepancyPage is one note.
type DiscrepancyPage struct {
	DiscrepancyRow
	History []office.Event
	Steps   []string // verbs that the actor may take now
	OwnNote bool     // the actor explained it and so cannot confirm it
}

// Can says whether the actor may take a step now.
func (p DiscrepancyPage) Can(verb string) bool { return slices.Contains(p.Steps, verb) }

// Discrepancy gives one note; NotFound when the actor may not see it.
func (s *Service) Discrepancy(ctx context.Context, id string) (DiscrepancyPage, error) {
	var p DiscrepancyPage
	scope, err := office.Allowed(ctx, policies.DiscrepancyRead)
	if err != nil {
		return p, err
	}
	if !store.IsID(id) {
		return p, apperr.Missing(KindDiscrepancy)
	}
	db, who := s.DB.Read(), actor.From(ctx)
	rows, err := s.notes(ctx, db, office.InScope(db.NewSelect().TableExpr("discrepancies AS n").Column("n.id").Where("n.id = ?", id), scope, "n.department_id"))
	if err != nil {
		return p, err
	}
	if len(rows) == 0 {
		return p, apperr.Missing(KindDiscrepancy)
	}
	p.DiscrepancyRow = rows[0]
	p.OwnNote = who.UserID != "" && p.ExplainedBy == who.UserID
	for _, t := range office.Next(DiscrepancyTransitions, p.State) {
		decides := t.Action == policies.DiscrepancyConfirm
		if who.UserID != "" && policies.For(who, t.Action).Department(p.DepartmentID) && !(decides && p.OwnNote) && (t.Verb != "promote" || s.Promotions != nil) {
			p.Steps = append(p.Steps, t.Verb)
		}
	}
	p.History, err = s.KIS.History(ctx, KindDiscrepancy, id, 100)
	return p, err
}

// Noting is what the form of a new note offers.
type Noting struct {
	Cycle kis.Cycle
	Tasks []NoteTask
}

// NoteTask is a task of 6.2 that applies, with the departments for which the
// actor may note something.
type NoteTask struct {
	Code           string
	NameAZ, NameEN string
	Departments    []office.Department
}

// Name is the name of the task in a language.
func (t NoteTask) Name(lang string) string { return i18n.InLang(lang, t.NameAZ, t.NameEN) }

// Noting fills the form for a cycle: no task when the actor may note nothing
// there, or the cycle is not running.
func (s *Service) Noting(ctx context.Context, cycleID string) (Noting, error) {
	var out Noting
	scope, err := office.Allowed(ctx, policies.DiscrepancyWrite)
	if err != nil {
		return out, err
	}
	if out.Cycle, err = s.KIS.Cycle(ctx, cycleID); err != nil || !out.Cycle.Open() {
		return out, err
	}
	db := s.DB.Read()
	var rows []struct {
		Code, DepartmentID string
		NameAZ             string `bun:"name_az"`
		NameEN             string `bun:"name_en"`
	}
	err = db.NewRaw(`SELECT a.code, a.name_az, a.name_en, COALESCE(CAST(d.department_id AS TEXT), '') AS department_id FROM activities a
		LEFT JOIN activity_departments d ON d.activity_id = a.id AND d.responsible = TRUE
		WHERE a.version_id = ? AND a.level = 'task' AND a.applicable = TRUE AND a.code LIKE ? ORDER BY a.position, d.position`, out.Cycle.VersionID, validation+".%").Scan(ctx, &rows)
	if err != nil {
		return out, store.MapError(err, "tasks of 6.2")
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.DepartmentID)
	}
	departments, err := office.DepartmentsByID(ctx, db, ids)
	if err != nil {
		return out, err
	}
	add := func(t *NoteTask, d office.Department) {
		if d.ID != "" && scope.Department(d.ID) && !slices.ContainsFunc(t.Departments, func(x office.Department) bool { return x.ID == d.ID }) {
			t.Departments = append(t.Departments, d)
		}
	}
	for _, r := range rows {
		if n := len(out.Tasks); n == 0 || out.Tasks[n-1].Code != r.Code {
			out.Tasks = append(out.Tasks, NoteTask{Code: r.Code, NameAZ: r.NameAZ, NameEN: r.NameEN})
		}
		add(&out.Tasks[len(out.Tasks)-1], departments[r.DepartmentID])
	}
	for i := range out.Tasks {
		add(&out.Tasks[i], out.Cycle.Owner)
	}
	out.Tasks = slices.DeleteFunc(out.Tasks, func(t NoteTask) bool { return len(t.Departments) == 0 })
	return out, nil
}

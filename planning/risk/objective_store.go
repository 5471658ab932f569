package risk

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// objectiveSeal is what the trail keeps of an objective.
var objectiveSeal = store.Seal{Kind: KindObjective, Table: "objectives", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, number, title, metric, unit, better, baseline, target, actions, resources, department_id, owner_id, process_id, starts, due, created_by, created_at
		FROM objectives WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, state_at, verdict, decided_by, version FROM objectives WHERE id IN (?0)`},
	{Name: "values", Query: `SELECT objective_id, id, no, measured_on, value, note, entered_by, entered_at FROM objective_values WHERE objective_id IN (?0)`},
}}

func lockObjective(ctx context.Context, tx *store.Tx, id string) (Objective, error) {
	var o Objective
	err := store.Lock(tx.NewSelect().Model(&o).Where("b.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return o, apperr.Missing(KindObjective)
	}
	if err != nil {
		return o, store.MapError(err, "lock objective")
	}
	return o, tx.Seen(ctx, KindObjective, id)
}

func setObjective(ctx context.Context, tx *store.Tx, o *Objective, to ObjectiveState) error {
	from := o.State
	o.State = to
	o.Version++
	n, err := store.Affected(tx.NewUpdate().Model(o).ExcludeColumn("id", "number", "created_by", "created_at").
		Where("id = ? AND state = ? AND version = ?", o.ID, from, o.Version-1).Exec(ctx))
	return store.Moved(n, err, KindObjective, string(from))
}

func insertValue(ctx context.Context, tx *store.Tx, v Value) error {
	if err := tx.NewRaw("SELECT COALESCE(MAX(no), 0) + 1 FROM objective_values WHERE objective_id = ?", v.ObjectiveID).Scan(ctx, &v.No); err != nil {
		return store.MapError(err, "number of value")
	}
	_, err := tx.NewInsert().Model(&v).Exec(ctx)
	return store.MapError(err, "insert value")
}

// valuesOf gives what was measured, the latest day first, by objective.
func valuesOf(ctx context.Context, db bun.IDB, ids []string) (map[string][]Value, error) {
	out := map[string][]Value{}
	if len(ids) == 0 {
		return out, nil
	}
	var list []Value
	err := db.NewSelect().Model(&list).ColumnExpr("v.*, u.name AS entered_name").Join("JOIN users AS u ON u.id = v.entered_by").
		Where("v.objective_id IN (?)", bun.List(ids)).OrderExpr("v.measured_on DESC, v.no DESC").Scan(ctx)
	for _, v := range list {
		out[v.ObjectiveID] = append(out[v.ObjectiveID], v)
	}
	return out, store.MapError(err, "values of objectives")
}

// ObjectiveFilter narrows the list of objectives; zero fields do not.
type ObjectiveFilter struct {
	Query        string
	State        ObjectiveState
	DepartmentID string
	After        string // id of the last row of the page before
	Limit        int    // 50 when 0, at most 200
}

// ObjectiveRow is an objective with what was measured last.
type ObjectiveRow struct {
	Objective   `bun:",extend"`
	Department  office.Department `bun:"-"`
	OwnerName   string
	DecidedName string
	TitleAZ     string  `bun:"title_az"`
	TitleEN     string  `bun:"title_en"`
	Values      []Value `bun:"-"` // the latest day first
}

// Process is the title of the process in a language.
func (r ObjectiveRow) Process(lang string) string { return i18n.InLang(lang, r.TitleAZ, r.TitleEN) }

// Last is the newest measurement; nil when there is none.
func (r ObjectiveRow) Last() *Value {
	if len(r.Values) == 0 {
		return nil
	}
	return &r.Values[0]
}

// ObjectiveList is a page of objectives, newest first.
type ObjectiveList struct {
	Rows   []ObjectiveRow
	Counts map[ObjectiveState]int
	Total  int
	Next   string
}

// Objectives lists the objectives in four queries.
func (s *Service) Objectives(ctx context.Context, f ObjectiveFilter) (ObjectiveList, error) {
	list := ObjectiveList{Counts: map[ObjectiveState]int{}}
	if _, err := office.Allowed(ctx, policies.ObjectiveRead); err != nil {
		return list, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	db := s.DB.Read()
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		words(q, "b.search_key", f.Query)
		if f.DepartmentID != "" {
			if !store.IsID(f.DepartmentID) {
				return q.Where("1 = 0")
			}
			q.Where("b.department_id = ?", f.DepartmentID)
		}
		return q
	}
	var counts []struct {
		State ObjectiveState
		N     int
	}
	if err := narrow(db.NewSelect().TableExpr("objectives AS b")).ColumnExpr("b.state, COUNT(*) AS n").GroupExpr("b.state").Scan(ctx, &counts); err != nil {
		return list, store.MapError(err, "count objectives")
	}
	for _, c := range counts {
		list.Counts[c.State] = c.N
		if f.State == "" || f.State == c.State {
			list.Total += c.N
		}
	}
	q := narrow(db.NewSelect().TableExpr("objectives AS b").Column("b.id")).OrderExpr("b.id DESC").Limit(int64(f.Limit + 1))
	if f.State != "" {
		q.Where("b.state = ?", f.State)
	}
	if store.IsID(f.After) {
		q.Where("b.id < ?", f.After)
	}
	var err error
	if list.Rows, err = objectivesNamed(ctx, db, q); err != nil {
		return list, err
	}
	if len(list.Rows) > f.Limit {
		list.Rows = list.Rows[:f.Limit]
		list.Next = list.Rows[f.Limit-1].ID
	}
	return list, nil
}

// EachObjective walks all objectives under a filter page by page, for files.
func (s *Service) EachObjective(ctx context.Context, f ObjectiveFilter) iter.Seq2[ObjectiveRow, error] {
	return func(yield func(ObjectiveRow, error) bool) {
		f.After, f.Limit = "", 200
		for {
			page, err := s.Objectives(ctx, f)
			if err != nil {
				yield(ObjectiveRow{}, err)
				return
			}
			for _, o := range page.Rows {
				if !yield(o, nil) {
					return
				}
			}
			if f.After = page.Next; f.After == "" {
				return
			}
		}
	}
}

func objectivesNamed(ctx context.Context, db bun.IDB, ids *bun.SelectQuery) ([]ObjectiveRow, error) {
	var rows []ObjectiveRow
	err := db.NewSelect().Model(&rows).ModelTableExpr("objectives AS b").ColumnExpr("b.*").
		ColumnExpr("o.name AS owner_name, COALESCE(d.name, '') AS decided_name, COALESCE(p.title_az, '') AS title_az, COALESCE(p.title_en, '') AS title_en").
		Join("JOIN users AS o ON o.id = b.owner_id").Join("LEFT JOIN users AS d ON d.id = b.decided_by").Join("LEFT JOIN processes AS p ON p.id = b.process_id").
		Where("b.id IN (SELECT x.id FROM (?) AS x)", ids).OrderExpr("b.id DESC").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "objectives")
	}
	var departmentIDs, objectiveIDs []string
	for _, r := range rows {
		departmentIDs, objectiveIDs = append(departmentIDs, r.DepartmentID), append(objectiveIDs, r.ID)
	}
	departments, err := office.DepartmentsByID(ctx, db, departmentIDs)
	if err != nil {
		return nil, err
	}
	values, err := valuesOf(ctx, db, objectiveIDs)
	for i := range rows {
		rows[i].Department, rows[i].Values = departments[rows[i].DepartmentID], values[rows[i].ID]
	}
	return rows, err
}

// ObjectivePage is one objective.
type ObjectivePage struct {
	ObjectiveRow
	History []office.Event
	Steps   []string // verbs that the actor may take now, "change" and "measure" among them
}

// Can says whether the actor may take a step now.
func (p ObjectivePage) Can(verb string) bool { return slices.Contains(p.Steps, verb) }

// Objective gives one objective.
func (s *Service) Objective(ctx context.Context, id string) (ObjectivePage, error) {
	var p ObjectivePage
	if _, err := office.Allowed(ctx, policies.ObjectiveRead); err != nil {
		return p, err
	}
	if !store.IsID(id) {
		return p, apperr.Missing(KindObjective)
	}
	db, who := s.DB.Read(), actor.From(ctx)
	rows, err := objectivesNamed(ctx, db, db.NewSelect().TableExpr("objectives AS b").Column("b.id").Where("b.id = ?", id))
	if err != nil {
		return p, err
	}
	if len(rows) == 0 {
		return p, apperr.Missing(KindObjective)
	}
	p.ObjectiveRow = rows[0]
	if p.State == Running && who.UserID != "" {
		if scope := policies.For(who, policies.ObjectiveMeasure); scope.Department(p.DepartmentID) || !scope.None() && who.UserID == p.OwnerID {
			p.Steps = append(p.Steps, "measure")
		}
		if policies.Can(who, policies.ObjectiveWrite) {
			p.Steps = append(p.Steps, "change", "cancel")
			if len(p.Values) > 0 {
				p.Steps = append(p.Steps, "reach", "miss")
			}
		}
	}
	p.History, err = s.KIS.History(ctx, KindObjective, id, 100)
	return p, err
}

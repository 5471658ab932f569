package risk

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Filter narrows the table of risks; zero fields do not. Ids that are none
// find nothing.
type Filter struct {
	Query        string // words of number, title, cause, consequence, process
	Kind         Kind
	State        State
	Level        string // code of the scale
	DepartmentID string
	ProcessID    string
	Likelihood   int      // of the present weight: one cell of the matrix
	Impact       int      //
	Late         bool     // treatment past its term, or not looked at again in time
	Open         bool     // everything but what is closed
	After        []string // score and id of the last row of the page before
	Limit        int      // 50 when 0, at most 200
}

// Row is a risk in the table.
type Row struct {
	Risk         `bun:",extend"`
	Department   office.Department `bun:"-"`
	OwnerName    string
	CreatedName  string
	ReportedName string
	CheckedName  string
	TitleAZ      string `bun:"title_az"` // of the process, empty when it is of the system
	TitleEN      string `bun:"title_en"`
}

// Process is the title of the process in a language.
func (r Row) Process(lang string) string { return i18n.InLang(lang, r.TitleAZ, r.TitleEN) }

// Cell is one place of the matrix with how many risks stand there.
type Cell struct{ Likelihood, Impact, N int }

// List is a page of risks, the heaviest first.
type List struct {
	Rows   []Row
	Scale  Scale
	Matrix []Cell // under the filter without its cell and state, closed ones left out
	Counts map[State]int
	Total  int      // under the filter
	Next   []string // After of the next page, nil at the end
}

// Risks lists the risks that the actor may see, in a fixed number of queries.
func (s *Service) Risks(ctx context.Context, f Filter) (List, error) {
	list := List{Counts: map[State]int{}}
	scope, err := office.Allowed(ctx, policies.RiskRead)
	if err != nil {
		return list, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	db := s.DB.Read()
	if list.Scale, err = scaleOn(ctx, db, s.KIS.Today()); err != nil {
		return list, err
	}
	var counts []struct {
		State State
		N     int
	}
	err = s.narrow(ctx, db.NewSelect().TableExpr("risks AS r"), f, scope, true).ColumnExpr("r.state, COUNT(*) AS n").GroupExpr("r.state").Scan(ctx, &counts)
	if err != nil {
		return list, store.MapError(err, "count risks")
	}
	for _, c := range counts {
		list.Counts[c.State] = c.N
		if (f.State == "" || f.State == c.State) && !(f.Open && c.State == Closed) {
			list.Total += c.N
		}
	}
	err = s.narrow(ctx, db.NewSelect().TableExpr("risks AS r"), f, scope, false).ColumnExpr("r.likelihood, r.impact, COUNT(*) AS n").
		Where("r.state <> ?", Closed).GroupExpr("r.likelihood, r.impact").OrderExpr("r.likelihood, r.impact").Scan(ctx, &list.Matrix)
	if err != nil {
		return list, store.MapError(err, "matrix of risks")
	}
	if list.Rows, err = s.rows(ctx, db, f, scope, f.Limit+1); err != nil {
		return list, err
	}
	if len(list.Rows) > f.Limit {
		list.Rows = list.Rows[:f.Limit]
		last := list.Rows[f.Limit-1]
		list.Next = []string{strconv.Itoa(last.Score), last.ID}
	}
	return list, nil
}

// Each walks the whole table page by page, for files.
func (s *Service) Each(ctx context.Context, f Filter) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		scope, err := office.Allowed(ctx, policies.RiskRead)
		if err != nil {
			yield(Row{}, err)
			return
		}
		const page = 200
		f.After = nil
		for {
			rows, err := s.rows(ctx, s.DB.Read(), f, scope, page)
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if len(rows) < page {
				return
			}
			f.After = []string{strconv.Itoa(rows[page-1].Score), rows[page-1].ID}
		}
	}
}

// narrow adds what the actor may see and the filter without its state; the
// cell of the matrix only when it is asked for.
func (s *Service) narrow(ctx context.Context, q *bun.SelectQuery, f Filter, scope policies.Scope, cell bool) *bun.SelectQuery {
	visible(ctx, q, scope, "r")
	words(q, "r.search_key", f.Query)
	for column, id := range map[string]string{"r.department_id": f.DepartmentID, "r.process_id": f.ProcessID} {
		switch {
		case id == "":
		case store.IsID(id):
			q.Where("? = ?", bun.Ident(column), id)
		default:
			q.Where("1 = 0")
		}
	}
	if f.Kind != "" {
		q.Where("r.kind = ?", f.Kind)
	}
	if f.Level != "" {
		q.Where("r.level = ?", f.Level)
	}
	if f.Late {
		today := s.KIS.Today()
		q.Where("(r.state = ? AND r.due < ?) OR (r.state <> ? AND r.review_due < ?)", Treating, today, Closed, today)
	}
	if cell && f.Likelihood > 0 && f.Impact > 0 {
		q.Where("r.likelihood = ? AND r.impact = ? AND r.state <> ?", f.Likelihood, f.Impact, Closed)
	}
	return q
}

// visible leaves what the actor may see: that of the scope, and what they own.
func visible(ctx context.Context, q *bun.SelectQuery, scope policies.Scope, alias string) {
	who := actor.From(ctx)
	switch {
	case scope.Any:
	case len(scope.Departments) == 0:
		q.Where("1 = 0")
	default:
		q.Where("(? IN (?) OR ? = ?)", bun.Ident(alias+".department_id"), bun.List(scope.Departments), bun.Ident(alias+".owner_id"), bun.NullZero(who.UserID))
	}
}

// maxWords is how many words of a search are looked for.
const maxWords = 8

// words wants every word of a search somewhere in a folded text.
func words(q *bun.SelectQuery, column, query string) {
	list := strings.Fields(i18n.Fold(i18n.Shorten(query, 200)))
	for _, w := range list[:min(len(list), maxWords)] {
		q.Where("? LIKE ? ESCAPE '!'", bun.Ident(column), store.LikePattern(w))
	}
}

func (s *Service) rows(ctx context.Context, db bun.IDB, f Filter, scope policies.Scope, limit int) ([]Row, error) {
	q := s.narrow(ctx, db.NewSelect().TableExpr("risks AS r").Column("r.id"), f, scope, true).OrderExpr("r.score DESC, r.id").Limit(int64(limit))
	if f.State != "" {
		q.Where("r.state = ?", f.State)
	}
	if f.Open {
		q.Where("r.state <> ?", Closed)
	}
	if len(f.After) == 2 && store.IsID(f.After[1]) {
		if score, err := strconv.Atoi(f.After[0]); err == nil {
			q.Where("(r.score < ? OR (r.score = ? AND r.id > ?))", score, score, f.After[1])
		}
	}
	return named(ctx, db, q)
}

// named reads the risks whose ids a query gives, the heaviest first, with the
// names people know them by.
func named(ctx context.Context, db bun.IDB, ids *bun.SelectQuery) ([]Row, error) {
	var rows []Row
	err := db.NewSelect().Model(&rows).ModelTableExpr("risks AS r").ColumnExpr("r.*").
		ColumnExpr("o.name AS owner_name, cb.name AS created_name, COALESCE(rb.name, '') AS reported_name, COALESCE(ck.name, '') AS checked_name").
		ColumnExpr("COALESCE(p.title_az, '') AS title_az, COALESCE(p.title_en, '') AS title_en").
		Join("JOIN users AS o ON o.id = r.owner_id").Join("JOIN users AS cb ON cb.id = r.created_by").Join("LEFT JOIN users AS rb ON rb.id = r.reported_by").
		Join("LEFT JOIN users AS ck ON ck.id = r.checked_by").Join("LEFT JOIN processes AS p ON p.id = r.process_id").
		Where("r.id IN (SELECT x.id FROM (?) AS x)", ids).OrderExpr("r.score DESC, r.id").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "risks")
	}
	departmentIDs := make([]string, len(rows))
	for i, r := range rows {
		departmentIDs[i] = r.DepartmentID
	}
	departments, err := office.DepartmentsByID(ctx, db, departmentIDs)
	for i := range rows {
		rows[i].Department = departments[rows[i].DepartmentID]
	}
	return rows, err
}

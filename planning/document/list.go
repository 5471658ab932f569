package document

import (
	"context"
	"iter"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// The orders of the list.
const (
	ByNumber    = ""
	ByReview    = "review"    // what is to be looked at again soonest first
	ByEffective = "effective" // what came into force last first
)

// Sorts lists the orders.
func Sorts() []string { return []string{ByNumber, ByReview, ByEffective} }

// Filter narrows the list; zero fields do not. Ids that are none find nothing.
type Filter struct {
	Query        string // words of number and titles
	Kind         string
	State        State // of the standing version, Withdrawn when none stands; Draft and Approval of the open one
	DepartmentID string
	ProcessID    string
	Unread       bool // that the actor must read and has not
	Late         bool // past the day of its review
	Sort         string
	After        []string // sort value and id of the last row of the page before
	Limit        int      // 50 when 0, at most 200
}

// Row is a document in the list.
type Row struct {
	Document       `bun:",extend"`
	KindAZ         string `bun:"kind_az"`
	KindEN         string `bun:"kind_en"`
	DepartmentCode string
	DepartmentAZ   string `bun:"department_az"`
	DepartmentEN   string `bun:"department_en"`
	ProcessAZ      string `bun:"process_az"`
	ProcessEN      string `bun:"process_en"`

	// Of the standing version; No is 0 when none stands.
	No         int
	VersionID  string
	Effective  day.Day
	ReviewDue  day.Day
	ReadDue    day.Day
	OpenNo     int   // of the version being prepared, for who may see it; 0 when there is none
	OpenState  State // its state
	Approved   bool  // a version was ever approved
	StandingAt State `bun:"-"`
}

// KindName, Department and Process are names in a language.
func (r Row) KindName(lang string) string { return i18n.InLang(lang, r.KindAZ, r.KindEN) }

// Department is the name of the department that owns the document.
func (r Row) Department(lang string) string {
	return i18n.InLang(lang, r.DepartmentAZ, r.DepartmentEN)
}

// Process is the title of the process; empty when it is of the whole system.
func (r Row) Process(lang string) string { return i18n.InLang(lang, r.ProcessAZ, r.ProcessEN) }

// List is a page of documents.
type List struct {
	Rows  []Row
	Total int
	Next  []string // After of the next page; nil at the end
}

// Documents lists the documents that the actor may see, in a fixed number of
// queries.
func (s *Service) Documents(ctx context.Context, f Filter) (List, error) {
	var list List
	if _, err := office.Allowed(ctx, policies.DocumentRead); err != nil {
		return list, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	db, today := s.DB.Read(), s.KIS.Today()
	total, err := narrow(ctx, db, f, today).Count(ctx)
	if err != nil {
		return list, store.MapError(err, "count documents")
	}
	list.Total = int(total)
	if list.Rows, err = page(ctx, db, f, today, f.Limit+1); err != nil {
		return list, err
	}
	if len(list.Rows) > f.Limit {
		list.Rows = list.Rows[:f.Limit]
		list.Next = place(f, list.Rows[f.Limit-1])
	}
	return list, nil
}

// Each walks the whole list, for files.
func (s *Service) Each(ctx context.Context, f Filter) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if _, err := office.Allowed(ctx, policies.DocumentRead); err != nil {
			yield(Row{}, err)
			return
		}
		const size = 200
		f.After = nil
		for {
			rows, err := page(ctx, s.DB.Read(), f, s.KIS.Today(), size)
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if len(rows) < size {
				return
			}
			f.After = place(f, rows[size-1])
		}
	}
}

// keys are the SQL of the sort value, which is never NULL.
var keys = map[string]string{ByNumber: "d.sort_key", ByReview: "COALESCE(v.review_due, '9999')", ByEffective: "COALESCE(v.effective, '0000')"}

func key(sort string) string {
	if k, ok := keys[sort]; ok {
		return k
	}
	return keys[ByNumber]
}

func place(f Filter, r Row) []string {
	switch f.Sort {
	case ByReview:
		if r.ReviewDue == "" {
			return []string{"9999", r.ID}
		}
		return []string{string(r.ReviewDue), r.ID}
	case ByEffective:
		if r.Effective == "" {
			return []string{"0000", r.ID}
		}
		return []string{string(r.Effective), r.ID}
	}
	return []string{r.SortKey, r.ID}
}

// standing joins the version that is in force or about to be, and the open one.
func standing(q *bun.SelectQuery) *bun.SelectQuery {
	return q.TableExpr("controlled_documents AS d").
		Join("LEFT JOIN document_versions AS v ON v.document_id = d.id AND v.state = 'in_force' AND v.until_day IS NULL").
		Join("LEFT JOIN document_versions AS o ON o.document_id = d.id AND o.state IN ('draft', 'approval')")
}

// narrow adds what the actor may see and the filter.
func narrow(ctx context.Context, db bun.IDB, f Filter, today day.Day) *bun.SelectQuery {
	who := actor.From(ctx)
	q := standing(db.NewSelect())
	if write := policies.For(who, policies.DocumentWrite); !write.Any && !policies.For(who, policies.DocumentApprove).Any {
		q.Where("(EXISTS (SELECT 1 FROM document_versions AS k WHERE k.document_id = d.id AND k.approved_at IS NOT NULL) OR d.department_id IN (?))", bun.List(write.Departments))
	}
	list := strings.Fields(i18n.Fold(i18n.Shorten(f.Query, 200)))
	for _, w := range list[:min(len(list), 8)] {
		q.Where("d.search_key LIKE ? ESCAPE '!'", store.LikePattern(w))
	}
	for column, id := range map[string]string{"d.department_id": f.DepartmentID, "d.process_id": f.ProcessID} {
		switch {
		case id == "":
		case store.IsID(id):
			q.Where("? = ?", bun.Ident(column), id)
		default:
			q.Where("1 = 0")
		}
	}
	if f.Kind != "" {
		q.Where("d.kind = ?", f.Kind)
	}
	switch f.State {
	case "":
	case InForce:
		q.Where("v.effective <= ?", today)
	case Upcoming:
		q.Where("v.effective > ?", today)
	case Draft, Approval:
		q.Where("o.state = ?", f.State)
		if !policies.For(who, policies.DocumentApprove).Any {
			office.InScope(q, policies.For(who, policies.DocumentWrite), "d.department_id")
		}
	default:
		q.Where("v.id IS NULL AND o.id IS NULL")
	}
	if f.Late {
		q.Where("v.review_due < ?", today)
	}
	if f.Unread {
		q.Where("v.id IS NOT NULL AND EXISTS (SELECT 1 FROM users AS u WHERE u.id = ? AND ?)", bun.NullZero(who.UserID), must(today)).
			Where("NOT EXISTS (SELECT 1 FROM document_acknowledgements AS a WHERE a.version_id = v.id AND a.user_id = ?)", bun.NullZero(who.UserID))
	}
	return q
}

// must is the condition of who must read, on a day.
func must(today day.Day) bun.Safe {
	return bun.Safe("(" + strings.ReplaceAll(mustRead(), "?0", "'"+string(today)+"'") + ")")
}

func page(ctx context.Context, db bun.IDB, f Filter, today day.Day, limit int) ([]Row, error) {
	k := key(f.Sort)
	ids := narrow(ctx, db, f, today).Column("d.id").Limit(int64(limit))
	order, sign := "", ">"
	if f.Sort == ByEffective {
		order, sign = " DESC", "<"
	}
	ids.OrderExpr(k + order + ", d.id" + order)
	if len(f.After) == 2 && store.IsID(f.After[1]) {
		ids.Where("("+k+", d.id) "+sign+" (?, ?)", f.After[0], f.After[1])
	}
	rows, err := rowsBy(ctx, db, today, ids, k+order+", d.id"+order)
	if err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	for i := range rows {
		if rows[i].OpenNo > 0 && !drafts(who, rows[i].DepartmentID) {
			rows[i].OpenNo, rows[i].OpenState = 0, ""
		}
	}
	return rows, nil
}

// rowsBy reads the documents whose ids a query gives, with the names people
// know them by.
func rowsBy(ctx context.Context, db bun.IDB, today day.Day, ids *bun.SelectQuery, order ...string) ([]Row, error) {
	var rows []Row
	q := standing(db.NewSelect()).ColumnExpr("d.*, k.name_az AS kind_az, k.name_en AS kind_en, e.code AS department_code, e.name_az AS department_az, e.name_en AS department_en").
		ColumnExpr("COALESCE(p.title_az, '') AS process_az, COALESCE(p.title_en, '') AS process_en").
		ColumnExpr("COALESCE(v.no, 0) AS no, v.id AS version_id, v.effective, v.review_due, v.read_due, COALESCE(o.no, 0) AS open_no, COALESCE(o.state, '') AS open_state").
		ColumnExpr("EXISTS (SELECT 1 FROM document_versions AS k WHERE k.document_id = d.id AND k.approved_at IS NOT NULL) AS approved").
		Join("JOIN document_kinds AS k ON k.code = d.kind").Join("JOIN departments AS e ON e.id = d.department_id").Join("LEFT JOIN processes AS p ON p.id = d.process_id").
		Where("d.id IN (SELECT x.id FROM (?) AS x)", ids)
	for _, o := range order {
		q.OrderExpr(o)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "documents")
	}
	for i, r := range rows {
		switch {
		case r.No > 0 && r.Effective > today:
			rows[i].StandingAt = Upcoming
		case r.No > 0:
			rows[i].StandingAt = InForce
		case r.Approved:
			rows[i].StandingAt = Withdrawn
		default:
			rows[i].StandingAt = r.OpenState
		}
	}
	return rows, nil
}

// Choice is a version in force, to be named as a criterion.
type Choice struct {
	VersionID, DocumentID string
	Number                string
	No                    int
	TitleAZ               string `bun:"title_az"`
	TitleEN               string `bun:"title_en"`
}

// Title is the title in a language.
func (c Choice) Title(lang string) string { return i18n.InLang(lang, c.TitleAZ, c.TitleEN) }

// Choices lists the versions that are in force today, by number.
func (s *Service) Choices(ctx context.Context) ([]Choice, error) {
	if _, err := office.Allowed(ctx, policies.DocumentRead); err != nil {
		return nil, err
	}
	var list []Choice
	err := standing(s.DB.Read().NewSelect()).ColumnExpr("v.id AS version_id, d.id AS document_id, d.number, v.no, d.title_az, d.title_en").
		Where("v.effective <= ?", s.KIS.Today()).OrderExpr("d.sort_key, d.id").Limit(500).Scan(ctx, &list)
	return list, store.MapError(err, "documents in force")
}

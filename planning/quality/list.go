package quality

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

// The orders of the list.
const (
	ByNewest  = ""        // the newest first
	ByProcess = "process" // by code of the process, then the newest
	ByOldest  = "oldest"
)

// Sorts lists the orders.
func Sorts() []string { return []string{ByNewest, ByProcess, ByOldest} }

// Filter narrows the list; zero fields do not. Ids that are none find nothing.
type Filter struct {
	Query        string // words of number, process, period
	State        State
	ProcessID    string
	DepartmentID string // that owns the process
	All          bool   // every version, not only the newest of each report and the published one
	Sort         string
	After        []string // sort value and id of the last row of the page before
	Limit        int      // 50 when 0, at most 200
}

// Row is a report in the list.
type Row struct {
	Report `bun:",extend"`
	Filled int // concepts with something under them
}

// List is a page of reports.
type List struct {
	Rows    []Row
	Counts  map[State]int // under the filter without its state
	Total   int
	Next    []string // After of the next page; nil at the end
	Waiting []Cycle  // that the actor may begin a report about
}

// waitingLimit is how many cycles are offered to begin with.
const waitingLimit = 100

// Reports lists the reports that the actor may see, in a fixed number of
// queries.
func (s *Service) Reports(ctx context.Context, f Filter) (List, error) {
	list := List{Counts: map[State]int{}}
	scope, err := office.Allowed(ctx, policies.QualityRead)
	if err != nil {
		return list, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	db := s.DB.Read()
	var counts []struct {
		State State
		N     int
	}
	q := db.NewSelect().TableExpr("quality_reports AS r").Join("JOIN cycles AS c ON c.id = r.cycle_id").Join("JOIN processes AS p ON p.id = c.process_id")
	if err := narrow(q, f, scope).ColumnExpr("r.state, COUNT(*) AS n").GroupExpr("r.state").Scan(ctx, &counts); err != nil {
		return list, store.MapError(err, "count quality reports")
	}
	for _, c := range counts {
		list.Counts[c.State] = c.N
		if f.State == "" || f.State == c.State {
			list.Total += c.N
		}
	}
	if list.Rows, err = rows(ctx, db, f, scope, f.Limit+1); err != nil {
		return list, err
	}
	if len(list.Rows) > f.Limit {
		list.Rows = list.Rows[:f.Limit]
		list.Next = place(f, list.Rows[f.Limit-1])
	}
	if write := policies.For(actor.From(ctx), policies.QualityWrite); !write.None() && actor.From(ctx).UserID != "" {
		list.Waiting, err = waitingCycles(ctx, db, write, waitingLimit)
	}
	return list, err
}

// Each walks the whole list, for files.
func (s *Service) Each(ctx context.Context, f Filter) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		scope, err := office.Allowed(ctx, policies.QualityRead)
		if err != nil {
			yield(Row{}, err)
			return
		}
		const page = 200
		f.After = nil
		for {
			list, err := rows(ctx, s.DB.Read(), f, scope, page)
			if err != nil {
				yield(Row{}, err)
				return
			}
			for _, r := range list {
				if !yield(r, nil) {
					return
				}
			}
			if len(list) < page {
				return
			}
			f.After = place(f, list[page-1])
		}
	}
}

// place is where a row stands in the order of the list.
func place(f Filter, r Row) []string {
	if f.Sort == ByProcess {
		return []string{r.ProcessCode, r.ID}
	}
	return []string{"", r.ID}
}

// narrow adds what the actor may see and the filter without its state.
func narrow(q *bun.SelectQuery, f Filter, scope policies.Scope) *bun.SelectQuery {
	office.InScope(q, scope, "p.owner_id")
	words(q, f.Query)
	for column, id := range map[string]string{"p.id": f.ProcessID, "p.owner_id": f.DepartmentID} {
		switch {
		case id == "":
		case store.IsID(id):
			q.Where("? = ?", bun.Ident(column), id)
		default:
			q.Where("1 = 0")
		}
	}
	if !f.All {
		q.Where("(r.state = ? OR NOT EXISTS (SELECT 1 FROM quality_reports AS n WHERE n.cycle_id = r.cycle_id AND n.no > r.no))", Published)
	}
	return q
}

// maxWords is how many words of a search are looked for.
const maxWords = 8

// words wants every word of a search somewhere in the folded text of a report.
func words(q *bun.SelectQuery, query string) {
	list := strings.Fields(i18n.Fold(i18n.Shorten(query, 200)))
	for _, w := range list[:min(len(list), maxWords)] {
		q.Where("r.search_key LIKE ? ESCAPE '!'", store.LikePattern(w))
	}
}

func rows(ctx context.Context, db bun.IDB, f Filter, scope policies.Scope, limit int) ([]Row, error) {
	var list []Row
	q := narrow(withNames(db, &list), f, scope).
		ColumnExpr("(SELECT COUNT(*) FROM quality_entries AS e WHERE e.report_id = r.id AND (e.text_az <> '' OR e.value <> '')) AS filled").Limit(int64(limit))
	if f.State != "" {
		q.Where("r.state = ?", f.State)
	}
	known := len(f.After) == 2 && store.IsID(f.After[1])
	switch f.Sort {
	case ByProcess:
		q.OrderExpr("p.code, r.id DESC")
		if known {
			q.Where("(p.code > ? OR (p.code = ? AND r.id < ?))", f.After[0], f.After[0], f.After[1])
		}
	case ByOldest:
		q.OrderExpr("r.id")
		if known {
			q.Where("r.id > ?", f.After[1])
		}
	default:
		q.OrderExpr("r.id DESC")
		if known {
			q.Where("r.id < ?", f.After[1])
		}
	}
	err := q.Scan(ctx)
	return list, store.MapError(err, "quality reports")
}

package inquiry

import (
	"context"
	"iter"

	"github.com/uptrace/bun"
)

// Requests and notes are listed alike: newest first by id, in pages, with the
// number in each state under the filter without its state.

// Bounds of a page of a list.
const (
	usualPage = 50
	maxPage   = 200
)

// pageLimit is how many rows a page has that asks for so many.
func pageLimit(n int) int {
	if n <= 0 {
		return usualPage
	}
	return min(n, maxPage)
}

// countStates counts the rows of a query in each value of a column of states;
// total is that of one state, of all when it is empty.
func countStates[S ~string](ctx context.Context, q *bun.SelectQuery, column string, of S) (counts map[S]int, total int, err error) {
	var rows []struct {
		State S
		N     int
	}
	err = q.ColumnExpr("? AS state, COUNT(*) AS n", bun.Ident(column)).GroupExpr("?", bun.Ident(column)).Scan(ctx, &rows)
	counts = make(map[S]int, len(rows))
	for _, r := range rows {
		counts[r.State] = r.N
		if of == "" || of == r.State {
			total += r.N
		}
	}
	return counts, total, err
}

// cut takes a page out of rows of which one more than limit was read; next is
// the id after which the following page begins, empty at the end.
func cut[R any](rows []R, limit int, id func(R) string) (page []R, next string) {
	if len(rows) <= limit {
		return rows, ""
	}
	return rows[:limit], id(rows[limit-1])
}

// walk gives a whole list page by page, for files: memory does not grow with
// its length. An error ends it.
func walk[R any](id func(R) string, read func(after string, limit int) ([]R, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for after := ""; ; {
			rows, err := read(after, maxPage)
			if err != nil {
				var none R
				yield(none, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if len(rows) < maxPage {
				return
			}
			after = id(rows[maxPage-1])
		}
	}
}

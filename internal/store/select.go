package store

import (
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
)

// Lock makes a SELECT inside a unit of work hold the rows it reads until the
// unit ends, so that what was checked is still true when it is changed. On
// SQLite units of work already come one after another.
func Lock(q *bun.SelectQuery) *bun.SelectQuery {
	if q.Dialect().Name() == dialect.PG {
		return q.For("UPDATE")
	}
	return q
}

// LikePattern makes the argument of `search_key LIKE ? ESCAPE '!'` that finds
// the text anywhere, whatever signs are in it.
func LikePattern(text string) string {
	out := make([]byte, 0, len(text)+2)
	out = append(out, '%')
	for i := 0; i < len(text); i++ {
		if c := text[i]; c == '%' || c == '_' || c == '!' {
			out = append(out, '!')
		}
		out = append(out, text[i])
	}
	return string(append(out, '%'))
}

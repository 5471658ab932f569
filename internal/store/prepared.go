package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
)

// mostPrepared is how many statements are kept prepared; further texts run as
// they are.
const mostPrepared = 256

// prepared are the statements of the reading side by their text.
type prepared struct {
	mu sync.RWMutex
	by map[string]*sql.Stmt
}

// Scan puts the columns of one row into variables.
type Scan func(dest ...any) error

// Each runs a query that is asked again and again and calls row for each of
// its rows. On SQLite, where reading a text costs as much as a small query,
// its statement is prepared once, with the arguments bound; the lengths of
// lists and the filters that are set make other texts, so a list of ids of any
// length is better read otherwise. PostgreSQL plans by the values and gets the
// text with them in it. An error that row returns ends it.
func (db *DB) Each(ctx context.Context, q schema.QueryAppender, row func(Scan) error) (err error) {
	var rows *sql.Rows
	if db.Postgres() {
		text, ferr := q.AppendQuery(db.reader.QueryGen(), nil)
		if ferr != nil {
			return fmt.Errorf("query: %w", ferr)
		}
		rows, err = db.reader.QueryContext(ctx, string(text))
	} else {
		rows, err = db.bound(ctx, q)
	}
	if err != nil {
		return mapError(err, "query")
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return mapError(err, "read row")
		}
	}
	return mapError(rows.Err(), "rows")
}

// bound runs a query with its arguments bound to the prepared statement.
func (db *DB) bound(ctx context.Context, q schema.QueryAppender) (rows *sql.Rows, err error) {
	c := &collecting{Dialect: db.reader.Dialect().(*sqlitedialect.Dialect)}
	raw, err := q.AppendQuery(schema.NewQueryGen(c), make([]byte, 0, 1<<10))
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	text := string(raw)
	for _, h := range db.hooks {
		event := &bun.QueryEvent{DB: db.reader, Query: text, QueryArgs: c.args, StartTime: time.Now()}
		ctx = h.BeforeQuery(ctx, event)
		defer func() { event.Err = err; h.AfterQuery(ctx, event) }()
	}
	stmt, err := db.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return db.reader.DB.QueryContext(ctx, text, c.args...)
	}
	return stmt.QueryContext(ctx, c.args...)
}

// statement gives the prepared statement of a text; nil when there are too
// many.
func (db *DB) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	p := &db.prepared
	p.mu.RLock()
	stmt, full := p.by[text], len(p.by) >= mostPrepared
	p.mu.RUnlock()
	if stmt != nil || full {
		return stmt, nil
	}
	made, err := db.reader.DB.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if stmt = p.by[text]; stmt != nil { // another was quicker
		return stmt, made.Close()
	}
	if p.by == nil {
		p.by = map[string]*sql.Stmt{}
	}
	p.by[text] = made
	return made, nil
}

// collecting writes a parameter where SQLite's dialect writes a text or a
// time, and collects the values in their order, in the form in which the
// dialect stores them.
type collecting struct {
	*sqlitedialect.Dialect
	args []any
}

// AppendString is asked for each text.
func (c *collecting) AppendString(b []byte, s string) []byte {
	if strings.IndexByte(s, 0) >= 0 {
		return c.Dialect.AppendString(b, s) // which is an error in place of the text
	}
	c.args = append(c.args, s)
	return append(b, '?')
}

// AppendTime is asked for each time.
func (c *collecting) AppendTime(b []byte, t time.Time) []byte {
	quoted := c.Dialect.AppendTime(nil, t)
	c.args = append(c.args, strings.Trim(string(quoted), "'"))
	return append(b, '?')
}

// Moment scans a time of either database into a variable, in UTC; NULL leaves
// the zero time.
func Moment(to *time.Time) sql.Scanner { return moment{to} }

type moment struct{ to *time.Time }

// Scan takes what the driver gives: SQLite's texts as the dialect writes them.
func (m moment) Scan(v any) (err error) {
	switch v := v.(type) {
	case nil:
		*m.to = time.Time{}
	case time.Time:
		*m.to = v.UTC()
	case string:
		*m.to, err = time.Parse("2006-01-02 15:04:05.999999Z07:00", v)
		*m.to = m.to.UTC()
	default:
		err = fmt.Errorf("no time: %T", v)
	}
	return err
}

package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// WorkItem is one thing that waits for the actor, as the page "my work" shows
// it. Keys are message keys; texts are in the actor's language or as people
// wrote them. Each context gives its own with Work(ctx) ([]WorkItem, error), or
// in parts that are read page by page with WorkParts(ctx) ([]WorkPart, error).
type WorkItem struct {
	Due     day.Day // empty when there is no term
	KindKey string  // what kind of work, e.g. "kis.work.kind.evidence"
	Icon    string  // beside the kind, e.g. "file-upload"
	Title   string  // number or code, and name
	Reason  string  // one line: where it belongs, who asked
	Quote   string  // somebody's words that must be answered, e.g. why evidence was returned
	Href    string  // page where it is done
	VerbKey string  // on the button, e.g. "kis.work.verb.submit"
	Overdue bool    // past its term
	Awaited bool    // the actor waits for somebody else: shown beside, without a button
	More    bool    // the last of its kind that is listed; there are more of it
	State   WorkState
	ID, ID2 string // which row of its part it is; empty for items that are not of a part
}

// WorkState is the state word of something awaited.
type WorkState struct{ Tone, Icon, Key string }

// WorkTab is one of the three lists of "my work".
type WorkTab string

// The lists.
const (
	WorkMine       WorkTab = "mine"       // what waits for the actor
	WorkDepartment WorkTab = "department" // what waits for anybody of the actor's department
	WorkAwaited    WorkTab = "awaited"    // what the actor waits for from others
)

// NoTerm stands for the term of work that has none: it comes last.
const NoTerm day.Day = "9999-12-31"

// WorkPart is one kind of work of a context as a question to the database: so
// many rows may wait that only those of a page are read. What is never much
// has List instead of From.
type WorkPart struct {
	Tab  WorkTab
	Name string // stands for the part in addresses; unique and never changed
	Kind string // message key, as KindKey of its items
	Menu string // address of the menu under which it is counted beside "/work"; may be empty

	From    func() *bun.SelectQuery // what waits, without columns, order and limit
	Due     string                  // SQL of the term, which is never NULL or empty; "" when the part has no terms
	ID, ID2 string                  // SQL that tells the rows apart: a UUID, and a second UUID or, with Text2, a text; ID2 may be ""
	Text2   bool

	// Items makes the items of rows, in any order, each with its ID and ID2.
	Items func(ctx context.Context, keys []WorkKey) ([]WorkItem, error)

	List func(ctx context.Context) ([]WorkItem, error)
}

// WorkKey is the place of a row in a list of work.
type WorkKey struct {
	Due     day.Day // NoTerm when there is none
	Part    string  // name
	ID, ID2 string
}

// due is the term as SQL.
func (p WorkPart) due() string {
	if p.Due == "" {
		return "'" + string(NoTerm) + "'"
	}
	return p.Due
}

// Page asks for the first rows behind a place of the part, by term; nil is the
// beginning. The columns are due, id and id2.
func (p WorkPart) Page(after *WorkKey, limit int) *bun.SelectQuery {
	q := p.From().ColumnExpr("? AS due", bun.Safe(p.due())).ColumnExpr("CAST(? AS TEXT) AS id", bun.Safe(p.ID))
	keys, values := []string{p.ID}, []any{}
	if p.Due != "" {
		keys = []string{p.Due, p.ID}
	}
	if after != nil {
		if p.Due != "" {
			values = append(values, after.Due)
		}
		values = append(values, after.ID)
	}
	if p.ID2 == "" {
		q.ColumnExpr("'' AS id2")
	} else {
		q.ColumnExpr("CAST(? AS TEXT) AS id2", bun.Safe(p.ID2))
		keys = append(keys, p.ID2)
		if after != nil {
			values = append(values, after.ID2)
		}
	}
	left := ""
	for i, k := range keys {
		if i > 0 {
			left += ", "
		}
		left += k
	}
	if after != nil {
		q.Where("(?) > (?)", bun.Safe(left), bun.List(values))
	}
	return q.OrderExpr(left).Limit(int64(limit))
}

// since asks for the rows of the part from a term on, or above it:
// the first limit of them.
func (p WorkPart) since(from day.Day, above bool, limit int) *bun.SelectQuery {
	q := p.Page(nil, limit)
	if p.Due == "" {
		if from > NoTerm || (above && from >= NoTerm) {
			q.Where("1 = 0")
		}
		return q
	}
	if above {
		return q.Where("? > ?", bun.Safe(p.Due), from)
	}
	return q.Where("? >= ?", bun.Safe(p.Due), from)
}

// PageFrom is Page for a place that may lie in another part: later says
// whether the part comes after that one among rows of the same term. It gives
// nil when nothing of the part can follow.
func (p WorkPart) PageFrom(after *WorkKey, later bool, limit int) *bun.SelectQuery {
	switch {
	case after == nil:
		return p.Page(nil, limit)
	case after.Part != p.Name:
		return p.since(after.Due, !later, limit)
	case !store.IsID(after.ID) || (p.ID2 != "" && !p.Text2 && !store.IsID(after.ID2)):
		return p.Page(nil, limit) // no place of the part: begin anew
	}
	return p.Page(after, limit)
}

// Count asks how many rows wait and how many of them are late on a day, the
// first most of them.
func (p WorkPart) Count(db bun.IDB, today day.Day, most int) *bun.SelectQuery {
	rows := p.From().ColumnExpr("? AS due", bun.Safe(p.due())).Limit(int64(most))
	return db.NewSelect().TableExpr("(?) AS n", rows).ColumnExpr("COUNT(*) AS n, COALESCE(SUM(CASE WHEN n.due < ? THEN 1 ELSE 0 END), 0) AS late", today)
}

// MyWork reads the first rows of what waits for a step of the actor, at most
// limit of each part.
func MyWork(ctx context.Context, parts func(context.Context) ([]WorkPart, error), limit int) ([]WorkItem, error) {
	list, err := parts(ctx)
	if err != nil {
		return nil, err
	}
	return FirstWork(ctx, OfTab(list, WorkMine), limit)
}

// FirstWork reads the first rows of each part, at most limit; the last of a
// part says when there are more. Two queries for each part and those of its
// names.
func FirstWork(ctx context.Context, parts []WorkPart, limit int) ([]WorkItem, error) {
	var out []WorkItem
	for _, p := range parts {
		if p.List != nil {
			items, err := p.List(ctx)
			if err != nil {
				return nil, err
			}
			out = append(out, items...)
			continue
		}
		var keys []WorkKey
		if err := p.Page(nil, limit+1).Scan(ctx, &keys); err != nil {
			return nil, store.MapError(err, "work "+p.Name)
		}
		more := len(keys) > limit
		items, err := p.Read(ctx, keys[:min(len(keys), limit)])
		if err != nil {
			return nil, err
		}
		if more && len(items) > 0 {
			items[len(items)-1].More = true
		}
		out = append(out, items...)
	}
	return out, nil
}

// Read makes the items of rows in the order of the keys. A row that is gone
// since its key was read is left out.
func (p WorkPart) Read(ctx context.Context, keys []WorkKey) ([]WorkItem, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	items, err := p.Items(ctx, keys)
	if err != nil {
		return nil, err
	}
	type place struct{ id, id2 string }
	at := make(map[place]WorkItem, len(items))
	for _, w := range items {
		w.Awaited = p.Tab == WorkAwaited
		at[place{w.ID, w.ID2}] = w
	}
	out := make([]WorkItem, 0, len(keys))
	for _, k := range keys {
		if w, ok := at[place{k.ID, k.ID2}]; ok {
			out = append(out, w)
		}
	}
	return out, nil
}

// WorkIDs are the ids of rows, and their second ones.
func WorkIDs(keys []WorkKey) (ids, seconds []string) {
	for _, k := range keys {
		ids = append(ids, k.ID)
		if k.ID2 != "" {
			seconds = append(seconds, k.ID2)
		}
	}
	return ids, seconds
}

// OfTab picks the parts of lists.
func OfTab(parts []WorkPart, tabs ...WorkTab) []WorkPart {
	var out []WorkPart
	for _, p := range parts {
		for _, t := range tabs {
			if p.Tab == t {
				out = append(out, p)
			}
		}
	}
	return out
}

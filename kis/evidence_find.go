package kis

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

const (
	maxQueryWords = 8
	// rareWord is how many submissions a word may stand in for a search to
	// begin with them. More than that, and the search walks the list in its
	// order, where it soon has a page full.
	rareWord = 2000
	// maxWalked is how many submissions a count looks at when it cannot begin
	// with a rare word.
	maxWalked = 5000
)

// search is what the words of a query come to.
type search struct {
	words []string
	rare  string // the rarest of them, when it is rare; else the list is walked
	none  bool   // something is looked for that is no word or stands nowhere
}

// findSearch asks how frequent the words of a query are: one query.
func findSearch(ctx context.Context, db bun.IDB, query string) (search, error) {
	se := search{words: searchWords(i18n.Shorten(query, 200))}
	if strings.TrimSpace(query) == "" {
		return se, nil
	}
	if len(se.words) == 0 {
		return search{none: true}, nil
	}
	se.words = se.words[:min(len(se.words), maxQueryWords)]
	var union *bun.SelectQuery
	for i, w := range se.words {
		some := beginning(db.NewSelect().TableExpr("evidence_words AS w").ColumnExpr("1 AS one"), w).Limit(rareWord + 1)
		q := db.NewSelect().TableExpr("(?) AS x", some).ColumnExpr("? AS i, COUNT(*) AS n", i)
		if union == nil {
			union = q
		} else {
			union = union.UnionAll(q)
		}
	}
	var counts []struct{ I, N int }
	if err := union.Scan(ctx, &counts); err != nil {
		return se, store.MapError(err, "words of a search")
	}
	fewest := rareWord + 1
	for _, c := range counts {
		if c.N < fewest {
			fewest, se.rare = c.N, se.words[c.I]
		}
	}
	se.none = fewest == 0
	return se, nil
}

// beginning narrows a query on evidence_words w to the words that begin so.
func beginning(q *bun.SelectQuery, word string) *bun.SelectQuery {
	return q.Where("w.word >= ? AND w.word < ?", word, word+"\U0010FFFF")
}

// from gives the submissions s that a query reads: those of the rarest word,
// or all.
func (se search) from(db bun.IDB) *bun.SelectQuery {
	q := db.NewSelect()
	if se.rare == "" {
		return q.TableExpr("submissions AS s")
	}
	with := beginning(db.NewSelect().TableExpr("evidence_words AS w").ColumnExpr("w.submission_id").Distinct(), se.rare)
	return q.TableExpr("(?) AS f", with).Join("JOIN submissions AS s ON s.id = f.submission_id")
}

// narrow adds the words that from has not seen to.
func (se search) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	for _, w := range se.words {
		if w != se.rare {
			q.Where(`s.search_key LIKE ? ESCAPE '!'`, store.LikePattern(" "+w))
		}
	}
	return q
}

// narrow adds the filter without its state and its words.
func (f EvidenceFilter) narrow(q *bun.SelectQuery, zone *time.Location) *bun.SelectQuery {
	for column, id := range map[string]string{"department_id": f.DepartmentID, "cycle_id": f.CycleID, "submitted_by": f.SubmitterID} {
		if id != "" {
			q.Where("s.? IN (?)", bun.Ident(column), bun.List(clean([]string{id})))
		}
	}
	if f.Process != "" {
		q.Where("s.process_id = (SELECT fp.id FROM processes AS fp WHERE fp.code = ?)", f.Process)
	}
	if f.Phase != "" {
		q.Where("EXISTS (SELECT 1 FROM activities AS fa WHERE fa.id = s.activity_id AND fa.phase = ?)", f.Phase)
	}
	if f.Class != "" {
		q.Where("s.class = ?", f.Class)
	}
	if f.ReferencePeriod != "" {
		q.Where("s.reference_period = ?", f.ReferencePeriod)
	}
	if f.From != "" {
		q.Where("s.received_at >= ?", midnight(f.From.Time(), zone))
	}
	if f.To != "" {
		q.Where("s.received_at < ?", midnight(f.To.Add(1).Time(), zone))
	}
	return q
}

// order says how the list is sorted: by a column and then the id, and which
// way.
func (f EvidenceFilter) order() (column string, descending bool) {
	switch f.Sort {
	case SortDue:
		return "s.due", false
	case SortTitle:
		return "s.title_key", false
	}
	return "s.received_at", true
}

// Where a page stands seen from the row that its cursor names.
const (
	pageAfter  = "after"
	pageBefore = "before"
)

// cursor reads After: on which side, and of what; side is empty when it names
// no place.
func (f EvidenceFilter) cursor() (side string, key any, id string) {
	if len(f.After) != 3 || (f.After[0] != pageAfter && f.After[0] != pageBefore) || !store.IsID(f.After[2]) {
		return "", nil, ""
	}
	if column, _ := f.order(); column != "s.received_at" {
		return f.After[0], f.After[1], f.After[2]
	}
	at, ok := store.ParseMoment(f.After[1])
	if !ok {
		return "", nil, ""
	}
	return f.After[0], at, f.After[2]
}

// place is the cursor of the page on a side of a row.
func (f EvidenceFilter) place(side string, r EvidenceRow) []string {
	key := r.ReceivedAt.UTC().Format(time.RFC3339Nano)
	switch f.Sort {
	case SortDue:
		key = string(r.Due)
	case SortTitle:
		key = r.TitleKey
	}
	return []string{side, key, r.ID}
}

func (s *Service) listEvidence(ctx context.Context, f EvidenceFilter) (EvidencePage, error) {
	db, who := s.DB.Read(), actor.From(ctx)
	se, err := findSearch(ctx, db, f.Query)
	if err != nil || se.none {
		return EvidencePage{States: map[SubmissionState]int{}}, err
	}
	page, err := s.countEvidence(ctx, db, f, se, who)
	if err != nil {
		return page, err
	}
	side, key, id := f.cursor()
	column, descending := f.order()
	ids := se.narrow(f.narrow(readable(se.from(db), who), s.Zone)).ColumnExpr("s.id").Limit(int64(f.Limit) + 1)
	if f.State != "" {
		ids.Where("s.state = ?", f.State)
	}
	if side == pageBefore {
		descending = !descending
	}
	sign, way := ">", "ASC"
	if descending {
		sign, way = "<", "DESC"
	}
	if side != "" {
		ids.Where("(?, s.id) ? (?, ?)", bun.Safe(column), bun.Safe(sign), key, id)
	}
	ids.OrderExpr("? ?, s.id ?", bun.Safe(column), bun.Safe(way), bun.Safe(way))
	if page.Rows, err = libraryRows(ctx, db, who, ids, column+" "+way+", s.id "+way); err != nil {
		return page, err
	}
	more := len(page.Rows) > f.Limit
	page.Rows = page.Rows[:min(len(page.Rows), f.Limit)]
	if side == pageBefore {
		slices.Reverse(page.Rows)
	}
	if n := len(page.Rows); n > 0 {
		if more || side == pageBefore {
			page.Next = f.place(pageAfter, page.Rows[n-1])
		}
		if side == pageAfter || (side == pageBefore && more) {
			page.Prev = f.place(pageBefore, page.Rows[0])
		}
	}
	return page, nil
}

// countEvidence counts what fits the filter, by state, up to maxCounted.
func (s *Service) countEvidence(ctx context.Context, db bun.IDB, f EvidenceFilter, se search, who actor.Actor) (EvidencePage, error) {
	page := EvidencePage{States: map[SubmissionState]int{}}
	total, walked, err := s.countStates(ctx, db, f, se, who, "", page.States)
	if err != nil {
		return page, err
	}
	if page.Many = walked || total > maxCounted; page.Many {
		page.States = nil
		page.Total = min(total, maxCounted)
	} else {
		page.Total = total
	}
	if f.State == "" {
		return page, nil
	}
	of := map[SubmissionState]int{}
	total, walked, err = s.countStates(ctx, db, f, se, who, f.State, of)
	page.Total, page.Many = min(total, maxCounted), walked || total > maxCounted
	return page, err
}

// countStates counts by state. walked says that it has not seen all of them.
func (s *Service) countStates(ctx context.Context, db bun.IDB, f EvidenceFilter, se search, who actor.Actor, state SubmissionState, into map[SubmissionState]int) (total int, walked bool, err error) {
	some := f.narrow(readable(se.from(db), who), s.Zone)
	if state != "" {
		some.Where("s.state = ?", state)
	}
	count := db.NewSelect().GroupExpr("x.state")
	limit := maxCounted + 1
	if len(se.words) > 0 && se.rare == "" {
		limit = maxWalked + 1
		some.ColumnExpr("s.state, s.search_key")
		count.TableExpr("(?) AS x", some.Limit(int64(limit))).ColumnExpr("x.state, COUNT(*) AS seen")
		fits := "1 = 1"
		var args []any
		for _, w := range se.words {
			fits += ` AND x.search_key LIKE ? ESCAPE '!'`
			args = append(args, store.LikePattern(" "+w))
		}
		count.ColumnExpr("SUM(CASE WHEN "+fits+" THEN 1 ELSE 0 END) AS n", args...)
	} else {
		count.TableExpr("(?) AS x", se.narrow(some).ColumnExpr("s.state").Limit(int64(limit))).ColumnExpr("x.state, COUNT(*) AS n, COUNT(*) AS seen")
	}
	var counts []struct {
		State   SubmissionState
		N, Seen int
	}
	if err := count.Scan(ctx, &counts); err != nil {
		return 0, false, store.MapError(err, "count evidence")
	}
	seen := 0
	for _, c := range counts {
		into[c.State] = c.N
		total, seen = total+c.N, seen+c.Seen
	}
	return total, seen >= limit, nil
}

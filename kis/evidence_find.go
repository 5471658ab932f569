package kis

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

const (
	maxQueryWords = 8
	// rareWord is how many submissions a word may stand in for a search to
	// begin with all of them.
	rareWord = 1000
	// lessRare is up to where words are counted that are all more frequent.
	lessRare = 16_000
	// maxForms is of how many words that begin so a search reads the
	// submissions in the order of the library, one list beside the other. With
	// more, or in another order, it walks the library, where what is so frequent
	// soon fills a page.
	maxForms = 12
	// maxWalked is how many submissions a count looks at when it cannot begin
	// with a rare word.
	maxWalked = 1000
)

// search is what the words of a query come to.
type search struct {
	words []string
	lead  string   // the rarest of them
	rare  bool     // it stands in few submissions
	forms []string // else the words that begin with it, when they are few
	none  bool     // something is looked for that is no word or stands nowhere
}

// findSearch asks how frequent the words of a query are and which words begin
// with the rarest: two queries, three when several words are all frequent.
func findSearch(ctx context.Context, db bun.IDB, query string) (search, error) {
	se := search{words: i18n.Words(i18n.Shorten(query, 200))}
	if strings.TrimSpace(query) == "" {
		return se, nil
	}
	if len(se.words) == 0 {
		return search{none: true}, nil
	}
	se.words = se.words[:min(len(se.words), maxQueryWords)]
	fewest, err := se.rarest(ctx, db, rareWord)
	if err == nil && fewest > rareWord && len(se.words) > 1 {
		_, err = se.rarest(ctx, db, lessRare) // all are frequent: which is the least
	}
	if err != nil {
		return se, err
	}
	se.none, se.rare = fewest == 0, fewest <= rareWord
	// Each step finds the next word by index, however many submissions the last one stands in.
	err = db.NewRaw(`WITH RECURSIVE form (word, n) AS (
		SELECT (SELECT MIN(w.word) FROM evidence_words w WHERE w.word >= ? AND w.word < ?), 1
		UNION ALL SELECT (SELECT MIN(w.word) FROM evidence_words w WHERE w.word > form.word AND w.word < ?), form.n + 1 FROM form WHERE form.word IS NOT NULL AND form.n <= ?)
		SELECT word FROM form WHERE word IS NOT NULL`, se.lead, se.lead+lastLetter, se.lead+lastLetter, maxForms).Scan(ctx, &se.forms)
	if len(se.forms) > maxForms || se.rare {
		se.forms = nil
	}
	return se, store.MapError(err, "forms of a word")
}

// rarest finds the word that stands in the fewest submissions, which are
// counted up to a bound and one more: one query.
func (se *search) rarest(ctx context.Context, db bun.IDB, bound int) (fewest int, err error) {
	var union *bun.SelectQuery
	for i, w := range se.words {
		some := beginning(db.NewSelect().TableExpr("evidence_words AS w").ColumnExpr("1 AS one"), w).Limit(int64(bound) + 1)
		q := db.NewSelect().TableExpr("(?) AS x", some).ColumnExpr("? AS i, COUNT(*) AS n", i)
		if union == nil {
			union = q
		} else {
			union = union.UnionAll(q)
		}
	}
	var counts []struct{ I, N int }
	if err := union.Scan(ctx, &counts); err != nil {
		return 0, store.MapError(err, "words of a search")
	}
	fewest = bound + 2
	for _, c := range counts {
		if c.N < fewest {
			fewest, se.lead = c.N, se.words[c.I]
		}
	}
	return fewest, nil
}

// lastLetter comes after every letter.
const lastLetter = "\U0010FFFF"

// beginning narrows a query on evidence_words w to the words that begin so.
func beginning(q *bun.SelectQuery, word string) *bun.SelectQuery {
	return q.Where("w.word >= ? AND w.word < ?", word, word+lastLetter)
}

// from gives the submissions s that a query reads: those of the rarest word,
// or all.
func (se search) from(db bun.IDB) *bun.SelectQuery {
	q := db.NewSelect()
	if !se.rare {
		return q.TableExpr("submissions AS s")
	}
	with := beginning(db.NewSelect().TableExpr("evidence_words AS w").ColumnExpr("w.submission_id").Distinct(), se.lead)
	return q.TableExpr("(?) AS f", with).Join("JOIN submissions AS s ON s.id = f.submission_id")
}

// narrow adds the words that from has not seen to.
func (se search) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	for _, w := range se.words {
		if w != se.lead || !se.rare {
			q.Where(`s.search_key LIKE ? ESCAPE '!'`, store.LikePattern(" "+w))
		}
	}
	return q
}

// narrow adds the filter without its state and its words.
func (f EvidenceFilter) narrow(q *bun.SelectQuery, zone *time.Location) *bun.SelectQuery {
	for _, x := range []struct{ column, id string }{{"department_id", f.DepartmentID}, {"cycle_id", f.CycleID}, {"submitted_by", f.SubmitterID}} {
		if x.id != "" {
			q.Where("s.? IN (?)", bun.Ident(x.column), bun.List(office.CleanIDs([]string{x.id})))
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
		q.Where("s.received_at >= ?", office.Midnight(f.From.Time(), zone))
	}
	if f.To != "" {
		q.Where("s.received_at < ?", office.Midnight(f.To.Add(1).Time(), zone))
	}
	if f.Before != "" {
		q.Where("s.state = 'accepted' AND s.effective_day < ?", f.Before)
	}
	if f.KeptTo != "" {
		q.Where("s.kept_until <> '' AND s.kept_by <> 'disposed' AND s.kept_until <= ?", f.KeptTo)
	}
	if f.Past {
		q.Where("s.kept_until <> '' AND s.kept_by <> 'disposed' AND s.kept_until < ?", f.today)
	}
	switch f.Fresh {
	case Expired:
		q.Where("s.state = 'accepted' AND s.valid_until <> '' AND s.valid_until < ?", f.today)
	case Expiring:
		q.Where("s.state = 'accepted' AND s.valid_until <> '' AND s.valid_until >= ? AND s.valid_until <= ?", f.today, f.today.Add(ExpiringDays))
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

// evidencePage reads a page, with counts or without.
func (s *Service) evidencePage(ctx context.Context, f EvidenceFilter, counts bool) (EvidencePage, error) {
	if _, err := office.Allowed(ctx, policies.EvidenceRead); err != nil {
		return EvidencePage{}, err
	}
	db, who := s.DB.Read(), actor.From(ctx)
	f.today = s.Today()
	se, err := findSearch(ctx, db, f.Query)
	if err != nil || se.none {
		return EvidencePage{States: map[SubmissionState]Count{}}, err
	}
	var page EvidencePage
	if counts {
		if page, err = s.countEvidence(ctx, db, f, se, who); err != nil {
			return page, err
		}
	}
	side, key, at := f.cursor()
	column, descending := f.order()
	if side == pageBefore {
		descending = !descending
	}
	sign, way := ">", "ASC"
	if descending {
		sign, way = "<", "DESC"
	}
	narrowed := func(q *bun.SelectQuery, column, id string) *bun.SelectQuery {
		q = f.narrow(readable(q, who), s.Zone).Limit(int64(f.Limit) + 1)
		if f.State != "" {
			q.Where("s.state = ?", f.State)
		}
		if side != "" {
			q.Where("(?, ?) ? (?, ?)", bun.Safe(column), bun.Safe(id), bun.Safe(sign), key, at)
		}
		return q.OrderExpr("? ?, ? ?", bun.Safe(column), bun.Safe(way), bun.Safe(id), bun.Safe(way))
	}
	one := func(q *bun.SelectQuery, column, id string) *bun.SelectQuery {
		return narrowed(q, column, id).ColumnExpr("s.id, ? AS place", bun.Safe(column))
	}
	// What is looked for by words is found first and read then.
	found := func(ids *bun.SelectQuery) *bun.SelectQuery {
		return db.NewSelect().TableExpr("(?) AS k", ids).Join("JOIN submissions AS s ON s.id = k.id").OrderExpr(column + " " + way + ", s.id " + way)
	}
	var rows *bun.SelectQuery
	switch {
	case len(se.words) == 0:
		rows = narrowed(db.NewSelect().TableExpr("submissions AS s"), column, "s.id")
	case len(se.forms) > 0 && f.Sort != SortDue && f.Sort != SortTitle:
		var ids *bun.SelectQuery
		for _, form := range se.forms { // a few lists, each in order, of which the first of all are taken
			q := one(se.narrow(db.NewSelect().TableExpr("evidence_words AS w").Join("JOIN submissions AS s ON s.id = w.submission_id").Where("w.word = ?", form)), "w.received_at", "w.submission_id")
			q = db.NewSelect().TableExpr("(?) AS l", q)
			if ids == nil {
				ids = q
			} else {
				ids = ids.Union(q)
			}
		}
		rows = found(db.NewSelect().TableExpr("(?) AS m", ids).ColumnExpr("m.id").OrderExpr("m.place ?, m.id ?", bun.Safe(way), bun.Safe(way)).Limit(int64(f.Limit) + 1))
	default:
		rows = found(one(se.narrow(se.from(db)), column, "s.id"))
	}
	if page.Rows, err = s.libraryRows(ctx, who, rows); err != nil {
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

// counted is one line of a count: how many of those seen fit.
type counted struct {
	State   SubmissionState
	N, Seen int
}

// countEvidence counts what fits the filter, by state. Where an index leads to
// the state, each state is counted by itself up to maxCounted; else as many
// submissions are looked at as maxWalked. One query, which is not asked again
// as long as nothing was added to the trail.
func (s *Service) countEvidence(ctx context.Context, db bun.IDB, f EvidenceFilter, se search, who actor.Actor) (EvidencePage, error) {
	page := EvidencePage{States: map[SubmissionState]Count{}}
	limit, whole := maxCounted, f.byState() && len(se.words) == 0
	var question *bun.SelectQuery
	if whole {
		for _, state := range submissionStates {
			some := f.narrow(readable(se.from(db), who), s.Zone).ColumnExpr("1 AS one").Where("s.state = ?", state).Limit(maxCounted + 1)
			q := db.NewSelect().TableExpr("(?) AS x", some).ColumnExpr("? AS state, COUNT(*) AS n, COUNT(*) AS seen", state)
			if question == nil {
				question = q
			} else {
				question = question.UnionAll(q)
			}
		}
	} else {
		limit = maxWalked
		question = walkedCounts(db, se, f.narrow(readable(se.from(db), who), s.Zone))
	}
	counts, err := s.kept.counts.Get(ctx, s.DB, question.String(), func() (counts []counted, err error) {
		return counts, store.MapError(question.Scan(ctx, &counts), "count evidence")
	})
	if err != nil {
		return page, err
	}
	seen := 0
	for _, c := range counts {
		seen += c.Seen
	}
	for _, c := range counts {
		n := Count{N: min(c.N, limit), More: c.N > limit || (!whole && seen > limit)}
		page.States[c.State] = n
		if f.State == "" || f.State == c.State {
			page.Total += n.N
			page.Many = page.Many || n.More
		}
	}
	page.Many = page.Many || (!whole && seen > limit)
	return page, nil
}

// submissionStates are all states.
var submissionStates = []SubmissionState{Submitted, Accepted, Returned, Superseded, Withdrawn}

// byState says whether an index leads from the filter to each state.
func (f EvidenceFilter) byState() bool {
	f.State, f.DepartmentID, f.CycleID, f.Sort, f.After, f.Limit, f.today = "", "", "", "", nil, 0, ""
	return reflect.DeepEqual(f, EvidenceFilter{})
}

// walkedCounts counts by state among the first submissions that a query gives.
func walkedCounts(db bun.IDB, se search, some *bun.SelectQuery) *bun.SelectQuery {
	count := db.NewSelect().GroupExpr("x.state").ColumnExpr("x.state, COUNT(*) AS seen")
	if len(se.words) == 0 || se.rare {
		return count.TableExpr("(?) AS x", se.narrow(some).ColumnExpr("s.state").Limit(maxWalked+1)).ColumnExpr("COUNT(*) AS n")
	}
	fits := "1 = 1"
	var args []any
	for _, w := range se.words {
		fits += ` AND x.search_key LIKE ? ESCAPE '!'`
		args = append(args, store.LikePattern(" "+w))
	}
	return count.TableExpr("(?) AS x", some.ColumnExpr("s.state, s.search_key").Limit(maxWalked+1)).ColumnExpr("SUM(CASE WHEN "+fits+" THEN 1 ELSE 0 END) AS n", args...)
}

package kis

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

const (
	maxQueryWords = 8
	// rareWord is how many submissions a word may stand in for a search to
	// begin with all of them.
	rareWord = 1000
	// maxForms is of how many words that begin so a search reads the
	// submissions in the order of the library, one list beside the other. With
	// more, or in another order, it walks the library, where what is so frequent
	// soon fills a page.
	maxForms = 12
	// maxSought is how many submissions are looked at for one page when words are
	// frequent, of those with the rarest word or in the order of the library; the
	// next page goes on from there.
	maxSought = 1200
	// maxSeen is how many of them a count looks at.
	maxSeen = 2000
	// maxWalked is how many submissions a count looks at when it cannot begin
	// with a word.
	maxWalked = 1000
)

// Before and after every id of the same moment.
const (
	firstID = "00000000-0000-0000-0000-000000000000"
	lastID  = "ffffffff-ffff-ffff-ffff-ffffffffffff"
)

// lastLetter comes after every letter.
const lastLetter = "\U0010FFFF"

// search is what the words of a query come to.
type search struct {
	words  []soughtWord
	rarest int        // which word stands in the fewest submissions
	fewest int        // in how many, counted up to a bound
	none   bool       // something is looked for that is no word or stands nowhere
	until  *time.Time // of several frequent words, as far as the first page looks; nil: all
}

// soughtWord is a word that must begin a word of a submission.
type soughtWord struct {
	text  string
	forms []string // the words that begin so; nil when they are many
}

// lead is the word that the search begins with.
func (se search) lead() soughtWord { return se.words[se.rarest] }

// rare says whether it begins with all submissions of that word.
func (se search) rare() bool { return se.fewest <= rareWord }

// inOrder says whether the submissions of the word are read in the order of
// the library, by which a page soon fills. What a filter leaves over of one
// process or cycle is less.
func (se search) inOrder(f EvidenceFilter) bool {
	return len(se.words) > 0 && !se.rare() && se.lead().forms != nil && f.Sort != SortDue && f.Sort != SortTitle && f.CycleID == "" && f.Process == ""
}

// findSearch asks how frequent the words of a query are and which words begin
// so: two queries, three when several words are all frequent.
func findSearch(ctx context.Context, db bun.IDB, query string) (search, error) {
	var se search
	if strings.TrimSpace(query) == "" {
		return se, nil
	}
	for _, w := range i18n.Words(i18n.Shorten(query, 200)) {
		if len(se.words) < maxQueryWords {
			se.words = append(se.words, soughtWord{text: w})
		}
	}
	if len(se.words) == 0 {
		return search{none: true}, nil
	}
	err := se.count(ctx, db)
	if se.none = se.fewest == 0; err != nil || se.none {
		return se, err
	}
	if err := se.readForms(ctx, db); err != nil || se.rare() || len(se.words) == 1 {
		return se, err
	}
	return se, se.sparsest(ctx, db)
}

// count finds the word that stands in the fewest submissions, which are
// counted as far as one more than a rare word has: one query.
func (se *search) count(ctx context.Context, db bun.IDB) error {
	var union *bun.SelectQuery
	for i, w := range se.words {
		some := beginning(db.NewSelect().TableExpr("evidence_words AS w").ColumnExpr("1 AS one"), w.text).Limit(rareWord + 1)
		q := db.NewSelect().TableExpr("(?) AS x", some).ColumnExpr("? AS i, COUNT(*) AS n", i)
		if union == nil {
			union = q
		} else {
			union = union.UnionAll(q)
		}
	}
	var counts []struct{ I, N int }
	if err := union.Scan(ctx, &counts); err != nil {
		return store.MapError(err, "words of a search")
	}
	se.fewest = rareWord + 2
	for _, c := range counts {
		if c.N < se.fewest {
			se.fewest, se.rarest = c.N, c.I
		}
	}
	return nil
}

// readForms finds the words that begin as each word does: one query. Each step
// finds the next word by index, however many submissions the last one stands in.
func (se *search) readForms(ctx context.Context, db bun.IDB) error {
	first := `SELECT ? AS i, ? AS past, (SELECT MIN(w.word) FROM evidence_words w WHERE w.word >= ? AND w.word < ?) AS word, 1 AS n`
	var parts []string
	var args []any
	for i, w := range se.words {
		parts, args = append(parts, first), append(args, i, w.text+lastLetter, w.text, w.text+lastLetter)
	}
	var rows []struct {
		I    int
		Word string
	}
	err := db.NewRaw(`WITH RECURSIVE form (i, past, word, n) AS (SELECT * FROM (`+strings.Join(parts, " UNION ALL ")+`) AS firsts
		UNION ALL SELECT form.i, form.past, (SELECT MIN(w.word) FROM evidence_words w WHERE w.word > form.word AND w.word < form.past), form.n + 1
			FROM form WHERE form.word IS NOT NULL AND form.n <= ?)
		SELECT i, word FROM form WHERE word IS NOT NULL`, append(args, maxForms)...).Scan(ctx, &rows)
	for _, r := range rows {
		se.words[r.I].forms = append(se.words[r.I].forms, r.Word)
	}
	for i := range se.words {
		if len(se.words[i].forms) > maxForms {
			se.words[i].forms = nil
		}
	}
	return store.MapError(err, "forms of words")
}

// beginning narrows a query on evidence_words w to the words that begin so.
func beginning(q *bun.SelectQuery, word string) *bun.SelectQuery {
	return q.Where("w.word >= ? AND w.word < ?", word, word+lastLetter)
}

// from gives the submissions s with all words: of those of the rarest one, or
// of all.
func (se search) from(db bun.IDB) *bun.SelectQuery {
	if len(se.words) == 0 || !se.rare() {
		q := db.NewSelect().TableExpr("submissions AS s")
		for _, w := range se.words {
			q.Where(holdsWord, store.LikePattern(" "+w.text))
		}
		return q
	}
	with := se.beside(beginning(db.NewSelect().TableExpr("evidence_words AS w").ColumnExpr("w.submission_id").Distinct(), se.lead().text))
	return se.keyed(db.NewSelect().TableExpr("(?) AS f", with).Join("JOIN submissions AS s ON s.id = f.submission_id"))
}

// holdsWord is said of a submission s.
const holdsWord = `s.search_key LIKE ? ESCAPE '!'`

// narrow adds the words beside the first to a query on evidence_words w and
// submissions s.
func (se search) narrow(q *bun.SelectQuery) *bun.SelectQuery { return se.keyed(se.beside(q)) }

// single says that a word is looked up in the index of words, at its one place,
// so that nothing is read of what does not hold it. Of one with several forms it
// costs less to read what its submission holds.
func (w soughtWord) single() bool { return len(w.forms) == 1 }

// beside adds to a query on evidence_words w the words that are looked up
// there. It is no EXISTS, which PostgreSQL would turn into a join that reads all
// that the word stands in.
func (se search) beside(q *bun.SelectQuery) *bun.SelectQuery {
	for i, w := range se.words {
		if i != se.rarest && w.single() {
			q.Where("(SELECT 1 FROM evidence_words AS x WHERE x.word = ? AND x.received_at = w.received_at AND x.submission_id = w.submission_id LIMIT 1) = 1", w.forms[0])
		}
	}
	return q
}

// keyed adds the others to a query on submissions s.
func (se search) keyed(q *bun.SelectQuery) *bun.SelectQuery {
	for i, w := range se.words {
		if i != se.rarest && !w.single() {
			q.Where(holdsWord, store.LikePattern(" "+w.text))
		}
	}
	return q
}

// sparsest lets a search of several frequent words begin with the one whose
// newest submissions reach back the furthest: among the newest it is the
// rarest. One query, which reads as much of each word as one page looks at.
func (se *search) sparsest(ctx context.Context, db bun.IDB) error {
	var union *bun.SelectQuery
	for i, w := range se.words {
		if w.forms == nil {
			continue
		}
		q := db.NewSelect().TableExpr("(?) AS e", ends(db, w.forms, "DESC", nil)).ColumnExpr("? AS i, e.received_at", i)
		if union == nil {
			union = q
		} else {
			union = union.UnionAll(q)
		}
	}
	if union == nil {
		return nil
	}
	var rows []struct {
		I          int
		ReceivedAt time.Time
	}
	if err := union.Scan(ctx, &rows); err != nil {
		return store.MapError(err, "ends of words")
	}
	found := false
	for i, w := range se.words {
		if w.forms == nil {
			continue
		}
		var until *time.Time // of the form that is looked at least far
		for _, r := range rows {
			if r.I == i && (until == nil || r.ReceivedAt.After(*until)) {
				until = &r.ReceivedAt
			}
		}
		if !found || (se.until != nil && (until == nil || until.Before(*se.until))) {
			found, se.rarest, se.until = true, i, until
		}
	}
	return nil
}

// ends is a query for the moments up to which the submissions of each of some
// words are looked at for one page; none of a word that has fewer.
func ends(db bun.IDB, forms []string, way string, from func(*bun.SelectQuery)) *bun.SelectQuery {
	var union *bun.SelectQuery
	for _, form := range forms {
		some := db.NewSelect().TableExpr("evidence_words AS w").ColumnExpr("w.received_at").Where("w.word = ?", form).
			OrderExpr("w.received_at ?, w.submission_id ?", bun.Safe(way), bun.Safe(way)).Offset(int64(maxSought / len(forms))).Limit(1)
		if from != nil {
			from(some)
		}
		q := db.NewSelect().TableExpr("(?) AS x", some)
		if union == nil {
			union = q
		} else {
			union = union.UnionAll(q)
		}
	}
	return union
}

// end gives the moment up to which submissions of the first word are looked at
// for a page that begins at the cursor of the filter: maxSought of them. Nil
// when there are fewer. One query, none for the first page of several words.
func (se search) end(ctx context.Context, db bun.IDB, f EvidenceFilter, sign, way string) (*time.Time, error) {
	side, key, id := f.cursor()
	if side == "" && len(se.words) > 1 {
		return se.until, nil
	}
	all := ends(db, se.lead().forms, way, func(q *bun.SelectQuery) {
		if side != "" {
			q.Where("(w.received_at, w.submission_id) ? (?, ?)", bun.Safe(sign), key, id)
		}
	})
	var found []time.Time
	err := db.NewSelect().TableExpr("(?) AS e", all).ColumnExpr("e.received_at").OrderExpr("e.received_at ?", bun.Safe(way)).Limit(1).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return nil, store.MapError(err, "end of a search")
	}
	return &found[0], nil
}

// seenCounts counts by state what holds all words among the first submissions
// of the first word, and in a line without state how many were seen.
func (se search) seenCounts(db bun.IDB, narrow func(*bun.SelectQuery) *bun.SelectQuery) *bun.SelectQuery {
	seen := db.NewSelect().TableExpr("evidence_words AS w").ColumnExpr("w.received_at, w.submission_id").Where("w.word IN (?)", bun.List(se.lead().forms)).Limit(maxSeen + 1)
	fit := narrow(se.narrow(db.NewSelect().TableExpr("seen AS w").Join("JOIN submissions AS s ON s.id = w.submission_id"))).
		ColumnExpr("s.state, COUNT(DISTINCT s.id) AS n, 0 AS seen").GroupExpr("s.state")
	all := db.NewSelect().TableExpr("seen").ColumnExpr("'' AS state, 0 AS n, COUNT(*) AS seen").UnionAll(fit)
	return db.NewSelect().With("seen", seen).TableExpr("(?) AS c", all).ColumnExpr("c.state, c.n, c.seen")
}

// walkedCounts counts by state among the first submissions that a filter
// leaves of those of the rarest word, or of all.
func (se search) walkedCounts(db bun.IDB, narrow func(*bun.SelectQuery) *bun.SelectQuery) *bun.SelectQuery {
	count := db.NewSelect().GroupExpr("x.state").ColumnExpr("x.state, COUNT(*) AS seen")
	if len(se.words) == 0 || se.rare() {
		return count.TableExpr("(?) AS x", narrow(se.from(db)).ColumnExpr("s.state").Limit(maxWalked+1)).ColumnExpr("COUNT(*) AS n")
	}
	fits := "1 = 1"
	var args []any
	for _, w := range se.words {
		fits += ` AND x.search_key LIKE ? ESCAPE '!'`
		args = append(args, store.LikePattern(" "+w.text))
	}
	some := narrow(db.NewSelect().TableExpr("submissions AS s")).ColumnExpr("s.state, s.search_key").Limit(maxWalked + 1)
	return count.TableExpr("(?) AS x", some).ColumnExpr("SUM(CASE WHEN "+fits+" THEN 1 ELSE 0 END) AS n", args...)
}

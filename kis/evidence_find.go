package kis

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

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

// key is that by which a row is sorted.
func (f EvidenceFilter) key(r EvidenceRow) any {
	switch f.Sort {
	case SortDue:
		return string(r.Due)
	case SortTitle:
		return r.TitleKey
	}
	return r.ReceivedAt
}

// place is the cursor of the page on a side of a row.
func (f EvidenceFilter) place(side string, r EvidenceRow) []string {
	if key, ok := f.key(r).(string); ok {
		return []string{side, key, r.ID}
	}
	return []string{side, r.ReceivedAt.UTC().Format(time.RFC3339Nano), r.ID}
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
	// Of frequent words a page looks at so many, whatever it finds: up to a moment, or up to a place of the library.
	var end *time.Time
	var last *EvidenceRow
	// What is looked for by words is found first and read then.
	found := func(ids *bun.SelectQuery) *bun.SelectQuery {
		return db.NewSelect().TableExpr("(?) AS k", ids).Join("JOIN submissions AS s ON s.id = k.id").OrderExpr(column + " " + way + ", s.id " + way)
	}
	var rows *bun.SelectQuery
	switch {
	case len(se.words) == 0:
		rows = narrowed(db.NewSelect().TableExpr("submissions AS s"), column, "s.id")
	case se.inOrder(f):
		if len(se.words) > 1 || !f.onlyWords() || !readsAll(who) { // else each is in the page
			if end, err = se.end(ctx, db, f, sign, way); err != nil {
				return page, err
			}
		}
		var ids *bun.SelectQuery
		for _, form := range se.lead().forms { // a few lists, each in order, of which the first of all are taken
			q := se.narrow(db.NewSelect().TableExpr("evidence_words AS w").Join("JOIN submissions AS s ON s.id = w.submission_id").Where("w.word = ?", form))
			if end != nil {
				q.Where("w.received_at ?= ?", bun.Safe(map[string]string{"<": ">", ">": "<"}[sign]), *end)
			}
			q = db.NewSelect().TableExpr("(?) AS l", one(q, "w.received_at", "w.submission_id"))
			if ids == nil {
				ids = q
			} else {
				ids = ids.Union(q)
			}
		}
		rows = found(db.NewSelect().TableExpr("(?) AS m", ids).ColumnExpr("m.id").OrderExpr("m.place ?, m.id ?", bun.Safe(way), bun.Safe(way)).Limit(int64(f.Limit) + 1))
	case se.rare():
		rows = found(one(se.from(db), column, "s.id"))
	default:
		if last, err = walkedTo(ctx, narrowed(db.NewSelect().TableExpr("submissions AS s"), column, "s.id")); err != nil {
			return page, err
		}
		q := se.from(db)
		if last != nil {
			q.Where("(?, s.id) ?= (?, ?)", bun.Safe(column), bun.Safe(map[string]string{"<": ">", ">": "<"}[sign]), f.key(*last), last.ID)
		}
		rows = found(one(q, column, "s.id"))
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
	} else if side == pageAfter {
		page.Prev = []string{pageBefore, f.After[1], f.After[2]}
	} else if side == pageBefore {
		page.Next = []string{pageAfter, f.After[1], f.After[2]}
	}
	if page.Cut = (end != nil || last != nil) && !more; page.Cut { // it goes on with what was not looked at
		switch {
		case last != nil && side == pageBefore:
			page.Prev = f.place(pageBefore, *last)
		case last != nil:
			page.Next = f.place(pageAfter, *last)
		case side == pageBefore:
			page.Prev = []string{pageBefore, end.UTC().Format(time.RFC3339Nano), lastID}
		default:
			page.Next = []string{pageAfter, end.UTC().Format(time.RFC3339Nano), firstID}
		}
	}
	return page, nil
}

// walkedTo gives the place of the last submission that a page looks at when it
// walks the library for words; nil when there are fewer. One query.
func walkedTo(ctx context.Context, q *bun.SelectQuery) (*EvidenceRow, error) {
	var rows []struct {
		ID         string
		ReceivedAt time.Time
		Due        day.Day
		TitleKey   string
	}
	err := q.ColumnExpr("s.id, s.received_at, s.due, s.title_key").Offset(maxSought-1).Limit(1).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, store.MapError(err, "end of a walk")
	}
	var r EvidenceRow
	r.ID, r.ReceivedAt, r.Due, r.TitleKey = rows[0].ID, rows[0].ReceivedAt, rows[0].Due, rows[0].TitleKey
	return &r, nil
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
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery { return f.narrow(readable(q, who), s.Zone) }
	var question *bun.SelectQuery
	if whole {
		for _, state := range submissionStates {
			some := narrow(se.from(db)).ColumnExpr("1 AS one").Where("s.state = ?", state).Limit(maxCounted + 1)
			q := db.NewSelect().TableExpr("(?) AS x", some).ColumnExpr("? AS state, COUNT(*) AS n, COUNT(*) AS seen", state)
			if question == nil {
				question = q
			} else {
				question = question.UnionAll(q)
			}
		}
	} else if se.inOrder(f) {
		limit = maxSeen
		question = se.seenCounts(db, narrow)
	} else {
		limit = maxWalked
		question = se.walkedCounts(db, narrow)
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
		if c.State == "" { // how many were seen
			continue
		}
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

// onlyWords says whether nothing but words narrows the list.
func (f EvidenceFilter) onlyWords() bool {
	f.Query, f.Sort, f.After, f.Limit, f.today = "", "", nil, 0, ""
	return reflect.DeepEqual(f, EvidenceFilter{})
}

// byState says whether an index leads from the filter to each state.
func (f EvidenceFilter) byState() bool {
	f.State, f.DepartmentID, f.CycleID, f.Sort, f.After, f.Limit, f.today = "", "", "", "", nil, 0, ""
	return reflect.DeepEqual(f, EvidenceFilter{})
}

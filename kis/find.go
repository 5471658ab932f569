package kis

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// FoundActivity is a phase, sub-process or task of a process that was looked
// for by words or code.
type FoundActivity struct {
	Process process.ProcessRef
	Code    string
	Level   process.Level
	Name    string // in the language asked for
	CycleID string // of the newest open cycle that has it; empty when there is none
	Period  string
}

// maxLed is how many activities with the rarest of several words are looked at
// for the others.
const maxLed = 2000

// FindActivities looks in the newest description of every process for
// activities whose code begins as one word says, or in whose code and names all
// words begin a word. At most limit, by process and code; when there are more,
// those of the first words and of the oldest descriptions. One query, two for
// several words; a word costs the same however many processes there are.
func (s *Service) FindActivities(ctx context.Context, query, lang string, limit int) ([]FoundActivity, error) {
	scope, err := office.Allowed(ctx, policies.ProcessRead)
	if err != nil || !scope.Any {
		return nil, err
	}
	words := i18n.Words(i18n.Shorten(query, 200))
	if len(words) == 0 {
		return nil, nil
	}
	words = words[:min(len(words), maxQueryWords)]
	db := s.DB.Read()
	lead, most := words[0], limit*8 // an activity may hold several words that begin so
	if len(words) > 1 {
		most = maxLed
		if lead, err = rarestOfActivities(ctx, db, words); err != nil {
			return nil, err
		}
	}
	var rows []struct {
		Code    string
		Level   process.Level
		NameAZ  string `bun:"name_az"`
		NameEN  string `bun:"name_en"`
		PID     string `bun:"p_id"`
		PCode   string `bun:"p_code"`
		TitleAZ string `bun:"title_az"`
		TitleEN string `bun:"title_en"`
		CycleID string `bun:",nullzero"`
		Period  string `bun:",nullzero"`
	}
	// The first that hold the other words too, in the order of the index: no more are looked at than are needed.
	some := db.NewSelect().TableExpr("(?) AS x", beginningSo(db, lead).ColumnExpr("w.activity_id").OrderExpr("w.word, w.activity_id").Limit(int64(most))).
		ColumnExpr("x.activity_id").Limit(int64(limit) * 8)
	for _, w := range words {
		if w != lead { // the next word of the activity by its own index, whatever the planner thinks of how many begin so
			some.Where("(SELECT MIN(w.word) FROM activity_words AS w WHERE w.activity_id = x.activity_id AND w.word >= ?) < ?", w, pastWord(w))
		}
	}
	each := db.NewSelect().TableExpr("(?) AS k", some).ColumnExpr("k.activity_id").Distinct()
	open := `(SELECT c.? FROM cycles c WHERE c.version_id = a.version_id AND c.state IN ('running', 'evaluating') ORDER BY c.period DESC LIMIT 1)`
	q := db.NewSelect().TableExpr("(?) AS f", each).Join("JOIN activities AS a ON a.id = f.activity_id").
		Join("JOIN process_versions AS v ON v.id = a.version_id").Join("JOIN processes AS p ON p.id = v.process_id").
		ColumnExpr("a.code, a.level, a.name_az, a.name_en, p.id AS p_id, p.code AS p_code, p.title_az, p.title_en").
		ColumnExpr(open+" AS cycle_id", bun.Ident("id")).ColumnExpr(open+" AS period", bun.Ident("period")).
		OrderExpr("p.sort_key, p.id, a.position").Limit(int64(limit))
	for _, w := range words {
		if strings.Trim(w, "0123456789.") == "" {
			q.Where("(a.code = ? OR a.code LIKE ?)", w, w+".%")
		}
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "find activities")
	}
	out := make([]FoundActivity, len(rows))
	for i, r := range rows {
		out[i] = FoundActivity{Process: process.ProcessRef{ID: r.PID, Code: r.PCode, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN}, Code: r.Code, Level: r.Level,
			Name: i18n.InLang(lang, r.NameAZ, r.NameEN), CycleID: r.CycleID, Period: r.Period}
	}
	return out, nil
}

// beginningSo is a query on the words of activities that begin so; of a code
// those that are parts of it.
func beginningSo(db bun.IDB, word string) *bun.SelectQuery {
	return db.NewSelect().TableExpr("activity_words AS w").Where("w.word >= ? AND w.word < ?", word, pastWord(word))
}

// pastWord comes after all words that begin so; of a code after those that are
// parts of it.
func pastWord(word string) string {
	if strings.Trim(word, "0123456789.") == "" {
		return word + "/" // the letter after the point, before every digit
	}
	return word + lastLetter
}

// rarestOfActivities gives the word that the fewest activities hold, counted
// up to a bound: one query.
func rarestOfActivities(ctx context.Context, db bun.IDB, words []string) (string, error) {
	var union *bun.SelectQuery
	for i, w := range words {
		q := db.NewSelect().TableExpr("(?) AS x", beginningSo(db, w).ColumnExpr("1 AS one").Limit(maxLed)).ColumnExpr("? AS i, COUNT(*) AS n", i)
		if union == nil {
			union = q
		} else {
			union = union.UnionAll(q)
		}
	}
	var counts []struct{ I, N int }
	if err := union.Scan(ctx, &counts); err != nil {
		return "", store.MapError(err, "words of activities")
	}
	best := slices.MinFunc(counts, func(a, b struct{ I, N int }) int { return a.N - b.N })
	return words[best.I], nil
}

// namedProcess is a process with the words by which it is found.
type namedProcess struct {
	process.ProcessRef
	words []string
}

// FindProcesses gives processes in whose code and titles all words of a query
// begin a word: at most limit, by title. No query unless something has changed.
func (s *Service) FindProcesses(ctx context.Context, query string, limit int) ([]process.ProcessRef, error) {
	if _, err := office.Allowed(ctx, policies.ProcessRead); err != nil {
		return nil, err
	}
	return s.processesNamed(ctx, query, limit)
}

// processesNamed is FindProcesses for those who were asked already.
func (s *Service) processesNamed(ctx context.Context, query string, limit int) ([]process.ProcessRef, error) {
	words := i18n.Words(i18n.Shorten(query, 200))
	if len(words) == 0 {
		return nil, nil
	}
	all, err := s.kept.processes.Get(ctx, s.DB, struct{}{}, func() ([]namedProcess, error) {
		var rows []process.ProcessRow
		err := s.DB.Read().NewSelect().Model(&rows).OrderExpr("p.sort_key, p.id").Scan(ctx)
		list := make([]namedProcess, len(rows))
		for i, r := range rows {
			list[i] = namedProcess{r.Ref(), i18n.Words(r.Code + " " + r.TitleAZ + " " + r.TitleEN)}
		}
		return list, store.MapError(err, "processes to find")
	})
	if err != nil {
		return nil, err
	}
	var out []process.ProcessRef
	for _, p := range all {
		if len(out) < limit && holdsWords(p.words, words) {
			out = append(out, p.ProcessRef)
		}
	}
	return out, nil
}

// maxNamed bounds the processes that a list of cycles is narrowed to by words.
const maxNamed = 2000

// named narrows a query on cycles c to processes found by words; no words do
// not narrow.
func (s *Service) named(ctx context.Context, query string) (func(*bun.SelectQuery) *bun.SelectQuery, error) {
	if strings.TrimSpace(query) == "" {
		return func(q *bun.SelectQuery) *bun.SelectQuery { return q }, nil
	}
	found, err := s.processesNamed(ctx, query, maxNamed)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(found))
	for i, p := range found {
		ids[i] = p.ID
	}
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		if len(ids) == 0 {
			return q.Where("1 = 0")
		}
		return q.Where("c.process_id IN (?)", bun.List(ids))
	}, nil
}

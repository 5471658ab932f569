package kis

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// FoundActivity is a phase, sub-process or task of a process that was looked
// for by words or code.
type FoundActivity struct {
	Process ProcessRef
	Code    string
	Level   Level
	Name    string // in the language asked for
	CycleID string // of the newest open cycle that has it; empty when there is none
	Period  string
}

// FindActivities looks in the newest description of every process for
// activities whose code begins as one word says, or in whose name all words
// begin a word. At most limit, by process and code; two queries.
func (s *Service) FindActivities(ctx context.Context, query, lang string, limit int) ([]FoundActivity, error) {
	scope, err := Allowed(ctx, policies.ProcessRead)
	if err != nil || !scope.Any {
		return nil, err
	}
	words := searchWords(i18n.Shorten(query, 200))
	if len(words) == 0 {
		return nil, nil
	}
	var rows []struct {
		Code    string
		Level   Level
		NameAZ  string `bun:"name_az"`
		NameEN  string `bun:"name_en"`
		PID     string `bun:"p_id"`
		PCode   string `bun:"p_code"`
		TitleAZ string `bun:"title_az"`
		TitleEN string `bun:"title_en"`
		CycleID string `bun:",nullzero"`
		Period  string `bun:",nullzero"`
	}
	newest := `(SELECT n.id FROM process_versions n WHERE n.process_id = p.id ORDER BY n.number DESC LIMIT 1)`
	open := `(SELECT c.? FROM cycles c WHERE c.version_id = a.version_id AND c.state IN ('running', 'evaluating') ORDER BY c.period DESC LIMIT 1)`
	q := s.DB.Read().NewSelect().TableExpr("processes AS p").Join("JOIN activities AS a ON a.version_id = "+newest).
		ColumnExpr("a.code, a.level, a.name_az, a.name_en, p.id AS p_id, p.code AS p_code, p.title_az, p.title_en").
		ColumnExpr(open+" AS cycle_id", bun.Ident("id")).ColumnExpr(open+" AS period", bun.Ident("period")).
		OrderExpr("p.sort_key, p.id, a.position").Limit(int64(limit))
	for _, w := range words[:min(len(words), maxQueryWords)] {
		if strings.Trim(w, "0123456789.") == "" {
			q.Where("(a.code = ? OR a.code LIKE ?)", w, w+".%")
			continue
		}
		q.Where(`' ' || a.search_key LIKE ? ESCAPE '!'`, store.LikePattern(" "+w))
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "find activities")
	}
	out := make([]FoundActivity, len(rows))
	for i, r := range rows {
		out[i] = FoundActivity{Process: ProcessRef{ID: r.PID, Code: r.PCode, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN}, Code: r.Code, Level: r.Level,
			Name: i18n.InLang(lang, r.NameAZ, r.NameEN), CycleID: r.CycleID, Period: r.Period}
	}
	return out, nil
}

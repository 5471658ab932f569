package audit

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

func templateKeys(ctx context.Context, db bun.IDB) (map[string]bool, error) {
	var ts []Template
	if err := db.NewSelect().Model(&ts).Column("code", "version").Scan(ctx); err != nil {
		return nil, store.MapError(err, "template keys")
	}
	known := map[string]bool{}
	for _, t := range ts {
		known[fmt.Sprintf("%s/%d", t.Code, t.Version)] = true
	}
	return known, nil
}

func insertStandards(ctx context.Context, tx *store.Tx, standards []Standard, clauses []Clause) (added int64, err error) {
	if _, err := tx.NewInsert().Model(&standards).On("CONFLICT (code, edition) DO NOTHING").Exec(ctx); err != nil {
		return 0, store.MapError(err, "insert standards")
	}
	added, err = store.Affected(tx.NewInsert().Model(&clauses).On("CONFLICT (standard, edition, number) DO NOTHING").Exec(ctx))
	return added, store.MapError(err, "insert clauses")
}

func insertTemplate(ctx context.Context, tx *store.Tx, t Template, rows []templateRow) error {
	if _, err := tx.NewInsert().Model(&t).Exec(ctx); err != nil {
		return store.MapError(err, "insert template")
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert template rows")
}

// currentTemplates gives the highest version of each code that is valid on
// the day.
func currentTemplates(ctx context.Context, db bun.IDB, on day.Day) ([]Template, error) {
	var ts []Template
	err := db.NewSelect().Model(&ts).ColumnExpr("t.*").
		ColumnExpr("(SELECT COUNT(*) FROM checklist_template_rows x WHERE x.template_id = t.id) AS rows").
		Where("t.valid_from <= ?", on).Where("t.state = ?", TemplatePublished).
		Where("NOT EXISTS (SELECT 1 FROM checklist_templates n WHERE n.code = t.code AND n.version > t.version AND n.valid_from <= ? AND n.state = ?)", on, TemplatePublished).
		Order("t.code").Scan(ctx)
	return ts, store.MapError(err, "templates")
}

// templateRows gives the rows of templates in order, each with the standard
// of its template.
func templateRows(ctx context.Context, db bun.IDB, ids []string) ([]templateRow, error) {
	var rows []templateRow
	err := db.NewSelect().Model(&rows).Join("JOIN checklist_templates AS t ON t.id = tr.template_id").
		Where("tr.template_id IN (?)", bun.List(ids)).Order("t.code", "tr.position").Scan(ctx)
	return rows, store.MapError(err, "template rows")
}

// fillQuestionKeys makes the search key of questions that an older program
// has stored.
func fillQuestionKeys(ctx context.Context, tx *store.Tx) error {
	var rows []templateRow
	if err := tx.NewSelect().Model(&rows).Where("tr.search_key = ''").Scan(ctx); err != nil {
		return store.MapError(err, "questions without key")
	}
	for _, r := range rows {
		r.SearchKey = QuestionKey(r.No, r.Clause, r.GSBPM, r.QuestionAZ, r.QuestionEN, r.GuidanceAZ, r.GuidanceEN)
		if _, err := tx.NewUpdate().Model(&r).Column("search_key").Where("id = ?", r.ID).Exec(ctx); err != nil {
			return store.MapError(err, "fill question key")
		}
	}
	return nil
}

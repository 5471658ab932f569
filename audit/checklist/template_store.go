package checklist

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// withRows adds the number of questions to a query over templates.
func withRows(q *bun.SelectQuery) *bun.SelectQuery {
	return q.ColumnExpr("t.*").ColumnExpr("(SELECT COUNT(*) FROM checklist_template_rows x WHERE x.template_id = t.id) AS rows").Where("t.state <> ?", audit.TemplateOwn)
}

// allTemplates reads all versions, by code and newest first.
func allTemplates(ctx context.Context, db bun.IDB) ([]audit.Template, error) {
	var ts []audit.Template
	err := withRows(db.NewSelect().Model(&ts)).OrderExpr("t.code, t.version DESC").Scan(ctx)
	return ts, store.MapError(err, "templates")
}

// versionsOf reads the versions of a code, newest first.
func versionsOf(ctx context.Context, db bun.IDB, code string) ([]audit.Template, error) {
	var ts []audit.Template
	err := withRows(db.NewSelect().Model(&ts)).Where("t.code = ?", code).OrderExpr("t.version DESC").Scan(ctx)
	return ts, store.MapError(err, "versions")
}

func templateByID(ctx context.Context, db bun.IDB, id string) (audit.Template, error) {
	var t audit.Template
	if !store.IsID(id) {
		return t, apperr.Missing("template")
	}
	err := withRows(db.NewSelect().Model(&t)).Where("t.id = ?", id).Scan(ctx)
	return t, store.MapError(err, "template")
}

func questionsOf(ctx context.Context, db bun.IDB, templateID string) ([]Question, error) {
	var list []Question
	err := db.NewSelect().Model(&list).Where("tr.template_id = ?", templateID).Order("tr.position", "tr.id").Scan(ctx)
	return list, store.MapError(err, "questions")
}

// searchQuestions finds the questions of templates that hold all words, and
// counts them by template.
func searchQuestions(ctx context.Context, db bun.IDB, templates, words []string) ([]Question, map[string]int, error) {
	counts := map[string]int{}
	if len(templates) == 0 {
		return nil, counts, nil
	}
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		q.Where("tr.template_id IN (?)", bun.List(templates))
		for _, w := range words {
			q.Where("tr.search_key LIKE ? ESCAPE '!'", "%"+escape(w)+"%")
		}
		return q
	}
	var list []Question
	err := narrow(db.NewSelect().Model(&list)).Join("JOIN checklist_templates AS t ON t.id = tr.template_id").OrderExpr("t.code, tr.position").Limit(maxHits).Scan(ctx)
	if err != nil {
		return nil, nil, store.MapError(err, "search questions")
	}
	var rows []struct {
		TemplateID string
		N          int
	}
	err = narrow(db.NewSelect().TableExpr("checklist_template_rows AS tr")).ColumnExpr("tr.template_id, COUNT(*) AS n").GroupExpr("tr.template_id").Scan(ctx, &rows)
	for _, r := range rows {
		counts[r.TemplateID] = r.N
	}
	return list, counts, store.MapError(err, "count questions")
}

// escape keeps the signs of LIKE in a word from meaning anything.
func escape(word string) string {
	var out []rune
	for _, r := range word {
		if r == '%' || r == '_' || r == '!' {
			out = append(out, '!')
		}
		out = append(out, r)
	}
	return string(out)
}

func standardKnown(ctx context.Context, db bun.IDB, code, edition string) (bool, error) {
	var n int
	err := db.NewRaw("SELECT COUNT(*) FROM standards WHERE code = ? AND edition = ?", code, edition).Scan(ctx, &n)
	return n > 0, store.MapError(err, "standard")
}

func allStandards(ctx context.Context, db bun.IDB) ([]audit.Standard, error) {
	var out []audit.Standard
	err := db.NewSelect().Model(&out).Order("st.code", "st.edition").Scan(ctx)
	return out, store.MapError(err, "standards")
}

// clausesOf reads the clauses of an edition in the order of their numbers, and
// its name.
func clausesOf(ctx context.Context, db bun.IDB, standard, edition string) ([]audit.Clause, string, error) {
	var out []audit.Clause
	if err := db.NewSelect().Model(&out).Where("sc.standard = ? AND sc.edition = ?", standard, edition).Scan(ctx); err != nil {
		return nil, "", store.MapError(err, "clauses")
	}
	slices.SortFunc(out, func(a, b audit.Clause) int { return audit.CompareClauses(a.Number, b.Number) })
	var names []string
	err := db.NewRaw("SELECT name FROM standards WHERE code = ? AND edition = ?", standard, edition).Scan(ctx, &names)
	if err != nil || len(names) == 0 {
		return out, "", store.MapError(err, "standard")
	}
	return out, names[0], nil
}

func clauseSet(ctx context.Context, db bun.IDB, standard, edition string) (map[string]bool, error) {
	var numbers []string
	err := db.NewRaw("SELECT number FROM standard_clauses WHERE standard = ? AND edition = ?", standard, edition).Scan(ctx, &numbers)
	set := map[string]bool{}
	for _, n := range numbers {
		set[n] = true
	}
	return set, store.MapError(err, "clauses")
}

// auditsWith counts the audits that hold a question of a template.
func auditsWith(ctx context.Context, db bun.IDB, templateID string) (n int, err error) {
	err = db.NewRaw("SELECT COUNT(DISTINCT audit_id) FROM audit_rows WHERE template_id = ?", templateID).Scan(ctx, &n)
	return n, store.MapError(err, "audits of template")
}

// holdTemplate keeps a template for the rest of the transaction.
func holdTemplate(ctx context.Context, tx *store.Tx, id string) error {
	if !store.IsID(id) {
		return nil
	}
	if _, err := tx.NewRaw("UPDATE checklist_templates SET state = state WHERE id = ?", id).Exec(ctx); err != nil {
		return store.MapError(err, "hold template")
	}
	return tx.Seen(ctx, kindTemplate, id)
}

func insertTemplate(ctx context.Context, tx *store.Tx, t audit.Template) error {
	_, err := tx.NewInsert().Model(&t).Exec(ctx)
	return store.MapError(err, "insert template")
}

func updateTemplate(ctx context.Context, tx *store.Tx, t audit.Template) error {
	_, err := tx.NewUpdate().Model(&t).Column("standard", "edition", "valid_from", "title_az", "title_en", "note_az", "note_en", "state", "revision",
		"published_at", "published_by", "withdrawn_at", "withdrawn_by", "withdraw_reason").Where("id = ?", t.ID).Exec(ctx)
	return store.MapError(err, "update template")
}

func deleteTemplate(ctx context.Context, tx *store.Tx, id string) error {
	_, err := tx.NewDelete().Model((*audit.Template)(nil)).Where("id = ? AND state = ?", id, audit.TemplateDraft).Exec(ctx)
	return store.MapError(err, "delete template")
}

func insertQuestions(ctx context.Context, tx *store.Tx, list []Question) error {
	if len(list) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&list).Exec(ctx)
	return store.MapError(err, "insert questions")
}

func updateQuestion(ctx context.Context, tx *store.Tx, q Question) error {
	_, err := tx.NewUpdate().Model(&q).Column("no", "gsbpm", "clause", "question_az", "question_en", "guidance_az", "guidance_en", "search_key").
		Where("id = ?", q.ID).Exec(ctx)
	return store.MapError(err, "update question")
}

func placeQuestion(ctx context.Context, tx *store.Tx, q Question) error {
	_, err := tx.NewUpdate().Model(&q).Column("position").Where("id = ?", q.ID).Exec(ctx)
	return store.MapError(err, "place question")
}

// deleteQuestions removes one question of a template, or all when id is empty.
func deleteQuestions(ctx context.Context, tx *store.Tx, templateID, id string) error {
	q := tx.NewDelete().Model((*Question)(nil)).Where("template_id = ?", templateID)
	if id != "" {
		q.Where("id = ?", id)
	}
	_, err := q.Exec(ctx)
	return store.MapError(err, "delete questions")
}

package audit

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

type findingEvidence struct {
	bun.BaseModel `bun:"table:finding_evidence"`

	FindingID    string `bun:"finding_id,pk"`
	SubmissionID string `bun:"submission_id,pk"`
}

func templateByID(ctx context.Context, db bun.IDB, id string) (Template, error) {
	var t Template
	err := db.NewSelect().Model(&t).Where("t.id = ?", id).Scan(ctx)
	return t, store.MapError(err, "template")
}

// findingSearchKey is what a search over findings looks through.
func findingSearchKey(f Finding) string {
	return i18n.Fold(strings.Join([]string{f.Statement, f.Recommendation, f.Topic, f.GSBPM, f.Clause}, " "))
}

// fillFindingKeys makes the search key of findings that an older program has
// stored.
func fillFindingKeys(ctx context.Context, tx *store.Tx) error {
	var rows []Finding
	if err := tx.NewSelect().Model(&rows).Where("f.search_key = ''").Scan(ctx); err != nil {
		return store.MapError(err, "findings without key")
	}
	for _, f := range rows {
		f.SearchKey = findingSearchKey(f)
		if _, err := tx.NewUpdate().Model(&f).Column("search_key").Where("id = ?", f.ID).Exec(ctx); err != nil {
			return store.MapError(err, "fill finding key")
		}
	}
	return nil
}

// nextFinding gives the next number inside an audit, whose row is locked.
func nextFinding(ctx context.Context, tx *store.Tx, auditID string) (n int, err error) {
	err = tx.NewRaw("SELECT COALESCE(MAX(no), 0) + 1 FROM findings WHERE audit_id = ?", auditID).Scan(ctx, &n)
	return n, store.MapError(err, "next finding")
}

func storeFinding(ctx context.Context, tx *store.Tx, f Finding, evidence []string) error {
	f.SearchKey = findingSearchKey(f)
	if _, err := tx.NewInsert().Model(&f).Exec(ctx); err != nil {
		return store.MapError(err, "insert finding")
	}
	if len(evidence) == 0 {
		return nil
	}
	var links []findingEvidence
	for _, id := range evidence {
		links = append(links, findingEvidence{FindingID: f.ID, SubmissionID: id})
	}
	_, err := tx.NewInsert().Model(&links).Exec(ctx)
	return store.MapError(err, "link finding")
}

// earlierAct says whether an act of the department was issued under the id.
func earlierAct(ctx context.Context, db bun.IDB, id, departmentID string) (bool, error) {
	var n int
	err := db.NewRaw("SELECT COUNT(*) FROM acts WHERE id = ? AND department_id = ? AND issued_at IS NOT NULL AND state <> ?",
		id, departmentID, ActWithdrawn).Scan(ctx, &n)
	return n > 0, store.MapError(err, "earlier act")
}

func recommendations(ctx context.Context, db bun.IDB, sc policies.Scope) ([]Recommendation, error) {
	condition, args := draftSeen(ctx)
	q := db.NewSelect().TableExpr("findings AS f").
		ColumnExpr("f.id AS finding_id, f.audit_id, a.number AS audit_number, COALESCE(CAST(c.id AS TEXT), '') AS act_id, COALESCE(c.number, '') AS act_number").
		ColumnExpr("f.recommendation AS text, f.department_id, f.gsbpm, f.grade, st.name || ', ' || f.clause AS clause").
		Join("JOIN audits AS a ON a.id = f.audit_id").Join("LEFT JOIN acts AS c ON c.finding_id = f.id").
		Join("JOIN standards AS st ON st.code = f.standard AND st.edition = f.edition").
		Where("f.recommendation <> ''").Where("a.state <> ?", Cancelled).Where("c.id IS NULL OR c.state <> ?", ActWithdrawn).Where("(c.id IS NULL OR "+condition+")", args...).
		OrderExpr("f.created_at DESC, f.id DESC")
	if !sc.Any {
		q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			q.Where("1 = 0")
			if len(sc.Departments) > 0 {
				q.WhereOr("f.department_id IN (?) AND (c.issued_at IS NOT NULL OR a.reported_at IS NOT NULL)", bun.List(sc.Departments))
			}
			if ids := opened(sc); len(ids) > 0 {
				q.WhereOr("f.audit_id IN (?)", bun.List(ids))
			}
			return q
		})
	}
	var out []Recommendation
	err := q.Scan(ctx, &out)
	return out, store.MapError(err, "recommendations")
}

package audit

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

type rowEvidence struct {
	bun.BaseModel `bun:"table:row_evidence,alias:re"`

	RowID        string    `bun:"row_id,pk"`
	SubmissionID string    `bun:"submission_id,pk"`
	AddedBy      string    `bun:"added_by,nullzero"`
	AddedAt      time.Time `bun:"added_at"`
}

func rowByID(ctx context.Context, db bun.IDB, id string) (Row, error) {
	var r Row
	if !store.IsID(id) {
		return r, apperr.Missing("row")
	}
	err := db.NewSelect().Model(&r).Where("r.id = ?", id).Scan(ctx)
	return r, store.MapError(err, "row")
}

// updateRow writes an answer if the row still has the version that was seen.
func updateRow(ctx context.Context, tx *store.Tx, r Row, seen int) (moved bool, err error) {
	n, err := store.Affected(tx.NewUpdate().Model(&r).
		Column("answer", "note", "population", "sample", "sample_method", "sample_result", "answered_by", "answered_at", "version").
		Where("id = ? AND version = ?", r.ID, seen).Exec(ctx))
	return n > 0, store.MapError(err, "answer row")
}

// linkEvidence makes the links of a row exactly these submissions.
func linkEvidence(ctx context.Context, tx *store.Tx, rowID string, submissions []string) error {
	q := tx.NewDelete().Model((*rowEvidence)(nil)).Where("row_id = ?", rowID)
	if len(submissions) > 0 {
		q.Where("submission_id NOT IN (?)", bun.List(submissions))
	}
	if _, err := q.Exec(ctx); err != nil {
		return store.MapError(err, "unlink evidence")
	}
	if len(submissions) == 0 {
		return nil
	}
	var links []rowEvidence
	for _, id := range submissions {
		links = append(links, rowEvidence{RowID: rowID, SubmissionID: id, AddedBy: tx.Actor.UserID, AddedAt: tx.Now})
	}
	_, err := tx.NewInsert().Model(&links).On("CONFLICT (row_id, submission_id) DO NOTHING").Exec(ctx)
	return store.MapError(err, "link evidence")
}

// evidenceInScope counts how many of the submissions belong to the scope of
// an audit: to its cycles or, when it has none, to its departments.
func evidenceInScope(ctx context.Context, db bun.IDB, auditID string, ids []string) (n int, err error) {
	err = db.NewRaw(`SELECT COUNT(*) FROM submissions s WHERE s.id IN (?1) AND (
		EXISTS (SELECT 1 FROM audit_cycles x WHERE x.audit_id = ?0 AND x.cycle_id = s.cycle_id)
		OR (NOT EXISTS (SELECT 1 FROM audit_cycles x WHERE x.audit_id = ?0)
			AND EXISTS (SELECT 1 FROM audit_departments x WHERE x.audit_id = ?0 AND x.department_id = s.department_id)))`,
		auditID, bun.List(ids)).Scan(ctx, &n)
	return n, store.MapError(err, "evidence in scope")
}

// standingActs counts the acts raised from a row that were not withdrawn.
func standingActs(ctx context.Context, db bun.IDB, rowID string) (n int, err error) {
	err = db.NewRaw("SELECT COUNT(*) FROM findings f JOIN acts c ON c.finding_id = f.id WHERE f.row_id = ? AND c.state <> ?",
		rowID, ActWithdrawn).Scan(ctx, &n)
	return n, store.MapError(err, "acts of row")
}

// userName gives the name of a user, "" for none.
func userName(ctx context.Context, db bun.IDB, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	var names []string
	err := db.NewRaw("SELECT name FROM users WHERE id = ?", id).Scan(ctx, &names)
	if err != nil || len(names) == 0 {
		return "", store.MapError(err, "user name")
	}
	return names[0], nil
}

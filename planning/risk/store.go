package risk

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// Assessment is one weighing of a risk, as it was made.
type Assessment struct {
	bun.BaseModel `bun:"table:risk_assessments,alias:a"`

	ID         string    `bun:"id,pk"`
	RiskID     string    `bun:"risk_id"`
	No         int       `bun:"no"`
	Occasion   string    `bun:"occasion"` // first, review or residual
	Scale      int       `bun:"scale"`
	Likelihood int       `bun:"likelihood"`
	Impact     int       `bun:"impact"`
	Score      int       `bun:"score"`
	Level      string    `bun:"level"`
	Note       string    `bun:"note"`
	AssessedBy string    `bun:"assessed_by"`
	AssessedAt time.Time `bun:"assessed_at"`

	AssessedName string `bun:"assessed_name,scanonly"`
}

// riskSeal is what the trail keeps of a risk.
var riskSeal = store.Seal{Kind: KindRisk, Table: "risks", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, number, kind, title, cause, consequence, process_id, gsbpm, department_id, owner_id, created_by, created_at FROM risks WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, state_at, treatment_kind, treatment, due, result, reported_by, reported_at, verdict, checked_by, checked_at,
		refused, reason, review_due, version FROM risks WHERE id IN (?0)`},
	{Name: "weight", Query: `SELECT id, scale, first_likelihood, first_impact, first_level, likelihood, impact, level, assessed_at FROM risks WHERE id IN (?0)`},
	{Name: "files", Query: `SELECT l.risk_id, l.file_id, l.position, l.state, f.sha256, f.size, f.name FROM risk_files l JOIN files f ON f.id = l.file_id WHERE l.risk_id IN (?0)`},
	{Name: "assessments", Query: `SELECT risk_id, id, no, occasion, scale, likelihood, impact, level, note, assessed_by, assessed_at FROM risk_assessments WHERE risk_id IN (?0)`},
}}

func insertRisk(ctx context.Context, tx *store.Tx, r *Risk, a Assessment) error {
	if _, err := tx.NewInsert().Model(r).Exec(ctx); err != nil {
		return store.MapError(err, "insert risk")
	}
	return insertAssessment(ctx, tx, a)
}

// insertAssessment stores an assessment behind the earlier ones of its risk,
// which is locked, so the number is free.
func insertAssessment(ctx context.Context, tx *store.Tx, a Assessment) error {
	if err := tx.NewRaw("SELECT COALESCE(MAX(no), 0) + 1 FROM risk_assessments WHERE risk_id = ?", a.RiskID).Scan(ctx, &a.No); err != nil {
		return store.MapError(err, "number of assessment")
	}
	_, err := tx.NewInsert().Model(&a).Exec(ctx)
	return store.MapError(err, "insert assessment")
}

// lockRisk reads a risk that is about to change.
func lockRisk(ctx context.Context, tx *store.Tx, id string) (Risk, error) {
	var r Risk
	err := store.Lock(tx.NewSelect().Model(&r).Where("r.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return r, apperr.Missing(KindRisk)
	}
	if err != nil {
		return r, store.MapError(err, "lock risk")
	}
	return r, tx.Seen(ctx, KindRisk, id)
}

// setRisk stores a risk that was locked and moves it to a state, which may be
// the one it is in.
func setRisk(ctx context.Context, tx *store.Tx, r *Risk, to State) error {
	from := r.State
	r.State = to
	r.Version++
	n, err := store.Affected(tx.NewUpdate().Model(r).ExcludeColumn("id", "number", "first_likelihood", "first_impact", "first_score", "first_level", "created_by", "created_at").
		Where("id = ? AND state = ? AND version = ?", r.ID, from, r.Version-1).Exec(ctx))
	return store.Moved(n, err, KindRisk, string(from))
}

// assessmentsOf lists the assessments of a risk, newest first.
func assessmentsOf(ctx context.Context, db bun.IDB, riskID string) ([]Assessment, error) {
	var list []Assessment
	err := db.NewSelect().Model(&list).ColumnExpr("a.*, u.name AS assessed_name").Join("JOIN users AS u ON u.id = a.assessed_by").
		Where("a.risk_id = ?", riskID).OrderExpr("a.no DESC").Scan(ctx)
	return list, store.MapError(err, "assessments")
}

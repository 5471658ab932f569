package document

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Audits says of an audit what this package must know, without importing it.
type Audits interface {
	// MayName gives the number of an audit whose criteria the actor may set now;
	// NotFound when they may not see it, Conflict when it is too late.
	MayName(ctx context.Context, auditID string) (number string, err error)
}

// Criterion is a version of a document that is a criterion of an audit.
type Criterion struct {
	Version `bun:",extend"`
	Number  string
	TitleAZ string `bun:"title_az"`
	TitleEN string `bun:"title_en"`
}

// Title is the title in a language.
func (c Criterion) Title(lang string) string { return i18n.InLang(lang, c.TitleAZ, c.TitleEN) }

// Criteria lists the documents that are criteria of an audit, by number. Who
// may see the audit is up to the page they stand on.
func (s *Service) Criteria(ctx context.Context, auditID string) ([]Criterion, error) {
	return criteriaOf(ctx, s.DB.Read(), auditID)
}

func criteriaOf(ctx context.Context, db bun.IDB, auditID string) ([]Criterion, error) {
	var list []Criterion
	if !store.IsID(auditID) {
		return nil, nil
	}
	err := db.NewSelect().TableExpr("document_versions AS v").ColumnExpr("v.*, d.number, d.title_az, d.title_en").Join("JOIN controlled_documents AS d ON d.id = v.document_id").
		Join("JOIN audit_documents AS a ON a.version_id = v.id").Where("a.audit_id = ?", auditID).OrderExpr("d.sort_key, v.no").Scan(ctx, &list)
	return list, store.MapError(err, "criteria of an audit")
}

// NameCriterion names a version that is in force today as a criterion of an
// audit, or takes it off.
func (s *Service) NameCriterion(ctx context.Context, auditID, versionID string, off bool) error {
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
		return err
	}
	if s.Audits == nil || !store.IsID(auditID) {
		return apperr.Missing("audit")
	}
	number, err := s.Audits.MayName(ctx, auditID)
	if err != nil {
		return err
	}
	if !store.IsID(versionID) {
		return apperr.InvalidField("version", "error.field.choice")
	}
	today := s.KIS.Today()
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Seen(ctx, "audit", auditID); err != nil {
			return err
		}
		n, label, err := setCriterion(ctx, tx, auditID, versionID, off, today)
		if err != nil {
			return err
		}
		if n == 0 {
			return store.ErrNoChange
		}
		step := "criterion"
		if off {
			step = "criterion_off"
		}
		tx.Record(store.Change{Action: string(policies.AuditPlan), Kind: "audit_document", ID: versionID, Label: number, RootKind: "audit", RootID: auditID, After: map[string]any{"step": step, "document": label}})
		return nil
	})
}

// setCriterion stores or removes the row of a criterion and gives the number of
// its document.
func setCriterion(ctx context.Context, tx *store.Tx, auditID, versionID string, off bool, today day.Day) (int64, string, error) {
	var found []struct{ Number string }
	err := tx.NewRaw(`SELECT d.number FROM document_versions v JOIN controlled_documents d ON d.id = v.document_id WHERE v.id = ?0 AND (?1 OR (v.state = 'in_force' AND v.effective <= ?2
		AND (v.until_day IS NULL OR v.until_day > ?2)))`, versionID, off, today).Scan(ctx, &found)
	if err != nil {
		return 0, "", store.MapError(err, "version of a criterion")
	}
	if len(found) == 0 {
		return 0, "", apperr.InvalidField("version", "error.field.choice")
	}
	q := "INSERT INTO audit_documents (audit_id, version_id) VALUES (?, ?) ON CONFLICT (audit_id, version_id) DO NOTHING"
	if off {
		q = "DELETE FROM audit_documents WHERE audit_id = ? AND version_id = ?"
	}
	n, err := store.Affected(tx.NewRaw(q, auditID, versionID).Exec(ctx))
	return n, found[0].Number, store.MapError(err, "criterion of an audit")
}

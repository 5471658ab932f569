package document

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

func insertDocument(ctx context.Context, tx *store.Tx, d *Document) error {
	_, err := tx.NewInsert().Model(d).Exec(ctx)
	return store.MapError(err, "insert document")
}

func insertVersion(ctx context.Context, tx *store.Tx, v *Version) error {
	_, err := tx.NewInsert().Model(v).Exec(ctx)
	return store.MapError(err, "insert version")
}

func numberTaken(ctx context.Context, db bun.IDB, number string) (bool, error) {
	n, err := db.NewSelect().Model((*Document)(nil)).Where("d.number = ?", number).Count(ctx)
	return n > 0, store.MapError(err, "number of a document")
}

// lockDocument holds a document, and with it its versions, until the unit of
// work ends.
func lockDocument(ctx context.Context, tx *store.Tx, id string) (Document, error) {
	var d Document
	err := store.Lock(tx.NewSelect().Model(&d).Where("d.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return d, apperr.Missing(Object)
	}
	if err != nil {
		return d, store.MapError(err, "lock document")
	}
	return d, tx.Seen(ctx, Object, id)
}

// setDocument stores a locked document.
func setDocument(ctx context.Context, tx *store.Tx, d *Document) error {
	d.Version++
	n, err := store.Affected(tx.NewUpdate().Model(d).ExcludeColumn("id", "created_by", "created_at").Where("id = ? AND version = ?", d.ID, d.Version-1).Exec(ctx))
	return store.Moved(n, err, Object, "")
}

// setVersion stores a version of a locked document and moves it to a state,
// which may be the one it is in.
func setVersion(ctx context.Context, tx *store.Tx, v *Version, to State) error {
	from := v.State
	if v.State = to; from != to {
		v.StateAt = tx.Now
	}
	v.Row++
	n, err := store.Affected(tx.NewUpdate().Model(v).ExcludeColumn("id", "document_id", "no", "created_by", "created_at").
		Where("id = ? AND state = ? AND version = ?", v.ID, from, v.Row-1).Exec(ctx))
	return store.Moved(n, err, Object, string(from))
}

// versionsOf lists the versions of a document, newest first.
func versionsOf(ctx context.Context, db bun.IDB, documentID string) ([]Version, error) {
	var list []Version
	err := db.NewSelect().Model(&list).ColumnExpr("v.*, c.name AS created_name, COALESCE(s.name, '') AS submitted_name").
		ColumnExpr("COALESCE(f.name, '') AS file_name, COALESCE(f.size, 0) AS file_size, COALESCE(f.sha256, '') AS sha256").
		Join("JOIN users AS c ON c.id = v.created_by").Join("LEFT JOIN users AS s ON s.id = v.submitted_by").Join("LEFT JOIN files AS f ON f.id = v.file_id").
		Where("v.document_id = ?", documentID).OrderExpr("v.no DESC").Scan(ctx)
	return list, store.MapError(err, "versions of a document")
}

// openVersion is the version that is being prepared or waits for a decision.
func openVersion(ctx context.Context, tx *store.Tx, documentID string) (Version, error) {
	list, err := versionsOf(ctx, tx, documentID)
	if err != nil {
		return Version{}, err
	}
	if len(list) > 0 && (list[0].State == Draft || list[0].State == Approval) {
		return list[0], nil
	}
	state := Withdrawn
	if len(list) > 0 {
		state = list[0].State
	}
	return Version{}, conflict(state)
}

// standingVersion is the last version that is in force or about to be.
func standingVersion(ctx context.Context, tx *store.Tx, documentID string) (Version, error) {
	list, err := versionsOf(ctx, tx, documentID)
	if err != nil {
		return Version{}, err
	}
	for _, v := range list {
		if v.State == InForce && v.Until == "" {
			return v, nil
		}
	}
	return Version{}, apperr.New(apperr.Conflict, "document.error.not_in_force")
}

// approvedOnce says whether a version was ever approved.
func approvedOnce(ctx context.Context, db bun.IDB, documentID string) (bool, error) {
	n, err := db.NewSelect().Model((*Version)(nil)).Where("v.document_id = ? AND v.approved_at IS NOT NULL", documentID).Count(ctx)
	return n > 0, store.MapError(err, "approved versions")
}

// belongs checks that the department and the process are there and in use.
func belongs(ctx context.Context, db bun.IDB, f Fields) error {
	var c apperr.Check
	departments, err := office.DepartmentsByID(ctx, db, []string{f.DepartmentID})
	if err != nil {
		return err
	}
	if d, ok := departments[f.DepartmentID]; !ok || d.Kind != office.Internal || !d.ArchivedAt.IsZero() {
		c.Add("department", "error.field.choice")
	}
	if f.ProcessID != "" {
		n, err := db.NewSelect().TableExpr("processes AS p").Where("p.id = ?", f.ProcessID).Count(ctx)
		if err != nil {
			return store.MapError(err, "process of a document")
		}
		if n == 0 {
			c.Add("process", "error.field.choice")
		}
	}
	return c.Err()
}

func readersOf(ctx context.Context, db bun.IDB, documentID string) ([]Reader, error) {
	var list []Reader
	err := db.NewSelect().Model(&list).ColumnExpr("x.*, COALESCE(o.code, '') AS department_code, COALESCE(u.name, '') AS user_name").
		Join("LEFT JOIN departments AS o ON o.id = x.department_id").Join("LEFT JOIN users AS u ON u.id = x.user_id").
		Where("x.document_id = ?", documentID).OrderExpr("x.position").Scan(ctx)
	return list, store.MapError(err, "readers")
}

func setReaders(ctx context.Context, tx *store.Tx, documentID string, lines []Reader) error {
	if _, err := tx.NewDelete().Model((*Reader)(nil)).Where("document_id = ?", documentID).Exec(ctx); err != nil {
		return store.MapError(err, "remove readers")
	}
	if len(lines) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&lines).Exec(ctx)
	return store.MapError(err, "insert readers")
}

// insertAcknowledgement keeps that somebody has read a version; fresh is false
// when that stood already.
func insertAcknowledgement(ctx context.Context, tx *store.Tx, versionID, userID string, at time.Time) (fresh bool, err error) {
	n, err := store.Affected(tx.NewRaw("INSERT INTO document_acknowledgements (version_id, user_id, at) VALUES (?, ?, ?) ON CONFLICT (version_id, user_id) DO NOTHING", versionID, userID, at).Exec(ctx))
	return n > 0, store.MapError(err, "insert acknowledgement")
}

// Reviewed is a review that left a version in force.
type Reviewed struct {
	bun.BaseModel `bun:"table:document_reviews,alias:w"`

	ID         string    `bun:"id,pk"`
	VersionID  string    `bun:"version_id"`
	Note       string    `bun:"note"`
	NextDue    day.Day   `bun:"next_due"`
	ReviewedBy string    `bun:"reviewed_by"`
	ReviewedAt time.Time `bun:"reviewed_at"`
}

func insertReview(ctx context.Context, tx *store.Tx, w Reviewed) error {
	_, err := tx.NewInsert().Model(&w).Exec(ctx)
	return store.MapError(err, "insert review")
}

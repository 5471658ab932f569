package audit

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// rowChange is one change of one field of a row, kept for merging and for the
// hints to the others.
type rowChange struct {
	bun.BaseModel `bun:"table:row_changes,alias:rc"`

	AuditID string    `bun:"audit_id,pk"`
	Seq     int       `bun:"seq,pk"`
	RowID   string    `bun:"row_id"`
	Version int       `bun:"version"`
	Field   RowField  `bun:"field"`
	Before  string    `bun:"old_text"`
	After   string    `bun:"new_text"`
	UserID  string    `bun:"user_id,nullzero"`
	At      time.Time `bun:"at"`
	Request string    `bun:"request"`

	By string `bun:"by,scanonly"` // name
}

// changesSince reads the changes of a row after a version, oldest first.
func changesSince(ctx context.Context, db bun.IDB, rowID string, version int) ([]rowChange, error) {
	var out []rowChange
	err := db.NewSelect().Model(&out).ColumnExpr("rc.*").ColumnExpr("COALESCE(u.name, '') AS by").
		Join("LEFT JOIN users AS u ON u.id = rc.user_id").
		Where("rc.row_id = ?", rowID).Where("rc.version > ?", version).Order("rc.version", "rc.field").Scan(ctx)
	return out, store.MapError(err, "changes of row")
}

// requestServed says whether a request of this user has changed the row.
func requestServed(ctx context.Context, db bun.IDB, rowID, userID, request string) (bool, error) {
	var n int
	err := db.NewRaw("SELECT COUNT(*) FROM row_changes WHERE row_id = ? AND user_id = ? AND request = ?", rowID, bun.NullZero(userID), request).Scan(ctx, &n)
	return n > 0, store.MapError(err, "request served")
}

// lastChange is the number of the last change in an audit, 0 when there is
// none.
func lastChange(ctx context.Context, db bun.IDB, auditID string) (n int, err error) {
	err = db.NewRaw("SELECT COALESCE(MAX(seq), 0) FROM row_changes WHERE audit_id = ?", auditID).Scan(ctx, &n)
	return n, store.MapError(err, "last change")
}

// keepChanges notes the fields written to a row, whose audit is held.
func keepChanges(ctx context.Context, tx *store.Tx, r Row, request string, before, after map[RowField]string) error {
	seq, err := lastChange(ctx, tx, r.AuditID)
	if err != nil {
		return err
	}
	var list []rowChange
	for _, field := range RowFields() {
		text, changed := after[field]
		if !changed {
			continue
		}
		seq++
		list = append(list, rowChange{AuditID: r.AuditID, Seq: seq, RowID: r.ID, Version: r.Version, Field: field, Before: before[field], After: text,
			UserID: tx.Actor.UserID, At: tx.Now, Request: request})
	}
	_, err = tx.NewInsert().Model(&list).Exec(ctx)
	return store.MapError(err, "keep changes")
}

// changesAfter reads the newest state of each field that was changed after a
// number, with who changed it last.
func changesAfter(ctx context.Context, db bun.IDB, auditID string, seq, limit int) ([]rowChange, error) {
	var out []rowChange
	err := db.NewSelect().Model(&out).ColumnExpr("rc.*").ColumnExpr("COALESCE(u.name, '') AS by").
		Join("LEFT JOIN users AS u ON u.id = rc.user_id").
		Where("rc.audit_id = ?", auditID).Where("rc.seq > ?", seq).Order("rc.seq").Limit(int64(limit)).Scan(ctx)
	return out, store.MapError(err, "changes of checklist")
}

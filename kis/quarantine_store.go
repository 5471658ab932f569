package kis

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// quarantineRow is the stored form of Quarantined.
type quarantineRow struct {
	bun.BaseModel `bun:"table:quarantine,alias:q"`

	ID          string    `bun:"id,pk"`
	UserID      string    `bun:"user_id,nullzero"`
	FileID      string    `bun:"file_id,nullzero"`
	Name        string    `bun:"name"`
	Size        int64     `bun:"size"`
	SHA256      string    `bun:"sha256"`
	ContentType string    `bun:"content_type"`
	Signature   string    `bun:"signature"`
	FoundAt     time.Time `bun:"found_at"`
	DeletedAt   time.Time `bun:"deleted_at,nullzero"`
	DeletedBy   string    `bun:"deleted_by,nullzero"`
}

// caught is an upload as it goes into quarantine.
func (u Upload) caught(userID string) quarantineRow {
	return quarantineRow{UserID: userID, Name: u.Name, Size: u.Size, SHA256: u.SHA256, ContentType: u.ContentType}
}

// catch puts into quarantine the given rows and every upload and file of the
// same bytes: uploads are forgotten, files stay with their record and cannot be
// opened any more.
func catch(ctx context.Context, tx *store.Tx, sha, signature string, rows []quarantineRow) error {
	var ups []uploadRow
	if _, err := tx.NewDelete().Model(&ups).Where("sha256 = ?", sha).Returning("*").Exec(ctx); err != nil {
		return store.MapError(err, "catch uploads")
	}
	for _, u := range ups {
		rows = append(rows, u.upload().caught(u.UserID))
	}
	var files []File
	if _, err := tx.NewUpdate().Model(&files).Set("scan = ?", ScanHeld).Where("sha256 = ? AND scan NOT IN (?)", sha, bun.List([]ScanState{ScanHeld, ScanRemoved})).Returning("*").Exec(ctx); err != nil {
		return store.MapError(err, "hold files")
	}
	for _, f := range files {
		rows = append(rows, quarantineRow{UserID: f.AddedBy, FileID: f.ID, Name: f.Name, Size: f.Size, SHA256: sha, ContentType: f.ContentType})
	}
	if len(rows) == 0 { // forgotten meanwhile
		return store.ErrNoChange
	}
	for i := range rows {
		rows[i].ID, rows[i].Signature, rows[i].FoundAt = store.NewID(), signature, tx.Now
		tx.Record(store.Change{Action: trailCatch, Kind: "quarantine", ID: rows[i].ID,
			After: map[string]any{"sha256": sha, "signature": signature, "size": rows[i].Size, "user": rows[i].UserID, "file": rows[i].FileID}})
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert quarantine")
}

// waitingBytes gives the bytes that the scanner has not looked at.
func waitingBytes(ctx context.Context, db bun.IDB, limit int) ([]string, error) {
	var out []string
	err := db.NewRaw(`SELECT sha256 FROM (SELECT sha256 FROM uploads WHERE scan = 'waiting' UNION SELECT sha256 FROM files WHERE scan = 'waiting') AS w ORDER BY sha256 LIMIT ?`, limit).Scan(ctx, &out)
	return out, store.MapError(err, "files that wait for the scanner")
}

func markClean(ctx context.Context, tx *store.Tx, sha string) error {
	for _, model := range []any{(*uploadRow)(nil), (*File)(nil)} {
		if _, err := tx.NewUpdate().Model(model).Set("scan = ?", ScanClean).Where("sha256 = ? AND scan = ?", sha, ScanWaiting).Exec(ctx); err != nil {
			return store.MapError(err, "mark as clean")
		}
	}
	return nil
}

// quarantined reads the list. The name of a file that was attached is shown to
// whoever may read that evidence.
func quarantined(ctx context.Context, db bun.IDB, who actor.Actor) ([]Quarantined, error) {
	var rows []struct {
		quarantineRow `bun:",extend"`
		Sender        string
		DeletedName   string
		DepartmentID  string
		SubmissionID  string
	}
	err := db.NewSelect().Model(&rows).ColumnExpr("q.*").
		ColumnExpr("COALESCE(u.name, '') AS sender, COALESCE(d.name, '') AS deleted_name, COALESCE(CAST(u.department_id AS TEXT), '') AS department_id").
		ColumnExpr("COALESCE((SELECT MIN(CAST(sf.submission_id AS TEXT)) FROM submission_files sf WHERE sf.file_id = q.file_id), '') AS submission_id").
		Join("LEFT JOIN users u ON u.id = q.user_id").Join("LEFT JOIN users d ON d.id = q.deleted_by").
		OrderExpr("q.found_at DESC, q.id DESC").Limit(quarantinePage).Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "quarantine")
	}
	var departments, submissions []string
	for _, r := range rows {
		departments, submissions = append(departments, r.DepartmentID), append(submissions, r.SubmissionID)
	}
	deps, err := office.DepartmentsByID(ctx, db, departments)
	if err != nil {
		return nil, err
	}
	var subs []Submission
	if ids := office.CleanIDs(submissions); len(ids) > 0 {
		if err := db.NewSelect().Model(&subs).Where("s.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
			return nil, store.MapError(err, "submissions in quarantine")
		}
	}
	readable := map[string]bool{}
	for _, sub := range subs {
		readable[sub.ID] = mayReadEvidence(who, sub)
	}
	out := make([]Quarantined, len(rows))
	for i, r := range rows {
		out[i] = Quarantined{ID: r.ID, Name: r.Name, Size: r.Size, SHA256: r.SHA256, Signature: r.Signature, Sender: r.Sender,
			Department: deps[r.DepartmentID], FoundAt: r.FoundAt, DeletedAt: r.DeletedAt, DeletedName: r.DeletedName}
		switch {
		case readable[r.SubmissionID]:
			out[i].Submission = r.SubmissionID
		case r.FileID != "":
			out[i].Name = ""
		}
	}
	return out, nil
}

// giveUp marks a caught file, and the files of the same record, as deleted.
func giveUp(ctx context.Context, tx *store.Tx, id string) (quarantineRow, error) {
	var rows []quarantineRow
	if err := store.Lock(tx.NewSelect().Model(&rows).Where("q.id = ?", id)).Scan(ctx); err != nil {
		return quarantineRow{}, store.MapError(err, "quarantine")
	}
	if len(rows) == 0 {
		return quarantineRow{}, apperr.Missing("file")
	}
	n, err := store.Affected(tx.NewUpdate().Model((*quarantineRow)(nil)).Set("deleted_at = ?, deleted_by = ?", tx.Now, tx.Actor.UserID).
		Where("id = ? AND deleted_at IS NULL", id).Exec(ctx))
	if err := store.Moved(n, err, "quarantine", string(ScanHeld)); err != nil {
		return quarantineRow{}, err
	}
	if rows[0].FileID != "" {
		if _, err := tx.NewUpdate().Model((*File)(nil)).Set("scan = ?", ScanRemoved).Where("id = ?", rows[0].FileID).Exec(ctx); err != nil {
			return quarantineRow{}, store.MapError(err, "remove file")
		}
	}
	return rows[0], nil
}

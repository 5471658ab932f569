package kis

import (
	"context"
	"os"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// File is a file attached to a record. Its bytes never change.
type File struct {
	bun.BaseModel `bun:"table:files,alias:f"`

	ID          string    `bun:"id,pk"`
	Name        string    `bun:"name"`
	Size        int64     `bun:"size"` // bytes
	SHA256      string    `bun:"sha256"`
	ContentType string    `bun:"content_type"`
	Shown       Shown     `bun:"shown"`
	Scan        ScanState `bun:"scan"`
	AddedBy     string    `bun:"added_by,nullzero"`
	AddedAt     time.Time `bun:"added_at"`
}

// uploadRow is the stored form of an Upload.
type uploadRow struct {
	bun.BaseModel `bun:"table:uploads,alias:u"`

	ID          string    `bun:"id,pk"`
	UserID      string    `bun:"user_id"`
	Name        string    `bun:"name"`
	Size        int64     `bun:"size"`
	SHA256      string    `bun:"sha256"`
	ContentType string    `bun:"content_type"`
	Shown       Shown     `bun:"shown"`
	Scan        ScanState `bun:"scan"`
	CreatedAt   time.Time `bun:"created_at"`
}

// AttachUploads turns uploads of the actor into files, inside the caller's
// unit of work and in the order of the ids; the caller inserts the rows that
// link them to its record. An id that is not an upload of the actor is Invalid
// on field "upload": it was attached before, swept away, or is somebody
// else's.
func AttachUploads(ctx context.Context, tx *store.Tx, uploadIDs []string) ([]File, error) {
	ups, err := uploadsOf(ctx, tx, tx.Actor.UserID, uploadIDs)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]Upload, len(ups))
	for _, u := range ups {
		byID[u.ID] = u
	}
	files := make([]File, 0, len(uploadIDs))
	for _, id := range uploadIDs {
		u, ok := byID[id]
		if !ok {
			return nil, apperr.InvalidField("upload", "kis.upload.gone")
		}
		delete(byID, id) // the same id twice is a mistake too
		files = append(files, File{ID: store.NewID(), Name: u.Name, Size: u.Size, SHA256: u.SHA256, ContentType: u.ContentType,
			Shown: u.Shown, Scan: u.Scan, AddedBy: tx.Actor.UserID, AddedAt: tx.Now})
	}
	if len(files) == 0 {
		return nil, nil
	}
	n, err := store.Affected(tx.NewDelete().Model((*uploadRow)(nil)).Where("id IN (?) AND user_id = ?", bun.List(uploadIDs), tx.Actor.UserID).Exec(ctx))
	if err != nil {
		return nil, store.MapError(err, "take uploads")
	}
	if int(n) != len(files) { // another request of the same person took them first
		return nil, apperr.InvalidField("upload", "kis.upload.gone")
	}
	_, err = tx.NewInsert().Model(&files).Exec(ctx)
	return files, store.MapError(err, "insert files")
}

// FilesByID gives files by id; ids that are none are left out.
func FilesByID(ctx context.Context, db bun.IDB, ids []string) (map[string]File, error) {
	out := map[string]File{}
	if ids = office.CleanIDs(ids); len(ids) == 0 {
		return out, nil
	}
	var list []File
	err := db.NewSelect().Model(&list).Where("f.id IN (?)", bun.List(ids)).Scan(ctx)
	for _, f := range list {
		out[f.ID] = f
	}
	return out, store.MapError(err, "files")
}

// OpenFile opens the bytes of a file for reading. The caller has checked that
// the actor may read the record it belongs to. What waits for the scanner or is
// in quarantine is a Conflict.
func (s *Service) OpenFile(ctx context.Context, f File) (*os.File, error) {
	now, err := FilesByID(ctx, s.DB.Read(), []string{f.ID}) // f may have been read without its state, or before it was caught
	if err != nil {
		return nil, err
	}
	if _, ok := now[f.ID]; !ok {
		return nil, apperr.Missing("file")
	}
	if err := now[f.ID].Scan.open(f.Name); err != nil {
		return nil, err
	}
	return s.Blobs.Get(now[f.ID].SHA256)
}

func insertUpload(ctx context.Context, tx *store.Tx, u Upload) error {
	row := uploadRow{ID: u.ID, UserID: tx.Actor.UserID, Name: u.Name, Size: u.Size, SHA256: u.SHA256, ContentType: u.ContentType,
		Shown: u.Shown, Scan: u.Scan, CreatedAt: u.CreatedAt}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return store.MapError(err, "insert upload")
}

func uploadsOf(ctx context.Context, db bun.IDB, userID string, ids []string) ([]Upload, error) {
	if ids = office.CleanIDs(ids); len(ids) == 0 || userID == "" {
		return nil, nil
	}
	var rows []uploadRow
	if err := db.NewSelect().Model(&rows).Where("u.user_id = ? AND u.id IN (?)", userID, bun.List(ids)).Scan(ctx); err != nil {
		return nil, store.MapError(err, "uploads")
	}
	out := make([]Upload, len(rows))
	for i, r := range rows {
		out[i] = r.upload()
	}
	return out, nil
}

func (r uploadRow) upload() Upload {
	return Upload{ID: r.ID, Name: r.Name, Size: r.Size, SHA256: r.SHA256, ContentType: r.ContentType, Shown: r.Shown, Scan: r.Scan, CreatedAt: r.CreatedAt}
}

func deleteUpload(ctx context.Context, tx *store.Tx, userID, id string) error {
	if !store.IsID(id) {
		return apperr.Missing("upload")
	}
	n, err := store.Affected(tx.NewDelete().Model((*uploadRow)(nil)).Where("id = ? AND user_id = ?", id, userID).Exec(ctx))
	if err == nil && n == 0 {
		return apperr.Missing("upload")
	}
	return store.MapError(err, "delete upload")
}

func deleteOldUploads(ctx context.Context, tx *store.Tx, before time.Time) (int64, error) {
	n, err := store.Affected(tx.NewDelete().Model((*uploadRow)(nil)).Where("created_at < ?", before).Exec(ctx))
	return n, store.MapError(err, "sweep uploads")
}

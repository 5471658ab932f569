package audit

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

type rowFile struct {
	bun.BaseModel `bun:"table:row_files"`

	RowID    string    `bun:"row_id,pk"`
	FileID   string    `bun:"file_id,pk"`
	Position int       `bun:"position"`
	AddedBy  string    `bun:"added_by,nullzero"`
	AddedAt  time.Time `bun:"added_at"`
}

// lastRowFile says how many files a row has and the place of the last.
func lastRowFile(ctx context.Context, db bun.IDB, rowID string) (n struct{ Count, Position int }, err error) {
	err = db.NewRaw("SELECT COUNT(*) AS count, COALESCE(MAX(position), 0) AS position FROM row_files WHERE row_id = ?", rowID).Scan(ctx, &n)
	return n, store.MapError(err, "files of row")
}

func linkRowFiles(ctx context.Context, tx *store.Tx, rowID string, after int, files []kis.File) error {
	var list []rowFile
	for i, f := range files {
		list = append(list, rowFile{RowID: rowID, FileID: f.ID, Position: after + i + 1, AddedBy: tx.Actor.UserID, AddedAt: tx.Now})
	}
	_, err := tx.NewInsert().Model(&list).Exec(ctx)
	return store.MapError(err, "link row files")
}

func unlinkRowFile(ctx context.Context, tx *store.Tx, rowID, fileID string) error {
	_, err := tx.NewDelete().Model((*rowFile)(nil)).Where("row_id = ? AND file_id = ?", rowID, fileID).Exec(ctx)
	return store.MapError(err, "unlink row file")
}

// rowFiles reads the files of rows.
func rowFiles(ctx context.Context, db bun.IDB, rowIDs []string) (map[string][]RowFile, error) {
	out := map[string][]RowFile{}
	if len(rowIDs) == 0 {
		return out, nil
	}
	var rows []struct {
		F        kis.File `bun:"embed:"`
		RowID    string
		By       string
		LinkedAt time.Time
	}
	err := db.NewSelect().TableExpr("row_files AS l").
		ColumnExpr("f.id, f.name, f.size, f.sha256, f.content_type, f.shown, f.scan, f.added_by, f.added_at, l.row_id, l.added_at AS linked_at, COALESCE(u.name, '') AS by").
		Join("JOIN files AS f ON f.id = l.file_id").Join("LEFT JOIN users AS u ON u.id = l.added_by").
		Where("l.row_id IN (?)", bun.List(rowIDs)).Order("l.row_id", "l.position").Scan(ctx, &rows)
	for _, r := range rows {
		out[r.RowID] = append(out[r.RowID], RowFile{File: r.F, RowID: r.RowID, By: r.By, AddedAt: r.LinkedAt})
	}
	return out, store.MapError(err, "files of rows")
}

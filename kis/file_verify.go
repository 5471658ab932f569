package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/store"
)

// verifyPage is how many rows of files are read at a time.
const verifyPage = 500

// VerifyFiles reads the bytes of every file and waiting upload, except those
// given up in quarantine, and reports
// those that are gone or are no longer what their hash says. It gives the
// number of rows checked; equal bytes are read once. Memory does not grow with
// their number or size.
func (s *Service) VerifyFiles(ctx context.Context, report func(store.Fault)) (n int64, err error) {
	for _, table := range []string{"files", "uploads"} {
		m, err := s.verifyTable(ctx, table, report)
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *Service) verifyTable(ctx context.Context, table string, report func(store.Fault)) (n int64, err error) {
	type row struct {
		ID, Name, SHA256 string
		Size             int64
	}
	var last row
	var verdict string
	for {
		var rows []struct {
			ID, Name string
			SHA256   string `bun:"sha256"`
			Size     int64
		}
		q := s.DB.Read().NewSelect().TableExpr("? AS f", bun.Ident(table)).ColumnExpr("f.id, f.name, f.sha256, f.size").
			Where("f.scan <> ?", ScanRemoved).OrderExpr("f.sha256, f.id").Limit(verifyPage)
		if last.ID != "" {
			q.Where("(f.sha256, f.id) > (?, ?)", last.SHA256, last.ID)
		}
		if err := q.Scan(ctx, &rows); err != nil {
			return n, store.MapError(err, "read files")
		}
		for _, r := range rows {
			if r.SHA256 != last.SHA256 || r.Size != last.Size || n == 0 {
				if verdict, err = s.verifyBytes(ctx, blob.Ref{SHA256: r.SHA256, Size: r.Size}); err != nil {
					return n, err
				}
			}
			n++
			last = row{r.ID, r.Name, r.SHA256, r.Size}
			if verdict != "" {
				report(store.Fault{Where: table + ":" + r.ID, Key: verdict, Args: apperr.Pairs("name", r.Name, "sha256", r.SHA256)})
			}
		}
		if len(rows) < verifyPage {
			return n, nil
		}
	}
}

// verifyBytes gives the key of what is wrong with stored bytes, or nothing.
func (s *Service) verifyBytes(ctx context.Context, ref blob.Ref) (key string, err error) {
	err = s.Blobs.Check(ctx, ref)
	switch {
	case apperr.Is(err, apperr.NotFound):
		return "verify.file.missing", nil
	case apperr.Is(err, apperr.Conflict):
		return "verify.file.changed", nil
	}
	return "", err
}

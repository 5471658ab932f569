package kis

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// Limits are the bounds of uploads; settings of the office.
type Limits struct {
	FileBytes    int64         // one file; 0 = DefaultFileBytes
	Files        int           // files of one submission; 0 = DefaultFiles
	TotalBytes   int64         // all files of one submission; 0 = no bound
	WaitingBytes int64         // all files of one person that are not attached yet; 0 = no bound
	Keep         time.Duration // how long such files wait; 0 = DefaultKeep
}

// The limits when no setting says otherwise. A file of 2 GiB holds a year of
// scanned forms; what one person may leave lying about is a few of them.
const (
	DefaultFileBytes    = 2 << 30
	DefaultFiles        = 50
	DefaultTotalBytes   = 10 << 30
	DefaultWaitingBytes = 20 << 30
	DefaultKeep         = 7 * 24 * time.Hour
)

// DefaultLimits are those of an office that sets nothing.
func DefaultLimits() Limits {
	return Limits{DefaultFileBytes, DefaultFiles, DefaultTotalBytes, DefaultWaitingBytes, DefaultKeep}
}

// mayWait refuses when a person has too much waiting already, with more bytes
// on top.
func (s *Service) mayWait(ctx context.Context, db bun.IDB, userID string, more int64) error {
	var has struct {
		N    int64
		Size int64
	}
	err := db.NewSelect().Model((*uploadRow)(nil)).ColumnExpr("COUNT(*) AS n, COALESCE(SUM(u.size), 0) AS size").Where("u.user_id = ?", userID).Scan(ctx, &has)
	if err != nil {
		return store.MapError(err, "count uploads")
	}
	if has.N >= maxStaged {
		return apperr.New(apperr.TooMany, "kis.upload.too_many", "max", maxStaged)
	}
	if most := s.Limits.WaitingBytes; most > 0 && has.Size+more > most {
		return apperr.New(apperr.TooMany, "kis.upload.waiting_full", "max", sizeText(most))
	}
	return nil
}

// checkTotal refuses files that are too large together.
func (l Limits) checkTotal(files []File) error {
	var sum int64
	for _, f := range files {
		sum += f.Size
	}
	if l.TotalBytes > 0 && sum > l.TotalBytes {
		return apperr.InvalidField("upload", "kis.upload.total", "max", sizeText(l.TotalBytes))
	}
	return nil
}

// uploadFault puts the file's name on what the store refused.
func uploadFault(err error, name string, limit int64) error {
	e := apperr.As(err)
	if e.Kind != apperr.Invalid {
		return err
	}
	return &apperr.Error{Kind: apperr.Invalid, Key: "error.invalid", Cause: err, Fields: []apperr.Field{{Name: "upload", Key: e.Key,
		Args: apperr.Pairs("file", i18n.Shorten(name, 60), "max", sizeText(limit))}}}
}

// sizeText writes a number of bytes for a message, e.g. 50 MB.
func sizeText(n int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	i := 0
	for n >= 1<<10 && n%(1<<10) == 0 && i < len(units)-1 {
		n >>= 10
		i++
	}
	return fmt.Sprintf("%d %s", n, units[i])
}

package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/store"
)

// SweepUploads forgets uploads that nobody attached in time and gives their
// number. The program calls it; their bytes go with SweepBytes.
func (s *Service) SweepUploads(ctx context.Context) (int64, error) {
	if !actor.From(ctx).System {
		return 0, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	keep := s.Limits.Keep
	if keep <= 0 {
		keep = DefaultKeep
	}
	var n int64
	err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if n, err = deleteOldUploads(ctx, tx, tx.Now.Add(-keep)); err != nil {
			return err
		}
		if n == 0 {
			return store.ErrNoChange
		}
		tx.Record(store.Change{Action: trailSweep, Kind: "upload", ID: "", After: map[string]any{"n": n}})
		return nil
	})
	return n, err
}

// SweepBytes takes away the bytes that nothing refers to: of uploads that were
// swept or discarded, of refused files, of what was deleted from quarantine,
// and what a crash left between the bytes and their row. Bytes put within the
// last blob.Grace stay, so an upload under way loses nothing. It gives how many
// files and bytes went.
func (s *Service) SweepBytes(ctx context.Context) (files, bytes int64, err error) {
	if !actor.From(ctx).System {
		return 0, 0, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	err = s.Blobs.Old(ctx, blob.Grace, func(names []string) error {
		wanted, err := referred(ctx, s.DB.Read(), names)
		if err != nil {
			return err
		}
		for _, sha := range names {
			if wanted[sha] {
				continue
			}
			size, err := s.Blobs.Remove(sha, blob.Grace, func() (bool, error) {
				now, err := referred(ctx, s.DB.Read(), []string{sha})
				return now[sha], err
			})
			if err != nil {
				return err
			}
			if size > 0 {
				files, bytes = files+1, bytes+size
			}
		}
		return nil
	})
	if files == 0 {
		return 0, 0, err
	}
	werr := s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.Record(store.Change{Action: trailSweep, Kind: "bytes", ID: "", After: map[string]any{"n": files, "bytes": bytes}})
		return nil
	})
	if err == nil {
		err = werr
	}
	return files, bytes, err
}

// referred says which bytes any record refers to.
func referred(ctx context.Context, db bun.IDB, shas []string) (map[string]bool, error) {
	var rows []struct {
		SHA256 string `bun:"sha256"`
	}
	list := bun.List(shas)
	err := db.NewRaw(`SELECT sha256 FROM files WHERE sha256 IN (?) AND scan <> 'removed'
		UNION SELECT sha256 FROM uploads WHERE sha256 IN (?)
		UNION SELECT sha256 FROM quarantine WHERE sha256 IN (?) AND deleted_at IS NULL`, list, list, list).Scan(ctx, &rows)
	out := make(map[string]bool, len(rows))
	for _, r := range rows {
		out[r.SHA256] = true
	}
	return out, store.MapError(err, "references to bytes")
}

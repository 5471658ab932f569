package kis

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// Bounds of uploads.
const (
	MaxFileName   = 255                // characters of a file's name
	maxStaged     = 500                // files one person may have sent and not yet attached
	uploadsKept   = 7 * 24 * time.Hour // how long such files wait
	sniffBytes    = 4 << 10
	zipTail       = 64 << 10
	trailStage    = "kis:upload:stage"
	trailDiscard  = "kis:upload:discard"
	trailSweep    = "kis:upload:sweep"
	trailOpenFile = "kis:evidence:open"
)

// Upload is a file that a person has sent and not yet attached to anything.
type Upload struct {
	ID          string
	Name        string // cleaned
	Size        int64  // bytes
	SHA256      string
	ContentType string // by what is in it, never by what the browser said
	CreatedAt   time.Time
}

// StageUpload streams a file into the store and remembers it as the actor's.
// A name or content that cannot be taken is Invalid on field "upload"; a
// stream that breaks off leaves nothing.
func (s *Service) StageUpload(ctx context.Context, name string, r io.Reader) (Upload, error) {
	who, err := onlyPerson(ctx, policies.SelfUse)
	if err != nil {
		return Upload{}, err
	}
	name, err = CleanName(name)
	if err != nil {
		return Upload{}, err
	}
	n, err := countUploads(ctx, s.DB.Read(), who.UserID)
	if err != nil {
		return Upload{}, err
	}
	if n >= maxStaged {
		return Upload{}, apperr.New(apperr.TooMany, "kis.upload.too_many", "max", maxStaged)
	}
	limit := s.Limits.FileBytes
	if limit <= 0 {
		limit = DefaultFileBytes
	}
	head := bufio.NewReaderSize(r, sniffBytes)
	first, _ := head.Peek(sniffBytes) // a short or broken file shows itself in Put
	first = bytes.Clone(first)
	ref, err := s.Blobs.Put(ctx, head, limit)
	if err != nil {
		return Upload{}, uploadFault(err, name, limit)
	}
	up := Upload{ID: store.NewID(), Name: name, Size: ref.Size, SHA256: ref.SHA256}
	if up.ContentType, err = s.contentType(first, up); err != nil {
		return Upload{}, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		up.CreatedAt = tx.Now
		if err := insertUpload(ctx, tx, up); err != nil {
			return err
		}
		tx.Record(store.Change{Action: trailStage, Kind: "upload", ID: up.ID, After: map[string]any{"size": up.Size, "sha256": up.SHA256}})
		return nil
	})
	return up, err
}

// DiscardUpload forgets a file of the actor's that was not attached.
func (s *Service) DiscardUpload(ctx context.Context, id string) error {
	who, err := onlyPerson(ctx, policies.SelfUse)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := deleteUpload(ctx, tx, who.UserID, id); err != nil {
			return err
		}
		tx.Record(store.Change{Action: trailDiscard, Kind: "upload", ID: id})
		return nil
	})
}

// OpenUpload opens a file that the actor has sent and not yet attached.
func (s *Service) OpenUpload(ctx context.Context, id string) (Upload, *os.File, error) {
	who, err := onlyPerson(ctx, policies.SelfUse)
	if err != nil {
		return Upload{}, nil, err
	}
	ups, err := uploadsOf(ctx, s.DB.Read(), who.UserID, []string{id})
	if err != nil {
		return Upload{}, nil, err
	}
	if len(ups) == 0 {
		return Upload{}, nil, apperr.Missing("upload")
	}
	f, err := s.Blobs.Get(ups[0].SHA256)
	return ups[0], f, err
}

// SweepUploads forgets uploads that nobody attached within a week and gives
// their number. The program calls it; the bytes stay in the store, where
// another record may share them.
func (s *Service) SweepUploads(ctx context.Context) (int64, error) {
	if !actor.From(ctx).System {
		return 0, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	var n int64
	err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if n, err = deleteOldUploads(ctx, tx, tx.Now.Add(-uploadsKept)); err != nil {
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

// uploadFault puts the file's name on what the store refused.
func uploadFault(err error, name string, limit int64) error {
	e := apperr.As(err)
	if e.Kind != apperr.Invalid {
		return err
	}
	return &apperr.Error{Kind: apperr.Invalid, Key: "error.invalid", Cause: err, Fields: []apperr.Field{{Name: "upload", Key: e.Key,
		Args: apperr.Pairs("file", i18n.Shorten(name, 60), "max", sizeText(limit))}}}
}

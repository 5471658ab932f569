package kis

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/content"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Bounds of uploads, and what the trail says of them.
const (
	maxStaged     = 500 // files one person may have sent and not yet attached
	trailStage    = "kis:upload:stage"
	trailDiscard  = "kis:upload:discard"
	trailSweep    = "kis:upload:sweep"
	trailScan     = "kis:upload:scan"
	trailOpenFile = "kis:evidence:open"
)

// Upload is a file that a person has sent and not yet attached to anything.
type Upload struct {
	ID          string
	Name        string // cleaned
	Size        int64  // bytes
	SHA256      string
	ContentType string // by what is in it, never by what the browser said
	Shown       Shown
	Scan        ScanState
	CreatedAt   time.Time
}

// StageUpload streams a file into the store and remembers it as the actor's.
// A name or content that cannot be taken, or that the scanner finds something
// in, is Invalid on field "upload"; a stream that breaks off leaves nothing.
func (s *Service) StageUpload(ctx context.Context, name string, r io.Reader) (Upload, error) {
	who, err := office.OnlyPerson(ctx, policies.SelfUse)
	if err != nil {
		return Upload{}, err
	}
	name, err = content.CleanName(name)
	if err != nil {
		return Upload{}, err
	}
	if err := s.mayWait(ctx, s.DB.Read(), who.UserID, 0); err != nil {
		return Upload{}, err
	}
	limit := s.Limits.FileBytes
	if limit <= 0 {
		limit = DefaultFileBytes
	}
	head := bufio.NewReaderSize(r, content.Head)
	first, _ := head.Peek(content.Head) // a short or broken file shows itself in Put
	first = bytes.Clone(first)
	ref, err := s.Blobs.Put(ctx, head, limit)
	if err != nil {
		return Upload{}, uploadFault(err, name, limit)
	}
	up := Upload{ID: store.NewID(), Name: name, Size: ref.Size, SHA256: ref.SHA256}
	if err := s.judge(ctx, first, &up); err != nil {
		return Upload{}, err
	}
	signature, err := s.scan(ctx, &up)
	if err != nil {
		return Upload{}, err
	}
	caught := false
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		up.CreatedAt = tx.Now
		if signature != "" {
			caught = true
			return catch(ctx, tx, up.SHA256, signature, []quarantineRow{up.caught(who.UserID)})
		}
		if err := s.mayWait(ctx, tx, who.UserID, up.Size); err != nil {
			return err
		}
		if err := insertUpload(ctx, tx, up); err != nil {
			return err
		}
		tx.Record(store.Change{Action: trailStage, Kind: "upload", ID: up.ID, After: map[string]any{"size": up.Size, "sha256": up.SHA256}})
		return nil
	})
	if err == nil && caught {
		return Upload{}, infected(name, signature)
	}
	return up, err
}

// DiscardUpload forgets a file of the actor's that was not attached.
func (s *Service) DiscardUpload(ctx context.Context, id string) error {
	who, err := office.OnlyPerson(ctx, policies.SelfUse)
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

// OpenUpload opens a file that the actor has sent and not yet attached. One
// that waits for the scanner is a Conflict.
func (s *Service) OpenUpload(ctx context.Context, id string) (Upload, *os.File, error) {
	up, err := s.Upload(ctx, id)
	if err != nil {
		return Upload{}, nil, err
	}
	if err := up.Scan.open(up.Name); err != nil {
		return Upload{}, nil, err
	}
	f, err := s.Blobs.Get(up.SHA256)
	return up, f, err
}

// Upload finds a file that the actor has sent and not yet attached.
func (s *Service) Upload(ctx context.Context, id string) (Upload, error) {
	who, err := office.OnlyPerson(ctx, policies.SelfUse)
	if err != nil {
		return Upload{}, err
	}
	ups, err := uploadsOf(ctx, s.DB.Read(), who.UserID, []string{id})
	if err != nil {
		return Upload{}, err
	}
	if len(ups) == 0 {
		return Upload{}, apperr.Missing("upload")
	}
	return ups[0], nil
}

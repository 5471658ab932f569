package kis

import (
	"context"
	"io"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Scanner looks for viruses. An error means that nothing is known.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) (found string, err error)
}

// ScanState says what the scanner knows of a file.
type ScanState string

// The states. A file moves from waiting to clean or held, and from clean to
// held when equal bytes are caught later.
const (
	ScanNone    ScanState = ""        // the office had no scanner when it came
	ScanWaiting ScanState = "waiting" // not looked at yet: nobody can open it
	ScanClean   ScanState = "clean"
	ScanHeld    ScanState = "held"    // in quarantine
	ScanRemoved ScanState = "removed" // was in quarantine, its bytes were given up
)

// open refuses what may not be opened.
func (st ScanState) open(name string) error {
	switch st {
	case ScanNone, ScanClean:
		return nil
	case ScanWaiting:
		return apperr.New(apperr.Conflict, "kis.file.waiting", "file", i18n.Shorten(name, 60))
	}
	return apperr.New(apperr.Conflict, "kis.file.held", "file", i18n.Shorten(name, 60))
}

const (
	trailCatch      = "kis:quarantine:catch"
	quarantinePage  = 200
	waitingPerSweep = 100
)

// scan asks the scanner about stored bytes and sets the upload's state. While
// the scanner does not answer the file is refused, or held when the office
// wants that; it never passes.
func (s *Service) scan(ctx context.Context, up *Upload) (signature string, err error) {
	if s.Scanner == nil {
		return "", nil
	}
	signature, err = s.scanBytes(ctx, up.SHA256)
	switch {
	case ctx.Err() != nil:
		return "", apperr.InvalidField("upload", "error.upload.cut", "file", i18n.Shorten(up.Name, 60))
	case err != nil && s.HoldUnscanned:
		up.Scan = ScanWaiting
		return "", nil
	case err != nil:
		return "", &apperr.Error{Kind: apperr.Invalid, Key: "error.invalid", Cause: err,
			Fields: []apperr.Field{{Name: "upload", Key: "kis.upload.scanner", Args: apperr.Pairs("file", i18n.Shorten(up.Name, 60))}}}
	}
	up.Scan = ScanClean
	return signature, nil
}

func (s *Service) scanBytes(ctx context.Context, sha string) (string, error) {
	f, err := s.Blobs.Get(sha)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return s.Scanner.Scan(ctx, f)
}

func infected(name, signature string) error {
	return apperr.InvalidField("upload", "kis.upload.infected", "file", i18n.Shorten(name, 60), "signature", i18n.Shorten(signature, 80))
}

// ScanWaiting looks at files that came while the scanner did not answer, some
// at a time, and gives how many it has judged. The program calls it; it ends
// with an error when the scanner still does not answer.
func (s *Service) ScanWaiting(ctx context.Context) (n int, err error) {
	if !actor.From(ctx).System {
		return 0, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	if s.Scanner == nil {
		return 0, nil
	}
	shas, err := waitingBytes(ctx, s.DB.Read(), waitingPerSweep)
	if err != nil {
		return 0, err
	}
	for _, sha := range shas {
		signature, err := s.scanBytes(ctx, sha)
		if err != nil {
			return n, apperr.Wrap(err, "scan")
		}
		err = s.DB.Write(ctx, func(tx *store.Tx) error {
			if signature != "" {
				return catch(ctx, tx, sha, signature, nil)
			}
			if err := markClean(ctx, tx, sha); err != nil {
				return err
			}
			tx.Record(store.Change{Action: trailScan, Kind: "bytes", ID: sha, After: map[string]any{"scan": ScanClean}})
			return nil
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Quarantined is a file in which the scanner found something.
type Quarantined struct {
	ID          string
	Name        string // empty where the reader may not read the evidence it was attached to
	Size        int64  // bytes
	SHA256      string
	Signature   string // what the scanner calls it
	Sender      string // who sent it
	Department  office.Department
	Submission  string // id of the evidence that it was attached to before it was scanned, where the reader may read it
	FoundAt     time.Time
	DeletedAt   time.Time // zero while the bytes are kept
	DeletedName string
}

// Quarantine lists what was caught, the newest first, at most the last 200.
func (s *Service) Quarantine(ctx context.Context) ([]Quarantined, error) {
	if _, err := office.Allowed(ctx, policies.QuarantineRead); err != nil {
		return nil, err
	}
	return quarantined(ctx, s.DB.Read(), actor.From(ctx))
}

// DeleteQuarantined gives up the bytes of a file in quarantine for good; the
// record of it stays. A second time is a Conflict.
func (s *Service) DeleteQuarantined(ctx context.Context, id string) error {
	if err := office.AllowedAny(ctx, policies.QuarantineDelete); err != nil {
		return err
	}
	if !store.IsID(id) {
		return apperr.Missing("file")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		row, err := giveUp(ctx, tx, id)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.QuarantineDelete), Kind: "quarantine", ID: id,
			After: map[string]any{"sha256": row.SHA256, "signature": row.Signature}})
		return nil
	})
}

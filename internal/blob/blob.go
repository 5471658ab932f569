// Package blob owns the bytes of files: a content-addressed folder where each
// file is named by the SHA-256 of what is in it.
//
// It imports apperr only. Invariants: bytes are streamed, never held whole;
// a file appears under its name only when it is complete and synced, so a
// database row written afterwards never points at bytes that are not there;
// nothing is ever overwritten; equal bytes are kept once.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
)

// Store is one folder of blobs.
type Store struct{ dir string }

// Ref names stored bytes: lower-case hexadecimal SHA-256 and length in bytes.
type Ref struct {
	SHA256 string
	Size   int64
}

const bufferSize = 256 << 10

var name = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Open opens a folder, making it when it is missing, and clears away what an
// interrupted upload of more than a day ago left behind.
func Open(dir string) (*Store, error) {
	tmp := filepath.Join(dir, "tmp")
	if err := os.MkdirAll(tmp, 0o750); err != nil {
		return nil, fmt.Errorf("blob folder: %w", err)
	}
	old, err := os.ReadDir(tmp)
	if err != nil {
		return nil, fmt.Errorf("blob folder: %w", err)
	}
	for _, e := range old {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.Remove(filepath.Join(tmp, e.Name()))
		}
	}
	return &Store{dir: dir}, nil
}

func (s *Store) path(sha string) string { return filepath.Join(s.dir, sha[:2], sha[2:4], sha) }

// Put streams r into the store and gives its reference when the bytes are
// synced to disk. More than max bytes (max > 0) or none at all is Invalid; a
// reader that fails, or a context that ends, leaves nothing.
func (s *Store) Put(ctx context.Context, r io.Reader, max int64) (ref Ref, err error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, "tmp"), "up-*")
	if err != nil {
		return Ref{}, fmt.Errorf("blob: %w", err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name()) // after the rename there is nothing under this name
	}()
	h := sha256.New()
	src := io.Reader(&ctxReader{ctx, r})
	if max > 0 {
		src = io.LimitReader(src, max+1)
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(f, h)}, src, make([]byte, bufferSize))
	switch {
	case err != nil:
		return Ref{}, uploadError(err)
	case n == 0:
		return Ref{}, apperr.New(apperr.Invalid, "error.upload.empty")
	case max > 0 && n > max:
		return Ref{}, apperr.New(apperr.Invalid, "error.upload.too_large", "max", max)
	}
	ref = Ref{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}
	if err := f.Sync(); err != nil {
		return Ref{}, fmt.Errorf("blob sync: %w", err)
	}
	if err := s.keep(f.Name(), ref.SHA256); err != nil {
		return Ref{}, err
	}
	return ref, nil
}

// uploadError tells a connection that broke off from a disk that failed.
func uploadError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &apperr.Error{Kind: apperr.Invalid, Key: "error.upload.cut", Cause: err}
	}
	return apperr.Wrap(err, "blob write")
}

// keep gives complete bytes their name and syncs the folders that hold it.
func (s *Store) keep(tmp, sha string) error {
	final := s.path(sha)
	if _, err := os.Stat(final); err == nil {
		return nil // the same bytes are here already
	}
	dir := filepath.Dir(final)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("blob folder: %w", err)
	}
	if err := os.Rename(tmp, final); err != nil {
		return fmt.Errorf("blob keep: %w", err)
	}
	for _, d := range []string{dir, filepath.Dir(dir), s.dir} {
		if err := syncDir(d); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("blob folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("blob folder sync: %w", err)
	}
	return nil
}

// Get opens stored bytes for reading; NotFound when they are not there. The
// file can seek, so that parts of it can be served.
func (s *Store) Get(sha string) (*os.File, error) {
	if !name.MatchString(sha) {
		return nil, apperr.Missing("file")
	}
	f, err := os.Open(s.path(sha))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, apperr.Missing("file")
	}
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	return f, nil
}

// Check reads stored bytes and says whether they are what their name says:
// NotFound when they are gone, Conflict when they have changed.
func (s *Store) Check(ctx context.Context, ref Ref) error {
	f, err := s.Get(ref.SHA256)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{h}, &ctxReader{ctx, f}, make([]byte, bufferSize))
	if err != nil {
		return apperr.Wrap(err, "blob check")
	}
	if n != ref.Size || hex.EncodeToString(h.Sum(nil)) != ref.SHA256 {
		return apperr.New(apperr.Conflict, "error.file.changed")
	}
	return nil
}

// ctxReader ends a copy when its context ends.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

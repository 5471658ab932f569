// Package blob owns the bytes of files: a content-addressed folder where each
// file is named by the SHA-256 of what is in it.
//
// It imports apperr only. Invariants: bytes are streamed, never held whole;
// a file appears under its name only when it is complete and synced, so a
// database row written afterwards never points at bytes that are not there;
// nothing is ever overwritten; equal bytes are kept once; bytes are taken away
// only by Remove, which never takes what Put has just promised to somebody.
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
	"strings"
	"sync"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
)

// Store is one folder of blobs. Several processes may have it open at once.
type Store struct {
	dir      string
	removing sync.Mutex // held by Remove, so that Get can wait until nothing is moved
}

// Ref names stored bytes: lower-case hexadecimal SHA-256 and length in bytes.
type Ref struct {
	SHA256 string
	Size   int64
}

var name = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Open opens a folder, making it when it is missing, and clears away what an
// interrupted upload of more than a day ago left behind.
func Open(dir string) (*Store, error) {
	tmp := filepath.Join(dir, "tmp")
	for _, d := range []string{tmp, filepath.Join(dir, "trash")} {
		if err := os.MkdirAll(d, 0o750); err != nil {
			return nil, fmt.Errorf("blob folder: %w", err)
		}
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
	s := &Store{dir: dir}
	return s, s.recover()
}

// Dir is the folder.
func (s *Store) Dir() string { return s.dir }

func (s *Store) path(sha string) string { return filepath.Join(s.dir, sha[:2], sha[2:4], sha) }

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
	// A removal sets bytes aside to look at them and puts back what is wanted, so
	// they can move there and back between two of our looks. The last look waits
	// for those of this process; others would have to meet us each time.
	for range 4 {
		if f, err := s.look(sha); f != nil || err != nil {
			return f, err
		}
	}
	s.removing.Lock()
	defer s.removing.Unlock()
	f, err := s.look(sha)
	if f == nil && err == nil {
		err = apperr.Missing("file")
	}
	return f, err
}

// look opens bytes under their name, or where a removal has set them aside; nil
// when they are in neither place.
func (s *Store) look(sha string) (*os.File, error) {
	f, err := os.Open(s.path(sha))
	if !errors.Is(err, fs.ErrNotExist) {
		return f, wrap(err)
	}
	aside, err := os.ReadDir(filepath.Join(s.dir, "trash"))
	if err != nil {
		return nil, wrap(err)
	}
	for _, e := range aside {
		if !strings.HasPrefix(e.Name(), sha) {
			continue
		}
		if f, err = os.Open(filepath.Join(s.dir, "trash", e.Name())); !errors.Is(err, fs.ErrNotExist) {
			return f, wrap(err)
		}
	}
	return nil, nil
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	return nil
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
	n, err := io.CopyBuffer(struct{ io.Writer }{h}, &ctxReader{ctx, f}, make([]byte, chunkSize))
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

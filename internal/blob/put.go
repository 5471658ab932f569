package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
)

const (
	chunkSize = 128 << 10 // of each of the two buffers of an upload
	windowAt  = 8 << 20   // after so many bytes the system is told to begin writing them to disk
)

var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// Put streams r into the store and gives its reference when the bytes are
// synced to disk. More than max bytes (max > 0) or none at all is Invalid; a
// reader that fails, or a context that ends, leaves nothing. For an hour after
// Put no Remove takes the bytes away, also when they had been there before.
func (s *Store) Put(ctx context.Context, r io.Reader, max int64) (ref Ref, err error) {
	f, err := os.CreateTemp(filepath.Join(s.dir, "tmp"), "up-*")
	if err != nil {
		return Ref{}, fmt.Errorf("blob: %w", err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name()) // after the rename there is nothing under this name
	}()
	n, sum, err := copyHashing(f, &ctxReader{ctx, r}, max)
	switch {
	case err != nil:
		return Ref{}, uploadError(err)
	case n == 0:
		return Ref{}, apperr.New(apperr.Invalid, "error.upload.empty")
	case max > 0 && n > max:
		return Ref{}, apperr.New(apperr.Invalid, "error.upload.too_large", "max", max)
	}
	ref = Ref{SHA256: hex.EncodeToString(sum), Size: n}
	if err := f.Sync(); err != nil {
		return Ref{}, fmt.Errorf("blob sync: %w", err)
	}
	if err := s.keep(f.Name(), ref.SHA256); err != nil {
		return Ref{}, err
	}
	return ref, nil
}

// copyHashing writes r to f in full chunks, whatever the size of its reads,
// and hashes each chunk while it is written and the next one arrives. It stops
// once more than max bytes came.
func copyHashing(f *os.File, r io.Reader, max int64) (n int64, sum []byte, err error) {
	var bufs [2]*[chunkSize]byte
	for i := range bufs {
		bufs[i] = chunks.Get().(*[chunkSize]byte)
		defer chunks.Put(bufs[i])
	}
	h := newHasher()
	defer h.stop() // before the buffers go back
	var started int64
	for i := 0; ; i++ {
		if i >= len(bufs) {
			h.wait() // the hash of this buffer's last content
		}
		buf := bufs[i%len(bufs)][:]
		m, rerr := fill(r, buf)
		n += int64(m)
		if m > 0 && (max <= 0 || n <= max) {
			h.add(buf[:m])
			if _, err := f.Write(buf[:m]); err != nil {
				return n, nil, err
			}
		}
		switch {
		case rerr == io.EOF:
			return n, h.sum(), nil
		case rerr != nil:
			return n, nil, rerr
		case max > 0 && n > max:
			return n, nil, nil
		}
		if n-started >= windowAt {
			startWriting(f, started, n-started)
			started = n
		}
	}
}

// fill reads until b is full or r ends.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	if n == len(b) && err == io.EOF {
		err = nil // the next call says so again
	}
	return n, err
}

// hasher works out a SHA-256 beside its caller, chunk by chunk in order.
type hasher struct {
	hash hash.Hash
	work chan []byte
	done chan struct{}
	busy int // chunks added and not waited for
}

func newHasher() *hasher {
	h := &hasher{hash: sha256.New(), work: make(chan []byte), done: make(chan struct{}, 2)}
	go func() {
		for b := range h.work {
			h.hash.Write(b)
			h.done <- struct{}{}
		}
	}()
	return h
}

func (h *hasher) add(b []byte) { h.work <- b; h.busy++ }

func (h *hasher) wait() {
	if h.busy > 0 {
		<-h.done
		h.busy--
	}
}

func (h *hasher) sum() []byte {
	for h.busy > 0 {
		h.wait()
	}
	return h.hash.Sum(nil)
}

func (h *hasher) stop() {
	for h.busy > 0 {
		h.wait()
	}
	close(h.work)
}

// uploadError tells a connection that broke off from a disk that failed.
func uploadError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &apperr.Error{Kind: apperr.Invalid, Key: "error.upload.cut", Cause: err}
	}
	return apperr.Wrap(err, "blob write")
}

// keep gives complete bytes their name and syncs the folders that hold it.
// Bytes that are here already are dated anew, which tells Remove that somebody
// wants them. When they are not here, or are gone again right after (a removal
// had them in its hands just then), ours take their place.
func (s *Store) keep(tmp, sha string) error {
	final := s.path(sha)
	dir := filepath.Dir(final)
	there, err := again(final)
	if err != nil {
		return fmt.Errorf("blob keep: %w", err)
	}
	if !there {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return fmt.Errorf("blob folder: %w", err)
		}
		if err := os.Rename(tmp, final); err != nil {
			return fmt.Errorf("blob keep: %w", err)
		}
	}
	for _, d := range []string{dir, filepath.Dir(dir), s.dir} { // also of others' bytes, who may not have come so far
		if err := syncDir(d); err != nil {
			return err
		}
	}
	return nil
}

// again dates bytes anew and says whether they are there with the new date.
func again(path string) (bool, error) {
	now := time.Now()
	err := os.Chtimes(path, now, now)
	if err == nil {
		var info fs.FileInfo
		if info, err = os.Stat(path); err == nil {
			return now.Sub(info.ModTime()) < Grace/2, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return false, err
}

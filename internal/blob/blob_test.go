package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
)

func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// left lists every file below the folder.
func left(t *testing.T, s *Store) (files []string) {
	t.Helper()
	_ = filepath.Walk(s.dir, func(p string, info os.FileInfo, _ error) error {
		if info != nil && info.Mode().IsRegular() {
			files = append(files, p)
		}
		return nil
	})
	return files
}

func TestBytesComeBackUnderTheirHash(t *testing.T) {
	s := open(t)
	data := bytes.Repeat([]byte("sübut "), 100_000)
	ref, err := s.Put(t.Context(), bytes.NewReader(data), 0)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	if ref.SHA256 != hex.EncodeToString(sum[:]) || ref.Size != int64(len(data)) {
		t.Errorf("reference %+v", ref)
	}
	f, err := s.Get(ref.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, _ := io.ReadAll(f); !bytes.Equal(got, data) {
		t.Error("other bytes came back")
	}
	if err := s.Check(t.Context(), ref); err != nil {
		t.Errorf("check: %v", err)
	}
}

func TestEqualBytesAreKeptOnceEvenWhenPutAtTheSameTime(t *testing.T) {
	s := open(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := s.Put(context.Background(), strings.NewReader("the same"), 0); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if files := left(t, s); len(files) != 1 {
		t.Errorf("%d files for equal bytes: %v", len(files), files)
	}
}

func TestABrokenUploadLeavesNothing(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	cut := io.MultiReader(strings.NewReader("half of it"), errReader{io.ErrUnexpectedEOF})
	for name, c := range map[string]struct {
		ctx context.Context
		r   io.Reader
		max int64
		key string
	}{
		"cut in the middle": {t.Context(), cut, 0, "error.upload.cut"},
		"empty":             {t.Context(), strings.NewReader(""), 0, "error.upload.empty"},
		"too large":         {t.Context(), strings.NewReader("12345"), 4, "error.upload.too_large"},
		"given up":          {ended, strings.NewReader("x"), 0, "error.upload.cut"},
	} {
		s := open(t)
		_, err := s.Put(c.ctx, c.r, c.max)
		if !apperr.Is(err, apperr.Invalid) || apperr.As(err).Key != c.key {
			t.Errorf("%s: %v", name, err)
		}
		if files := left(t, s); len(files) != 0 {
			t.Errorf("%s left %v", name, files)
		}
	}
}

func TestAFileOfExactlyTheLimitIsTaken(t *testing.T) {
	if _, err := open(t).Put(t.Context(), strings.NewReader("1234"), 4); err != nil {
		t.Error(err)
	}
}

func TestAChangedOrMissingFileIsFound(t *testing.T) {
	s := open(t)
	ref, err := s.Put(t.Context(), strings.NewReader("original"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path(ref.SHA256), []byte("originaL"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context(), ref); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("one changed byte: %v", err)
	}
	if err := os.Remove(s.path(ref.SHA256)); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context(), ref); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a removed file: %v", err)
	}
}

func TestANameThatIsNoHashIsNotFound(t *testing.T) {
	for _, sha := range []string{"", "../../etc/passwd", strings.Repeat("g", 64), strings.Repeat("A", 64)} {
		if _, err := open(t).Get(sha); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%q: %v", sha, err)
		}
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

// BenchmarkPut and the two below move the same bytes: BenchmarkCopyWhileHashing
// is a plain copy to a file with SHA-256 on the way, which leaves the bytes in
// memory; BenchmarkCopyWhileHashingSynced waits for the disk, as Put does.
func BenchmarkPut(b *testing.B) {
	s, data := open(b), random(b)
	b.SetBytes(int64(len(data)))
	for i := range b.N {
		data[0], data[1], data[2] = byte(i), byte(i>>8), byte(i>>16) // other bytes each time: equal ones are kept once
		ref, err := s.Put(context.Background(), bytes.NewReader(data), 0)
		if err != nil {
			b.Fatal(err)
		}
		_ = os.Remove(s.path(ref.SHA256))
	}
}

func BenchmarkCopyWhileHashing(b *testing.B)       { copyWhileHashing(b, false) }
func BenchmarkCopyWhileHashingSynced(b *testing.B) { copyWhileHashing(b, true) }

func copyWhileHashing(b *testing.B, sync bool) {
	data, dir := random(b), b.TempDir()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		f, err := os.CreateTemp(dir, "copy")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.MultiWriter(f, sha256.New()), bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
		if sync {
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
}

func random(b *testing.B) []byte {
	data := make([]byte, 256<<20)
	if _, err := rand.Read(data); err != nil {
		b.Fatal(err)
	}
	return data
}

package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
)

// age dates stored bytes back.
func age(t *testing.T, s *Store, sha string, by time.Duration) {
	t.Helper()
	then := time.Now().Add(-by)
	if err := os.Chtimes(s.path(sha), then, then); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s *Store, text string) string {
	t.Helper()
	ref, err := s.Put(t.Context(), strings.NewReader(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	return ref.SHA256
}

func no() (bool, error)  { return false, nil }
func yes() (bool, error) { return true, nil }

func TestOldUnwantedBytesAreRemovedAndNoOthers(t *testing.T) {
	s := open(t)
	old, wanted, fresh, again := put(t, s, "old"), put(t, s, "wanted"), put(t, s, "fresh"), put(t, s, "again")
	for _, sha := range []string{old, wanted, again} {
		age(t, s, sha, 3*Grace)
	}
	put(t, s, "again") // sent anew: dated anew
	var found []string
	if err := s.Old(t.Context(), 2*Grace, func(names []string) error { found = append(found, names...); return nil }); err != nil || len(found) != 2 {
		t.Fatalf("old are %v, %v", found, err)
	}
	for sha, ask := range map[string]func() (bool, error){old: no, wanted: yes, fresh: no, again: no, "../../x": no} {
		// No age is asked for, yet nothing younger than the grace goes.
		n, err := s.Remove(sha, 0, ask)
		if err != nil || (n == 3) != (sha == old) {
			t.Errorf("%s: %d bytes, %v", sha, n, err)
		}
	}
	for sha, there := range map[string]bool{old: false, wanted: true, fresh: true, again: true} {
		f, err := s.Get(sha)
		if (err == nil) != there {
			t.Errorf("%s: %v", sha, err)
		}
		_ = f.Close()
	}
	age(t, s, wanted, 3*Grace)
	fault := errors.New("no database")
	if _, err := s.Remove(wanted, 0, func() (bool, error) { return false, fault }); !errors.Is(err, fault) {
		t.Errorf("not asked: %v", err)
	}
	if err := s.Check(t.Context(), Ref{wanted, 6}); err != nil {
		t.Errorf("what could not be asked about is gone: %v", err)
	}
	if files := left(t, s); len(files) != 3 {
		t.Errorf("left are %v", files)
	}
}

// TestARemovalNeverTakesWhatAnUploadWasPromised lets uploads and removals of
// the same bytes meet over and over: whoever got a reference finds the bytes,
// at once and afterwards.
func TestARemovalNeverTakesWhatAnUploadWasPromised(t *testing.T) {
	s := open(t)
	meet(t, s, s)
}

// TestRemovalsOfTwoProcessesTakeNothingPromised does the same with each removal
// by a process of its own, which do not wait for each other.
func TestRemovalsOfTwoProcessesTakeNothingPromised(t *testing.T) {
	s := open(t)
	second, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	meet(t, s, second)
}

func meet(t *testing.T, s, second *Store) {
	t.Helper()
	for round := range 300 {
		text := fmt.Sprint("round ", round)
		sha := put(t, s, text)
		age(t, s, sha, 3*Grace)
		var promised sync.Map // stands for the rows of the database
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				ref, err := s.Put(context.Background(), strings.NewReader(text), 0)
				if err != nil {
					t.Error(err)
					return
				}
				f, err := s.Get(ref.SHA256)
				if err != nil {
					t.Errorf("round %d: not there at once: %v", round, err)
				}
				_ = f.Close()
				promised.Store(ref.SHA256, true)
			})
		}
		for _, by := range []*Store{s, second} {
			wg.Go(func() {
				if _, err := by.Remove(sha, 0, func() (bool, error) { _, ok := promised.Load(sha); return ok, nil }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := s.Check(t.Context(), Ref{sha, int64(len(text))}); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if aside, _ := os.ReadDir(filepath.Join(s.dir, "trash")); len(aside) > 0 {
			t.Fatalf("round %d: left in the trash: %v", round, aside)
		}
	}
}

func TestWhatACrashLeftSetAsideComesBack(t *testing.T) {
	s := open(t)
	sha := put(t, s, "set aside")
	if err := os.Rename(s.path(sha), s.aside(sha, "1f")); err != nil {
		t.Fatal(err)
	}
	f, err := s.Get(sha)
	if err != nil {
		t.Fatalf("while it is set aside: %v", err)
	}
	_ = f.Close()
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Check(t.Context(), Ref{sha, 9}); err != nil || len(left(t, again)) != 1 {
		t.Errorf("%v, %v", err, left(t, again))
	}
}

func TestBytesOfEverySizeAndPaceAreHashedWhole(t *testing.T) {
	s := open(t)
	for _, n := range []int{1, chunkSize - 1, chunkSize, chunkSize + 1, 2 * chunkSize, 3*chunkSize + 7, windowAt + chunkSize + 1} {
		data := bytes.Repeat([]byte{7}, n)
		data[n-1] = 9
		ref, err := s.Put(t.Context(), &slow{data: data, step: 1<<10 + 1}, 0)
		if err != nil || ref.Size != int64(n) {
			t.Fatalf("%d bytes: %+v, %v", n, ref, err)
		}
		if err := s.Check(t.Context(), ref); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if _, err := s.Put(t.Context(), &slow{data: data, step: 4 << 10}, int64(n)-1); n > 1 && apperr.As(err).Key != "error.upload.too_large" {
			t.Errorf("%d bytes, one too many: %v", n, err)
		}
	}
}

// slow gives few bytes at a time, as a connection does.
type slow struct {
	data []byte
	step int
}

func (s *slow) Read(p []byte) (int, error) {
	if len(s.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.step)], s.data)
	s.data = s.data[n:]
	return n, nil
}

package clamd_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/clamd"
	"github.com/kis-platform/kis/internal/clamd/clamdtest"
)

func TestStreamsAreJudgedOverBothKindsOfSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clamd.sock")
	for name, d := range map[string]struct {
		daemon  *clamdtest.Daemon
		address string
	}{
		"tcp":  {clamdtest.New(t, "tcp", ""), ""},
		"unix": {clamdtest.New(t, "unix", path), "unix:" + path},
	} {
		if d.address == "" {
			d.address = d.daemon.Addr()
		}
		s, err := clamd.New(d.address)
		if err != nil {
			t.Fatal(err)
		}
		big := strings.Repeat("təmiz ", 100_000)
		for text, want := range map[string]string{"təmiz": "", big: "", big + clamdtest.Harmful: clamdtest.Signature} {
			if found, err := s.Scan(t.Context(), strings.NewReader(text)); err != nil || found != want {
				t.Errorf("%s, %d bytes: %q, %v", name, len(text), found, err)
			}
		}
		if n, bytes := d.daemon.Seen(); n != 3 || bytes != int64(2*len(big)+len("təmiz")+len(clamdtest.Harmful)) {
			t.Errorf("%s: %d scans of %d bytes", name, n, bytes)
		}
	}
}

func TestNothingButAClearAnswerCountsAsClean(t *testing.T) {
	d := clamdtest.New(t, "tcp", "")
	s, err := clamd.New(d.Addr())
	if err != nil {
		t.Fatal(err)
	}
	s.Patience = 200 * time.Millisecond
	for name, mood := range map[string]clamdtest.Mood{"silent": clamdtest.Silent, "hasty": clamdtest.Hasty, "broken": clamdtest.Broken, "limited": clamdtest.Limited} {
		d.Be(mood)
		started := time.Now()
		found, err := s.Scan(t.Context(), strings.NewReader(strings.Repeat("x", 1<<20)))
		if err == nil || found != "" || time.Since(started) > 5*time.Second {
			t.Errorf("%s: %q, %v after %s", name, found, err, time.Since(started))
		}
	}
	d.Be(clamdtest.Well)
	if _, err := s.Scan(t.Context(), io.MultiReader(strings.NewReader("x"), cut{})); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that cannot be read to its end: %v", err)
	}
	d.Be(clamdtest.Silent)
	s.Patience = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.Scan(ctx, strings.NewReader("x")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("given up: %v", err)
	}
	d.Stop()
	if _, err := s.Scan(t.Context(), strings.NewReader("x")); err == nil {
		t.Error("nobody listens")
	}
}

func TestAnAddressThatIsNone(t *testing.T) {
	for _, a := range []string{"clamav", ":3310", "host:", "relative/path", ""} {
		if _, err := clamd.New(a); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%q: %v", a, err)
		}
	}
}

// cut breaks off.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/pgtest"
)

// stored lists the files of the store: complete ones by their hash, and what
// was left under other names.
func stored(t testing.TB, dir string) (whole map[string]string, rest []string) {
	t.Helper()
	whole = map[string]string{}
	err := filepath.WalkDir(filepath.Join(dir, "files"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if len(d.Name()) == 64 {
			whole[d.Name()] = path
		} else {
			rest = append(rest, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return whole, rest
}

// TestAKillLosesNoAcknowledgedUpload kills the program while 200 uploads are
// under way, starts it again and lets it tidy up.
func TestAKillLosesNoAcknowledgedUpload(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killDuringUploads(t, "") })
	t.Run("postgres", func(t *testing.T) {
		if url, ok := pgtest.NewDatabase(t); ok {
			killDuringUploads(t, url)
		}
	})
}

func killDuringUploads(t *testing.T, database string) {
	c := defaults()
	c.DataDir, c.DatabaseURL = t.TempDir(), database
	a := open(t, c)
	email := employ(t, a)
	_ = a.Close()

	p := start(t, c.DataDir, database)
	cookie := p.signIn(email)
	const uploads, enough = 200, 60
	var mu sync.Mutex
	acknowledged := map[string]string{} // id to hash
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(acknowledged) }
	var wg sync.WaitGroup
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for i := range uploads {
		wg.Go(func() {
			text := strings.Repeat(fmt.Sprintf("sətir %d ", i), 1000+rand.IntN(20_000))
			// Some stop half-way: they are certainly under way when it happens.
			content := io.Reader(strings.NewReader(text))
			if i%5 == 0 {
				content = io.MultiReader(strings.NewReader(text), waiting{ctx})
			}
			s, err := p.upload(ctx, cookie, fmt.Sprintf("sened-%d.txt", i), content)
			if err == nil {
				mu.Lock()
				acknowledged[s.ID] = s.SHA256
				mu.Unlock()
			}
		})
	}
	within(t, 50*time.Second, "uploads", func() bool { return count() >= enough })
	p.end(syscall.SIGKILL)
	cancel()
	wg.Wait()
	if n := count(); n > uploads*4/5 {
		t.Fatalf("%d acknowledged, of some that were never whole", n)
	}
	whole, rest := stored(t, c.DataDir)
	if len(rest) == 0 {
		t.Fatal("nothing was under way when the program was killed")
	}
	t.Logf("%d acknowledged, %d whole files, %d leftovers", count(), len(whole), len(rest))
	// Bytes whose row was never written, as a kill between the two leaves them.
	orphan := filepath.Join(c.DataDir, "files", "ab", "cd", "abcd"+strings.Repeat("0", 60))
	if err := os.MkdirAll(filepath.Dir(orphan), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(orphan, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}

	// It starts again the day after the next.
	whole, rest = stored(t, c.DataDir)
	then := time.Now().Add(-48 * time.Hour)
	for _, path := range rest {
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range whole {
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	p = start(t, c.DataDir, database)
	within(t, 20*time.Second, "sweep", func() bool {
		_, rest := stored(t, c.DataDir)
		return len(rest) == 0 && strings.Contains(p.errs.String(), "swept bytes that nothing refers to")
	})
	p.end(syscall.SIGTERM)

	code, out, errs := kisCLIWith(t, map[string]string{"KIS_DATA_DIR": c.DataDir, "KIS_DATABASE_URL": database, "KIS_LANG": "en"}, "verify")
	want(t, "verify", code, 0, out+errs)
	a = open(t, c)
	var rows []struct {
		ID     string
		SHA256 string `bun:"sha256"`
	}
	if err := a.db.Read().NewSelect().Table("uploads").Column("id", "sha256").Scan(t.Context(), &rows); err != nil {
		t.Fatal(err)
	}
	kept := map[string]string{}
	hashes := map[string]bool{}
	for _, r := range rows {
		kept[r.ID], hashes[r.SHA256] = r.SHA256, true
	}
	for id, sha := range acknowledged {
		if kept[id] != sha {
			t.Errorf("upload %s was acknowledged and is %q", id, kept[id])
		}
	}
	whole, _ = stored(t, c.DataDir)
	for sha := range whole {
		if !hashes[sha] {
			t.Errorf("nothing refers to %s", sha)
		}
		delete(hashes, sha)
	}
	if len(hashes) > 0 {
		t.Errorf("no bytes for %v", hashes)
	}
}

// waiting is a connection that says nothing more.
type waiting struct{ ctx context.Context }

func (w waiting) Read([]byte) (int, error) { <-w.ctx.Done(); return 0, w.ctx.Err() }

// TestALargeUploadTakesLittleMemory sends 1 GiB to a process of its own.
func TestALargeUploadTakesLittleMemory(t *testing.T) {
	c := defaults()
	c.DataDir = t.TempDir()
	a := open(t, c)
	email := employ(t, a)
	_ = a.Close()
	p := start(t, c.DataDir, "")
	cookie := p.signIn(email)
	before := residentPeak(t, p.cmd.Process.Pid)
	started := time.Now()
	if _, err := p.upload(t.Context(), cookie, "böyük.bin", io.LimitReader(&noise{}, 1<<30)); err != nil {
		t.Fatal(err)
	}
	took := time.Since(started)
	peak := residentPeak(t, p.cmd.Process.Pid)
	t.Logf("1 GiB in %.1f s, %.0f MiB/s; peak resident memory %d MiB, %d MiB before", took.Seconds(), 1024/took.Seconds(), peak>>10, before>>10)
	if peak > 150<<10 {
		t.Errorf("peak resident memory %d MiB", peak>>10)
	}
}

// noise is an endless stream in which no two MiB are alike.
type noise struct {
	block []byte
	n     uint64
	left  []byte
}

func (z *noise) Read(b []byte) (int, error) {
	if z.block == nil {
		z.block = bytes.Repeat([]byte{1}, 1<<20)
		r := rand.NewChaCha8([32]byte{1})
		_, _ = r.Read(z.block)
	}
	if len(z.left) == 0 {
		z.n++
		copy(z.block, strconv.FormatUint(z.n, 10))
		z.left = z.block
	}
	n := copy(b, z.left)
	z.left = z.left[n:]
	return n, nil
}

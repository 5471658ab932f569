package main

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// uploadSize is the file that BenchmarkUpload sends, 1 GiB.
const uploadSize = 1 << 30

// uploaded is what one way of storing the file took.
type uploaded struct {
	name string
	rate []float64 // MiB/s
	peak int       // KiB resident of the process, as far as there is one
}

func (u *uploaded) took(since time.Time) {
	u.rate = append(u.rate, uploadSize/(1<<20)/time.Since(since).Seconds())
}

// BenchmarkUpload sends 1 GiB by HTTP to KİS and, with KIS_POCKETBASE, to
// PocketBase, each a process of its own, by turns with the floor: the same
// bytes copied to a file and hashed in one pass, without HTTP, with and without
// waiting for the disk.
func BenchmarkUpload(b *testing.B) {
	c := defaults()
	c.DataDir = b.TempDir()
	a := open(b, c)
	email := employ(b, a)
	_ = a.Close()
	p := start(b, c.DataDir, "")
	cookie := p.signIn(email)
	ways := []struct {
		*uploaded
		send func() error
	}{
		{&uploaded{name: "copy-and-hash"}, func() error { return floor(b.TempDir(), false) }},
		{&uploaded{name: "copy-hash-sync"}, func() error { return floor(b.TempDir(), true) }},
		{&uploaded{name: "kis"}, func() error {
			_, err := p.upload(b.Context(), cookie, "böyük.bin", io.LimitReader(&noise{}, uploadSize))
			return err
		}},
	}
	var other *pocketBase
	if program := os.Getenv("KIS_POCKETBASE"); program != "" {
		dir := filepath.Join(os.Getenv("KIS_SCALE_DIR"), "pocketbase")
		other = startPocketBase(b, program, dir)
		b.Cleanup(func() { _ = os.RemoveAll(filepath.Join(dir, "storage")) })
		ways = append(ways, struct {
			*uploaded
			send func() error
		}{&uploaded{name: "pocketbase"}, other.upload})
	}
	for b.Loop() {
		for _, w := range ways {
			started := time.Now()
			if err := w.send(); err != nil {
				b.Fatal(w.name, err)
			}
			w.took(started)
		}
	}
	ways[2].peak = residentPeak(b, p.cmd.Process.Pid)
	if other != nil {
		ways[3].peak = residentPeak(b, other.cmd.Process.Pid)
	}
	for _, w := range ways {
		b.Logf("%s: %.0f MiB/s, at most %d MiB resident", w.name, w.rate, w.peak>>10)
		b.ReportMetric(middle(w.rate), w.name+"-MiB/s")
	}
	b.ReportMetric(0, "ns/op")
}

// floor copies the bytes to a file and hashes them in the same pass.
func floor(dir string, sync bool) error {
	f, err := os.Create(filepath.Join(dir, "floor"))
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var h hash.Hash = sha256.New()
	if _, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(f, h)}, struct{ io.Reader }{io.LimitReader(&noise{}, uploadSize)}, make([]byte, 128<<10)); err != nil {
		return err
	}
	if sync {
		return f.Sync()
	}
	return nil
}

// upload sends the file as a record.
func (p *pocketBase) upload() error {
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		part, err := form.CreateFormFile("document", "boyuk.bin")
		if err == nil {
			_, err = io.CopyBuffer(struct{ io.Writer }{part}, io.LimitReader(&noise{}, uploadSize), make([]byte, 256<<10))
		}
		if cerr := form.Close(); err == nil {
			err = cerr
		}
		_ = w.CloseWithError(err)
	}()
	req, err := http.NewRequest(http.MethodPost, p.url+"/api/collections/evidence/records", r)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", p.token)
	a, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.300s", a.Status, raw)
	}
	return err
}

// residentPeak is the most memory a process has had resident, in KiB.
func residentPeak(t testing.TB, pid int) int {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(raw)
	if err != nil || m == nil {
		t.Fatalf("no VmHWM: %v", err)
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

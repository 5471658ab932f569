package main

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
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

// BenchmarkUpload sends a file of 1 GiB by HTTP to KİS and, with
// KIS_POCKETBASE, to PocketBase, each a process of its own, by turns with the
// floor: the same file copied and hashed in one pass, without HTTP, with and
// without waiting for the disk, and once taken from a bare connection, which is
// the most that a server on this machine can reach. The file is in memory (the system's cache), and
// the sender lets the system send it, as a browser on another machine would
// take nothing of this one.
func BenchmarkUpload(b *testing.B) {
	c := defaults()
	c.DataDir = b.TempDir()
	a := open(b, c)
	email := employ(b, a)
	_ = a.Close()
	p := start(b, c.DataDir, "")
	cookie := p.signIn(email)
	file := payload(b)
	ways := []struct {
		*uploaded
		send func() error
	}{
		{&uploaded{name: "copy-and-hash"}, func() error { return floor(file, b.TempDir(), false) }},
		{&uploaded{name: "copy-hash-sync"}, func() error { return floor(file, b.TempDir(), true) }},
		{&uploaded{name: "socket-hash-sync"}, func() error { return socketFloor(file, b.TempDir()) }},
		{&uploaded{name: "kis"}, func() error {
			return post(p.url+"/uploads", "upload", file, http.StatusCreated, "Accept: application/json", "Sec-Fetch-Site: same-origin", "Cookie: "+cookie.Name+"="+cookie.Value)
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
		}{&uploaded{name: "pocketbase"}, func() error {
			return post(other.url+"/api/collections/evidence/records", "document", file, http.StatusOK, "Authorization: "+other.token)
		}})
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
	ways[3].peak = residentPeak(b, p.cmd.Process.Pid)
	if other != nil {
		ways[4].peak = residentPeak(b, other.cmd.Process.Pid)
	}
	for _, w := range ways {
		b.Logf("%s: %.0f MiB/s, at most %d MiB resident", w.name, w.rate, w.peak>>10)
		b.ReportMetric(middle(w.rate), w.name+"-MiB/s")
	}
	b.ReportMetric(0, "ns/op")
}

// payload makes the file that is sent.
func payload(b *testing.B) (path string) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "boyuk.bin")
	f, err := os.Create(path)
	if err == nil {
		_, err = io.CopyBuffer(struct{ io.Writer }{f}, io.LimitReader(&noise{}, uploadSize), make([]byte, 1<<20))
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		b.Fatal(err)
	}
	return path
}

// socketFloor is what a program can reach that only takes the bytes from a
// connection on the same machine, hashes and writes them and waits for the disk:
// no HTTP, no form, no record. The file is sent as post sends it.
func socketFloor(from, dir string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	sent := make(chan error, 1)
	go func() {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err == nil {
			_, err = conn.(*net.TCPConn).ReadFrom(in)
			err = errors.Join(err, conn.Close())
		}
		sent <- err
	}()
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	f, err := os.Create(filepath.Join(dir, "socket"))
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(f, sha256.New())}, struct{ io.Reader }{conn}, make([]byte, 128<<10)); err != nil {
		return err
	}
	return errors.Join(f.Sync(), <-sent)
}

// floor copies the file and hashes it in the same pass.
func floor(from, dir string, sync bool) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := os.Create(filepath.Join(dir, "floor"))
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := io.CopyBuffer(io.MultiWriter(f, sha256.New()), struct{ io.Reader }{in}, make([]byte, 128<<10)); err != nil {
		return err
	}
	if sync {
		return f.Sync()
	}
	return nil
}

// post sends the file as a field of a form, over a connection of its own.
func post(to, field, path string, want int, header ...string) error {
	u, err := url.Parse(to)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return err
	}
	defer conn.Close()
	const boundary = "----kis-benchmark-7f3a9c"
	before := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"boyuk.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n"
	after := "\r\n--" + boundary + "--\r\n"
	lines := append([]string{"POST " + u.RequestURI() + " HTTP/1.1", "Host: " + u.Host, "Content-Type: multipart/form-data; boundary=" + boundary,
		"Content-Length: " + strconv.Itoa(len(before)+uploadSize+len(after))}, header...)
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"+before); err != nil {
		return err
	}
	if _, err := conn.(*net.TCPConn).ReadFrom(f); err != nil { // by the system, without a copy of ours
		return err
	}
	if _, err := io.WriteString(conn, after); err != nil {
		return err
	}
	a, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != want {
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

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// program is "kis serve" as a process of its own.
type program struct {
	t    testing.TB
	cmd  *exec.Cmd
	errs *lockedBuffer
	url  string
}

// start starts it over a folder, and a database when url is not empty, and
// waits until it serves.
func start(t testing.TB, dir, database string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(os.Args[0], "serve", "--addr", "127.0.0.1:0", "--data", dir), errs: &lockedBuffer{}}
	p.cmd.Env = append(os.Environ(), "KIS_TEST_PROGRAM=1", "KIS_LANG=en", "KIS_DATABASE_URL="+database, "KIS_LOG_LEVEL=info")
	p.cmd.Stderr = p.errs
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if p.url = regexp.MustCompile(`http://[0-9.:]+`).FindString(lines.Text()); p.url != "" {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p
		}
	}
	t.Fatalf("the program does not serve: %s", p.errs)
	return nil
}

// end sends a signal and waits for the process to be gone.
func (p *program) end(sig syscall.Signal) {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Signal(sig)
	_ = p.cmd.Wait()
}

// lockedBuffer is a buffer for two goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const programPassword = "proqram-parol-2026"

// employ makes an employee who can sign in to the program.
func employ(t testing.TB, a *app) (email string) {
	t.Helper()
	hash, err := office.HashPassword(context.Background(), programPassword)
	if err == nil {
		_, err = a.kis.CreateUser(actor.With(context.Background(), actor.Program("test")), office.NewUser{Email: "aytan@stat.example", Name: "Aytən Məmmədova",
			DepartmentCode: "SSS", Hash: hash, Since: "2024-01-03", Grants: []office.NewGrant{{Role: policies.Employee}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return "aytan@stat.example"
}

// signIn gives the cookie of a session of somebody whom employ made.
func (p *program) signIn(email string) *http.Cookie {
	p.t.Helper()
	return p.signInWith(email, programPassword)
}

// signInWith gives the cookie of a session.
func (p *program) signInWith(email, password string) *http.Cookie {
	p.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.PostForm(p.url+"/sign-in", url.Values{"email": {email}, "password": {password}})
	if err != nil {
		p.t.Fatal(err)
	}
	defer a.Body.Close()
	for _, c := range a.Cookies() {
		if strings.Contains(c.Name, "kis") && a.StatusCode == http.StatusSeeOther {
			return c
		}
	}
	p.t.Fatalf("sign in: %s", a.Status)
	return nil
}

// sent is what the program answered to an upload.
type sent struct{ ID, SHA256 string }

// upload streams one file to the program.
func (p *program) upload(ctx context.Context, cookie *http.Cookie, name string, content io.Reader) (s sent, err error) {
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		part, err := form.CreateFormFile("upload", name)
		if err == nil {
			_, err = io.CopyBuffer(struct{ io.Writer }{part}, content, make([]byte, 256<<10))
		}
		_ = w.CloseWithError(errors.Join(err, form.Close()))
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/uploads", r)
	if err != nil {
		return s, err
	}
	req.AddCookie(cookie)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	a, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, err
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusCreated {
		err = fmt.Errorf("%s: %.300s", a.Status, raw)
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(raw, &s)
}

// within waits until a condition holds.
func within(t testing.TB, d time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s", what, d)
		}
	}
}

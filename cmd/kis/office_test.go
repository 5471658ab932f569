package main

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/pgtest"
)

var update = flag.Bool("update", false, "write golden files")

const demoPassword = "KIS-demo-parol-1"

// filled is the demonstration made once for all tests of this package; each
// test works on a copy of its folder.
var filled = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "kis-filled-*")
	if err != nil {
		return "", err
	}
	c := defaults()
	c.DataDir = dir
	return dir, fillDemo(context.Background(), c, demoPassword)
})

func TestMain(m *testing.M) {
	if os.Getenv("KIS_TEST_PROGRAM") != "" { // a process of its own, see program
		main()
		return
	}
	time.Local = time.UTC
	code := m.Run()
	if dir, err := filled(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// demoOffice opens a copy of the demonstration on SQLite.
func demoOffice(t testing.TB) *app {
	t.Helper()
	from, err := filled()
	if err != nil {
		t.Fatal(err)
	}
	c := defaults()
	c.DataDir = t.TempDir()
	if err := os.CopyFS(c.DataDir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return open(t, c)
}

// onBoth runs a test with an empty folder on SQLite, and with one and an empty
// database on PostgreSQL where there is a server.
func onBoth(t *testing.T, test func(t *testing.T, c Config)) {
	t.Helper()
	settings := func(t *testing.T, url string) Config {
		c := defaults()
		c.DataDir, c.DatabaseURL = t.TempDir(), url
		return c
	}
	t.Run("sqlite", func(t *testing.T) { test(t, settings(t, "")) })
	t.Run("postgres", func(t *testing.T) {
		if url, ok := pgtest.NewDatabase(t); ok {
			test(t, settings(t, url))
		}
	})
}

func open(t testing.TB, c Config) *app {
	t.Helper()
	a, err := openApp(context.Background(), c, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// kisCLI runs the program's command line in a folder and gives exit code and
// what it printed.
func kisCLI(t testing.TB, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return kisCLIWith(t, map[string]string{"KIS_DATA_DIR": dir, "KIS_LANG": "en"}, args...)
}

func kisCLIWith(t testing.TB, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	c := &cli{env: func(k string) string { return env[k] }, stdout: &out, stderr: &errs, now: time.Now}
	code = c.main(t.Context(), args)
	return code, out.String(), errs.String()
}

// want fails unless the command ended as it should and said what it should.
func want(t testing.TB, what string, code, wantCode int, text string, says ...string) {
	t.Helper()
	if code != wantCode {
		t.Errorf("%s: exit code %d instead of %d: %s", what, code, wantCode, text)
	}
	for _, s := range says {
		if !strings.Contains(text, s) {
			t.Errorf("%s: does not say %q but %q", what, s, text)
		}
	}
}

// file writes a file of a test and gives its name.
func file(t testing.TB, name, content string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

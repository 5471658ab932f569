package main

import (
	"archive/zip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// unzip unpacks a file the way people do, and checks it the way the README in
// it says.
func unzip(t *testing.T, file string) string {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	dir := t.TempDir()
	for _, f := range z.File {
		to := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("sha256sum", "-c", "--quiet", "SHA256SUMS")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s does not check: %v\n%s", file, err, out)
	}
	return dir
}

// TestEvidenceOfACycleIsTakenAwayAsAPack takes it by the command line and from
// the page, and spoils the bytes behind it.
func TestEvidenceOfACycleIsTakenAwayAsAPack(t *testing.T) {
	a := demoOffice(t)
	dir, out := a.config.DataDir, t.TempDir()
	file := filepath.Join(out, "dövr.zip")
	code, says, errs := kisCLI(t, dir, "export", "evidence", "--cycle", "1-elektron-xidmet 2026", "-o", file)
	want(t, "by process and period", code, exitDone, says+errs, "files of evidence")
	readme, err := os.ReadFile(filepath.Join(unzip(t, file), "README.txt"))
	if err != nil || !strings.Contains(string(readme), "sha256sum -c SHA256SUMS") || !strings.Contains(string(readme), "Period: 2026") {
		t.Errorf("README %q: %v", readme, err)
	}
	id := one(t, a, `SELECT c.id FROM cycles c JOIN processes p ON p.id = c.process_id WHERE p.code = '1-elektron-xidmet' AND c.period = '2026'`)
	code, says, errs = kisCLI(t, dir, "export", "evidence", "--cycle", id, "--lang", "az", "-o", file)
	want(t, "by id, over the older file", code, exitDone, says+errs, "files of evidence")
	for what, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no file":        {[]string{"--cycle", id}, exitUsage, "kis export evidence"},
		"no cycle":       {[]string{"-o", file}, exitUsage, "kis export evidence"},
		"a language":     {[]string{"--cycle", id, "-o", file, "--lang", "xx"}, exitUsage, "kis export evidence"},
		"another ending": {[]string{"--cycle", id, "-o", filepath.Join(out, "x.rar")}, exitRefused, "zip"},
		"no such period": {[]string{"--cycle", "1-elektron-xidmet 1999", "-o", filepath.Join(out, "x.zip")}, exitRefused, "1-elektron-xidmet 1999"},
		"no such id":     {[]string{"--cycle", "01930000-0000-7000-8000-000000000009", "-o", filepath.Join(out, "x.zip")}, exitRefused, "01930000"},
		"no such folder": {[]string{"--cycle", id, "-o", filepath.Join(out, "no", "x.zip")}, exitRefused, "x.zip"},
	} {
		code, says, errs := kisCLI(t, dir, append([]string{"export", "evidence"}, c.args...)...)
		want(t, what, code, c.code, says+errs, c.says)
	}

	host := httptest.NewServer(a.server().Handler())
	defer host.Close()
	path := "/cycles/" + id + "/evidence.zip"
	nigar := visit(t, host.URL, "nigar@kis.example")
	if _, _, page := nigar.do(t, "GET", "/cycles/"+id, nil); !strings.Contains(page, `href="`+path+`"`) {
		t.Error("the page of the cycle has no button")
	}
	take := func(v visitor) (*http.Response, []byte, error) {
		res, err := v.Get(host.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return res, body, err
	}
	res, body, err := take(nigar)
	if err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/zip" || !strings.Contains(res.Header.Get("Content-Disposition"), "subutlar-1-elektron-xidmet-2026.zip") {
		t.Errorf("from the page: %d %v %v", res.StatusCode, res.Header, err)
	}
	page := filepath.Join(out, "page.zip")
	if err := os.WriteFile(page, body, 0o600); err != nil {
		t.Fatal(err)
	}
	unzip(t, page)
	if res, _, _ := take(visit(t, host.URL, "rauf@kis.example")); res.StatusCode != http.StatusForbidden {
		t.Errorf("an administrator: %d", res.StatusCode)
	}

	// Other bytes of the same length: the answer breaks off, or is a refusal when nothing was out yet. Gone: nothing goes out.
	sha := one(t, a, `SELECT f.sha256 FROM files f JOIN submission_files sf ON sf.file_id = f.id JOIN submissions s ON s.id = sf.submission_id WHERE s.cycle_id = '`+id+`' ORDER BY f.size DESC, f.id LIMIT 1`)
	bytesOf := filepath.Join(dir, "files", sha[:2], sha[2:4], sha)
	raw, err := os.ReadFile(bytesOf)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-1]++
	spoil(t, bytesOf, raw)
	if res, _, err := take(nigar); err == nil && (res.StatusCode < 400 || res.Header.Get("Content-Disposition") != "") {
		t.Error("a pack with a changed file arrived as if it were whole")
	}
	if err := os.Remove(bytesOf); err != nil {
		t.Fatal(err)
	}
	if res, body, _ := take(nigar); res.StatusCode != http.StatusConflict || res.Header.Get("Content-Disposition") != "" || !strings.Contains(string(body), "kis verify") {
		t.Errorf("a file that is gone: %d %v", res.StatusCode, res.Header)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	code, says, errs = kisCLI(t, dir, "export", "evidence", "--cycle", id, "-o", file)
	want(t, "a file that is gone", code, exitFailed, says+errs, "kis verify", "The evidence pack was not made")
	after, err := os.ReadFile(file)
	left, _ := os.ReadDir(out)
	if err != nil || string(after) != string(before) || len(left) != 2 {
		t.Errorf("a pack that failed left something: %v, %v", left, err)
	}
}

// spoil puts other bytes where evidence lies.
func spoil(t *testing.T, path string, raw []byte) {
	t.Helper()
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

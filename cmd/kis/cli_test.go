package main

import (
	"context"
	"database/sql"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kis-platform/kis/reference"
)

// referenceFile writes an embedded file to disk, as a person would have it.
func referenceFile(t testing.TB, name string, change func(string) string) string {
	t.Helper()
	raw, err := reference.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if change != nil {
		text = change(text)
	}
	return file(t, name, text)
}

func TestAnEmptyFolderBecomesAnOfficeStepByStep(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := kisCLI(t, dir, "migrate")
	want(t, "migrate", code, exitDone, out+errs, "up to date")
	process := referenceFile(t, reference.Process, nil)
	code, out, errs = kisCLI(t, dir, "import", "process", "--dry-run", process, "--code", "1-elektron-xidmet", "--title", "1-elektron xidmət", "--owner", "SSS")
	want(t, "dry run", code, exitDone, out+errs, "8 phases, 44 sub-processes, 108 tasks, 19 not applicable, 7 gates", "nothing was changed")
	code, out, errs = kisCLI(t, dir, "import", "process", process, "--code", "1-elektron-xidmet", "--owner", "SSS")
	want(t, "import", code, exitDone, out+errs, "version 1: 8 phases, 44 sub-processes, 108 tasks, 19 not applicable, 7 gates")
	code, out, errs = kisCLI(t, dir, "import", "process", process, "--code", "1-elektron-xidmet", "--owner", "SSS")
	want(t, "import again", code, exitDone, out+errs, "no new version")
	code, out, errs = kisCLI(t, dir, "import", "assessments", referenceFile(t, reference.AssessmentTotals, nil))
	want(t, "totals", code, exitDone, out+errs, "[2013 2014 2015]")
	code, out, errs = kisCLI(t, dir, "import", "assessments", referenceFile(t, reference.AssessmentsSample, nil))
	want(t, "sample", code, exitDone, out+errs, "[2025]", "agencies 6")
	code, out, errs = kisCLI(t, dir, "import", "measures", referenceFile(t, reference.OpenGovernment, nil), "--plan", "AH-2020-2022")
	want(t, "measures", code, exitDone, out+errs, "11 measures, 1 of them ongoing")
	code, out, errs = kisCLI(t, dir, "user", "add", "aytan@example.az", "--name", "Aytən Məmmədova", "--department", "SSS")
	want(t, "user add", code, exitDone, out+errs, "Password of aytan@example.az: ")
	code, out, errs = kisCLI(t, dir, "user", "add", "Aytan@example.az", "--name", "Aytən", "--department", "SSS")
	want(t, "the same user", code, exitRefused, out+errs, "Aytan@example.az: email: ")
	code, out, errs = kisCLI(t, dir, "user", "list")
	want(t, "user list", code, exitDone, out+errs, "aytan@example.az  Aytən Məmmədova  SSS  employee")
	code, out, errs = kisCLI(t, dir, "user", "passwd", "aytan@example.az")
	want(t, "user passwd", code, exitDone, out+errs, "Password of aytan@example.az: ")
	code, out, errs = kisCLI(t, dir, "user", "disable", "aytan@example.az")
	want(t, "user disable", code, exitDone, out+errs)
	code, out, errs = kisCLI(t, dir, "user", "disable", "nobody@example.az")
	want(t, "disable nobody", code, exitRefused, out+errs, "nobody@example.az")
	code, out, errs = kisCLI(t, dir, "verify")
	want(t, "verify", code, exitDone, out+errs, "No fault found")
}

func TestWrongWordsAreAWrongUse(t *testing.T) {
	for _, args := range [][]string{
		{}, {"dance"}, {"serve", "now"}, {"migrate", "--down"}, {"import"}, {"import", "elephants", "x.csv"}, {"import", "process"},
		{"import", "process", "a.csv", "b.csv"}, {"report"}, {"report", "act", "UA-2026-001"}, {"report", "plan", "next", "-o", "x.pdf"},
		{"report", "measures", "AH-2020-2022", "-o", "x.pdf"}, {"report", "act", "UA-2026-001", "-o", "x.pdf", "--lang", "fr"},
		{"user"}, {"user", "add"}, {"user", "rename", "a"}, {"demo", "now"}, {"verify", "all"},
	} {
		code, out, errs := kisCLI(t, t.TempDir(), args...)
		want(t, strings.Join(args, " "), code, exitUsage, out+errs)
		if errs == "" || strings.Contains(errs, "⟦") {
			t.Errorf("%v: says %q", args, errs)
		}
	}
}

func TestARefusedFileIsNamedByRowAndColumnAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if code, out, errs := kisCLI(t, dir, "migrate"); code != exitDone {
		t.Fatal(out, errs)
	}
	cut := func(s string) string { return s[:len(s)*2/3] }
	for name, c := range map[string]struct {
		kind, file string
		says       []string
	}{
		"missing":                {"process", filepath.Join(dir, "none.csv"), []string{"none.csv: "}},
		"a folder":               {"process", dir, []string{": "}},
		"cut off":                {"process", referenceFile(t, reference.Process, cut), []string{reference.Process + ":"}},
		"a duplicate code":       {"process", referenceFile(t, reference.Process, func(s string) string { return strings.Replace(s, "\n1.2,", "\n1.1,", 1) }), []string{reference.Process + ":", "code"}},
		"a parent that is not":   {"process", referenceFile(t, reference.Process, func(s string) string { return strings.Replace(s, "1.1.1,task,1.1,", "1.1.1,task,1.9,", 1) }), []string{":4:", "parent"}},
		"an unknown supplier":    {"process", referenceFile(t, reference.Process, func(s string) string { return strings.Replace(s, ",İNO,", ",XYZ,", 1) }), []string{":4:", "suppliers"}},
		"another encoding":       {"process", referenceFile(t, reference.Process, func(s string) string { return strings.Replace(s, "ə", "\xfe", 1) }), []string{":2:"}},
		"a PDF":                  {"process", file(t, "act.csv", "%PDF-1.7\n..."), []string{"act.csv: ", "PDF"}},
		"another table":          {"process", referenceFile(t, reference.Departments, nil), []string{reference.Departments + ":1:"}},
		"empty":                  {"measures", file(t, "empty.csv", ""), []string{"empty.csv: "}},
		"measures twice":         {"measures", referenceFile(t, reference.OpenGovernment, func(s string) string { return strings.Replace(s, "\n1.6,", "\n1.2,", 1) }), []string{":3:", "number"}},
		"totals that do not add": {"assessments", referenceFile(t, reference.AssessmentTotals, func(s string) string { return strings.Replace(s, "439", "440", 1) }), []string{":2: services:"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"import", c.kind, c.file}
			if c.kind == "measures" {
				args = append(args, "--plan", "AH-2020-2022")
			}
			code, out, errs := kisCLI(t, dir, args...)
			want(t, name, code, exitRefused, errs, c.says...)
			if out != "" || strings.Contains(errs, "⟦") {
				t.Errorf("prints %q and %q", out, errs)
			}
		})
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "kis.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, table := range []string{"processes", "process_versions", "activities", "outputs", "measures", "assessment_totals"} {
		var n int
		if err := db.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s holds %d rows after refusals: %v", table, n, err)
		}
	}
}

func TestDemoFillsOnceAndRefusesAFolderThatHoldsSomethingElse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	code, out, errs := kisCLI(t, dir, "demo", "--no-serve")
	want(t, "demo", code, exitDone, out+errs, "aytan@kis.example", "observer", "the password of all")
	code, again, errs := kisCLI(t, dir, "demo", "--no-serve")
	want(t, "demo again", code, exitDone, again+errs)
	if again != out {
		t.Errorf("the second start prints other accounts:\n%s\n%s", out, again)
	}
	code, out, errs = kisCLI(t, dir, "verify")
	want(t, "verify", code, exitDone, out+errs, "No fault found")
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "letter.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs = kisCLI(t, other, "demo", "--no-serve")
	want(t, "a folder with a letter", code, exitRefused, out+errs, "not empty")
}

// TestAFillingThatWasCutOffIsToldAsSuch stops the filling as a broken
// connection of its input would: nothing says that the folder is complete.
func TestAFillingThatWasCutOffIsToldAsSuch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	c := &cli{config: defaults(), env: func(string) string { return "" }, stdout: io.Discard, stderr: io.Discard}
	c.config.DataDir = dir
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.fillOnce(ctx, 0); err == nil {
		t.Fatal("filled although it was told to stop")
	}
	code, out, errs := kisCLI(t, dir, "demo", "--no-serve")
	want(t, "demo again", code, exitRefused, out+errs, "cut off", "rm -r "+dir)
}

func TestAnAddressThatIsTakenIsToldWithoutTheWordsOfTheMachine(t *testing.T) {
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, addr := range []string{l.Addr().String(), "nowhere"} {
		code, out, errs := kisCLI(t, dir, "serve", "--addr", addr)
		want(t, addr, code, exitFailed, out+errs, "cannot listen on "+addr, "--addr")
		if strings.Contains(errs, "bind") || strings.Contains(errs, "missing port") {
			t.Errorf("%s: %s", addr, errs)
		}
	}
}

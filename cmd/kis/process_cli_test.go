package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kis-platform/kis/reference"
)

// TestAPrintedTableIsCheckedTakenInAndTakenAway walks a description through
// the command line: Word with its damage in, every form out and in again.
func TestAPrintedTableIsCheckedTakenInAndTakenAway(t *testing.T) {
	dir := t.TempDir()
	printed := filepath.Join("..", "..", "kis", "describe", "testdata", "printed-table.docx")
	code, out, errs := kisCLI(t, dir, "import", "process", "--dry-run", printed, "--code", "e")
	want(t, "dry run", code, exitDone, out+errs, "2: suppliers: [repair]", "“ÖN” → “ƏN”", "2: 1 [repaired] Tələbatların müəyyənləşdirilməsi",
		"61 read as they stand, 99 repaired, 0 doubtful, 0 refused", "nothing was changed")
	code, out, errs = kisCLI(t, dir, "import", "process", printed, "--code", "e")
	want(t, "import", code, exitDone, out+errs, "version 1: 8 phases, 44 sub-processes, 108 tasks, 19 not applicable, 7 gates")
	for _, ending := range []string{"csv", "xlsx", "docx"} {
		file := filepath.Join(dir, "e."+ending)
		code, out, errs = kisCLI(t, dir, "export", "process", "e", "-o", file)
		want(t, "export "+ending, code, exitDone, out+errs)
		code, out, errs = kisCLI(t, dir, "import", "process", file)
		want(t, "again from "+ending, code, exitDone, out+errs, "no new version")
		code, out, errs = kisCLI(t, dir, "template", "process", "-o", filepath.Join(dir, "t."+ending))
		want(t, "template "+ending, code, exitDone, out+errs)
	}
	for _, kind := range []string{"process", "process-map"} {
		file := filepath.Join(dir, kind+".pdf")
		code, out, errs = kisCLI(t, dir, "report", kind, "e", "-o", file)
		want(t, kind, code, exitDone, out+errs)
		if raw, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(raw), "%PDF") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	code, _, errs = kisCLI(t, dir, "export", "process", "nothing", "-o", filepath.Join(dir, "x.csv"))
	want(t, "export of nothing", code, exitRefused, errs, "nothing")
	code, _, errs = kisCLI(t, dir, "export", "process", "e", "-o", filepath.Join(dir, "x.pdf"))
	want(t, "export as PDF", code, exitRefused, errs, "csv, xlsx, docx")
}

// TestAnUnknownSupplierIsAskedAboutOnTheCommandLine refuses, names the choices
// and takes them.
func TestAnUnknownSupplierIsAskedAboutOnTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	file := referenceFile(t, reference.Process, func(s string) string { return strings.Replace(s, "İNO,", "Yeni Nazirlik,", 1) })
	code, out, errs := kisCLI(t, dir, "import", "process", file, "--dry-run")
	want(t, "dry run", code, exitRefused, out+errs, ":4: suppliers: ", `--supplier "Yeni Nazirlik=+CODE"`, "1.1.1")
	code, _, errs = kisCLI(t, dir, "import", "process", file, "--supplier", "Yeni Nazirlik")
	want(t, "no choice", code, exitRefused, errs, "NAME=CODE")
	code, _, errs = kisCLI(t, dir, "import", "process", file, "--supplier", "Yeni Nazirlik=YOX")
	want(t, "no such department", code, exitRefused, errs, "choose a department")
	code, out, errs = kisCLI(t, dir, "import", "process", file, "--supplier", "Yeni Nazirlik=+YN")
	want(t, "a new body", code, exitDone, out+errs, "version 1")
	code, out, errs = kisCLI(t, dir, "import", "process", file)
	want(t, "again", code, exitDone, out+errs, "no new version")
}

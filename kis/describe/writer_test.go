package describe

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// writer gives a Word file as LibreOffice Writer has it after somebody opened
// and saved it there. Without Writer it is a failure on the build server, and
// otherwise the test ends with a line in its log.
func writer(t *testing.T, raw []byte) ([]byte, bool) {
	t.Helper()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "tesvir.docx"), filepath.Join(dir, "saved")
	if err := os.WriteFile(from, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var out []byte
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	program, err := exec.LookPath("soffice")
	if err == nil {
		cmd := exec.CommandContext(ctx, program, "-env:UserInstallation=file://"+filepath.ToSlash(dir)+"/profile", "--headless", "--norestore",
			"--convert-to", "docx:MS Word 2007 XML", "--outdir", to, from)
		out, err = cmd.CombinedOutput()
	}
	saved, missing := os.ReadFile(filepath.Join(to, "tesvir.docx")) // without Writer the program ends well and writes nothing
	switch {
	case missing == nil && err == nil:
		return saved, true
	case os.Getenv("CI") == "true":
		t.Fatalf("LibreOffice Writer: %v %v\n%s", err, missing, out)
	}
	t.Logf("LibreOffice Writer is not there: the text is not saved by it: %v %v", err, missing)
	return nil, false
}

// sameRows says where what was read is not what was written; words that the
// reading itself had to fill in are left out.
func sameRows(t *testing.T, got []Row, want []Row) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i, r := range got {
		w := want[i]
		r.Line, w.Line = 0, 0
		if w.NameEN == "" {
			w.NameEN = r.NameEN // the official name is filled in
		}
		if r, w := normal(r), normal(w); !reflect.DeepEqual(r, w) {
			t.Errorf("%s:\n got  %+v\n want %+v", w.Code, r, w)
		}
	}
}

// TestATextSavedInWriterImportsToTheSameRows exports the official description as a Word
// text, saves it in LibreOffice Writer and reads it again; and the printed
// table, damaged as it is, gives the same rows after Writer as before.
func TestATextSavedInWriterImportsToTheSameRows(t *testing.T) {
	printed, err := os.ReadFile("testdata/printed-table.docx")
	if err != nil {
		t.Fatal(err)
	}
	before, err := Read(bytes.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	p := awkward(t)
	p.Rows = before.Rows // Writer does not keep that the words are right as they are
	var docx bytes.Buffer
	if err := p.WriteDOCX(&docx); err != nil {
		t.Fatal(err)
	}
	raw, ok := writer(t, docx.Bytes())
	if !ok {
		return
	}
	got, err := Read(bytes.NewReader(raw))
	if err == nil {
		err = got.Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	sameRows(t, got.Rows, p.Rows)
	for i := range got.Gates {
		got.Gates[i].Line = 0
	}
	if len(got.Gates) != 1 || got.Gates[0] != p.Gates[0] {
		t.Errorf("gates %+v, want %+v", got.Gates, p.Gates)
	}

	if raw, ok = writer(t, around(t, docx.Bytes(), unpack(t, printed, "word/document.xml"))); !ok {
		return
	}
	after, err := Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	sameRows(t, after.Rows, before.Rows)
}

// around puts another text into a Word file: the printed table is kept without
// what Writer needs beside it.
func around(t *testing.T, docx, text []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(docx), int64(len(docx)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		content := text
		if f.Name != "word/document.xml" {
			content = unpack(t, docx, f.Name)
		}
		part, err := w.Create(f.Name)
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

package content

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
)

// zipped is an archive with entries of these names.
func zipped(t testing.TB, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		name, text, _ := strings.Cut(n, "=")
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte(text))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTypesAreToldByWhatIsInAFile(t *testing.T) {
	const office = "application/vnd.openxmlformats-officedocument."
	for name, tc := range map[string]struct{ in, want string }{
		"pdf":      {"%PDF-1.4 x", "application/pdf"},
		"png":      {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"},
		"jpeg":     {"\xff\xd8\xff\xe0", "image/jpeg"},
		"page":     {"\ufeff\n<script>alert(1)</script>%PDF-1.4", "text/html"},
		"html":     {"<!DOCTYPE html><html><script>", "text/html"},
		"svg":      {`<svg xmlns="http://www.w3.org/2000/svg">`, "image/svg+xml"},
		"program":  {"MZ\x90\x00\x03\x00\x00\x00", "application/vnd.microsoft.portable-executable"},
		"xlsx":     {zipped(t, "[Content_Types].xml", "xl/workbook.xml"), office + "spreadsheetml.sheet"},
		"docx":     {zipped(t, "[Content_Types].xml", "word/document.xml"), office + "wordprocessingml.document"},
		"xlsm":     {zipped(t, "[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), Macros},
		"odt":      {zipped(t, "mimetype=application/vnd.oasis.opendocument.text", "content.xml"), "application/vnd.oasis.opendocument.text"},
		"signed":   {zipped(t, "mimetype=application/vnd.etsi.asic-e+zip", "META-INF/manifest.xml"), "application/vnd.etsi.asic-e+zip"},
		"jar":      {zipped(t, "META-INF/MANIFEST.MF", "A.class"), "application/java-archive"},
		"zip":      {zipped(t, "word/document.xml"), "application/zip"},
		"text":     {"sübut\n", "text/plain"},
		"old text": {"s\xfcbut \xfe\xf0\n", "text/plain"},
		"bytes":    {"\x00\x01\x02\x03", Unknown},
		"nothing":  {"", "text/plain"},
	} {
		in := []byte(tc.in)
		if got := Type(in[:min(len(in), Head)], in[max(0, len(in)-Tail):]); got != tc.want {
			t.Errorf("%s is taken for %s", name, got)
		}
	}
	for kind, active := range map[string]bool{"text/html": true, "image/svg+xml": true, Macros: true, "application/vnd.microsoft.portable-executable": true, "application/pdf": false, "text/plain": false, "application/zip": false} {
		if Active(kind) != active {
			t.Errorf("active %s: %v", kind, !active)
		}
	}
}

func TestTextIsReadInItsEncodingAndCutBetweenCharacters(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"utf-8":     {"\xef\xbb\xbfMərhələ\r\nyekun\t1", "Mərhələ\nyekun\t1"},
		"utf-16 le": {"\xff\xfeS\x00Y\x02", "Sə"[:1] + "\u0259"},
		"utf-16 be": {"\xfe\xff\x00S\x02\x59", "S\u0259"},
		"1254":      {"s\xfcbut \xfe\xf0\xfd", "sübut şğı"},
		"controls":  {"a\x00b\u202ec", "a\uFFFDb\uFFFDc"},
	} {
		got, more, err := Text(strings.NewReader(tc.in))
		if name == "utf-16 le" {
			tc.want = "S\u0259"
		}
		if err != nil || more || got != tc.want {
			t.Errorf("%s: %q, %v, %v", name, got, more, err)
		}
	}
	long := "x" + strings.Repeat("ə", maxText)
	got, more, err := Text(strings.NewReader(long))
	if err != nil || !more || len(got) != maxText-1 || !strings.HasPrefix(long, got) {
		t.Errorf("%d bytes, more %v, %v", len(got), more, err)
	}
}

func TestTheBeginningOfATableIsShown(t *testing.T) {
	var b strings.Builder
	b.WriteString("kod;ad;düstur\n")
	for range 300_000 {
		b.WriteString("1.1;Məlumat;=HYPERLINK(\"http://x\")\n")
	}
	started := time.Now()
	s, err := Table(strings.NewReader(b.String()), int64(b.Len()), true, 200)
	if err != nil || len(s.Rows) != 200 || s.Columns != 3 || !s.More || s.Rows[1][2].Text != `=HYPERLINK("http://x")` {
		t.Errorf("%d rows, %d columns, %v", len(s.Rows), s.Columns, err)
	}
	if d := time.Since(started); d > 5*time.Second {
		t.Errorf("took %s", d)
	}
	s, err = Table(strings.NewReader("a,b\n1,2\n"), 8, true, 200)
	if err != nil || len(s.Rows) != 2 || s.More {
		t.Errorf("%+v, %v", s, err)
	}
	sheet := `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Cəmi</t></is></c><c r="B1"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>`
	book := zipped(t, "[Content_Types].xml=<Types/>", `xl/workbook.xml=<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Vərəq" sheetId="1" r:id="r1"/></sheets></workbook>`,
		`xl/_rels/workbook.xml.rels=<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`, "xl/worksheets/sheet1.xml="+sheet)
	s, err = Table(strings.NewReader(book), int64(len(book)), false, 200)
	if err != nil || s.Name != "Vərəq" || len(s.Rows) != 1 || s.Rows[0][1] != (Cell{Text: "2", Formula: true}) {
		t.Errorf("%+v, %v", s, err)
	}
	for name, in := range map[string]string{"broken": "PK\x03\x04xx", "empty": "", "macros": zipped(t, "[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin")} {
		if _, err := Table(strings.NewReader(in), int64(len(in)), false, 200); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Table(strings.NewReader(""), 1<<30, false, 200); apperr.As(err).Key != "table.too_large" {
		t.Errorf("a workbook of 1 GiB: %v", err)
	}
}

func FuzzType(f *testing.F) {
	f.Add([]byte("%PDF-1.4"), []byte("xl/workbook.xml[Content_Types].xml"))
	f.Fuzz(func(t *testing.T, head, tail []byte) {
		if kind := Type(head, tail); kind == "" || strings.ContainsAny(kind, "; \n") {
			t.Fatalf("%q", kind)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"\xff\xfea", "\xfe\xff\xd8\x00", "a\xc9\x99\xff", "\u202e"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, _, err := Text(bytes.NewReader(raw))
		if err != nil || !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\u202e\x1b") {
			t.Fatalf("%q, %v", text, err)
		}
	})
}

// FuzzTable shows the beginning of anything as a table: within its bounds, and
// without what a page should not show.
func FuzzTable(f *testing.F) {
	f.Add([]byte("a;b\n\"1\n2\";\u202e\n"), true)
	f.Add([]byte("\xff\xfea\x00,\x00b\x00"), true)
	f.Add([]byte(zipped(f, "xl/workbook.xml=<workbook/>", "[Content_Types].xml=<x/>")), false)
	f.Fuzz(func(t *testing.T, raw []byte, isCSV bool) {
		s, err := Table(bytes.NewReader(raw), int64(len(raw)), isCSV, 50)
		if err != nil {
			if !apperr.Is(err, apperr.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if len(s.Rows) > 50 || s.Columns > maxShown {
			t.Fatalf("%d rows, %d columns", len(s.Rows), s.Columns)
		}
		for _, row := range s.Rows {
			for _, c := range row {
				if !utf8.ValidString(c.Text) || strings.ContainsAny(c.Text, "\x00\u202e\x1b") {
					t.Fatalf("%q", c.Text)
				}
			}
		}
	})
}

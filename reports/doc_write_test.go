package reports

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

func itoa(i int) string { return strconv.Itoa(i) }

// render writes the PDF of d to a file and returns its path.
func render(t testing.TB, d Doc) string {
	t.Helper()
	var buf bytes.Buffer
	if err := WritePDF(&buf, d); err != nil {
		t.Fatal(err)
	}
	return save(t, buf.Bytes())
}

// readPages returns the text of each page as poppler's pdftotext reads it.
func readPages(t testing.TB, path string) []string {
	t.Helper()
	out, err := exec.Command("pdftotext", "-raw", path, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext (package poppler-utils): %v", err)
	}
	pages := strings.Split(string(out), "\f")
	return pages[:len(pages)-1]
}

// golden compares v, as JSON, with a file of testdata.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".golden.json")
	if *update {
		if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(buf.Bytes(), want) {
		t.Errorf("%s differs; look at the change and run the test with -update\n%s", path, buf.Bytes())
	}
}

// squeeze drops all white space, so that line ends do not matter.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// inOrder fails unless all parts occur in text one after another.
func inOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := squeeze(text)
	for _, p := range parts {
		i := strings.Index(rest, squeeze(p))
		if i < 0 {
			t.Fatalf("%q is missing or out of order", p)
		}
		rest = rest[i+len(squeeze(p)):]
	}
}

func TestActOnPaper(t *testing.T) {
	d := actDoc(3)
	golden(t, "act-sample", d)
	pages := readPages(t, render(t, d))
	if len(pages) != 2 {
		t.Fatalf("act takes %d pages, want 2", len(pages))
	}
	inOrder(t, pages[0], d.Institution, d.System, "UYĞUNSUZLUQLARA DAİR AKT", "№ UA-2026-04", "7F3A-91C2-D8E5", "Bakı şəhəri", "17 iyun",
		"Audit olunan bölmə", "1. Meyar", "AZS ISO 9001:2020", "b81c04de", "□ Tanış oldum", "6. Kök səbəb", "5.", "Kök səbəb:",
		"Akt № UA-2026-04 · çap 24.11.2026, 10:42")
	inOrder(t, pages[1], "Uyğunsuzluqlara dair akt", "7. Düzəldici", "DT-1", "DT-3", "35,7%", "10. İmzalar", "Vəzifə, ad",
		"Aparıcı auditor", "Günel Abbasova", "Nigar Əliyeva", "Sənədin yoxlanması", "kis.example/verify")
	for i, p := range pages {
		inOrder(t, p, "Səhifə "+itoa(i+1)+" / 2")
		inOrder(t, p, "№ UA-2026-04")
		inOrder(t, p, "SHA-256 izi: 5c1e90b7…3da2")
	}
}

func TestHardDocument(t *testing.T) {
	d := hardDoc()
	pages := readPages(t, render(t, d))
	laid, err := d.Pages()
	if err != nil {
		t.Fatal(err)
	}
	if laid != len(pages) || laid < 40 || laid > 44 {
		t.Errorf("laid out %d pages, printed %d, want about 41", laid, len(pages))
	}
	all := strings.Join(pages, "\n")
	inOrder(t, all, "1. Əlifbalar", azText, kzText, ruText, "gülüş □ işarəsi, tab və nəzarət simvolu, yumşaqtire, □□□□",
		"2. Uzun söz", strings.Repeat("uzunsöz", 43), "3. Boş cədvəl", "Qeyd yoxdur", "4. Hündür sətir", "hündür", "BAŞI")
	if n := strings.Count(squeeze(all), squeeze("Sənədlərin idarə olunması proseduru")); n < 80+560 {
		t.Errorf("%d of the sentences of the table survived, want at least 640", n)
	}
	inOrder(t, all, "SONU", "5. Uzun cədvəl", "r0", "r1", "r279", "r558", "r559", "6. Nəticə", "Son abzas.", "İmzalar", "Sədr", "Məmmədov", "Қасымов")

	// the header stands on each page that shows a row of the long table
	row := regexp.MustCompile(`(?m)^r\d+ `)
	for i, p := range pages {
		inOrder(t, p, "Səhifə "+itoa(i+1)+" / "+itoa(len(pages)))
		if row.MatchString(p) && !strings.Contains(p, "Görülmüş işlər") {
			t.Errorf("page %d shows rows without their header", i+1)
		}
	}
}

func TestBookmarksFindTheirPages(t *testing.T) {
	d := Doc{Title: "T", Lang: "az"}
	d.Add(Heading{1, "Bölmə (ı)"}, Paragraph{Text: T("a")}, PageBreak{}, Heading{1, "Eyni ad"}, Heading{2, "Alt \\ ( bölmə"},
		Paragraph{Text: T("b")}, PageBreak{}, Heading{1, "Eyni ad"}, Paragraph{Text: T("c")})
	var buf bytes.Buffer
	if err := WritePDF(&buf, d); err != nil {
		t.Fatal(err)
	}
	if err := api.Validate(bytes.NewReader(buf.Bytes()), model.NewDefaultConfiguration()); err != nil {
		t.Errorf("not valid: %v", err)
	}
	marks, err := api.Bookmarks(bytes.NewReader(buf.Bytes()), model.NewDefaultConfiguration())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range marks {
		got = append(got, itoa(m.PageFrom)+" "+m.Title)
		for _, k := range m.Kids {
			got = append(got, itoa(k.PageFrom)+"  "+k.Title)
		}
	}
	want := "1 Bölmə (ı)|2 Eyni ad|2  Alt \\ ( bölmə|3 Eyni ad"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("bookmarks %q, want %q", s, want)
	}
}

func TestBadDocumentIsRefused(t *testing.T) {
	for want, b := range map[string]Block{
		"block 1: row 2 of the table has 1 cells for 2 columns": Table{Columns: make([]Column, 2), Rows: []Row{Cells("a", "b"), Cells("a")}},
		"block 1: table without columns":                        Table{},
		"block 1: block 1: row 1 of the table":                  Box{Blocks{Table{Columns: make([]Column, 1), Rows: []Row{Cells("a", "b")}}}},
		"block 1: a page break inside a box":                    Box{Blocks{PageBreak{}}},
	} {
		var buf bytes.Buffer
		err := WritePDF(&buf, Doc{Blocks: Blocks{b}})
		if err == nil || !strings.Contains(err.Error(), want) || buf.Len() > 0 {
			t.Errorf("error %v after %d bytes, want %q", err, buf.Len(), want)
		}
	}
}

// Documents made at the same time do not disturb each other (run with -race).
func TestParallelDocuments(t *testing.T) {
	var wg sync.WaitGroup
	sizes := make([]int, 8)
	for i := range sizes {
		wg.Go(func() {
			var buf bytes.Buffer
			if err := WritePDF(&buf, actDoc(i+3)); err != nil {
				t.Error(err)
			}
			sizes[i] = len(readPages(t, save(t, buf.Bytes())))
		})
	}
	wg.Wait()
	for i, n := range sizes {
		if n < 2 || n > 3 {
			t.Errorf("document %d has %d pages", i, n)
		}
	}
}

// save writes bytes to a file of the test.
func save(t testing.TB, b []byte) string {
	path := filepath.Join(t.TempDir(), "doc.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Error(err)
	}
	return path
}

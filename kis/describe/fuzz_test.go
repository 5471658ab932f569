package describe

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/reference"
)

// holds reads anything: it is refused as Invalid with a field, or what was
// read is a whole tree of clean rows.
func holds(t *testing.T, raw []byte) {
	t.Helper()
	r, err := Read(bytes.NewReader(raw))
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		if e := apperr.As(err); e.Kind != apperr.Invalid || len(e.Fields) == 0 {
			t.Fatalf("%v", err)
		}
		return
	}
	seen := map[string]bool{}
	for _, row := range r.Rows {
		if seen[row.Code] || (row.Level != Phase && !seen[row.Parent]) || !utf8.ValidString(row.NameAZ) || row.NameAZ == "" {
			t.Fatalf("%+v was let through", row)
		}
		if row.Applicable != (len(row.Outputs) > 0) {
			t.Fatalf("%+v was let through", row)
		}
		seen[row.Code] = true
	}
	if len(r.Rows) < 8+44+44 {
		t.Fatalf("%d rows were let through", len(r.Rows))
	}
}

func FuzzCSV(f *testing.F) {
	exact, err := reference.FS.ReadFile(reference.Process)
	if err != nil {
		f.Fatal(err)
	}
	printed := printedCSV(f)
	for _, seed := range [][]byte{exact, printed, exact[:len(exact)/2], printed[:len(printed)/2], append([]byte("\xef\xbb\xbf"), exact[:300]...),
		[]byte("Nö;Prosesin adı;İşin adı;Giriş materialı;Təchizatçı;Nəticə\n1;a;b;\"c\n;d,e;f\n;;;;g\n"), []byte("code,level\n1,\"a")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { holds(t, raw) })
}

// FuzzDOCX gives the fuzzer the text of a document; the container around it
// is whole, else hardly any input would get past it.
func FuzzDOCX(f *testing.F) {
	body := unpack(f, makeDOCX(f, printed(f)), "word/document.xml")
	f.Add(body, false)
	f.Add(body[:len(body)/3], false)
	f.Add([]byte(wordHead+"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"9\"/><w:vMerge/></w:tcPr><w:p><w:tab/></w:p><w:tbl></w:tbl></w:tc></w:tr></w:tbl>"), false)
	f.Add([]byte("PK\x03\x04"), true)
	f.Fuzz(func(t *testing.T, raw []byte, bare bool) {
		if bare {
			holds(t, raw)
			return
		}
		holds(t, pack(t, map[string]string{"word/document.xml": string(raw)}))
	})
}

// FuzzXLSX does the same with the sheet and the texts of a workbook.
func FuzzXLSX(f *testing.F) {
	x := makeXLSX(f, printed(f))
	sheet, texts := unpack(f, x, "xl/worksheets/sheet1.xml"), unpack(f, x, "xl/sharedStrings.xml")
	book, rels := string(unpack(f, x, "xl/workbook.xml")), string(unpack(f, x, "xl/_rels/workbook.xml.rels"))
	f.Add(sheet, texts)
	f.Add(sheet[:len(sheet)/2], texts)
	f.Add([]byte(`<worksheet><sheetData><row r="-1"><c r="ZZZ9" t="s"><v>-5</v></c><c t="b"><f>1</f></c></row></sheetData><mergeCells><mergeCell ref="B9:A1"/></mergeCells></worksheet>`), texts)
	f.Fuzz(func(t *testing.T, sheet, texts []byte) {
		holds(t, pack(t, map[string]string{"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": rels,
			"xl/worksheets/sheet1.xml": string(sheet), "xl/sharedStrings.xml": string(texts)}))
	})
}

// BenchmarkRead reads the 160 rows of the printed table with its damage.
func BenchmarkRead(b *testing.B) {
	pages := printed(b)
	for name, raw := range map[string][]byte{"CSV": printedCSV(b), "DOCX": makeDOCX(b, pages), "XLSX": makeXLSX(b, pages)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := Read(bytes.NewReader(raw))
				if err != nil || len(r.Rows) != 160 {
					b.Fatal(len(r.Rows), err)
				}
			}
		})
	}
}

// FuzzCode: what is read as a code is one, and is read as itself again.
func FuzzCode(f *testing.F) {
	for _, s := range []string{"1", "4.3.2", "4,3,2.", "4. 3 .2 Davamı", "1.1.1 …", "44563", "0.1", "1.2.3.4", "٤.٣", "10.99.99", "4.3.2\nAd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, rest, changed := readCode(s)
		if code == "" {
			if rest != s || changed {
				t.Fatalf("%q has no code, and is %q", s, rest)
			}
			return
		}
		if again, more, _ := readCode(code); again != code || more != "" || strings.Trim(code, "0123456789.") != "" || strings.Count(code, ".") > 2 {
			t.Fatalf("%q is %q and then %q with %q", s, code, again, more)
		}
	})
}

// FuzzList: items are whole texts, each there once, and parted by strokes they
// are read as the same items again.
func FuzzList(f *testing.F) {
	k, err := known()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"a, b; c", "a (b, c), d", "“a, b” və c", "- a\n- b\n", "1) a\n2) b", "a |", "((,", "«a, b", "a,,b,", "A və B", ";|,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := k.readList(s)
		seen := map[string]bool{}
		for _, x := range l.items {
			if strings.TrimSpace(x) == "" || (seen[x] && len(l.items) <= 2*maxItems) {
				t.Fatalf("%q has the item %q in %q", s, x, l.items)
			}
			seen[x] = true
		}
		if utf8.ValidString(s) && !utf8.ValidString(strings.Join(l.items, "")) {
			t.Fatalf("%q has items that are no text: %q", s, l.items)
		}
	})
}

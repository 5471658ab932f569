package table

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
)

// archive makes an office file of parts, name and body in turn.
func archive(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noise is text that no packer makes much smaller, so that a file is not
// refused for how well it is packed.
func noise(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}

func refusedFor(t *testing.T, raw []byte, key string, most uint64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Open(raw, Limits{Bytes: 16 << 20, Rows: 4000})
	runtime.ReadMemStats(&after)
	if e := apperr.As(err); e == nil || e.Kind != apperr.Invalid || e.Key != key {
		t.Errorf("%v, want %s", err, key)
	}
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > most {
		t.Errorf("%d MiB were used in all", mib)
	}
}

const wordBody = `<w:document xmlns:w="w"><w:body>`

// A small archive can lead to much work in ways that its own figures do not
// tell: one part under many names, or one element that is held as a whole.
func TestSmallFilesThatWantMuchWorkAreRefused(t *testing.T) {
	var book, rels strings.Builder
	for i := range 200 { // every sheet is the same part
		fmt.Fprintf(&book, `<sheet name="s%d" r:id="r1"/>`, i)
	}
	rels.WriteString(`<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`)
	sheet := `<worksheet><sheetData><!--` + noise(1<<20) + `-->` + strings.Repeat(`<row/>`, 1<<20) + `</sheetData></worksheet>`
	refusedFor(t, archive(t, "xl/workbook.xml", `<workbook xmlns:r="r"><sheets>`+book.String()+`</sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", rels.String(), "xl/worksheets/sheet1.xml", sheet), "table.bomb", 1000)

	attributes := strings.Repeat(` a=""`, 5<<20)
	refusedFor(t, archive(t, "word/document.xml", wordBody+`<!--`+noise(1<<19)+`--><w:p`+attributes+`/></w:body></w:document>`), "table.bomb", 300)
	refusedFor(t, archive(t, "word/document.xml", wordBody+`<!--`+noise(1<<19)+strings.Repeat("-a", 20<<20)+`-->`), "table.bomb", 100)
	refusedFor(t, archive(t, "word/document.xml", wordBody+`<w:p><w:r><w:t>`+noise(1<<19)+strings.Repeat("a", 40<<20)+`</w:t></w:r></w:p>`), "table.bomb", 100)
}

func TestMacrosAreFoundUnderAnyName(t *testing.T) {
	for _, kind := range []string{"application/vnd.ms-word.document.macroEnabled.main+xml", "application/vnd.ms-office.vbaProject"} {
		refusedFor(t, archive(t, "[Content_Types].xml", `<Types><Override PartName="/word/document.xml" ContentType="`+kind+`"/></Types>`,
			"word/document.xml", wordBody+"</w:body></w:document>", "word/x.bin", "x"), "table.macros", 10)
	}
}

// Word on the web and other programs name the first part otherwise.
func TestTheFirstPartIsTheOneTheFileNames(t *testing.T) {
	cell := func(s string) string { return `<w:tc><w:p><w:r><w:t>` + s + `</w:t></w:r></w:p></w:tc>` }
	rel := func(target string) string {
		return `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="` + target + `"/></Relationships>`
	}
	doc, err := Open(archive(t, "_rels/.rels", rel("/word/document2.xml"),
		"word/document2.xml", wordBody+`<w:tbl><w:tr>`+cell("a")+cell("b")+`</w:tr></w:tbl></w:body></w:document>`), Limits{})
	if err != nil || len(doc.Grids[0].Lines) != 1 || doc.Grids[0].Lines[0].Cells[1].Text != "b" {
		t.Errorf("%+v %v", doc, err)
	}
	doc, err = Open(archive(t, "_rels/.rels", rel("xl/book2.xml"), "xl/book2.xml", `<workbook xmlns:r="r"><sheets><sheet name="s" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/book2.xml.rels", `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="/xl/texts.xml"/></Relationships>`,
		"xl/texts.xml", `<sst><si><t>ə</t></si></sst>`, "xl/s1.xml", `<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="e"><v>#REF!</v></c></row></sheetData></worksheet>`), Limits{})
	if err != nil || len(doc.Grids) != 1 || len(doc.Grids[0].Lines) != 1 || doc.Grids[0].Lines[0].Cells[0].Text != "ə" || !doc.Grids[0].Lines[0].Cells[1].Formula {
		t.Errorf("%+v %v", doc, err)
	}
}

func TestWhatNobodySeesIsNotRead(t *testing.T) {
	run := func(props, s string) string { return `<w:r><w:rPr>` + props + `</w:rPr><w:t>` + s + `</w:t></w:r>` }
	doc, err := Open(archive(t, "word/document.xml", wordBody+`<w:tbl><w:tr><w:tc><w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>`+
		run(`<w:vanish w:val="0"/>`, "a")+run(`<w:vanish/>`, "secret")+run(``, "b")+`</w:p></w:tc></w:tr></w:tbl></w:body></w:document>`), Limits{})
	if err != nil || doc.Grids[0].Lines[0].Cells[0].Text != "ab" {
		t.Errorf("%+v %v", doc, err)
	}
}

func TestTheSignBetweenCellsIsFoundBelowATitle(t *testing.T) {
	for in, want := range map[string]rune{
		"a,b,c,d\n1;2;3;4;5\n":                 ',',
		"Statistik proses, 2026\na;b;c;d\n":    ';',
		"Başlıq\n\n\"x;y\"\ta\tb\tc\td\n":      '\t',
		"a;b\n1;2\n":                           ';',
		"\"a;b;c;d;e\",b\n":                    ',',
		"":                                     ',',
		"nothing at all\nand nothing, but one": ',',
	} {
		if got := separator([]byte(in)); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	rows, _, err := Read(strings.NewReader("code;name\n1;a,b\n"), Limits{}, columns)
	if err != nil || len(rows) != 1 || rows[0].Get("name") != "a,b" {
		t.Errorf("%v %v", rows, err)
	}
}

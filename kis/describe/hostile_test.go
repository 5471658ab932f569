package describe

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/kis-platform/kis/internal/apperr"
)

// refusedAs reads a file that must be refused as a whole, or by a row.
func refusedAs(t *testing.T, raw []byte, key string) Reading {
	t.Helper()
	r, err := Read(bytes.NewReader(raw))
	if err == nil {
		err = r.Err()
	}
	if !apperr.Is(err, apperr.Invalid) || len(apperr.As(err).Fields) == 0 {
		t.Fatalf("%v is not refused with a field", err)
	}
	e := apperr.As(err)
	if e.Key != key && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Key == key }) {
		t.Errorf("refused as %v, want %s", err, key)
	}
	return r
}

const wordHead = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`

// bomb makes an archive whose part unpacks to n bytes of one letter.
func bomb(t *testing.T, name, head string, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, head)
	block := bytes.Repeat([]byte("a"), 1<<20)
	for range n >> 20 {
		_, _ = w.Write(block)
	}
	for _, more := range []string{"xl/workbook.xml", "[Content_Types].xml"} {
		w, _ := z.Create(more)
		_, _ = io.WriteString(w, "<x/>")
	}
	_ = z.Close()
	return b.Bytes()
}

func TestHostileFilesAreRefusedInPlainWords(t *testing.T) {
	pages := printed(t)
	docx, xlsx := makeDOCX(t, pages), makeXLSX(t, pages)
	ole := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...)
	protected := slices.Clone(ole)
	for i, c := range []byte("EncryptedPackage") {
		protected[128+2*i] = c
	}
	marked := slices.Clone(docx) // the flag of an encrypted entry, in the list of contents
	at := bytes.LastIndex(marked, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint16(marked[at+8:], binary.LittleEndian.Uint16(marked[at+8:])|1)
	flipped := slices.Clone(docx)
	flipped[len(flipped)/2] ^= 0xff
	formula := makeXLSX(t, pages, func(f *excelize.File, sheet string) {
		if err := f.SetCellFormula(sheet, "C6", "CONCATENATE(\"a\",\"b\")"); err != nil {
			t.Fatal(err)
		}
	})
	for name, c := range map[string]struct {
		raw []byte
		key string
	}{
		"Word cut off":            {docx[:len(docx)*2/3], "table.damaged"},
		"workbook cut off":        {xlsx[:len(xlsx)/2], "table.damaged"},
		"Word with a bad byte":    {flipped, "table.damaged"},
		"protected by a password": {protected, "table.password"},
		"encrypted archive":       {marked, "table.password"},
		"old Word or Excel":       {ole, "table.kind"},
		"Word with macros":        {pack(t, map[string]string{"word/document.xml": wordHead, "word/vbaProject.bin": "x"}), "table.macros"},
		"workbook with macros":    {pack(t, map[string]string{"xl/workbook.xml": "<x/>", "xl/vbaProject.bin": "x"}), "table.macros"},
		"binary workbook":         {pack(t, map[string]string{"xl/workbook.bin": "x"}), "table.kind"},
		"any archive":             {pack(t, map[string]string{"a.txt": "x"}), "table.kind"},
		"Word bomb":               {bomb(t, "word/document.xml", wordHead+"<w:p><w:r><w:t>", 200<<20), "table.bomb"},
		"workbook bomb":           {bomb(t, "xl/sharedStrings.xml", "<sst><si><t>", 200<<20), "table.bomb"},
		"bomb in another part":    {bomb(t, "word/media/image1.png", "", 200<<20), "table.bomb"},
		"entities":                {pack(t, map[string]string{"word/document.xml": `<!DOCTYPE a [<!ENTITY b "bbbb">]>` + wordHead}), "table.damaged"},
		"elements without end":    {pack(t, map[string]string{"word/document.xml": wordHead + strings.Repeat("<w:p>", 5000)}), "table.bomb"},
		"tables without end":      {pack(t, map[string]string{"word/document.xml": wordHead + strings.Repeat("<w:tbl><w:tr><w:tc>", 50)}), "table.nested"},
		"Word without a table":    {pack(t, map[string]string{"word/document.xml": wordHead + "<w:p/></w:body></w:document>"}), "kis.import.no_heading"},
		"empty workbook":          {emptyWorkbook(t), "kis.import.no_heading"},
		"formulas":                {formula, "table.formula"},
		"a million rows of text":  {millionRows(t), "kis.import.too_many"},
		"too large":               {bytes.Repeat([]byte("a,b\n"), MaxBytes/4+1), "table.too_large"},
		"nothing":                 {nil, "table.empty"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			refusedAs(t, c.raw, c.key)
			runtime.ReadMemStats(&after)
			if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 150 {
				t.Errorf("%d MiB were used in all", mib)
			}
		})
	}
}

func emptyWorkbook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// millionRows is a sheet that goes on and on, of texts that compress little
// enough to be no bomb by its ratio.
func millionRows(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`} {
		w, _ := z.Create(name)
		_, _ = io.WriteString(w, body)
	}
	w, _ := z.Create("xl/worksheets/sheet1.xml")
	_, _ = io.WriteString(w, `<worksheet><sheetData><row r="1">`)
	for _, h := range lines(t)[0] {
		_, _ = fmt.Fprintf(w, `<c t="inlineStr"><is><t>%s</t></is></c>`, h)
	}
	_, _ = io.WriteString(w, `</row>`)
	for i := range 60_000 { // 4 MiB as a file; more is refused by its size
		_, _ = fmt.Fprintf(w, `<row r="%d"><c t="inlineStr"><is><t>%d.%d</t></is></c><c t="inlineStr"><is><t>%x</t></is></c></row>`, i+2, i%8+1, i, i*2654435761)
	}
	_, _ = io.WriteString(w, `</sheetData></worksheet>`)
	_ = z.Close()
	return b.Bytes()
}

// TestWordAsPeopleHaveIt reads what Word keeps beside the text one sees.
func TestWordAsPeopleHaveIt(t *testing.T) {
	docx := string(unpack(t, makeDOCX(t, printed(t)), "word/document.xml"))
	change := func(old, repl string) []byte {
		if !strings.Contains(docx, old) {
			t.Fatalf("no %s", old)
		}
		return pack(t, map[string]string{"word/document.xml": strings.Replace(docx, old, repl, 1)})
	}
	body := docx[strings.Index(docx, "<w:tbl>"):strings.LastIndex(docx, "</w:body>")]
	for name, raw := range map[string][]byte{
		"text in several runs":    change("<w:t>Kadrların seçilməsi</w:t>", "<w:t>Kadrların </w:t></w:r><w:r><w:t>seçil</w:t></w:r><w:r><w:t>məsi</w:t>"),
		"tracked changes":         change("<w:r><w:t>Kadrların seçilməsi</w:t></w:r>", "<w:del><w:r><w:delText>İşçilərin</w:delText></w:r></w:del><w:ins><w:r><w:t>Kadrların</w:t></w:r></w:ins><w:r><w:t xml:space=\"preserve\"> seçilməsi</w:t></w:r>"),
		"soft hyphens and blanks": change("Kadrların seçilməsi", "Kadr\u00adların\u00a0 seçil\u200bməsi"),
		"breaks within a cell":    change("<w:t>Kadrların seçilməsi</w:t>", "<w:t>Kadrların</w:t><w:br/><w:t>seçilməsi</w:t>"),
		"a table within a cell":   change(wordParagraph("Kadrların seçilməsi"), "<w:tbl><w:tr><w:tc>"+wordParagraph("Kadrların")+"</w:tc><w:tc>"+wordParagraph("seçilməsi")+"</w:tc></w:tr></w:tbl><w:p/>"),
		"a frame around it all":   pack(t, map[string]string{"word/document.xml": wordHead + "<w:tbl><w:tr><w:tc>" + body + "</w:tc></w:tr></w:tbl></w:body></w:document>"}),
		"a list of abbreviations": pack(t, map[string]string{"word/document.xml": wordHead + body + "<w:tbl>" + wordRow([]string{"DSK", "Dövlət Statistika Komitəsi"}) + wordRow([]string{"SSS", "Sosial Statistika Şöbəsi"}) + "</w:tbl></w:body></w:document>"}),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Read(bytes.NewReader(raw))
			if err == nil {
				err = r.Err()
			}
			if err != nil {
				t.Fatal(err)
			}
			same(t, r.Rows, want(t))
		})
	}
}

// A quotation mark that is never closed swallows rows; what is said then is
// where it stands, not which rows are missing.
func TestAnOpenQuotationMarkIsTheOnlyFaultThatIsNamed(t *testing.T) {
	raw := printedCSV(t)
	at := bytes.Index(raw, []byte("Kadrların seçilməsi"))
	r := refusedAs(t, slices.Concat(raw[:at], []byte(`"`), raw[at:]), "table.quote")
	for _, n := range r.Notes {
		if n.Weight == Fault && n.Column != "file" {
			t.Errorf("%+v", n)
		}
	}
}

func unpack(t testing.TB, raw []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCrowdedCellsCostNoMoreThanTheyAreWorth reads 4 MiB of cells with
// thousands of items each.
func TestCrowdedCellsCostNoMoreThanTheyAreWorth(t *testing.T) {
	var b strings.Builder
	b.WriteString(strings.Join(lines(t)[0], ";") + "\n")
	var items strings.Builder
	for i := 0; items.Len() < 9000; i++ {
		fmt.Fprintf(&items, "sənəd%d və siyahı,", i)
	}
	for i := 0; b.Len() < MaxBytes-60_000; i++ {
		fmt.Fprintf(&b, "%d.%d.%d;Ad;İş;%s;%s;%s\n", i%8+1, i%9+1, i%50+1, items.String(), items.String(), items.String())
	}
	refusedAs(t, []byte(b.String()), "kis.import.items")
}

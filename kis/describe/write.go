package describe

import (
	"archive/zip"
	"encoding/csv"
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/reference"
)

// Paper is a description to be written, as it is kept.
type Paper struct {
	Title    string
	Headings []string // of the six columns and of the English name, in the language of the paper
	None     string   // how "does not exist" is written; must be one that is read
	Rows     []Row
	Gates    []Gate // those a reader could not know of itself; DOCX: all
}

// Headings are those of the official table and of the English name beside it,
// as the reference data writes them first.
func Headings() []string {
	rows, err := reference.Rows(reference.DescriptionHeadings)
	if err != nil {
		return nil
	}
	var out []string
	for _, column := range append(slices.Clone(sixColumns), "name_en") {
		i := slices.IndexFunc(rows, func(r reference.Row) bool { return r["column"] == column })
		out = append(out, rows[i]["heading"])
	}
	return out
}

// Records gives the lines of the exact form with their header: what is read
// from them is what they were made of.
func (p Paper) Records() [][]string {
	out := [][]string{Columns}
	list := func(items []string) string { return strings.Join(items, " | ") }
	for _, r := range p.Rows {
		out = append(out, []string{r.Code, string(r.Level), r.Parent, r.NameAZ, r.WorkAZ, list(r.Inputs), list(r.Suppliers), list(r.Outputs),
			strconv.FormatBool(r.Applicable), r.NameEN})
	}
	for _, g := range p.Gates {
		out = append(out, []string{g.Phase, gateLevel, g.Phase, g.StatementAZ, "", "", "", "", "true", g.StatementEN})
	}
	return out
}

// Table gives the lines of the official table with its headings, for a form to
// fill in.
func (p Paper) Table() [][]string {
	out := [][]string{p.Headings}
	for _, r := range p.Rows {
		out = append(out, p.cells(r))
	}
	return out
}

// WriteTable writes Table as CSV.
func (p Paper) WriteTable(w io.Writer) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return c.WriteAll(guard(p.Table()))
}

// formulas are the characters with which a spreadsheet program starts one.
const formulas = "=+-@\t\r"

// guarded says whether a text would be run as a formula, or looks like one
// that was kept from it.
func guarded(s string) bool {
	t := strings.TrimLeft(s, "'")
	return t != "" && strings.ContainsRune(formulas, rune(t[0]))
}

// guard puts a ' before what a spreadsheet program would run; unguard takes it
// away when the file comes back.
func guard(lines [][]string) [][]string {
	for _, cells := range lines {
		for i, s := range cells {
			if guarded(s) {
				cells[i] = "'" + s
			}
		}
	}
	return lines
}

func unguard(g table.Grid) {
	for _, l := range g.Lines {
		for i, c := range l.Cells {
			if t, ok := strings.CutPrefix(c.Text, "'"); ok && guarded(t) {
				l.Cells[i].Text = t
			}
		}
	}
}

// cells are the fields of a row in the official table.
func (p Paper) cells(r Row) []string {
	if !r.Applicable {
		return []string{r.Code, r.NameAZ, p.None, p.None, p.None, p.None, r.NameEN}
	}
	return []string{r.Code, r.NameAZ, r.WorkAZ, certain(r.Inputs), certain(r.Suppliers), certain(r.Outputs), r.NameEN}
}

// WriteCSV writes the exact form as CSV.
func (p Paper) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return c.WriteAll(guard(p.Records()))
}

// WriteDOCX writes the official table as a text: headings on each page, gates
// over the whole width, items parted so that they are read as they are.
func (p Paper) WriteDOCX(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, part := range []struct {
		name string
		body func(*strings.Builder)
	}{
		{"[Content_Types].xml", func(b *strings.Builder) {
			b.WriteString(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>`)
		}},
		{"_rels/.rels", func(b *strings.Builder) {
			b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties" Target="docProps/app.xml"/></Relationships>`)
		}},
		{"docProps/app.xml", func(b *strings.Builder) {
			b.WriteString(`<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>` + Program + `</Application></Properties>`)
		}},
		{"word/document.xml", p.document},
	} {
		f, err := z.Create(part.name)
		if err != nil {
			return err
		}
		var b strings.Builder
		b.WriteString(xml.Header)
		part.body(&b)
		if _, err := io.WriteString(f, b.String()); err != nil {
			return err
		}
	}
	return z.Close()
}

// widths of the seven columns in twentieths of a point: A4 across, narrow margins.
var widths = []int{850, 2900, 2900, 2900, 1700, 2500, 1900}

func (p Paper) document(b *strings.Builder) {
	b.WriteString(`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	paragraph(b, p.Title, true)
	b.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		b.WriteString(`<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="808080"/>`)
	}
	b.WriteString(`</w:tblBorders></w:tblPr><w:tblGrid>`)
	for _, width := range widths {
		b.WriteString(`<w:gridCol w:w="` + strconv.Itoa(width) + `"/>`)
	}
	b.WriteString(`</w:tblGrid>`)
	row(b, p.Headings, true)
	for i, r := range p.Rows {
		row(b, p.cells(r), false)
		for _, g := range p.Gates {
			if g.Phase == PhaseOf(r.Code) && (i+1 == len(p.Rows) || PhaseOf(p.Rows[i+1].Code) != g.Phase) {
				gateRow(b, g)
			}
		}
	}
	b.WriteString(`</w:tbl><w:p/><w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="720" w:right="567" w:bottom="720" w:left="567" w:header="0" w:footer="0" w:gutter="0"/></w:sectPr></w:body></w:document>`)
}

// certain joins items with a sign that parts for certain; one item alone gets
// it too when it holds a comma or joins two things.
func certain(items []string) string {
	sep := ";"
	for _, item := range items {
		if strings.Contains(item, ";") {
			sep = " |"
		}
	}
	if len(items) == 1 && !strings.ContainsAny(items[0], ",;") && !strings.Contains(items[0], " və ") {
		return items[0]
	}
	if len(items) == 1 {
		return items[0] + sep
	}
	return strings.Join(items, sep+" ")
}

func row(b *strings.Builder, cells []string, head bool) {
	b.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
	if head {
		b.WriteString(`<w:tblHeader/>`)
	}
	b.WriteString(`</w:trPr>`)
	for i, text := range cells {
		cell(b, text, widths[i], 1, head)
	}
	b.WriteString(`</w:tr>`)
}

func gateRow(b *strings.Builder, g Gate) {
	b.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
	cell(b, g.StatementAZ, 0, 6, true)
	cell(b, g.StatementEN, widths[6], 1, true)
	b.WriteString(`</w:tr>`)
}

func cell(b *strings.Builder, text string, width, span int, bold bool) {
	b.WriteString(`<w:tc><w:tcPr>`)
	if width > 0 {
		b.WriteString(`<w:tcW w:w="` + strconv.Itoa(width) + `" w:type="dxa"/>`)
	}
	if span > 1 {
		b.WriteString(`<w:gridSpan w:val="` + strconv.Itoa(span) + `"/>`)
	}
	b.WriteString(`</w:tcPr>`)
	paragraph(b, text, bold)
	b.WriteString(`</w:tc>`)
}

func paragraph(b *strings.Builder, text string, bold bool) {
	b.WriteString(`<w:p><w:r><w:rPr>`)
	if bold {
		b.WriteString(`<w:b/>`)
	}
	b.WriteString(`<w:sz w:val="18"/></w:rPr>`)
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString(`<w:br/>`)
		}
		b.WriteString(`<w:t xml:space="preserve">`)
		_ = xml.EscapeText(b, []byte(line)) // a strings.Builder does not fail
		b.WriteString(`</w:t>`)
	}
	b.WriteString(`</w:r></w:p>`)
}

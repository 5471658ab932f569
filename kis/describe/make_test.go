package describe

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Cell marks of the makers: a cell that begins with one is merged.
const (
	above = "\x01" // with the cell above
	left  = "\x02" // with the cell at its left
)

// makeDOCX makes a text of pages, each a table of its own as a page end leaves
// it; a row of one cell is a paragraph between tables.
func makeDOCX(t testing.TB, pages [][][]string) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	b.WriteString(wordParagraph("Elektron xidmətlərin göstərilməsi haqqında rəsmi statistika hesabatı"))
	open := false
	for _, page := range pages {
		for _, row := range page {
			if len(row) == 1 {
				if open {
					b.WriteString(`</w:tbl>`)
					open = false
				}
				b.WriteString(wordParagraph(row[0]))
				continue
			}
			if !open {
				b.WriteString(`<w:tbl>`)
				open = true
			}
			b.WriteString(wordRow(row))
		}
		if open {
			b.WriteString(`</w:tbl><w:p/>`)
			open = false
		}
	}
	b.WriteString(`</w:body></w:document>`)
	return pack(t, map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml":   b.String()})
}

func wordParagraph(s string) string { return `<w:p><w:r><w:t>` + escape(s) + `</w:t></w:r></w:p>` }

func wordRow(cells []string) string {
	var b strings.Builder
	b.WriteString(`<w:tr>`)
	for i := 0; i < len(cells); i++ {
		text, props := cells[i], ""
		span := 1
		for i+1 < len(cells) && cells[i+1] == left {
			span++
			i++
		}
		if span > 1 {
			props += fmt.Sprintf(`<w:gridSpan w:val="%d"/>`, span)
		}
		if text == above {
			props, text = props+`<w:vMerge/>`, ""
		} else {
			props += `<w:vMerge w:val="restart"/>`
		}
		b.WriteString(`<w:tc><w:tcPr>` + props + `</w:tcPr>`)
		for line := range strings.SplitSeq(text, "\n") {
			b.WriteString(wordParagraph(line))
		}
		b.WriteString(`</w:tc>`)
	}
	b.WriteString(`</w:tr>`)
	return b.String()
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// pack makes an archive of parts.
func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(body))
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

// makeXLSX makes a workbook of all pages under each other, with a title above
// and an empty row at each page end.
func makeXLSX(t testing.TB, pages [][][]string, change ...func(*excelize.File, string)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	const sheet = "Təsvir"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetName("Sheet1", sheet))
	must(f.SetCellStr(sheet, "A1", "Statistik prosesin təsviri"))
	at := 2
	for _, page := range pages {
		for _, row := range page {
			at++
			for i, text := range row {
				cell, _ := excelize.CoordinatesToCellName(i+1, at)
				switch text {
				case above:
					top, _ := excelize.CoordinatesToCellName(i+1, at-1)
					must(f.MergeCell(sheet, top, cell))
				case left:
					first, _ := excelize.CoordinatesToCellName(i, at)
					must(f.MergeCell(sheet, first, cell))
				case "":
				default:
					must(f.SetCellStr(sheet, cell, text))
				}
			}
			if len(row) == 1 {
				must(f.MergeCell(sheet, fmt.Sprintf("A%d", at), fmt.Sprintf("F%d", at)))
			}
		}
		at++
	}
	for _, c := range change {
		c(f, sheet)
	}
	var b bytes.Buffer
	must(f.Write(&b))
	return b.Bytes()
}

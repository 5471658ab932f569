package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/apperr"
)

// The formats of files that hold tables.
const (
	CSV  = "CSV"
	XLSX = "XLSX"
	DOCX = "DOCX"
)

// Document is what a file holds, as lines of cells, before anybody knows what
// they mean.
type Document struct {
	Format string         // CSV, XLSX or DOCX
	Grids  []Grid         // sheets of a workbook; one grid for CSV and DOCX
	Faults []apperr.Field // lines that could not be read
	Notes  []apperr.Field // what was passed over
	App    string         // program that wrote an office file, as it says itself
}

// Grid is a sheet, or all tables of a text in their order.
type Grid struct {
	Name  string // of the sheet
	Lines []Line
}

// Line is a row of a table, or a paragraph between two tables of a text.
type Line struct {
	No        int // line of CSV, row of a sheet, running number of table rows in a text; of a paragraph that of the row before it
	Block     int // number of the table in a text, from 1; 0 in other files
	Cells     []Cell
	Paragraph string // text outside of tables; such a line has no cells
}

// Cell is one cell. A merged cell holds its text in its first field; the
// others are Across or Above.
type Cell struct {
	Text    string
	Over    int  // its length when it was longer than the limit and was cut
	Formula bool // worked out by the file, not written by a person
	Across  bool // belongs to the merged cell at its left
	Above   bool // belongs to the merged cell above
	Nested  bool // its text comes out of a table in the cell
}

// Open reads any file that holds tables. A file as a whole that cannot be read
// is an Invalid error; lines that cannot are in Faults.
func Open(raw []byte, lim Limits) (Document, error) {
	lim = lim.or()
	switch kind := kindOf(raw); kind {
	case "":
	case XLSX:
		return readXLSX(raw, lim)
	case DOCX:
		return readDOCX(raw, lim)
	default:
		return Document{}, wrongKind(raw, kind)
	}
	doc := Document{Format: CSV}
	if rest, ok := bytes.CutPrefix(raw, bom); ok {
		raw = rest
		doc.Notes = append(doc.Notes, apperr.Field{Name: "file", Row: 1, Key: "table.note.bom"})
	}
	if err := utf8Text(raw); err != nil {
		return doc, err
	}
	sep := separator(raw)
	if sep != ',' {
		doc.Notes = append(doc.Notes, apperr.Field{Name: "file", Row: 1, Key: "table.note.separator"})
	}
	lines, faults := readCSV(raw, sep, lim)
	doc.Grids, doc.Faults = []Grid{{Lines: lines}}, faults
	return doc, nil
}

// separator is the sign that parts the cells: of the first line that has
// several, as titles may stand above the header, else of the first line.
func separator(raw []byte) rune {
	first := ','
	n := 0
	for line := range bytes.Lines(bytes.TrimLeft(raw, "\r\n \t")) {
		sep, most := lineSeparator(line)
		if n == 0 && most > 0 {
			first = sep
		}
		if most >= 3 {
			return sep
		}
		if n++; n == 20 {
			break
		}
	}
	return first
}

// lineSeparator is the sign that stands most often in a line outside of
// quotation marks, and how often.
func lineSeparator(line []byte) (best rune, most int) {
	best = ','
	for _, sep := range ",;\t" {
		quoted, n := false, 0
		for _, r := range string(line) {
			switch {
			case r == '"':
				quoted = !quoted
			case r == sep && !quoted:
				n++
			}
		}
		if n > most {
			best, most = sep, n
		}
	}
	return best, most
}

// readCSV reads lines and goes on after a faulty one, so that one reading
// finds all faults.
func readCSV(raw []byte, sep rune, lim Limits) (lines []Line, faults []apperr.Field) {
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord, r.Comma = -1, sep
	r.ReuseRecord = true
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return lines, faults
		}
		var bad *csv.ParseError
		if err != nil && !errors.As(err, &bad) {
			return lines, append(faults, apperr.Field{Name: "", Row: len(lines) + 1, Key: "table.quote"})
		}
		if err != nil {
			f := apperr.Field{Name: "", Row: bad.StartLine, Key: "table.quote"}
			if errors.Is(bad.Err, csv.ErrQuote) && bad.Line > bad.StartLine {
				f.Key = "table.cut"
			}
			if faults = append(faults, f); len(faults) > maxFault {
				return lines, faults
			}
			continue
		}
		if len(lines) > lim.Rows+1 {
			return lines, faults // the header and one more than allowed: the caller tells
		}
		no, _ := r.FieldPos(0)
		l := Line{No: no, Cells: make([]Cell, len(record))}
		for i, text := range record {
			l.Cells[i] = cut(text, lim)
		}
		lines = append(lines, l)
	}
}

// cut makes a cell of a text within the limit.
func cut(text string, lim Limits) Cell {
	if len(text) <= lim.Cell {
		return Cell{Text: strings.Clone(text)}
	}
	n := utf8.RuneCountInString(text)
	if n <= lim.Cell {
		return Cell{Text: strings.Clone(text)}
	}
	return Cell{Text: string([]rune(text[:min(len(text), lim.Cell*4)])[:lim.Cell]), Over: n}
}

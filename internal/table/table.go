// Package table owns the reading of tables that people hand in, as CSV, XLSX
// or DOCX: what kind of file it is, its encoding, its header and its rows with
// their line numbers.
//
// It imports apperr only. Invariants: nothing is repaired silently; every
// fault is named by row (line of the file, from 1) and column; a table is
// given back whole or not at all; memory stays within [Limits] whatever a file
// claims to hold: archives are unpacked part by part, never to disk but for the texts of a large
// workbook that is read row by row ([Stream]).
package table

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
)

// Row is one line: its number in the file and its cells by column name.
type Row struct {
	Line  int
	Cells map[string]string
}

// Get is a cell with blanks around it removed.
func (r Row) Get(column string) string { return strings.TrimSpace(r.Cells[column]) }

// Unguard takes away the ' that an exported CSV puts before a text that a
// spreadsheet program would run as a formula. A workbook has no need of it.
func Unguard(s string) string {
	if t, ok := strings.CutPrefix(s, "'"); ok {
		if u := strings.TrimLeft(t, "'"); u != "" && strings.ContainsRune("=+-@\t\r", rune(u[0])) {
			return t
		}
	}
	return s
}

// IsWorkbook says whether a file is a workbook by its first bytes; else it is
// read as CSV.
func IsWorkbook(r io.ReaderAt) bool {
	head := make([]byte, 2)
	n, _ := r.ReadAt(head, 0)
	return n == 2 && string(head) == "PK"
}

// Limits bound what is read; zero means the default.
type Limits struct {
	Bytes int64 // default 16 MiB
	Rows  int   // default 200,000
	Cell  int   // characters of one cell; default 10,000
}

const (
	maxBytes = 16 << 20
	maxRows  = 200_000
	maxCell  = 10_000
	maxFault = 200 // faults named before the rest is only counted
)

func (l Limits) or() Limits {
	if l.Bytes == 0 {
		l.Bytes = maxBytes
	}
	if l.Rows == 0 {
		l.Rows = maxRows
	}
	if l.Cell == 0 {
		l.Cell = maxCell
	}
	return l
}

// Read reads a table with one of the given headers, from CSV or the first
// sheet of a workbook, and says which. The header row must hold exactly the
// columns of that header, in its order; a byte order mark before it is passed
// over. Errors are Invalid with fields.
func Read(r io.Reader, lim Limits, headers ...[]string) (rows []Row, header int, err error) {
	lim = lim.or()
	raw, err := Content(r, lim)
	if err != nil {
		return nil, 0, err
	}
	var lines []Line
	switch kind := kindOf(raw); kind {
	case "":
		lines, err = strictCSV(raw, lim)
	case XLSX:
		lines, err = firstSheet(raw, lim)
	default:
		err = wrongKind(raw, kind)
	}
	if err != nil {
		return nil, 0, err
	}
	first := texts(lines[0])
	header = slices.IndexFunc(headers, func(h []string) bool { return slices.Equal(h, first) })
	if header < 0 {
		return nil, 0, headerError(lines[0].No, first, headers)
	}
	rows, err = readRows(lines[1:], lines[0].No, headers[header], lim)
	return rows, header, err
}

// strictCSV reads lines of CSV; the first fault ends it. The header says
// whether commas part the cells, or semicolons, as in offices that write
// decimals with a comma.
func strictCSV(raw []byte, lim Limits) ([]Line, error) {
	if err := utf8Text(raw); err != nil {
		return nil, err
	}
	raw = bytes.TrimPrefix(raw, bom)
	head, _, _ := bytes.Cut(bytes.TrimLeft(raw, "\r\n \t"), []byte("\n"))
	sep, _ := lineSeparator(head)
	lines, faults := readCSV(raw, sep, lim)
	if len(faults) > 0 {
		return nil, &apperr.Error{Kind: apperr.Invalid, Key: "error.invalid", Fields: faults[:1]}
	}
	if len(lines) == 0 {
		return nil, apperr.New(apperr.Invalid, "table.empty")
	}
	return lines, nil
}

// firstSheet reads the first sheet of a workbook that holds anything.
func firstSheet(raw []byte, lim Limits) ([]Line, error) {
	doc, err := readXLSX(raw, lim)
	if err != nil {
		return nil, err
	}
	for _, g := range doc.Grids {
		if len(g.Lines) == 0 {
			continue
		}
		width := len(g.Lines[0].Cells)
		for i := range g.Lines { // a workbook keeps no empty cells at the end of a row
			for len(g.Lines[i].Cells) < width {
				g.Lines[i].Cells = append(g.Lines[i].Cells, Cell{})
			}
		}
		return g.Lines, nil
	}
	return nil, apperr.New(apperr.Invalid, "table.empty")
}

// texts are the cells of a line with blanks around them removed.
func texts(l Line) []string {
	out := make([]string, len(l.Cells))
	for i, c := range l.Cells {
		out[i] = strings.TrimSpace(c.Text)
	}
	return out
}

func readRows(lines []Line, head int, columns []string, lim Limits) ([]Row, error) {
	var rows []Row
	var check apperr.Check
	for _, l := range lines {
		if len(rows) == lim.Rows {
			check.AddRow(l.No, "", "table.too_many_rows", "max", lim.Rows)
			break
		}
		if len(l.Cells) != len(columns) {
			check.AddRow(l.No, "", "table.cells", "have", len(l.Cells), "want", len(columns))
			if check.Count() >= maxFault {
				break
			}
			continue
		}
		row := Row{Line: l.No, Cells: make(map[string]string, len(columns))}
		for i, name := range columns {
			c := l.Cells[i]
			if c.Over > 0 {
				check.AddRow(l.No, name, "error.field.too_long", "max", lim.Cell, "length", c.Over)
			}
			if c.Formula {
				check.AddRow(l.No, name, "table.formula")
			}
			row.Cells[name] = c.Text
		}
		rows = append(rows, row)
	}
	if check.Count() == 0 && len(rows) == 0 {
		check.AddRow(head+1, "", "table.no_rows")
	}
	if err := check.Err(); err != nil {
		return nil, err // a table with a fault is refused whole
	}
	return rows, nil
}

// headerError compares with the header that has most columns in common.
func headerError(line int, have []string, headers [][]string) error {
	best, most := headers[0], -1
	for _, h := range headers {
		n := 0
		for _, name := range h {
			if slices.Contains(have, name) {
				n++
			}
		}
		if n > most {
			best, most = h, n
		}
	}
	var c apperr.Check
	if most == 0 {
		c.AddRow(line, "", "table.header", "want", strings.Join(best, ","))
		return c.Err()
	}
	for i, name := range have {
		if slices.Contains(best, name) && slices.Contains(have[:i], name) {
			c.AddRow(line, name, "table.column_twice")
		}
	}
	for _, name := range best {
		if !slices.Contains(have, name) {
			c.AddRow(line, name, "table.column_missing")
		}
	}
	for _, name := range have {
		if !slices.Contains(best, name) {
			c.AddRow(line, name, "table.column_unknown")
		}
	}
	if c.Count() == 0 {
		c.AddRow(line, "", "table.column_order", "want", strings.Join(best, ","))
	}
	return c.Err()
}

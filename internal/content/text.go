package content

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/table"
)

// Bounds of what is shown of a file without downloading it.
const (
	maxText     = 256 << 10 // bytes of a text
	maxCSV      = 1 << 20   // bytes of a CSV file that are looked at
	maxWorkbook = 16 << 20  // a larger workbook is not opened
	maxShown    = 40        // columns
	maxCellText = 400       // characters of one cell
)

// Text reads the beginning of a text in UTF-8, UTF-16 with its mark or, when
// it is none of them, Windows-1254; more says that there is more of it.
// Characters that cannot be shown or that turn the direction of writing are
// replaced.
func Text(r io.Reader) (text string, more bool, err error) {
	raw, more, err := start(r, maxText)
	if err != nil {
		return "", false, err
	}
	return strings.Map(shown, decode(raw, more)), more, nil
}

// start reads at most max bytes and says whether there are more.
func start(r io.Reader, max int) (raw []byte, more bool, err error) {
	raw, err = io.ReadAll(io.LimitReader(r, int64(max)+1))
	if err != nil {
		return nil, false, apperr.Wrap(err, "read file")
	}
	if len(raw) > max {
		return raw[:max], true, nil
	}
	return raw, false, nil
}

func decode(raw []byte, cut bool) string {
	var order func(b []byte) uint16
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		order = func(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		order = func(b []byte) uint16 { return uint16(b[1]) | uint16(b[0])<<8 }
	}
	if order != nil {
		var units []uint16
		for b := raw[2:]; len(b) >= 2; b = b[2:] {
			units = append(units, order(b))
		}
		return string(utf16.Decode(units))
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if whole := raw; cut { // the last character may be cut in two
		for i := 0; i < utf8.UTFMax && len(whole) > 0; i++ {
			if r, n := utf8.DecodeLastRune(whole); r != utf8.RuneError || n > 1 {
				break
			}
			whole = whole[:len(whole)-1]
		}
		if utf8.Valid(whole) {
			return string(whole)
		}
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	text, err := charmap.Windows1254.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return string(text)
}

// shown replaces what a page should not show as it is.
func shown(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\r':
		return -1
	case r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f:
		return '\uFFFD'
	}
	return r
}

// Sheet is the beginning of a table.
type Sheet struct {
	Name    string // of the sheet in a workbook
	Rows    [][]Cell
	Columns int  // of the widest row
	More    bool // there are more rows or columns
	Sheets  int  // in the workbook; only the first with anything in it is shown
}

// Cell is a cell as it is shown.
type Cell struct {
	Text    string
	Formula bool // what the file says a formula gave; nothing is worked out
	Cut     bool // there is more text
}

// Table reads the first rows of a CSV file or workbook of size bytes. What
// cannot be read as a table, or is too large to be opened, is Invalid.
func Table(r io.Reader, size int64, isCSV bool, rows int) (Sheet, error) {
	if isCSV {
		return csvTable(r, rows)
	}
	if size > maxWorkbook {
		return Sheet{}, apperr.New(apperr.Invalid, "table.too_large", "max", maxWorkbook>>20)
	}
	lim := table.Limits{Bytes: maxWorkbook, Rows: rows, Cell: maxCellText}
	raw, err := table.Content(r, lim)
	if err != nil {
		return Sheet{}, err
	}
	doc, err := table.Open(raw, lim)
	if err != nil {
		return Sheet{}, err
	}
	out := Sheet{Sheets: len(doc.Grids)}
	for _, g := range doc.Grids {
		if len(g.Lines) == 0 {
			continue
		}
		out.Name = g.Name
		for _, l := range g.Lines {
			if len(out.Rows) == rows {
				out.More = true
				break
			}
			out.add(l.Cells)
		}
		break
	}
	return out, nil
}

// csvTable reads the first rows of a CSV file as forgivingly as it can: what
// is shown is no import. A line that is none at all ends it.
func csvTable(r io.Reader, rows int) (Sheet, error) {
	raw, more, err := start(r, maxCSV)
	if err != nil {
		return Sheet{}, err
	}
	if i := bytes.LastIndexByte(raw, '\n'); more && i > 0 {
		raw = raw[:i+1] // whole lines only
	}
	text := decode(raw, more)
	if strings.TrimSpace(text) == "" {
		return Sheet{}, apperr.New(apperr.Invalid, "table.empty")
	}
	out := Sheet{More: more, Sheets: 1}
	lines := csv.NewReader(strings.NewReader(text))
	lines.FieldsPerRecord, lines.LazyQuotes, lines.Comma = -1, true, separator(text)
	for {
		record, err := lines.Read()
		if err != nil { // the end, or what the longest patience cannot read
			out.More = out.More || err != io.EOF
			return out, nil
		}
		if len(out.Rows) == rows {
			out.More = true
			return out, nil
		}
		cells := make([]table.Cell, 0, len(record))
		for _, f := range record {
			c := table.Cell{Text: f}
			if runes := []rune(f); len(runes) > maxCellText {
				c.Text, c.Over = string(runes[:maxCellText]), len(runes)
			}
			cells = append(cells, c)
		}
		out.add(cells)
	}
}

// separator is the sign that stands most often in the first line.
func separator(text string) rune {
	line, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	best := ','
	for _, sep := range ";\t" {
		if strings.Count(line, string(sep)) > strings.Count(line, string(best)) {
			best = sep
		}
	}
	return best
}

func (s *Sheet) add(cells []table.Cell) {
	row := make([]Cell, 0, min(len(cells), maxShown))
	for i, c := range cells {
		if i == maxShown {
			s.More = true
			break
		}
		row = append(row, Cell{Text: strings.Map(shown, c.Text), Formula: c.Formula, Cut: c.Over > 0})
	}
	s.Columns = max(s.Columns, len(row))
	s.Rows = append(s.Rows, row)
}

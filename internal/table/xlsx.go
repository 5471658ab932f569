package table

import (
	"encoding/xml"
	"path"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
)

// maxSharedBytes bounds the texts of a workbook that are kept while its sheets
// are read.
const maxSharedBytes = 16 << 20

// workbookPart is how most programs name the part that lists the sheets.
const workbookPart = "xl/workbook.xml"

// readXLSX reads the sheets of a workbook in their order. Hidden rows and
// columns count; formulas are marked, not worked out.
func readXLSX(raw []byte, lim Limits) (Document, error) {
	o, err := openOffice(raw)
	if err != nil {
		return Document{}, err
	}
	book, ok := o.main(workbookPart)
	if !ok || strings.HasSuffix(book, ".bin") {
		return Document{}, apperr.New(apperr.Invalid, "table.kind", "kind", "XLSB")
	}
	doc := Document{Format: XLSX, App: o.app()}
	names, texts, err := o.sheets(book)
	if err != nil {
		return doc, err
	}
	shared, err := o.shared(texts, lim)
	if err != nil {
		return doc, err
	}
	left := lim.Rows + 2 // over all sheets: the header and one more than allowed, the caller tells
	for _, s := range names {
		sheet := sheetReader{shared: shared, lim: lim, left: left, value: text{max: lim.Cell}}
		if err := o.tokens(s.part, sheet.token); err != nil {
			return doc, err
		}
		if !sheet.merge() {
			return doc, apperr.New(apperr.Invalid, "table.bomb")
		}
		left -= len(sheet.lines)
		doc.Grids = append(doc.Grids, Grid{Name: s.name, Lines: sheet.lines})
	}
	return doc, nil
}

type sheetName struct{ name, part string }

// sheets gives the sheets in the order of the workbook with their parts, and
// the part with the texts that cells point to.
func (o *office) sheets(book string) (out []sheetName, texts string, err error) {
	target := map[string]string{}
	folder := path.Dir(book)
	texts = path.Join(folder, "sharedStrings.xml")
	err = o.relationsByID(path.Join(folder, "_rels", path.Base(book)+".rels"), folder, func(id, kind, to string) {
		if target[id] = to; kind == "sharedStrings" {
			texts = to
		}
	})
	if err != nil {
		return nil, "", err
	}
	err = o.tokens(book, func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "sheet" && len(out) < 200 {
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" { // r:id, not sheetId
					out = append(out, sheetName{attr(e, "name"), target[a.Value]})
				}
			}
		}
		return nil
	})
	return out, texts, err
}

// shared reads the table of texts that cells point to.
func (o *office) shared(part string, lim Limits) ([]Cell, error) {
	var out []Cell
	total := 0
	err := o.eachShared(part, lim, func(c Cell) error {
		if total += len(c.Text) + 64; total > maxSharedBytes {
			return apperr.New(apperr.Invalid, "table.bomb")
		}
		out = append(out, c)
		return nil
	})
	return out, err
}

// eachShared calls f with every text of that table, in order.
func (o *office) eachShared(part string, lim Limits, f func(Cell) error) error {
	in, phonetic := false, 0
	value := text{max: lim.Cell}
	return o.tokens(part, func(t xml.Token) error {
		switch e := t.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "si":
				value.reset()
			case "rPh":
				phonetic++
			case "t":
				in = phonetic == 0
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "rPh":
				phonetic--
			case "t":
				in = false
			case "si":
				return f(value.cell())
			}
		case xml.CharData:
			if in {
				value.add(string(e))
			}
		}
		return nil
	})
}

// sheetReader collects the lines of one sheet.
type sheetReader struct {
	shared []Cell
	lookup func(n int) (Cell, error) // instead of shared, when the texts are kept elsewhere
	each   func(Line) error          // takes the lines one by one; they are collected when nil
	lim    Limits
	left   int // rows that may still be read
	lines  []Line
	merged []area

	row, col int // of the cell being read, from 1
	kind     string
	formula  bool
	inValue  bool
	value    text
	line     Line
}

// area is a merged range, all numbers from 1 and inclusive.
type area struct{ left, top, right, bottom int }

func (s *sheetReader) token(t xml.Token) error {
	switch e := t.(type) {
	case xml.StartElement:
		return s.start(e)
	case xml.CharData:
		if s.inValue {
			s.value.add(string(e))
		}
	case xml.EndElement:
		switch e.Name.Local {
		case "v", "t":
			s.inValue = false
		case "c":
			return s.put()
		case "row":
			return s.endRow()
		}
	}
	return nil
}

func (s *sheetReader) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		s.row++
		if n, err := strconv.Atoi(attr(e, "r")); err == nil && n > 0 {
			s.row = n
		}
		s.col, s.line = 0, Line{No: s.row}
	case "c":
		s.col++
		if c, _, ok := address(attr(e, "r")); ok {
			s.col = c
		}
		s.kind, s.formula = attr(e, "t"), false
		s.value.reset()
	case "f":
		s.formula = true
	case "v", "t":
		s.inValue = true
	case "mergeCell":
		from, to, _ := strings.Cut(attr(e, "ref"), ":")
		left, top, ok := address(from)
		right, bottom, ok2 := address(to)
		if ok && ok2 && len(s.merged) < 2000 {
			s.merged = append(s.merged, area{left, top, right, bottom})
		}
	}
	return nil
}

// put adds the cell that was read to its line.
func (s *sheetReader) put() error {
	if s.col < 1 || s.col > maxColumns {
		return nil
	}
	c := s.value.cell()
	switch s.kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(c.Text))
		c = Cell{}
		switch {
		case err != nil || n < 0:
		case s.lookup != nil:
			if c, err = s.lookup(n); err != nil {
				return err
			}
		case n < len(s.shared):
			c = s.shared[n]
		}
	case "b":
		c.Text = map[string]string{"1": "true", "0": "false"}[c.Text]
	case "", "n":
		c.Text = plainNumber(c.Text)
	}
	c.Formula = s.formula || s.kind == "e" // #REF! and its like: what a formula could not work out
	for len(s.line.Cells) < s.col {
		s.line.Cells = append(s.line.Cells, Cell{})
	}
	s.line.Cells[s.col-1] = c
	return nil
}

// plainNumber drops what binary fractions add: 1.1000000000000001 is 1.1.
func plainNumber(v string) string {
	if len(v) < 15 {
		return v
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return v
	}
	return strconv.FormatFloat(f, 'g', 15, 64)
}

// endRow keeps a line that holds anything.
func (s *sheetReader) endRow() error {
	for n := len(s.line.Cells); n > 0; n-- {
		if c := s.line.Cells[n-1]; c.Text != "" || c.Formula {
			s.line.Cells = s.line.Cells[:n]
			if s.each != nil {
				line := s.line
				s.line = Line{}
				return s.each(line)
			}
			s.lines = append(s.lines, s.line)
			break
		}
	}
	s.line = Line{}
	if len(s.lines) >= s.left {
		return errStop
	}
	return nil
}

// merge marks the fields of merged cells. What they hold themselves is not
// shown by any program and is dropped. False: more of them than a sheet of
// people has.
func (s *sheetReader) merge() bool {
	marked := 0
	for i := range s.lines {
		l := &s.lines[i]
		for _, a := range s.merged {
			if l.No < a.top || l.No > a.bottom || a.left > maxColumns {
				continue
			}
			right := min(a.right, maxColumns)
			if marked += right - a.left + 1; marked > 1_000_000 {
				return false
			}
			for col := a.left; col <= right; col++ {
				if col == a.left && l.No == a.top {
					continue
				}
				for len(l.Cells) < col {
					l.Cells = append(l.Cells, Cell{})
				}
				l.Cells[col-1] = Cell{Across: col > a.left, Above: l.No > a.top}
			}
		}
	}
	return true
}

// address reads B12 as column 2, row 12.
func address(ref string) (col, row int, ok bool) {
	i := 0
	for ; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && i < 4; i++ {
		col = col*26 + int(ref[i]-'A') + 1
	}
	row, err := strconv.Atoi(ref[i:])
	return col, row, i > 0 && err == nil && row > 0
}

package table

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
)

// maxTables bounds tables within tables: three are a layout gone wrong already.
const maxTables = 8

// readDOCX reads all tables of a text, in their order, and the paragraphs
// between them. Paragraphs and breaks in a cell are line breaks. Text that was
// deleted or moved away under tracked changes, or is marked as hidden, is not
// there; inserted text is.
func readDOCX(raw []byte, lim Limits) (Document, error) {
	o, err := openOffice(raw)
	if err != nil {
		return Document{}, err
	}
	body, ok := o.main("word/document.xml")
	if !ok {
		return Document{}, apperr.New(apperr.Invalid, "table.damaged")
	}
	d := wordReader{lim: lim, para: text{max: lim.Cell}}
	if err := o.tokens(body, d.token); err != nil {
		return Document{}, err
	}
	return Document{Format: DOCX, App: o.app(), Grids: []Grid{{Lines: d.lines}}}, nil
}

// wordTable is a table under way.
type wordTable struct {
	lines  []Line
	row    []Cell
	skip   int  // fields before the first cell of the row
	cell   text // of the cell under way
	span   int
	above  bool
	block  int
	paras  int    // paragraphs begun in the cell
	inner  bool   // the cell holds text of a table
	framed []Line // rows of tables that the row is only a frame around
}

// wordReader follows the text; open holds the tables around the place it is at.
type wordReader struct {
	lim    Limits
	lines  []Line
	open   []*wordTable
	blocks int
	rows   int
	ignore int  // depth of elements whose text is not there
	inText bool // within w:t
	hidden bool // the run is marked as one that nobody sees
	para   text // of a paragraph outside of tables
}

// gone are elements whose text a reader of the page does not see, or sees
// already: the fallback repeats a drawing.
var gone = map[string]bool{"del": true, "moveFrom": true, "Fallback": true, "delText": true, "instrText": true}

func (d *wordReader) token(t xml.Token) error {
	switch e := t.(type) {
	case xml.StartElement:
		if d.ignore > 0 || gone[e.Name.Local] {
			d.ignore++
			return nil
		}
		return d.start(e)
	case xml.EndElement:
		if d.ignore > 0 {
			d.ignore--
			return nil
		}
		return d.end(e)
	case xml.CharData:
		if d.inText && d.ignore == 0 && !d.hidden {
			d.add(string(e))
		}
	}
	return nil
}

// add puts text where the reader is.
func (d *wordReader) add(s string) {
	if t := d.table(); t != nil {
		t.cell.add(s)
	} else {
		d.para.add(s)
	}
}

func (d *wordReader) table() *wordTable {
	if len(d.open) == 0 {
		return nil
	}
	return d.open[len(d.open)-1]
}

func (d *wordReader) start(e xml.StartElement) error {
	t := d.table()
	switch e.Name.Local {
	case "tbl":
		if len(d.open) == maxTables {
			return apperr.New(apperr.Invalid, "table.nested", "max", maxTables)
		}
		d.paragraph()
		d.blocks++
		d.open = append(d.open, &wordTable{cell: text{max: d.lim.Cell}, block: d.blocks, span: 1})
	case "tr":
		if t != nil {
			t.row, t.skip = nil, 0
		}
	case "tc":
		if t != nil {
			t.cell.reset()
			t.span, t.above, t.paras, t.inner = 1, false, 0, false
		}
	case "gridBefore":
		if t != nil {
			t.skip = number(attr(e, "val"), 0)
		}
	case "gridSpan":
		if t != nil {
			t.span = number(attr(e, "val"), 1)
		}
	case "vMerge":
		if t != nil {
			t.above = attr(e, "val") != "restart"
		}
	case "hMerge": // the older way of spanning: cells that continue are there and empty
		if t != nil && attr(e, "val") != "restart" {
			t.span = -1
		}
	case "p":
		if t != nil {
			if t.paras++; t.paras > 1 {
				t.cell.add("\n")
			}
		}
	case "r":
		d.hidden = false
	case "vanish":
		d.hidden = attr(e, "val") != "0" && attr(e, "val") != "false"
	case "t":
		d.inText = true
	case "tab":
		d.add("\t")
	case "br", "cr":
		d.add("\v") // a break within a paragraph: weaker than its end
	case "noBreakHyphen":
		d.add("-")
	}
	return nil
}

func number(v string, standard int) int {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > maxColumns {
		return standard
	}
	return n
}

func (d *wordReader) end(e xml.EndElement) error {
	t := d.table()
	switch e.Name.Local {
	case "t":
		d.inText = false
	case "r":
		d.hidden = false
	case "p":
		d.hidden = false // the mark of a paragraph may be hidden too
		if t == nil {
			d.paragraph()
		}
	case "tc":
		if t != nil {
			t.endCell()
		}
	case "tr":
		if t != nil {
			return d.endRow(t)
		}
	case "tbl":
		if t != nil {
			d.endTable(t)
		}
	}
	return nil
}

// endCell adds the cell to its row, over all the fields it covers.
func (t *wordTable) endCell() {
	if len(t.row) > maxColumns {
		return
	}
	if len(t.row) == 0 {
		for range t.skip {
			t.row = append(t.row, Cell{})
		}
	}
	if t.span < 0 {
		t.row = append(t.row, Cell{Across: true})
		return
	}
	c := t.cell.cell()
	if c.Above = t.above; c.Above {
		c = Cell{Above: true}
	}
	c.Nested = t.inner
	t.row = append(t.row, c)
	for range t.span - 1 {
		t.row = append(t.row, Cell{Across: true, Above: t.above})
	}
}

// endRow keeps the row. Rows of a table in a cell count as well.
func (d *wordReader) endRow(t *wordTable) error {
	d.rows++
	t.lines = append(t.lines, Line{No: d.rows, Block: t.block, Cells: t.row})
	t.lines = append(t.lines, t.framed...)
	t.row, t.framed = nil, nil
	if d.rows > d.lim.Rows {
		for _, o := range d.open {
			d.lines = append(d.lines, o.lines...)
		}
		return errStop
	}
	return nil
}

// endTable hands a table's rows to the text, or to the cell it stands in: as
// rows of their own when the cell holds nothing else and is the whole width of
// a frame, else as text of the cell.
func (d *wordReader) endTable(t *wordTable) {
	d.open = d.open[:len(d.open)-1]
	outer := d.table()
	if outer == nil {
		d.lines = append(d.lines, t.lines...)
		return
	}
	width := 0
	for _, l := range t.lines {
		width = max(width, len(l.Cells))
	}
	if len(outer.row) == 0 && width >= 4 { // a description in a frame, not a list in a cell
		outer.framed = append(outer.framed, t.lines...)
		return
	}
	for _, l := range t.lines {
		var cells []string
		for _, c := range l.Cells {
			if s := strings.TrimSpace(c.Text); s != "" {
				cells = append(cells, s)
			}
		}
		if outer.cell.runes > 0 {
			outer.cell.add("\n")
		}
		outer.cell.add(strings.Join(cells, " "))
	}
	outer.inner = true
}

// paragraph ends a paragraph outside of tables.
func (d *wordReader) paragraph() {
	if len(d.open) > 0 {
		return
	}
	if s := strings.TrimSpace(d.para.b.String()); s != "" && len(d.lines) < 4*d.lim.Rows {
		d.lines = append(d.lines, Line{No: d.rows, Paragraph: s})
	}
	d.para.reset()
}

package reports

// Heading starts a section. Level 1 and 2 become bookmarks of the PDF. The
// number is part of the text: "1. Meyar".
type Heading struct {
	Level int    `json:"level"` // 1, 2 or 3
	Text  string `json:"text"`
}

// Paragraph is running text; line ends in it are kept.
type Paragraph struct {
	Text  Text  `json:"text"`
	Align Align `json:"align,omitempty"`
	Small bool  `json:"small,omitempty"` // 8 pt instead of 9.5 pt
}

// KeyValue is a table of facts: the key in a grey cell, the value beside it.
type KeyValue struct {
	Rows  []KV `json:"rows"`
	Pairs int  `json:"pairs,omitempty"` // facts in one row, 1 (default) or 2, filled column by column
}

// KV is one fact.
type KV struct {
	Key   string `json:"key"`
	Value Text   `json:"value"`
}

// Table has thin lines and a grey header, which is repeated on every page.
type Table struct {
	Columns []Column `json:"columns"`
	Rows    []Row    `json:"rows"`
	Empty   string   `json:"empty,omitempty"` // shown when there is no row; Labels.EmptyTable otherwise
	Small   bool     `json:"small,omitempty"` // 8 pt: for wide tables
}

// Column is one column of a Table. Widths are relative to each other; a column
// is widened when its longest ordinary word would not fit.
type Column struct {
	Title string  `json:"title"`
	Width float64 `json:"width"` // 0 counts as 1
	Align Align   `json:"align,omitempty"`
}

// Row is one row of a Table, with one cell for each column.
type Row struct {
	Kind  RowKind `json:"kind,omitempty"`
	Cells []Text  `json:"cells"`
}

// RowKind says how a row is set.
type RowKind string

// The kinds of rows.
const (
	RowPlain RowKind = ""      // cells in their columns
	RowGroup RowKind = "group" // one cell over the whole width, bold on grey, kept with the next row
	RowTotal RowKind = "total" // cells in their columns, bold
)

// List is a list of points, numbered from Start (default 1) or with dots.
type List struct {
	Items    []Text `json:"items"`
	Numbered bool   `json:"numbered,omitempty"`
	Start    int    `json:"start,omitempty"`
}

// Note is a quotation or remark behind a thick line.
type Note struct {
	Text Text `json:"text"`
}

// Box frames paragraphs, lists and badges, as in the fields of a form.
type Box struct {
	Blocks Blocks `json:"blocks"`
}

// Boxed is a Box around one paragraph for each text.
func Boxed(texts ...Text) Box {
	var b Box
	for _, t := range texts {
		b.Blocks = append(b.Blocks, Paragraph{Text: t})
	}
	return b
}

// Signatures is the table of those who sign, with room for a pen. It is never
// parted from what stands before it.
type Signatures struct {
	Rows []Signature `json:"rows"`
}

// Signature is one who signs.
type Signature struct {
	Role  string `json:"role"`
	Name  string `json:"name"`
	State string `json:"state,omitempty"` // of the electronic signature
	Date  string `json:"date,omitempty"`
}

// Badge is a state word in a thin frame.
type Badge struct {
	Text string `json:"text"`
	Tone Tone   `json:"tone,omitempty"`
}

// Chart draws horizontal bars. Lengths are only drawn; what is read is Text.
type Chart struct {
	Title  string   `json:"title,omitempty"`
	Legend []string `json:"legend,omitempty"` // names of the parts of a bar, weakest first; left out without bars
	Max    float64  `json:"max,omitempty"`    // full length; 0: the longest bar
	Bars   []Bar    `json:"bars"`
}

// Bar is one bar of a Chart, in one or more parts.
type Bar struct {
	Label string    `json:"label"`
	Parts []float64 `json:"parts"` // lengths, none below zero
	Text  string    `json:"text"`  // printed after the bar
	Break string    `json:"break,omitempty"`
	// Break, when set, draws a double line above the bar with this reason: what
	// is above and below it was not counted in the same way.
}

// Radar is a spider chart: one axis a component, one closed line a shape. What
// is read stands in a table beside it.
type Radar struct {
	Title  string   `json:"title,omitempty"`
	Max    float64  `json:"max"`   // at the outermost ring
	Rings  int      `json:"rings"` // evenly spaced
	Axes   []string `json:"axes"`
	Shapes []Shape  `json:"shapes"` // the first is filled and drawn on top
}

// Shape is one closed line of a Radar.
type Shape struct {
	Name   string    `json:"name"`
	Values []float64 `json:"values"` // by axis; 0 for one without a value
}

// PageBreak starts a new page, unless the page is still empty.
type PageBreak struct{}

func (Heading) kind() string    { return "heading" }
func (Paragraph) kind() string  { return "paragraph" }
func (KeyValue) kind() string   { return "keyValue" }
func (Table) kind() string      { return "table" }
func (List) kind() string       { return "list" }
func (Note) kind() string       { return "note" }
func (Box) kind() string        { return "box" }
func (Signatures) kind() string { return "signatures" }
func (Badge) kind() string      { return "badge" }
func (Chart) kind() string      { return "chart" }
func (Radar) kind() string      { return "radar" }
func (PageBreak) kind() string  { return "pageBreak" }

package reports

import (
	"encoding/json"
	"strings"
)

// Text is a piece of writing with bold or small parts.
type Text []Run

// Run is a part of a Text in one style.
type Run struct {
	Text  string `json:"text"`
	Bold  bool   `json:"bold,omitempty"`
	Small bool   `json:"small,omitempty"` // two points smaller: hashes, file names
}

// T is plain text.
func T(s string) Text { return Text{{Text: s}} }

// B is bold text.
func B(s string) Text { return Text{{Text: s, Bold: true}} }

// Code is small text, for hashes and other long codes.
func Code(s string) Text { return Text{{Text: s, Small: true}} }

// Join puts texts one after another, as they are.
func Join(texts ...Text) Text {
	var out Text
	for _, t := range texts {
		out = append(out, t...)
	}
	return out
}

// Cells is a row of plain cells.
func Cells(ss ...string) Row {
	r := Row{Cells: make([]Text, len(ss))}
	for i, s := range ss {
		r.Cells[i] = T(s)
	}
	return r
}

// Group is a row over the whole width of the table.
func Group(s string) Row { return Row{Kind: RowGroup, Cells: []Text{T(s)}} }

// String is the text without its styles.
func (t Text) String() string {
	var b strings.Builder
	for _, r := range t {
		b.WriteString(r.Text)
	}
	return b.String()
}

// MarshalJSON writes plain text as a string and styled text as a list of runs.
func (t Text) MarshalJSON() ([]byte, error) {
	plain := true
	for _, r := range t {
		plain = plain && !r.Bold && !r.Small
	}
	if plain {
		return json.Marshal(t.String())
	}
	return json.Marshal([]Run(t))
}

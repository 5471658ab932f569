// Package describe owns the reading and writing of process descriptions: the
// official six-column table as people have it (CSV, XLSX, DOCX) and the exact
// columns that the program exports.
//
// It may import plumbing, internal/table and reference, and holds no SQL: who
// the suppliers are is known above it, in kis.
//
// Invariants: a description is read whole or refused with every fault named by
// row and column; what differs from the file is in the list of notes, with what
// stood there; what cannot be decided is a doubt for a person, never a guess;
// rules of repair are code, the words they know are data (reference).
package describe

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/table"
)

// Level is the depth of an activity in the process model.
type Level string

// The three levels of the national GSBPM.
const (
	Phase      Level = "phase"      // mərhələ: 4
	Subprocess Level = "subprocess" // altproses: 4.4
	Task       Level = "task"       // tapşırıq: 4.4.2; only its outputs need evidence
)

// Columns is the header of the exact form.
var Columns = []string{"code", "level", "parent", "name_az", "work_az", "inputs_az", "suppliers", "outputs_az", "applicable", "name_en"}

// Row is one activity as it was understood.
type Row struct {
	Line       int // in the file: line of CSV, row of a sheet, running number of table rows in a text
	Code       string
	Level      Level
	Parent     string // code; empty for a phase
	NameAZ     string
	NameEN     string
	WorkAZ     string
	Inputs     []string
	Suppliers  []string // as written, repaired; who they are is looked up later
	Outputs    []string
	Applicable bool
}

// Gate is the sentence that closes a phase, as the file has it.
type Gate struct {
	Line        int
	Phase       string
	StatementAZ string
	StatementEN string // empty when the file has none
}

// Weight says how much a note matters.
type Weight string

// The weights, from light to heavy.
const (
	Form   Weight = "form"   // capital letters, quotes: the words are the same
	Repair Weight = "repair" // something was put right by a known rule
	Doubt  Weight = "doubt"  // read in one way, but a person has to look
	Fault  Weight = "fault"  // cannot be read: the file is refused
)

// Note is one difference between the file and what was read out of it, or a
// reason why it cannot be read.
type Note struct {
	Weight        Weight
	Row           int    // in the file; 0: the file as a whole
	Code          string // of the activity; empty when it is about none
	Column        string // of Columns, or "file"
	Key           string // message
	Args          []apperr.Arg
	Before, After string // what stood there, what was made of it; may be empty
}

// Reading is what a file gave.
type Reading struct {
	Format string // table.CSV, table.XLSX, table.DOCX
	SHA256 string // of the file
	Exact  bool   // the exact columns: nothing was repaired
	Rows   []Row  // in order of codes
	Gates  []Gate // by phase; empty when the file has none
	Notes  []Note // by row
}

// Bounds of a description. The longest texts of the official one have 201
// characters, its cells at most 12 items.
const (
	MaxBytes  = 4 << 20
	maxRows   = 2000
	maxLines  = 4000 // rows of the file, with headers and what was cut
	maxNotes  = 20_000
	maxFaults = 200
	maxName   = 500
	maxWork   = 2000
	maxItem   = 500
	maxItems  = 60
)

// Read reads a description. An error is about the file as a whole: no table,
// too large, protected. Faults of rows are in the Notes, so that a preview can
// show them beside what could be read; Err makes an error of them.
func Read(r io.Reader) (Reading, error) {
	lim := table.Limits{Bytes: MaxBytes, Rows: maxLines}
	raw, err := table.Content(r, lim)
	if err != nil {
		return Reading{}, fileError(err)
	}
	sum := sha256.Sum256(raw)
	doc, err := table.Open(raw, lim)
	if err != nil {
		return Reading{}, fileError(err)
	}
	out := Reading{Format: doc.Format, SHA256: hex.EncodeToString(sum[:])}
	n := &notes{}
	for _, f := range doc.Faults {
		n.add(Note{Weight: Fault, Row: f.Row, Column: "file", Key: f.Key, Args: f.Args})
	}
	for _, f := range doc.Notes {
		n.add(Note{Weight: Form, Row: f.Row, Column: "file", Key: f.Key, Args: f.Args})
	}
	if doc.Format == table.CSV {
		unguard(doc.Grids[0])
	}
	grid, exact := pick(doc)
	var rows []Row
	var last int
	var whole bool
	if out.Exact = exact; exact {
		rows, out.Gates, last, whole = readExact(n, grid, len(doc.Faults) == 0)
	} else {
		s := newSix(n, doc.Format, doc.App == Program)
		s.broken = len(doc.Faults) > 0
		rows, out.Gates, last, whole = s.read(grid)
	}
	if whole {
		checkTree(n, rows, last)
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return CompareCodes(a.Code, b.Code) })
	out.Rows = rows
	out.Notes = n.sorted()
	return out, nil
}

// Program is what our own office files call the program that wrote them. A
// file that still says so has not been edited since.
const Program = "KİS"

// pick chooses the sheet with a description in it: one with the exact columns,
// else one with the headings of the official table, else the first.
func pick(doc table.Document) (table.Grid, bool) {
	for _, g := range doc.Grids {
		if i := firstLine(g); i >= 0 && exactColumns(g.Lines[i]) > 2 {
			return g, true
		}
	}
	for _, g := range doc.Grids {
		for _, l := range g.Lines {
			if h, ok := readHeading(l); ok && len(h.missing()) == 0 {
				return g, false
			}
		}
	}
	for _, g := range doc.Grids {
		if len(g.Lines) > 0 {
			return g, false
		}
	}
	return table.Grid{}, false
}

// fileError makes sure that an error about the file names it as a field.
func fileError(err error) error {
	e := apperr.As(err)
	if e.Kind != apperr.Invalid {
		return err
	}
	if len(e.Fields) == 0 {
		e.Fields = []apperr.Field{{Name: "file", Key: e.Key, Args: e.Args}}
	}
	for i := range e.Fields {
		if e.Fields[i].Name == "" {
			e.Fields[i].Name = "file"
		}
	}
	return e
}

// Count counts the notes of a weight.
func (r Reading) Count(w Weight) (n int) {
	for _, note := range r.Notes {
		if note.Weight == w {
			n++
		}
	}
	return n
}

// Err is nil when nothing was refused, else one Invalid error with all faults,
// cut to a length that can be read.
func (r Reading) Err() error { return Refusal(r.Notes) }

// Refusal makes the error of the faults among notes.
func Refusal(list []Note) error {
	e := &apperr.Error{Kind: apperr.Invalid, Key: "kis.import.faults"}
	for _, n := range list {
		if n.Weight == Fault {
			e.Fields = append(e.Fields, apperr.Field{Name: n.Column, Row: n.Row, Key: n.Key, Args: n.Args})
		}
	}
	if len(e.Fields) == 0 {
		return nil
	}
	e.Args = apperr.Pairs("n", len(e.Fields))
	if over := len(e.Fields) - maxFaults; over > 0 {
		e.Fields = append(e.Fields[:maxFaults:maxFaults], apperr.Field{Name: "file", Row: e.Fields[maxFaults].Row,
			Key: "kis.import.more", Args: apperr.Pairs("n", over)})
	}
	return e
}

// notes collects notes in a bounded number.
type notes struct {
	list []Note
	row  int    // where the next notes are
	code string // of which activity
}

func (n *notes) add(note Note) {
	if len(n.list) < maxNotes {
		note.Before, note.After = i18n.Shorten(note.Before, 2*maxWork), i18n.Shorten(note.After, 2*maxWork)
		n.list = append(n.list, note)
	}
}

// at sets the row that say and fault speak about.
func (n *notes) at(row int, code string) { n.row, n.code = row, code }

// say notes a difference in a column of the row.
func (n *notes) say(w Weight, column, key, before, after string, args ...any) {
	n.add(Note{Weight: w, Row: n.row, Code: n.code, Column: column, Key: key, Before: before, After: after, Args: apperr.Pairs(args...)})
}

// AddRow notes a fault: the form that checks of the exact columns use.
func (n *notes) AddRow(row int, column, key string, args ...any) {
	n.add(Note{Weight: Fault, Row: row, Code: n.code, Column: column, Key: key, Args: apperr.Pairs(args...)})
}

func (n *notes) faults() (k int) {
	for _, x := range n.list {
		if x.Weight == Fault {
			k++
		}
	}
	return k
}

func (n *notes) sorted() []Note {
	slices.SortStableFunc(n.list, func(a, b Note) int { return a.Row - b.Row })
	return n.list
}

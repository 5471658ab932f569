package indicator

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
)

// Columns are the header of a file of values.
func Columns() []string { return []string{"code", "value", "numerator", "denominator", "note"} }

// SheetColumns are the header of the sheet that is taken away: it may be filled
// in and brought back.
func SheetColumns() []string {
	return []string{"code", "name", "gsbpm", "formula", "value", "numerator", "denominator", "target", "verdict", "source", "version", "note"}
}

// SeenColumns are Columns with the revision of the value that each row is to
// replace, 0 for none: a preview that was confirmed.
func SeenColumns() []string { return append(Columns(), "revision") }

// maxFile bounds a file of values: a library is some dozens of rows.
var maxFile = table.Limits{Bytes: 2 << 20, Rows: 2000, Cell: 2000}

// Incoming is one row of a file of values as it was read.
type Incoming struct {
	Indicator
	Line int   // of the file
	Old  Value // empty when there is none
	New  Value
	seen int // revision that it replaces
}

// Same says that the row changes nothing.
func (in Incoming) Same() bool {
	return in.Old.Value == in.New.Value && in.Old.Numerator == in.New.Numerator && in.Old.Denominator == in.New.Denominator && in.Old.Note == in.New.Note
}

// Row gives the row under SeenColumns.
func (in Incoming) Row() []string {
	value := in.New.Value
	if in.New.Numerator != "" {
		value = ""
	}
	return []string{in.Code, value, in.New.Numerator, in.New.Denominator, in.New.Note, strconv.Itoa(in.Old.Revision)}
}

// Preview says what Import would do with a file, and changes nothing.
func (s *Service) Preview(ctx context.Context, cycleID string, file io.Reader) ([]Incoming, error) {
	cy, err := s.mayEnter(ctx, cycleID)
	if err != nil {
		return nil, err
	}
	f, err := readValues(file)
	if err != nil {
		return nil, err
	}
	db := s.kis.DB.Read()
	k, err := s.read(ctx, db, cy)
	if err != nil {
		return nil, err
	}
	computed, err := s.compute(ctx, db, cy, k.list)
	if err != nil {
		return nil, err
	}
	return k.incoming(s, f, computed)
}

// Import records the values of a file, CSV or XLSX, all or none; faults are
// named by row and column. It gives how many were new or changed. The file has
// Columns or SeenColumns, where a value changed meanwhile is a Conflict; or it
// is a sheet with SheetColumns: of that, rows without a value and those that
// say what is worked out anyway are passed over.
func (s *Service) Import(ctx context.Context, cycleID string, file io.Reader) (n int, err error) {
	cy, err := s.mayEnter(ctx, cycleID)
	if err != nil {
		return 0, err
	}
	f, err := readValues(file)
	if err != nil {
		return 0, err
	}
	err = s.kis.DB.Write(ctx, func(tx *store.Tx) error {
		k, err := s.setting(ctx, tx, cy.ID)
		if err != nil {
			return err
		}
		computed, err := s.compute(ctx, tx, k.cycle, k.list)
		if err != nil {
			return err
		}
		list, err := k.incoming(s, f, computed)
		if err != nil {
			return err
		}
		for _, in := range list {
			if in.Same() {
				continue
			}
			in.New.Source = Imported
			if err := k.put(ctx, tx, in.Indicator, in.New, in.seen); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return store.ErrNoChange
		}
		return nil
	})
	return n, err
}

// valueFile is a file of values: which header it has, and its rows.
type valueFile struct {
	rows        []table.Row
	sheet, seen bool
}

func readValues(file io.Reader) (valueFile, error) {
	rows, header, err := table.Read(file, maxFile, Columns(), SheetColumns(), SeenColumns())
	return valueFile{rows: rows, sheet: header == 1, seen: header == 2}, err
}

// incoming reads the rows against what is there.
func (k setting) incoming(s *Service, f valueFile, computed map[string]Value) ([]Incoming, error) {
	var c apperr.Check
	var out []Incoming
	twice := map[string]bool{}
	for _, r := range f.rows {
		code := r.Get("code")
		if f.sheet && r.Get("value")+r.Get("numerator")+r.Get("denominator") == "" {
			continue
		}
		i, ok := k.byCode[code]
		switch {
		case !ok:
			c.AddRow(r.Line, "code", "indicator.import.unknown", "code", i18n.Shorten(code, 40))
			continue
		case twice[code]:
			c.AddRow(r.Line, "code", "indicator.import.twice", "code", code)
		}
		twice[code] = true
		v := f.entry(r).check(&c, r.Line, i)
		if own, ok := computed[code]; f.sheet && ok && own.Value == v.Value {
			continue
		}
		if key := k.refuses(s, i); key != "" {
			c.AddRow(r.Line, "code", key)
		}
		old := k.values[i.ID]
		in := Incoming{Indicator: i, Line: r.Line, Old: old, New: v, seen: old.Revision}
		if f.seen {
			n, err := strconv.Atoi(r.Get("revision"))
			if err != nil || n < 0 {
				c.AddRow(r.Line, "revision", "indicator.field.whole")
			}
			in.seen = n
		}
		out = append(out, in)
	}
	return out, c.Err()
}

// entry is what one row says.
func (f valueFile) entry(r table.Row) Entry {
	e := Entry{Value: r.Get("value"), Numerator: r.Get("numerator"), Denominator: r.Get("denominator"), Note: r.Get("note")}
	if !f.sheet {
		return e
	}
	if e.Numerator != "" && e.Denominator != "" {
		e.Value = "" // a cell of a workbook may hold a rounded share
	}
	if t, ok := strings.CutPrefix(e.Note, "'"); ok && t != "" && strings.ContainsRune("'=+-@", rune(t[0])) {
		e.Note = t // it was guarded against formulas
	}
	return e
}

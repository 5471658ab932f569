package reports

import (
	"cmp"
	"fmt"
	"iter"
	"strings"
)

// Sheet is a table to take away as XLSX, CSV or JSON: typed columns and rows of
// values. Strings are already translated; numbers and dates are not formatted,
// so that they stay numbers and dates in the file.
type Sheet struct {
	Name    string        // tab of a workbook; made valid and unique when written
	Title   string        // head of the printed sheet; never a cell
	Columns []SheetColumn // in order
	Rows    [][]any       // one value for each column; nil is an empty cell

	// Source gives further rows one by one, for lists too long to hold. An error
	// ends the writing.
	Source iter.Seq2[[]any, error]
}

// SheetColumn is one typed column.
type SheetColumn struct {
	Key      string  // name in JSON; the Title when empty
	Title    string  // cell of the header
	Type     Type    // what its values are
	Width    float64 // in characters, for XLSX; 0: fitting the type
	Decimals int     // digits shown after the point, and kept of a Ratio; 0: one for percents, all for decimals
}

// Type is the type of the values of a column. Values of Go types other than
// those listed are refused with row and column named.
type Type int

// The types of columns, with the Go values they take.
const (
	TextCol    Type = iota // string, any string type, or fmt.Stringer
	IntCol                 // any Go integer
	DecimalCol             // decimal.Decimal or its text, "1234.50"; integers
	PercentCol             // Ratio; or percent as decimal.Decimal, text or integer: 69.5 is 69.5%
	DateCol                // time.Time, day.Day, or text 2006-01-02
	TimeCol                // time.Time, put into the office's zone by the caller
)

// Ratio is an exact share; with Den 0 the cell stays empty.
type Ratio struct{ Num, Den int64 }

// each calls f with every row of the sheet and its number, from 1, after the
// count of its cells was checked.
func (s *Sheet) each(f func(n int, row []any) error) error {
	n := 0
	check := func(row []any) error {
		n++
		if len(row) != len(s.Columns) {
			return fmt.Errorf("reports: sheet %q, row %d has %d cells for %d columns", s.Name, n, len(row), len(s.Columns))
		}
		return f(n, row)
	}
	for _, row := range s.Rows {
		if err := check(row); err != nil {
			return err
		}
	}
	if s.Source == nil {
		return nil
	}
	for row, err := range s.Source {
		if err != nil {
			return err
		}
		if err := check(row); err != nil {
			return err
		}
	}
	return nil
}

// value reads cell i of a row, or says where it is wrong.
func (s *Sheet) value(n, i int, v any) (value, error) {
	out, err := typed(s.Columns[i], v)
	if err != nil {
		return value{}, fmt.Errorf("reports: sheet %q, row %d, column %q: %w", s.Name, n, s.Columns[i].Title, err)
	}
	return out, nil
}

// key is the name of the column in JSON.
func (c SheetColumn) key() string { return cmp.Or(c.Key, c.Title) }

// tabs makes the names of sheets valid for a workbook: not empty, at most 31
// characters, none of : \ / ? * [ ], no ' at the ends, no two alike.
func tabs(sheets []Sheet) []string {
	seen := map[string]bool{}
	out := make([]string, len(sheets))
	for i, s := range sheets {
		name := strings.Trim(strings.Map(func(r rune) rune {
			if strings.ContainsRune(`:\/?*[]`, r) {
				return '-'
			}
			return r
		}, clean(strings.ReplaceAll(s.Name, "\n", " "))), " '")
		base := []rune(cmp.Or(name, "Sheet"))
		name = string(base[:min(len(base), 31)])
		for k := 2; seen[strings.ToLower(name)]; k++ {
			mark := fmt.Sprintf(" (%d)", k)
			name = string(base[:min(len(base), 31-len(mark))]) + mark
		}
		seen[strings.ToLower(name)] = true
		out[i] = name
	}
	return out
}

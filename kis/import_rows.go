package kis

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
)

// ImportColumns is the header of a process description.
var ImportColumns = []string{"code", "level", "parent", "name_az", "work_az", "inputs_az", "suppliers", "outputs_az", "applicable", "name_en"}

// Bounds of a description. The longest texts of the official one have 201
// characters, its cells at most 12 items.
const (
	maxImportRows   = 2000
	maxImportFaults = 200
	maxActivityName = 500
	maxActivityWork = 2000
	maxItem         = 500
	maxItems        = 60
)

// importRow is one row of a description, checked by itself.
type importRow struct {
	line        int
	code        string
	level       Level
	parent      string
	nameAZ      string
	nameEN      string
	workAZ      string
	inputs      []string
	suppliers   []string // as written
	outputs     []string
	applicable  bool
	departments []Department // the suppliers, once they are looked up, each once
}

// parseImport reads the rows of a description and checks everything that can
// be checked without the database: the file's form, each cell, and that the
// rows make a whole tree. Rows come back in order of their codes, also when
// there are faults, so that the suppliers in them can be looked up and all
// faults told at once.
func parseImport(c *apperr.Check, text string) []importRow {
	rows, last, whole := splitImport(c, text)
	if whole {
		checkTree(c, rows, last)
	}
	slices.SortStableFunc(rows, func(a, b importRow) int { return compareCodes(a.code, b.code) })
	return rows
}

// capFaults gives the error of a check, cut to a length that can be read.
func capFaults(c *apperr.Check) error {
	err := c.Err()
	if err == nil {
		return nil
	}
	e := apperr.As(err)
	e.Key = "kis.import.faults"
	e.Args = apperr.Pairs("n", len(e.Fields))
	if over := len(e.Fields) - maxImportFaults; over > 0 {
		e.Fields = append(e.Fields[:maxImportFaults:maxImportFaults], apperr.Field{Name: "file", Row: e.Fields[maxImportFaults].Row,
			Key: "kis.import.more", Args: apperr.Pairs("n", over)})
	}
	return e
}

// splitImport reads the lines of CSV and checks cell by cell. It goes on after
// a faulty line, so that one reading finds all faults; last is the number of
// the last line, whole says that every line gave a row with a code.
func splitImport(c *apperr.Check, text string) (rows []importRow, last int, whole bool) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	headed := false
	whole = true
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			last = max(last, bad.Line)
			if errors.Is(bad.Err, csv.ErrQuote) && bad.Line > bad.StartLine {
				c.AddRow(bad.StartLine, "file", "kis.import.quote_open")
			} else {
				c.AddRow(bad.Line, "file", "kis.import.quote")
			}
			headed, whole = true, false
			continue
		}
		if err != nil {
			c.AddRow(last, "file", "kis.import.quote")
			return rows, last, false
		}
		line, _ := r.FieldPos(0)
		last, _ = r.FieldPos(len(cells) - 1)
		if !headed {
			headed = true
			if !checkHeader(c, cells) {
				return nil, last, false // under another header no cell means anything
			}
			continue
		}
		if len(rows) == maxImportRows {
			c.AddRow(line, "file", "kis.import.too_many", "max", maxImportRows)
			return rows, last, false
		}
		if len(cells) != len(ImportColumns) {
			c.AddRow(line, "file", "kis.import.cells", "want", len(ImportColumns), "got", len(cells))
			whole = false
			continue
		}
		row := checkRow(c, line, cells)
		rows = append(rows, row)
		whole = whole && row.code != ""
	}
	if len(rows) == 0 && c.Count() == 0 {
		c.AddRow(1, "file", "kis.import.no_rows")
		whole = false
	}
	return rows, last, whole
}

// checkHeader compares the first line with ImportColumns.
func checkHeader(c *apperr.Check, cells []string) bool {
	if len(cells) == 1 {
		for _, sep := range []string{";", "\t"} {
			if strings.Count(cells[0], sep) == len(ImportColumns)-1 {
				c.AddRow(1, "file", "kis.import.separator")
				return false
			}
		}
	}
	if len(cells) < 3 || !slices.ContainsFunc(cells, func(s string) bool { return slices.Contains(ImportColumns, strings.TrimSpace(s)) }) {
		c.AddRow(1, "file", "kis.import.no_header", "want", strings.Join(ImportColumns, ","))
		return false
	}
	ok := true
	for i, want := range ImportColumns {
		if i >= len(cells) {
			c.AddRow(1, want, "kis.import.column_missing", "column", want)
			ok = false
		} else if strings.TrimSpace(cells[i]) != want {
			c.AddRow(1, want, "kis.import.column", "position", i+1, "want", want, "got", i18n.Shorten(cells[i], 40))
			ok = false
		}
	}
	if len(cells) > len(ImportColumns) {
		c.AddRow(1, "file", "kis.import.cells", "want", len(ImportColumns), "got", len(cells))
		ok = false
	}
	return ok
}

package kis

import (
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
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

var activityCode = regexp.MustCompile(`^[1-9][0-9]?(\.[1-9][0-9]?){0,2}$`)

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
			c.AddRow(1, want, "kis.import.column", "position", i+1, "want", want, "got", cut(cells[i], 40))
			ok = false
		}
	}
	if len(cells) > len(ImportColumns) {
		c.AddRow(1, "file", "kis.import.cells", "want", len(ImportColumns), "got", len(cells))
		ok = false
	}
	return ok
}

// checkRow checks the cells of one line by themselves.
func checkRow(c *apperr.Check, line int, cells []string) importRow {
	row := importRow{line: line}
	cell := make(map[string]string, len(cells))
	for i, name := range ImportColumns {
		cell[name] = strings.TrimSpace(cells[i])
	}
	row.code = cell["code"]
	row.level, row.parent = Level(cell["level"]), cell["parent"]
	switch {
	case row.code == "":
		c.AddRow(line, "code", "error.field.required")
	case !activityCode.MatchString(row.code):
		c.AddRow(line, "code", "kis.import.code", "code", cut(row.code, 40))
		row.code = ""
	case phaseOf(row.code) > "8" || len(phaseOf(row.code)) > 1:
		c.AddRow(line, "code", "kis.import.phase", "code", row.code)
		row.code = ""
	}
	want, known := levelOf(row.code), row.level == Phase || row.level == Subprocess || row.level == Task
	switch {
	case !known:
		c.AddRow(line, "level", "kis.import.level", "level", cut(string(row.level), 40))
	case row.code != "" && row.level != want:
		c.AddRow(line, "level", "kis.import.level_code", "level", row.level, "code", row.code, "want", want)
	case row.code != "" && row.parent != parentOf(row.code):
		c.AddRow(line, "parent", "kis.import.parent", "parent", cut(row.parent, 40), "code", row.code, "want", parentOf(row.code))
	}
	if row.code != "" { // what follows goes by the code
		row.level, row.parent = want, parentOf(row.code)
	}
	switch cell["applicable"] {
	case "true":
		row.applicable = true
	case "false":
	default:
		c.AddRow(line, "applicable", "kis.import.applicable", "value", cut(cell["applicable"], 40))
		return row
	}
	row.nameAZ = rowText(c, line, "name_az", cell["name_az"], true, maxActivityName)
	row.nameEN = rowText(c, line, "name_en", cell["name_en"], false, maxActivityName)
	row.workAZ = rowText(c, line, "work_az", cell["work_az"], false, maxActivityWork)
	row.inputs = rowItems(c, line, "inputs_az", cell["inputs_az"])
	row.suppliers = rowItems(c, line, "suppliers", cell["suppliers"])
	row.outputs = rowItems(c, line, "outputs_az", cell["outputs_az"])
	if row.applicable && len(row.outputs) == 0 && cell["outputs_az"] == "" {
		c.AddRow(line, "outputs_az", "kis.import.no_output")
	}
	if !row.applicable {
		for _, column := range []string{"work_az", "inputs_az", "suppliers", "outputs_az"} {
			if cell[column] != "" {
				c.AddRow(line, column, "kis.import.not_applicable")
			}
		}
	}
	return row
}

// rowText checks one text of a row.
func rowText(c *apperr.Check, line int, column, value string, required bool, max int) string {
	var one apperr.Check
	least := 0
	if required {
		least = 1
	}
	value = one.Text(column, value, least, max)
	if err := one.Err(); err != nil {
		for _, f := range apperr.As(err).Fields {
			c.AddRow(line, f.Name, f.Key, flat(f.Args)...)
		}
	}
	return value
}

// rowItems splits a cell of several items joined with " | ".
func rowItems(c *apperr.Check, line int, column, value string) []string {
	if value == "" {
		return nil
	}
	items := strings.Split(value, "|")
	if len(items) > maxItems {
		c.AddRow(line, column, "kis.import.items", "max", maxItems, "n", len(items))
		return nil
	}
	var out []string
	for _, item := range items {
		item = strings.TrimSpace(item)
		if item == "" {
			c.AddRow(line, column, "kis.import.item_empty")
			continue
		}
		if slices.Contains(out, item) {
			c.AddRow(line, column, "kis.import.item_twice", "item", cut(item, 60))
			continue
		}
		out = append(out, rowText(c, line, column, item, true, maxItem))
	}
	return out
}

func flat(args []apperr.Arg) []any {
	var out []any
	for _, a := range args {
		out = append(out, a.Name, a.Value)
	}
	return out
}

// cut shortens a text that is quoted in a message.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// levelOf is the level a code has by its number of parts.
func levelOf(code string) Level {
	return [...]Level{Phase, Subprocess, Task}[min(strings.Count(code, "."), 2)]
}

// parentOf is the code without its last part; empty for a phase.
func parentOf(code string) string {
	if i := strings.LastIndexByte(code, '.'); i > 0 {
		return code[:i]
	}
	return ""
}

// phaseOf is the first number of a code.
func phaseOf(code string) string {
	first, _, _ := strings.Cut(code, ".")
	return first
}

// compareCodes orders codes by their numbers: 1.2 before 1.10, 4 before 4.1.
func compareCodes(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m - n
		}
	}
	return len(x) - len(y)
}

func sortCodes(codes []string) { slices.SortFunc(codes, compareCodes) }

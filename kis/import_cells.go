package kis

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
)

var activityCode = regexp.MustCompile(`^[1-9][0-9]?(\.[1-9][0-9]?){0,2}$`)

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
		c.AddRow(line, "code", "kis.import.code", "code", i18n.Shorten(row.code, 40))
		row.code = ""
	case phaseOf(row.code) > "8" || len(phaseOf(row.code)) > 1:
		c.AddRow(line, "code", "kis.import.phase", "code", row.code)
		row.code = ""
	}
	want, known := levelOf(row.code), row.level == Phase || row.level == Subprocess || row.level == Task
	switch {
	case !known:
		c.AddRow(line, "level", "kis.import.level", "level", i18n.Shorten(string(row.level), 40))
	case row.code != "" && row.level != want:
		c.AddRow(line, "level", "kis.import.level_code", "level", row.level, "code", row.code, "want", want)
	case row.code != "" && row.parent != parentOf(row.code):
		c.AddRow(line, "parent", "kis.import.parent", "parent", i18n.Shorten(row.parent, 40), "code", row.code, "want", parentOf(row.code))
	}
	if row.code != "" { // what follows goes by the code
		row.level, row.parent = want, parentOf(row.code)
	}
	switch cell["applicable"] {
	case "true":
		row.applicable = true
	case "false":
	default:
		c.AddRow(line, "applicable", "kis.import.applicable", "value", i18n.Shorten(cell["applicable"], 40))
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
			c.AddRow(line, f.Name, f.Key, apperr.Flat(f.Args)...)
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
			c.AddRow(line, column, "kis.import.item_twice", "item", i18n.Shorten(item, 60))
			continue
		}
		out = append(out, rowText(c, line, column, item, true, maxItem))
	}
	return out
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

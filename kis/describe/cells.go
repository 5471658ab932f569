package describe

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
func checkRow(c *notes, line int, cells []string) Row {
	row := Row{Line: line}
	cell := make(map[string]string, len(cells))
	for i, name := range Columns {
		cell[name] = strings.TrimSpace(cells[i])
	}
	row.Code = cell["code"]
	row.Level, row.Parent = Level(cell["level"]), cell["parent"]
	switch {
	case row.Code == "":
		c.AddRow(line, "code", "error.field.required")
	case !activityCode.MatchString(row.Code):
		c.AddRow(line, "code", "kis.import.code", "code", i18n.Shorten(row.Code, 40))
		row.Code = ""
	case PhaseOf(row.Code) > "8" || len(PhaseOf(row.Code)) > 1:
		c.AddRow(line, "code", "kis.import.phase", "code", row.Code)
		row.Code = ""
	}
	want, known := LevelOf(row.Code), row.Level == Phase || row.Level == Subprocess || row.Level == Task
	switch {
	case !known:
		c.AddRow(line, "level", "kis.import.level", "level", i18n.Shorten(string(row.Level), 40))
	case row.Code != "" && row.Level != want:
		c.AddRow(line, "level", "kis.import.level_code", "level", row.Level, "code", row.Code, "want", want)
	case row.Code != "" && row.Parent != ParentOf(row.Code):
		c.AddRow(line, "parent", "kis.import.parent", "parent", i18n.Shorten(row.Parent, 40), "code", row.Code, "want", ParentOf(row.Code))
	}
	if row.Code != "" { // what follows goes by the code
		row.Level, row.Parent = want, ParentOf(row.Code)
	}
	switch cell["applicable"] {
	case "true":
		row.Applicable = true
	case "false":
	default:
		c.AddRow(line, "applicable", "kis.import.applicable", "value", i18n.Shorten(cell["applicable"], 40))
		return row
	}
	row.NameAZ = rowText(c, line, "name_az", cell["name_az"], true, maxName)
	row.NameEN = rowText(c, line, "name_en", cell["name_en"], false, maxName)
	row.WorkAZ = rowText(c, line, "work_az", cell["work_az"], false, maxWork)
	row.Inputs = rowItems(c, line, "inputs_az", cell["inputs_az"])
	row.Suppliers = rowItems(c, line, "suppliers", cell["suppliers"])
	row.Outputs = rowItems(c, line, "outputs_az", cell["outputs_az"])
	if row.Applicable && len(row.Outputs) == 0 && cell["outputs_az"] == "" {
		c.AddRow(line, "outputs_az", "kis.import.no_output")
	}
	if !row.Applicable {
		for _, column := range []string{"work_az", "inputs_az", "suppliers", "outputs_az"} {
			if cell[column] != "" {
				c.AddRow(line, column, "kis.import.not_applicable")
			}
		}
	}
	return row
}

// rowText checks one text of a row.
func rowText(c *notes, line int, column, value string, required bool, max int) string {
	var one apperr.Check
	c.at(line, c.code)
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
func rowItems(c *notes, line int, column, value string) []string {
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

// LevelOf is the level a code has by its number of parts.
func LevelOf(code string) Level {
	return [...]Level{Phase, Subprocess, Task}[min(strings.Count(code, "."), 2)]
}

// ParentOf is the code without its last part; empty for a phase.
func ParentOf(code string) string {
	if i := strings.LastIndexByte(code, '.'); i > 0 {
		return code[:i]
	}
	return ""
}

// PhaseOf is the first number of a code.
func PhaseOf(code string) string {
	first, _, _ := strings.Cut(code, ".")
	return first
}

// CompareCodes orders codes by their numbers: 1.2 before 1.10, 4 before 4.1.
func CompareCodes(a, b string) int {
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

// SortCodes orders codes by their numbers.
func SortCodes(codes []string) { slices.SortFunc(codes, CompareCodes) }

// IsCode tells whether a text has the form of an activity's code.
func IsCode(s string) bool { return activityCode.MatchString(s) }

package describe

import (
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/table"
)

// firstLine finds the first line of a grid that holds anything; -1: none.
func firstLine(g table.Grid) int {
	return slices.IndexFunc(g.Lines, func(l table.Line) bool { return !blank(l) && l.Paragraph == "" })
}

func blank(l table.Line) bool {
	return !slices.ContainsFunc(l.Cells, func(c table.Cell) bool { return strings.TrimSpace(c.Text) != "" || c.Formula })
}

// exactColumns counts the exact columns that a line names.
func exactColumns(l table.Line) (n int) {
	for _, c := range l.Cells {
		if slices.Contains(Columns, strings.TrimSpace(c.Text)) {
			n++
		}
	}
	return n
}

// readExact reads rows under the exact columns and checks cell by cell;
// nothing is repaired. last is the number of the last line, whole says that
// every line gave a row with a code.
func readExact(n *notes, g table.Grid, whole bool) (rows []Row, gates []Gate, last int, _ bool) {
	head := firstLine(g)
	last = g.Lines[head].No
	if !checkHeader(n, g.Lines[head]) {
		return nil, nil, last, false // under another header no cell means anything
	}
	for _, l := range g.Lines[head+1:] {
		if blank(l) {
			continue
		}
		last = l.No
		if len(rows) == maxRows {
			n.AddRow(l.No, "file", "kis.import.too_many", "max", maxRows)
			return rows, gates, last, false
		}
		cells := make([]string, len(Columns))
		if len(l.Cells) > len(Columns) || (len(l.Cells) < len(Columns) && l.Block == 0 && g.Name == "") {
			n.AddRow(l.No, "file", "kis.import.cells", "want", len(Columns), "got", len(l.Cells))
			whole = false
			continue
		}
		for i, c := range l.Cells { // a workbook keeps no empty cells at the end of a row
			cells[i] = c.Text
			checkCell(n, l.No, Columns[i], c)
		}
		if strings.TrimSpace(cells[1]) == gateLevel {
			gates = append(gates, checkGate(n, l.No, cells))
			continue
		}
		row := checkRow(n, l.No, cells)
		rows = append(rows, row)
		whole = whole && row.Code != ""
	}
	if len(rows) == 0 && n.faults() == 0 {
		n.AddRow(last, "file", "kis.import.no_rows")
		whole = false
	}
	return rows, gates, last, whole
}

// checkCell refuses what no person wrote or nobody can read.
func checkCell(n *notes, line int, column string, c table.Cell) bool {
	switch {
	case c.Formula:
		n.AddRow(line, column, "table.formula")
	case c.Over > 0:
		n.AddRow(line, column, "error.field.too_long", "max", maxWork, "length", c.Over)
	default:
		return true
	}
	return false
}

// checkHeader compares a line with Columns.
func checkHeader(n *notes, l table.Line) bool {
	ok := true
	for i, want := range Columns {
		if i >= len(l.Cells) {
			n.AddRow(l.No, want, "kis.import.column_missing", "column", want)
			ok = false
		} else if got := strings.TrimSpace(l.Cells[i].Text); got != want {
			n.AddRow(l.No, want, "kis.import.column", "position", i+1, "want", want, "got", i18n.Shorten(got, 40))
			ok = false
		}
	}
	if len(l.Cells) > len(Columns) {
		n.AddRow(l.No, "file", "kis.import.cells", "want", len(Columns), "got", len(l.Cells))
		ok = false
	}
	return ok
}

// gateLevel marks a line of the exact form that holds the sentence that closes
// a phase: code and parent are the phase, the names the sentence.
const gateLevel = "gate"

func checkGate(n *notes, line int, cells []string) Gate {
	phase := strings.TrimSpace(cells[0])
	if len(phase) != 1 || phase < "1" || phase > "8" {
		n.AddRow(line, "code", "kis.import.code", "code", i18n.Shorten(phase, 40))
	}
	return Gate{Line: line, Phase: phase, StatementAZ: rowText(n, line, "name_az", strings.TrimSpace(cells[3]), true, maxName),
		StatementEN: rowText(n, line, "name_en", strings.TrimSpace(cells[9]), false, maxName)}
}

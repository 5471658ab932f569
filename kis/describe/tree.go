package describe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/kis-platform/kis/reference"
)

// gsbpmSubprocesses lists the codes of the model's sub-processes by phase.
// They are the same in GSBPM 5.0, 5.1 and 5.2; a description names all of
// them, those that are not carried out as not applicable.
var gsbpmSubprocesses = sync.OnceValues(func() (map[string][]string, error) {
	rows, err := reference.Rows(reference.GSBPM)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, r := range rows {
		if r["level"] == string(Subprocess) {
			out[r["parent"]] = append(out[r["parent"]], r["code"])
		}
	}
	return out, nil
})

// phases are the codes of the eight phases.
var phases = []string{"1", "2", "3", "4", "5", "6", "7", "8"}

// checkTree checks that the rows make the whole model: no code twice, every
// parent there, numbers without a gap, all eight phases with all their
// sub-processes, each of which has a task. A file that was cut off between
// two rows is recognised by what is missing from it.
func checkTree(c *notes, rows []Row, last int) {
	at := make(map[string]Row, len(rows))
	children := map[string][]int{} // parent code → last numbers
	defer c.at(0, "")
	for _, r := range rows {
		c.at(r.Line, "") // of two rows with one code, this one
		if first, twice := at[r.Code]; twice {
			c.AddRow(r.Line, "code", "kis.import.duplicate", "code", r.Code, "first", first.Line)
			continue
		}
		at[r.Code] = r
		n, _ := strconv.Atoi(r.Code[strings.LastIndexByte(r.Code, '.')+1:])
		children[ParentOf(r.Code)] = append(children[ParentOf(r.Code)], n)
	}
	for _, r := range rows {
		c.at(r.Line, r.Code)
		parent, ok := at[r.Parent]
		if r.Parent != "" && !ok {
			c.AddRow(r.Line, "parent", "kis.import.parent_missing", "parent", r.Parent)
		}
		if ok && r.Applicable && !parent.Applicable {
			c.AddRow(r.Line, "applicable", "kis.import.applicable_parent", "parent", r.Parent)
		}
	}
	model, err := gsbpmSubprocesses()
	if err != nil {
		c.at(last, "")
		c.AddRow(last, "file", "error.internal")
		return
	}
	for _, p := range phases {
		row, ok := at[p]
		if !ok {
			c.at(last, "")
			c.AddRow(last, "file", "kis.import.phase_missing", "phase", p)
			continue
		}
		c.at(row.Line, p)
		for _, code := range missingChildren(p, children[p], model[p]) {
			c.AddRow(row.Line, "code", "kis.import.subprocess_missing", "code", code)
		}
	}
	for _, r := range rows {
		if r.Level != Subprocess {
			continue
		}
		c.at(r.Line, r.Code)
		if len(children[r.Code]) == 0 {
			c.AddRow(r.Line, "code", "kis.import.no_task", "code", r.Code)
		}
		for _, code := range missingChildren(r.Code, children[r.Code], nil) {
			c.AddRow(r.Line, "code", "kis.import.task_missing", "code", code)
		}
	}
}

// missingChildren lists the codes that a parent should have: all numbers up to
// the highest there is, and those of the model.
func missingChildren(parent string, have []int, model []string) []string {
	var out []string
	for n := 1; len(have) > 0 && n < slices.Max(have); n++ {
		if !slices.Contains(have, n) {
			out = append(out, fmt.Sprintf("%s.%d", parent, n))
		}
	}
	for _, code := range model {
		n, _ := strconv.Atoi(code[strings.LastIndexByte(code, '.')+1:])
		if !slices.Contains(have, n) && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

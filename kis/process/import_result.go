package process

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/describe"
	"github.com/kis-platform/kis/kis/office"
)

// importRow is a row of a description with its suppliers looked up.
type importRow struct {
	describe.Row
	suppliers []rowSupplier // each department once, in the order of the file
}

// rowSupplier is a department, or a name that was left as it is.
type rowSupplier struct {
	department office.Department // without ID: only the name
	name       string
}

// departments are the suppliers that are departments.
func (r importRow) departments() (out []office.Department) {
	for _, s := range r.suppliers {
		if s.department.ID != "" {
			out = append(out, s.department)
		}
	}
	return out
}

// labels are the codes of the suppliers, names of those without.
func (r importRow) labels() []string {
	out := make([]string, len(r.suppliers))
	for i, s := range r.suppliers {
		out[i] = cmp.Or(s.department.Code, s.name)
	}
	return out
}

// take takes over what was read from a file.
func (im *importing) take(r describe.Reading) {
	im.source, im.format, im.fileGates = r.SHA256, r.Format, r.Gates
	im.res = ImportResult{Format: r.Format, Exact: r.Exact, EffectiveFrom: im.req.EffectiveFrom, Notes: r.Notes}
	for _, row := range r.Rows {
		im.rows = append(im.rows, importRow{Row: row})
	}
}

// note adds what was found after reading; notes are put in order by mark.
func (im *importing) note(row importRow, w describe.Weight, column, key, before, after string, args ...any) {
	im.res.Notes = append(im.res.Notes, describe.Note{Weight: w, Row: row.Line, Code: row.Code, Column: column, Key: key,
		Args: apperr.Pairs(args...), Before: before, After: after})
}

// mark puts the notes in order and tells for each row what became of it.
func (im *importing) mark() {
	slices.SortStableFunc(im.res.Notes, func(a, b ReadingNote) int { return a.Row - b.Row })
	if len(im.res.Rows) == 0 {
		im.res.summarise(im.rows, nil)
	}
	byCode := map[string][]ReadingNote{}
	byLine := map[int][]ReadingNote{} // of rows that cannot be told by their code
	for _, n := range im.res.Notes {
		switch {
		case n.Column == "gate":
		case n.Code != "":
			byCode[n.Code] = append(byCode[n.Code], n)
		case n.Weight == NoteFault:
			byLine[n.Row] = append(byLine[n.Row], n)
		}
	}
	for i := range im.res.Rows {
		r := &im.res.Rows[i]
		if r.Code != "" {
			r.Notes = byCode[r.Code]
		}
		r.Notes = append(r.Notes, byLine[r.Line]...)
		r.State = RowRead
		for _, n := range r.Notes {
			switch {
			case n.Weight == NoteFault && !Question(n):
				r.State = RowRefused
			case (n.Weight == NoteDoubt || n.Weight == NoteFault) && r.State != RowRefused: // an unknown supplier is asked about
				r.State = RowDoubtful
			case n.Weight == NoteRepair && r.State == RowRead:
				r.State = RowRepaired
			}
		}
	}
}

// summarise counts what was read and compares it with the version before.
func (r *ImportResult) summarise(rows []importRow, before map[string]string) {
	*r = r.bare()
	seen := map[string]bool{}
	for _, row := range rows {
		switch row.Level {
		case Phase:
			r.Phases++
		case Subprocess:
			r.Subprocesses++
		case Task:
			r.Tasks++
			r.TaskOutputs += len(row.Outputs)
		}
		if !row.Applicable {
			r.NotApplicable++
		}
		r.Inputs += len(row.Inputs)
		r.Outputs += len(row.Outputs)
		out := ImportedRow{Row: row.Row, Departments: row.labels(), State: RowRead}
		for _, d := range row.departments() {
			if !seen[d.ID] {
				seen[d.ID] = true
				r.Suppliers = append(r.Suppliers, d)
			}
		}
		if before != nil {
			switch old, known := before[row.Code]; {
			case !known:
				out.Mark = "added"
				r.Added = append(r.Added, row.Code)
			case old != row.fingerprint():
				out.Mark = "altered"
				r.Altered = append(r.Altered, row.Code)
			}
			delete(before, row.Code)
		}
		r.Rows = append(r.Rows, out)
	}
	for code := range before {
		r.Removed = append(r.Removed, code)
	}
	describe.SortCodes(r.Removed)
}

// bare is the result without what summarise counts.
func (r ImportResult) bare() ImportResult {
	r.Phases, r.Subprocesses, r.Tasks, r.TaskOutputs, r.NotApplicable, r.Inputs, r.Outputs = 0, 0, 0, 0, 0, 0, 0
	r.Suppliers, r.Added, r.Removed, r.Altered, r.Rows = nil, nil, nil, nil, nil
	return r
}

// fingerprint is a text that differs when anything of a row differs.
func (r importRow) fingerprint() string {
	ids := make([]string, 0, len(r.suppliers))
	var names strings.Builder
	for i, s := range r.suppliers {
		if s.department.ID == "" {
			fmt.Fprintf(&names, " %d=%q", i, s.name)
			continue
		}
		ids = append(ids, s.department.ID)
	}
	return fmt.Sprintf("%q %q %q %q %v %q %q %q", r.Code, r.NameAZ, r.NameEN, r.WorkAZ, r.Applicable, r.Inputs, ids, r.Outputs) + names.String()
}

// rowOf makes the row of an activity again, to compare or copy it.
func rowOf(a Activity) importRow {
	row := importRow{Row: describe.Row{Code: a.Code, Level: a.Level, Parent: describe.ParentOf(a.Code), NameAZ: a.NameAZ, NameEN: a.NameEN,
		WorkAZ: a.WorkAZ, Applicable: a.Applicable, Inputs: a.Inputs, Outputs: a.Outputs}}
	departments, named := a.Suppliers, a.Named
	for len(departments)+len(named) > 0 {
		if len(named) > 0 && (named[0].Position <= len(row.suppliers) || len(departments) == 0) {
			row.suppliers = append(row.suppliers, rowSupplier{name: named[0].Name})
			named = named[1:]
			continue
		}
		row.suppliers = append(row.suppliers, rowSupplier{department: departments[0], name: departments[0].Code})
		departments = departments[1:]
	}
	row.Suppliers = row.labels()
	return row
}

// shortName cuts a name for a message.
func shortName(s string) string { return i18n.Shorten(s, 60) }

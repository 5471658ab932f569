package planning

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// SheetColumns is the header of a plan as a sheet that is edited elsewhere and
// brought back: codes, in no language. "no" is for reading only; "id" and
// "version" tell which item a row is, both are empty in a new row.
func SheetColumns() []string {
	return []string{"no", "section", "text", "expected_result", "indicator", "responsible", "co_executors", "start_quarter", "due", "basis", "basis_label", "id", "version"}
}

// SheetRow gives an item in those columns; the day is a text, so that no
// program turns it into something else.
func SheetRow(it Item) []string {
	co := make([]string, len(it.CoExecutors))
	for i, d := range it.CoExecutors {
		co[i] = d.Code
	}
	return []string{strconv.Itoa(it.No), string(it.Section), it.Text, it.ExpectedResult, it.Indicator, it.Responsible.Code, strings.Join(co, ", "),
		strconv.Itoa(it.StartQuarter), string(it.Due), string(it.Basis), it.BasisLabel, it.ID, strconv.Itoa(it.Version)}
}

// Sheet is a plan that comes back.
type Sheet struct {
	Reader io.Reader // XLSX or CSV with the header of SheetColumns
	Reason string    // why items that are not in it are taken out; needed only then
	DryRun bool      // check everything, change nothing
}

// SheetResult says what a sheet did to the plan.
type SheetResult struct{ Added, Changed, Removed, Same int }

// sheetLine is a row as it was read.
type sheetLine struct {
	line    int
	id      string
	version int
	fields  ItemFields
	basis   Basis
	label   string
}

// ImportSheet makes the plan of a year what a sheet says, all of it or
// nothing, while it is not approved. Rows without id are added, the others
// worded anew, items that are missing are taken out. Invalid names each fault by
// row and column; a row of an item that somebody has changed since the sheet
// was taken is one, at "version".
func (s *Service) ImportSheet(ctx context.Context, key Key, in Sheet) (SheetResult, error) {
	var res SheetResult
	if _, err := office.Allowed(ctx, policies.PlanDraft); err != nil {
		return res, err
	}
	rows, _, err := table.Read(in.Reader, table.Limits{Rows: 2000}, SheetColumns())
	if err != nil {
		return res, err
	}
	departments, err := s.KIS.Departments(ctx)
	if err != nil {
		return res, err
	}
	codes := map[string]string{}
	for _, d := range departments {
		if d.Kind == office.Internal {
			codes[d.Code] = d.ID
		}
	}
	// A row that was emptied and not deleted is no row.
	rows = slices.DeleteFunc(rows, func(r table.Row) bool {
		return !slices.ContainsFunc(SheetColumns(), func(column string) bool { return column != "no" && r.Get(column) != "" })
	})
	var check apperr.Check
	lines := make([]sheetLine, len(rows))
	for i, r := range rows {
		lines[i] = readSheetLine(&check, r, key.Year(), codes)
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		res = SheetResult{}
		p, err := lockPlanOf(ctx, tx, key)
		if err != nil {
			return err
		}
		if !p.Editable() {
			return wrongState(ctx, PlanTransitions, "plan", p.State)
		}
		items, err := itemsOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		left := sheetAgainst(&check, lines, items)
		reason := strings.TrimSpace(in.Reason)
		if len(left) > 0 {
			reason = check.Text("reason", reason, 5, maxText)
		}
		if err := check.Err(); err != nil {
			return err
		}
		if err := s.applySheet(ctx, tx, &p, lines, items, left, reason, &res); err != nil {
			return err
		}
		if in.DryRun || res.Added+res.Changed+res.Removed == 0 {
			return store.ErrNoChange
		}
		recordPlan(tx, p, "sheet", nil, map[string]any{"added": res.Added, "changed": res.Changed, "removed": res.Removed}, reason)
		return nil
	})
	return res, err
}

// applySheet changes the items of a locked plan as checked lines say.
func (s *Service) applySheet(ctx context.Context, tx *store.Tx, p *Plan, lines []sheetLine, items, left []Item, reason string, res *SheetResult) error {
	at := map[string]Item{}
	for _, it := range items {
		at[it.ID] = it
	}
	for _, it := range left {
		if err := s.removeItem(ctx, tx, p, it, reason); err != nil {
			return err
		}
		res.Removed++
	}
	for _, l := range lines {
		if l.id == "" {
			it := l.fields.item()
			it.Basis, it.BasisLabel = l.basis, l.label
			if err := s.addItem(ctx, tx, p, &it, l.fields.CoExecutors); err != nil {
				return err
			}
			res.Added++
			continue
		}
		changed, err := s.changeItem(ctx, tx, p, at[l.id], l.fields)
		if err != nil {
			return err
		}
		if changed {
			res.Changed++
		} else {
			res.Same++
		}
	}
	return nil
}

// sheetAgainst compares the lines with the items of the plan and gives those
// that are in no line.
func sheetAgainst(check *apperr.Check, lines []sheetLine, items []Item) (left []Item) {
	at := map[string]Item{}
	for _, it := range items {
		at[it.ID] = it
	}
	seen := map[string]int{}
	for _, l := range lines {
		if l.id == "" {
			continue
		}
		it, ok := at[l.id]
		switch first, twice := seen[l.id]; {
		case !ok:
			check.AddRow(l.line, "id", "planning.sheet.not_here")
		case twice:
			check.AddRow(l.line, "id", "planning.sheet.twice", "row", first)
		case it.Version != l.version:
			check.AddRow(l.line, "version", "planning.sheet.stale")
		case it.Basis != l.basis || it.BasisLabel != l.label:
			check.AddRow(l.line, "basis", "planning.sheet.basis")
		}
		seen[l.id] = l.line
	}
	for _, it := range items {
		if _, ok := seen[it.ID]; !ok {
			left = append(left, it)
		}
	}
	return left
}

// readSheetLine reads one row; each fault goes to check, by its column.
func readSheetLine(check *apperr.Check, r table.Row, year int, departments map[string]string) sheetLine {
	l := sheetLine{line: r.Line, id: strings.ToLower(r.Get("id")), basis: Basis(r.Get("basis")), label: r.Get("basis_label")}
	number := func(column string, required bool) int {
		text := strings.TrimSuffix(r.Get(column), ".0")
		n, err := strconv.Atoi(text)
		if err != nil && (text != "" || required) {
			check.AddRow(r.Line, column, "error.field.number")
		}
		return n
	}
	unit := func(column, code string) string {
		id, ok := departments[code]
		if !ok {
			check.AddRow(r.Line, column, "planning.sheet.department", "code", code)
		}
		return id
	}
	before := check.Count()
	l.version = number("version", l.id != "")
	f := ItemFields{Section: Section(r.Get("section")), Text: r.Get("text"), ExpectedResult: r.Get("expected_result"), Indicator: r.Get("indicator"),
		StartQuarter: number("start_quarter", true), Due: sheetDay(check, r)}
	f.ResponsibleID = unit("responsible", r.Get("responsible"))
	for code := range strings.SplitSeq(r.Get("co_executors"), ",") {
		if code = strings.TrimSpace(code); code != "" {
			f.CoExecutors = append(f.CoExecutors, unit("co_executors", code))
		}
	}
	if check.Count() > before {
		return l
	}
	var c apperr.Check
	l.fields = f.into(&c, year)
	if l.id == "" {
		apperr.OneOf(&c, "basis", l.basis, FromAct, FromMeasure, FromAssessment, FromOther)
		l.label = c.Text("basis_label", l.label, 1, maxLabel)
	}
	if err := c.Err(); err != nil {
		for _, e := range apperr.As(err).Fields {
			check.AddRow(r.Line, e.Name, e.Key, apperr.Flat(e.Args)...)
		}
	}
	return l
}

// sheetDay reads a day as it was written out, as people type it, or as a
// workbook counts days.
func sheetDay(check *apperr.Check, r table.Row) day.Day {
	text := r.Get("due")
	if d, ok := day.Parse(text); ok {
		return d
	}
	if n, err := strconv.Atoi(text); err == nil && n > 20_000 && n < 80_000 {
		return day.Make(1899, time.December, 30).Add(n)
	}
	check.AddRow(r.Line, "due", "error.field.date")
	return ""
}

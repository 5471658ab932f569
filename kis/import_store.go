package kis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/reference"
)

// importing is one import under way.
type importing struct {
	req    ImportRequest
	rows   []importRow
	today  day.Day
	source string // SHA-256 of the file

	process *processRow // nil: the process is new
	owner   Department
	gates   []ProcessGate
	content string // hash of everything that was read
	res     ImportResult
}

// suppliers looks the suppliers of all rows up by code, name or alias and
// notes each that is not known.
func (im *importing) suppliers(ctx context.Context, db bun.IDB, c *apperr.Check) error {
	find, err := departmentLookup(ctx, db)
	if err != nil {
		return err
	}
	for i := range im.rows {
		row := &im.rows[i]
		for _, name := range row.suppliers {
			d, ok := find(name)
			if !ok {
				c.AddRow(row.line, "suppliers", "kis.import.supplier", "name", i18n.Shorten(name, 60))
				continue
			}
			if !slices.ContainsFunc(row.departments, func(o Department) bool { return o.ID == d.ID }) {
				row.departments = append(row.departments, d)
			}
		}
	}
	return nil
}

// departmentLookup reads the departments in use and their aliases, in two
// queries, and finds one by code, name or alias, whatever the case and marks.
func departmentLookup(ctx context.Context, db bun.IDB) (func(string) (Department, bool), error) {
	list, err := listDepartments(ctx, db, false)
	if err != nil {
		return nil, err
	}
	var aliases []struct{ Alias, DepartmentID string }
	if err := db.NewRaw(`SELECT alias, department_id FROM department_aliases`).Scan(ctx, &aliases); err != nil {
		return nil, store.MapError(err, "department aliases")
	}
	byKey, byID := map[string]Department{}, map[string]Department{}
	for _, d := range list {
		byID[d.ID] = d
		byKey[i18n.Fold(d.NameAZ)] = d
	}
	for _, a := range aliases {
		if d, ok := byID[a.DepartmentID]; ok {
			byKey[a.Alias] = d
		}
	}
	for _, d := range list { // a code comes before what else it may mean
		byKey[i18n.Fold(d.Code)] = d
	}
	return func(name string) (Department, bool) {
		d, ok := byKey[i18n.Fold(name)]
		return d, ok
	}, nil
}

// resolve finds the process, its owner and gates, compares the content with
// the newest version and fills the result.
func (im *importing) resolve(ctx context.Context, db bun.IDB) (err error) {
	if im.process, err = findProcess(ctx, db, im.req.Code); err != nil {
		return err
	}
	if im.owner, err = im.findOwner(ctx, db); err != nil {
		return err
	}
	if im.gates, err = referenceGates(im.rows); err != nil {
		return err
	}
	im.res.summarise(im.rows, nil)
	im.res.Gates, im.res.Owner, im.res.New = len(im.gates), im.owner, im.process == nil
	ref := ProcessRef{Code: im.req.Code, TitleAZ: im.req.TitleAZ, TitleEN: im.req.TitleEN, OwnerID: im.owner.ID}
	if im.process != nil {
		ref.ID = im.process.ID
		ref.TitleAZ, ref.TitleEN = orText(ref.TitleAZ, im.process.TitleAZ), orText(ref.TitleEN, im.process.TitleEN)
	}
	ref.TitleAZ = orText(ref.TitleAZ, ref.Code)
	ref.TitleEN = orText(ref.TitleEN, ref.TitleAZ)
	im.res.Process = ref
	im.content = im.hash()
	return im.compare(ctx, db)
}

// compare sets Changed, Version and the lists of differences.
func (im *importing) compare(ctx context.Context, db bun.IDB) error {
	im.res.Changed, im.res.Version = true, 1
	if im.process == nil {
		return nil
	}
	last, err := latestVersion(ctx, db, im.process.ID, "")
	if err != nil || last == nil {
		return err
	}
	im.res.Version = last.Number + 1
	if last.ContentSHA256 == im.content {
		im.res.Changed, im.res.Version, im.res.EffectiveFrom = false, last.Number, last.EffectiveFrom
		return nil
	}
	if im.req.EffectiveFrom < last.EffectiveFrom {
		return apperr.InvalidField("effective_from", "error.field.date_after", "date", last.EffectiveFrom.Format())
	}
	old, err := loadActivities(ctx, db, last.ID)
	if err != nil {
		return err
	}
	before := make(map[string]string, len(old))
	for _, a := range old {
		row := importRow{code: a.Code, nameAZ: a.NameAZ, nameEN: a.NameEN, workAZ: a.WorkAZ, applicable: a.Applicable,
			inputs: a.Inputs, outputs: a.Outputs, departments: a.Suppliers}
		before[a.Code] = row.fingerprint()
	}
	res := ImportResult{}
	res.summarise(im.rows, before)
	im.res.Rows, im.res.Added, im.res.Removed, im.res.Altered = res.Rows, res.Added, res.Removed, res.Altered
	return nil
}

// findOwner is the department asked for, else the owner so far, else the
// internal supplier that stands in most rows.
func (im *importing) findOwner(ctx context.Context, db bun.IDB) (Department, error) {
	switch {
	case im.req.OwnerCode != "":
		d, err := DepartmentByCode(ctx, db, im.req.OwnerCode)
		if apperr.Is(err, apperr.NotFound) || (err == nil && d.Kind != Internal) {
			return d, apperr.InvalidField("owner", "kis.import.owner", "owner", i18n.Shorten(im.req.OwnerCode, 60))
		}
		return d, err
	case im.process != nil:
		found, err := DepartmentsByID(ctx, db, []string{im.process.OwnerID})
		return found[im.process.OwnerID], err
	}
	var best Department
	counts := map[string]int{}
	for _, row := range im.rows {
		for _, d := range row.departments {
			if d.Kind != Internal {
				continue
			}
			counts[d.ID]++
			if best.ID == "" || counts[d.ID] > counts[best.ID] {
				best = d
			}
		}
	}
	if best.ID == "" {
		return best, apperr.InvalidField("owner", "error.field.required")
	}
	return best, nil
}

// referenceGates gives the closing sentences of the applicable phases.
func referenceGates(rows []importRow) ([]ProcessGate, error) {
	lines, err := reference.Rows(reference.PhaseGates)
	if err != nil {
		return nil, apperr.Wrap(err, "phase gates")
	}
	var out []ProcessGate
	for _, l := range lines {
		if slices.ContainsFunc(rows, func(r importRow) bool { return r.code == l["phase"] && r.applicable }) {
			out = append(out, ProcessGate{Phase: l["phase"], StatementAZ: l["statement_az"], StatementEN: l["statement_en"]})
		}
	}
	return out, nil
}

// hash covers all that a version holds, and the owner and titles around it.
func (im *importing) hash() string {
	var b strings.Builder
	b.WriteString(im.owner.ID + "\n" + im.res.Process.TitleAZ + "\n" + im.res.Process.TitleEN + "\n")
	for _, r := range im.rows {
		b.WriteString(r.fingerprint() + "\n")
	}
	for _, g := range im.gates {
		b.WriteString(g.Phase + "\n" + g.StatementAZ + "\n" + g.StatementEN + "\n")
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

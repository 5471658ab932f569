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
	"github.com/kis-platform/kis/policies"
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
				c.AddRow(row.line, "suppliers", "kis.import.supplier", "name", cut(name, 60))
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
			return d, apperr.InvalidField("owner", "kis.import.owner", "owner", cut(im.req.OwnerCode, 60))
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

// write stores the new version in the unit of work.
func (im *importing) write(ctx context.Context, tx *store.Tx) error {
	before, err := im.writeProcess(ctx, tx)
	if err != nil {
		return err
	}
	p := im.res.Process
	v := versionRow{ID: store.NewID(), ProcessID: p.ID, Number: im.res.Version, EffectiveFrom: im.req.EffectiveFrom,
		SourceName: cut(cleanNameOr(im.req.Name, "process.csv"), 250), SourceSHA256: im.source, ContentSHA256: im.content, CreatedAt: tx.Now}
	if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
		return store.MapError(err, "insert version")
	}
	if err := im.writeRows(ctx, tx, v.ID); err != nil {
		return err
	}
	tx.Record(store.Change{Action: string(policies.ProcessImport), Kind: "process", ID: p.ID, Label: p.Code, Before: before,
		After: map[string]any{"title_az": p.TitleAZ, "title_en": p.TitleEN, "owner": im.owner.Code, "version": v.Number, "effective_from": v.EffectiveFrom,
			"source": v.SourceName, "sha256": v.SourceSHA256, "rows": len(im.rows), "not_applicable": im.res.NotApplicable}})
	return nil
}

// writeProcess inserts the process or brings its title and owner up to date;
// before is what they were, nil for a new one.
func (im *importing) writeProcess(ctx context.Context, tx *store.Tx) (before any, err error) {
	ref := &im.res.Process
	if im.process == nil {
		ref.ID = store.NewID()
		row := processRow{ID: ref.ID, Code: ref.Code, TitleAZ: ref.TitleAZ, TitleEN: ref.TitleEN, OwnerID: ref.OwnerID,
			SortKey: i18n.SortKey(ref.TitleAZ), CreatedAt: tx.Now}
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
		return nil, store.MapError(err, "insert process")
	}
	old := *im.process
	_, err = tx.NewUpdate().Model((*processRow)(nil)).Where("id = ?", old.ID).
		Set("title_az = ?, title_en = ?, owner_id = ?, sort_key = ?", ref.TitleAZ, ref.TitleEN, ref.OwnerID, i18n.SortKey(ref.TitleAZ)).Exec(ctx)
	return map[string]any{"title_az": old.TitleAZ, "title_en": old.TitleEN, "version": im.res.Version - 1}, store.MapError(err, "update process")
}

// writeRows inserts activities with inputs, departments and outputs, and the gates.
func (im *importing) writeRows(ctx context.Context, tx *store.Tx, versionID string) error {
	var (
		acts  []activityRow
		ins   []inputRow
		deps  []activityDepartmentRow
		outs  []outputRow
		gates []gateRow
	)
	ids := map[string]string{}
	for i, r := range im.rows { // in order of codes: parents first
		id := store.NewID()
		ids[r.code] = id
		acts = append(acts, activityRow{ID: id, VersionID: versionID, ParentID: ids[parentOf(r.code)], Code: r.code, Level: r.level, Phase: phaseOf(r.code),
			Position: i, NameAZ: r.nameAZ, NameEN: r.nameEN, WorkAZ: r.workAZ, Applicable: r.applicable,
			SearchKey: i18n.Fold(r.code + " " + r.nameAZ + " " + r.nameEN)})
		for n, name := range r.inputs {
			ins = append(ins, inputRow{ActivityID: id, Position: n + 1, NameAZ: name})
		}
		for n, name := range r.outputs {
			outs = append(outs, outputRow{ID: store.NewID(), ActivityID: id, Position: n + 1, NameAZ: name})
		}
		deps = append(deps, responsible(id, r, im.owner.ID)...)
	}
	for _, g := range im.gates {
		gates = append(gates, gateRow{VersionID: versionID, Phase: g.Phase, StatementAZ: g.StatementAZ, StatementEN: g.StatementEN})
	}
	return store.MapError(insertAll(ctx, tx, acts, ins, deps, outs, gates), "insert description")
}

// responsible gives the departments of a row: the suppliers as printed, the
// internal ones of them responsible; the owner where none is internal.
func responsible(activityID string, r importRow, ownerID string) []activityDepartmentRow {
	var out []activityDepartmentRow
	internal := false
	for n, d := range r.departments {
		out = append(out, activityDepartmentRow{ActivityID: activityID, DepartmentID: d.ID, Position: n, Supplier: true, Responsible: d.Kind == Internal})
		internal = internal || d.Kind == Internal
	}
	if r.applicable && !internal {
		out = append(out, activityDepartmentRow{ActivityID: activityID, DepartmentID: ownerID, Position: -1, Responsible: true})
	}
	return out
}

// insertAll inserts the rows of several tables, each in one statement, in an
// order that references allow.
func insertAll(ctx context.Context, tx *store.Tx, acts []activityRow, ins []inputRow, deps []activityDepartmentRow, outs []outputRow, gates []gateRow) error {
	for _, t := range []struct {
		n    int
		rows any
	}{{len(acts), &acts}, {len(ins), &ins}, {len(deps), &deps}, {len(outs), &outs}, {len(gates), &gates}} {
		if t.n == 0 {
			continue
		}
		if _, err := tx.NewInsert().Model(t.rows).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

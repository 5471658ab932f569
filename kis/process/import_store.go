package process

import (
	"cmp"
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
	"github.com/kis-platform/kis/kis/describe"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/reference"
)

// importing is one import under way.
type importing struct {
	req    ImportRequest
	rows   []importRow
	today  day.Day
	source string // SHA-256 of the file
	format string // of the file, or COPY

	fileGates []describe.Gate // as the file has them
	entered   map[string]bool // institutions entered by this import
	asked     map[string]int  // folded name → its place among the unknown suppliers
	copied    string          // version this one is a copy of

	process *ProcessRow // nil: the process is new
	owner   office.Department
	gates   []ProcessGate
	content string // hash of everything that was read
	res     ImportResult
}

// openBook reads the departments in use and their aliases, in two queries.
func openBook(ctx context.Context, db bun.IDB) (*departmentBook, error) {
	list, err := office.ListDepartments(ctx, db, false)
	if err != nil {
		return nil, err
	}
	var aliases []struct{ Alias, DepartmentID string }
	if err := db.NewRaw(`SELECT alias, department_id FROM department_aliases`).Scan(ctx, &aliases); err != nil {
		return nil, store.MapError(err, "department aliases")
	}
	byKey, byID := map[string]office.Department{}, map[string]office.Department{}
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
	return &departmentBook{byKey, map[string]office.Department{}}, nil
}

// leftAsText gives the names, folded, that the newest version of the process
// left as they are: that decision is not asked for again.
func (im *importing) leftAsText(ctx context.Context, db bun.IDB) (map[string]bool, error) {
	out := map[string]bool{}
	if im.process == nil {
		return out, nil
	}
	last, err := LatestVersion(ctx, db, im.process.ID, "")
	if err != nil || last == nil {
		return out, err
	}
	named, err := namedSuppliers(ctx, db, last.ID)
	for _, list := range named {
		for _, n := range list {
			out[i18n.Fold(n.Name)] = true
		}
	}
	return out, err
}

// resolve finds the process, its owner and gates, compares the content with
// the newest version and fills the result.
func (im *importing) resolve(ctx context.Context, db bun.IDB) (err error) {
	if im.process, err = FindProcess(ctx, db, im.req.Code); err != nil {
		return err
	}
	if im.owner, err = im.findOwner(ctx, db); err != nil {
		return err
	}
	if im.gates, err = phaseGates(im.rows, im.fileGates); err != nil {
		return err
	}
	im.res.summarise(im.rows, nil)
	im.res.Gates, im.res.Owner, im.res.New = len(im.gates), im.owner, im.process == nil
	ref := ProcessRef{Code: im.req.Code, TitleAZ: im.req.TitleAZ, TitleEN: im.req.TitleEN, OwnerID: im.owner.ID}
	if im.process != nil {
		ref.ID = im.process.ID
		ref.TitleAZ, ref.TitleEN = cmp.Or(ref.TitleAZ, im.process.TitleAZ), cmp.Or(ref.TitleEN, im.process.TitleEN)
	}
	ref.TitleAZ = cmp.Or(ref.TitleAZ, ref.Code)
	ref.TitleEN = cmp.Or(ref.TitleEN, ref.TitleAZ)
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
	last, err := LatestVersion(ctx, db, im.process.ID, "")
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
		before[a.Code] = rowOf(a).fingerprint()
	}
	im.res.summarise(im.rows, before)
	return nil
}

// findOwner is the department asked for, else the owner so far, else the
// internal supplier that stands in most rows.
func (im *importing) findOwner(ctx context.Context, db bun.IDB) (office.Department, error) {
	switch {
	case im.req.OwnerCode != "":
		d, err := office.DepartmentByCode(ctx, db, im.req.OwnerCode)
		if apperr.Is(err, apperr.NotFound) || (err == nil && d.Kind != office.Internal) {
			return d, apperr.InvalidField("owner", "kis.import.owner", "owner", i18n.Shorten(im.req.OwnerCode, 60))
		}
		return d, err
	case im.process != nil:
		found, err := office.DepartmentsByID(ctx, db, []string{im.process.OwnerID})
		return found[im.process.OwnerID], err
	}
	var best office.Department
	counts := map[string]int{}
	for _, row := range im.rows {
		for _, d := range row.departments() {
			if d.Kind != office.Internal {
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

// phaseGates gives the closing sentences of the applicable phases: those of the
// file, else the official ones. The official translation belongs to the
// official sentence only.
func phaseGates(rows []importRow, file []describe.Gate) ([]ProcessGate, error) {
	lines, err := reference.Rows(reference.PhaseGates)
	if err != nil {
		return nil, apperr.Wrap(err, "phase gates")
	}
	var out []ProcessGate
	for _, p := range Phases {
		if !slices.ContainsFunc(rows, func(r importRow) bool { return r.Code == p && r.Applicable }) {
			continue
		}
		g := ProcessGate{Phase: p}
		for _, l := range lines {
			if l["phase"] == p {
				g.StatementAZ, g.StatementEN = l["statement_az"], l["statement_en"]
			}
		}
		for _, f := range file {
			if f.Phase == p && f.StatementAZ != g.StatementAZ {
				g.StatementAZ, g.StatementEN = f.StatementAZ, f.StatementEN
			} else if f.Phase == p && f.StatementEN != "" {
				g.StatementEN = f.StatementEN
			}
		}
		if g.StatementAZ != "" && p != "8" { // phase 8 ends in the plan
			out = append(out, g)
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

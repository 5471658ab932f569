package process

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/describe"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// ChangeKind says what a difference between two versions is about.
type ChangeKind string

// The kinds of differences. An activity may have several.
const (
	ChangeAdded      ChangeKind = "added"      // was not there before
	ChangeRemoved    ChangeKind = "removed"    // is no longer there
	ChangeMoved      ChangeKind = "moved"      // the same name under another code
	ChangeRenamed    ChangeKind = "renamed"    // another name under the same code
	ChangeOutputs    ChangeKind = "outputs"    // what has to be delivered
	ChangeApplicable ChangeKind = "applicable" // whether it is carried out at all
	ChangeOther      ChangeKind = "other"      // work, inputs, suppliers
)

// ChangeKinds lists them in this order.
func ChangeKinds() []ChangeKind {
	return []ChangeKind{ChangeAdded, ChangeRemoved, ChangeMoved, ChangeRenamed, ChangeOutputs, ChangeApplicable, ChangeOther}
}

// FieldChange is one column of an activity before and after. Of a list Gone and
// New say which items differ; both empty: only their order.
type FieldChange struct {
	Column        string // of describe.Columns, or "gate"
	Before, After string
	Gone, New     []string
	List          bool
}

// ActivityDiff is one activity that differs.
type ActivityDiff struct {
	Code   string
	Name   string // in the later version, in the earlier one when it was removed
	Level  Level
	From   string // code it had before, when it was moved
	Kinds  []ChangeKind
	Fields []FieldChange
}

// Has tells whether a difference is of a kind.
func (d ActivityDiff) Has(k ChangeKind) bool { return slices.Contains(d.Kinds, k) }

// VersionDiff is what differs between two versions of a process.
type VersionDiff struct {
	ProcessRef
	Owner      office.Department
	Versions   []ProcessVersion // of the process, newest first
	From, To   ProcessVersion
	Activities []ActivityDiff // in the order of codes
	Gates      []FieldChange  // Column is the phase
	Same       int            // activities that do not differ
}

// Count counts the activities with a difference of a kind.
func (d VersionDiff) Count(k ChangeKind) (n int) {
	for _, a := range d.Activities {
		if a.Has(k) {
			n++
		}
	}
	return n
}

// CompareVersions tells what differs between two versions of a process, in
// either order. NotFound when there is no such version.
func (s *Model) CompareVersions(ctx context.Context, idOrCode string, from, to int) (VersionDiff, error) {
	if _, err := office.Allowed(ctx, policies.ProcessRead); err != nil {
		return VersionDiff{}, err
	}
	if from < 1 || to < 1 {
		return VersionDiff{}, apperr.Missing("process")
	}
	db := s.DB.Read()
	before, err := loadProcess(ctx, db, idOrCode, from)
	if err != nil {
		return VersionDiff{}, err
	}
	after, err := loadProcess(ctx, db, idOrCode, to)
	if err != nil {
		return VersionDiff{}, err
	}
	return compareVersions(before, after), nil
}

// compareVersions compares activity by activity, under the same code.
func compareVersions(before, after ProcessPage) VersionDiff {
	d := VersionDiff{ProcessRef: after.ProcessRef, Owner: after.Owner, Versions: after.Versions, From: before.Version, To: after.Version}
	old := map[string]Activity{}
	for _, a := range before.Activities {
		old[a.Code] = a
	}
	gone := map[string]string{} // folded name of an activity that is no longer under its code → code
	for _, a := range before.Activities {
		if !slices.ContainsFunc(after.Activities, func(b Activity) bool { return b.Code == a.Code }) {
			gone[string(a.Level)+i18n.Fold(a.NameAZ)] = a.Code
		}
	}
	moved := map[string]bool{}
	for _, b := range after.Activities {
		a, there := old[b.Code]
		if !there {
			entry := ActivityDiff{Code: b.Code, Name: b.NameAZ, Level: b.Level, Kinds: []ChangeKind{ChangeAdded}}
			if from := gone[string(b.Level)+i18n.Fold(b.NameAZ)]; from != "" && !moved[from] {
				moved[from] = true
				entry = diffActivity(old[from], b)
				entry.From, entry.Kinds = from, append([]ChangeKind{ChangeMoved}, entry.Kinds...)
			}
			d.Activities = append(d.Activities, entry)
			continue
		}
		if entry := diffActivity(a, b); len(entry.Fields) > 0 {
			d.Activities = append(d.Activities, entry)
		} else {
			d.Same++
		}
	}
	for _, a := range before.Activities {
		if gone[string(a.Level)+i18n.Fold(a.NameAZ)] == a.Code && !moved[a.Code] || removed(a, after, gone) {
			d.Activities = append(d.Activities, ActivityDiff{Code: a.Code, Name: a.NameAZ, Level: a.Level, Kinds: []ChangeKind{ChangeRemoved}})
		}
	}
	slices.SortStableFunc(d.Activities, func(x, y ActivityDiff) int { return describe.CompareCodes(x.Code, y.Code) })
	d.Gates = diffGates(before.Gates, after.Gates)
	return d
}

// removed tells an activity whose code is gone while another gone activity of
// the same name was taken for the one that moved.
func removed(a Activity, after ProcessPage, gone map[string]string) bool {
	if slices.ContainsFunc(after.Activities, func(b Activity) bool { return b.Code == a.Code }) {
		return false
	}
	return gone[string(a.Level)+i18n.Fold(a.NameAZ)] != a.Code
}

// diffActivity compares the columns of two activities.
func diffActivity(a, b Activity) ActivityDiff {
	d := ActivityDiff{Code: b.Code, Name: b.NameAZ, Level: b.Level}
	text := func(kind ChangeKind, column, before, after string) {
		if before != after {
			d.Fields = append(d.Fields, FieldChange{Column: column, Before: before, After: after})
			d.add(kind)
		}
	}
	list := func(kind ChangeKind, column string, before, after []string) {
		if !slices.Equal(before, after) {
			d.Fields = append(d.Fields, FieldChange{Column: column, List: true, Gone: without(before, after), New: without(after, before)})
			d.add(kind)
		}
	}
	text(ChangeRenamed, "name_az", a.NameAZ, b.NameAZ)
	text(ChangeRenamed, "name_en", a.NameEN, b.NameEN)
	if a.Applicable != b.Applicable {
		d.Fields = append(d.Fields, FieldChange{Column: "applicable", Before: flag(a.Applicable), After: flag(b.Applicable)})
		d.add(ChangeApplicable)
	}
	text(ChangeOther, "work_az", a.WorkAZ, b.WorkAZ)
	list(ChangeOther, "inputs_az", a.Inputs, b.Inputs)
	list(ChangeOther, "suppliers", a.SupplierLabels(), b.SupplierLabels())
	list(ChangeOutputs, "outputs_az", a.Outputs, b.Outputs)
	return d
}

func (d *ActivityDiff) add(k ChangeKind) {
	if !d.Has(k) {
		d.Kinds = append(d.Kinds, k)
	}
}

func flag(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// without gives the items of a list that another has not.
func without(list, other []string) (out []string) {
	for _, x := range list {
		if !slices.Contains(other, x) {
			out = append(out, x)
		}
	}
	return out
}

// diffGates compares the sentences that close the phases.
func diffGates(before, after []ProcessGate) (out []FieldChange) {
	text := func(list []ProcessGate, phase string) string {
		for _, g := range list {
			if g.Phase == phase {
				return g.StatementAZ
			}
		}
		return ""
	}
	for _, p := range Phases {
		if a, b := text(before, p), text(after, p); a != b {
			out = append(out, FieldChange{Column: p, Before: a, After: b})
		}
	}
	return out
}

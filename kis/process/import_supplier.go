package process

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/describe"
	"github.com/kis-platform/kis/kis/office"
)

// SupplierKind says what a person decided about a supplier nobody knows.
type SupplierKind string

// The decisions.
const (
	SupplierDepartment SupplierKind = "department" // another spelling of a department; kept for the next import
	SupplierExternal   SupplierKind = "external"   // an institution outside of the office, entered now
	SupplierText       SupplierKind = "text"       // nobody in particular: the words stay as they are
)

// SupplierChoice is such a decision. Code is that of the department, or of the
// institution to enter; NameEN is its English name, the Azerbaijani one when
// empty.
type SupplierChoice struct {
	Kind   SupplierKind
	Code   string
	NameEN string
}

// UnknownSupplier is a name in a file that is no department's.
type UnknownSupplier struct {
	Name  string
	Codes []string // of the activities that name it
	Like  string   // code of a department whose name or code is nearly the same; empty: none
}

// maxUnknown bounds the names that one import asks about.
const maxUnknown = 200

const keyUnknownSupplier = "kis.import.supplier"

// suppliers looks the suppliers of all rows up by code, name or alias, or by
// what was decided, and notes each that is not known.
func (im *importing) suppliers(ctx context.Context, db bun.IDB) error {
	book, err := openBook(ctx, db)
	if err != nil {
		return err
	}
	left, err := im.leftAsText(ctx, db)
	if err != nil {
		return err
	}
	choices := map[string]SupplierChoice{}
	for name, c := range im.req.Suppliers {
		choices[i18n.Fold(name)] = c
	}
	im.res.Unknown, im.asked = nil, map[string]int{}
	for i := range im.rows {
		row := &im.rows[i]
		row.suppliers = nil
		for _, name := range row.Suppliers {
			d, known := book.find(name)
			choice, decided := SupplierChoice{}, false
			if !known && len(choices) > 0 {
				choice, decided = choices[i18n.Fold(name)]
			}
			switch {
			case known:
			case decided:
				if d, err = im.chosen(book, name, choice); err != nil {
					return err
				}
				if d.ID != "" || choice.Kind == SupplierExternal {
					im.note(*row, NoteRepair, "suppliers", "kis.reading.decided", name, d.Code)
				} else {
					im.note(*row, NoteRepair, "suppliers", "kis.reading.left_text", name, "")
				}
			case left[i18n.Fold(name)]:
			default:
				im.unknown(*row, name, book)
				continue
			}
			im.supply(row, name, d, known)
		}
	}
	return nil
}

// supply adds a supplier to its row, a department once.
func (im *importing) supply(row *importRow, name string, d office.Department, known bool) {
	if d.ID != "" && slices.ContainsFunc(row.suppliers, func(o rowSupplier) bool { return o.department.ID == d.ID }) {
		im.note(*row, NoteRepair, "suppliers", "kis.reading.twice", name, d.Code)
		return
	}
	if known && !im.res.Exact && name != d.Code {
		weight := describe.Repair
		if i18n.Fold(name) == i18n.Fold(d.NameAZ) || i18n.Fold(name) == i18n.Fold(d.Code) {
			weight = describe.Form
		}
		im.note(*row, weight, "suppliers", "kis.reading.alias", name, d.Code)
	}
	row.suppliers = append(row.suppliers, rowSupplier{department: d, name: name})
}

// unknown notes a supplier to be asked about.
func (im *importing) unknown(row importRow, name string, book *departmentBook) {
	im.note(row, NoteFault, "suppliers", keyUnknownSupplier, name, "", "name", shortName(name))
	folded := i18n.Fold(name)
	i, asked := im.asked[folded]
	if !asked {
		if len(im.res.Unknown) == maxUnknown {
			return
		}
		i = len(im.res.Unknown)
		im.asked[folded] = i
		im.res.Unknown = append(im.res.Unknown, UnknownSupplier{Name: name, Like: book.like(shortName(name))})
	}
	im.res.Unknown[i].Codes = append(im.res.Unknown[i].Codes, row.Code)
}

// chosen gives the department of a decision; one that has yet to be entered
// has no ID. Invalid names the field of the decision.
func (im *importing) chosen(book *departmentBook, name string, c SupplierChoice) (office.Department, error) {
	field := SupplierField(name)
	switch c.Kind {
	case SupplierText:
		return office.Department{}, nil
	case SupplierDepartment:
		d, ok := book.find(c.Code)
		if !ok {
			return d, apperr.InvalidField(field, "kis.import.choice_department")
		}
		return d, nil
	case SupplierExternal:
		if d, taken := book.find(c.Code); taken && d.Code == c.Code && !im.entered[d.ID] {
			return d, apperr.InvalidField(field, "kis.import.choice_taken", "code", shortName(c.Code), "name", d.NameAZ)
		} else if taken {
			return d, nil
		}
		d, _, err := c.department(name).Check()
		if err != nil {
			return d, apperr.InvalidField(field, "kis.import.choice_code")
		}
		return office.Department{Code: d.Code}, nil
	}
	return office.Department{}, apperr.InvalidField(field, "error.field.choice")
}

func (c SupplierChoice) department(name string) office.NewDepartment {
	return office.NewDepartment{Code: c.Code, NameAZ: name, NameEN: cmp.Or(c.NameEN, name), Kind: office.External, Aliases: []string{name}}
}

// SupplierField is the name of the form field that decides about a supplier.
func SupplierField(name string) string { return "supplier:" + i18n.Fold(name) }

// decide enters new institutions and keeps spellings, in the unit of work of
// the import, and looks all suppliers up again.
func (im *importing) decide(ctx context.Context, tx *store.Tx) error {
	im.entered = map[string]bool{}
	named := im.names()
	for name, c := range im.req.Suppliers {
		book, err := openBook(ctx, tx)
		if err != nil {
			return err
		}
		if _, known := book.find(name); known || !named[i18n.Fold(name)] {
			continue // decided for another file, or known since
		}
		d, err := im.chosen(book, name, c)
		if err != nil {
			return err
		}
		switch {
		case c.Kind == SupplierText:
		case d.ID != "": // also an institution that two names were entered as
			err = keepSpelling(ctx, tx, d, name)
		default:
			d, err = enterExternal(ctx, tx, c.department(name))
			im.entered[d.ID] = true
		}
		if err != nil {
			return err
		}
	}
	notes := slices.Clone(im.res.Notes) // what the preview said stays what is kept
	err := im.suppliers(ctx, tx)
	im.res.Notes = notes
	if err == nil && len(im.res.Unknown) > 0 {
		return apperr.New(apperr.Conflict, "error.conflict") // archived while the preview was open
	}
	return err
}

// names are the suppliers that the file names, folded.
func (im *importing) names() map[string]bool {
	out := map[string]bool{}
	for _, r := range im.rows {
		for _, name := range r.Suppliers {
			out[i18n.Fold(name)] = true
		}
	}
	return out
}

// keepSpelling adds a spelling to a department.
func keepSpelling(ctx context.Context, tx *store.Tx, d office.Department, name string) error {
	if _, err := office.HoldDepartment(ctx, tx, d.ID); err != nil {
		return err
	}
	had, err := office.AliasesOf(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	aliases := append(slices.Clone(had), i18n.Fold(name))
	slices.Sort(aliases)
	if err := office.SetAliases(ctx, tx, d.ID, slices.Compact(aliases)); err != nil {
		return err
	}
	tx.Record(store.Change{Action: office.TrailDepartmentEdit, Kind: "department", ID: d.ID, Label: d.Code, Before: d.Facts(had), After: d.Facts(aliases)})
	return nil
}

// enterExternal enters an institution outside of the office.
func enterExternal(ctx context.Context, tx *store.Tx, n office.NewDepartment) (office.Department, error) {
	d, aliases, err := n.Check()
	if err != nil {
		return d, err
	}
	d.ID, d.CreatedAt = store.NewID(), tx.Now
	if err := office.InsertDepartment(ctx, tx, &d); err != nil {
		return d, err
	}
	if err := office.SetAliases(ctx, tx, d.ID, aliases); err != nil {
		return d, err
	}
	tx.Record(store.Change{Action: office.TrailDepartmentCreate, Kind: "department", ID: d.ID, Label: d.Code, After: d.Facts(aliases)})
	return d, nil
}

// departmentBook finds departments in use by code, name or alias, whatever the
// case and marks.
type departmentBook struct {
	byKey map[string]office.Department
	found map[string]office.Department // as written: the same few names stand in every row
}

func (b *departmentBook) find(name string) (office.Department, bool) {
	if d, ok := b.found[name]; ok {
		return d, true
	}
	d, ok := b.byKey[i18n.Fold(name)]
	if ok {
		b.found[name] = d
	}
	return d, ok
}

// like gives the code of a department that is called nearly so.
func (b *departmentBook) like(name string) string {
	folded := i18n.Fold(name)
	best, bestKey := "", ""
	for key, d := range b.byKey {
		near := len([]rune(folded)) > 2 && describe.Near(folded, key)
		if near && (bestKey == "" || key < bestKey) {
			best, bestKey = d.Code, key
		}
	}
	return best
}

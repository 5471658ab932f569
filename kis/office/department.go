package office

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// DepartmentKind says where a department stands.
type DepartmentKind string

// The kinds.
const (
	Internal DepartmentKind = "internal" // of the office: has people, delivers outputs
	External DepartmentKind = "external" // another institution that supplies or receives
	Body     DepartmentKind = "body"     // a council, the collegium, the office as a whole
)

// DepartmentKinds lists the kinds in the order of this file.
func DepartmentKinds() []DepartmentKind { return []DepartmentKind{Internal, External, Body} }

// Department is a unit that does, supplies or receives work. The code is how
// documents call it and never changes; names may.
type Department struct {
	bun.BaseModel `bun:"table:departments,alias:d"`

	ID         string         `bun:"id,pk"`
	Code       string         `bun:"code"`
	NameAZ     string         `bun:"name_az"`
	NameEN     string         `bun:"name_en"`
	Kind       DepartmentKind `bun:"kind"`
	SearchKey  string         `bun:"search_key"`
	SortKey    string         `bun:"sort_key"`
	CreatedAt  time.Time      `bun:"created_at"`
	ArchivedAt time.Time      `bun:"archived_at,nullzero"` // zero while in use
}

// Name is the name in a language: English for "en", else Azerbaijani.
func (d Department) Name(lang string) string {
	return i18n.InLang(lang, d.NameAZ, d.NameEN)
}

// Version changes whenever an editable field does. A form carries the one it
// was filled from, so that saving it over somebody else's change is a Conflict.
func (d Department) Version() string {
	return fingerprint(d.NameAZ, d.NameEN, string(d.Kind), d.ArchivedAt.UTC().String())
}

// departmentFacts is what the trail keeps of a department.
type departmentFacts struct {
	Code    string         `json:"code"`
	NameAZ  string         `json:"name_az"`
	NameEN  string         `json:"name_en"`
	Kind    DepartmentKind `json:"kind"`
	Aliases []string       `json:"aliases,omitempty"`
}

func (d Department) Facts(aliases []string) departmentFacts {
	return departmentFacts{d.Code, d.NameAZ, d.NameEN, d.Kind, aliases}
}

// NewDepartment is a department to create. Aliases are other spellings of its
// code or name in documents.
type NewDepartment struct {
	Code, NameAZ, NameEN string
	Kind                 DepartmentKind
	Aliases              []string
}

// DepartmentEdit is what may change later. Version is the Version of the
// department that was edited.
type DepartmentEdit struct {
	NameAZ, NameEN string
	Kind           DepartmentKind
	Aliases        []string
	Version        string
}

// DepartmentDetail is a department with what hangs on it.
type DepartmentDetail struct {
	Department
	Aliases   []string // folded, sorted
	People    int      // active people whose home it is
	Processes int      // processes it owns
}

// Departments lists the departments in use by name.
func (s *Office) Departments(ctx context.Context) ([]Department, error) {
	if err := AllowedAny(ctx, policies.DepartmentRead); err != nil {
		return nil, err
	}
	list, err := s.kept.departments.Get(ctx, s.DB, struct{}{}, func() ([]Department, error) { return ListDepartments(ctx, s.DB.Read(), false) })
	return slices.Clone(list), err
}

// DepartmentCode gives the code of a department, archived or not; "" when
// there is none. For the shell of every page.
func (s *Office) DepartmentCode(ctx context.Context, id string) string {
	found, err := s.kept.names.DepartmentsOf(ctx, s.DB, []string{id})
	if err != nil {
		return ""
	}
	return found[id].Code
}

// AllDepartments is Departments with the archived ones after them.
func (s *Office) AllDepartments(ctx context.Context) ([]DepartmentDetail, error) {
	if err := AllowedAny(ctx, policies.DepartmentRead); err != nil {
		return nil, err
	}
	return departmentDetails(ctx, s.DB.Read(), "")
}

// Department gives one department, archived or not.
func (s *Office) Department(ctx context.Context, id string) (DepartmentDetail, error) {
	if err := AllowedAny(ctx, policies.DepartmentRead); err != nil {
		return DepartmentDetail{}, err
	}
	list, err := departmentDetails(ctx, s.DB.Read(), id)
	if err != nil {
		return DepartmentDetail{}, err
	}
	if len(list) == 0 {
		return DepartmentDetail{}, apperr.Missing("department")
	}
	return list[0], nil
}

// CreateDepartment adds a department. Invalid names the fields; a code or
// alias in use is a Conflict.
func (s *Office) CreateDepartment(ctx context.Context, n NewDepartment) (Department, error) {
	if err := AllowedAny(ctx, policies.DepartmentWrite); err != nil {
		return Department{}, err
	}
	d, aliases, err := n.Check()
	if err != nil {
		return Department{}, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		d.ID, d.CreatedAt = store.NewID(), tx.Now
		if err := InsertDepartment(ctx, tx, &d); err != nil {
			return err
		}
		if err := SetAliases(ctx, tx, d.ID, aliases); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailDepartmentCreate, Kind: "department", ID: d.ID, Label: d.Code, After: d.Facts(aliases)})
		return nil
	})
	return d, err
}

// EditDepartment changes names, kind and aliases. It is a Conflict when
// somebody has changed the department since e.Version.
func (s *Office) EditDepartment(ctx context.Context, id string, e DepartmentEdit) error {
	if err := AllowedAny(ctx, policies.DepartmentWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		old, err := HoldDepartment(ctx, tx, id)
		if err != nil {
			return err
		}
		if old.Version() != e.Version {
			return apperr.New(apperr.Conflict, "error.conflict")
		}
		d, aliases, err := NewDepartment{old.Code, e.NameAZ, e.NameEN, e.Kind, e.Aliases}.Check()
		if err != nil {
			return err
		}
		had, err := AliasesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if d.Facts(aliases).same(old.Facts(had)) {
			return store.ErrNoChange
		}
		d.ID = id
		if err := updateDepartment(ctx, tx, d); err != nil {
			return err
		}
		if err := SetAliases(ctx, tx, id, aliases); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailDepartmentEdit, Kind: "department", ID: id, Label: d.Code, Before: old.Facts(had), After: d.Facts(aliases)})
		return nil
	})
}

// ArchiveDepartment takes a department out of use: it stays where it is
// referred to and can no longer be chosen. It is a Conflict while people work
// there or processes belong to it.
func (s *Office) ArchiveDepartment(ctx context.Context, id string) error {
	if err := AllowedAny(ctx, policies.DepartmentWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		d, err := HoldDepartment(ctx, tx, id)
		if err != nil {
			return err
		}
		if !d.ArchivedAt.IsZero() {
			return apperr.New(apperr.Conflict, "error.conflict.state")
		}
		list, err := departmentDetails(ctx, tx, id)
		if err != nil {
			return err
		}
		if n := list[0].People; n > 0 {
			return apperr.New(apperr.Conflict, "kis.department.error.people", "count", n)
		}
		if n := list[0].Processes; n > 0 {
			return apperr.New(apperr.Conflict, "kis.department.error.processes", "count", n)
		}
		if err := archiveDepartment(ctx, tx, id, tx.Now); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailDepartmentArchive, Kind: "department", ID: id, Label: d.Code})
		return nil
	})
}

// RestoreDepartment takes an archived department into use again.
func (s *Office) RestoreDepartment(ctx context.Context, id string) error {
	if err := AllowedAny(ctx, policies.DepartmentWrite); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		d, err := HoldDepartment(ctx, tx, id)
		if err != nil {
			return err
		}
		if d.ArchivedAt.IsZero() {
			return apperr.New(apperr.Conflict, "error.conflict.state")
		}
		if err := archiveDepartment(ctx, tx, id, time.Time{}); err != nil {
			return err
		}
		tx.Record(store.Change{Action: TrailDepartmentRestore, Kind: "department", ID: id, Label: d.Code})
		return nil
	})
}

// Check gives the department to store and its folded aliases.
func (n NewDepartment) Check() (Department, []string, error) {
	var c apperr.Check
	d := Department{
		Code:   c.Text("code", n.Code, 1, 20),
		NameAZ: c.Text("name_az", n.NameAZ, 2, 200),
		NameEN: c.Text("name_en", n.NameEN, 2, 200),
		Kind:   n.Kind,
	}
	if strings.ContainsAny(d.Code, " \t\n|,;/") {
		c.Add("code", "error.field.characters")
	}
	c.OneOf("kind", string(n.Kind), string(Internal), string(External), string(Body))
	aliases := map[string]bool{}
	for _, a := range n.Aliases {
		if a = i18n.Fold(c.Text("aliases", a, 0, 200)); a != "" {
			aliases[a] = true
		}
	}
	d.SearchKey = i18n.Fold(d.Code + " " + d.NameAZ + " " + d.NameEN)
	d.SortKey = i18n.SortKey(d.NameAZ)
	return d, SortedKeys(aliases), c.Err()
}

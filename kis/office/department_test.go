package office_test

import (
	"context"
	"slices"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// bureau runs a test in a filled office on each database.
func bureau(t *testing.T, test func(t *testing.T, o *kistest.Office)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-11-24")
		test(t, kistest.NewOffice(t, db))
	})
}

// wantKind fails the test when an error is not of the kind, and on the field
// when one is named.
func wantKind(t *testing.T, what string, err error, kind apperr.Kind, field string) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%s: %v; want %s", what, err, kind)
		return
	}
	if e := apperr.As(err); field != "" && !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Name == field }) {
		t.Errorf("%s: %v; want it on field %q", what, err, field)
	}
}

func newDepartment() office.NewDepartment {
	return office.NewDepartment{Code: "RTŞ", NameAZ: "Regional təhlil şöbəsi", NameEN: "Regional Analysis Department", Kind: office.Internal, Aliases: []string{"Regional şöbə", "RTS"}}
}

func TestADepartmentIsFoundByCodeAndByOtherSpellings(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "rauf")
		d, err := o.CreateDepartment(ctx, newDepartment())
		if err != nil {
			t.Fatal(err)
		}
		for spelling, want := range map[string]string{"RTŞ": d.ID, " RTŞ ": d.ID, "REGİONAL ŞÖBƏ": d.ID, "regional sobe": d.ID, "rts": d.ID,
			"İTS": o.Dept("İTŞ"), "İTŞ": o.Dept("İTŞ"), "SSŞ": o.Dept("SSS"), "ədliyyə nazirliyi": o.Dept("ƏN"), "ÖN": o.Dept("ƏN")} {
			if got, err := office.DepartmentByCode(ctx, o.DB.Read(), spelling); err != nil || got.ID != want {
				t.Errorf("%q leads to %s, %v", spelling, got.Code, err)
			}
		}
		_, err = office.DepartmentByCode(ctx, o.DB.Read(), "XYZ")
		wantKind(t, "unknown code", err, apperr.NotFound, "")
		list, err := o.Departments(ctx)
		if err != nil || !slices.ContainsFunc(list, func(x office.Department) bool { return x.Code == "RTŞ" }) {
			t.Errorf("the new department is not listed: %v", err)
		}
		if !slices.IsSortedFunc(list, func(a, b office.Department) int { return slices.Compare([]byte(a.SortKey), []byte(b.SortKey)) }) {
			t.Error("the list is not by name")
		}
		if d.Name("az") != "Regional təhlil şöbəsi" || d.Name("en") != "Regional Analysis Department" {
			t.Error("names by language are wrong")
		}
	})
}

func TestADepartmentWithMistakesIsRefusedByField(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "rauf")
		for field, break_ := range map[string]func(*office.NewDepartment){
			"code":    func(n *office.NewDepartment) { n.Code = "R T" },
			"name_az": func(n *office.NewDepartment) { n.NameAZ = "  " },
			"name_en": func(n *office.NewDepartment) { n.NameEN = string(make([]byte, 300)) },
			"kind":    func(n *office.NewDepartment) { n.Kind = "secret" },
			"aliases": func(n *office.NewDepartment) { n.Aliases = []string{"a\x01"} },
		} {
			n := newDepartment()
			break_(&n)
			_, err := o.CreateDepartment(ctx, n)
			wantKind(t, field, err, apperr.Invalid, field)
		}
		taken := newDepartment()
		taken.Code = "SSS"
		_, err := o.CreateDepartment(ctx, taken)
		wantKind(t, "a code in use", err, apperr.Conflict, "code")
		taken = newDepartment()
		taken.Aliases = []string{"İTS"}
		_, err = o.CreateDepartment(ctx, taken)
		wantKind(t, "an alias in use", err, apperr.Conflict, "aliases")
		if list, _ := o.Departments(ctx); len(list) != 13 {
			t.Errorf("%d departments after refusals, want the 13 of the reference", len(list))
		}
	})
}

func TestTheSecondOfTwoEditorsIsTold(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "rauf")
		id := o.Dept("SSS")
		seen, err := o.Department(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		edit := office.DepartmentEdit{NameAZ: "Sosial statistika idarəsi", NameEN: seen.NameEN, Kind: office.Internal, Aliases: seen.Aliases, Version: seen.Version()}
		if err := o.EditDepartment(ctx, id, edit); err != nil {
			t.Fatal(err)
		}
		edit.NameAZ = "Başqa ad"
		wantKind(t, "the second", o.EditDepartment(ctx, id, edit), apperr.Conflict, "")
		now, err := o.Department(ctx, id)
		if err != nil || now.NameAZ != "Sosial statistika idarəsi" || !slices.Equal(now.Aliases, seen.Aliases) {
			t.Errorf("now %+v, %v", now, err)
		}
		edit = office.DepartmentEdit{NameAZ: now.NameAZ, NameEN: now.NameEN, Kind: now.Kind, Aliases: now.Aliases, Version: now.Version()}
		before := historyLen(t, o, "department", id)
		if err := o.EditDepartment(ctx, id, edit); err != nil || historyLen(t, o, "department", id) != before {
			t.Errorf("saving without a change: %v, or it left a trail", err)
		}
	})
}

func historyLen(t *testing.T, o *kistest.Office, kind, id string) int {
	t.Helper()
	list, err := o.History(o.System(), kind, id, 100)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestADepartmentInUseIsNotArchived(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "rauf")
		wantKind(t, "with people", o.ArchiveDepartment(ctx, o.Dept("SSS")), apperr.Conflict, "")
		d, err := o.CreateDepartment(ctx, newDepartment())
		if err != nil {
			t.Fatal(err)
		}
		if err := o.ArchiveDepartment(ctx, d.ID); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "twice", o.ArchiveDepartment(ctx, d.ID), apperr.Conflict, "")
		_, err = office.DepartmentByCode(ctx, o.DB.Read(), "RTŞ")
		wantKind(t, "choosing an archived one", err, apperr.NotFound, "")
		_, err = o.CreateUser(ctx, office.NewUser{Email: "x@stat.example", Name: "Xeyir", DepartmentCode: "RTŞ"})
		wantKind(t, "working there", err, apperr.Invalid, "department")
		if byID, err := office.DepartmentsByID(ctx, o.DB.Read(), []string{d.ID, "", "not an id"}); err != nil || byID[d.ID].Code != "RTŞ" {
			t.Errorf("it is gone from where it is referred to: %v", err)
		}
		if err := o.RestoreDepartment(ctx, d.ID); err != nil {
			t.Error(err)
		}
		if _, err := office.DepartmentByCode(ctx, o.DB.Read(), "RTŞ"); err != nil {
			t.Errorf("restored: %v", err)
		}
	})
}

func TestOnlyTheAdministratorKeepsDepartmentsAndUsers(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		id, dept := o.ID("tural"), o.Dept("EMŞ")
		calls := map[string]func(ctx context.Context) error{
			"create department":  func(ctx context.Context) error { _, err := o.CreateDepartment(ctx, office.NewDepartment{}); return err },
			"edit department":    func(ctx context.Context) error { return o.EditDepartment(ctx, dept, office.DepartmentEdit{}) },
			"archive department": func(ctx context.Context) error { return o.ArchiveDepartment(ctx, "none") },
			"restore department": func(ctx context.Context) error { return o.RestoreDepartment(ctx, dept) },
			"load reference":     func(ctx context.Context) error { return o.LoadReference(ctx) },
			"list users":         func(ctx context.Context) error { _, err := o.ListUsers(ctx, office.UserFilter{}); return err },
			"see user":           func(ctx context.Context) error { _, err := o.User(ctx, id); return err },
			"create user":        func(ctx context.Context) error { _, err := o.CreateUser(ctx, office.NewUser{}); return err },
			"edit user":          func(ctx context.Context) error { return o.EditUser(ctx, id, office.UserEdit{}) },
			"grant":              func(ctx context.Context) error { return o.GrantRole(ctx, id, office.NewGrant{}) },
			"end grant":          func(ctx context.Context) error { return o.EndGrant(ctx, id, "none", "") },
			"transfer":           func(ctx context.Context) error { return o.TransferUser(ctx, id, "none", "") },
			"disable":            func(ctx context.Context) error { return o.DisableUser(ctx, "none") },
			"enable":             func(ctx context.Context) error { return o.EnableUser(ctx, id) },
			"set password":       func(ctx context.Context) error { return o.SetPassword(ctx, id, "x") },
			"reset password":     func(ctx context.Context) error { _, err := o.ResetPassword(ctx, "none"); return err },
		}
		for name, call := range calls {
			wantKind(t, "nobody: "+name, call(context.Background()), apperr.Unauthenticated, "")
			for _, p := range kistest.People {
				err := call(o.As(context.Background(), p.Key))
				if denied := apperr.Is(err, apperr.Forbidden); denied == (p.Role == policies.Administrator) {
					t.Errorf("%s as %s: %v", name, p.Role, err)
				}
			}
		}
	})
}

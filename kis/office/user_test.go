package office_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

func newUser() office.NewUser {
	return office.NewUser{Email: " Aysel.Quliyeva@Stat.Example ", Name: "Aysel Quliyeva", PositionAZ: "mütəxəssis", PositionEN: "specialist",
		DepartmentCode: "SSS", Grants: []office.NewGrant{{Role: policies.Employee}}}
}

func TestANewPersonMayActInTheOwnDepartment(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "rauf")
		u, err := o.CreateUser(ctx, newUser())
		if err != nil {
			t.Fatal(err)
		}
		if u.Email != "aysel.quliyeva@stat.example" || u.Lang != "az" {
			t.Errorf("kept as %+v", u)
		}
		a, err := o.ActorOf(ctx, u.ID)
		if err != nil || !policies.For(a, policies.EvidenceSubmit).Department(o.Dept("SSS")) {
			t.Errorf("acts as %+v, %v", a, err)
		}
		events, err := o.History(o.System(), "user", u.ID, 10)
		if err != nil || len(events) != 2 || events[0].Action != office.TrailUserGrant || events[1].Action != office.TrailUserCreate || events[0].ActorName != "Rauf Axundov" {
			t.Errorf("trail %+v, %v", events, err)
		}
	})
}

func TestAPersonWithMistakesIsRefusedByField(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "rauf")
		for name, c := range map[string]struct {
			field string
			do    func(*office.NewUser)
		}{
			"no e-mail":            {"email", func(n *office.NewUser) { n.Email = "" }},
			"no address":           {"email", func(n *office.NewUser) { n.Email = "aysel" }},
			"name around address":  {"email", func(n *office.NewUser) { n.Email = "Aysel <a@b.az>" }},
			"long name":            {"name", func(n *office.NewUser) { n.Name = strings.Repeat("ə", 121) }},
			"unknown language":     {"lang", func(n *office.NewUser) { n.Lang = "xx" }},
			"unknown department":   {"department", func(n *office.NewUser) { n.DepartmentCode = "XYZ" }},
			"short password":       {"password", func(n *office.NewUser) { n.Password = "qisa" }},
			"password is e-mail":   {"password", func(n *office.NewUser) { n.Password = "aysel.quliyeva@stat.example" }},
			"password is its name": {"password", func(n *office.NewUser) { n.Password = "AYSEL.quliyeva" }},
			"unknown role":         {"role", func(n *office.NewUser) { n.Grants[0].Role = "boss" }},
			"role ends before":     {"to", func(n *office.NewUser) { n.Grants[0].From, n.Grants[0].To = "2026-02-01", "2026-01-01" }},
			"employee of nothing":  {"department", func(n *office.NewUser) { n.DepartmentCode = "" }},
			"officer of no agency": {"agency", func(n *office.NewUser) { n.Grants[0].Role = policies.AgencyOfficer }},
			"officer of unknown": {"agency", func(n *office.NewUser) {
				n.Grants[0] = office.NewGrant{Role: policies.AgencyOfficer, AgencyCode: "none"}
			}},
			"observer without end": {"to", func(n *office.NewUser) {
				n.Grants[0] = office.NewGrant{Role: policies.Observer, ObjectKind: "audit", ObjectID: o.ID("aytan")}
			}},
			"observer of no object": {"object_id", func(n *office.NewUser) {
				n.Grants[0] = office.NewGrant{Role: policies.Observer, ObjectKind: "audit", To: "2027-01-01"}
			}},
		} {
			n := newUser()
			c.do(&n)
			_, err := o.CreateUser(ctx, n)
			wantKind(t, name, err, apperr.Invalid, c.field)
		}
		n := newUser()
		n.Email = "AYTAN@stat.example"
		_, err := o.CreateUser(ctx, n)
		wantKind(t, "an e-mail in use", err, apperr.Conflict, "email")
		if page, err := o.ListUsers(ctx, office.UserFilter{}); err != nil || page.Total != len(kistest.People) {
			t.Errorf("%d people after refusals, %v", page.Total, err)
		}
	})
}

func TestRolesCountOnlyWithinTheirDays(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, clock := o.As(context.Background(), "rauf"), storetest.ClockOf(o.DB)
		if err := o.GrantRole(ctx, o.ID("aytan"), office.NewGrant{Role: policies.Auditor, From: "2026-12-01", To: "2026-12-10"}); err != nil {
			t.Fatal(err)
		}
		for on, want := range map[string]bool{"2026-11-30": false, "2026-12-01": true, "2026-12-10": true, "2026-12-11": false} {
			clock.SetDay(on)
			if got := actor.From(o.As(ctx, "aytan")).HasRole("auditor"); got != want {
				t.Errorf("on %s auditor %v, want %v", on, got, want)
			}
		}
		clock.SetDay("2026-12-05")
		err := o.GrantRole(ctx, o.ID("aytan"), office.NewGrant{Role: policies.Auditor, From: "2026-12-10"})
		wantKind(t, "the same role in the same days", err, apperr.Conflict, "role")
		d, err := o.User(ctx, o.ID("aytan"))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(d.Grants, func(g office.Grant) bool { return g.Role == policies.Auditor })
		wantKind(t, "an end before the beginning", o.EndGrant(ctx, d.ID, d.Grants[i].ID, "2026-11-01"), apperr.Invalid, "to")
		wantKind(t, "a role of somebody else", o.EndGrant(ctx, o.ID("tural"), d.Grants[i].ID, "2026-12-06"), apperr.NotFound, "")
		if err := o.EndGrant(ctx, d.ID, d.Grants[i].ID, "2026-12-04"); err != nil {
			t.Fatal(err)
		}
		if actor.From(o.As(ctx, "aytan")).HasRole("auditor") {
			t.Error("the role was ended and still counts")
		}
	})
}

func TestNobodyChangesTheirOwnRolesOrDisablesThemselves(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, id := o.As(context.Background(), "rauf"), o.ID("rauf")
		wantKind(t, "grant", o.GrantRole(ctx, id, office.NewGrant{Role: policies.QualityManager}), apperr.Forbidden, "")
		d, err := o.User(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, "end grant", o.EndGrant(ctx, id, d.Grants[0].ID, "2026-12-01"), apperr.Forbidden, "")
		wantKind(t, "disable", o.DisableUser(ctx, id), apperr.Forbidden, "")
	})
}

func TestThereIsAlwaysAnAdministrator(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, id := o.System(), o.ID("rauf")
		wantKind(t, "the last one disabled", o.DisableUser(ctx, id), apperr.Conflict, "")
		d, err := o.User(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, "the last one's role ended", o.EndGrant(ctx, id, d.Grants[0].ID, "2027-12-01"), apperr.Conflict, "")
		// One whose role ends does not count as another.
		if err := o.GrantRole(ctx, o.ID("orxan"), office.NewGrant{Role: policies.Administrator, To: "2026-12-31"}); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "the last lasting one", o.DisableUser(ctx, id), apperr.Conflict, "")
		second := o.Hire(kistest.Person{Key: "second", Name: "İkinci Admin", Department: "İTŞ", Role: policies.Administrator})
		// Both disable each other at once: one succeeds.
		var wg sync.WaitGroup
		errs := make([]error, 2)
		as := []context.Context{o.As(context.Background(), "rauf"), o.As(context.Background(), "second")}
		for i, whom := range []string{second.ID, id} {
			wg.Go(func() { errs[i] = o.DisableUser(as[i], whom) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("two disabling each other: %v and %v; want one of them", errs[0], errs[1])
		}
		page, err := o.ListUsers(o.System(), office.UserFilter{Role: policies.Administrator, State: "active"})
		if err != nil || page.Total != 2 {
			t.Errorf("%d administrators left, %v", page.Total, err)
		}
	})
}

func TestADisabledPersonIsOutUntilEnabled(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, id := o.As(context.Background(), "rauf"), o.ID("aytan")
		if err := o.DisableUser(ctx, id); err != nil {
			t.Fatal(err)
		}
		_, err := o.ActorOf(ctx, id)
		wantKind(t, "acting", err, apperr.NotFound, "")
		_, err = o.SignIn(ctx, kistest.Email("aytan"), kistest.Password, "192.0.2.1")
		wantKind(t, "signing in", err, apperr.Unauthenticated, "")
		wantKind(t, "disabling twice", o.DisableUser(ctx, id), apperr.Conflict, "")
		if people, err := o.People(o.As(ctx, "nigar"), office.PeopleFilter{DepartmentID: o.Dept("SSS")}); err != nil || slices.ContainsFunc(people, func(u office.User) bool { return u.ID == id }) {
			t.Errorf("a disabled person is offered in forms: %v", err)
		}
		if byID, err := office.UsersByID(ctx, o.DB.Read(), []string{id}); err != nil || byID[id].Name != "Aytən Məmmədova" {
			t.Errorf("the name is gone from records: %v", err)
		}
		if err := o.EnableUser(ctx, id); err != nil {
			t.Fatal(err)
		}
		if _, err = o.SignIn(ctx, kistest.Email("aytan"), kistest.Password, "192.0.2.1"); err != nil {
			t.Errorf("signing in again: %v", err)
		}
	})
}

func TestATransferTakesTheEmployeeAlongAndNothingElse(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, id := o.As(context.Background(), "rauf"), o.ID("aytan")
		if err := o.GrantRole(ctx, id, office.NewGrant{Role: policies.Head}); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "in the future", o.TransferUser(ctx, id, "BƏŞ", "2026-11-25"), apperr.Invalid, "from")
		wantKind(t, "before it began", o.TransferUser(ctx, id, "BƏŞ", "2024-01-03"), apperr.Invalid, "from")
		wantKind(t, "to the same", o.TransferUser(ctx, id, "SSS", "2026-11-20"), apperr.Invalid, "department")
		wantKind(t, "to nowhere", o.TransferUser(ctx, id, "XYZ", ""), apperr.Invalid, "department")
		if err := o.TransferUser(ctx, id, "BƏŞ", "2026-10-01"); err != nil {
			t.Fatal(err)
		}
		a := actor.From(o.As(ctx, "aytan"))
		if a.DepartmentID != o.Dept("BƏŞ") || len(a.Grants) != 1 || a.Grants[0].Role != "employee" || a.Grants[0].DepartmentID != o.Dept("BƏŞ") {
			t.Errorf("after the transfer: %+v", a)
		}
		for since, want := range map[day.Day][]string{
			"2026-10-01": {o.Dept("BƏŞ")}, "2026-09-30": {o.Dept("BƏŞ"), o.Dept("SSS")}, "2020-01-01": {o.Dept("BƏŞ"), o.Dept("SSS")}} {
			got, err := office.DepartmentsOfSince(ctx, o.DB.Read(), id, since)
			slices.Sort(want)
			slices.Sort(got)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("departments since %s: %d, %v; want %d", since, len(got), err, len(want))
			}
		}
		d, err := o.User(ctx, id)
		if err != nil || len(d.Stays) != 2 || d.Stays[0].From != "2026-10-01" || d.Stays[1].To != "2026-09-30" {
			t.Errorf("stays %+v, %v", d.Stays, err)
		}
	})
}

func TestTheListIsSearchedFilteredAndPaged(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "rauf")
		names := func(f office.UserFilter) string {
			t.Helper()
			var out []string
			for {
				page, err := o.ListUsers(ctx, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range page.Users {
					out = append(out, u.Name)
				}
				if page.Next == "" {
					if page.Total != len(out) {
						t.Errorf("%+v: total %d, shown %d", f, page.Total, len(out))
					}
					return strings.Join(out, ", ")
				}
				f.After = page.Next
			}
		}
		for want, f := range map[string]office.UserFilter{
			"Aytən Məmmədova":              {Query: "AYTEN"},
			"Nigar Əliyeva":                {Query: "eliyeva"},
			"Elçin Həsənov, Vüqar Nağıyev": {Role: policies.Head},
			"Samir Rzayev":                 {DepartmentID: o.Dept("BƏŞ")},
			"Kamran Babayev":               {Query: "kamran@stat"},
			"":                             {Query: "%"},
		} {
			if got := names(f); got != want {
				t.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
		all, paged := names(office.UserFilter{}), names(office.UserFilter{Limit: 3})
		if all != paged || !strings.HasPrefix(all, "Aytən Məmmədova, Elçin Həsənov, Fəridə") || !strings.HasSuffix(all, "Vüqar Nağıyev, Zöhrə Quliyeva") {
			t.Errorf("in pages %q\nat once  %q", paged, all)
		}
	})
}

func TestTheListTakesTheSameQueriesForAnyNumberOfPeople(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, c := o.As(context.Background(), "rauf"), storetest.CountQueries(o.DB)
		measure := func() int {
			c.Reset()
			if _, err := o.ListUsers(ctx, office.UserFilter{}); err != nil {
				t.Fatal(err)
			}
			return c.N()
		}
		few := measure()
		for i := range 20 {
			o.Hire(kistest.Person{Key: fmt.Sprint("p", i), Name: fmt.Sprint("Nömrə ", i), Department: "ÜŞ", Role: policies.Employee})
		}
		if many := measure(); many != few || few > 4 {
			t.Errorf("%d queries for few people, %d for many; want the same, at most 4:\n%s", few, many, c)
		}
	})
}

func TestTheSecondEditorOfAPersonIsTold(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, id := o.As(context.Background(), "rauf"), o.ID("aytan")
		seen := o.Person("aytan")
		edit := office.UserEdit{Email: seen.Email, Name: "Aytən Səfərova", PositionAZ: seen.PositionAZ, PositionEN: seen.PositionEN, Version: seen.Version()}
		if err := o.EditUser(ctx, id, edit); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "second editor", o.EditUser(ctx, id, edit), apperr.Conflict, "")
		now, err := o.User(ctx, id)
		if err != nil || now.Name != "Aytən Səfərova" {
			t.Fatalf("%+v, %v", now, err)
		}
		edit.Version, edit.Email = now.Version(), kistest.Email("tural")
		wantKind(t, "an e-mail in use", o.EditUser(ctx, id, edit), apperr.Conflict, "email")
		if page, err := o.ListUsers(ctx, office.UserFilter{Query: "seferova"}); err != nil || page.Total != 1 {
			t.Errorf("the new name is not found: %v", err)
		}
	})
}

// Package kistest builds offices for tests: the reference departments and
// calendar, and people of every role, made through the service as the program
// makes them.
//
// It may import kis and what kis may import; production code never imports it.
// Invariant: what a test gets could have come about through the program.
package kistest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Password is that of all people of the office.
const Password = "uzun-parol-2026"

// Person is one of the people of the office.
type Person struct {
	Key        string // how tests call the person
	Name       string
	Department string // code of the home department
	PositionAZ string
	PositionEN string
	Role       policies.Role
}

// People are the people of the office: of each role that needs nothing but a
// department there is at least one. Nobody has a role by accident: an
// employee is only an employee.
var People = []Person{
	{"aytan", "Aytən Məmmədova", "SSS", "baş məsləhətçi", "chief adviser", policies.Employee},
	{"elchin", "Elçin Həsənov", "SSS", "şöbə müdiri", "head of department", policies.Head},
	{"tural", "Tural İsmayılov", "İTŞ", "aparıcı mütəxəssis", "leading specialist", policies.Employee},
	{"vugar", "Vüqar Nağıyev", "İTŞ", "şöbə müdiri", "head of department", policies.Head},
	{"nigar", "Nigar Əliyeva", "KİEMŞ", "şöbə müdiri", "head of department", policies.QualityManager},
	{"leyla", "Leyla Kərimova", "KİEMŞ", "baş məsləhətçi", "chief adviser", policies.QualityManager},
	{"gunel", "Günel Abbasova", "KİEMŞ", "aparıcı auditor", "lead auditor", policies.LeadAuditor},
	{"samir", "Samir Rzayev", "BƏŞ", "auditor", "auditor", policies.Auditor},
	{"farida", "Fəridə Mustafayeva", "SSS", "auditor", "auditor", policies.Auditor},
	{"rafael", "Rafael İbrahimov", "DSK", "sədr müavini", "deputy chairman", policies.Management},
	{"sevda", "Sevda Nəsirova", "İİƏŞ", "məsləhətçi", "adviser", policies.MeasuresOfficer},
	{"orxan", "Orxan Səfərov", "İTŞ", "qiymətləndirici", "assessor", policies.Assessor},
	{"ulviyya", "Ülviyyə Nəbiyeva", "İTŞ", "reyestrin operatoru", "register operator", policies.RegisterOperator},
	{"kamran", "Kamran Babayev", "ÜŞ", "əlaqələndirici", "coordinator", policies.Coordinator},
	{"zohra", "Zöhrə Quliyeva", "İİƏŞ", "moderator", "moderator", policies.Moderator},
	{"rauf", "Rauf Axundov", "İTŞ", "inzibatçı", "administrator", policies.Administrator},
}

// Office is an office with people, over a database of its own.
type Office struct {
	*kis.Service
	t     testing.TB
	users map[string]office.User
	depts map[string]office.Department
}

// since is the day from which everybody works there.
const since day.Day = "2024-01-03"

// passwordHash is worked out once: it is made to be slow.
var passwordHash = sync.OnceValues(func() (office.PasswordHash, error) {
	return office.HashPassword(context.Background(), Password)
})

// NewOffice fills a database from storetest: departments, calendar, People.
func NewOffice(t testing.TB, db *store.DB) *Office {
	t.Helper()
	return Founded(t, db, "", func(*Office) {})
}

// Founded makes an office that is more than NewOffice from the start: what
// found does by the services of the office is done once for each key and
// copied from then on, as storetest.Once says. Everybody hired is known.
func Founded(t testing.TB, db *store.DB, key string, found func(*Office)) *Office {
	t.Helper()
	folder := t.TempDir()
	blobs, err := blob.Open(folder)
	if err != nil {
		t.Fatalf("kistest: %v", err)
	}
	o := &Office{Service: kis.New(db, blobs, nil, ""), t: t, users: map[string]office.User{}, depts: map[string]office.Department{}}
	storetest.Once(t, db, "office "+key, folder, func() {
		if err := o.LoadReference(o.System()); err != nil {
			t.Fatalf("kistest: %v", err)
		}
		for _, p := range People {
			o.Hire(p)
		}
		o.meet()
		found(o)
	})
	o.meet()
	return o
}

// meet learns who and what is in the office.
func (o *Office) meet() {
	o.t.Helper()
	departments, err := o.Departments(o.System())
	if err != nil {
		o.t.Fatalf("kistest: %v", err)
	}
	for _, d := range departments {
		o.depts[d.Code] = d
	}
	people, err := o.Service.People(o.System(), office.PeopleFilter{})
	if err != nil {
		o.t.Fatalf("kistest: %v", err)
	}
	for _, u := range people {
		if key, ok := strings.CutSuffix(u.Email, domain); ok {
			o.users[key] = u
		}
	}
}

// Hire adds one more person.
func (o *Office) Hire(p Person) office.User {
	o.t.Helper()
	hash, err := passwordHash()
	if err != nil {
		o.t.Fatalf("kistest: %v", err)
	}
	u, err := o.CreateUser(o.System(), office.NewUser{Email: Email(p.Key), Name: p.Name, PositionAZ: p.PositionAZ, PositionEN: p.PositionEN,
		DepartmentCode: p.Department, Hash: hash, Since: since, Grants: []office.NewGrant{{Role: p.Role}}})
	if err != nil {
		o.t.Fatalf("kistest: hire %s: %v", p.Key, err)
	}
	o.users[p.Key] = u
	return u
}

// Email is the account name of a person.
func Email(key string) string { return key + domain }

const domain = "@stat.example"

// System is a context of the program itself.
func (o *Office) System() context.Context {
	return actor.With(context.Background(), actor.Program("test"))
}

// As is ctx with a person as the actor, with the roles the person has now.
func (o *Office) As(ctx context.Context, key string) context.Context {
	o.t.Helper()
	a, err := o.ActorOf(ctx, o.ID(key))
	if err != nil {
		o.t.Fatalf("kistest: %s: %v", key, err)
	}
	return actor.With(ctx, a)
}

// ID is the id of a person.
func (o *Office) ID(key string) string { return o.Person(key).ID }

// Person is a person as hired.
func (o *Office) Person(key string) office.User {
	o.t.Helper()
	u, ok := o.users[key]
	if !ok {
		o.t.Fatalf("kistest: nobody is called %q", key)
	}
	return u
}

// Dept is the id of a department.
func (o *Office) Dept(code string) string {
	o.t.Helper()
	d, ok := o.depts[code]
	if !ok {
		o.t.Fatalf("kistest: no department %q", code)
	}
	return d.ID
}

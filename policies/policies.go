// Package policies owns who may do what: the roles, the actions, the casbin
// model and policy, and the scope in which a role may act.
//
// It may import apperr, actor and casbin. Invariants: what no line of
// policy.csv allows is denied; the whole table is worked out once at start,
// so that a question costs nanoseconds; testdata/matrix.golden.txt shows the
// table to people who do not program.
package policies

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"

	"github.com/kis-platform/kis/internal/actor"
)

//go:embed model.conf
var modelText string

//go:embed policy.csv
var policyText string

// Reach says how far an action of a role goes.
type Reach string

// The reaches, widest last.
const (
	Assigned Reach = "assigned" // what the actor was put on: a team, an observer's object
	Own      Reach = "own"      // the department or agency of the grant
	Any      Reach = "any"      // everything
)

// table maps role and action to the reaches allowed.
type table map[Role]map[Action][]Reach

// decisions is worked out by casbin once, at start.
var decisions = mustLoad()

func mustLoad() table {
	t, err := load(modelText, policyText)
	if err != nil {
		panic(err)
	}
	return t
}

// load asks casbin for every role, action and reach.
func load(modelText, policyText string) (table, error) {
	m, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, fmt.Errorf("policy model: %w", err)
	}
	e, err := casbin.NewEnforcer(m, stringadapter.NewAdapter(withoutComments(policyText)))
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	t := table{}
	for _, role := range AllRoles() {
		t[role] = map[Action][]Reach{}
		for _, act := range Actions() {
			for _, reach := range []Reach{Assigned, Own, Any} {
				ok, err := e.Enforce(string(role), string(act), string(reach))
				if err != nil {
					return nil, fmt.Errorf("policy: %s %s: %w", role, act, err)
				}
				if ok {
					t[role][act] = append(t[role][act], reach)
				}
			}
		}
	}
	return t, nil
}

func withoutComments(s string) string {
	var out []string
	for _, line := range strings.Split(s, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// Reaches lists how far a role may go with an action; none means denied.
func Reaches(role Role, act Action) []Reach { return decisions[role][act] }

// Object is the one thing an observer was given.
type Object struct{ Kind, ID string }

// Scope is the answer to "may this actor do that, and to what": everything,
// the things of some departments or agencies, or what the actor is assigned
// to. The zero value is "no". Every list applies it in SQL.
type Scope struct {
	Any         bool     // everything
	Departments []string // things of these departments (ids)
	Agencies    []string // things of these agencies (ids)
	Assigned    bool     // what UserID was put on, or Objects
	UserID      string
	Objects     []Object
}

// None says that the actor may not do it at all.
func (s Scope) None() bool {
	return !s.Any && !s.Assigned && len(s.Departments) == 0 && len(s.Agencies) == 0
}

// Department says whether the scope covers a department.
func (s Scope) Department(id string) bool {
	return s.Any || (id != "" && slices.Contains(s.Departments, id))
}

// Agency says whether the scope covers an agency.
func (s Scope) Agency(id string) bool {
	return s.Any || (id != "" && slices.Contains(s.Agencies, id))
}

// Object says whether an observer's grant names the object.
func (s Scope) Object(kind, id string) bool {
	return s.Any || slices.Contains(s.Objects, Object{Kind: kind, ID: id})
}

// For gives the scope in which the actor may do the action: the union over
// the actor's grants. The program itself (command line, migrations) may do
// everything; nobody may do nothing.
func For(a actor.Actor, act Action) Scope {
	s := Scope{UserID: a.UserID}
	if a.System {
		s.Any = true
		return s
	}
	if a.Nobody() {
		return s
	}
	for _, g := range a.Grants {
		for _, reach := range decisions[Role(g.Role)][act] {
			switch reach {
			case Any:
				s.Any = true
			case Own:
				if g.DepartmentID != "" && !slices.Contains(s.Departments, g.DepartmentID) {
					s.Departments = append(s.Departments, g.DepartmentID)
				}
				if g.AgencyID != "" && !slices.Contains(s.Agencies, g.AgencyID) {
					s.Agencies = append(s.Agencies, g.AgencyID)
				}
			case Assigned:
				s.Assigned = true
				if g.ObjectID != "" {
					s.Objects = append(s.Objects, Object{Kind: g.ObjectKind, ID: g.ObjectID})
				}
			}
		}
	}
	return s
}

// Can says whether the actor may do the action to anything at all. It decides
// whether a route answers and whether a button is shown; whether this very
// thing is in scope is for the service.
func Can(a actor.Actor, act Action) bool {
	return act == Public || !For(a, act).None()
}

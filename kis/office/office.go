// Package office owns who the office is: departments, users with their roles
// and credentials, tokens of the API, the working-day calendar and the terms
// counted in it, and the reading of the trail.
//
// It may import internal packages, policies and reference. Invariants: whoever
// asks is the actor of the context; a role is checked before anything is read;
// every change leaves its entry in the trail.
package office

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// Office is the office over one database.
type Office struct {
	DB      *store.DB
	Zone    *time.Location // of the office
	Country string         // whose working-day calendar counts, e.g. "AZ"

	kept kept
}

// New makes the service. A nil zone is Asia/Baku, an empty country AZ.
func New(db *store.DB, zone *time.Location, country string) *Office {
	if zone == nil {
		zone = time.FixedZone("Asia/Baku", 4*60*60)
	}
	if country == "" {
		country = "AZ"
	}
	s := &Office{DB: db, Zone: zone, Country: country}
	s.kept.people.Most, s.kept.names.users.Most = 5000, 5000
	return s
}

// Today is the current day of the office.
func (s *Office) Today() day.Day { return day.Of(s.DB.Now(), s.Zone) }

// Allowed gives the scope in which the actor of ctx may do the action, or
// Unauthenticated for nobody and Forbidden when no grant allows it.
func Allowed(ctx context.Context, act policies.Action) (policies.Scope, error) {
	who := actor.From(ctx)
	if who.Nobody() {
		return policies.Scope{}, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	scope := policies.For(who, act)
	if scope.None() {
		return scope, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return scope, nil
}

// kept is what nearly every page asks for and seldom changes.
type kept struct {
	people      store.Kept[string, person] // by id of the user
	departments store.Kept[struct{}, []Department]
	names       NameCache
}

// NameCache keeps what people call departments and users, by id, as long as
// the trail's last entry stands.
type NameCache struct {
	departments store.Kept[string, Department]
	users       store.Kept[string, string]
}

// Names gives the kept names, for those who put them around rows of a list.
func (s *Office) Names() *NameCache { return &s.kept.names }

// DepartmentsOf gives the departments of the ids; one query for those not kept.
func (n *NameCache) DepartmentsOf(ctx context.Context, db *store.DB, ids []string) (map[string]Department, error) {
	return n.departments.Many(ctx, db, ids, func(ids []string) (map[string]Department, error) { return DepartmentsByID(ctx, db.Read(), ids) })
}

// UsersOf gives the names of the users of the ids; one query for those not kept.
func (n *NameCache) UsersOf(ctx context.Context, db *store.DB, ids []string) (map[string]string, error) {
	return n.users.Many(ctx, db, ids, func(ids []string) (map[string]string, error) {
		found, err := UsersByID(ctx, db.Read(), ids)
		out := make(map[string]string, len(found))
		for id, u := range found {
			out[id] = u.Name
		}
		return out, err
	})
}

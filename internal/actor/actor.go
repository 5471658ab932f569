// Package actor owns the answer to "who is doing this": the person or the
// program behind a request, carried in the context.
//
// It imports nothing of the project. Invariant: a context without an actor is
// a context of nobody, who may do nothing.
package actor

import "context"

// Grant is one role of a person, with the department or agency whose things
// are "own" under that role, and for an observer the one object opened to it.
type Grant struct {
	Role         string // a role of package policies, e.g. "auditor"
	DepartmentID string // own department; empty for roles without one
	AgencyID     string // own agency, for agency officers
	ObjectKind   string // observer: kind of the one object, e.g. "audit"
	ObjectID     string // observer: its id
}

// Actor is who acts. The zero value is nobody.
type Actor struct {
	UserID       string  // empty for nobody and for the system
	Name         string  // as shown in the trail
	DepartmentID string  // home department
	Grants       []Grant // valid at the time of the request
	Lang         string  // language of the person, "az" or "en"
	System       bool    // the program itself: migrations, imports from the command line
	SessionID    string  // hashed session token, for "sign out everywhere"
	TokenID      string  // of the API token that the person acts by; empty at a page
	Token        string  // its name
}

// Signature is the name as the trail keeps it: with the token, when the person
// acts by one.
func (a Actor) Signature() string {
	if a.Token == "" {
		return a.Name
	}
	return a.Name + " (API: " + a.Token + ")"
}

// Nobody says that no one is signed in.
func (a Actor) Nobody() bool { return a.UserID == "" && !a.System }

// HasRole says whether one of the grants is of the role.
func (a Actor) HasRole(role string) bool {
	for _, g := range a.Grants {
		if g.Role == role {
			return true
		}
	}
	return false
}

type key struct{}

// With puts an actor into the context.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, key{}, a)
}

// From takes the actor out of the context; nobody when there is none.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(key{}).(Actor)
	return a
}

// Program is the actor of the command line: no person, named in the trail.
func Program(name string) Actor {
	return Actor{Name: name, System: true, Lang: "az"}
}

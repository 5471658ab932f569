// Package webtest lets tests use pages as a person does: through the router,
// signed in as somebody, looking at what came back.
//
// It imports web, policies and the plumbing. Invariant: nothing is bypassed;
// requests go through every layer of the server, signing in included.
package webtest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web"
)

// Now is the time of a site's clock when it starts.
var Now = time.Date(2026, 11, 24, 6, 42, 0, 0, time.UTC)

// Baku is the zone of the office.
var Baku = time.FixedZone("Asia/Baku", 4*3600)

// Site is a server under test.
type Site struct {
	Server *web.Server
	Users  *Users // who can sign in; unused when the options bring their own

	t     testing.TB
	mu    sync.Mutex
	clock time.Time
}

// New starts a site with the routes that register adds (nil for none).
// Options may be changed before it starts.
func New(t testing.TB, register func(r *web.Router), change ...func(o *web.Options)) *Site {
	t.Helper()
	s := &Site{t: t, clock: Now}
	s.Users = &Users{site: s, people: map[string]*person{}}
	o := web.Options{
		Sessions: Sessions(), Users: s.Users, Zone: Baku, Clock: s.Now,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	for _, f := range change {
		f(&o)
	}
	s.Server = web.New(o)
	if register != nil {
		register(s.Server.Router())
	}
	return s
}

// Now is the site's time.
func (s *Site) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

// Pass lets time pass.
func (s *Site) Pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

// Listen opens the site on a free port until the test ends, for a browser,
// and gives its address without a slash at the end.
func (s *Site) Listen() string {
	srv := httptest.NewServer(s.Server.Handler())
	s.t.Cleanup(srv.Close)
	return srv.URL
}

// Nobody is a visitor who is not signed in.
func (s *Site) Nobody() *Visitor {
	return &Visitor{site: s, cookies: map[string]string{}, Header: http.Header{"Accept": {"text/html"}}}
}

// As is a visitor signed in as the actor, who gets an account on the way.
// It needs the site's own Users.
func (s *Site) As(a actor.Actor) *Visitor {
	s.t.Helper()
	if a.UserID == "" {
		s.t.Fatal("webtest: an actor without a user id cannot sign in")
	}
	s.Users.Add(a)
	return s.SignIn(a.UserID+"@stat.test", Password)
}

// SignIn signs a visitor in through the page and fails the test if it cannot.
func (s *Site) SignIn(email, password string) *Visitor {
	s.t.Helper()
	v := s.Nobody()
	if got := v.Post("/sign-in", "email", email, "password", password); got.Status != http.StatusSeeOther {
		s.t.Fatalf("sign in as %s: status %d\n%s", email, got.Status, got.Body)
	}
	return v
}

// memory is a session store in memory that also takes a context.
type memory struct{ *memstore.MemStore }

// Sessions gives an empty session store in memory.
func Sessions() scs.CtxStore {
	return memory{memstore.NewWithCleanupInterval(0)}
}

func (m memory) FindCtx(_ context.Context, token string) ([]byte, bool, error) { return m.Find(token) }
func (m memory) DeleteCtx(_ context.Context, token string) error               { return m.Delete(token) }
func (m memory) CommitCtx(_ context.Context, token string, b []byte, expiry time.Time) error {
	return m.Commit(token, b, expiry)
}

// Password is that of everybody in Users.
const Password = "uzun və asan yadda qalan ifadə"

// Users is an Authenticator in memory. It behaves as the interface says.
type Users struct {
	site   *Site
	mu     sync.Mutex
	people map[string]*person // by user id
	Err    error              // what every method answers, when set
	Loads  int                // calls of Load so far
}

type person struct {
	actor              actor.Actor
	password           string
	lang, theme        string
	validFrom, refused int64 // sessions begun earlier are over; wrong passwords since the last right one
}

// Add gives an actor an account: UserID@stat.test with Password. Adding again
// changes the grants and nothing else.
func (u *Users) Add(a actor.Actor) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if p := u.people[a.UserID]; p != nil {
		p.actor = a
		return
	}
	u.people[a.UserID] = &person{actor: a, password: Password, lang: a.Lang}
}

// Remove takes the account away.
func (u *Users) Remove(userID string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.people, userID)
}

// SignIn implements web.Authenticator; five wrong passwords are too many.
func (u *Users) SignIn(_ context.Context, email, password, _ string) (string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.Err != nil {
		return "", u.Err
	}
	for id, p := range u.people {
		if id+"@stat.test" != email {
			continue
		}
		if p.refused >= 5 {
			return "", apperr.New(apperr.TooMany, "error.too_many", "wait", 90*time.Second)
		}
		if p.password == password {
			p.refused = 0
			return id, nil
		}
		p.refused++
	}
	return "", apperr.New(apperr.Unauthenticated, "error.signin")
}

// Load implements web.Authenticator.
func (u *Users) Load(_ context.Context, userID string, epoch int64) (actor.Actor, string, string, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.Loads++
	p := u.people[userID]
	switch {
	case u.Err != nil:
		return actor.Actor{}, "", "", u.Err
	case p == nil, epoch < p.validFrom:
		return actor.Actor{}, "", "", apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	return p.actor, p.lang, p.theme, nil
}

// own is the account of the actor in the context.
func (u *Users) own(ctx context.Context) (*person, error) {
	p := u.people[actor.From(ctx).UserID]
	if p == nil {
		return nil, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	return p, u.Err
}

// SignOutEverywhere implements web.Authenticator.
func (u *Users) SignOutEverywhere(ctx context.Context) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	p, err := u.own(ctx)
	if err == nil {
		p.validFrom = u.site.Now().UnixMilli()
	}
	return err
}

// SetPreference implements web.Authenticator.
func (u *Users) SetPreference(ctx context.Context, name, value string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	p, err := u.own(ctx)
	switch {
	case err != nil:
		return err
	case name == "lang":
		p.lang = value
	default:
		p.theme = value
	}
	return nil
}

// ChangePassword implements web.Authenticator.
func (u *Users) ChangePassword(ctx context.Context, old, new string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	p, err := u.own(ctx)
	switch {
	case err != nil:
		return err
	case p.password != old:
		return apperr.InvalidField("old", "error.field.wrong")
	case len([]rune(new)) < 12:
		return apperr.InvalidField("new", "error.field.too_short", "min", 12)
	}
	p.password, p.validFrom = new, u.site.Now().UnixMilli()
	return nil
}

// Package web owns the HTTP shell: the router, sessions and signing in, how a
// page is rendered and how an error becomes an answer.
//
// It imports apperr, actor, i18n, policies, web/assets and web/ui; no business
// package. Invariants: no route without an action; every answer carries the
// content policy; a handler's error is turned into a status in one place; the
// actor is read anew for each request; nothing here is kept in the process but
// counters, so any node can answer any request.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
)

// Options is what a server is made of. Sessions and Users are needed, the
// rest has a sensible zero value.
type Options struct {
	Sessions  scs.CtxStore  // where sessions are kept
	Users     Authenticator // who people are
	Tokens    Tokens        // bearer tokens of the API; nil for none
	Zone      *time.Location
	Clock     func() time.Time // the clock of the program; time.Now when nil
	Secure    bool             // served over https: __Host- cookie and HSTS
	Logger    *slog.Logger
	Ready     func(context.Context) error                      // nil error when the database answers; for /readyz
	Unit      func(ctx context.Context, id string) string      // code of a department for the shell; may be nil
	Unread    func(ctx context.Context) (int, error)           // notices the actor has not read, for the bell; nil for no bell
	Waiting   func(ctx context.Context) (map[string]int, bool) // how much waits for the actor by address of the menu; false when not known; may be nil
	Office    string                                           // name of the institution; the one of the texts when ""
	Origins   []string                                         // further origins that may post, e.g. "https://kis.example.az"
	Proxies   []netip.Prefix                                   // whose X-Forwarded-For is believed
	Idle      time.Duration                                    // a session unused for so long ends; 2 h when 0
	Lifetime  time.Duration                                    // a session ends after so long anyway; 12 h when 0
	TokenRate int                                              // requests a minute of one token; 600 when 0
	Patience  time.Duration                                    // how long to wait for a form, or for the next bytes of an upload; 30 s when 0
}

// Server answers HTTP requests.
type Server struct {
	opt      Options
	engine   *gin.Engine
	router   *Router
	sessions *scs.SessionManager
	metrics  *metrics
	rates    *rates
	handler  http.Handler
}

// New makes a server with the pages of the shell: signing in and out, the own
// account, health, metrics and assets. The others register theirs on Router.
func New(opt Options) *Server {
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Idle == 0 {
		opt.Idle = 2 * time.Hour
	}
	if opt.Lifetime == 0 {
		opt.Lifetime = 12 * time.Hour
	}
	if opt.Patience == 0 {
		opt.Patience = 30 * time.Second
	}
	gin.SetMode(gin.ReleaseMode)
	s := &Server{opt: opt, engine: gin.New(), metrics: newMetrics(), rates: newRates(opt.TokenRate)}
	s.engine.HandleMethodNotAllowed = true
	s.engine.RedirectTrailingSlash = false
	s.engine.RedirectFixedPath = false
	s.sessions = s.newSessions()
	s.router = &Router{server: s, seen: map[string]bool{}}
	s.registerShell()
	s.engine.NoRoute(s.wrap("", func(*Context) error { return errNoRoute }))
	s.engine.NoMethod(s.wrap("", func(*Context) error { return errMethod }))
	s.handler = s.chain()
	return s
}

// Router is where the packages with pages register their routes.
func (s *Server) Router() *Router { return s.router }

// Handler answers requests, with everything that surrounds a route.
func (s *Server) Handler() http.Handler { return s.handler }

// chain puts the layers around the routes, outermost first.
func (s *Server) chain() http.Handler {
	var h http.Handler = s.engine
	h = s.loadToken(h)
	h = s.loadActor(h)
	h = s.loadSession(h)
	h = s.crossOrigin(h)
	h = s.recoverPanic(h)
	h = securityHeaders(s.opt.Secure, h)
	h = s.limitBody(h)
	h = s.observe(h)
	return headAsGet(h)
}

// now is the time of the program's clock in UTC.
func (s *Server) now() time.Time { return s.opt.Clock().UTC() }

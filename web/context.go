package web

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web/ui"
)

// Context is one request as a handler sees it.
type Context struct {
	g      *gin.Context
	server *Server
	act    policies.Action // of the route; "" for the answers to no route
	page   *ui.Page        // made once, so that messages are shown once
	errs   *ui.Errors      // of the form that comes back; nil when none does
}

// Ctx carries the actor and ends with the request.
func (c *Context) Ctx() context.Context { return c.g.Request.Context() }

// Actor is who asks; nobody when no one is signed in.
func (c *Context) Actor() actor.Actor { return actor.From(c.Ctx()) }

// Lang is the language of the answer.
func (c *Context) Lang() string { return viewOf(c.g.Request).lang }

// Scope is how far the route's action reaches for this actor.
func (c *Context) Scope() policies.Scope { return c.ScopeOf(c.act) }

// ScopeOf is how far another action reaches for this actor.
func (c *Context) ScopeOf(a policies.Action) policies.Scope { return policies.For(c.Actor(), a) }

// Can says whether the actor may do the action to anything at all; whether to
// this very thing is for the service.
func (c *Context) Can(a policies.Action) bool { return policies.Can(c.Actor(), a) }

// Now is the time of the program's clock, UTC.
func (c *Context) Now() time.Time { return c.server.now() }

// ID is the path parameter of the name, which must be a UUID in its usual
// form; anything else is a page that does not exist.
func (c *Context) ID(name string) (string, error) {
	v := c.g.Param(name)
	if id, err := uuid.Parse(v); err != nil || id.String() != v {
		return "", apperr.New(apperr.NotFound, "error.not_found")
	}
	return v, nil
}

// Param is the path parameter of the name as text.
func (c *Context) Param(name string) string { return c.g.Param(name) }

// Query is the first value of the name in the address, or "".
func (c *Context) Query(name string) string { return c.g.Query(name) }

// Queries are all values of the name in the address.
func (c *Context) Queries(name string) []string { return c.g.QueryArray(name) }

// Form is the first posted value of the name, or "".
func (c *Context) Form(name string) string { return c.g.Request.PostForm.Get(name) }

// Forms are all posted values of the name.
func (c *Context) Forms(name string) []string { return c.g.Request.PostForm[name] }

// FormValues are all posted values; never nil, so that a form made of them
// shows what was typed, even if that was nothing.
func (c *Context) FormValues() url.Values {
	if c.g.Request.PostForm == nil {
		return url.Values{}
	}
	return c.g.Request.PostForm
}

// FormOf is the form that comes back after an error: what was typed and what
// was wrong. Passwords are not shown again by their inputs.
func (c *Context) FormOf(e *ui.Errors) ui.Form {
	c.errs = e
	return ui.Form{Values: c.FormValues(), Errors: e}
}

// Request is the request itself.
func (c *Context) Request() *http.Request { return c.g.Request }

// Writer is the answer itself, for handlers that stream.
func (c *Context) Writer() http.ResponseWriter { return c.g.Writer }

// Address is the address of the caller, believing only known proxies.
func (c *Context) Address() string { return c.server.address(c.g.Request) }

// HTMX says that a part of a page is asked for, not a page.
func (c *Context) HTMX() bool {
	h := c.g.Request.Header
	return h.Get("HX-Request") == "true" && h.Get("HX-Boosted") != "true"
}

// Page is filled with everything the shell shows. The title may be a key.
// Waiting messages are taken by the first call that is for a whole page.
func (c *Context) Page(titleKeyOrText string) ui.Page {
	if c.page == nil {
		p := c.server.page(c.g.Request)
		if !c.HTMX() {
			p.Flash = c.server.takeFlash(c.Ctx())
		}
		c.page = &p
	}
	p := *c.page
	p.Title = titleKeyOrText
	if i18n.Has(titleKeyOrText) {
		p.Title = p.T(titleKeyOrText)
	}
	return p
}

// page fills a Page for a request.
func (s *Server) page(r *http.Request) ui.Page {
	v, a := viewOf(r), actor.From(r.Context())
	p := ui.Page{Lang: v.lang, Theme: v.theme, Path: r.URL.RequestURI(), Now: s.now(), Zone: s.opt.Zone, Office: s.opt.Office}
	if r.Method != http.MethodGet {
		// A form that came back cannot be asked for again: return to where it was.
		p.Path = refererPath(r)
	}
	if p.Office == "" {
		p.Office = p.T("web.app.office")
	}
	if !a.Nobody() {
		p.User = &ui.User{ID: a.UserID, Name: a.Name}
		if s.opt.Unit != nil && a.DepartmentID != "" {
			p.User.Unit = s.opt.Unit(r.Context(), a.DepartmentID)
		}
		p.Nav = s.nav(p, a, r.URL.Path)
		p.Bell = s.bell(r.Context())
		p.Search = s.router.Has(http.MethodGet, "/search")
		if s.opt.Waiting != nil {
			if counts, known := s.opt.Waiting(r.Context()); known {
				p.SetCounts(counts)
			}
		}
	}
	return p
}

// bell says how many notices are unread. A page is shown without the number
// rather than not at all.
func (s *Server) bell(ctx context.Context) *ui.Bell {
	if s.opt.Unread == nil || !s.router.Has(http.MethodGet, bellPath) {
		return nil
	}
	n, err := s.opt.Unread(ctx)
	if err != nil {
		s.opt.Logger.WarnContext(ctx, "count unread notices", "err", err)
	}
	return &ui.Bell{Unread: n, Href: bellPath}
}

// bellPath is where the notices are listed.
const bellPath = "/notifications"

package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
)

// Handler answers one request. An error it returns becomes the answer, so a
// handler writes nothing before it is sure.
type Handler func(c *Context) error

// Route is one entry of the table of routes.
type Route struct {
	Method string
	Path   string // with :name for parameters
	Action policies.Action
	Stream bool // the handler reads the body itself
}

// Router is the only way to register a route, and asks for its action.
type Router struct {
	server *Server
	routes []Route
	seen   map[string]bool

	operations []Operation // of the API
	panels     map[string][]Panel
	finders    []Finder
}

// GET registers a page. It changes nothing.
func (r *Router) GET(path string, act policies.Action, h Handler) {
	r.add(Route{Method: http.MethodGet, Path: path, Action: act}, h)
}

// POST registers a change. Its form is read before the handler runs: at most
// 1 MiB and 2000 values, all of them valid text.
func (r *Router) POST(path string, act policies.Action, h Handler) {
	r.add(Route{Method: http.MethodPost, Path: path, Action: act}, h)
}

// STREAM registers a change whose body the handler reads itself, with
// Context.Multipart or from Context.Request.
func (r *Router) STREAM(path string, act policies.Action, h Handler) {
	r.add(Route{Method: http.MethodPost, Path: path, Action: act, Stream: true}, h)
}

// add refuses, by panic at start, what must not exist: a route without a known
// action, without a handler, twice, or with a path that is none.
func (r *Router) add(route Route, h Handler) {
	name := route.Method + " " + route.Path
	switch {
	case route.Action != policies.Public && !slices.Contains(policies.Actions(), route.Action):
		panic(fmt.Sprintf("route %s: unknown action %q", name, route.Action))
	case h == nil:
		panic(fmt.Sprintf("route %s: no handler", name))
	case !strings.HasPrefix(route.Path, "/") || (len(route.Path) > 1 && strings.HasSuffix(route.Path, "/")):
		panic(fmt.Sprintf("route %s: a path begins with / and does not end with it", name))
	case r.seen[name]:
		panic(fmt.Sprintf("route %s: registered twice", name))
	}
	r.seen[name] = true
	r.routes = append(r.routes, route)
	if route.Method == http.MethodPost && !route.Stream {
		h = withForm(h)
	}
	r.server.engine.Handle(route.Method, route.Path, r.server.wrap(route.Action, h))
}

// Routes lists what is registered, by path and method.
func (r *Router) Routes() []Route {
	out := slices.Clone(r.routes)
	slices.SortFunc(out, func(a, b Route) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return strings.Compare(a.Method, b.Method)
	})
	return out
}

// Has says whether a route is registered.
func (r *Router) Has(method, path string) bool { return r.seen[method+" "+path] }

// wrap is what runs around every handler: may this person do that at all, is
// the address valid text, and what becomes of the error.
func (s *Server) wrap(act policies.Action, h Handler) gin.HandlerFunc {
	return func(g *gin.Context) {
		c := &Context{g: g, server: s, act: act}
		if info := infoOf(g.Request.Context()); info != nil {
			info.route = g.FullPath()
		}
		if err := c.admit(); err != nil {
			s.fail(c, err)
			return
		}
		if err := h(c); err != nil {
			s.fail(c, err)
		}
	}
}

// admit checks what can be said before the handler runs.
func (c *Context) admit() error {
	if c.act != "" && !c.Can(c.act) {
		if c.Actor().Nobody() {
			return apperr.New(apperr.Unauthenticated, "error.unauthenticated")
		}
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	for _, p := range c.g.Params {
		if !validValue(p.Value) {
			return errNoRoute
		}
	}
	return checkValues(c.g.Request.URL.Query())
}

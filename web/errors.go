package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/web/ui"
)

// statuses maps the kind of an error to the status of the answer; the only
// such table.
var statuses = map[apperr.Kind]int{
	apperr.Invalid:         http.StatusUnprocessableEntity,
	apperr.NotFound:        http.StatusNotFound,
	apperr.Conflict:        http.StatusConflict,
	apperr.Forbidden:       http.StatusForbidden,
	apperr.Unauthenticated: http.StatusUnauthorized,
	apperr.TooMany:         http.StatusTooManyRequests,
	apperr.Internal:        http.StatusInternalServerError,
}

// statusError is an error of HTTP itself that has no kind of its own.
type statusError struct {
	status int
	err    *apperr.Error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

var (
	errNoRoute = apperr.New(apperr.NotFound, "error.not_found")
	errMethod  = &statusError{http.StatusMethodNotAllowed, apperr.New(apperr.Invalid, "error.method")}
)

// StatusOf is the status an error is answered with.
func StatusOf(err error) int {
	var se *statusError
	if errors.As(err, &se) {
		return se.status
	}
	if s, ok := statuses[apperr.As(err).Kind]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// FormError gives what a form needs to come back with its errors: the errors,
// the status (422 or 409) and true, when err is Invalid or Conflict.
func FormError(err error) (*ui.Errors, int, bool) {
	if err == nil {
		return nil, 0, false
	}
	e := apperr.As(err)
	if e.Kind != apperr.Invalid && e.Kind != apperr.Conflict {
		return nil, 0, false
	}
	return &ui.Errors{Kind: e.Kind, Key: e.Key, Args: e.Args, Fields: e.Fields}, StatusOf(err), true
}

// Refused turns what a person can mend into the form that comes back and the
// status of the answer: what FormError knows, and a Forbidden with words of its
// own, for a step that a person may take in general but not on this thing.
func (c *Context) Refused(err error) (ui.Form, int, bool) {
	errs, status, ok := FormError(err)
	if e := apperr.As(err); !ok && err != nil && e.Kind == apperr.Forbidden && e.Key != "error.forbidden" {
		errs, status, ok = &ui.Errors{Kind: e.Kind, Key: e.Key, Args: e.Args}, StatusOf(err), true
	}
	if !ok {
		return ui.Form{}, 0, false
	}
	return c.FormOf(errs), status, true
}

// Done answers a change: with a message and the page it belongs to, or, when it
// was refused, with the page that shows the form again; a nil page leaves the
// refusal to the page of errors.
func (c *Context) Done(err error, key, path string, again func(form ui.Form, status int) error) error {
	if err == nil {
		c.Flash("good", key)
		return c.Redirect(path)
	}
	form, status, ok := c.Refused(err)
	if !ok || again == nil {
		return err
	}
	return again(form, status)
}

// fail is the one place where a handler's error becomes an answer.
func (s *Server) fail(c *Context, err error) {
	if c.g.Writer.Written() {
		// Too late for another answer: break the connection.
		if i := infoOf(c.Ctx()); i != nil {
			i.err = err
		}
		panic(http.ErrAbortHandler)
	}
	s.answerError(c.g.Writer, c.g.Request, err)
}

// answerError answers with the error: JSON for programs, the sign-in page for
// browsers that must sign in first, a page for all others.
func (s *Server) answerError(w http.ResponseWriter, r *http.Request, err error) {
	status, e := StatusOf(err), apperr.As(err)
	if i := infoOf(r.Context()); i != nil {
		i.err = err
	}
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		w.WriteHeader(499) // the reader went away; the number is the usual one for that
		return
	}
	for _, name := range []string{"Location", "HX-Redirect", "Content-Disposition", "Content-Length", "ETag"} {
		w.Header().Del(name) // of the answer that is not given
	}
	w.Header().Set("Vary", "Cookie, Accept, Accept-Language")
	if isAPI(r.URL.Path) {
		w.Header().Set("Vary", "Authorization, Accept-Language")
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer realm="kis"`)
		}
	}
	if wait, ok := waitOf(e); ok {
		w.Header().Set("Retry-After", seconds(wait))
	}
	if wantsJSON(r) {
		s.writeProblem(w, r, status, e)
		return
	}
	if e.Kind == apperr.Unauthenticated && status == http.StatusUnauthorized {
		if r.Header.Get("HX-Request") == "true" {
			w.Header().Set("HX-Redirect", signInPath(refererPath(r)))
		} else if r.Method == http.MethodGet {
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Location", signInPath(r.URL.RequestURI()))
			w.WriteHeader(http.StatusSeeOther)
			return
		}
	}
	s.writeErrorPage(w, r, status, e)
}

func signInPath(next string) string {
	if next == "/" || !LocalPath(next) {
		return "/sign-in"
	}
	return "/sign-in?next=" + url.QueryEscape(next)
}

// refererPath is the page of this program that the request came from, or "/".
func refererPath(r *http.Request) string {
	from := r.Header.Get("HX-Current-URL")
	if from == "" {
		from = r.Referer()
	}
	u, err := url.Parse(from)
	if err != nil || u.Host != r.Host || !LocalPath(u.RequestURI()) {
		return "/"
	}
	return u.RequestURI()
}

func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}

// problem is an error for programs (RFC 9457), with message for the script of
// the pages.
type problem struct {
	Type    string         `json:"type"`
	Title   string         `json:"title"`
	Status  int            `json:"status"`
	Detail  string         `json:"detail"`
	Message string         `json:"message"`
	Code    string         `json:"code"` // the key: stable, for programs
	Request string         `json:"request"`
	Errors  []problemField `json:"errors,omitempty"`
}

type problemField struct {
	Field   string `json:"field"`
	Row     int    `json:"row,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, status int, e *apperr.Error) {
	p := ui.Page{Lang: viewOf(r).lang, Now: s.now(), Zone: s.opt.Zone} // only its words are needed
	es := errorsOf(e, status)
	out := problem{Type: "about:blank", Title: p.T(fmt.Sprintf("web.error.%d.title", pageStatus(status))), Status: status,
		Message: es.Message(p), Code: es.Key, Request: viewOf(r).id}
	var lines []string
	for i, f := range es.Fields {
		out.Errors = append(out.Errors, problemField{Field: f.Name, Row: f.Row, Code: f.Key, Message: es.Line(p, i, "")})
		lines = append(lines, es.Line(p, i, ""))
	}
	if len(lines) > 0 {
		out.Message = strings.Join(lines, "; ")
	}
	out.Detail = out.Message
	_ = writeJSON(w, status, "application/problem+json", out) // a struct of texts always encodes
}

// errorsOf is what may be said about an error: nothing of an internal one.
func errorsOf(e *apperr.Error, status int) *ui.Errors {
	if status >= 500 {
		return &ui.Errors{Kind: apperr.Internal, Key: "error.internal"}
	}
	return &ui.Errors{Kind: e.Kind, Key: e.Key, Args: e.Args, Fields: e.Fields}
}

// pageStatus is the status whose words fit; others are told as a fault.
func pageStatus(status int) int {
	switch status {
	case 401, 403, 404, 405, 409, 413, 422, 429:
		return status
	}
	return 500
}

// writeErrorPage shows the error in the shell, or without it when nobody is
// signed in or the shell itself may be what failed.
func (s *Server) writeErrorPage(w http.ResponseWriter, r *http.Request, status int, e *apperr.Error) {
	p := s.errorPage(r, status)
	p.Title = p.T(fmt.Sprintf("web.error.%d.title", pageStatus(status)))
	body := errorBare(p, status, errorsOf(e, status), viewOf(r).id)
	if !actor.From(r.Context()).Nobody() && status < 500 {
		body = errorShell(p, status, errorsOf(e, status), viewOf(r).id)
	}
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	// A caller who has closed only the sending side still reads the answer.
	if err := body.Render(context.WithoutCancel(r.Context()), buf); err != nil {
		s.opt.Logger.ErrorContext(r.Context(), "error page", "err", err)
		http.Error(w, fmt.Sprintf("%d %s", status, viewOf(r).id), status)
		return
	}
	_ = writeHTML(w, status, buf)
}

// errorPage is the page of an error; that of a fault asks nothing of anybody.
func (s *Server) errorPage(r *http.Request, status int) ui.Page {
	if status >= 500 {
		v := viewOf(r)
		p := ui.Page{Lang: v.lang, Theme: v.theme, Path: "/", Now: s.now(), Zone: s.opt.Zone, Office: s.opt.Office}
		if p.Office == "" {
			p.Office = p.T("web.app.office")
		}
		return p
	}
	return s.page(r)
}

// waitOf is how long to wait, when the error says so.
func waitOf(e *apperr.Error) (time.Duration, bool) {
	for _, a := range e.Args {
		if d, ok := a.Value.(time.Duration); ok && a.Name == "wait" {
			return d, true
		}
	}
	return 0, false
}

// seconds writes a span for Retry-After, rounded up.
func seconds(d time.Duration) string { return fmt.Sprint(int((d + time.Second - 1) / time.Second)) }

// saysMore says whether the message of an error tells more than the title of
// its page.
func saysMore(key string, status int) bool {
	switch key {
	case "error.forbidden", "error.not_found", "error.method", "error.unauthenticated":
		return false
	}
	return status < 500 && i18n.Has(key)
}

package web

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// info is what the layers learn about a request on its way in and out.
type info struct {
	id      string // shown on error pages and in the log
	route   string // pattern that answered; "" for none
	user    string
	lang    string
	theme   string
	session bool // a session was loaded
	err     error
}

type infoKey struct{}

// infoOf gives the notes of a request; nil outside one.
func infoOf(ctx context.Context) *info {
	i, _ := ctx.Value(infoKey{}).(*info)
	return i
}

// viewOf is infoOf for what a page looks like; never nil.
func viewOf(r *http.Request) *info {
	if i := infoOf(r.Context()); i != nil {
		return i
	}
	i := &info{}
	i.guessView(r)
	return i
}

// answer notes what was written, for the log and for those who must know
// whether it is too late for another answer.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// observe gives the request its number and writes one log line and the
// figures when it is over.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := &info{id: newRequestID()}
		i.guessView(r)
		a := &answer{ResponseWriter: w}
		w.Header().Set("X-Request-Id", i.id)
		start := time.Now()
		defer func() {
			took := time.Since(start)
			if a.status == 0 {
				a.status = http.StatusOK
			}
			s.metrics.observe(r.Method, i.route, a.status, took)
			level := slog.LevelInfo
			if plain(r.URL.Path) {
				level = slog.LevelDebug
			}
			attrs := []any{"id", i.id, "method", r.Method, "path", r.URL.Path, "route", i.route, "status", a.status,
				"bytes", a.bytes, "ms", took.Milliseconds(), "user", i.user, "address", s.address(r)}
			if i.err != nil {
				attrs = append(attrs, "err", i.err.Error())
			}
			if a.status >= 500 {
				level = slog.LevelError
			}
			s.opt.Logger.Log(r.Context(), level, "request", attrs...)
		}()
		next.ServeHTTP(a, r.WithContext(context.WithValue(store.Remember(r.Context()), infoKey{}, i)))
	})
}

// newRequestID is ten letters and digits that can be read out over the phone.
func newRequestID() string {
	var b [7]byte
	_, _ = rand.Read(b[:]) // never fails
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))[:10]
}

// contentPolicy is strict: nothing inline, nothing from elsewhere. Pictures
// may be data: because the style sheet draws its arrows with them.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; " +
	"img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func securityHeaders(secure bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// errAnswered ends a request whose answer is already written.
var errAnswered = errors.New("answered")

// recoverPanic turns a panic into the page of a fault, unless something was
// already sent: then the connection breaks, so that nobody takes it for whole.
func (s *Server) recoverPanic(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil || p == errAnswered {
				return
			}
			a, _ := w.(*answer)
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.opt.Logger.ErrorContext(r.Context(), "panic", "id", viewOf(r).id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			if a != nil && a.status != 0 {
				panic(http.ErrAbortHandler)
			}
			s.answerError(w, r, &apperr.Error{Kind: apperr.Internal, Key: "error.internal", Cause: fmt.Errorf("panic: %v", p)})
		}()
		next.ServeHTTP(w, r)
	})
}

// crossOrigin refuses changes asked for by pages of other sites.
func (s *Server) crossOrigin(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	for _, o := range s.opt.Origins {
		if err := p.AddTrustedOrigin(o); err != nil {
			panic(fmt.Sprintf("trusted origin %q: %v", o, err))
		}
	}
	p.AddInsecureBypassPattern(apiBase) // no cookie is believed there, so no page can ask in the name of its reader
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.answerError(w, r, apperr.New(apperr.Forbidden, "error.origin"))
	}))
	return p.Handler(next)
}

// headAsGet answers HEAD like GET; the server leaves the body out.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			r2 := *r
			r2.Method = http.MethodGet
			r = &r2
		}
		next.ServeHTTP(w, r)
	})
}

// address is that of the caller: of the connection, or what the nearest known
// proxies say.
func (s *Server) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.isProxy(host); i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
	}
	return host
}

func (s *Server) isProxy(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.opt.Proxies {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

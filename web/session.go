package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/web/ui"
)

// What a session holds.
const (
	keyUser  = "user"  // id of the person
	keyEpoch = "epoch" // when the session began, Unix milliseconds
	keySeen  = "seen"  // when it was last used, Unix seconds, to the minute
	keyFlash = "flash" // waiting messages as JSON
)

// touchEvery is how exactly the last use is known: a row is not written for
// each request.
const touchEvery = 5 * time.Minute

func (s *Server) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Store = s.opt.Sessions
	m.Lifetime = s.opt.Lifetime
	m.HashTokenInStore = true
	m.Cookie.Name = "kis"
	if s.opt.Secure {
		m.Cookie.Name = "__Host-kis"
	}
	m.Cookie.Secure = s.opt.Secure
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		s.answerError(w, r, apperr.Wrap(err, "session"))
		if infoOf(r.Context()).session {
			// It failed while the handler's answer was about to be written, which must not follow.
			panic(errAnswered)
		}
	}
	return m
}

// plain says that a path needs no session: what it answers is the same for
// everybody.
func plain(path string) bool {
	switch path {
	case "/healthz", "/readyz", "/metrics", "/favicon.ico":
		return true
	}
	return strings.HasPrefix(path, "/assets/")
}

// loadSession reads the session of the request and writes it when it changed.
func (s *Server) loadSession(next http.Handler) http.Handler {
	with := s.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		infoOf(r.Context()).session = true
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if plain(r.URL.Path) || isAPI(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		with.ServeHTTP(w, r)
	})
}

// loadActor puts the person of the session into the context. Roles are read
// anew each time, so a change of them, or signing out everywhere, works with
// the next request.
func (s *Server) loadActor(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info := infoOf(r.Context())
		if !info.session {
			next.ServeHTTP(w, r)
			return
		}
		ctx := r.Context()
		user := s.sessions.GetString(ctx, keyUser)
		if user == "" {
			next.ServeHTTP(w, r)
			return
		}
		now, seen := s.now(), time.Unix(s.sessions.GetInt64(ctx, keySeen), 0)
		if now.Sub(seen) > s.opt.Idle {
			s.forget(ctx)
			next.ServeHTTP(w, r)
			return
		}
		a, lang, theme, err := s.opt.Users.Load(ctx, user, s.sessions.GetInt64(ctx, keyEpoch))
		switch {
		case apperr.Is(err, apperr.Unauthenticated):
			s.forget(ctx)
			next.ServeHTTP(w, r)
			return
		case err != nil:
			s.answerError(w, r, apperr.Wrap(err, "load actor"))
			return
		}
		// A page that only looks for news by itself is not somebody at work.
		if now.Sub(seen) > touchEvery && r.Header.Get("X-Kis-Poll") == "" {
			s.sessions.Put(ctx, keySeen, now.Unix())
		}
		info.setView(lang, theme)
		a.Lang, a.SessionID = info.lang, hashToken(s.sessions.Token(ctx))
		info.user = a.UserID
		next.ServeHTTP(w, r.WithContext(actor.With(ctx, a)))
	})
}

// begin makes the session that of a person, under a new token: one that was
// put into the browser by somebody else is worth nothing.
func (s *Server) begin(ctx context.Context, user string) error {
	if err := s.sessions.Clear(ctx); err != nil {
		return apperr.Wrap(err, "clear session")
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return apperr.Wrap(err, "renew session")
	}
	s.sessions.Put(ctx, keyUser, user)
	s.sessions.Put(ctx, keyEpoch, s.now().UnixMilli())
	s.sessions.Put(ctx, keySeen, s.now().Unix())
	return nil
}

// forget ends the session of the request.
func (s *Server) forget(ctx context.Context) {
	if err := s.sessions.Destroy(ctx); err != nil {
		s.opt.Logger.ErrorContext(ctx, "session not deleted", "err", err)
	}
}

func hashToken(token string) string {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Flash keeps a message for the next page: tone good, warn, bad or info, a
// key and its arguments.
func (c *Context) Flash(tone, key string, args ...any) {
	s, ctx := c.server, c.Ctx()
	waiting := append(s.readFlash(ctx), ui.Flash{Tone: tone, Key: key, Args: c.flashArgs(args)})
	raw, err := json.Marshal(waiting)
	if err != nil {
		s.opt.Logger.ErrorContext(ctx, "message not kept", "key", key, "err", err)
		return
	}
	s.sessions.Put(ctx, keyFlash, string(raw))
}

// flashArgs writes the arguments as text at once, for they wait in a session.
func (c *Context) flashArgs(args []any) []string {
	p := ui.Page{Lang: c.Lang(), Zone: c.server.opt.Zone}
	out := make([]string, len(args))
	for i, a := range args {
		if key, ok := a.(string); ok {
			out[i] = key // a key is translated when it is shown
		} else {
			out[i] = p.Text(a)
		}
	}
	return out
}

func (s *Server) readFlash(ctx context.Context) []ui.Flash {
	var out []ui.Flash
	if raw := s.sessions.GetString(ctx, keyFlash); raw != "" {
		if err := json.Unmarshal([]byte(raw), &out); err != nil {
			s.opt.Logger.ErrorContext(ctx, "messages unreadable", "err", err)
		}
	}
	return out
}

// takeFlash gives the waiting messages and forgets them.
func (s *Server) takeFlash(ctx context.Context) []ui.Flash {
	if info := infoOf(ctx); info == nil || !info.session || !s.sessions.Exists(ctx, keyFlash) {
		return nil
	}
	out := s.readFlash(ctx)
	s.sessions.Remove(ctx, keyFlash)
	return out
}

package web

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
)

// Tokens knows the bearer tokens of the API. It is declared here, by its
// consumer; package kis has it.
type Tokens interface {
	// LoadToken gives the person behind a token, with Actor.TokenID and the
	// grants valid now, and the preferred language. Unauthenticated when the
	// token opens nothing.
	LoadToken(ctx context.Context, token string) (a actor.Actor, lang string, err error)
}

// apiBase is where everything for programs lies. There a bearer token says who
// asks, and only that: no session is read and no cookie is set.
const apiBase = "/api/"

func isAPI(path string) bool { return strings.HasPrefix(path, apiBase) }

// loadToken puts the person of the bearer token into the context of a request
// to the API.
func (s *Server) loadToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isAPI(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Vary", "Authorization, Accept-Language")
		info, asked := infoOf(r.Context()), askedLang(r)
		info.lang = i18n.Default
		info.setView(asked, "")
		given := r.Header.Values("Authorization")
		if len(given) == 0 {
			next.ServeHTTP(w, r) // as nobody
			return
		}
		scheme, token, _ := strings.Cut(given[0], " ")
		var a actor.Actor
		var lang string
		err := error(apperr.New(apperr.Unauthenticated, "error.token"))
		if s.opt.Tokens != nil && len(given) == 1 && strings.EqualFold(scheme, "Bearer") {
			a, lang, err = s.opt.Tokens.LoadToken(r.Context(), strings.TrimSpace(token))
		}
		if err == nil && asked == "" {
			info.setView(lang, "")
		}
		if err == nil {
			info.user = a.UserID
			if wait := s.rates.take(a.TokenID, s.now()); wait > 0 {
				err = apperr.New(apperr.TooMany, "error.too_many", "wait", wait)
			}
		}
		if err != nil {
			s.answerError(w, r, err)
			return
		}
		a.Lang = info.lang
		next.ServeHTTP(w, r.WithContext(actor.With(r.Context(), a)))
	})
}

// askedLang is the language that a program asks for, "" when it does not say.
func askedLang(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); i18n.Known(lang) {
		return lang
	}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return ""
	}
	for _, t := range tags {
		if base, _ := t.Base(); i18n.Known(base.String()) {
			return base.String()
		}
	}
	return ""
}

// Bounds of the requests of one token, unless Options.TokenRate says otherwise.
const (
	usualTokenRate = 600 // a minute
	maxRates       = 4096
)

// rates holds how many requests each token has left. It is kept by each node
// for itself: a bound against programs that run away, not a count of anything.
type rates struct {
	mu     sync.Mutex
	minute float64 // requests a minute, which may also come all at once
	left   map[string]rate
}

type rate struct {
	left float64
	at   time.Time
}

func newRates(minute int) *rates {
	if minute <= 0 {
		minute = usualTokenRate
	}
	return &rates{minute: float64(minute), left: map[string]rate{}}
}

// take counts one request and gives how long to wait when there is none left.
func (r *rates) take(token string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.left) >= maxRates {
		for k, x := range r.left {
			if now.Sub(x.at) >= time.Minute {
				delete(r.left, k) // full again
			}
		}
	}
	x, known := r.left[token]
	if !known {
		x = rate{r.minute, now}
	}
	if since := now.Sub(x.at); since > 0 {
		x.left, x.at = min(r.minute, x.left+since.Minutes()*r.minute), now
	}
	if x.left < 1 {
		r.left[token] = x
		return max(time.Duration((1-x.left)/r.minute*float64(time.Minute)), time.Second)
	}
	x.left--
	r.left[token] = x
	return 0
}

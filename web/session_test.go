package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

func site(t *testing.T) *webtest.Site {
	return webtest.New(t, func(r *web.Router) {
		r.GET("/work", policies.SelfUse, ok)
		r.GET("/cycles", policies.CycleRead, ok)
		r.GET("/trail", policies.TrailRead, ok)
		r.POST("/say", policies.SelfUse, func(c *web.Context) error {
			c.Flash("good", "web.due.left", "n", 1234)
			return c.Redirect("/work")
		})
	})
}

func TestSigningInLeadsOnAndSigningOutEndsIt(t *testing.T) {
	s := site(t)
	s.Users.Add(employee)
	v := s.Nobody()
	a := v.Follow(v.Get("/cycles")).Want(http.StatusOK).Has(".k-quote", "Bu səhifəni görmək üçün")
	a = v.Post("/sign-in", "email", "u1@stat.test", "password", webtest.Password, "next", a.Attr("form[action='/sign-in'] [name=next]", "value"))
	v.Follow(a.WantRedirect("/cycles")).Want(http.StatusOK).Has(".k-top", "Aytən Məmmədova").Has(".nav-item.active [aria-current=page]", "Statistik proseslər")
	v.Get("/sign-in").WantRedirect("/")
	v.Follow(v.Post("/sign-out").WantRedirect("/sign-in")).Has(".k-quote", "Sistemdən çıxdınız")
	v.Get("/cycles").WantRedirect("/sign-in?next=%2Fcycles")
}

func TestAWrongPasswordAndAnUnknownAccountLookTheSame(t *testing.T) {
	s := site(t)
	s.Users.Add(employee)
	v := s.Nobody()
	wrong := v.Post("/sign-in", "email", "u1@stat.test", "password", "x").Want(http.StatusUnprocessableEntity)
	unknown := v.Post("/sign-in", "email", "u9@stat.test", "password", "x").Want(http.StatusUnprocessableEntity)
	if got := wrong.Text("[role=alert]"); got != unknown.Text("[role=alert]") || !strings.Contains(got, "yanlışdır") {
		t.Errorf("wrong: %q, unknown: %q", got, unknown.Text("[role=alert]"))
	}
	if wrong.Value("email") != "u1@stat.test" || wrong.Attr("[name=password]", "type") != "password" || strings.Contains(wrong.Body, `value="x"`) {
		t.Error("the address must stay and the password must not come back")
	}
	v.Post("/sign-in", "email", "", "password", "").Want(http.StatusUnprocessableEntity).
		Has("#f-email-error", "doldurulmalıdır").Has("a[href='#f-password']", "Şifrə: doldurulmalıdır")
	for range 5 {
		v.Post("/sign-in", "email", "u1@stat.test", "password", "x")
	}
	a := v.Post("/sign-in", "email", "u1@stat.test", "password", webtest.Password).Want(http.StatusTooManyRequests).Has("[role=alert]", "2 dəqiqə")
	if a.Header.Get("Retry-After") != "90" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
}

func TestSigningInChangesTheTokenAndKeepsNothingOfTheOldSession(t *testing.T) {
	s := site(t)
	s.Users.Add(employee)
	v := s.Nobody()
	v.Post("/sign-out") // leaves a message, so there is a session before signing in
	before := v.Cookie("kis")
	if before == "" {
		t.Fatal("no session before signing in")
	}
	v.Post("/sign-in", "email", "u1@stat.test", "password", webtest.Password).WantRedirect("/")
	if v.Cookie("kis") == before || v.Cookie("kis") == "" {
		t.Error("the token is the one from before")
	}
	thief := s.Nobody()
	thief.SetCookie("kis", before)
	thief.Get("/work").WantRedirect("/sign-in?next=%2Fwork")
}

func TestTheCookieIsHiddenFromScriptsAndBoundToHTTPS(t *testing.T) {
	for secure, want := range map[bool]string{false: "kis=", true: "__Host-kis="} {
		s := webtest.New(t, nil, func(o *web.Options) { o.Secure = secure })
		s.Users.Add(employee)
		a := s.Nobody().Post("/sign-in", "email", "u1@stat.test", "password", webtest.Password)
		c := a.Header.Get("Set-Cookie")
		if !strings.HasPrefix(c, want) || !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || !strings.Contains(c, "Path=/") || strings.Contains(c, "Secure") != secure || strings.Contains(c, "Domain") {
			t.Errorf("secure %v: %s", secure, c)
		}
		if (a.Header.Get("Strict-Transport-Security") != "") != secure {
			t.Errorf("secure %v: HSTS %q", secure, a.Header.Get("Strict-Transport-Security"))
		}
	}
}

func TestOnlyPathsOfThisProgramAreLedOnTo(t *testing.T) {
	s := site(t)
	s.Users.Add(employee)
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "/\t/evil.example", "work", "", "/%2f/..//x\r\nSet-Cookie: a=b"} {
		s.Nobody().Post("/sign-in", "email", "u1@stat.test", "password", webtest.Password, "next", next).WantRedirect("/")
		s.Nobody().Post("/preferences", "lang", "en", "next", next).WantRedirect("/")
	}
	s.Nobody().Post("/sign-in", "email", "u1@stat.test", "password", webtest.Password, "next", "/cycles?a=b&c=//d").WantRedirect("/cycles?a=b&c=//d")
}

func TestRolesAndRemovalWorkWithTheNextRequest(t *testing.T) {
	s := site(t)
	v := s.As(employee)
	v.Get("/trail").Want(http.StatusForbidden)
	promoted := employee
	promoted.Grants = []actor.Grant{{Role: string(policies.QualityManager)}}
	s.Users.Add(promoted)
	v.Get("/trail").Want(http.StatusOK)
	s.Users.Remove("u1")
	v.Get("/trail").WantRedirect("/sign-in?next=%2Ftrail")
}

func TestASessionEndsWhenUnusedAndAtItsEnd(t *testing.T) {
	s := site(t)
	v := s.As(employee)
	for range 4 {
		s.Pass(110 * time.Minute)
		v.Get("/work").Want(http.StatusOK)
	}
	s.Pass(121 * time.Minute)
	v.Get("/work").WantRedirect("/sign-in?next=%2Fwork")
}

func TestSigningOutEverywhereEndsTheOtherSessionsToo(t *testing.T) {
	s := site(t)
	here, there := s.As(employee), s.As(employee)
	s.Pass(time.Minute)
	here.Get("/me").Want(http.StatusOK).Has("dialog#everywhere", "Bu cihaz da daxil olmaqla")
	here.Follow(here.Post("/me/sign-out-everywhere").WantRedirect("/sign-in")).Has(".k-quote", "Bütün cihazlardan çıxıldı")
	there.Get("/work").WantRedirect("/sign-in?next=%2Fwork")
	s.As(employee).Get("/work").Want(http.StatusOK)
}

func TestChangingThePasswordKeepsThisSessionOnly(t *testing.T) {
	s := site(t)
	here, there := s.As(employee), s.As(employee)
	s.Pass(time.Minute)
	here.Post("/me/password", "old", "wrong", "new", "yeni uzun ifadə 1", "again", "yeni uzun ifadə 1").
		Want(http.StatusUnprocessableEntity).Has("#f-old-error", "yanlışdır")
	here.Post("/me/password", "old", webtest.Password, "new", "a", "again", "b").Want(http.StatusUnprocessableEntity).Has("#f-again-error")
	here.Post("/me/password", "old", webtest.Password, "new", "qısa", "again", "qısa").Want(http.StatusUnprocessableEntity).Has("#f-new-error", "12")
	old := here.Cookie("kis")
	here.Follow(here.Post("/me/password", "old", webtest.Password, "new", "yeni uzun ifadə 1", "again", "yeni uzun ifadə 1").WantRedirect("/me")).
		Want(http.StatusOK).Has(".k-quote", "Şifrə dəyişdirildi")
	if here.Cookie("kis") == old {
		t.Error("the token is the old one")
	}
	there.Get("/work").WantRedirect("/sign-in?next=%2Fwork")
	s.SignIn("u1@stat.test", "yeni uzun ifadə 1")
}

func TestLanguageAndThemeAreRemembered(t *testing.T) {
	s := site(t)
	v := s.Nobody()
	if a := v.Get("/sign-in"); a.Attr("html", "lang") != "az" || a.Attr("html", "data-bs-theme") != "light" {
		t.Error("Azerbaijani and light are the start")
	}
	v.Header.Set("Accept-Language", "fr, en-GB;q=0.8, az;q=0.5")
	v.Get("/sign-in").Has("h1", "Sign in")
	v.Post("/preferences", "lang", "az", "next", "/sign-in").WantRedirect("/sign-in")
	v.Get("/sign-in").Has("h1", "Sistemə giriş")
	v.Post("/preferences", "theme", "dark", "next", "/sign-in")
	if v.Get("/sign-in").Attr("html", "data-bs-theme") != "dark" {
		t.Error("dark is forgotten")
	}
	v.Post("/preferences", "theme", "pink").Want(http.StatusUnprocessableEntity)
	v.Post("/preferences", "lang", "<script>").Want(http.StatusUnprocessableEntity)

	// Signed in, the choice is the person's, on every device.
	w := s.As(employee)
	w.Post("/preferences", "lang", "en", "theme", "dark")
	a := s.As(employee).Get("/work").Has(".nav-link", "My work")
	if a.Attr("html", "lang") != "en" || a.Attr("html", "data-bs-theme") != "dark" {
		t.Error("the person's choice is not kept")
	}
	r := httptest.NewRequest(http.MethodPost, "/preferences", strings.NewReader("theme=light"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Dest", "empty")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w.Do(r).Want(http.StatusNoContent)
}

func TestAMessageIsShownOnce(t *testing.T) {
	s := site(t)
	v := s.As(employee)
	v.Follow(v.Post("/say").WantRedirect("/work")).Has(".k-quote.k-good[role=status]", "1 234 gün qalıb")
	v.Get("/work").HasNot(".k-quote.k-good")
}

func TestAFaultOfTheDatabaseIsAFaultNotASignOut(t *testing.T) {
	s := site(t)
	v := s.As(employee)
	s.Users.Err = errors.New("connection refused")
	v.Get("/work").Want(http.StatusInternalServerError).HasNot("main", "connection")
	s.Users.Err = nil
	v.Get("/work").Want(http.StatusOK)
}

func TestAssetsAndHealthAskForNobody(t *testing.T) {
	s := site(t)
	v := s.As(employee)
	loads := s.Users.Loads
	for _, p := range []string{"/healthz", "/readyz", "/favicon.ico"} {
		if a := v.Get(p); a.Status >= 400 || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %v", p, a.Status, a.Header)
		}
	}
	if s.Users.Loads != loads {
		t.Error("a person was loaded for what needs none")
	}
}

// failing is a session store that can stop writing.
type failing struct {
	scs.CtxStore
	down bool
}

func (f *failing) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	if f.down {
		return errors.New("read only")
	}
	return f.CtxStore.CommitCtx(ctx, token, b, expiry)
}

func TestASessionThatCannotBeKeptIsAFaultAndOnePage(t *testing.T) {
	store := &failing{CtxStore: webtest.Sessions()}
	s := webtest.New(t, nil, func(o *web.Options) { o.Sessions = store })
	s.Users.Add(employee)
	store.down = true
	a := s.Nobody().Post("/sign-in", "email", "u1@stat.test", "password", webtest.Password).Want(http.StatusInternalServerError)
	if n := strings.Count(a.Body, "</html>"); n != 1 || a.Location != "" {
		t.Errorf("%d pages, leads to %q", n, a.Location)
	}
}

func TestTheSessionIsNotWrittenForEachRequest(t *testing.T) {
	store := &failing{CtxStore: webtest.Sessions()}
	s := webtest.New(t, func(r *web.Router) { r.GET("/work", policies.SelfUse, ok) }, func(o *web.Options) { o.Sessions = store })
	v := s.As(employee)
	store.down = true // from now on a write would be a fault
	for range 4 {
		s.Pass(time.Minute)
		v.Get("/work").Want(http.StatusOK)
	}
}

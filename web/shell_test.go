package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/assets"
	"github.com/kis-platform/kis/web/ui"
	"github.com/kis-platform/kis/web/webtest"
)

func TestEveryAnswerCarriesTheContentPolicy(t *testing.T) {
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/panic", policies.Public, func(*web.Context) error { panic("boom") })
		r.GET("/work", policies.SelfUse, ok)
	})
	v := s.Nobody()
	for _, p := range []string{"/", "/sign-in", "/work", "/nothing", "/panic", "/healthz", "/metrics", assets.Path("kis.css"), assets.Path("kis.js"), "/assets/none.css"} {
		h := v.Get(p).Header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %s", p, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" ||
			h.Get("Permissions-Policy") == "" || h.Get("Cross-Origin-Opener-Policy") != "same-origin" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: headers %v", p, h)
		}
	}
}

func TestAPageHasNothingInline(t *testing.T) {
	s := site(t)
	for _, a := range []*webtest.Answer{s.Nobody().Get("/sign-in"), s.As(employee).Get("/me"), s.As(employee).Get("/nothing")} {
		if n := a.Count("style, [style], script:not([src]), [onclick], [onload], [onsubmit], [href^='javascript']"); n != 0 {
			t.Errorf("%d inline styles, scripts or handlers", n)
		}
	}
}

func TestAPostFromAnotherSiteIsRefused(t *testing.T) {
	s := site(t)
	v := s.As(employee)
	post := func(name, value string) *webtest.Answer {
		r := httptest.NewRequest(http.MethodPost, "/say", nil)
		if name != "" {
			r.Header.Set(name, value)
		}
		return v.Do(r)
	}
	post("Sec-Fetch-Site", "cross-site").Want(http.StatusForbidden).Has("main", "başqa saytdan")
	post("Origin", "https://evil.example").Want(http.StatusForbidden)
	post("Origin", "http://example.com").WantRedirect("/work")
	post("", "").WantRedirect("/work")
}

func TestAPanicIsAPageWithItsNumberOnly(t *testing.T) {
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/panic", policies.Public, func(*web.Context) error { panic("secret in the panic") })
		r.GET("/late", policies.Public, func(c *web.Context) error {
			_, _ = c.Writer().Write([]byte("half a page"))
			return errors.New("too late")
		})
	})
	a := s.As(employee).Get("/panic").Want(http.StatusInternalServerError).Has("h1", "Sistemdə xəta baş verdi")
	if strings.Contains(a.Body, "secret") || strings.Contains(a.Body, "goroutine") {
		t.Error("the panic is shown")
	}
	if a := s.Nobody().Get("/late"); !a.Aborted {
		t.Errorf("an answer that broke off looks whole: %d", a.Status)
	}
}

func TestHeadIsAnsweredLikeGet(t *testing.T) {
	s := site(t)
	s.Nobody().Do(httptest.NewRequest(http.MethodHead, "/sign-in", nil)).Want(http.StatusOK)
	s.Nobody().Do(httptest.NewRequest(http.MethodHead, "/healthz", nil)).Want(http.StatusOK)
	s.Nobody().Do(httptest.NewRequest(http.MethodDelete, "/sign-in", nil)).Want(http.StatusMethodNotAllowed)
}

func TestReadyAsksTheDatabase(t *testing.T) {
	var down error
	s := webtest.New(t, nil, func(o *web.Options) { o.Ready = func(context.Context) error { return down } })
	s.Nobody().Get("/readyz").Want(http.StatusOK)
	down = errors.New("gone")
	if a := s.Nobody().Get("/readyz").Want(http.StatusServiceUnavailable); strings.Contains(a.Body, "gone") {
		t.Error("the cause is shown")
	}
	s.Nobody().Get("/healthz").Want(http.StatusOK)
}

func TestMetricsCountByRouteAndStayOnTheMachine(t *testing.T) {
	s := site(t)
	v := s.As(employee)
	v.Get("/work")
	v.Get("/trail")
	v.Get("/no/such/page")
	get := func(remote, forwarded string) *webtest.Answer {
		r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		r.RemoteAddr = remote
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		return s.Nobody().Do(r)
	}
	a := get("127.0.0.1:5000", "").Want(http.StatusOK)
	for _, want := range []string{
		`kis_http_requests_total{method="GET",route="/work",status="200"} 1`,
		`kis_http_requests_total{method="GET",route="/trail",status="403"} 1`,
		`kis_http_requests_total{method="any",route="none",status="404"} 1`,
		`kis_http_request_seconds_bucket{route="/work",le="+Inf"} 1`,
		`kis_http_request_seconds_count{route="/work"} 1`,
	} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("no %s in\n%s", want, a.Body)
		}
	}
	get("[::1]:5000", "").Want(http.StatusOK)
	get("10.0.0.5:5000", "").Want(http.StatusNotFound)
	get("127.0.0.1:5000", "10.0.0.5").Want(http.StatusNotFound)
}

func TestTheAddressBelievesKnownProxiesOnly(t *testing.T) {
	var got string
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/address", policies.Public, func(c *web.Context) error { got = c.Address(); return ok(c) })
	}, func(o *web.Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.7:1", "203.0.113.9", "192.0.2.7"},
		{"10.0.0.1:1", "203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:1", "1.1.1.1, 203.0.113.9", "203.0.113.9"},
		{"10.0.0.1:1", "203.0.113.9, 10.0.0.2", "203.0.113.9"},
		{"10.0.0.1:1", "garbage", "10.0.0.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/address", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		s.Nobody().Do(r)
		if got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestTheMenuShowsWhatMayBeDoneAndIsThere(t *testing.T) {
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/work", policies.SelfUse, ok)
		r.GET("/cycles", policies.CycleRead, ok)
		r.GET("/cycles/:id", policies.CycleRead, ok)
		r.GET("/processes", policies.ProcessRead, ok)
		r.GET("/trail", policies.TrailRead, ok)
	})
	a := s.As(employee).Get("/work")
	if got := a.Text(".nav-link-title"); got != "Mənim işlərimStatistik proseslər" {
		t.Errorf("employee: %q", got)
	}
	s.As(manager).Get("/work").Has(".nav-section-title", "Sistem").Has(".nav-link", "Dəyişikliklər jurnalı")
	for _, p := range []string{"/cycles", "/cycles/7", "/processes"} {
		s.As(employee).Get(p).Has(".nav-item.active", "Statistik proseslər")
	}
	// Every entry but the four above has no page here, whatever the menu has.
	var rest []string
	for _, sec := range web.Nav() {
		for _, e := range sec.Entries {
			if !slices.Contains([]string{"/work", "/cycles", "/processes", "/trail"}, e.Path) {
				rest = append(rest, e.Path)
			}
		}
	}
	if missing := s.Server.Router().MissingNav(); len(rest) < 20 || !slices.Equal(missing, rest) {
		t.Errorf("missing: %v, want %v", missing, rest)
	}
}

func TestTheMenuTableIsInOrder(t *testing.T) {
	for _, sec := range web.Nav() {
		if sec.Key != "" && !i18n.Has(sec.Key) {
			t.Errorf("no text %s", sec.Key)
		}
		for _, e := range sec.Entries {
			if !i18n.Has(e.Key) || !assets.HasIcon(e.Icon) {
				t.Errorf("%s: text %v, icon %q %v", e.Path, i18n.Has(e.Key), e.Icon, assets.HasIcon(e.Icon))
			}
		}
	}
}

func TestWhatPeopleTypedIsNeverMarkup(t *testing.T) {
	evil := `<script>alert("1")</script>'"&`
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/evil", policies.Public, func(c *web.Context) error {
			p := c.Page(evil)
			return c.Render(http.StatusOK, ui.Empty("inbox", evil, c.Query("q"), "javascript:alert(1)", p.Title))
		})
	})
	a := s.Nobody().Get("/evil?q=" + "%3Cscript%3Ealert(%221%22)%3C/script%3E'%22%26")
	if strings.Contains(a.Body, "<script") || a.Text("h3") != evil || a.Text("p") != evil {
		t.Errorf("%s", a.Body)
	}
}

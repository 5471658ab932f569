package kisweb_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web"
)

func TestATokenOpensNothingOnceItDoesNotHold(t *testing.T) {
	overAPI(t, func(t *testing.T, s apiSite) {
		s.office.Running("2026")
		ctx := s.office.As(t.Context(), "aytan")
		made, token, err := s.office.CreateToken(ctx, office.NewToken{Name: "cədvəl", To: "2026-11-25"})
		if err != nil {
			t.Fatal(err)
		}
		var kept string
		if err := s.office.DB.Read().NewRaw(`SELECT hash || name || start FROM api_tokens`).Scan(t.Context(), &kept); err != nil || strings.Contains(kept, token) || strings.Contains(kept, token[8:]) {
			t.Errorf("the database keeps %q (%v)", kept, err)
		}
		p := program{s, token, "az"}
		p.get("/api/v1/processes").Want(200)
		if list, err := s.office.OwnTokens(ctx); err != nil || list[0].LastUsedAt.IsZero() {
			t.Errorf("last use: %+v %v", list, err)
		}
		if d := p.get("/api/v1/evidence/x").refuses(404).text("title"); d != "Səhifə tapılmadı" {
			t.Errorf("in Azerbaijani: %q", d)
		}
		clock := storetest.ClockOf(s.office.DB)
		clock.SetDay("2026-11-25")
		p.get("/api/v1/processes").Want(200)
		clock.SetDay("2026-11-26")
		if a := p.get("/api/v1/processes").refuses(401); a.Header.Get("WWW-Authenticate") == "" || a.text("code") != "error.token" {
			t.Errorf("expired: %v %s", a.Header, a.Body)
		}
		clock.SetDay("2026-11-24")
		if err := s.office.RevokeToken(s.office.As(t.Context(), "tural"), made.ID); err == nil {
			t.Error("somebody else's token was revoked")
		}
		if err := s.office.RevokeToken(ctx, made.ID); err != nil {
			t.Fatal(err)
		}
		p.get("/api/v1/processes").refuses(401)
		if err := s.office.RevokeToken(ctx, made.ID); err == nil {
			t.Error("revoked twice")
		}
		// A role that ends takes its rights along, a disabled owner all of them.
		admin, tural := s.office.As(t.Context(), "rauf"), s.of("tural")
		tural.get("/api/v1/evidence").Want(200)
		u, err := s.office.User(admin, s.office.ID("tural"))
		if err == nil {
			err = s.office.EndGrant(admin, s.office.ID("tural"), u.Grants[0].ID, "2026-11-24")
		}
		if err != nil {
			t.Fatal(err)
		}
		tural.get("/api/v1/evidence").Want(200)
		clock.SetDay("2026-11-25")
		tural.get("/api/v1/evidence").refuses(403)
		if err := s.office.DisableUser(admin, s.office.ID("tural")); err != nil {
			t.Fatal(err)
		}
		tural.get("/api/v1/evidence").refuses(401)
		program{s, "kis_NOSUCHTOKEN", "en"}.get("/api/v1/processes").refuses(401)
		program{s, "", "en"}.get("/api/v1/processes").refuses(401)
		// A session is no token, and a token is no session.
		a := s.as("aytan").Get("/api/v1/processes")
		if a.Status != 401 || a.Location != "" {
			t.Errorf("a session opens the API: %d", a.Status)
		}
		if got := s.of("nigar").send(httptest.NewRequest(http.MethodGet, "/api/v1/nothing", nil)); got.Status != 404 {
			t.Errorf("no such address: %d", got.Status)
		}
		r := httptest.NewRequest(http.MethodGet, "/processes", nil)
		r.Header.Set("Authorization", "Bearer "+s.of("elchin").token)
		if a := s.Nobody().Do(r); a.Status != http.StatusSeeOther {
			t.Errorf("a token opens a page: %d", a.Status)
		}
	})
}

func TestATokenThatAsksTooOftenHasToWait(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := openAPI(t, db, func(o *web.Options) { o.TokenRate = 3 })
		p, other := s.of("nigar"), s.of("aytan")
		for range 3 {
			p.get("/api/v1/processes").Want(200)
		}
		if a := p.get("/api/v1/processes").refuses(429); a.Header.Get("Retry-After") == "" {
			t.Error("it does not say how long")
		}
		other.get("/api/v1/processes").Want(200)
		clock := storetest.ClockOf(db)
		clock.Add(time.Minute)
		p.get("/api/v1/processes").Want(200)
	})
}

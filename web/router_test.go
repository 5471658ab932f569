package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
	"github.com/kis-platform/kis/web/webtest"
)

// employee works in the department d1.
var employee = actor.Actor{UserID: "u1", Name: "Aytən Məmmədova", DepartmentID: "d1", Grants: []actor.Grant{{Role: string(policies.Employee), DepartmentID: "d1"}}}

// manager is the quality manager.
var manager = actor.Actor{UserID: "u2", Name: "Nigar Əliyeva", DepartmentID: "d2", Grants: []actor.Grant{{Role: string(policies.QualityManager)}}}

func ok(c *web.Context) error {
	return c.Render(http.StatusOK, ui.Layout(c.Page("web.nav.work")))
}

func TestARouteWithoutAKnownActionIsRefusedAtStart(t *testing.T) {
	for name, register := range map[string]func(r *web.Router){
		"unknown action": func(r *web.Router) { r.GET("/x", "kis:thing:fly", ok) },
		"no action":      func(r *web.Router) { r.POST("/x", "", ok) },
		"no handler":     func(r *web.Router) { r.GET("/x", policies.Public, nil) },
		"no path":        func(r *web.Router) { r.STREAM("x", policies.Public, ok) },
		"slash at end":   func(r *web.Router) { r.GET("/x/", policies.Public, ok) },
		"twice":          func(r *web.Router) { r.POST("/x", policies.Public, ok); r.STREAM("/x", policies.Public, ok) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: registered", name)
				}
			}()
			webtest.New(t, register)
		}()
	}
}

func TestTheTableOfRoutesNamesTheActionOfEach(t *testing.T) {
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/cycles", policies.CycleRead, ok)
		r.STREAM("/cycles/:id/files", policies.EvidenceSubmit, ok)
	})
	var got []string
	for _, r := range s.Server.Router().Routes() {
		got = append(got, fmt.Sprintf("%s %s %s", r.Method, r.Path, r.Action))
	}
	want := []string{"GET / public", "GET /api/openapi.json public", "GET /assets/*file public", "GET /cycles kis:cycle:read", "POST /cycles/:id/files kis:evidence:submit",
		"GET /favicon.ico public", "GET /healthz public", "GET /me kis:self:use", "POST /me/password kis:self:use",
		"POST /me/sign-out-everywhere kis:self:use", "GET /metrics public", "POST /preferences public", "GET /readyz public",
		"GET /sign-in public", "POST /sign-in public", "POST /sign-out public"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("routes:\n%s", strings.Join(got, "\n"))
	}
}

func TestTheActionOfTheRouteDecidesWhoGetsIn(t *testing.T) {
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/cycles", policies.CycleRead, ok)
		r.POST("/evidence/:id/review", policies.EvidenceReview, func(c *web.Context) error { return c.Redirect("/cycles") })
	})
	nobody := s.Nobody()
	nobody.Get("/cycles?phase=5").WantRedirect("/sign-in?next=%2Fcycles%3Fphase%3D5")
	nobody.Post("/evidence/1/review").Want(http.StatusUnauthorized).Has("h1", "Sistemə daxil olmamısınız")
	s.As(employee).Get("/cycles").Want(http.StatusOK)
	s.As(employee).Post("/evidence/1/review").Want(http.StatusForbidden).Has("h1", "Buna icazəniz yoxdur").Has("nav#menu")
	s.As(manager).Post("/evidence/1/review").WantRedirect("/cycles")
}

func TestAHandlerSeesTheScopeOfItsOwnAction(t *testing.T) {
	var got policies.Scope
	var canReview bool
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/evidence", policies.EvidenceRead, func(c *web.Context) error {
			got, canReview = c.Scope(), c.Can(policies.EvidenceReview)
			return ok(c)
		})
	})
	s.As(employee).Get("/evidence").Want(http.StatusOK)
	if got.Any || !got.Department("d1") || got.Department("d2") || canReview {
		t.Errorf("employee: %+v, review %v", got, canReview)
	}
	s.As(manager).Get("/evidence").Want(http.StatusOK)
	if !got.Any || !canReview {
		t.Errorf("manager: %+v, review %v", got, canReview)
	}
}

func TestEachKindOfErrorHasItsStatusAndItsPageInBothLanguages(t *testing.T) {
	var give error
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/fail", policies.Public, func(*web.Context) error { return give })
	})
	for _, c := range []struct {
		err    error
		status int
		az, en string
	}{
		{apperr.InvalidField("email", "error.field.required"), 422, "Göndərilən məlumat qəbul edilmədi", "What was sent was not accepted"},
		{apperr.Missing("act"), 404, "Səhifə tapılmadı", "Page not found"},
		{apperr.New(apperr.Conflict, "error.conflict.state"), 409, "Bu qeyd artıq dəyişib", "This record has already changed"},
		{apperr.New(apperr.Forbidden, "error.forbidden"), 403, "Buna icazəniz yoxdur", "You may not do this"},
		{apperr.New(apperr.TooMany, "error.too_many.later"), 429, "Cəhdlərin sayı həddi aşıb", "Too many attempts"},
		{apperr.Wrap(fmt.Errorf("disk <full> at 10.0.0.1"), "write"), 500, "Sistemdə xəta baş verdi", "Something went wrong"},
		{fmt.Errorf("plain"), 500, "Sistemdə xəta baş verdi", "Something went wrong"},
	} {
		give = c.err
		for lang, title := range map[string]string{"az": c.az, "en": c.en} {
			for _, v := range []*webtest.Visitor{s.Nobody(), s.As(employee)} {
				v.SetCookie("kis_lang", lang)
				a := v.Get("/fail").Want(c.status).Has("h1", title)
				if id := a.Header.Get("X-Request-Id"); id == "" || a.Text("dd code") != id {
					t.Errorf("%v: request %q is not on the page: %q", c.err, id, a.Text("dd code"))
				}
				if a.Attr("html", "lang") != lang {
					t.Errorf("%v: language %s", c.err, a.Attr("html", "lang"))
				}
				if strings.Contains(a.Body, "disk") || strings.Contains(a.Body, "plain\n") {
					t.Errorf("the cause is shown:\n%s", a.Body)
				}
			}
		}
	}
}

func TestProgramsGetTheirErrorsAsJSON(t *testing.T) {
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/api/v1/things", policies.CycleRead, ok)
		r.STREAM("/files", policies.Public, func(*web.Context) error {
			return apperr.InvalidField("files", "error.upload.empty", "file", "a.pdf")
		})
	})
	a := s.Nobody().Get("/api/v1/things").Want(http.StatusUnauthorized)
	if !strings.Contains(a.Body, `"status":401`) || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s %s", a.Header.Get("Content-Type"), a.Body)
	}
	v := s.Nobody()
	v.Header.Set("Accept", "application/json")
	a = v.Post("/files").Want(http.StatusUnprocessableEntity)
	if !strings.Contains(a.Body, `"message":"“a.pdf” faylı boşdur"`) || !strings.Contains(a.Body, `"field":"files"`) {
		t.Errorf("%s", a.Body)
	}
}

func TestUnknownPathsMethodsAndIdsAreTold(t *testing.T) {
	s := webtest.New(t, func(r *web.Router) {
		r.GET("/acts/:id", policies.Public, func(c *web.Context) error {
			if _, err := c.ID("id"); err != nil {
				return err
			}
			return ok(c)
		})
	})
	v := s.Nobody()
	v.Get("/nothing/here").Want(http.StatusNotFound).Has("h1", "Səhifə tapılmadı").Has("a[href='/sign-in']")
	v.Post("/acts/1").Want(http.StatusMethodNotAllowed).Has("h1", "Bu ünvan belə sorğu qəbul etmir")
	v.Get("/acts/0198f2c0-0000-7000-8000-000000000001").Want(http.StatusOK)
	for _, id := range []string{"7", "x", "..%2f..", "%00", "%ff", "0198F2C0-0000-7000-8000-000000000001", "{0198f2c0-0000-7000-8000-000000000001}"} {
		v.Get("/acts/" + id).Want(http.StatusNotFound)
	}
	v.Get("/acts/0198f2c0-0000-7000-8000-000000000001?q=%00").Want(http.StatusUnprocessableEntity)
	v.Get("/acts/0198f2c0-0000-7000-8000-000000000001?q=%ff").Want(http.StatusUnprocessableEntity)
}

package outsideweb_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/outside"
	"github.com/kis-platform/kis/audit/outside/outsideweb"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// house is an office with an act, and the pages of links.
type house struct {
	*audittest.Office
	*webtest.Site
	t   *testing.T
	act audit.Act
}

func newHouse(t *testing.T, db *store.DB) house {
	o := audittest.New(t, db)
	a := o.Started()
	act := o.Act(a.ID, "4.4-a", audit.ActIssued)
	return house{o, webtest.New(t, func(r *web.Router) { outsideweb.Register(r, outside.New(o.Audit), "http://kis.example/") }, func(opt *web.Options) { opt.Clock, opt.Zone = db.Now, o.Zone }), t, act}
}

func (h house) sign(key string) *webtest.Visitor {
	h.t.Helper()
	a, err := h.ActorOf(h.System(), h.ID(key))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.Site.As(a)
}

var address = regexp.MustCompile(`http://kis\.example/outside\?key=([A-Z2-7]{26})`)

// link makes a link on the page and gives its secret.
func (h house) link(object, uses string) string {
	h.t.Helper()
	got := h.sign("nigar").Post("/observers", "object", object, "name", "Anar Vəliyev", "organisation", "SGS", "reason", "Nəzarət auditi", "last_day", h.Today().Add(7).Format(), "max_uses", uses).Want(http.StatusCreated)
	m := address.FindStringSubmatch(got.Body)
	if m == nil {
		h.t.Fatalf("no address on the page:\n%s", got.Body)
	}
	return m[1]
}

func TestAVisitorWithoutAnAccountReadsOneAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		key := h.link("audit:"+h.act.AuditID, "1")
		v := h.Nobody()
		v.Get("/outside/view").Want(http.StatusForbidden).Has("h1", "Baxış bitib")
		v.Get("/outside?key="+key).Want(http.StatusOK).Has("button", "Baxışı aç")
		v.Get("/outside?key=" + key).Want(http.StatusOK) // looking at the door uses nothing up
		v.Post("/outside", "key", key).WantRedirect("/outside/view")
		page := v.Get("/outside/view").Want(http.StatusOK).Has("a", h.act.Number)
		if strings.Contains(page.Body, key) {
			t.Error("the text of the link stands on the page")
		}
		v.Get("/outside/acts/"+h.act.ID).Want(http.StatusOK).Has("dl", h.act.Statement).HasNot("form[action^='/acts']")
		for _, path := range []string{"/outside/acts/" + store.NewID(), "/outside/acts/x", "/outside/cycles/" + h.Cycle.ID, "/outside/cycles/" + h.Cycle.ID + "/tasks/1.1.1",
			"/outside/evidence/" + store.NewID(), "/outside/evidence/" + store.NewID() + "/files/" + store.NewID()} {
			v.Get(path).Want(http.StatusNotFound)
		}
		// The account is none: what needs one stays closed.
		v.Get("/observers").WantRedirect("/sign-in?next=" + url.QueryEscape("/observers"))
		// The one use is gone; the visit goes on.
		h.Nobody().Post("/outside", "key", key).Want(http.StatusGone).Has("h1", "Keçid istifadə olunub")
		v.Get("/outside/view").Want(http.StatusOK)
		v.Post("/outside/leave").Want(http.StatusOK).Has("h1", "Siz çıxdınız")
		v.Get("/outside/view").Want(http.StatusForbidden)
	})
}

func TestARefusalSaysWhyInBothLanguages(t *testing.T) {
	h := newHouse(t, storetest.Open(t))
	h.Nobody().Get("/outside?key=NOSUCHLINK").Want(http.StatusNotFound).Has("h1", "Belə keçid yoxdur")
	key := h.link("cycle:"+h.Cycle.ID, "3")
	v := h.Nobody()
	v.Post("/outside", "key", key).WantRedirect("/outside/view")
	v.Get("/outside/cycles/" + h.Cycle.ID).Want(http.StatusOK)
	list := h.sign("gunel").Get("/observers").Want(http.StatusOK).Has("td", "1 / 3")
	id := regexp.MustCompile(`/observers/([0-9a-f-]{36})/revoke`).FindStringSubmatch(list.Body)
	if id == nil {
		t.Fatal("no way to revoke")
	}
	h.sign("gunel").Post("/observers/"+id[1]+"/revoke", "reason", "").Want(http.StatusUnprocessableEntity)
	h.sign("gunel").Post("/observers/"+id[1]+"/revoke", "reason", "Audit başa çatıb").WantRedirect("/observers")
	v.Get("/outside/view").Want(http.StatusGone).Has("h1", "Keçid geri alınıb")
	h.Nobody().Get("/outside?key="+key).Want(http.StatusGone).Has("h1", "Keçid geri alınıb")
	h.sign("nigar").Post("/observers", "object", "audit:x", "name", "", "organisation", "", "reason", "", "last_day", "32.13.2026", "max_uses", "x").Want(http.StatusUnprocessableEntity)
	for _, who := range []string{"aytan", "elchin", "samir"} {
		h.sign(who).Get("/observers").Want(http.StatusForbidden)
	}
}

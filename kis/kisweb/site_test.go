package kisweb_test

import (
	"flag"
	"net/http"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/kisweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

var pictures = flag.String("pictures", "", "folder to write screenshots into")

// site is the spine's pages over an office of its own.
type site struct {
	*webtest.Site
	office *kistest.Office
}

func open(t *testing.T, db *store.DB) site {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-11-24")
	o := kistest.NewOffice(t, db)
	s := webtest.New(t, func(r *web.Router) { kisweb.Register(r, o.Service) }, func(opt *web.Options) {
		opt.Users, opt.Sessions, opt.Clock = o.Service, store.NewSessions(db), db.Now
	})
	return site{s, o}
}

// as is a visitor signed in as a person of the office.
func (s site) as(key string) *webtest.Visitor {
	return s.SignIn(kistest.Email(key), kistest.Password)
}

// pages runs a test over an office on each database.
func pages(t *testing.T, test func(t *testing.T, s site)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, open(t, db)) })
}

func TestWhoMayOpenWhichPage(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		paths := map[string]map[string]bool{
			"/admin/users":                                   {"rauf": true},
			"/admin/users/new":                               {"rauf": true},
			"/admin/users/" + s.office.ID("aytan"):           {"rauf": true},
			"/admin/users/" + s.office.ID("aytan") + "/edit": {"rauf": true},
			"/admin/departments":                             {"rauf": true, "aytan": true, "nigar": true, "rafael": true},
			"/admin/departments/new":                         {"rauf": true},
			"/admin/departments/" + s.office.Dept("SSS"):     {"rauf": true, "aytan": true, "nigar": true, "rafael": true},
			"/trail": {"nigar": true, "rafael": true},
		}
		for _, key := range []string{"rauf", "aytan", "nigar", "rafael"} {
			v := s.as(key)
			for path, may := range paths {
				want := http.StatusForbidden
				if may[key] {
					want = http.StatusOK
				}
				if got := v.Get(path).Status; got != want {
					t.Errorf("%s opens %s: %d, want %d", key, path, got, want)
				}
			}
			v.Get("/admin/departments/01930000-0000-7000-8000-000000000009").Want(http.StatusNotFound)
		}
		for path := range paths {
			if a := s.Nobody().Get(path); a.Status != http.StatusSeeOther {
				t.Errorf("nobody opens %s: %d", path, a.Status)
			}
		}
	})
}

package kisweb_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/kisweb"
	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// noticeSite is the pages of notices over an office of its own.
type noticeSite struct {
	site
	notices *notice.Service
	cycle   kis.Cycle
	t       *testing.T
}

func noticePages(t *testing.T, test func(t *testing.T, s noticeSite)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-11-24")
		o := kistest.NewOffice(t, db)
		n := notice.New(o.Service, outbox.NewQueue(db, nil), nil, "https://kis.stat.example")
		n.AddSources(o.Service)
		s := webtest.New(t, func(r *web.Router) {
			kisweb.Register(r, o.Service)
			kisweb.RegisterNotices(r, n)
		}, func(opt *web.Options) {
			opt.Users, opt.Sessions, opt.Clock, opt.Unread = o.Service, store.NewSessions(db), db.Now, n.Unread
		})
		test(t, noticeSite{site{s, o}, n, o.Running("2026"), t})
	})
}

// hands lets aytan hand in evidence for a task and makes the notices of it.
func (s noticeSite) hands(code string) kis.Submission {
	s.t.Helper()
	sub := s.office.Hand("aytan", s.cycle.ID, code)
	if err := s.notices.CatchUp(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return sub
}

func TestNoticesAreReadOnTheirPageAndTheBellCounts(t *testing.T) {
	noticePages(t, func(t *testing.T, s noticeSite) {
		v := s.as("nigar")
		page := v.Get("/notifications").Want(http.StatusOK)
		page.Has("main", "Bildiriş yoxdur")
		if got := page.Attr(".k-top a[href='/notifications']", "aria-label"); got != "Bildirişlər: yenisi yoxdur" || page.Count(".k-top a[href='/notifications'] .k-count") != 0 {
			t.Errorf("bell %q", got)
		}
		var last kis.Submission
		for _, code := range []string{"1.1.1", "1.1.3", "4.2.1", "4.4.1"} {
			last = s.hands(code)
		}
		page = v.Get("/notifications").Want(http.StatusOK)
		page.Has("main li", "Aytən Məmmədova sübut təqdim etdi: 4.4.1", "1-elektron xidmət, 2026", "Yeni").Has("main", "Oxunmamış: 4")
		page.Has(".k-top .k-count", "4")
		work := v.Get("/evidence").Want(http.StatusOK)
		if got := work.Attr(".k-top a[href='/notifications']", "aria-label"); got != "Bildirişlər: 4 yeni" {
			t.Errorf("bell on another page %q", got)
		}
		open := page.Attr("main li form[action$='/open']", "action")
		v.Post(open).WantRedirect("/cycles/" + s.cycle.ID + "/tasks/4.4.1")
		page = v.Get("/notifications").Has(".k-top .k-count", "3")
		if page.Count("main li form[action$='/open']") != 3 || page.Count("main li h3 a[href$='/tasks/4.4.1']") != 1 {
			t.Error("what was opened still asks to be")
		}
		v.Post(page.Attr("main li form[action$='/read']", "action"), "unread", "1").WantRedirect("/notifications?unread=1")
		page = v.Get("/notifications?unread=1&limit=1").Want(http.StatusOK)
		if page.Count("main .k-work li") != 1 {
			t.Errorf("%d on a page of one", page.Count("main .k-work li"))
		}
		v.Get(page.Attr("a[rel=next]", "href")).Want(http.StatusOK).Has("main li", "1.1.1")
		stranger := s.as("elchin")
		stranger.Post(strings.Replace(open, "/open", "/read", 1)).Want(http.StatusNotFound)
		stranger.Post("/notifications/none/open").Want(http.StatusNotFound)
		stranger.Get("/notifications").HasNot("main", "sübut təqdim etdi")
		v.Post("/notifications/read").WantRedirect("/notifications")
		page = v.Get("/notifications?unread=1").Has("main", "Oxunmamış bildiriş yoxdur")
		if page.Count(".k-top .k-count") != 0 {
			t.Error("the bell counts what was read")
		}
		v.Post("/preferences", "lang", "en")
		v.Get("/notifications").Has("main li", "submitted evidence: 4.4.1").Has("h1", "Notifications")
		s.Nobody().Get("/notifications").Want(http.StatusSeeOther)
		if err := s.office.Return(s.office.As(t.Context(), "nigar"), last.ID, "<script>alert(1)</script> {name}"); err != nil {
			t.Fatal(err)
		}
		if err := s.notices.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.as("aytan").Get("/notifications").Has("main li p", "<script>alert(1)</script> {name}")
	})
}

func TestEverybodyChoosesOnAPage(t *testing.T) {
	noticePages(t, func(t *testing.T, s noticeSite) {
		v := s.as("aytan")
		page := v.Get("/me/notifications").Want(http.StatusOK)
		page.Has("main", "poçt serveri qoşulmayıb")
		if page.Value("kind.evidence_returned") != "now" || page.Value("hour") != "8" || page.Count("[name='kind.evidence_review']") != 0 {
			t.Errorf("shows %s at %s", page.Value("kind.evidence_returned"), page.Value("hour"))
		}
		v.Get("/me").Has("a[href='/me/notifications']")
		v.Post("/me/notifications", "kind.evidence_returned", "off", "kind.work", "off", "hour", "9").WantRedirect("/me/notifications")
		page = v.Get("/me/notifications").Has("main", "Seçim yadda saxlandı")
		if page.Value("kind.evidence_returned") != "off" || page.Value("hour") != "9" {
			t.Errorf("kept %s at %s", page.Value("kind.evidence_returned"), page.Value("hour"))
		}
		s.as("nigar").Get("/trail?action=kis:self:notices").Has("main", "Bildirişlərin seçimi", "Qaytarılan sübutlarım", "Dərhal poçtla", "Almıram", "Gündəlik icmalın saatı")
		for _, hour := range []string{"", "24", "-1", "səkkiz", "99999999999999999999"} {
			bad := v.Post("/me/notifications", "hour", hour, "kind.act", "teleqraf").Want(http.StatusUnprocessableEntity)
			bad.Has("#f-hour-error")
			if bad.Count("[aria-invalid=true]") != 2 || bad.Value("hour") != hour {
				t.Errorf("%q: %d fields named, shows %q", hour, bad.Count("[aria-invalid=true]"), bad.Value("hour"))
			}
		}
		other := s.as("elchin").Get("/me/notifications")
		if other.Value("kind.act") != "now" {
			t.Error("somebody else's choice changed")
		}
	})
}

func TestAdministratorsSeeTheQueue(t *testing.T) {
	noticePages(t, func(t *testing.T, s noticeSite) {
		q := s.notices.Queue
		q.Handle("test.bad", func(context.Context, outbox.Job) (outbox.Finish, error) {
			return nil, outbox.GiveUp(fmt.Errorf("550 <no such user>"))
		})
		v := s.as("rauf")
		v.Get("/admin/jobs").Want(http.StatusOK).Has("main", "İş yoxdur", "Poçt serveri (KIS_SMTP_URL) qoşulmayıb")
		if err := s.office.DB.Unrecorded(t.Context(), func(tx *store.Tx) error {
			_, err := q.Enqueue(t.Context(), tx, outbox.New{Kind: "test.bad", Args: map[string]string{"user": "x"}}, outbox.New{Kind: "notice.digest"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		page := v.Get("/admin/jobs?state=dead").Want(http.StatusOK)
		page.Has("tbody tr", "550 <no such user>", "Alınmayıb", "test.bad").HasNot("tbody tr", "Gündəlik icmal")
		retry := page.Attr("tbody form", "action")
		v.Get("/admin/jobs").Has("tbody tr", "Gündəlik icmal", "Gözləyir")
		v.Post(retry).WantRedirect("/admin/jobs?state=dead")
		v.Post(retry).Want(http.StatusConflict)
		s.as("nigar").Get("/admin/jobs").Want(http.StatusForbidden)
		s.as("nigar").Post(retry).Want(http.StatusForbidden)
	})
}

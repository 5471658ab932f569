package kisweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/kisweb"
	"github.com/kis-platform/kis/kis/notice"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// TestManyAreAcceptedOnThePage selects rows of the library: each is decided by
// its own rules, and the page says what became of each.
func TestManyAreAcceptedOnThePage(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		c := s.office.Running("2026")
		first, second, returned := s.office.Hand("aytan", c.ID, "1.1.1"), s.office.Hand("aytan", c.ID, "1.1.3"), s.office.Hand("aytan", c.ID, "1.1.4")
		nigar := s.as("nigar")
		list := nigar.Get("/evidence?state=submitted&q=1.1").Want(http.StatusOK)
		if n := list.Count("tbody input[type=checkbox]"); n != 3 {
			t.Fatalf("%d rows to select", n)
		}
		if err := s.office.Return(s.office.As(t.Context(), "nigar"), returned.ID, "Möhür yoxdur"); err != nil {
			t.Fatal(err)
		}
		form := url.Values{"submission": {first.ID, second.ID, returned.ID}, "back": {list.Value("back")}}
		done := nigar.PostForm("/evidence/accept", form).Want(http.StatusOK)
		if n := done.Count("tbody .k-good"); n != 2 || done.Count("tbody .k-warn") != 1 {
			t.Errorf("%d accepted:\n%s", n, done.Body)
		}
		if back := done.Attr("main a.btn-primary", "href"); back != list.Value("back") || !strings.Contains(back, "state=submitted") {
			t.Errorf("leads back to %q", back)
		}
		nigar.Get("/evidence?state=accepted").Has("tbody", "1.1.1", "1.1.3").HasNot("tbody", "1.1.4")
		nigar.Follow(nigar.PostForm("/evidence/accept", url.Values{})).Want(http.StatusOK).Has("h1", "Sübut")
		form.Set("back", "https://example.org/")
		if back := nigar.PostForm("/evidence/accept", form).Want(http.StatusOK).Attr("main a.btn-primary", "href"); back != "/evidence" {
			t.Errorf("leads away to %q", back)
		}
		aytan := s.as("aytan")
		if n := aytan.Get("/evidence").Want(http.StatusOK).Count("tbody input[type=checkbox]"); n != 0 {
			t.Errorf("who reviews nothing can select %d", n)
		}
		aytan.PostForm("/evidence/accept", form).Want(http.StatusForbidden)
	})
}

// TestBrowserLibrary opens the pages of the library, of notices, of processes
// and of cycles in a real browser, wide in Azerbaijani and narrow in English,
// and accepts two rows of a search without a mouse.
func TestBrowserLibrary(t *testing.T) {
	db := storetest.Open(t)
	storetest.ClockOf(db).SetDay("2026-11-24")
	o := kistest.NewOffice(t, db)
	n := notice.New(o.Service, outbox.NewQueue(db, nil), nil, "https://kis.stat.example")
	n.AddSources(o.Service)
	s := site{webtest.New(t, func(r *web.Router) {
		kisweb.Register(r, o.Service)
		kisweb.RegisterNotices(r, n)
	}, func(opt *web.Options) {
		opt.Users, opt.Sessions, opt.Clock, opt.Unread = o.Service, store.NewSessions(db), db.Now, n.Unread
	}), o}
	c := o.Running("2026")
	for _, code := range []string{"1.1.1", "1.1.3", "1.1.4", "4.2.1", "4.4.1"} {
		o.Hand("aytan", c.ID, code)
	}
	if err := n.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := db.Unrecorded(t.Context(), func(tx *store.Tx) error {
		_, err := n.Queue.Enqueue(t.Context(), tx, outbox.New{Kind: "notice.digest"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("Tələbatların dəqiqləşdirilmiş siyahısı", "Tələbatların yeni siyahısı").Replace(description(t))
	if _, err := o.ImportProcess(o.As(t.Context(), "nigar"), process.ImportRequest{Reader: strings.NewReader(text), Name: "b.csv", Code: kistest.ProcessCode}); err != nil {
		t.Fatal(err)
	}
	unknown := webtest.Upload{Field: "file", Name: "e.csv", Content: strings.Replace(text, "İNO,", "Yeni Nazirlik,", 1)}
	preview := s.as("nigar").PostFiles("/processes/import", url.Values{"code": {"e"}, "owner": {"SSS"}}, unknown).Want(http.StatusOK)
	preview.Has("fieldset", "Yeni Nazirlik")
	repaired := s.as("nigar").PostFiles("/processes/import", url.Values{"title_az": {"Çap"}, "code": {"p"}, "owner": {"SSS"}}, printedTable(t)).Want(http.StatusOK)
	proc := "/processes/" + kistest.ProcessCode
	address := s.Listen()
	all := webtest.NewBrowser(t)
	for key, pages := range map[string][]string{
		"nigar": {"/evidence", "/evidence?q=1.1&state=submitted&phase=1&sort=title", "/evidence?q=yoxdur", "/notifications", "/me/notifications",
			preview.Attr(".k-chips a", "href"), repaired.Attr(".k-chips a", "href"), proc + "/versions/1", proc + "/versions/2/compare", proc + "/map", proc + "/copy",
			"/processes/gsbpm", "/cycles/overview", "/cycles/calendar", "/cycles/batch?period=2027", "/cycles/templates", "/cycles/recurring", "/cycles/" + c.ID + "/close"},
		"aytan": {"/evidence", "/cycles/mine"},
		"rauf":  {"/admin/jobs"},
	} {
		b := all.Beside()
		b.SignIn(address, kistest.Email(key), kistest.Password)
		for _, look := range []look{{"az", "light", 1440}, {"en", "light", 390}} {
			b.Width(look.width)
			b.Do(chromedp.Evaluate[chromedp.Void](`fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: 'lang=`+look.lang+`'})`, chromedp.EvalAwaitPromise))
			for _, path := range pages {
				b.Open(address + path)
				b.Check(look.lang + " " + path)
			}
		}
		if key != "nigar" {
			continue
		}
		b.Open(address + "/evidence")
		b.Do(chromedp.Focus(chromedp.CSS("#q")), chromedp.KeyEvent("1.1\r"))
		b.Until(`location.search.includes('q=1.1') && document.querySelectorAll('tbody input[type=checkbox]').length === 3`)
		b.Do(chromedp.Focus(chromedp.CSS("tbody tr:nth-child(1) input")), chromedp.KeyEvent(" "), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\t"), chromedp.KeyEvent(" "))
		b.Until(`document.querySelectorAll('tbody input:checked').length === 2`)
		b.Check("two selected")
		b.Do(chromedp.Focus(chromedp.CSS("form[action='/evidence/accept'] button[type=submit]")), chromedp.KeyEvent("\r"))
		b.Until(`document.querySelectorAll('tbody .k-good').length === 2`)
		b.Check("accepted")
	}
}

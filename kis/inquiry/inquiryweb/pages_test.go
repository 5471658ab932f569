package inquiryweb_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/a-h/templ"
	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/kis/inquiry/inquiryweb"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/kisweb"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
	"github.com/kis-platform/kis/web/webtest"
)

// numbers stands in for the audit context.
type numbers map[string]string

func (n numbers) AuditNumbers(_ context.Context, _ bun.IDB, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		if n[id] != "" {
			out[id] = n[id]
		}
	}
	return out, nil
}

// desk is the pages of requests and notes over an office with a running cycle,
// and a page of an audit that shows what others have to say of it.
type desk struct {
	*webtest.Site
	office *kistest.Office
	svc    *inquiry.Service
	cycle  kis.Cycle
	audit  string
}

func desks(t *testing.T, test func(t *testing.T, s desk)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-11-19")
		o := kistest.NewOffice(t, db)
		s := desk{office: o, svc: inquiry.New(o.Service), cycle: o.Running("2026"), audit: store.NewID()}
		s.svc.Audits = numbers{s.audit: "DA-2026-03"}
		if err := db.Unrecorded(t.Context(), func(tx *store.Tx) error {
			_, err := tx.NewRaw(`INSERT INTO audits (id, number, kind, title, objectives, criteria, method, period, planned_from, planned_to, state, created_at, search_key)
				VALUES (?, 'DA-2026-03', 'internal', 'İTŞ', 'm', 'm', '', '2026', '2026-12-07', '2026-12-11', 'announced', ?, '')`, s.audit, tx.Now).Exec(t.Context())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		s.Site = webtest.New(t, func(r *web.Router) {
			kisweb.Register(r, o.Service)
			inquiryweb.Register(r, s.svc, noLists{})
			r.GET("/audits/:id", policies.RequestRead, func(c *web.Context) error {
				parts, err := c.Panels("audit", c.Param("id"))
				if err != nil {
					return err
				}
				page := ui.Layout(c.Page("web.me.title"))
				return c.Render(http.StatusOK, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
					return page.Render(templ.WithChildren(ctx, templ.Join(parts...)), w)
				}))
			})
		}, func(opt *web.Options) {
			opt.Users, opt.Sessions, opt.Clock = o.Service, store.NewSessions(db), db.Now
		})
		test(t, s)
	})
}

func (s desk) as(key string) *webtest.Visitor {
	return s.SignIn(kistest.Email(key), kistest.Password)
}

// TestDocumentsOfAnAuditStandOnItsPlan asks for one by the button of the plan
// and looks at the plan as those who asked, who answers, and a stranger.
func TestDocumentsOfAnAuditStandOnItsPlan(t *testing.T) {
	desks(t, func(t *testing.T, s desk) {
		plan := "/audits/" + s.audit
		gunel := s.as("gunel")
		empty := gunel.Get(plan).Want(http.StatusOK).Has("main", "hələ sənəd istənilməyib")
		if empty.Count(`main a[href="/requests?audit=`+s.audit+`"]`) != 0 {
			t.Error("an empty list is offered")
		}
		gunel.Get(empty.Attr("main a.btn", "href")).Want(http.StatusOK).Has("main", "DA-2026-03")
		made := gunel.Post("/requests", "audit", s.audit, "department", s.office.Dept("İTŞ"), "addressee", s.office.ID("tural"),
			"title", "Ehtiyat nüsxələrin jurnalı", "text", "2026-cı ilin ikinci yarısı üzrə jurnalı göndərin.", "due", "25.11.2026").Want(http.StatusSeeOther)
		gunel.Get(plan).Has("main", "SS-2026-001 Ehtiyat nüsxələrin jurnalı", "Tural İsmayılov", "25.11.2026", "sorğu: 1 · cavablandırılıb: 0")
		// Another audit has none of it.
		gunel.Get("/audits/"+store.NewID()).HasNot("main", "SS-2026-001")
		// The one who is asked answers, and the plan says so.
		id := made.Location[len("/requests/"):]
		if err := s.svc.Answer(s.office.As(t.Context(), "tural"), id, inquiry.NewAnswer{Text: "Jurnal şöbədədir, oktyabr daxil olmaqla doldurulub."}); err != nil {
			t.Fatal(err)
		}
		s.as("tural").Get(plan).Has("main", "SS-2026-001", "cavablandırılıb: 1")
		if err := s.svc.Return(s.office.As(t.Context(), "gunel"), id, "Surəti yüklənməlidir, şifahi cavab kifayət deyil"); err != nil {
			t.Fatal(err)
		}
		gunel.Get(plan).Has("main", "cavablandırılıb: 0")
		// Another department is told nothing of it.
		s.as("aytan").Get(plan).HasNot("main", "SS-2026-001").HasNot("main", "Ehtiyat")
	})
}

// TestRequestsAndNotesAreFoundByTheSearch looks for a number and for words as
// those who may see a thing and those who may not.
func TestRequestsAndNotesAreFoundByTheSearch(t *testing.T) {
	desks(t, func(t *testing.T, s desk) {
		ask := func(title string, confidential bool) inquiry.Request {
			t.Helper()
			r, err := s.svc.Ask(s.office.As(t.Context(), "nigar"), inquiry.NewRequest{CycleID: s.cycle.ID, OutputIDs: s.office.OutputIDs(s.cycle.ID, "4.3.1")[:1], DepartmentID: s.office.Dept("SSS"),
				AddresseeID: s.office.ID("aytan"), Title: title, Text: "2025-ci il üzrə 12 və 13-cü sətirləri göndərin.", Due: "2026-11-24", Confidential: confidential})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		open, secret := ask("Çatışmayan sətirlər", false), ask("Məxfi sətirlər", true)
		note, err := s.svc.Note(s.office.As(t.Context(), "aytan"), inquiry.NewDiscrepancy{CycleID: s.cycle.ID, Code: "6.2.1", Found: "İki cədvəldə xidmətlərin sayı fərqlənir", Cases: 3, Size: "1,2%", Source: "Cədvəl 4"})
		if err != nil {
			t.Fatal(err)
		}
		finds := func(who, words string, want ...string) {
			t.Helper()
			page := s.as(who).Get("/search?q=" + words).Want(http.StatusOK)
			for _, id := range []string{"/requests/" + open.ID, "/requests/" + secret.ID, "/discrepancies/" + note.ID} {
				expected := 0
				for _, w := range want {
					if w == id {
						expected = 1
					}
				}
				if n := page.Count(`main a[href="` + id + `"]`); n != expected {
					t.Errorf("%s looks for %s and finds %s %d times, want %d", who, words, id, n, expected)
				}
			}
		}
		finds("aytan", "SS-2026", "/requests/"+open.ID, "/requests/"+secret.ID)
		finds("nigar", "setirler", "/requests/"+open.ID, "/requests/"+secret.ID)
		finds("aytan", "cedvelde+ferqlenir", "/discrepancies/"+note.ID)
		finds("aytan", note.Number, "/discrepancies/"+note.ID)
		finds("tural", "SS-2026")
		finds("tural", "UQ-2026")
		finds("rauf", "setirler")
		finds("rafael", "mexfi")
	})
}

// TestARefusedStepComesBackBesideItsForm answers and explains too shortly: the
// page comes back with what was typed, and nothing has changed.
func TestARefusedStepComesBackBesideItsForm(t *testing.T) {
	desks(t, func(t *testing.T, s desk) {
		r, err := s.svc.Ask(s.office.As(t.Context(), "nigar"), inquiry.NewRequest{DepartmentID: s.office.Dept("SSS"), AddresseeID: s.office.ID("aytan"), Title: "Jurnal", Text: "Jurnalın surətini göndərin.", Due: "2026-11-24"})
		if err != nil {
			t.Fatal(err)
		}
		aytan, path := s.as("aytan"), "/requests/"+r.ID
		aytan.Post(path+"/answer", "text", "").Want(http.StatusUnprocessableEntity).Has("main form .k-quote", "düzəldilməlidir")
		aytan.Get(path).HasNot("main", "Cavaba baxılır")
		aytan.Post(path+"/answer", "text", "Jurnalın surəti şöbənin arxivindədir.").WantRedirect(path)
		aytan.Post(path+"/decision", "decision", "accept").Want(http.StatusForbidden)
		nigar := s.as("nigar")
		if back := nigar.Post(path+"/decision", "decision", "return", "reason", "yox"); back.Status != http.StatusUnprocessableEntity || back.Value("reason") != "yox" {
			t.Errorf("too short a reason: %d, %q is left of it", back.Status, back.Value("reason"))
		}
		nigar.Post(path+"/decision", "decision", "return", "reason", "Surəti yüklənməlidir").WantRedirect(path)
		aytan.Get(path).Has("main", "Surəti yüklənməlidir")
		nigar.Post(path+"/decision", "decision", "accept").Want(http.StatusConflict)
		nigar.Get("/requests/" + store.NewID()).Want(http.StatusNotFound)
		s.as("tural").Get(path).Want(http.StatusNotFound)
	})
}

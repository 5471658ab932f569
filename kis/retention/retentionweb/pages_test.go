package retentionweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/kisweb"
	"github.com/kis-platform/kis/kis/retention/retentionweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// TestATermIsSetAndWhatIsPastItIsDecided walks the pages as people do.
func TestATermIsSetAndWhatIsPastItIsDecided(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-06-15")
		o := kistest.NewOffice(t, db)
		c := o.Running("2026")
		s := webtest.New(t, func(r *web.Router) {
			kisweb.Register(r, o.Service)
			retentionweb.Register(r, o.Service)
		}, func(opt *web.Options) {
			opt.Users, opt.Sessions, opt.Clock = o.Service, store.NewSessions(db), db.Now
		})
		as := func(key string) *webtest.Visitor { return s.SignIn(kistest.Email(key), kistest.Password) }
		aytan, nigar, tural := as("aytan"), as("nigar"), as("tural")

		// The sender is offered the terms; the one of the class is proposed.
		task := "/cycles/" + c.ID + "/tasks/1.1.1"
		aytan.Get(task).Want(http.StatusOK).Has("select[name=retention]", "Məxfilik dərəcəsinə görə (təklif)", "Xidməti sübut: 5 il", "Daimi saxlanılan: daimi")
		out := o.OutputIDs(c.ID, "1.1.1")[0]
		send := url.Values{"form": {out}, "output": {out}, "link": {"https://stat.gov.az/a"}, "effective_day": {"01.03.2026"}, "class": {"confidential"}, "title": {"Məxfi sənəd"}}
		send.Set("retention", "no such term")
		aytan.PostFiles(task+"/evidence", send).Want(http.StatusUnprocessableEntity).Has(".k-err", "siyahıda")
		send.Del("retention")
		aytan.PostFiles(task+"/evidence", send).Want(http.StatusSeeOther)
		page, err := o.Evidence(o.As(t.Context(), "nigar"), kis.EvidenceFilter{})
		if err != nil || len(page.Rows) != 1 {
			t.Fatal(len(page.Rows), err)
		}
		sub := "/evidence/" + page.Rows[0].ID
		aytan.Get(sub).Want(http.StatusOK).Has(".k-kv", "31.12.2029", "Məxfi sübut", "3 il")
		tural.Get(sub + "/retention").Want(http.StatusNotFound)
		tural.Post(sub+"/retention", "decision", "permanent", "reason", "Səbəb var").Want(http.StatusForbidden)

		// Terms: everybody reads them, the quality manager sets them.
		home := "/evidence/retention"
		aytan.Get(home+"?term=public").Want(http.StatusOK).Has("tbody tr", "Açıq sübut", "5 il", "Təsdiqlənməyib").HasNot("form", "Hüquqi əsas")
		aytan.Post(home, "code", "public", "years", "1", "basis_az", "Nomenklatura", "revision", "1").Want(http.StatusForbidden)
		nigar.Get(home+"?term=confidential").Want(http.StatusOK).Has("form", "Hüquqi əsas (azərbaycanca)")
		nigar.Post(home, "code", "confidential", "years", "x", "basis_az", "Nomenklatura", "revision", "1").Want(http.StatusUnprocessableEntity).Has(".k-err", "0", "100")
		nigar.Follow(nigar.Post(home, "code", "confidential", "years", "1", "basis_az", "Nomenklatura, 12", "revision", "1").Want(http.StatusSeeOther)).Has("tbody tr", "Məxfi sübut", "1 il", "Nomenklatura, 12", "Təsdiqlənib")
		nigar.Post(home, "code", "confidential", "years", "2", "basis_az", "Nomenklatura, 12", "revision", "1").Want(http.StatusConflict)

		storetest.ClockOf(db).SetDay("2028-01-10")
		aytan, nigar = as("aytan"), as("nigar")
		nigar.Get("/evidence?kept=past").Want(http.StatusOK).Has("tbody tr", "Məxfi sənəd", "Müddəti keçib")
		nigar.Get("/evidence?kept_to=30.12.2027").Want(http.StatusOK).HasNot("tbody tr", "Məxfi sənəd")
		aytan.Get(sub+"/retention").Want(http.StatusOK).HasNot("form", "Səbəb")
		nigar.Get(sub+"/retention").Want(http.StatusOK).Has("form", "Məhv edilməsinə razılıq ver")
		nigar.Post(sub+"/retention", "decision", "extended", "until", "31.02.2030", "reason", "Uzun məhkəmə işi").Want(http.StatusUnprocessableEntity).Has(".k-err", "tarix").Has("textarea", "Uzun məhkəmə işi")
		nigar.Follow(nigar.Post(sub+"/retention", "decision", "extended", "until", "31.12.2030", "reason", "Uzun məhkəmə işi").Want(http.StatusSeeOther)).Has(".k-kv", "31.12.2030", "Müddəti uzadılıb", "Uzun məhkəmə işi")
		nigar.Get("/evidence?kept=past").Want(http.StatusOK).HasNot("tbody tr", "Məxfi sənəd")
		nigar.Get("/evidence/" + store.NewID() + "/retention").Want(http.StatusNotFound)
		nigar.Get("/evidence/x/retention").Want(http.StatusNotFound)
	})
}

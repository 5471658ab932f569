package kisweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/kisweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

func TestIndicatorsOnThePages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).SetDay("2026-11-24")
		o := kistest.NewOffice(t, db)
		in := indicator.New(o.Service)
		if err := in.LoadReference(o.System()); err != nil {
			t.Fatal(err)
		}
		cy := o.Running("2026")
		s := site{webtest.New(t, func(r *web.Router) {
			kisweb.Register(r, o.Service)
			kisweb.RegisterIndicators(r, in)
		}, func(opt *web.Options) {
			opt.Users, opt.Sessions, opt.Clock = o.Service, store.NewSessions(db), db.Now
		}), o}
		aytan, nigar, tural := s.as("aytan"), s.as("nigar"), s.as("tural")
		base := "/cycles/" + cy.ID + "/indicators"
		tural.Get("/indicators").Want(http.StatusOK).Has("tbody", "A5 Göstəricilər üzrə cavabsızlıq")
		tural.Get(base).Want(http.StatusOK).Has("tbody", "0 / 93", "Mövcud deyil", "KİS hesablayıb").HasNot("button", "Yüklə")
		a := aytan.Get(base+"/4.3-U").Want(http.StatusOK).Has("h1", "4.3-U").HasNot("button", "Hədəf")
		aytan.Post(base+"/4.3-U", "revision", a.Value("revision"), "value", "doxsan").Want(http.StatusUnprocessableEntity).Has(".k-err", "onluq ədəd")
		aytan.Post(base+"/4.3-U", "revision", "0", "numerator", "9", "denominator", "10").WantRedirect(base + "/4.3-U")
		aytan.Post(base+"/4.3-U", "revision", "0", "value", "91").Want(http.StatusConflict).Has("main", "bu arada dəyişdirilib", "Aytən Məmmədova")
		nigar.Post(base+"/4.3-U/target", "target", "95,5", "applicable", "1").WantRedirect(base + "/4.3-U")
		aytan.Get(base+"/4.3-U").Has("h1", "Hədəfə çatmayıb").Has("main", "90,0%", "9 / 10", "95,5%")
		aytan.Post(base+"/4.3-U", "revision", "1", "value", "101").Want(http.StatusUnprocessableEntity).Has(".k-err", "qiymət 0 ilə 100 arasında olmalıdır")
		nigar.Post(base+"/4.3-U/target", "target", "-1", "applicable", "1").Want(http.StatusUnprocessableEntity).Has(".k-err", "0 ilə 100")
		aytan.Get("/cycles/"+cy.ID+"/tasks/4.3.1").Want(http.StatusOK).Has("main", "Vahidlərin cavab verməsi", "Hədəfə çatmayıb", "90,0%")
		aytan.Post(base+"/4.3-U/target", "target", "1", "applicable", "1").Want(http.StatusForbidden)
		tural.Post(base+"/4.3-U", "revision", "1", "value", "1").Want(http.StatusForbidden)
		aytan.Post(base+"/8.1-C", "revision", "0", "value", "1").Want(http.StatusUnprocessableEntity)
		aytan.Get(base + "/yoxdur").Want(http.StatusNotFound)
		head := "code,value,numerator,denominator,note\n"
		aytan.PostFiles(base, url.Values{}, webtest.Upload{Field: "file", Name: "a.csv", Content: head + "4.3-T,x,,,\n4.3-E,-5,,,\n"}).Want(http.StatusUnprocessableEntity).Has("main", "sətir 2", "onluq ədəd", "sətir 3", "0 ilə 100")
		aytan.PostFiles(base, url.Values{}).Want(http.StatusUnprocessableEntity)
		look := aytan.PostFiles(base, url.Values{}, webtest.Upload{Field: "file", Name: "a.csv", Content: head + "4.3-T,,9,10,\n4.3-U,,9,10,\n"}).Want(http.StatusOK).
			Has("tbody", "Yeni qiymət", "Dəyişmir", "9 / 10")
		aytan.Get(base).HasNot("tbody", "fayldan")
		aytan.Post(base+"/import", "rows", look.Value("rows")).WantRedirect(base)
		aytan.Post(base+"/import", "rows", look.Value("rows")).WantRedirect(base) // sent twice, it says the same
		aytan.Post(base+"/import", "rows", "").Want(http.StatusUnprocessableEntity)
		tural.Post(base+"/import", "rows", look.Value("rows")).Want(http.StatusForbidden)
		tural.PostFiles(base, url.Values{}, webtest.Upload{Field: "file", Name: "a.csv", Content: head + "4.3-T,,1,10,\n"}).Want(http.StatusForbidden)
		aytan.Get(base).Has("tbody", "fayldan")
		aytan.Get("/cycles/"+cy.ID).Has("main", "Keyfiyyət göstəriciləri")

		aytan.Get("/indicators/4.3-U").Want(http.StatusOK).Has("tbody", "1.", "Qüvvədədir").HasNot("button", "Yeni versiya")
		aytan.Get("/indicators/yoxdur").Want(http.StatusNotFound)
		v := nigar.Get("/indicators/4.3-U").Want(http.StatusOK)
		form := []string{"seen", v.Value("seen"), "unit", "percent", "direction", "up", "decimals", "2", "name_az", "Cavab verənlərin payı", "name_en", "Share that answered",
			"definition_az", "Tam cavablar", "definition_en", "Whole answers", "formula_az", "cavablar / vahidlər", "formula_en", "answers / units", "valid_from"}
		nigar.Post("/indicators/4.3-U", append(form, "sabah")...).Want(http.StatusUnprocessableEntity).Has(".k-err", "gg.aa.iiii").Has("form", "Tam cavablar")
		aytan.Post("/indicators/4.3-U", append(form, "01.12.2026")...).Want(http.StatusForbidden)
		nigar.Post("/indicators/4.3-U", append(form, "01.12.2026")...).WantRedirect("/indicators/4.3-U")
		nigar.Post("/indicators/4.3-U", append(form, "01.12.2026")...).Want(http.StatusConflict).Has("main", "başqa versiya")
		nigar.Get("/indicators/4.3-U").Has("tbody", "Hələ qüvvəyə minməyib", "Tam cavablar")
	})
}

package registerweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/eservice/register/registerweb"
	"github.com/kis-platform/kis/eservice/register/request"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// desk is a register behind a site, with one body and its officer.
type desk struct {
	*kistest.Office
	*webtest.Site
	svc *register.Service
	t   *testing.T
}

func newDesk(t *testing.T, db *store.DB) desk {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-09-07")
	o := kistest.NewOffice(t, db)
	svc := register.New(o.Service)
	if err := svc.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	a, err := svc.CreateAgency(o.System(), register.NewAgency{Code: "QA", NameAZ: "A Agentliyi", Section: register.Central, Basis: "Fərman № 1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := svc.EditAgency(o.System(), register.AgencyEdit{AgencyID: a.ID, Seen: 1, Contact: map[string]string{"2.5.1a": "AZ1000", "2.5.1b": "Bakı", "2.5.2a": "+994 12 555 00 01",
		"2.5.2c": "https://qa.example", "2.5.2d": "info@qa.example", "2.5.2e": "09:00–18:00"}}); err != nil {
		t.Fatal(err)
	}
	hash, err := office.HashPassword(o.System(), kistest.Password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.CreateUser(o.System(), office.NewUser{Email: kistest.Email("arzu"), Name: "Arzu Məsul", PositionAZ: "məsul şəxs", PositionEN: "officer", Hash: hash, Since: "2024-01-03",
		Grants: []office.NewGrant{{Role: policies.AgencyOfficer, AgencyCode: "QA"}}}); err != nil {
		t.Fatal(err)
	}
	return desk{o, webtest.New(t, func(r *web.Router) { registerweb.Register(r, svc, request.New(svc)) }, func(opt *web.Options) { opt.Clock = db.Now }), svc, t}
}

func (d desk) sign(key string) *webtest.Visitor {
	d.t.Helper()
	u, err := d.UserByEmail(d.System(), kistest.Email(key))
	if err != nil {
		d.t.Fatal(err)
	}
	a, err := d.ActorOf(d.System(), u.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.Site.As(a)
}

// pagesOf are the pages of the form as a browser sends them.
var pagesOf = []struct {
	section string
	values  url.Values
}{
	{"service", url.Values{"i2_3_1": {"Ünvan arayışının verilməsi"}, "i2_3_2": {"Məzmun"}, "i2_3_6": {"Qərar № 7, 12.05.2014"}, "i2_3_9": {"Arayış"}, "i4_2_1": {"yes"}, "i4_2_2": {"yes"}, "i4_2_3": {"yes"}, "i4_5_6": {"01.09.2026"}}},
	{"bodies", url.Values{"i2_3_4": {""}}},
	{"access", url.Values{"i2_3_7": {"electronic", "in_person"}, "i2_3_8": {"portal"}, "i2_3_10": {"natural_person"}, "i2_3_11": {"5"}, "i2_3_11_unit": {"working_day"}, "i2_3_12a": {"09–18"}, "i2_3_13": {"Bakı"}}},
	{"documents", url.Values{"i2_3_14": {"İmtina"}, "i2_3_15a": {"Ərizə", "", "Vəsiqə"}, "i2_3_15b": {"scan", "", "paper_copy"}}},
	{"payment", url.Values{"i2_3_17a": {"free"}}},
	{"process", url.Values{"i2_3_18": {"Prosedur"}, "i2_3_19": {"Şikayət"}, "i2_3_20": {"Portal"}, "i2_3_21": {"full"}, "i2_3_22": {"full"}}},
}

func TestTheWayOfAServiceOnPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		officer, operator, nobody := d.sign("arzu"), d.sign("ulviyya"), d.Nobody()
		at := officer.Post("/applications", "kind", "new").Header.Get("Location")
		app := strings.TrimSuffix(at, "/form/service")
		if app == at {
			t.Fatalf("began at %s", at)
		}
		officer.Get(app).Want(http.StatusOK).Has("#checks", "2.3.1")
		bad := url.Values{"i2_3_1": {"Ad"}, "i4_5_6": {"31.02.2026"}, "revision": {"1"}}
		officer.PostForm(app+"/form/service", bad).Want(http.StatusUnprocessableEntity).Has("[role=alert]", "4.5.6").Has("#f-i4_5_6[aria-invalid]")
		if got := officer.PostForm(app+"/form/service", bad).Value("i2_3_1"); got != "Ad" {
			t.Errorf("what was typed is gone: %q", got)
		}
		for _, p := range pagesOf {
			v := url.Values{"revision": {officer.Get(app + "/form/" + p.section).Want(http.StatusOK).Value("revision")}}
			for k, x := range p.values {
				v[k] = x
			}
			officer.PostForm(app+"/form/"+p.section, v).Want(http.StatusSeeOther)
		}
		// Another window that was opened before is told.
		officer.PostForm(app+"/form/service", url.Values{"revision": {"1"}, "i2_3_1": {"Köhnə pəncərə"}}).Want(http.StatusConflict).Has("[role=alert]", "Arzu Məsul")
		officer.Get(app).Has("#checks .k-good").Has("dl", "Vəsiqə (kağız surət)").Has("dl", "5 iş günü")
		operator.Get(app).Want(http.StatusNotFound)
		officer.Post(app + "/sign").WantRedirect(app)
		operator.Get("/applications").Has("table", "Ünvan arayışının verilməsi")
		operator.Post(app+"/defects", "clause", "2.3.13", "text", "").Want(http.StatusUnprocessableEntity).Has("[role=alert]")
		operator.Post(app+"/defects", "clause", "2.3.13", "text", "Ünvan natamamdır").WantRedirect(app)
		operator.Post(app + "/notify").WantRedirect(app)
		officer.Get(app+"/form/access").Has(".k-cols", "Ünvan natamamdır")
		v := url.Values{"revision": {officer.Get(app + "/form/access").Value("revision")}}
		for k, x := range pagesOf[2].values {
			v[k] = x
		}
		v.Set("i2_3_13", "Bakı, Nizami 1")
		officer.PostForm(app+"/form/access", v).Want(http.StatusSeeOther)
		officer.Post(app + "/sign").WantRedirect(app)
		nobody.Get("/public/services").Want(http.StatusOK).HasNot("main", "Ünvan arayışının verilməsi")
		operator.Post(app + "/register").WantRedirect(app)
		list := nobody.Get("/public/services?q=unvan").Want(http.StatusOK).Has("table", "Ünvan arayışının verilməsi", "ER-2026-00001")
		if got := list.Header.Get("Cache-Control"); got != "public, max-age=120" {
			t.Errorf("the catalogue is kept as %q", got)
		}
		page := nobody.Get("/public/services/ER-2026-00001").Want(http.StatusOK).Has("main", "Bakı, Nizami 1", "A Agentliyi", "https://qa.example")
		page.HasNot("main", "EM-2026-001").HasNot("main", "Ünvan natamamdır").HasNot("body", "Arzu")
		nobody.Get("/public/services/ER-2026-00009").Want(http.StatusNotFound)
		officer.Get("/services").Has("table", "Ünvan arayışının verilməsi")
		service := officer.Get(app).Attr("a[href^='/services/']", "href")
		officer.Get(service).Want(http.StatusOK).Has("details", "Ülviyyə")
		officer.Post(service+"/usage", "year", "2025", "requests", "10", "electronic", "20").Want(http.StatusUnprocessableEntity)
		officer.Post(service+"/usage", "year", "2025", "requests", "1200", "electronic", "900").WantRedirect(service)
		operator.Get("/agencies/QA").Has("main", "Arzu Məsul")
		operator.Get("/duplicates").Want(http.StatusOK)
		operator.Get("/code-lists").Has("main", "müvəqqəti")
		officer.Get("/duplicates").Want(http.StatusForbidden)
		d.sign("rauf").Get("/services").Want(http.StatusForbidden)
	})
}

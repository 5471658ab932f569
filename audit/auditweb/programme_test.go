package auditweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/kis-platform/kis/audit/audittest"
	"github.com/kis-platform/kis/audit/auditweb"
	"github.com/kis-platform/kis/audit/checklist"
	"github.com/kis-platform/kis/audit/programme"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// openProgrammes is an office with the pages of programmes, auditors and audits.
func openProgrammes(t testing.TB, db *store.DB) (bureau, *programme.Service) {
	o := audittest.New(t, db)
	s := programme.New(o.Audit)
	if err := s.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	return bureau{o, webtest.New(t, func(r *web.Router) {
		auditweb.Register(r, o.Audit)
		auditweb.RegisterProgrammes(r, s)
		auditweb.RegisterAuditors(r, o.Audit)
		auditweb.RegisterChecklists(r, checklist.New(o.Audit), plainSheets{})
	}, func(opt *web.Options) { opt.Clock, opt.Zone = db.Now, o.Zone })}, s
}

var programmeTexts = url.Values{"year": {"2026"}, "version": {"1"}, "objectives": {"Uyğunluğu yoxlamaq"}, "criteria": {"AZS ISO 9001:2020"}, "methods": {"müsahibə"}, "resources": {"60 gün"},
	"risk_kind": {"risk", "opportunity"}, "risk_text": {"Auditor azdır", ""}, "risk_treatment": {"Təlim keçmək", ""}}

func TestAProgrammeIsWrittenApprovedChangedAndLeadsToAnAuditOnPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, s := openProgrammes(t, db)
		nigar, rafael, gunel := o.as("nigar"), o.as("rafael"), o.as("gunel")
		nigar.Get("/programmes").Want(http.StatusOK).Has(".k-empty", "Audit proqramı yoxdur").Has(".btn-primary", "Yeni proqram")
		bad := url.Values{"year": {"1990"}, "version": {"1"}, "objectives": {"Uyğunluğu yoxlamaq"}}
		nigar.PostForm("/programmes", bad).Want(http.StatusUnprocessableEntity).Has("li", "İl")
		nigar.Follow(nigar.PostForm("/programmes", programmeTexts).Want(http.StatusSeeOther)).Want(http.StatusOK).
			Has("h1", "Audit proqramı, 2026", "Layihə").Has("td", "Təlim keçmək").Has("th", "1-elektron xidmət").Has("th", "Mərkəzi aparat")
		id, err := s.ByYear(o.Be("nigar"), 2026)
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.Programme(o.Be("nigar"), id)
		if err != nil {
			t.Fatal(err)
		}
		row := ""
		for _, r := range v.Rows {
			if r.Code == "1-elektron-xidmet" {
				row = r.ID
			}
		}
		path := "/programmes/2026/rows/" + row
		form := url.Values{"version": {"1"}, "importance": {"4"}, "months": {"3"}, "codes": {"4, 5"}, "lead": {o.ID("gunel")}}
		nigar.PostForm(path, form).Want(http.StatusUnprocessableEntity).Has("li", "bu ay artıq keçib: 3")
		form.Set("months", "7")
		nigar.PostForm(path, form).Want(http.StatusSeeOther)
		nigar.PostForm(path, form).Want(http.StatusConflict) // from a page that is no longer true
		gunel.Get(path).Want(http.StatusForbidden)
		rafael.Post("/programmes/2026/approve").Want(http.StatusConflict).Has(".k-quote", "Bu addım indi mümkün deyil")
		nigar.Follow(nigar.Post("/programmes/2026/submit")).Has("h1", "Təsdiqdədir")
		rafael.Post("/programmes/2026/return", "reason", "x").Want(http.StatusUnprocessableEntity).Has("dialog[open] .k-err", "çox qısadır")
		nigar.Post("/programmes/2026/approve").Want(http.StatusForbidden)
		rafael.Follow(rafael.Post("/programmes/2026/approve")).Has("h1", "Təsdiq olunub")
		form.Set("version", "4")
		form["months"] = []string{"7", "9"}
		nigar.PostForm(path, form).Want(http.StatusUnprocessableEntity).Has("li", "dəyişikliyin səbəbi")
		form.Set("reason", "İkinci audit lazımdır")
		nigar.PostForm(path, form).Want(http.StatusSeeOther)
		nigar.Get("/programmes/2026").Has("h1", "Dəyişdirilib").Has("ol", "Dəyişiklik 1").Has("ol", "İkinci audit lazımdır").Has("ol li li", "Aylar: İyul → İyul, Sentyabr")
		made := gunel.Follow(gunel.Post("/programmes/2026/rows/"+row+"/audit", "month", "7").Want(http.StatusSeeOther)).Want(http.StatusOK)
		made.Has("h1", "DA-2026-01", "Planlaşdırılıb").Has("p", "audit proqramı 2026")
		gunel.Post("/programmes/2026/rows/"+row+"/audit", "month", "7").Want(http.StatusConflict)
		o.as("aytan").Get("/programmes/2026").Want(http.StatusOK).Has("td", "DA-2026-01")
		for _, wrong := range []string{"/programmes/2030", "/programmes/x", "/programmes/2026/rows/x", "/auditors/x"} {
			nigar.Get(wrong).Want(http.StatusNotFound)
		}
		nigar.Post("/programmes/sites", "code", "YSO-01", "kind", "local", "department", "YSO", "name_az", "Yerli orqan", "name_en", "Local body").Want(http.StatusSeeOther)
		nigar.Post("/programmes/sites", "code", "Y 1").Want(http.StatusUnprocessableEntity).Has("li", "Kod")
		nigar.Get("/programmes/weights").Want(http.StatusOK).Has("td", "25")
	})
}

func TestTheRecordOfAnAuditorAndThePlanOfAnAuditOnPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, _ := openProgrammes(t, db)
		nigar, gunel := o.as("nigar"), o.as("gunel")
		samir := "/auditors/" + o.ID("samir")
		nigar.Get("/auditors").Want(http.StatusOK).Has("td", "Auditə rəhbərlik edə bilər").Has("th", "Samir Rzayev")
		o.as("aytan").Get("/auditors").Want(http.StatusForbidden)
		nigar.Post(samir+"/record", "version", "0", "languages", "az").Want(http.StatusUnprocessableEntity).Has("li", "Təhsil")
		nigar.Follow(nigar.Post(samir+"/record", "version", "0", "education", "BDU", "languages", "Azərbaycan", "years", "5", "standards", "ISO9001")).Want(http.StatusOK)
		nigar.Post(samir+"/trainings", "title", "Təlim", "provider", "Mərkəz", "held", "32.01.2026").Want(http.StatusUnprocessableEntity).Has("li", "Keçirildiyi gün")
		nigar.Follow(nigar.Post(samir+"/trainings", "title", "Daxili auditor", "provider", "Mərkəz", "held", "10.01.2026", "valid_to", "10.01.2029")).Has("li", "Daxili auditor")
		nigar.Post(samir+"/conflicts", "reason", "layihə", "from", "01.06.2026").Want(http.StatusUnprocessableEntity).Has("li", "Kimlə")
		nigar.Follow(nigar.Post(samir+"/conflicts", "with", "department:"+o.Dept("ÜŞ"), "reason", "birgə layihə", "from", "01.06.2026")).Has("li", "birgə layihə")
		gunel.Follow(gunel.Post(samir+"/evaluations", "knowledge", "4", "skill", "4", "conduct", "5", "reporting", "4", "note", "yaxşı işləyir")).Has("li", "yaxşı işləyir")
		gunel.Post(samir + "/record").Want(http.StatusForbidden)

		a := o.Planned()
		plan := "/audits/" + a.ID + "/plan"
		gunel.Get(plan).Want(http.StatusOK).Has(".k-warn", "Xəbərdarlıq müddəti qısadır").Has(".k-empty", "Cədvəl hələ yoxdur")
		gunel.Post("/audits/"+a.ID+"/sessions", "day", "17.06.2026", "from", "12:00", "to", "10:00").Want(http.StatusUnprocessableEntity).Has("li", "Son: 12:00 vaxtından sonra")
		gunel.Follow(gunel.Post("/audits/"+a.ID+"/sessions", "day", "17.06.2026", "from", "10:00", "to", "12:00", "department", o.Dept("SSS"), "auditors", o.ID("samir"), "with", o.ID("aytan"),
			"place", "otaq 214", "topic", "Toplanma", "codes", "4.3")).Has("td", "Toplanma").Has("td", "10:00–12:00")
		gunel.Follow(gunel.Post("/audits/"+a.ID+"/guests", "role", "observer", "name", "Kamil Orucov", "organisation", "EMŞ")).Has("li", "Kamil Orucov", "müşahidəçi")
		gunel.Post("/audits/"+a.ID+"/announce").Want(http.StatusUnprocessableEntity).Has("dialog[open] li", "xəbərdarlıq müddəti 1 iş günüdür")
		gunel.Follow(gunel.Post("/audits/"+a.ID+"/announce", "reason", "Şöbə ilə razılaşdırılıb")).Has("h1", "Elan edilib").Has("dd", "Şöbə ilə razılaşdırılıb")
		o.as("elchin").Get(plan).Want(http.StatusOK).Has("td", "Toplanma").HasNot("button", "Görüş əlavə et")
		o.as("vugar").Get(plan).Want(http.StatusNotFound)
		// A conflict that came up meanwhile stands on the page before anybody asks.
		if err := o.TransferUser(o.Be("rauf"), o.ID("samir"), "SSS", "2026-06-15"); err != nil {
			t.Fatal(err)
		}
		gunel.Get("/audits/"+a.ID).Want(http.StatusOK).Has(".k-quote.k-bad", "Müstəqillik pozulub", "Samir Rzayev")
	})
}

// TestBrowserPagesOfProgrammesAndAuditors opens the pages in a browser.
func TestBrowserPagesOfProgrammesAndAuditors(t *testing.T) {
	db := storetest.Open(t)
	o, s := openProgrammes(t, db)
	p, err := s.Create(o.Be("nigar"), 2026, programme.Texts{Objectives: "Uyğunluğu yoxlamaq", Criteria: "AZS ISO 9001:2020", Methods: "müsahibə", Resources: "60 gün",
		Risks: []programme.Risk{{Kind: "risk", Text: "Auditor azdır", Treatment: "Təlim keçmək"}}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Programme(o.Be("nigar"), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	au := o.Started()
	o.as("nigar")
	site := o.site.Listen()
	b := webtest.NewBrowser(t)
	b.SignIn(site, o.ID("nigar")+"@stat.test", webtest.Password)
	for name, path := range map[string]string{"programmes": "/programmes", "programme": "/programmes/2026", "row": "/programmes/2026/rows/" + v.Rows[0].ID, "texts": "/programmes/2026/edit", "new-programme": "/programmes/new",
		"weights": "/programmes/weights", "sites": "/programmes/sites", "auditors": "/auditors", "auditor": "/auditors/" + o.ID("gunel"), "plan": "/audits/" + au.ID + "/plan"} {
		for _, look := range []struct {
			lang, theme string
			width       int64
		}{{"az", "light", 390}, {"en", "dark", 1440}} {
			for _, set := range []string{"lang=" + look.lang, "theme=" + look.theme} {
				webtest.Eval[bool](b, `fetch('/preferences', {method: 'POST', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: '`+set+`'}).then(() => true)`)
			}
			b.Width(look.width)
			b.Open(site + path)
			label := fmt.Sprintf("%s-%s-%d", name, look.lang, look.width)
			b.Check(label)
			b.Picture(*pictures, label)
		}
	}
}

package planningweb_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningweb"
	"github.com/kis-platform/kis/reference"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

var measurePictures = flag.String("measure-pictures", "", "folder to write screenshots of the measures into")

// measureSite is an office with the official measures behind pages.
type measureSite struct {
	*kistest.Office
	*webtest.Site
	svc *planning.Service
	t   *testing.T
	ids map[string]string // of measures, by number
}

func newMeasureSite(t *testing.T) *measureSite {
	t.Helper()
	db := storetest.Open(t)
	storetest.ClockOf(db).SetDay("2026-11-24")
	o := kistest.NewOffice(t, db)
	s := &measureSite{Office: o, svc: planning.New(o.Service), t: t, ids: map[string]string{}}
	s.Site = webtest.New(t, func(r *web.Router) { planningweb.RegisterMeasures(r, s.svc) })
	if err := s.svc.LoadMeasuresReference(o.System()); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *measureSite) imported() *measureSite {
	s.t.Helper()
	f, err := reference.Open(reference.OpenGovernment)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	if _, err := s.svc.ImportMeasures(s.System(), planning.MeasureImport{Reader: f, Name: reference.OpenGovernment}); err != nil {
		s.t.Fatal(err)
	}
	l, err := s.svc.Measures(s.System(), planning.MeasureFilter{})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range l.Rows {
		s.ids[r.Number] = r.ID
	}
	return s
}

// visit signs a person in.
func (s *measureSite) visit(key string) *webtest.Visitor {
	s.t.Helper()
	return s.Site.As(actor.From(s.Office.As(context.Background(), key)))
}

func (s *measureSite) path(number string) string { return "/measures/" + s.ids[number] }

const workDone = "Hesabat ilində 12 təlim keçirilib, 100 əməkdaş iştirak edib."

func TestAnOfficeWithoutMeasuresSaysSo(t *testing.T) {
	s := newMeasureSite(t)
	s.visit("sevda").Get("/measures").Want(http.StatusOK).Has(".k-empty", "Bu plan üzrə tədbir yüklənməyib")
	s.visit("sevda").Get("/measures?plan=KM-2022-2026").Want(http.StatusOK).Has(".k-empty").HasNot("a[href^='/measures/export']")
	s.visit("rauf").Get("/measures").Want(http.StatusForbidden)
	s.Nobody().Get("/measures").Want(http.StatusSeeOther)
}

// TestTheOfficeSetsHowManyFilesAnEntryTakes is about the bounds of the service,
// which hold here as for evidence.
func TestTheOfficeSetsHowManyFilesAnEntryTakes(t *testing.T) {
	s := newMeasureSite(t).imported()
	s.visit("sevda").Post(s.path("4.1")+"/departments", "year", "2022", "lead", s.Dept("SSS")).Want(http.StatusSeeOther)
	var files []webtest.Upload
	for i := range 21 {
		files = append(files, webtest.Upload{Field: "upload", Name: fmt.Sprintf("%d.txt", i), Content: fmt.Sprint("mətn ", i)})
	}
	entry := url.Values{"year": {"2022"}, "version": {"0"}, "narrative": {workDone}, "do": {"save"}}
	s.visit("aytan").PostFiles(s.path("4.1")+"/entry", entry, files...).Want(http.StatusSeeOther)
}

func TestAMeasureGoesFromTheListToADecision(t *testing.T) {
	s := newMeasureSite(t).imported()
	officer, writer := s.visit("sevda"), s.visit("aytan")
	officer.Get("/measures").Want(http.StatusOK).Has("h1", "2022").Has("tbody tr", "1.2", "Təyin edilməyib", "Sübut yoxdur", "Yazılmayıb").
		Has("tbody tr", "6.3", "İcra müddəti: mütəmadi", "hər il").Has(".k-chip", "Hamısı", "11").Has("a[href*='export.pdf']").Has("#ask")

	path := s.path("4.1")
	officer.Post(path+"/departments", "year", "2022", "lead", s.Dept("SSS"), "co", s.Dept("İTŞ")).WantRedirect(path + "?year=2022")
	officer.Get("/measures?department="+s.Dept("İTŞ")).Want(http.StatusOK).Has("tbody tr", "4.1", "SSS", "İTŞ").HasNot("tbody tr", "1.2")
	s.visit("kamran").Get(path+"?year=2022").Want(http.StatusOK).HasNot("form[action$='/entry']").Has(".k-empty", "Mətni tədbirin məsul şöbəsi yazır")
	s.visit("kamran").Post(path+"/departments", "lead", s.Dept("ÜŞ")).Want(http.StatusForbidden)

	// A file goes ahead of the form, another one with it.
	up := writer.PostFiles(path+"/upload", nil, webtest.Upload{Field: "upload", Name: "siyahı.txt", Content: "yüz ad"}).Want(http.StatusOK)
	_, id, _ := strings.Cut(strings.TrimSuffix(up.Body, `"}`), `{"id":"`)
	entry := url.Values{"year": {"2022"}, "version": {"0"}, "narrative": {workDone}, "figures": {"12 təlim"}, "milestone_1": {"Proqram"}, "done_1": {"1"},
		"milestone_2": {"Təlimlər"}, "milestone_3": {""}, "link_1": {"https://stat.example/1"}, "link_date_1": {"05.11.2022"}, "link_2": {""}, "link_date_2": {""},
		"uploaded": {id}, "dated": {"2022-11-04"}, "do": {"save"}}
	writer.PostFiles(path+"/entry", entry, webtest.Upload{Field: "upload", Name: "proqram.txt", Content: "proqram"}).WantRedirect(path + "?year=2022")
	a := writer.Get(path+"?year=2022").Want(http.StatusOK).Has("h1", "Qaralama").Has("[role=status], .alert, main", "Yadda saxlanıldı").Has("#evidence a", "siyahı.txt").Has("#evidence a", "proqram.txt")
	if a.Value("milestone_2") != "Təlimlər" || a.Value("link_date_1") != "05.11.2022" || a.Value("version") != "1" || a.Value("narrative") != workDone {
		t.Errorf("the form shows %q %q %q %q", a.Value("milestone_2"), a.Value("link_date_1"), a.Value("version"), a.Value("narrative"))
	}
	href := a.Attr("#evidence a[href*='/files/']", "href")
	if got := s.visit("rafael").Get(href).Want(http.StatusOK); got.Body != "yüz ad" || !strings.Contains(got.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("download: %q %v", got.Body, got.Header)
	}
	s.visit("rafael").Get(s.path("1.2") + href[strings.Index(href, "/files/"):]).Want(http.StatusNotFound)

	entry["version"], entry["do"], entry["uploaded"] = []string{"1"}, []string{"submit"}, nil
	writer.PostForm(path+"/entry", entry).WantRedirect(path + "?year=2022")
	writer.Get(path+"?year=2022").Want(http.StatusOK).Has("h1", "Baxışdadır").HasNot("form[action$='/entry']").Has("form[action$='/recall']").HasNot("form[action$='/decide']")
	writer.Post(path+"/decide", "year", "2022", "version", "2", "status", "complete", "reason", "hamısı olub").Want(http.StatusForbidden)

	officer.Get(path+"?year=2022").Has("form[action$='/decide']").Has("p", "Qayda üzrə təklif: Əsasən icra olunub").Has("label", "Tam icra olunub").HasNot("label", "Davam etdirilir")
	officer.Post(path+"/decide", "year", "2022", "version", "2", "status", "substantial", "reason", "").Want(http.StatusUnprocessableEntity).Has("[role=alert] a[href='#decide-reason']")
	officer.Post(path+"/decide", "year", "2022", "version", "2", "status", "substantial", "reason", "Bir addım qalıb").WantRedirect(path + "?year=2022")
	officer.Get(path+"?year=2022").Has("h1", "Mətn hazırdır").Has("section", "Qərar", "Bir addım qalıb").Has(".k-log li", "Sevda Nəsirova:", "qərar verildi, 2022: Əsasən icra olunub")
	officer.Get("/measures?status=substantial").Has("tbody tr", "4.1", "1 / 2", "Əsasən icra olunub", "Mətn hazırdır").HasNot("tbody tr", "1.2")
	if a := officer.Get("/measures").Want(http.StatusOK); a.Count("tbody tr") != 11 {
		t.Errorf("%d rows", a.Count("tbody tr"))
	}
}

func TestWhatWasTypedComesBackWithTheReason(t *testing.T) {
	s := newMeasureSite(t).imported()
	officer := s.visit("sevda")
	path := s.path("1.2")
	bad := url.Values{"year": {"2022"}, "version": {"0"}, "narrative": {workDone}, "milestone_1": {""}, "done_1": {"1"}, "milestone_2": {"İkinci"},
		"link_1": {"ftp://x"}, "link_date_1": {"2022-13-45"}, "do": {"save"}}
	a := officer.PostForm(path+"/entry", bad).Want(http.StatusUnprocessableEntity)
	a.Has("[role=alert] a[href='#f-link_date_1']", "Keçid 1, tarixi").HasNot(".k-log li", "saxlanıldı")
	if a.Value("narrative") != workDone || a.Value("link_1") != "ftp://x" || a.Value("milestone_2") != "İkinci" || a.Value("done_1") != "1" {
		t.Errorf("typed text is lost: %q %q %q", a.Value("narrative"), a.Value("link_1"), a.Value("milestone_2"))
	}
	bad["link_date_1"] = nil
	officer.PostForm(path+"/entry", bad).Want(http.StatusUnprocessableEntity).Has("[role=alert] a[href='#f-link_1']", "Keçid 1").Has("[role=alert] a[href='#f-milestone_1']", "Addım 1")
	officer.PostForm(path+"/entry", url.Values{"year": {"2022"}, "version": {"0"}, "narrative": {"qısa"}, "do": {"submit"}}).Want(http.StatusUnprocessableEntity).Has("[role=alert] a[href='#f-narrative']")

	officer.PostForm(path+"/entry", url.Values{"year": {"2022"}, "version": {"0"}, "narrative": {"İndiki mətn burada durur."}, "do": {"save"}}).Want(http.StatusSeeOther)
	a = officer.PostForm(path+"/entry", url.Values{"year": {"2022"}, "version": {"0"}, "narrative": {workDone}, "do": {"save"}}).Want(http.StatusConflict)
	a.Has("[role=alert]", "Sevda Nəsirova dəyişib").Has("details", "İndiki mətn burada durur.")
	if a.Value("narrative") != workDone || a.Value("version") != "1" {
		t.Errorf("after a conflict: %q, version %s", a.Value("narrative"), a.Value("version"))
	}
	// Handed in meanwhile: there is no form any more, the text is still shown.
	officer.PostForm(path+"/entry", url.Values{"year": {"2022"}, "version": {"1"}, "narrative": {workDone}, "do": {"submit"}}).Want(http.StatusSeeOther)
	officer.PostForm(path+"/entry", url.Values{"year": {"2022"}, "version": {"1"}, "narrative": {"Gecikmiş mətn."}, "do": {"save"}}).Want(http.StatusConflict).Has("details", "Gecikmiş mətn.")
	s.visit("aytan").PostForm(path+"/entry", url.Values{"year": {"2021"}, "narrative": {workDone}}).Want(http.StatusForbidden).Has("[role=alert]", "cavabdeh deyilsiniz")

	for _, bad := range []string{"/measures/x", "/measures/" + s.ids["1.2"] + "?year=abc", "/measures/" + s.ids["1.2"] + "?year=1999", "/measures?plan=XX", "/measures?year=2031"} {
		officer.Get(bad).Want(http.StatusNotFound)
	}
	officer.Get("/measures?plan=KM-2022-2026&of=AH-2020-2022&year=2021").Want(http.StatusOK)
	officer.PostForm(path+"/entry", url.Values{"year": {"1999"}, "narrative": {workDone}}).Want(http.StatusNotFound)
	officer.PostFiles(path+"/upload", nil, webtest.Upload{Field: "upload", Name: "boş.txt"}).Want(http.StatusUnprocessableEntity)
	officer.PostFiles(path+"/upload", nil).Want(http.StatusUnprocessableEntity)
	body, kind := webtest.MultipartBody(nil, webtest.Upload{Field: "upload", Name: "a.txt", Content: strings.Repeat("x", 5000)})
	r, err := http.NewRequest(http.MethodPost, path+"/upload", io.LimitReader(strings.NewReader(string(body)), 3000))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	officer.Do(r).Want(http.StatusUnprocessableEntity)
}

func TestTheReportIsAskedForAndSentOnThePage(t *testing.T) {
	s := newMeasureSite(t)
	text := "number,title_az,title_en,period,kind\n1.1,Bir,One,2020-2022,dated\n"
	if _, err := s.svc.ImportMeasures(s.System(), planning.MeasureImport{Reader: strings.NewReader(text), Name: "x.csv"}); err != nil {
		t.Fatal(err)
	}
	officer := s.visit("sevda")
	a := officer.Get("/measures").Want(http.StatusOK).Has(".k-steps [aria-current]", "Sorğu göndərilib")
	path := strings.TrimSuffix(a.Attr("tbody th a", "href"), "?year=2022")
	ask := []string{"plan", "AH-2020-2022", "year", "2022", "write_due", "04.12.2026"}
	officer.Post("/measures/ask", ask...).Want(http.StatusUnprocessableEntity).Has("dialog#ask[open] [role=alert] a[href='#ask-review_due']")
	officer.Post("/measures/ask", append(ask, "review_due", "11.12.2026")...).WantRedirect("/measures?plan=AH-2020-2022&year=2022")
	officer.Get("/measures").Has(".k-steps [aria-current]", "Şöbələr yazır", "0 / 1, son tarix 04.12.2026")
	send := []string{"plan", "AH-2020-2022", "year", "2022", "signed_on", "20.11.2026", "sent_on", "21.11.2026", "letter", "12/45"}
	officer.Post("/measures/send", send...).Want(http.StatusConflict)
	officer.PostForm(path+"/entry", url.Values{"year": {"2022"}, "version": {"0"}, "narrative": {workDone}, "do": {"submit"}}).Want(http.StatusSeeOther)
	officer.Post(path+"/decide", "year", "2022", "version", "1", "status", "withdrawn", "reason", "Ləğv olunub").Want(http.StatusUnprocessableEntity).Has("[role=alert] a[href='#decide-act']")
	officer.Post(path+"/decide", "year", "2022", "version", "1", "status", "no_evidence", "reason", "Sübut verilməyib").Want(http.StatusSeeOther)
	officer.Get("/measures").Has("dialog#send")
	officer.Post("/measures/send", send...).WantRedirect("/measures?plan=AH-2020-2022&year=2022")
	officer.Get("/measures").Has(".k-steps li", "Göndərilmə", "21.11.2026, № 12/45").HasNot("dialog#send")
	officer.Post(path+"/reopen", "year", "2022", "version", "2", "reason", "Yenidən baxılsın").Want(http.StatusConflict).Has("[role=alert]", "12/45")
	s.visit("elchin").Post("/measures/ask", ask...).Want(http.StatusForbidden)
}

// TestBrowserMeasures looks at the pages as people see them.
func TestBrowserMeasures(t *testing.T) {
	s := newMeasureSite(t).imported()
	fillMeasures(s)
	for _, key := range []string{"sevda", "aytan"} {
		s.Users.Add(actor.From(s.Office.As(context.Background(), key)))
	}
	address := s.Listen()
	b := webtest.NewBrowser(t)
	look := func(name, path string) {
		for _, view := range []struct {
			lang, theme string
			width       int64
		}{{"az", "light", 1440}, {"az", "dark", 390}, {"en", "dark", 1440}, {"en", "light", 390}} {
			b.Width(view.width)
			b.Open(address + path)
			for n, v := range map[string]string{"lang": view.lang, "theme": view.theme} {
				webtest.Eval[int](b, `fetch('/preferences', {method: 'POST', body: new URLSearchParams({`+n+`: '`+v+`'})}).then(r => r.status)`)
			}
			b.Open(address + path)
			full := name + "-" + view.lang + "-" + view.theme + map[int64]string{1440: "-wide", 390: "-narrow"}[view.width]
			b.Check(full)
			b.Picture(*measurePictures, full)
		}
	}
	b.SignIn(address, s.ID("sevda")+"@stat.test", webtest.Password)
	look("measures", "/measures")
	look("measures-none", "/measures?q=yoxdur")
	look("measure-decide", s.path("4.2")+"?year=2022")
	look("measure-decided", s.path("6.3")+"?year=2022")
	look("measure-empty", s.path("3.3")+"?year=2022")
	look("measure-write", s.path("5.4")+"?year=2022")
}

// fillMeasures brings measures into every state, as people would.
func fillMeasures(s *measureSite) {
	s.t.Helper()
	ctx := s.Office.As(context.Background(), "sevda")
	must := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	for number, codes := range map[string][]string{"1.2": {"KİEMŞ", "ÜŞ"}, "1.6": {"ÜŞ"}, "3.3": {"SSS"}, "4.1": {"İTŞ", "SSS"}, "4.2": {"İTŞ", "SSS"},
		"5.4": {"SSS", "İİƏŞ"}, "5.5": {"İİƏŞ", "KİEMŞ"}, "6.3": {"İİƏŞ", "İTŞ"}} {
		var ids []string
		for _, c := range codes {
			ids = append(ids, s.Dept(c))
		}
		must(s.svc.AssignMeasure(ctx, s.ids[number], ids))
	}
	must(s.svc.AskMeasures(ctx, "AH-2020-2022", 2022, "2026-12-04", "2026-12-11"))
	write := func(number, text string, all, done int, submit bool) {
		s.t.Helper()
		up, err := s.StageUpload(ctx, "qərar "+number+".txt", strings.NewReader(number))
		must(err)
		t := planning.MeasureText{Narrative: text, Figures: "12 təlim, 100 iştirakçı", UploadIDs: []string{up.ID}, Dated: "2022-11-03", Submit: submit,
			Links: []planning.MeasureLink{{URL: "https://stat.example/xeberler/2022/11/03/" + number, Dated: "2022-11-03"}}}
		for i := range all {
			t.Milestones = append(t.Milestones, planning.MeasureMilestone{Text: "Addım üzrə görülən iş " + string(rune('A'+i)), Done: i < done})
		}
		_, err = s.svc.WriteMeasure(ctx, s.ids[number], 2022, t)
		must(err)
	}
	write("1.2", workDone, 4, 3, false)
	write("1.6", workDone+" İki mövzu.", 2, 2, true)
	write("4.2", workDone+" Dörd razılaşma.", 4, 1, true)
	write("5.4", workDone+" Şura.", 3, 2, false)
	write("5.5", workDone+" Şura.", 3, 1, false)
	write("6.3", workDone+" Bölmə.", 0, 0, true)
	_, err := s.svc.DecideMeasure(ctx, s.ids["1.6"], 2022, planning.MeasureDecision{Version: 1, Status: planning.MeasureComplete, Reason: "Hər iki mövzu üzrə təlim keçirilib"})
	must(err)
	_, err = s.svc.DecideMeasure(ctx, s.ids["6.3"], 2022, planning.MeasureDecision{Version: 1, Status: planning.MeasureOngoing, Done: true, Reason: "Bölmə hər rüb yenilənib"})
	must(err)
}

package planningweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/planningtest"
	"github.com/kis-platform/kis/planning/planningweb"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// office is an office with a site of the planning pages.
type office struct {
	*planningtest.Office
	*webtest.Site
}

func open(t testing.TB) office {
	t.Helper()
	o := planningtest.New(t, storetest.Open(t))
	site := webtest.New(t, func(r *web.Router) { planningweb.Register(r, o.Service) },
		func(opt *web.Options) { opt.Clock = o.Clock.Now })
	return office{o, site}
}

// who is a person of the office in a browser.
func (o office) who(key string) *webtest.Visitor {
	a, err := o.ActorOf(context.Background(), o.ID(key))
	o.Must(err)
	return o.Site.As(a)
}

func TestARecommendationGoesFromTheFindingIntoThePlan(t *testing.T) {
	o := open(t)
	f := o.AddFinding("SSS")
	nigar := o.who("nigar")
	nigar.Post("/plans", "year", "2027", "approve_due", "25.12.2026").WantRedirect("/plans/2027")
	nigar.Get("/recommendations").Want(http.StatusOK).Has("a", "Bax və götür")
	nigar.Get("/recommendations/new").Want(http.StatusOK).Has("#found td", f.Text)
	got := nigar.Post("/recommendations/take/" + f.FindingID)
	page := nigar.Follow(got).Want(http.StatusOK).Has("h1", "TV-2026-01", "Baxılmayıb")
	if page.Value("text") != "\n"+f.Text && page.Value("text") != f.Text {
		t.Errorf("the text of the item begins as %q", page.Value("text"))
	}
	again := nigar.Post("/recommendations/take/" + f.FindingID).Want(http.StatusConflict)
	again.Has("[role=alert]", "artıq var")

	fields := url.Values{"year": {"2027"}, "section": {"documents"}, "text": {f.Text}, "expected_result": {"Mərhələnin yekunu var"},
		"indicator": {"8 mərhələdən 8-i"}, "responsible": {o.Dept("KİEMŞ")}, "co_executors": {o.Dept("SSS")}, "start_quarter": {"1"}, "due": {"31.12.2026"}}
	bad := nigar.PostForm(got.Location+"/accept", fields).Want(http.StatusUnprocessableEntity)
	bad.Has(".k-err", "2027")
	if bad.Value("indicator") != "8 mərhələdən 8-i" {
		t.Errorf("what was typed is gone: %q", bad.Value("indicator"))
	}
	fields.Set("due", "30.04.2027")
	item := nigar.PostForm(got.Location+"/accept", fields)
	nigar.Follow(item).Want(http.StatusOK).Has("h1", "Bənd 1", "Başlanmayıb").Has("dd", "30.04.2027").Has("dd", "DA-2026-05")
	nigar.Get("/plans/2027").Want(http.StatusOK).Has("tr", f.Text, "KİEMŞ", "SSS", "30.04.2027").Has("th", "Sənədlər və proseslər")
	nigar.Get("/recommendations?state=accepted&q=yekun").Want(http.StatusOK).Has("td a", "2027, bənd 1")
	nigar.Get("/recommendations?state=open").Want(http.StatusOK).Has(".k-empty", "tapılmadı")

	o.who("vugar").Get(got.Location).Want(http.StatusNotFound)
	o.who("rauf").Get("/recommendations").Want(http.StatusForbidden)
}

func TestThePlanIsAgreedObjectedToAndApproved(t *testing.T) {
	o := open(t)
	o.Draft(2027)
	nigar, elchin, vugar, nazim, rafael := o.who("nigar"), o.who("elchin"), o.who("vugar"), o.who("nazim"), o.who("rafael")
	nigar.Post("/plans/2027/send").WantRedirect("/plans/2027")

	page := elchin.Get("/plans/2027").Want(http.StatusOK).Has("h1", "2027", "Razılaşmada").Has(".k-box h3", "SSS").HasNot(".k-box h3", "İTŞ").HasNot("button", "Planı təsdiq et")
	if n := page.Count(".btn-primary"); n != 1 {
		t.Errorf("%d blue buttons for a head who is asked", n)
	}
	elchin.Post("/plans/2027/agree", "department", o.Dept("İTŞ"), "revision", "1").Want(http.StatusForbidden)
	elchin.Post("/plans/2027/agree", "department", o.Dept("SSS"), "revision", "7").Want(http.StatusConflict).Has("[role=alert]", "redaksiya")
	elchin.Post("/plans/2027/agree", "department", o.Dept("SSS"), "revision", "1").WantRedirect("/plans/2027")
	elchin.Post("/plans/2027/agree", "department", o.Dept("SSS"), "revision", "1").Want(http.StatusConflict).Has("main [role=alert]", "indiki vəziyyətdə mümkün deyil")
	vugar.Post("/plans/2027/object", "department", o.Dept("İTŞ"), "revision", "1", "text", "").Want(http.StatusUnprocessableEntity).Has(".k-err", "doldurulmalıdır")
	vugar.Post("/plans/2027/object", "department", o.Dept("İTŞ"), "revision", "1", "item", o.Page(2027).Items[1].ID, "text", "son tarix hər rübün sonu olsun").WantRedirect("/plans/2027")
	nazim.Post("/plans/2027/agree", "department", o.Dept("KİEMŞ"), "revision", "1").WantRedirect("/plans/2027")

	rafael.Get("/plans/2027").Want(http.StatusOK).Has(".k-bad", "İTŞ").Has("button[disabled]", "Planı təsdiq et")
	rafael.Post("/plans/2027/approve", "revision", "1", "confirm", "1").Want(http.StatusConflict)
	nigar.Get("/plans/2027").Want(http.StatusOK).Has(".k-quote.k-warn", "hər rübün sonu")
	objection := o.Page(2027).Objections[0].ID
	nigar.Post("/plans/2027/objections/"+objection, "answer", "rüblər üzrə bölünəcək").WantRedirect("/plans/2027")
	vugar.Post("/plans/2027/agree", "department", o.Dept("İTŞ"), "revision", "1").WantRedirect("/plans/2027")

	rafael.Get("/plans/2027").Want(http.StatusOK).Has("label", "redaksiya: 1")
	rafael.Post("/plans/2027/approve", "revision", "1").Want(http.StatusUnprocessableEntity).Has(".k-err", "işarələnməlidir")
	rafael.Post("/plans/2027/approve", "revision", "1", "confirm", "1").WantRedirect("/plans/2027")
	rafael.Get("/plans/2027").Want(http.StatusOK).Has("h1", "Təsdiq edilib").Has("p", "Rafael İbrahimov").HasNot("a", "Bənd əlavə et")
	nigar.Get("/plans/2027/items/new").Want(http.StatusOK)
	nigar.PostForm("/plans/2027/items", url.Values{"section": {"data"}, "text": {"gecikmiş bənd"}, "expected_result": {"nəticə"}, "indicator": {"1"}, "responsible": {o.Dept("SSS")},
		"start_quarter": {"1"}, "due": {"31.03.2027"}, "basis": {"other"}, "basis_label": {"iclas"}}).Want(http.StatusConflict)
}

func TestProgressIsReportedWithEvidence(t *testing.T) {
	o := open(t)
	p := o.Running(2027)
	item := "/plans/2027/items/" + p.Items[1].ID
	aytan := o.who("aytan")
	aytan.Get(item).Want(http.StatusOK).Has("#report button", "Hesabatı göndər")
	o.who("vugar").Get(item).Want(http.StatusOK).HasNot("#report button")
	aytan.PostFiles(item+"/report", url.Values{"state": {"done"}}).Want(http.StatusUnprocessableEntity).Has(".k-err", "doldurulmalıdır")
	aytan.PostFiles(item+"/report", url.Values{"state": {"postponed"}, "narrative": {"gecikir"}, "reason": {"müqavilə yoxdur"}, "new_due": {"32.01.2028"}}).
		Want(http.StatusUnprocessableEntity).Has(".k-err", "gg.aa.iiii")
	aytan.PostFiles(item+"/report", url.Values{"state": {"in_progress"}, "narrative": {"işə başlanılıb"}}, webtest.Upload{Field: "files", Name: "protokol.txt", Content: "iclasın protokolu"}).WantRedirect(item)
	page := aytan.Get(item).Want(http.StatusOK).Has("h1", "İcra olunur").Has("a", "protokol.txt")
	href := page.Attr(`.k-vers a`, "href")
	got := o.who("vugar").Get(href).Want(http.StatusOK)
	if got.Body != "iclasın protokolu" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file came as %q, %q", got.Body, got.Header.Get("Content-Disposition"))
	}
	o.who("vugar").Get(strings.Replace(href, p.Items[1].ID, p.Items[0].ID, 1)).Want(http.StatusNotFound)
	o.who("vugar").PostFiles(item+"/report", url.Values{"state": {"done"}, "narrative": {"hazırdır"}}).Want(http.StatusForbidden)
}

func TestPlanAddressesThatAreNone(t *testing.T) {
	o := open(t)
	o.Draft(2027)
	nigar := o.who("nigar")
	for _, path := range []string{"/plans/x", "/plans/02027", "/plans/2031", "/plans/99999", "/plans/2027/items/x", "/plans/2027/items/" + o.ID("nigar"), "/recommendations/x", "/reviews/x", "/reviews/RT-2026-99"} {
		nigar.Get(path).Want(http.StatusNotFound)
	}
	nigar.Post("/plans", "year", "abc", "approve_due", "x").Want(http.StatusUnprocessableEntity).Has(".k-err", "rəqəm").Has(".k-err", "gg.aa.iiii")
	nigar.Post("/plans", "year", "2027", "approve_due", "25.12.2026").Want(http.StatusConflict)
	version := "1"
	it := o.Page(2027).Items[0]
	nigar.Post("/plans/2027/items/"+it.ID+"/remove", "version", version, "reason", "").Want(http.StatusUnprocessableEntity).Has("dialog[open] .k-err", "doldurulmalıdır")
}

func TestTwoPeopleEditAnItem(t *testing.T) {
	o := open(t)
	it := o.Draft(2027).Items[0]
	path := "/plans/2027/items/" + it.ID + "/edit"
	nigar, leyla := o.who("nigar"), o.who("leyla")
	form := url.Values{"version": {nigar.Get(path).Want(http.StatusOK).Value("version")}, "section": {"documents"}, "text": {"Birinci redaktə"}, "expected_result": {it.ExpectedResult},
		"indicator": {it.Indicator}, "responsible": {it.ResponsibleID}, "start_quarter": {"1"}, "due": {"31.03.2027"}}
	nigar.PostForm(path, form).WantRedirect("/plans/2027/items/" + it.ID)
	form.Set("text", "İkinci redaktə")
	got := leyla.PostForm(path, form).Want(http.StatusConflict)
	if !strings.Contains(got.Value("text"), "İkinci redaktə") {
		t.Errorf("what the second typed is gone: %q", got.Value("text"))
	}
	if now := o.Page(2027).Items[0]; now.Text != "Birinci redaktə" || now.State != planning.NotStarted {
		t.Errorf("the item is now %q", now.Text)
	}
}

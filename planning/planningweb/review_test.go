package planningweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/kis-platform/kis/planning"
)

func TestAReviewIsPreparedSignedAndLocked(t *testing.T) {
	o := open(t)
	o.Draft(2027)
	o.Proposal("Sorğu vərəqəsini qısaltmaq")
	nigar, rafael := o.who("nigar"), o.who("rafael")
	form := url.Values{"from": {"01.05.2026"}, "to": {"31.10.2026"}, "meeting": {"13.11.2026"}, "time": {"14:00"}, "place": {"iclas zalı"},
		"chair": {o.ID("elchin")}, "participants": {o.ID("nigar"), o.ID("elchin")}}
	nigar.PostForm("/reviews", form).Want(http.StatusUnprocessableEntity) // not one of those who may be chosen
	form.Set("chair", o.ID("rafael"))
	form.Set("time", "25:00")
	nigar.PostForm("/reviews", form).Want(http.StatusUnprocessableEntity).Has(".k-err", "14:00")
	form.Set("time", "14:00")
	opened := nigar.PostForm("/reviews", form)
	page := nigar.Follow(opened).Want(http.StatusOK).Has("h1", "RT-2026-01", "Hazırlanır").Has("p", "13.11.2026, 14:00", "Rafael İbrahimov")
	if n := page.Count("table.k-rev tbody"); n != 12 {
		t.Errorf("%d inputs, want 12", n)
	}
	page.Has("table.k-rev tr", "Təkmilləşdirmə imkanları", "1 baxılmamış tövsiyə").Has("table.k-rev tr", "Resursların kifayətliliyi", "Boş kimi qeyd edilib")
	href := opened.Location

	comments := nigar.Get(href + "/comments").Want(http.StatusOK)
	version := comments.Value("version")
	nigar.Post(href+"/comments", "version", version, "comment_d", "2 auditor başqa işə keçib").WantRedirect(href)
	nigar.Post(href+"/comments", "version", version, "comment_d", "başqa rəy").Want(http.StatusConflict)
	nigar.Get(href).Has("table.k-rev tr", "Resursların kifayətliliyi", "2 auditor başqa işə keçib")

	nigar.Post(href+"/decisions", "kind", "c", "text", "", "owner", "", "due", "26.02.2027").Want(http.StatusUnprocessableEntity).Has(".k-err", "doldurulmalıdır")
	nigar.Post(href+"/decisions", "kind", "c", "text", "3 yeni daxili auditor hazırlamaq", "owner", o.ID("nigar"), "due", "26.02.2027").WantRedirect(href)
	nigar.Get(href).Has("#decisions tr", "c resurs ehtiyacı", "KİEMŞ", "26.02.2027", "Çıxar")
	rafael.Get(href).Want(http.StatusOK).HasNot("button", "İmzala və kilidlə").Has("#sign", "Protokol hazırlanır")
	nigar.Post(href+"/prepare", "suitable", "1", "adequate", "1", "effective", "1", "conclusion", "KİS yararlı, adekvat və nəticəlidir").WantRedirect(href)

	nigar.Get(href).Has("h1", "Sədrin imzası gözlənilir").HasNot("button", "İmzala və kilidlə")
	rafael.Get(href).Has("button", "İmzala və kilidlə")
	rafael.Post(href+"/sign", "number", "RT-2026-02").Want(http.StatusUnprocessableEntity).Has(".k-err", "RT-2026-01").Has(".k-err", "işarələnməlidir")
	rafael.Post(href+"/sign", "number", "RT-2026-01", "confirm", "1").WantRedirect(href)
	rafael.Get(href).Has("h1", "İmzalanıb").Has("dd", "Rafael İbrahimov").HasNot("a", "Rəy yaz")
	nigar.Post(href + "/refresh").Want(http.StatusConflict)
	nigar.Post(href+"/addenda", "text", "sertifikat 01.12.2026 tarixində uzadılıb").WantRedirect(href)

	decision := o.Dossier("RT-2026-01").DecisionList[0]
	to := href + "/decisions/" + decision.ID + "/plan"
	nigar.Get(href).Has("a", "Plana daxil et").Has("#addenda .k-quote", "sertifikat")
	item := nigar.Get(to).Want(http.StatusOK)
	if item.Value("due") != "26.02.2027" || item.Value("year") != "2027" {
		t.Errorf("the form begins with %s in %s", item.Value("due"), item.Value("year"))
	}
	nigar.PostForm(to, url.Values{"year": {"2027"}, "section": {"people"}, "text": {decision.Text}, "expected_result": {"auditorların sayı artır"}, "indicator": {"auditor: 6 → 9"},
		"responsible": {o.Dept("KİEMŞ")}, "start_quarter": {"1"}, "due": {"26.02.2027"}}).Want(http.StatusSeeOther)
	nigar.Get(href).Has("#decisions td a", "2027, bənd").Has("#decisions", "hamısı illik plandadır")
	nigar.Get("/plans/2027").Has("tr", "3 yeni daxili auditor", "RT-2026-01")
	for _, key := range []string{"elchin", "aytan", "rauf"} {
		o.who(key).Get(href).Want(http.StatusForbidden)
	}
	samir := o.who("samir").Get(href).Want(http.StatusOK)
	if samir.Count("main form") != 0 {
		t.Errorf("an auditor sees %d forms on a signed review", samir.Count("main form"))
	}
}

func TestAReturnedReviewSaysWhy(t *testing.T) {
	o := open(t)
	r := o.Prepared()
	href := "/reviews/" + r.ID
	rafael := o.who("rafael")
	rafael.Post(href+"/return", "reason", "").Want(http.StatusUnprocessableEntity)
	rafael.Post(href+"/return", "reason", "qərar 2 dəqiqləşdirilsin").WantRedirect(href)
	o.who("nigar").Get(href).Has(".k-quote", "dəqiqləşdirilsin")
	if got := o.Dossier(r.ID); got.State != planning.ReviewDraft || got.PreparedName != "" {
		t.Errorf("returned as %s by %s", got.State, got.PreparedName)
	}
}

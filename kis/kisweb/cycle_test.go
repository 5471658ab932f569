package kisweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/reference"
	"github.com/kis-platform/kis/web/webtest"
)

// description is the official process description as text.
func description(t *testing.T) string {
	t.Helper()
	raw, err := reference.FS.ReadFile(reference.Process)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestFromTheDescriptionToTheGate walks the pages as people do: import, plan,
// upload, return, upload again, accept, confirm the gate.
func TestFromTheDescriptionToTheGate(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		nigar, aytan := s.as("nigar"), s.as("aytan")
		file := webtest.Upload{Field: "file", Name: reference.Process, Content: description(t)}
		a := nigar.PostFiles("/processes/import", url.Values{"title_az": {"1-elektron xidmət"}, "owner": {"SSS"}}, file).Want(http.StatusOK).
			Has("dl", "Mərhələlər8", "Altproseslər44", "Tapşırıqlar108", "Mövcud olmayan sətirlər19", "Mərhələ yekunları7")
		if n := a.Count("tbody tr"); n != 160 {
			t.Errorf("the preview has %d rows", n)
		}
		nigar.Get("/processes").HasNot("tbody tr", "1-elektron xidmət")
		a = nigar.Post("/processes/import/confirm", "uploaded", a.Value("uploaded"), "code", a.Value("code"), "title_az", a.Value("title_az"), "owner", a.Value("owner"), "effective_from", a.Value("effective_from")).Want(http.StatusSeeOther)
		nigar.Follow(a).Has("h1", "1-elektron xidmət").Has("tfoot", "4-cü mərhələnin yekunu. Məlumatlar işlənməyə hazırdır").Has("td", "cavabdeh: SSS")
		nigar.PostFiles("/processes/import", nil, file).Want(http.StatusOK).Has("main", "Heç nə dəyişməyib").HasNot("button", "İdxal et")

		form := nigar.Get("/cycles/new").Want(http.StatusOK)
		if form.Value("due_8") != "25.12.2026" {
			t.Errorf("proposed end: %s", form.Value("due_8"))
		}
		a = nigar.Post("/cycles", "process", "process-1", "period", "2026", "due_3", "32.01.2026").Want(http.StatusUnprocessableEntity).Has(".k-err", "tarix")
		if a.Value("due_3") != "32.01.2026" {
			t.Error("what was typed is gone")
		}
		a = nigar.Post("/cycles", "process", "1-elektron-xidmet", "period", "2026", "due_8", "25.12.2026").Want(http.StatusSeeOther)
		cycle := a.Location
		aytan.Get(cycle+"/tasks/1.1.1").Want(http.StatusOK).HasNot("form", "Baxışa göndər")
		nigar.Post(cycle+"/move", "verb", "start").WantRedirect(cycle)
		nigar.Post(cycle+"/move", "verb", "start").Want(http.StatusConflict).Has("main [role=alert]", "vəziyyəti artıq dəyişib")

		task := cycle + "/tasks/1.1.1"
		output := aytan.Get(task).Has("form", "Baxışa göndər").Value("form")
		values := url.Values{"form": {output}, "output": {output}, "class": {"internal"}, "effective_day": {"20.11.2026"}}
		aytan.PostFiles(task+"/evidence", values).Want(http.StatusUnprocessableEntity).Has(".k-err", "fayl seçilməyib")
		pdf := webtest.Upload{Field: "upload", Name: "../../Hesabat.pdf", Content: "%PDF-1.4 birinci"}
		values.Set("effective_day", "20.11.2027")
		a = aytan.PostFiles(task+"/evidence", values, pdf).Want(http.StatusUnprocessableEntity).Has(".k-err", "gələcəkdə")
		kept := a.Value("kept")
		values.Set("effective_day", "20.11.2026")
		values.Set("kept", kept)
		aytan.PostFiles(task+"/evidence", values).WantRedirect(task)
		aytan.Get(task).Has(".k-vers", "Hesabat.pdf", "Baxışdadır", "Xidməti").Has("main", "baxışı başqası aparır").HasNot("button", "Qərarı göndər")

		review := nigar.Get(task).Has("button", "Qərarı göndər")
		submission := review.Value("submission")
		nigar.Post(task+"/decision", "submission", submission).Want(http.StatusUnprocessableEntity)
		nigar.Post(cycle+"/tasks/1.1.3/decision", "submission", submission, "decision", "accept").Want(http.StatusNotFound) // of another task
		nigar.Post(task+"/decision", "submission", submission, "decision", "return", "reason", "").Want(http.StatusUnprocessableEntity).Has(".k-err", "doldurulmalıdır")
		nigar.Post(task+"/decision", "submission", submission, "decision", "return", "reason", "İmza çatışmır").WantRedirect(task)
		nigar.Post(task+"/decision", "submission", submission, "decision", "accept").Want(http.StatusConflict).Has("main", "vəziyyəti artıq dəyişib")
		aytan.Get(task).Has(".k-quote", "İmza çatışmır", "Nigar Əliyeva").Has("h3", "Yeni versiya yüklə (versiya 2)")
		aytan.Get(cycle).Has(".k-work", "1.1.1", "İmza çatışmır")

		values.Del("kept")
		pdf.Content = "%PDF-1.4 ikinci"
		for _, o := range strings.Fields(strings.Join(outputsOf(aytan.Get(task)), " ")) {
			values.Set("output", o)
			values.Set("form", o)
			aytan.PostFiles(task+"/evidence", values, pdf).WantRedirect(task)
		}
		for {
			review = nigar.Get(task)
			if review.Count("form[action$='/decision']") == 0 {
				break
			}
			nigar.Post(task+"/decision", "submission", review.Value("submission"), "decision", "accept").WantRedirect(task)
		}
		nigar.Get(task).Has("h1", "Qəbul edilib")
		gate := cycle + "/gates/1"
		nigar.Post(gate+"/pass").Want(http.StatusConflict).Has("main", "1.1.3")
		nigar.Post(gate+"/waive", "reason", "").Want(http.StatusUnprocessableEntity).Has(".k-err", "doldurulmalıdır")
		nigar.Post(gate+"/waive", "reason", "Sənədlər arxivdədir").WantRedirect(cycle)
		nigar.Post(gate+"/waive", "reason", "Sənədlər arxivdədir").Want(http.StatusConflict).Has("main [role=alert]", "vəziyyəti artıq dəyişib")
		aytan.Get(gate).Has("h1", "İstisna ilə keçib").Has("main", "Sənədlər arxivdədir", "Nigar Əliyeva").HasNot("button", "Yenidən aç")
		nigar.Post(gate+"/reopen", "reason", "Yeni sənəd tapılıb").WantRedirect(cycle)
		nigar.Get(gate).Has("dl", "Yenidən açılma sayı1").Has(".k-log", "Yeni sənəd tapılıb")
	})
}

// outputsOf lists the outputs that the forms of a task page are for.
func outputsOf(a *webtest.Answer) []string {
	seen := map[string]bool{}
	var out []string
	for i := range a.Doc.Find("input[type=hidden][name=output]").Length() {
		v, _ := a.Doc.Find("input[type=hidden][name=output]").Eq(i).Attr("value")
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

func TestAWrongDescriptionIsRefusedByRowAndColumn(t *testing.T) {
	s := open(t, storetest.Open(t))
	nigar := s.as("nigar")
	text := strings.Replace(description(t), "1.1.4,task,1.1", "1.1.4,task,1.2", 1)
	nigar.PostFiles("/processes/import", nil, webtest.Upload{Field: "file", Name: "a.csv", Content: text}).Want(http.StatusUnprocessableEntity).
		Has("[role=alert]", "Fayl qəbul edilmədi", "sətir 7", "Yuxarı sətir", "1.1.4 kodunun yuxarısı “1.1” olmalıdır")
	nigar.PostFiles("/processes/import", nil, webtest.Upload{Field: "file", Name: "a.pdf", Content: "%PDF-1.7"}).Want(http.StatusUnprocessableEntity).Has("[role=alert]", "PDF")
	nigar.PostFiles("/processes/import", nil).Want(http.StatusUnprocessableEntity).Has(".k-err", "fayl seçilməyib")
	nigar.Post("/processes/import/confirm", "uploaded", store.NewID()).Want(http.StatusNotFound)
	nigar.Post("/processes/import/confirm").Want(http.StatusNotFound)
	nigar.Get("/processes").Has("main", "Proses təsviri hələ yoxdur")
}

func TestUploadsOneByOne(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		aytan := s.as("aytan")
		aytan.Header.Set("Accept", "application/json")
		a := aytan.PostFiles("/uploads", nil, webtest.Upload{Field: "upload", Name: "Hesabat.pdf", Content: "%PDF-1.4"}).Want(http.StatusCreated)
		if !strings.Contains(a.Body, `"name":"Hesabat.pdf"`) || !strings.Contains(a.Body, `"size":8`) {
			t.Errorf("answer: %s", a.Body)
		}
		for name, up := range map[string]webtest.Upload{
			"empty": {Field: "upload", Name: "boş.pdf"}, "long": {Field: "upload", Name: strings.Repeat("a", 300), Content: "x"},
		} {
			if a := aytan.PostFiles("/uploads", nil, up).Want(http.StatusUnprocessableEntity); !strings.Contains(a.Body, `"message"`) {
				t.Errorf("%s: %s", name, a.Body)
			}
		}
		aytan.PostFiles("/uploads", nil).Want(http.StatusUnprocessableEntity)
		body, kind := webtest.MultipartBody(nil, webtest.Upload{Field: "upload", Name: "kəsik.pdf", Content: strings.Repeat("x", 100_000)})
		r := newRequest(t, "/uploads", string(body[:60_000]), kind)
		aytan.Do(r).Want(http.StatusUnprocessableEntity)
		if n, err := s.office.DB.Read().NewSelect().Table("uploads").Count(t.Context()); err != nil || n != 1 {
			t.Errorf("%d uploads are kept, %v", n, err)
		}
		s.Nobody().PostFiles("/uploads", nil, webtest.Upload{Field: "upload", Name: "a", Content: "x"}).Want(http.StatusUnauthorized)
		for _, key := range []string{"rauf", "rafael"} { // who hands nothing in has nothing to send
			s.as(key).PostFiles("/uploads", nil, webtest.Upload{Field: "upload", Name: "a", Content: "x"}).Want(http.StatusForbidden)
		}
	})
}

func newRequest(t *testing.T, path, body, kind string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func TestFilesAreDownloadedOnlyByThoseWhoMay(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		c := s.office.Running("2026")
		in := s.office.NewEvidence("aytan", c.ID, "1.1.1")
		in.UploadIDs = []string{s.office.Upload("aytan", "Məxfi cədvəl.html", "<script>alert(1)</script>")}
		in.Class = kis.ClassConfidential
		sub, err := s.office.Submit(s.office.As(t.Context(), "aytan"), in)
		if err != nil {
			t.Fatal(err)
		}
		page := s.as("aytan").Get("/evidence/"+sub.ID).Want(http.StatusOK).Has("main", "Məxfi cədvəl.html", "Məxfi (ilkin məlumat)")
		href := page.Attr("th .k-file a", "href")
		a := s.as("nigar").Get(href).Want(http.StatusOK)
		if a.Body != "<script>alert(1)</script>" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment;") || a.Header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q %v", a.Body, a.Header)
		}
		s.as("nigar").Get("/evidence/"+sub.ID).Has(".k-log", "məxfi faylı açdı")
		for who, status := range map[string]int{"rafael": 404, "gunel": 404, "tural": 404, "rauf": 403, "kamran": 403} {
			v := s.as(who)
			v.Get(href).Want(status)
			if a := v.Get("/evidence/" + sub.ID).Want(status); strings.Contains(a.Body, "cədvəl") {
				t.Errorf("the page for %s tells the name", who)
			}
		}
		s.as("rafael").Get("/evidence").Want(http.StatusOK).HasNot("main", "Məxfi cədvəl")
		s.as("rafael").Get("/cycles/"+c.ID+"/tasks/1.1.1").Has("main", "Sübutlar gizlidir").HasNot("main", "cədvəl")
		s.as("tural").PostForm("/cycles/"+c.ID+"/tasks/1.1.3/evidence", url.Values{"output": s.office.OutputIDs(c.ID, "1.1.3")[:1], "link": {"https://stat.gov.az"}}).Want(http.StatusForbidden)
		s.as("tural").Post("/cycles/"+c.ID+"/tasks/1.1.1/withdraw", "submission", sub.ID).Want(http.StatusNotFound)
		for _, code := range []string{"%0d", "%5c", "x", "1.1.1%0a", "1.1", "1.1.1.1"} { // no address of a task: refused before anything happens
			for _, step := range []string{"withdraw", "decision", "evidence"} {
				s.as("nigar").Post("/cycles/"+c.ID+"/tasks/"+code+"/"+step, "submission", sub.ID, "decision", "accept").Want(http.StatusNotFound)
			}
		}
		s.as("nigar").Get("/evidence/"+sub.ID).Has("main", "Baxışdadır")
		s.as("elchin").Post("/cycles/"+c.ID+"/tasks/1.1.1/withdraw", "submission", sub.ID).Want(http.StatusSeeOther)
		s.as("elchin").Post("/cycles/"+c.ID+"/tasks/1.1.1/withdraw", "submission", sub.ID).Want(http.StatusConflict).
			Has("main [role=alert]", "vəziyyəti artıq dəyişib") // and says why, though there is no such form any more
	})
}

func TestTheMapIsFilteredByItsAddress(t *testing.T) {
	s, c := year(t)
	v := s.as("aytan")
	cycle := "/cycles/" + c.ID
	a := v.Get(cycle).Want(http.StatusOK).Has("h1", "“1-elektron xidmət” statistik prosesi, 2026").Has(".k-chip.k-good", "63").Has(".k-gate.k-good", "Təsdiqlənib 06.02.2026")
	if n := a.Count(".k-map .k-cell"); n != 44 {
		t.Errorf("%d cells", n)
	}
	if a.Text(".k-map .k-off .k-st") == "" || a.Count(".k-map .k-cell.k-off") != 4 {
		t.Errorf("%d cells are not applicable", a.Count(".k-map .k-cell.k-off"))
	}
	if n := v.Get(cycle + "?state=returned").Count(".k-map .k-cell"); n != 1 {
		t.Errorf("%d cells are returned", n)
	}
	if n := v.Get(cycle + "?department=" + s.office.Dept("KİEMŞ")).Count(".k-map .k-cell"); n != 3 {
		t.Errorf("%d cells of KİEMŞ", n)
	}
	v.Get(cycle + "?process=1-elektron-xidmet&period=2026").Want(http.StatusOK)
	v.Get(cycle+"?state=nonsense&department=x&view=table").Want(http.StatusOK).Has("table caption", "4. Məlumatların toplanması")
	v.Get("/cycles/" + store.NewID()).Want(http.StatusNotFound)
	v.Get("/cycles/x").Want(http.StatusNotFound)
	v.Get(cycle + "/gates/8").Want(http.StatusNotFound)
	v.Get(cycle + "/tasks/1.1").Want(http.StatusNotFound)
	v.Get(cycle + "/dates").Want(http.StatusForbidden)
}

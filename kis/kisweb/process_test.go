package kisweb_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/web/webtest"
)

// printedTable is the printed table with its damage, as Word.
func printedTable(t *testing.T) webtest.Upload {
	t.Helper()
	raw, err := os.ReadFile("../describe/testdata/printed-table.docx")
	if err != nil {
		t.Fatal(err)
	}
	return webtest.Upload{Field: "file", Name: "çap.docx", Content: string(raw)}
}

func TestThePreviewShowsRowByRowWhatWasRepaired(t *testing.T) {
	s := open(t, storetest.Open(t))
	nigar := s.as("nigar")
	a := nigar.PostFiles("/processes/import", url.Values{"title_az": {"1-elektron xidmət"}, "code": {"e"}, "owner": {"SSS"}}, printedTable(t)).Want(http.StatusOK).
		Has(".k-chips", "oxunub 61", "düzəldilib 99", "şübhəli 0").Has("tbody tr", "ÖN", "ƏN").Has("tbody tr", "infromasiyaya", "informasiyaya").
		Has("details", "yeni səhifədə təkrarlanan başlıq")
	if n := a.Count("tbody tr"); n != 160 {
		t.Errorf("%d rows", n)
	}
	href, _ := a.Doc.Find(".k-chips a").Eq(1).Attr("href")
	b := nigar.Get(href).Want(http.StatusOK)
	if n := b.Count("tbody tr"); n != 99 {
		t.Errorf("the filter shows %d rows", n)
	}
	c := nigar.Post("/processes/import/confirm", "uploaded", b.Value("uploaded"), "code", b.Value("code"), "title_az", b.Value("title_az"), "owner", b.Value("owner")).Want(http.StatusSeeOther)
	page := nigar.Follow(c).Has("h1", "1-elektron xidmət")
	link, _ := page.Doc.Find("nav.k-chips a").Attr("href")
	nigar.Get(link).Want(http.StatusOK).Has("dl", "Word faylı", "Nigar Əliyeva").Has("details", "İdxal zamanı düzəldilənlər")
	s.as("aytan").Get("/processes/import/preview?file=" + b.Value("uploaded")).Want(http.StatusForbidden)
	s.as("leyla").Get("/processes/import/preview?file=" + b.Value("uploaded")).Want(http.StatusNotFound)
}

func TestUnknownSuppliersAreChosenOnThePreview(t *testing.T) {
	s := open(t, storetest.Open(t))
	nigar := s.as("nigar")
	text := strings.Replace(description(t), "İNO,", "Yeni Nazirlik,", 1)
	a := nigar.PostFiles("/processes/import", url.Values{"code": {"e"}, "owner": {"SSS"}}, webtest.Upload{Field: "file", Name: "e.csv", Content: text}).Want(http.StatusOK).
		Has("fieldset", "Yeni Nazirlik", "1.1.1", "seçilməyib")
	carry := []string{"uploaded", a.Value("uploaded"), "code", "e", "owner", "SSS", "supplier_0", "Yeni Nazirlik"}
	nigar.Post("/processes/import/confirm", carry...).Want(http.StatusUnprocessableEntity).Has("fieldset .k-err", "doldurulmalıdır")
	nigar.Post("/processes/import/confirm", append(carry, "choice_0", "external")...).Want(http.StatusUnprocessableEntity).Has("fieldset .k-err", "qurumun kodunu yazın")
	nigar.Post("/processes/import/confirm", append(carry, "choice_0", "external", "code_0", "SSS")...).Want(http.StatusUnprocessableEntity).Has("fieldset .k-err", "SSS kodu artıq istifadə olunur")
	nigar.Get("/processes").HasNot("tbody tr", "1-elektron")
	nigar.Post("/processes/import/confirm", append(carry, "choice_0", "external", "code_0", "YN", "name_en_0", "New Ministry")...).Want(http.StatusSeeOther)
	nigar.Get("/processes/e").Want(http.StatusOK).Has("td", "YN")
}

// What a file is, is told beside its field, in words for people.
func TestARefusedFileIsToldBesideItsField(t *testing.T) {
	s := open(t, storetest.Open(t))
	nigar := s.as("nigar")
	for name, c := range map[string]struct{ content, text string }{
		"a.docx": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "şifrə ilə qorunur"},
		"b.docx": {"PK\x03\x04[Content_Types].xml word/document.xml word/vbaProject.bin", "makros var"},
		"c.csv":  {"", "boşdur"},
	} {
		nigar.PostFiles("/processes/import", url.Values{"code": {"e"}, "owner": {"SSS"}}, webtest.Upload{Field: "file", Name: name, Content: c.content}).
			Want(http.StatusUnprocessableEntity).Has("[role=alert]", "Təsvir faylı", c.text).Has(".k-err", c.text)
	}
}

func TestVersionsAreComparedCopiedAndMapped(t *testing.T) {
	s := open(t, storetest.Open(t))
	s.office.Running("2026")
	text := strings.NewReplacer("Tələbatların dəqiqləşdirilməsi,", "Tələbatların dəqiqləşdirilməsi və təsdiqi,", "Tələbatların dəqiqləşdirilmiş siyahısı", "Tələbatların yeni siyahısı").Replace(description(t))
	text = strings.Replace(text, "1.6.2,task,1.6,Risklərin təhlili,Risklərin və imkanların qiymətləndirilməsi,Müəyyən edilmiş risklər və imkanlar,DSK | SSS,“Risklərin təhlili və qiymətləndirilməsi” cədvəli,true", "1.6.2,task,1.6,Risklərin təhlili,,,,,false", 1) +
		"8.3.2,task,8.3,Planın təsdiqi,Planın təsdiqi,Plan,KİEMŞ,Təsdiq edilmiş plan,true,Approve the plan\r\n"
	if _, err := s.office.ImportProcess(s.office.As(context.Background(), "nigar"), process.ImportRequest{Reader: strings.NewReader(text), Name: "b.csv", Code: kistest.ProcessCode}); err != nil {
		t.Fatal(err)
	}
	aytan, nigar := s.as("aytan"), s.as("nigar")
	base := "/processes/" + kistest.ProcessCode
	aytan.Get(base+"/versions/2/compare").Want(http.StatusOK).Has(".k-chips", "əlavə olunub 1", "adı dəyişib 1", "nəticələri dəyişib 2", "tətbiqi dəyişib 1").
		Has("tbody tr", "8.3.2", "əlavə olunub").Has("tbody tr", "1.6.2", "tətbiq olunur → Mövcud deyil").
		Has("tbody tr", "1.2.2", "adı dəyişib", "− Tələbatların dəqiqləşdirilmiş siyahısı", "+ Tələbatların yeni siyahısı")
	if n := aytan.Get(base + "/versions/2/compare?with=1&kind=added").Count("tbody tr"); n != 1 {
		t.Errorf("the filter shows %d rows", n)
	}
	aytan.Get(base+"/versions/1/compare?with=2").Want(http.StatusOK).Has("tbody tr", "8.3.2", "çıxarılıb")
	aytan.Get(base+"/versions/1/compare?with=1").Want(http.StatusOK).Has("main", "Fərq yoxdur")
	aytan.Get(base+"/versions/1").Want(http.StatusOK).Has("main", "Əvvəlki redaksiya").Has(".card", "Bu redaksiya üzrə dövrlər", "2026")
	aytan.Get(base+"?gsbpm=5.2").Want(http.StatusOK).Has("th", "Check data availability and suitability")
	aytan.Get(base+"/map").Want(http.StatusOK).Has(".k-phase", "Tələbatların müəyyənləşdirilməsi", "1-ci mərhələnin yekunu").Has(".k-cell", "2.4", "Mövcud deyil")
	aytan.Get("/processes/gsbpm").Want(http.StatusOK).Has("tbody tr", "1.5", "Check data availability and suitability", "adı dəyişib")
	for _, path := range []string{"/versions/0", "/versions/3", "/versions/x", "/versions/01", "/versions/2/compare?with=9", "/versions/2/compare?with=x", "/map?version=9", "/map?version=a"} {
		aytan.Get(base + path).Want(http.StatusNotFound)
	}
	aytan.Get("/processes/no-such").Want(http.StatusNotFound)
	aytan.Get(base + "/copy").Want(http.StatusForbidden)
	nigar.Get(base+"/copy").Want(http.StatusOK).Has("form", "Prosesi yarat")
	nigar.Post(base+"/copy", "title_az", "", "code", kistest.ProcessCode, "owner", "").Want(http.StatusUnprocessableEntity).Has(".k-err", "doldurulmalıdır")
	nigar.Post(base+"/copy", "title_az", "İkinci", "code", kistest.ProcessCode, "owner", "İTŞ").Want(http.StatusUnprocessableEntity).Has(".k-err", "artıq istifadə olunur")
	nigar.Follow(nigar.Post(base+"/copy", "title_az", "İkinci", "code", "ikinci", "owner", "İTŞ").Want(http.StatusSeeOther)).Has("h1", "İkinci").Has("td", "cavabdeh: İTŞ")
	aytan.Get("/processes/ikinci/versions/1").Want(http.StatusOK).Has("dl", "Surət", "2 nömrəli redaksiya")
}

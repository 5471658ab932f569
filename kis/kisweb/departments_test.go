package kisweb_test

import (
	"net/http"
	"testing"
)

func TestADepartmentIsCreatedEditedAndArchived(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v := s.as("rauf")
		v.Post("/admin/departments", "code", "R T", "name_az", "", "name_en", "x").Want(http.StatusUnprocessableEntity).
			Has("#f-code-error", "simvol").Has("#f-name_az-error", "doldurulmalıdır").Has("#f-kind-error", "doldurulmalıdır")
		a := v.Post("/admin/departments", "code", "RTŞ", "name_az", "Regional təhlil şöbəsi", "name_en", "Regional Analysis", "kind", "internal", "aliases", "RTS\r\nRegional şöbə\r\n").Want(http.StatusSeeOther)
		page := a.Location
		shown := v.Follow(a).Has("h1", "RTŞ", "İstifadədədir").Has(".k-quote", "yaradıldı")
		if shown.Value("aliases") != "\nregional sobe\nrts" && shown.Value("aliases") != "regional sobe\nrts" {
			t.Errorf("aliases %q", shown.Value("aliases"))
		}
		version := shown.Attr("input[name=version]", "value")
		v.Post(page, "name_az", "Regional şöbə", "name_en", "Regional", "kind", "body", "aliases", "İTS", "version", version).Want(http.StatusConflict).Has("#f-aliases-error", "artıq")
		v.Post(page, "name_az", "Regional şöbə", "name_en", "Regional", "kind", "body", "aliases", "", "version", version).WantRedirect(page)
		v.Post(page, "name_az", "Başqa", "name_en", "Other", "kind", "body", "version", version).Want(http.StatusConflict).Has(".k-kv", "Regional şöbə")
		v.Post(page + "/archive").WantRedirect(page)
		v.Get(page).Has("h1", "Arxivdədir").Has(".k-log", "Şöbə arxivə köçürülüb").Has(".k-log", "Ad (az): Regional təhlil şöbəsi → Regional şöbə")
		v.Post(page + "/restore").WantRedirect(page)
		refused := v.Post("/admin/departments/" + s.office.Dept("SSS") + "/archive").Want(http.StatusConflict)
		refused.Has("dialog[open]", "Şöbədə işləyənlər var, sayı: 3")
	})
}

func TestEverybodySeesDepartmentsAndOnlyTheAdministratorChangesThem(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v := s.as("aytan")
		v.Get("/admin/departments").Has("tbody tr", "KİEMŞ", "metaməlumatlar").HasNot(".k-acts a", "Yeni şöbə")
		a := v.Get("/admin/departments/"+s.office.Dept("SSS")).Has(".k-kv", "Sosial Statistika Şöbəsi")
		if a.Count("form[action*=departments]") != 0 || a.Count(".k-log") != 0 {
			t.Error("an employee is offered a change or the history")
		}
		v.Post("/admin/departments/"+s.office.Dept("SSS"), "name_az", "x").Want(http.StatusForbidden)
		v.Post("/admin/departments/" + s.office.Dept("SSS") + "/archive").Want(http.StatusForbidden)
	})
}

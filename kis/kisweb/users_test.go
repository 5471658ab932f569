package kisweb_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

func TestTheListOfUsersIsSearchedAndPaged(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v := s.as("rauf")
		all := v.Get("/admin/users").Want(http.StatusOK)
		all.Has("tbody tr", "Aytən Məmmədova", "SSS", "Əməkdaş", "Aktivdir").Has(".k-pager", "16 / 16")
		found := v.Get("/admin/users?q=MEMMEDOVA").Want(http.StatusOK)
		if found.Count("tbody tr") != 1 || found.Value("q") != "MEMMEDOVA" {
			t.Errorf("search finds %d, and shows %q", found.Count("tbody tr"), found.Value("q"))
		}
		v.Get("/admin/users?role=head").Has("tbody tr", "Elçin Həsənov").HasNot("tbody tr", "Aytən")
		v.Get("/admin/users?q=%25").Want(http.StatusOK).Has(".k-empty", "tapılmadı")
		v.Get("/admin/users?after=%00&role=boss&department=x&limit=-1").Want(http.StatusUnprocessableEntity)
		v.Get("/admin/users?after=zzz&role=boss&department=01930000-0000-7000-8000-000000000009&limit=-1").Want(http.StatusOK)
		seen, page := 0, v.Get("/admin/users?limit=7")
		for {
			seen += page.Count("tbody tr")
			if page.Count("a[rel=next]") == 0 {
				break
			}
			page = v.Get(page.Attr("a[rel=next]", "href")).Want(http.StatusOK)
		}
		if seen != 16 {
			t.Errorf("%d people over all pages", seen)
		}
	})
}

func TestANewUserGetsAPasswordThatIsShownOnce(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v := s.as("rauf")
		form := []string{"name", "Aysel Quliyeva", "email", "aysel@stat.example", "department", "SSS", "lang", "az", "role", "employee", "position_az", "mütəxəssis"}
		a := v.Post("/admin/users", form...).Want(http.StatusOK)
		password := a.Text("#password")
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Error("the password may be kept by a cache")
		}
		s.SignIn("aysel@stat.example", password).Get("/processes").Want(http.StatusOK)
		again := v.Post("/admin/users", form...).Want(http.StatusConflict)
		again.Has("#f-email-error", "artıq istifadə olunur")
		if again.Value("name") != "Aysel Quliyeva" || again.Value("department") != "SSS" || again.Value("role") != "employee" {
			t.Error("what was typed is gone")
		}
		if strings.Contains(again.Body, password) {
			t.Error("the password is shown again")
		}
	})
}

func TestAFormWithMistakesComesBackWithThem(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v := s.as("rauf")
		a := v.Post("/admin/users", "name", "", "email", "yox", "from", "32.13.2026", "role", "auditor", "lang", "az").Want(http.StatusUnprocessableEntity)
		a.Has("#f-from-error", "gg.aa.iiii")
		a = v.Post("/admin/users", "name", "", "email", "yox", "lang", "az").Want(http.StatusUnprocessableEntity)
		a.Has("#f-name-error", "doldurulmalıdır").Has("#f-email-error", "e-poçt")
		if a.Value("email") != "yox" {
			t.Error("what was typed is gone")
		}
		a = v.Post("/admin/users", "name", "X Y", "email", "x@y.az", "role", "observer", "object", "/audits/none", "to", "01.01.2027", "lang", "az").Want(http.StatusUnprocessableEntity)
		a.Has("#f-object-error", "ünvanı")
		v.Post("/admin/users", "name", strings.Repeat("x", 5000), "email", strings.Repeat("y", 5000)+"@z.az", "lang", "az").Want(http.StatusUnprocessableEntity).Has("#f-name-error", "çox uzundur")
	})
}

func TestRolesAreGivenAndEndedOnThePageOfAPerson(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v, page := s.as("rauf"), "/admin/users/"+s.office.ID("aytan")
		v.Post(page+"/roles", "role", "auditor", "from", "01.12.2026", "to", "31.12.2026").WantRedirect(page)
		a := v.Get(page).Has("tbody tr", "Auditor", "01.12.2026 – 31.12.2026", "Hələ başlamayıb").Has("[role=status], .k-quote", "Rol verildi")
		action := a.Attr(`form[aria-label*="Auditor"]`, "action")
		v.Post(action, "to", "30.11.2026").WantRedirect(page)
		v.Get(page).Has("tbody tr", "Auditor", "Qüvvəyə minməyib", "Bitib").Has(".k-log", "Rol verilib", "Tarixdən: 01.12.2026")
		v.Post(page+"/roles", "role", "").Want(http.StatusUnprocessableEntity).Has("#grant-role-error", "doldurulmalıdır")
		v.Post(page+"/roles", "role", "employee").Want(http.StatusConflict).Has("#grant-role-error", "artıq var")
		v.Post(action, "to", "yox").Want(http.StatusUnprocessableEntity).Has("tbody .k-err", "gg.aa.iiii")
		own := "/admin/users/" + s.office.ID("rauf")
		v.Get(own).Has(".k-quote", "sizin hesabınızdır").HasNot("h3", "Rol ver")
		v.Post(own+"/roles", "role", "head").Want(http.StatusForbidden)
	})
}

func TestAPersonIsTransferredDisabledAndEnabled(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v, page := s.as("rauf"), "/admin/users/"+s.office.ID("aytan")
		v.Post(page+"/transfer", "department", "BƏŞ", "from", "01.12.2026").Want(http.StatusUnprocessableEntity).Has("#transfer-from-error", "25.11.2026")
		v.Post(page+"/transfer", "department", "BƏŞ", "from", "01.11.2026").WantRedirect(page)
		v.Get(page).Has(".list-group-item", "SSS", "03.01.2024 – 31.10.2026").Has(".list-group-item", "BƏŞ", "01.11.2026 tarixindən")
		mine := s.as("aytan")
		v.Post(page + "/disable").WantRedirect(page)
		v.Get(page).Has("h1 .k-tag", "Bağlanıb")
		if a := mine.Get("/processes"); a.Status != http.StatusSeeOther {
			t.Errorf("a disabled person's session goes on: %d", a.Status)
		}
		v.Post(page + "/disable").Want(http.StatusConflict)
		v.Post(page + "/enable").WantRedirect(page)
		s.as("aytan").Get("/processes").Want(http.StatusOK)
		// The last administrator: the dialog comes back open with the reason.
		second := s.office.Hire(kistest.Person{Key: "second", Name: "İkinci Admin", Department: "İTŞ", Role: "administrator"})
		other := s.as("second")
		v.Post("/admin/users/" + second.ID + "/disable").WantRedirect("/admin/users/" + second.ID)
		if a := other.Get("/admin/users"); a.Status != http.StatusSeeOther {
			t.Errorf("the disabled administrator goes on: %d", a.Status)
		}
		password := v.Post(page + "/password").Want(http.StatusOK).Text("#password")
		s.SignIn(kistest.Email("aytan"), password).Get("/processes").Want(http.StatusOK)
	})
}

func TestTheSecondEditorSeesWhatIsStoredAndMaySaveKnowingly(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v, page := s.as("rauf"), "/admin/users/"+s.office.ID("aytan")
		version := v.Get(page+"/edit").Attr("input[name=version]", "value")
		if err := s.office.EditUser(s.office.System(), s.office.ID("aytan"), office.UserEdit{Email: kistest.Email("aytan"), Name: "Aytən Səfərova", Version: version}); err != nil {
			t.Fatal(err)
		}
		form := []string{"name", "Aytən Quliyeva", "email", kistest.Email("aytan"), "version"}
		a := v.Post(page+"/edit", append(form, version)...).Want(http.StatusConflict)
		a.Has(".k-kv", "Aytən Səfərova")
		if a.Value("name") != "Aytən Quliyeva" {
			t.Error("what was typed is gone")
		}
		v.Post(page+"/edit", append(form, a.Attr("input[name=version]", "value"))...).WantRedirect(page)
		v.Get(page).Has("h1", "Aytən Quliyeva")
	})
}

func TestThePagesOfUsersTakeAFixedNumberOfQueries(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v, c := s.as("rauf"), storetest.CountQueries(s.office.DB)
		measure := func(path string) int {
			c.Reset()
			v.Get(path).Want(http.StatusOK)
			return c.N()
		}
		few := measure("/admin/users")
		for _, n := range strings.Split("abcdefghij", "") {
			s.office.Hire(kistest.Person{Key: n, Name: "Nömrə " + n, Department: "ÜŞ", Role: "employee"})
		}
		if many := measure("/admin/users"); many != few {
			t.Errorf("%d queries, with more people %d:\n%s", few, many, c)
		}
	})
}

package kisweb_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

func TestTheTrailIsReadableAndFiltered(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		admin := s.as("rauf")
		page := "/admin/users/" + s.office.ID("aytan")
		version := admin.Get(page+"/edit").Attr("input[name=version]", "value")
		admin.Post(page+"/edit", "name", "Aytən Səfərova", "email", "aytan@stat.example", "position_az", "baş məsləhətçi", "position_en", "chief adviser", "version", version).Want(http.StatusSeeOther)
		admin.Post(page+"/roles", "role", "auditor", "to", "31.12.2026").Want(http.StatusSeeOther)
		v := s.as("nigar")
		a := v.Get("/trail").Want(http.StatusOK)
		a.Has("tbody tr", "İstifadəçi məlumatları dəyişdirilib", "Rauf Axundov", "Aytən Məmmədova dəyişdirilib: → Aytən Səfərova", "24.11.2026, 10:00").
			Has("tbody tr", "Rol verilib", "Rol: Auditor", "Tarixədək: 31.12.2026").
			Has("tbody tr", "Sistemə daxil olunub", "Nigar Əliyeva")
		if a.Count(`tbody a[href^="/admin/departments/"]`) == 0 || a.Count(`tbody a[href^="/admin/users/"]`) != 0 {
			t.Error("links do not lead to what the reader may open, and to nothing else")
		}
		v.Get("/trail?person="+s.office.ID("rauf")).Has("tbody tr", "Rol verilib").HasNot("tbody tr", "Nigar")
		v.Get("/trail?action=kis:user:edit").Has("tbody tr", "Səfərova").HasNot("tbody tr", "Rol verilib")
		v.Get("/trail?from=25.11.2026").Has(".k-empty", "tapılmadı")
		v.Get("/trail?from=24.11.2026&to=24.11.2026").Has("tbody tr", "Rol verilib")
		bad := v.Get("/trail?from=dünən").Want(http.StatusUnprocessableEntity).Has("#from-error", "gg.aa.iiii")
		if bad.Value("from") != "dünən" {
			t.Error("what was typed is gone")
		}
		v.Get("/trail?from=24.11.2026&to=20.11.2026").Want(http.StatusUnprocessableEntity).Has("#to-error", "24.11.2026")
		v.Get("/trail?after=xyz&person=none&object=x&kind=y&limit=5").Want(http.StatusOK)
		next := v.Get("/trail?limit=2").Want(http.StatusOK)
		older := v.Get(next.Attr("a[rel=next]", "href")).Want(http.StatusOK)
		if older.Count("tbody tr") != 2 || older.Text("tbody tr th") == next.Text("tbody tr th") {
			t.Errorf("the next page shows %q", older.Text("tbody tr th"))
		}
	})
}

func TestADifferenceIsShownInWords(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		ctx := s.office.As(t.Context(), "aytan")
		err := s.office.DB.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "some:new:thing", Kind: "gadget", ID: "1", Label: "<b>G-1</b>", Note: "sətir bir\nsətir iki",
				Before: map[string]any{"due": "2026-11-24", "state": nil, "confirmed": true, "list": []string{"a", "b"}, "owner_id": s.office.Dept("SSS"), "same": 1},
				After:  map[string]any{"due": "2026-12-01", "by": s.office.ID("tural"), "confirmed": false, "list": []string{"a"}, "owner_id": s.office.Dept("İTŞ"), "same": 1, "nested": map[string]any{"role": "head"}}})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.office.DB.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: "kis:cycle:plan", Kind: "cycle", ID: "1", Label: "1, 2026",
				Before: map[string]any{"state": "planned", "due": map[string]string{"1": "2026-02-06"}}, After: map[string]any{"state": "running", "due": map[string]string{"1": "2026-02-09"}}})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s.as("nigar").Get("/trail?kind=cycle").Has("tbody tr", "Dövr planlaşdırılıb", "Dövr: 1, 2026").
			Has("li", "Son tarix 1: 06.02.2026", "09.02.2026").HasNot("li", "running")
		a := s.as("nigar").Get("/trail?kind=gadget").Want(http.StatusOK)
		a.Has("tbody tr", "some:new:thing", "gadget: <b>G-1</b>", "sətir bir").
			Has("li", "Təsdiqlənib: bəli", "xeyr").Has("li", "Son tarix: 24.11.2026", "01.12.2026").Has("li", "list: a, b", "a").
			Has("li", "Sahibi: SSS", "İTŞ").Has("li", "by: Tural İsmayılov").Has("details li", "Rol: Şöbə müdiri").HasNot("li", "same")
	})
}

func TestTheTrailTakesAFixedNumberOfQueries(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		v := s.as("nigar")
		v.Get("/trail?limit=5") // names and counts are kept as long as nothing is added
		c := storetest.CountQueries(s.office.DB)
		v.Get("/trail?limit=5").Want(http.StatusOK)
		few := c.N()
		c.Reset()
		v.Get("/trail?limit=200")
		if c.N() != few {
			t.Errorf("%d queries for 5 entries, %d for many:\n%s", few, c.N(), c)
		}
	})
}

func TestEveryActionAndRoleHasWords(t *testing.T) {
	for _, lang := range i18n.Languages() {
		for _, a := range policies.Actions() {
			wantText(t, lang, "action."+strings.ReplaceAll(string(a), ":", "."))
		}
		for _, a := range office.TrailActions() {
			wantText(t, lang, "action."+strings.ReplaceAll(a, ":", "."))
		}
		for _, r := range policies.Roles() {
			wantText(t, lang, "role."+string(r))
		}
	}
}

func wantText(t *testing.T, lang, key string) {
	t.Helper()
	if strings.HasPrefix(i18n.T(lang, key), "⟦") {
		t.Errorf("no text in %s for %s", lang, key)
	}
}

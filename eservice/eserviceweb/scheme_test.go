package eserviceweb_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
)

// toldScheme is a scheme as the API tells it; the texts of bands are what is
// typed on the page.
type toldScheme struct {
	Code      string `json:"code"`
	State     string `json:"state"`
	Revision  int    `json:"revision"`
	TitleAZ   string `json:"title_az"`
	TitleEN   string `json:"title_en"`
	ActAZ     string `json:"act_az"`
	ActEN     string `json:"act_en"`
	ValidFrom string `json:"valid_from"`
	ValidTo   string `json:"valid_to"`
	Scale     string `json:"scale"`
	Max       string `json:"max"`
	Confirmed bool   `json:"confirmed"`
	Bands     []struct {
		Code         string `json:"code"`
		NameAZ       string `json:"name_az"`
		NameEN       string `json:"name_en"`
		Min          string `json:"min"`
		MinInclusive bool   `json:"min_inclusive"`
		Max          string `json:"max"`
		MaxInclusive bool   `json:"max_inclusive"`
	} `json:"bands"`
	Criteria   []object `json:"criteria"`
	Parameters []object `json:"parameters"`
}

// draft is what is sent to save it.
func (s toldScheme) draft() object {
	return object{"revision": s.Revision, "title_az": s.TitleAZ, "title_en": s.TitleEN, "act_az": s.ActAZ, "act_en": s.ActEN, "note_az": "", "note_en": "", "valid_from": s.ValidFrom, "valid_to": s.ValidTo,
		"scale": s.Scale, "max": s.Max, "confirmed": s.Confirmed, "bands": slices.Clone(s.Bands), "criteria": s.Criteria, "parameters": s.Parameters}
}

// form is the same as the page sends it.
func (s toldScheme) form() url.Values {
	v := url.Values{"revision": {strconv.Itoa(s.Revision)}, "title_az": {s.TitleAZ}, "title_en": {s.TitleEN}, "act_az": {s.ActAZ}, "act_en": {s.ActEN}, "valid_from": {s.ValidFrom}, "valid_to": {s.ValidTo},
		"scale": {s.Scale}, "max": {s.Max}}
	truth := map[bool]string{true: "1"}
	for i, b := range s.Bands {
		at := "band." + strconv.Itoa(i+1) + "."
		for name, x := range map[string]string{"code": b.Code, "az": b.NameAZ, "en": b.NameEN, "min": b.Min, "max": b.Max, "min_in": truth[b.MinInclusive], "max_in": truth[b.MaxInclusive]} {
			v.Set(at+name, x)
		}
	}
	part := func(kind string, rows []object, fields map[string]string) {
		for i, row := range rows {
			for field, name := range fields {
				v.Set(kind+"."+strconv.Itoa(i+1)+"."+field, row[name].(string))
			}
		}
	}
	part("criterion", s.Criteria, map[string]string{"code": "code", "kind": "kind", "az": "name_az", "en": "name_en", "weight": "weight"})
	part("parameter", s.Parameters, map[string]string{"code": "code", "criterion": "criterion", "az": "name_az", "en": "name_en", "max": "max", "weight": "weight"})
	return v
}

// TestBandsThatDoNotMeetAreRefusedByRowOnThePageAndByTheAPI: what is typed
// stays, the row is named, and the draft stays as it was; then it is put into
// force.
func TestBandsThatDoNotMeetAreRefusedByRowOnThePageAndByTheAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p := openAPI(t, db)
		page := p.Site.SignIn(kistest.Email("nigar"), kistest.Password)
		p.ask("POST", "orxan", "/schemes/2025/copy", nil).Want(http.StatusForbidden)
		p.ask("POST", "nigar", "/schemes/none/copy", nil).Want(http.StatusNotFound)
		s := told[toldScheme](p, p.ask("POST", "nigar", "/schemes/2025/copy", nil).Want(http.StatusCreated))
		at := "/schemes/" + s.Code
		if s.State != "draft" || len(s.Bands) != 5 || len(s.Parameters) == 0 {
			t.Fatalf("copied: %+v", s)
		}
		p.ask("GET", "orxan", at, nil).Want(http.StatusNotFound) // a draft is of who writes it
		for _, c := range []struct{ field, value string }{
			{"band.2.min", "15"}, {"band.2.min", "25"}, {"band.2.min", "on"}, {"band.5.max", "99"},
		} {
			bad := s
			bad.Bands = slices.Clone(s.Bands)
			if c.field == "band.5.max" {
				bad.Bands[4].Max = c.value
			} else {
				bad.Bands[1].Min = c.value
			}
			if got := p.wrong(p.ask("POST", "nigar", at, bad.draft())); !slices.Contains(got, c.field) {
				t.Errorf("API, %s %s: named %v", c.field, c.value, got)
			}
			a := page.PostForm(at+"/save", bad.form()).Want(http.StatusUnprocessableEntity).Has("[role=alert]").Has("[name='" + c.field + "'][aria-invalid]")
			if got := a.Value(c.field); got != c.value {
				t.Errorf("page, %s: what was typed reads %q", c.field, got)
			}
		}
		if now := told[toldScheme](p, p.ask("GET", "nigar", at, nil).Want(http.StatusOK)); now.Revision != s.Revision || now.Bands[1].Min != s.Bands[1].Min {
			t.Errorf("a refusal changed the draft: %+v", now)
		}
		p.ask("GET", "nigar", at+"/preview", nil).Want(http.StatusUnprocessableEntity)
		pr := told[struct{ Services, Changed int }](p, p.ask("GET", "nigar", at+"/preview?year=2025", nil).Want(http.StatusOK))
		if pr.Services == 0 || pr.Changed == 0 { // words became stars
			t.Errorf("preview: %+v", pr)
		}
		page.Get(at+"?preview=2025").Want(http.StatusOK).Has("[role=status]", strconv.Itoa(pr.Changed))
		page.Get(at + "?preview=keçən").Want(http.StatusUnprocessableEntity).Has("#preview[aria-invalid]").Has("#preview-err")

		s.Bands[1].Max, s.Bands[2].Min = "45", "45"
		saved := told[toldScheme](p, p.ask("POST", "nigar", at, s.draft()).Want(http.StatusOK))
		if saved.Revision != s.Revision+1 || saved.Bands[2].Min != "45" {
			t.Errorf("saved: %+v", saved)
		}
		p.ask("POST", "nigar", at, s.draft()).Want(http.StatusConflict) // seen before that
		page.PostForm(at+"/save", saved.form()).Want(http.StatusSeeOther)
		p.ask("POST", "orxan", at+"/activate", nil).Want(http.StatusForbidden)
		if s = told[toldScheme](p, p.ask("POST", "nigar", at+"/activate", nil).Want(http.StatusOK)); s.State != "active" {
			t.Errorf("in force: %+v", s)
		}
		p.ask("POST", "nigar", at+"/activate", nil).Want(http.StatusConflict)
		p.ask("POST", "nigar", at, s.draft()).Want(http.StatusConflict)
		other := told[toldScheme](p, p.ask("POST", "nigar", at+"/copy", nil).Want(http.StatusCreated))
		p.wrong(p.ask("POST", "nigar", "/schemes/"+other.Code+"/discard", object{"reason": ""}))
		p.ask("POST", "nigar", "/schemes/"+other.Code+"/discard", object{"reason": "artıqdır"}).Want(http.StatusOK)
	})
}

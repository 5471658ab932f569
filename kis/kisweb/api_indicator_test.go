package kisweb_test

import (
	"net/http"
	"testing"

	"github.com/kis-platform/kis/internal/store"
)

// TestIndicatorsOverTheAPI reads the library and a cycle, and enters a value
// as the owner of the process does; nobody else may.
func TestIndicatorsOverTheAPI(t *testing.T) {
	overAPI(t, func(t *testing.T, s apiSite) {
		cy := s.office.Running("2026")
		aytan, tural := s.of("aytan"), s.of("tural")
		library := aytan.get("/api/v1/indicators")
		library.Want(http.StatusOK)
		if items := library.Data["items"].([]any); len(items) < 30 || items[0].(map[string]any)["name"] == "" {
			t.Fatalf("%d indicators", len(items))
		}
		base := "/api/v1/cycles/" + cy.ID + "/indicators"
		line := func(p program, code string) map[string]any {
			t.Helper()
			a := p.get(base)
			a.Want(http.StatusOK)
			for _, x := range a.Data["items"].([]any) {
				if l := x.(map[string]any); l["code"] == code {
					return l
				}
			}
			t.Fatalf("no indicator %s", code)
			return nil
		}
		if l := line(tural, "4.3-U"); l["value"] != nil || l["verdict"] != "open" || l["applies"] != true {
			t.Errorf("before: %v", l)
		}
		tural.post(base+"/4.3-U", `{"value":"90"}`).Want(http.StatusForbidden)
		aytan.post(base+"/4.3-U", `{"value":"doxsan"}`).Want(http.StatusUnprocessableEntity)
		aytan.post(base+"/4.3-U", `{"dəyər":"90"}`).Want(http.StatusUnprocessableEntity)
		aytan.post(base+"/yoxdur", `{"value":"90"}`).Want(http.StatusNotFound)
		aytan.post("/api/v1/cycles/"+store.NewID()+"/indicators/4.3-U", `{"value":"90"}`).Want(http.StatusNotFound)
		a := aytan.post(base+"/4.3-U", `{"numerator":"9","denominator":"10","note":"sorğudan"}`)
		a.Want(http.StatusOK)
		if v := a.Data["value"].(map[string]any); v["value"] != "90" || v["numerator"] != "9" || v["revision"] != float64(1) || v["source"] != "entered" || v["note"] != "sorğudan" {
			t.Errorf("entered: %v", v)
		}
		aytan.post(base+"/4.3-U", `{"value":"91"}`).Want(http.StatusConflict) // the first revision is there already
		aytan.post(base+"/4.3-U", `{"value":"91","revision":1}`).Want(http.StatusOK)
		if v := line(tural, "4.3-U")["value"].(map[string]any); v["value"] != "91" || v["recorded_by"] != "Aytən Məmmədova" {
			t.Errorf("after: %v", v)
		}
		program{s, "", "en"}.get(base).Want(http.StatusUnauthorized)
	})
}

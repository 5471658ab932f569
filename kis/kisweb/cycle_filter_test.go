package kisweb_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/web/webtest"
)

// TestCyclesAreFoundByProcessAndState narrows the list, the overview and the
// API by the same words.
func TestCyclesAreFoundByProcessAndState(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		running := s.office.Running("2026")
		nigar := s.office.As(t.Context(), "nigar")
		if _, err := s.office.ImportProcess(nigar, process.ImportRequest{Reader: strings.NewReader(description(t)), Name: "b.csv", Code: "emek-haqqi",
			TitleAZ: "Əmək haqqı", TitleEN: "Wages", OwnerCode: "BƏŞ"}); err != nil {
			t.Fatal(err)
		}
		planned, err := s.office.PlanCycle(nigar, kis.NewCycle{ProcessCode: "emek-haqqi", Period: "2027"})
		if err != nil {
			t.Fatal(err)
		}
		v := s.as("aytan")
		for query, want := range map[string][2]bool{
			"": {true, true}, "?q=emek": {false, true}, "?q=%C9%99m%C9%99k": {false, true}, "?q=1-elektron": {true, false}, "?state=planned": {false, true},
			"?state=running": {true, false}, "?q=emek&state=running": {false, false}, "?q=yoxdur": {false, false}, "?state=nonsense": {true, true},
		} {
			for _, path := range []string{"/cycles", "/cycles/overview"} {
				page := v.Get(path + query).Want(http.StatusOK)
				for i, id := range []string{running.ID, planned.ID} {
					if got := page.Count(`table a[href="/cycles/`+id+`"]`) == 1; got != want[i] {
						t.Errorf("%s%s: cycle %d shown: %v", path, query, i+1, got)
					}
				}
			}
		}
		v.Get("/cycles?q=yoxdur").Has("main", "dövr tapılmadı").Has(`main a[href="/cycles"]`, "təmizlə")
		if page := v.Get("/cycles?q=emek&state=planned"); page.Value("q") != "emek" {
			t.Errorf("the words are lost: %q", page.Value("q"))
		}
	})
}

// TestEvidenceInReviewIsNotCalledLate looks at a task whose day has passed
// before and after its evidence was handed in, on its page and on its gate.
func TestEvidenceInReviewIsNotCalledLate(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		c := s.office.Running("2026") // phase 1 was due in February
		task, gate := "/cycles/"+c.ID+"/tasks/1.1.1", "/cycles/"+c.ID+"/gates/1"
		nigar := s.as("nigar")
		nigar.Get(task).Has(".k-kv", "gecikib")
		row := func() string {
			t.Helper()
			page := nigar.Get(gate).Want(http.StatusOK)
			return page.Text(`.k-work li:has(a[href="` + task + `"])`)
		}
		if text := row(); !strings.Contains(text, "gecikib") {
			t.Errorf("what is missing is not late: %s", text)
		}
		s.office.Hand("aytan", c.ID, "1.1.1")
		nigar.Get(task).HasNot(".k-kv", "gecikib")
		if text := row(); strings.Contains(text, "gecikib") || !strings.Contains(text, "Baxışdadır") {
			t.Errorf("what waits for its reviewer: %s", text)
		}
	})
}

// TestARefusedFileIsNamedAboveTheFormAsItWasTyped sends the form of evidence
// without script. That texts behind the file come back too is tested in web.
func TestARefusedFileIsNamedAboveTheFormAsItWasTyped(t *testing.T) {
	pages(t, func(t *testing.T, s site) {
		c := s.office.Running("2026")
		output := s.office.OutputIDs(c.ID, "1.1.1")[0]
		back := s.as("aytan").PostFiles("/cycles/"+c.ID+"/tasks/1.1.1/evidence", map[string][]string{"form": {output}, "output": {output}, "note": {"Birinci göndəriş"},
			"reference_period": {"2025-ci il"}, "effective_day": {"01.11.2026"}, "class": {"public"}}, webtest.Upload{Field: "upload", Name: "hesabat.pdf", Content: "MZ\x90\x00 bu pdf deyil"}).Want(http.StatusUnprocessableEntity)
		for name, want := range map[string]string{"note": "Birinci göndəriş", "reference_period": "2025-ci il", "effective_day": "01.11.2026"} {
			if got := back.Value(name); got != want {
				t.Errorf("%s comes back as %q", name, got)
			}
		}
		back.Has("main .k-quote li", "“hesabat.pdf”").HasNot("main .k-quote", "upload:")
		if back.Count("option[value=public][selected]") != 1 {
			t.Error("the class is lost")
		}
	})
}

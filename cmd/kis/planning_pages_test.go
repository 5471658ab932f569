package main

import (
	"html"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestThePagesOfPlanningSayWhatIsDecidedOn looks at forms of phase 8 as the
// people who fill them: whoever decides on a report reads it first, nobody
// weighs a risk by leaving a list as it stands, and the link of a survey can be
// sent to people outside.
func TestThePagesOfPlanningSayWhatIsDecidedOn(t *testing.T) {
	a := demoOffice(t)
	host := httptest.NewServer(a.server().Handler())
	defer host.Close()
	leyla := visit(t, host.URL, "leyla@kis.example")
	get := func(path string) string {
		t.Helper()
		status, _, body := leyla.do(t, "GET", path, nil)
		if status != 200 {
			t.Fatalf("%s: %d", path, status)
		}
		return html.UnescapeString(body)
	}
	item := one(t, a, "SELECT i.id FROM plan_items i JOIN plans p ON p.id = i.plan_id WHERE p.key = '2026' AND i.no = 3")
	said := one(t, a, "SELECT narrative FROM plan_reports w WHERE w.item_id = '"+item+"' AND NOT EXISTS (SELECT 1 FROM plan_report_verdicts v WHERE v.report_id = w.id)")
	if page := get("/plans/2026/items/" + item + "/progress"); !strings.Contains(page, said) {
		t.Errorf("who decides on the report does not read %q", said)
	}

	chosen := regexp.MustCompile(`(?s)<select[^>]*name="(?:likelihood|impact)"[^>]*>\s*<option value="([^"]*)"`)
	treated := one(t, a, "SELECT id FROM risks WHERE state = 'treated'")
	for _, path := range []string{"/risks/new", "/risks/" + treated} {
		first := chosen.FindAllStringSubmatch(get(path), -1)
		if len(first) < 2 {
			t.Errorf("%s: no weighing", path)
		}
		for _, m := range first {
			if m[1] != "" {
				t.Errorf("%s: %q is chosen before anybody chose", path, m[1])
			}
		}
	}

	survey := one(t, a, "SELECT id FROM surveys ORDER BY id LIMIT 1")
	if page, link := get("/surveys/"+survey), a.config.publicURL()+"/public/surveys/"; !strings.HasPrefix(link, "http") || !strings.Contains(page, ">"+link) {
		t.Errorf("the page of the survey does not say %s…", link)
	}

	cell := get("/risks/export.csv?likelihood=3&impact=4")
	if n := strings.Count(cell, "RS-2026-"); strconv.Itoa(n) != one(t, a, "SELECT COUNT(*) FROM risks WHERE likelihood = 3 AND impact = 4 AND state <> 'closed'") {
		t.Errorf("the file of one cell of the matrix holds %d risks", n)
	}
	list := get("/objectives/export.csv")
	for _, want := range []string{"MQ-2026-01", "94.2", "MQ-2026-02", "4.8", "MQ-2026-03"} {
		if !strings.Contains(list, want) {
			t.Errorf("the file of objectives lacks %s:\n%s", want, list)
		}
	}
	if list := get("/objectives/export.csv?q=respondent"); !strings.Contains(list, "MQ-2026-01") || strings.Contains(list, "MQ-2026-02") {
		t.Errorf("under a filter the file holds\n%s", list)
	}
	if !strings.Contains(get("/objectives?q=respondent"), `href="/objectives/export.xlsx?q=respondent"`) {
		t.Error("the page of objectives offers no file under its filter")
	}
}

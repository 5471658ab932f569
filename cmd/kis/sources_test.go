package main

import (
	"html"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestActsBeginOnThePagesOfTheirOrigins goes from returned evidence, from a
// measure that is late and from a survey in which users complain to the form of an act, which knows everything that is
// known, drafts it, and finds the way back from both sides.
func TestActsBeginOnThePagesOfTheirOrigins(t *testing.T) {
	a := demoOffice(t)
	host := httptest.NewServer(a.server().Handler())
	defer host.Close()
	leyla := visit(t, host.URL, "leyla@kis.example")
	get := func(v visitor, path string) string {
		t.Helper()
		status, _, body := v.do(t, "GET", path, nil)
		if status != 200 {
			t.Fatalf("%s: %d", path, status)
		}
		return body
	}
	returned := one(t, a, "SELECT id FROM submissions WHERE state = 'returned' AND class = 'internal' ORDER BY id LIMIT 1")
	accepted := one(t, a, "SELECT id FROM submissions WHERE state = 'accepted' AND class = 'internal' ORDER BY id LIMIT 1")
	reason := one(t, a, "SELECT reason FROM submissions WHERE id = '"+returned+"'")
	measure := one(t, a, "SELECT m.id FROM measures m JOIN national_plans p ON p.id = m.plan_id WHERE p.code = 'AH-2020-2022' ORDER BY m.id LIMIT 1")
	survey := one(t, a, "SELECT s.id FROM surveys s JOIN survey_responses r ON r.survey_id = s.id JOIN survey_answers w ON w.response_id = r.id WHERE w.text <> '' ORDER BY s.id LIMIT 1")
	complaint := one(t, a, "SELECT number FROM surveys WHERE id = '"+survey+"'")
	link := regexp.MustCompile(`href="(/acts/new\?[^"]+)"`)

	if link.MatchString(get(leyla, "/evidence/"+accepted)) {
		t.Error("accepted evidence calls for an act")
	}
	if link.MatchString(get(visit(t, host.URL, "aytan@kis.example"), "/evidence/"+returned)) {
		t.Error("an employee is offered to draft an act")
	}
	for page, want := range map[string]string{"/evidence/" + returned: reason, "/measures/" + measure + "?year=2021": "AH-2020-2022", "/surveys/" + survey: complaint} {
		found := link.FindStringSubmatch(get(leyla, page))
		if found == nil {
			t.Errorf("%s offers no act", page)
			continue
		}
		address := html.UnescapeString(found[1])
		form := get(leyla, address)
		if !strings.Contains(html.UnescapeString(form), want) {
			t.Errorf("%s: the form does not know %q", page, want)
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		if q.Get("department") == "" && strings.HasPrefix(page, "/evidence/") {
			t.Errorf("%s: the department is asked for again: %v", page, q)
		}
		if q.Get("department") == "" {
			q.Set("department", one(t, a, "SELECT id FROM departments WHERE code = 'İİƏŞ'"))
		}
		q.Set("grade", "minor")
		status, act, body := leyla.do(t, "POST", "/acts", q)
		if status != 303 {
			t.Errorf("%s: the act is refused: %d %s", page, status, body[:min(len(body), 2000)])
			continue
		}
		if !strings.Contains(html.UnescapeString(get(leyla, act)), `href="`+page+`"`) {
			t.Errorf("the act %s does not lead back to %s", act, page)
		}
		back := get(leyla, page)
		if !strings.Contains(back, `href="`+act+`"`) || strings.Contains(back, found[1]) {
			t.Errorf("%s does not lead to its act, or offers another", page)
		}
		if status, _, _ := leyla.do(t, "POST", "/acts", q); status != 409 {
			t.Errorf("%s: a second act: %d", page, status)
		}
	}

	// A survey leads to an act about each question that users answered low, beside the one about their words.
	page := "/surveys/" + survey
	offers := link.FindAllStringSubmatch(get(leyla, page), -1)
	low := one(t, a, `SELECT a.question_id FROM survey_answers a JOIN survey_responses r ON r.id = a.response_id WHERE r.survey_id = '`+survey+`' AND a.score IS NOT NULL
		GROUP BY a.question_id HAVING SUM(a.score) < 3 * COUNT(a.score)`)
	if len(offers) != 1 || !strings.Contains(offers[0][1], low) {
		t.Fatalf("the page of the survey offers acts at %v, not one about question %s", offers, low)
	}
	u, err := url.Parse(html.UnescapeString(offers[0][1]))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("department", one(t, a, "SELECT id FROM departments WHERE code = 'İİƏŞ'"))
	q.Set("grade", "minor")
	status, act, body := leyla.do(t, "POST", "/acts", q)
	if status != 303 {
		t.Fatalf("an act about one question: %d %s", status, body[:min(len(body), 2000)])
	}
	if text := get(leyla, act); !strings.Contains(html.UnescapeString(text), `href="`+page+`"`) {
		t.Errorf("the act about a question does not lead back to %s", page)
	}
	if back := get(leyla, page); !strings.Contains(back, `href="`+act+`"`) || link.MatchString(back) {
		t.Error("the survey does not lead to its second act, or offers a third")
	}
}

package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// TestAnOfficerFindsNothingOfAnotherBody plants words in everything that the
// officer of one body keeps and asks every route for them as the officer of
// another: with ids of the first body's things, by search and by filter, on
// pages, in files and by the API.
func TestAnOfficerFindsNothingOfAnotherBody(t *testing.T) {
	const word = "gizlinişan"
	a := demoOffice(t)
	ctx := actor.With(t.Context(), actor.Program("test"))
	as := func(email string) (actor.Actor, office.User) {
		u, err := a.kis.UserByEmail(ctx, email)
		if err != nil {
			t.Fatal(err)
		}
		who, err := a.kis.ActorOf(ctx, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		return who, u
	}
	first, _ := as("qurum@kis.example")
	own := actor.With(t.Context(), first)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	draft, err := a.register.Begin(own, register.KindNew, "", "")
	must(err)
	_, err = a.register.SaveSection(own, register.SectionEdit{ApplicationID: draft.ID, Section: register.SectionService, Typed: map[string]string{"2.3.1": "Xidmət " + word, "2.3.2": word}, Seen: 1})
	must(err)
	up, err := a.kis.StageUpload(own, word+".txt", strings.NewReader(word))
	must(err)
	must(a.register.AddSamples(own, draft.ID, []string{up.ID}))
	body, err := a.register.Agency(own, "Q01")
	must(err)
	must(a.register.SaveUnit(own, register.UnitEdit{AgencyID: body.ID, Code: "S", NameAZ: "Şöbə " + word}))
	service := one(t, a, "SELECT id FROM eservices WHERE number = 'ER-2026-00001'")
	must(a.register.SetUsage(own, register.Usage{ServiceID: service, Year: 2020, Requests: 1, Note: "ok"}))
	k := assess(t, a, "Q01", "Çatışmazlıq "+word)

	srv := a.server()
	host := httptest.NewServer(srv.Handler())
	defer host.Close()
	file := one(t, a, "SELECT id FROM files WHERE name = '"+word+".txt'")
	secret := map[string]string{"services:id": service, "applications:id": draft.ID, "agencies:agency": "Q01", "scorecards:agency": "Q01", ":file": file, ":section": "service", "public:number": "ER-2026-00001",
		"campaigns:agency": k.agency, "campaigns:file": k.file, "results:id": k.result, "results:shortcoming": k.shortcoming,
		"register-requests:id": one(t, a, "SELECT r.id FROM register_requests r JOIN eservices s ON s.id = r.service_id JOIN agencies g ON g.id = s.agency_id WHERE g.code = 'Q01'")}
	// What both bodies are in; a step needs an address, none is another's.
	shared := map[string]string{"campaigns:id": k.campaign, "campaigns:verb": "start", "schemes:code": "2025"}
	other, u := as("qurum2@kis.example")
	v := visit(t, host.URL, "qurum2@kis.example")
	_, token, err := a.kis.CreateToken(ctx, office.NewToken{UserID: u.ID, Name: "officer"})
	must(err)
	v.token = token
	tried := 0
	ask := func(r routeOf, path string) {
		tried++
		status, _, text := v.do(t, r.method, path, url.Values{"kind": {"change"}, "reason": {word + "?"}, "revision": {"1"}, "section": {"service"}, "year": {"2020"}, "requests": {"1"}, "electronic": {"0"}})
		text = strings.ReplaceAll(text, word+"?", "")
		if i := strings.Index(text, word); i >= 0 && !strings.Contains(path, url.QueryEscape(word)) {
			t.Errorf("%s %s shows the other body's words: %s", r.method, path, text[max(0, i-60):min(len(text), i+60)])
		}
		if strings.Contains(text, "Şöbə "+word) || strings.Contains(text, "Xidmət "+word) || strings.Contains(text, "Çatışmazlıq "+word) {
			t.Errorf("%s %s shows what the other body keeps", r.method, path)
		}
		if r.named && (status == http.StatusOK || status == http.StatusSeeOther) {
			t.Errorf("%s %s answers %d", r.method, path, status)
		}
	}
	for _, r := range srv.Router().Routes() {
		if endsSession(r.Path) || (r.Action != policies.Public && !policies.Can(other, r.Action)) {
			continue
		}
		path, named, known := r.Path, false, true
		path = parameter.ReplaceAllStringFunc(path, func(p string) string {
			seg := strings.SplitN(strings.TrimPrefix(strings.TrimPrefix(r.Path, "/api/v1"), "/"), "/", 2)[0]
			for _, key := range []string{seg + p, p} {
				if id, ok := secret[key]; ok {
					named = r.Action != policies.Public
					return id
				}
				if id, ok := shared[key]; ok {
					return id
				}
			}
			known = false
			return p
		})
		if !known {
			continue
		}
		ro := routeOf{r.Method, named}
		ask(ro, path)
		if r.Method == http.MethodGet && !named {
			for _, q := range []string{"q=" + url.QueryEscape(word), "agency=Q01", "agency=Q01&state=draft", "state=draft&all=1", "state=archived&agency=Q01", "limit=200", "after=" + url.QueryEscape("WyIwIiwiMCJd")} {
				ask(ro, path+"?"+q)
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d addresses were asked", tried)
	}
	// The own body's are there: the test asks as somebody who sees something.
	if status, _, text := v.do(t, "GET", "/applications", nil); status != 200 || !strings.Contains(text, "EM-2026-") {
		t.Errorf("the officer's own list answers %d", status)
	}
	if n := one(t, a, "SELECT CAST(revision AS TEXT) FROM eservice_usage WHERE year = 2020"); n != "1" {
		t.Errorf("the other officer changed the use of the service: revision %s", n)
	}
	if n := one(t, a, "SELECT state FROM register_applications WHERE id = '"+draft.ID+"'"); n != "draft" {
		t.Errorf("the other officer moved the draft: %s", n)
	}
}

// routeOf is a route that is asked; named says that its address names
// something of the other body.
type routeOf struct {
	method string
	named  bool
}

package kisweb_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/indicator"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/kisweb"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/webtest"
)

// apiSite is an office that programs ask.
type apiSite struct {
	site
	t *testing.T
}

func openAPI(t *testing.T, db *store.DB, change ...func(*web.Options)) apiSite {
	t.Helper()
	storetest.ClockOf(db).SetDay("2026-11-24")
	o := kistest.NewOffice(t, db)
	set := func(opt *web.Options) {
		opt.Users, opt.Tokens, opt.Sessions, opt.Clock = o.Service, o.Service, store.NewSessions(db), db.Now
	}
	in := indicator.New(o.Service)
	if err := in.LoadReference(o.System()); err != nil {
		t.Fatal(err)
	}
	s := webtest.New(t, func(r *web.Router) {
		kisweb.Register(r, o.Service)
		kisweb.RegisterAPI(r, o.Service)
		kisweb.RegisterIndicatorAPI(r, in)
	}, append([]func(*web.Options){set}, change...)...)
	return apiSite{site{s, o}, t}
}

// overAPI runs a test over an office on each database.
func overAPI(t *testing.T, test func(t *testing.T, s apiSite)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, openAPI(t, db)) })
}

// program is one that asks with a token.
type program struct {
	s     apiSite
	token string
	lang  string
}

// of makes a token of a person.
func (s apiSite) of(key string) program {
	s.t.Helper()
	n := office.NewToken{Name: "hesabat " + key}
	_, token, err := s.office.CreateToken(s.office.As(s.t.Context(), key), n)
	if err != nil {
		s.t.Fatal(err)
	}
	return program{s, token, "en"}
}

// reply is an answer read as JSON.
type reply struct {
	*webtest.Answer
	t    *testing.T
	Data map[string]any
}

func (p program) send(r *http.Request) reply {
	p.s.t.Helper()
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	r.Header.Set("Accept-Language", p.lang)
	a := p.s.Nobody().Do(r)
	out := reply{Answer: a, t: p.s.t}
	if strings.Contains(a.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal([]byte(a.Body), &out.Data); err != nil {
			p.s.t.Fatalf("%s: %v\n%s", r.URL, err, a.Body)
		}
	}
	if a.Header.Get("Cache-Control") == "" || !strings.Contains(a.Header.Get("Cache-Control"), "no-store") || a.Header.Get("Set-Cookie") != "" {
		p.s.t.Errorf("%s: Cache-Control %q, Set-Cookie %q", r.URL, a.Header.Get("Cache-Control"), a.Header.Get("Set-Cookie"))
	}
	return out
}

func (p program) get(path string) reply {
	p.s.t.Helper()
	return p.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (p program) post(path, body string) reply {
	p.s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return p.send(r)
}

// put sends a file as the body.
func (p program) put(name, content string) reply {
	p.s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/uploads?name="+name, strings.NewReader(content))
	r.Header.Set("Content-Type", "application/octet-stream")
	return p.send(r)
}

// text is a text of the answer, by names and numbers of items.
func (r reply) text(path ...any) string {
	r.t.Helper()
	var v any = r.Data
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				r.t.Fatalf("no %v in %s", path, r.Body)
			}
			v = m[p]
		case int:
			l, ok := v.([]any)
			if !ok || len(l) <= p {
				r.t.Fatalf("no %v in %s", path, r.Body)
			}
			v = l[p]
		}
	}
	return fmt.Sprint(v)
}

// refuses fails the test when the answer is no problem of the status that
// names these fields.
func (r reply) refuses(status int, fields ...string) reply {
	r.t.Helper()
	if r.Status != status || r.Header.Get("Content-Type") != "application/problem+json" || r.text("status") != fmt.Sprint(status) || r.text("detail") == "" {
		r.t.Errorf("status %d %s, want %d\n%s", r.Status, r.Header.Get("Content-Type"), status, r.Body)
		return r
	}
	var got []string
	list, _ := r.Data["errors"].([]any)
	for _, e := range list {
		got = append(got, e.(map[string]any)["field"].(string))
	}
	if !slices.Equal(got, fields) {
		r.t.Errorf("fields %q, want %q\n%s", got, fields, r.Body)
	}
	return r
}

func (r reply) items() []any {
	r.t.Helper()
	list, ok := r.Data["items"].([]any)
	if !ok {
		r.t.Fatalf("no items in %s", r.Body)
	}
	return list
}

func TestAProgramHandsInAndReviewsEvidence(t *testing.T) {
	overAPI(t, func(t *testing.T, s apiSite) {
		cy := s.office.Running("2026")
		aytan, nigar := s.of("aytan"), s.of("nigar")
		if got := aytan.get("/api/v1/cycles").text("items", 0, "id"); got != cy.ID {
			t.Errorf("cycle %s", got)
		}
		task := aytan.get("/api/v1/cycles/" + cy.ID + "/tasks/1.1.1")
		output := task.text("outputs", 0, "id")
		up := aytan.put("Hesabat.txt", "sübutun mətni")
		up.Want(http.StatusCreated)
		if up.text("name") != "Hesabat.txt" || up.text("size") != fmt.Sprint(len("sübutun mətni")) {
			t.Errorf("upload %s", up.Body)
		}
		sub := aytan.post("/api/v1/evidence", fmt.Sprintf(`{"cycle_id":%q,"output_ids":[%q],"upload_ids":[%q],"title":"API-dən","class":"internal"}`, cy.ID, output, up.text("id")))
		sub.Want(http.StatusCreated)
		id := sub.text("id")
		file := sub.text("files", 0, "href")
		if got := nigar.get(file); got.Status != 200 || got.Body != "sübutun mətni" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("file: %d %q", got.Status, got.Body)
		}
		nigar.post("/api/v1/evidence/"+id+"/return", `{"reason":""}`).refuses(422, "reason")
		aytan.post("/api/v1/evidence/"+id+"/accept", "").refuses(403)
		if got := nigar.post("/api/v1/evidence/"+id+"/accept", "").text("state"); got != "accepted" {
			t.Errorf("state %s", got)
		}
		nigar.post("/api/v1/evidence/"+id+"/accept", "").refuses(409)
		if got := aytan.get("/api/v1/cycles/"+cy.ID+"/tasks/1.1.1").text("outputs", 0, "state"); got != "accepted" {
			t.Errorf("state of the output: %s", got)
		}
		// The trail names the person and the token.
		var who string
		if err := s.office.DB.Read().NewRaw(`SELECT actor FROM trail WHERE kind = 'submission' AND object_id = ? ORDER BY seq LIMIT 1`, id).Scan(t.Context(), &who); err != nil {
			t.Fatal(err)
		}
		if who != "Aytən Məmmədova (API: hesabat aytan)" {
			t.Errorf("the trail names %q", who)
		}
	})
}

func TestListsOfTheAPIArePaged(t *testing.T) {
	overAPI(t, func(t *testing.T, s apiSite) {
		cy := s.office.Running("2026")
		for _, code := range []string{"1.1.1", "1.1.3", "1.1.4"} {
			s.office.Hand("aytan", cy.ID, code)
		}
		p := s.of("nigar")
		seen := map[string]bool{}
		path := "/api/v1/evidence?limit=2"
		for n := 0; path != "" && n < 5; n++ {
			a := p.get(path)
			for _, x := range a.items() {
				seen[x.(map[string]any)["id"].(string)] = true
			}
			path = ""
			if next, ok := a.Data["next"].(string); ok {
				path = "/api/v1/evidence?limit=2&after=" + next
			}
		}
		if len(seen) != 3 {
			t.Errorf("%d of 3 submissions over the pages", len(seen))
		}
		if a := p.get("/api/v1/processes?limit=1"); len(a.items()) != 1 || a.Data["next"] != nil {
			t.Errorf("processes: %s", a.Body)
		}
	})
}

func TestConfidentialEvidenceIsInNoAnswerOfTheAPI(t *testing.T) {
	overAPI(t, func(t *testing.T, s apiSite) {
		cy := s.office.Running("2026")
		in := s.office.NewEvidence("aytan", cy.ID, "4.2.5") // of SSS; İTŞ is responsible too
		in.Class, in.Title, in.Note = kis.ClassConfidential, "Gizli başlıq", "gizli qeyd"
		secret, err := s.office.Submit(s.office.As(t.Context(), "aytan"), in)
		if err != nil {
			t.Fatal(err)
		}
		aytan := s.of("aytan")
		own := aytan.get("/api/v1/evidence/" + secret.ID)
		file := own.text("files", 0, "href")
		for who, sees := range map[string]bool{"aytan": true, "elchin": true, "nigar": true, "tural": false, "gunel": false, "rafael": false} {
			p := aytan
			if who != "aytan" {
				p = s.of(who)
			}
			for _, path := range []string{"/api/v1/evidence", "/api/v1/evidence?q=gizli", "/api/v1/evidence?class=confidential", "/api/v1/evidence?cycle=" + cy.ID} {
				a := p.get(path)
				if (a.text("total") == "1") != sees || (len(a.items()) == 1) != sees || strings.Contains(a.Body, "Gizli") != sees {
					t.Errorf("%s asks %s: %s", who, path, a.Body)
				}
			}
			want := http.StatusNotFound
			if sees {
				want = http.StatusOK
			}
			for _, path := range []string{"/api/v1/evidence/" + secret.ID, file} {
				if a := p.get(path); a.Status != want || (!sees && strings.Contains(a.Body, "Gizli")) {
					t.Errorf("%s asks %s: %d %s", who, path, a.Status, a.Body)
				}
			}
			for _, path := range []string{"/api/v1/cycles/" + cy.ID + "/tasks/4.2.5", "/api/v1/cycles/" + cy.ID + "/grid"} {
				if a := p.get(path); a.Status != 200 || (!sees && (strings.Contains(a.Body, "Gizli") || strings.Contains(a.Body, "gizli"))) {
					t.Errorf("%s asks %s: %d", who, path, a.Status)
				}
			}
		}
		s.of("rauf").get("/api/v1/evidence").refuses(403)
	})
}

func TestBadInputNamesItsField(t *testing.T) {
	overAPI(t, func(t *testing.T, s apiSite) {
		cy := s.office.Running("2026")
		p := s.of("aytan")
		for query, fields := range map[string][]string{
			"colour=red": {"colour"}, "state=done": {"state"}, "department=SSS": {"department"}, "from=24.11.2026": {"from"}, "limit=0": {"limit"},
			"limit=many": {"limit"}, "after=xyz": {"after"}, "sort=size&class=secret": {"class", "sort"}, "q=a&q=b": {"q"},
		} {
			p.get("/api/v1/evidence?"+query).refuses(422, fields...)
		}
		p.get("/api/v1/cycles?from=last").refuses(422, "from")
		p.get("/api/v1/cycles/none").refuses(404)
		p.post("/api/v1/evidence", `{"cycle_id":1}`).refuses(422, "cycle_id")
		p.post("/api/v1/evidence", `{"colour":"red"}`).refuses(422, "colour")
		p.post("/api/v1/evidence", `{"title":"a\u0000b"}`).refuses(422, "title")
		p.post("/api/v1/evidence", `{"cycle_id":"`+cy.ID+`","effective_day":"dünən"}`).refuses(422, "effective_day")
		p.post("/api/v1/evidence", `{"cycle_id":"`+cy.ID+`","effective_day":"2026-02-30"}`).refuses(422, "effective_day")
		p.post("/api/v1/evidence", `{"cycle_id":"`+cy.ID+`"}`).refuses(422, "output_ids", "upload_ids")
		for _, body := range []string{"", "{", "[]", "{} {}", "\"\xff\""} {
			p.post("/api/v1/evidence", body).refuses(422)
		}
		p.post("/api/v1/evidence", `{"note":"`+strings.Repeat("a", 1<<20)+`"}`).refuses(413)
		p.put("", "x").refuses(422, "name")
		p.put("boş.txt", "").refuses(422, "upload")
		r := httptest.NewRequest(http.MethodPost, "/api/v1/evidence", strings.NewReader("title=x"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		p.send(r).refuses(422)
		if m := (program{s, p.token, "az"}).get("/api/v1/evidence?limit=0").text("errors", 0, "message"); !strings.Contains(m, "1") || strings.Contains(m, "between") {
			t.Errorf("in Azerbaijani: %q", m)
		}
		if m := p.get("/api/v1/evidence?limit=0&lang=az").text("title"); m != "Göndərilən qəbul olunmadı" && strings.Contains(m, "accepted") {
			t.Errorf("?lang=az: %q", m)
		}
	})
}

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

func TestTheRoutesAndTheirActionsAreTheOnesThatWereSigned(t *testing.T) {
	a := demoOffice(t)
	r := a.server().Router()
	var b strings.Builder
	for _, x := range r.Routes() {
		fmt.Fprintf(&b, "%-6s %-58s %s\n", x.Method, x.Path, x.Action)
	}
	golden(t, "testdata/routes.golden.txt", b.String())
	if missing := r.MissingNav(); len(missing) > 0 {
		t.Errorf("the menu leads nowhere: %v", missing)
	}
}

// visitor is one person's browser.
type visitor struct {
	*http.Client
	base  string
	token string // of the API; its addresses are asked with it, or with the cookies alone when empty
}

func visit(t testing.TB, base, email string) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, base, ""}
	if email != "" {
		v.signIn(t, email)
	}
	return v
}

func (v visitor) signIn(t testing.TB, email string) {
	t.Helper()
	status, where, body := v.do(t, "POST", "/sign-in", url.Values{"email": {email}, "password": {demoPassword}})
	if status != http.StatusSeeOther || strings.HasPrefix(where, "/sign-in") {
		t.Fatalf("%s cannot sign in: %d %s %s", email, status, where, body)
	}
}

func (v visitor) do(t testing.TB, method, path string, form url.Values) (status int, location, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if v.token != "" && strings.HasPrefix(path, "/api/") {
		req.Header.Set("Authorization", "Bearer "+v.token)
	}
	res, err := v.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), string(raw)
}

// one gives one value of the database.
func one(t testing.TB, a *app, query string) string {
	t.Helper()
	var s string
	if err := a.db.Read().NewRaw(query).Scan(t.Context(), &s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

var parameter = regexp.MustCompile(`[:*][a-z_]+`)

// address puts real ids into the pattern of a route.
func address(t testing.TB, ids map[string]string, pattern string) string {
	t.Helper()
	first := strings.SplitN(strings.TrimPrefix(strings.TrimPrefix(pattern, "/api/v1"), "/"), "/", 3)[0]
	if first == "admin" {
		first = strings.SplitN(strings.TrimPrefix(pattern, "/admin/"), "/", 2)[0]
	}
	return parameter.ReplaceAllStringFunc(pattern, func(p string) string {
		for _, key := range []string{first + p, p} {
			if id, ok := ids[key]; ok {
				return id
			}
		}
		t.Fatalf("the test knows no value for %s of %s", p, pattern)
		return ""
	})
}

// endsSession says whether a route leaves the person signed out.
func endsSession(path string) bool {
	return path == "/sign-out" || path == "/me/sign-out-everywhere" || path == "/me/password"
}

// routeIDs are real ids of the demonstration, by the parameters of routes.
func routeIDs(t testing.TB, a *app) map[string]string {
	t.Helper()
	k := assess(t, a, "Q01", "Nəticə poçtla göndərilir.")
	const audit2, auditor = "(SELECT id FROM audits WHERE state = 'in_progress')", "(SELECT user_id FROM auditor_conflicts LIMIT 1)"
	return map[string]string{
		"campaigns:id": k.campaign, "campaigns:agency": k.agency, "campaigns:file": k.file, "campaigns:verb": "start", "results:id": k.result, "results:shortcoming": k.shortcoming, "schemes:code": "2025",
		"actions:id": one(t, a, "SELECT id FROM corrective_actions WHERE state = 'planned' LIMIT 1"), "findings:id": one(t, a, "SELECT id FROM findings WHERE state = 'shared'"),
		"programmes:year": "2027", "auditors:id": one(t, a, "SELECT id FROM users WHERE id = "+auditor), "auditors:conflict": one(t, a, "SELECT id FROM auditor_conflicts WHERE user_id = "+auditor),
		"auditors:training": one(t, a, "SELECT id FROM auditor_trainings WHERE user_id = "+auditor), "audits:guest": one(t, a, "SELECT id FROM audit_guests WHERE audit_id = "+audit2+" LIMIT 1"), "audits:session": one(t, a, "SELECT id FROM audit_sessions WHERE audit_id = "+audit2+" LIMIT 1"),
		"programmes:row": one(t, a, "SELECT r.id FROM programme_rows r JOIN programmes p ON p.id = r.programme_id WHERE p.year = 2027 LIMIT 1"),
		"checklists:id":  one(t, a, "SELECT id FROM checklist_templates WHERE code = 'CONF'"), "checklists:question": one(t, a, "SELECT q.id FROM checklist_template_rows q JOIN checklist_templates c ON c.id = q.template_id WHERE c.code = 'CONF' LIMIT 1"),
		"evidence:other": one(t, a, "SELECT id FROM submissions WHERE state = 'accepted' AND cycle_id IN (SELECT id FROM cycles WHERE state = 'running') LIMIT 1"),
		"assessments:id": one(t, a, "SELECT id FROM self_assessments"), "surveys:id": one(t, a, "SELECT id FROM surveys"), ":token": one(t, a, "SELECT token FROM surveys"), "evaluations:id": one(t, a, "SELECT id FROM evaluations"),
		"cycles:id": one(t, a, "SELECT id FROM cycles WHERE state = 'running'"), "processes:id": one(t, a, "SELECT id FROM processes"),
		"evidence:id": one(t, a, "SELECT id FROM submissions WHERE state = 'submitted' LIMIT 1"), "audits:id": one(t, a, "SELECT id FROM audits WHERE state = 'in_progress'"),
		"acts:id": one(t, a, "SELECT id FROM acts WHERE state = 'issued'"), "plans:year": "2027", "reviews:id": one(t, a, "SELECT id FROM reviews WHERE state = 'prepared'"),
		"documents:audit": one(t, a, "SELECT id FROM audits WHERE state = 'in_progress'"), "documents:id": one(t, a, "SELECT document_id FROM document_versions WHERE state = 'approval'"), "documents:version": one(t, a, "SELECT id FROM document_versions WHERE state = 'approval'"),
		"quality:id": one(t, a, "SELECT id FROM quality_reports WHERE state = 'draft' LIMIT 1"), "quality:code": "S.3.1", "quality-reports:id": one(t, a, "SELECT id FROM quality_reports WHERE state = 'draft' LIMIT 1"),
		"risks:id": one(t, a, "SELECT id FROM risks WHERE state = 'treated' LIMIT 1"), "objectives:id": one(t, a, "SELECT id FROM objectives LIMIT 1"),
		"recommendations:id": one(t, a, "SELECT id FROM recommendations WHERE state = 'open' LIMIT 1"), "measures:id": one(t, a, "SELECT id FROM measures LIMIT 1"),
		"services:id": one(t, a, "SELECT id FROM eservices WHERE number = 'ER-2026-00001'"), "applications:id": one(t, a, "SELECT id FROM register_applications WHERE state = 'submitted' LIMIT 1"),
		"register-requests:id": one(t, a, "SELECT id FROM register_requests WHERE state = 'sent'"), "agencies:agency": "Q01", "public:number": "ER-2026-00001", ":section": "service",
		"scorecards:agency": "Q01", "users:id": one(t, a, "SELECT id FROM users WHERE email = 'zohra@kis.example'"), "departments:id": one(t, a, "SELECT id FROM departments WHERE code = 'BƏŞ'"),
		":task": "4.4.2", ":code": "4.4.2", ":phase": "4", ":file": "00000000-0000-7000-8000-000000000000", ":item": one(t, a, "SELECT i.id FROM plan_items i JOIN plans p ON p.id = i.plan_id WHERE p.key = '2027' LIMIT 1"),
		":row": one(t, a, "SELECT r.id FROM audit_rows r JOIN audits u ON u.id = r.audit_id WHERE u.state = 'in_progress' LIMIT 1"), ":letter": "b",
		":action": one(t, a, "SELECT id FROM corrective_actions WHERE state = 'planned' LIMIT 1"), ":decision": one(t, a, "SELECT id FROM review_decisions LIMIT 1"),
		"requests:id": one(t, a, "SELECT id FROM evidence_requests WHERE state = 'answered' LIMIT 1"), "discrepancies:id": one(t, a, "SELECT id FROM discrepancies WHERE state = 'open' LIMIT 1"),
		"comments:kind": "task", "comments:id": one(t, a, "SELECT id FROM cycles WHERE state = 'running'") + ":7.2.1", ":comment": one(t, a, "SELECT id FROM comments LIMIT 1"),
		"verify:code": "UNKNOWN", ":secret": "UNKNOWN", "calendar:id": "00000000-0000-7000-8000-000000000000", ":role": "00000000-0000-7000-8000-000000000000", ":finding": one(t, a, "SELECT id FROM findings LIMIT 1"), "assets*file": "none.css", ":grant": "00000000-0000-7000-8000-000000000000", "quarantine:id": "00000000-0000-7000-8000-000000000000", "uploads:id": "00000000-0000-7000-8000-000000000000", "me:id": "00000000-0000-7000-8000-000000000000", "observers:id": "00000000-0000-7000-8000-000000000000", "outside:id": "00000000-0000-7000-8000-000000000000", "notifications:id": "00000000-0000-7000-8000-000000000000", ":number": "1", "jobs:id": "00000000-0000-7000-8000-000000000000", ":key": "2027", ":report": one(t, a, "SELECT id FROM plan_reports LIMIT 1"), ":amendment": one(t, a, "SELECT m.id FROM plan_amendments m JOIN plans p ON p.id = m.plan_id LIMIT 1"), ":objection": one(t, a, "SELECT id FROM plan_objections LIMIT 1"),
	}
}

func TestEveryRouteAsEveryRoleAndAsNobody(t *testing.T) {
	a := demoOffice(t)
	srv := a.server()
	host := httptest.NewServer(srv.Handler())
	defer host.Close()
	ids := routeIDs(t, a)

	routes := srv.Router().Routes()
	slices.SortStableFunc(routes, func(x, y web.Route) int {
		if endsSession(x.Path) == endsSession(y.Path) {
			return 0
		} else if endsSession(x.Path) {
			return 1
		}
		return -1
	})
	nobody := visit(t, host.URL, "")
	for _, r := range routes {
		path := address(t, ids, r.Path)
		status, where, _ := nobody.do(t, r.Method, path, nil)
		switch {
		case r.Action == policies.Public:
			if status == 401 || status >= 500 || (strings.HasPrefix(where, "/sign-in?") && r.Method == "GET") {
				t.Errorf("nobody: %s %s is public and answers %d %s", r.Method, path, status, where)
			}
		case strings.HasPrefix(r.Path, "/api/"):
			if status != 401 {
				t.Errorf("nobody: %s %s answers %d", r.Method, path, status)
			}
		case r.Method == "GET" && (status != 303 || !strings.HasPrefix(where, "/sign-in")):
			t.Errorf("nobody: GET %s answers %d %s", path, status, where)
		case r.Method != "GET" && status != 401:
			t.Errorf("nobody: %s %s answers %d", r.Method, path, status)
		}
	}
	people, err := demoPeople()
	if err != nil {
		t.Fatal(err)
	}
	tried := map[policies.Role]bool{}
	for _, p := range append(people, extraAccounts...) {
		t.Run(p.Key, func(t *testing.T) {
			for _, r := range p.Roles {
				tried[policies.Role(r)] = true
			}
			u, err := a.kis.UserByEmail(actor.With(t.Context(), actor.Program("test")), p.email())
			if err != nil {
				t.Fatal(err)
			}
			who, err := a.kis.ActorOf(actor.With(t.Context(), actor.Program("test")), u.ID)
			if err != nil {
				t.Fatal(err)
			}
			v := visit(t, host.URL, p.email())
			_, token, err := a.kis.CreateToken(actor.With(t.Context(), actor.Program("test")), office.NewToken{UserID: u.ID, Name: "routes"})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range routes {
				path := address(t, ids, r.Path)
				if v.token = ""; strings.HasPrefix(path, "/api/") && r.Action != policies.Public {
					if status, _, _ := v.do(t, r.Method, path, nil); status != 401 {
						t.Errorf("%s %s answers %d to a session without a token", r.Method, path, status)
					}
					v.token = token
				}
				status, where, body := v.do(t, r.Method, path, nil)
				allowed := policies.Can(who, r.Action)
				switch {
				case status >= 500 || status == 401 || (strings.HasPrefix(where, "/sign-in") && !endsSession(r.Path) && r.Path != "/sign-in"):
					t.Errorf("%s %s answers %d %s", r.Method, path, status, where)
				case !allowed && status != 403:
					t.Errorf("%s %s answers %d, but %s may not %s", r.Method, path, status, p.Key, r.Action)
				case !allowed && (strings.Contains(body, "UA-2026-") || strings.Contains(body, "DA-2026-")):
					t.Errorf("%s %s refuses and still names what it hides", r.Method, path)
				case allowed && status == 403 && policies.For(who, r.Action).Any && r.Method == "GET":
					t.Errorf("%s %s is refused to %s, who may %s anywhere", r.Method, path, p.Key, r.Action)
				}
				if _, key, found := strings.Cut(body, "⟦"); found && utf8.ValidString(body) { // bytes of a file hold anything
					t.Errorf("%s %s shows a key without a text: %s", r.Method, path, key[:min(60, len(key))])
				}
				if endsSession(r.Path) {
					v = visit(t, host.URL, p.email())
				}
			}
		})
	}
	for _, r := range policies.Roles() {
		if !tried[r] {
			t.Errorf("nobody of the demonstration is %s", r)
		}
	}
}

package main

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// lookers are people who open every page of an office and what they find there.
type lookers struct {
	app      *app
	host     *httptest.Server
	paths    []string // the patterns of all routes that are read
	visitors map[string]visitor
	tokens   map[string]string
	nearby   map[string]string // ids of surroundings
	system   context.Context
}

func newLookers(t *testing.T, a *app) *lookers {
	t.Helper()
	srv := a.server()
	l := &lookers{app: a, host: httptest.NewServer(srv.Handler()), visitors: map[string]visitor{}, tokens: map[string]string{}, system: actor.With(t.Context(), actor.Program("test"))}
	t.Cleanup(l.host.Close)
	for _, r := range srv.Router().Routes() {
		if r.Method == http.MethodGet && !strings.HasPrefix(r.Path, "/assets") && r.Path != "/metrics" && !endsSession(r.Path) {
			l.paths = append(l.paths, r.Path)
		}
	}
	l.nearby = surroundings(t, a)
	return l
}

func (l *lookers) sign(t *testing.T, keys ...string) {
	t.Helper()
	for _, key := range keys {
		u, err := l.app.kis.UserByEmail(l.system, demoPerson{Key: key}.email())
		if err != nil {
			t.Fatal(err)
		}
		if _, l.tokens[key], err = l.app.kis.CreateToken(l.system, office.NewToken{UserID: u.ID, Name: "confidential"}); err != nil {
			t.Fatal(err)
		}
		l.visitors[key] = visit(t, l.host.URL, demoPerson{Key: key}.email())
	}
}

// open gives what a person finds at an address, with what is packed in it.
func (l *lookers) open(t *testing.T, key, path string) (int, string) {
	t.Helper()
	v := l.visitors[key]
	if strings.HasPrefix(path, "/api/") {
		v.token = l.tokens[key]
	}
	status, where, body := v.do(t, "GET", path, url.Values{})
	return status, where + "\n" + unpacked(t, body)
}

// addresses are those of secretAddresses with the ids of a secret in them.
func (l *lookers) addresses(t *testing.T, s secret) []string {
	t.Helper()
	m := maps.Clone(l.nearby)
	m["evidence:id"], m[":file"], m["requests:id"], m[":task"], m[":code"] = s.ids["submission"], s.ids["file"], s.ids["request"], s.code, s.code
	m[":other"] = s.ids["next version"]
	m["comments:kind"], m["comments:id"], m[":comment"] = "submission", s.ids["submission"], s.ids["comment"]
	return secretAddresses(t, m, l.paths)
}

// noSecret asks for the addresses of what is not there.
func noSecret(code string) secret {
	const nothing = "00000000-0000-7000-8000-000000000000"
	return secret{ids: map[string]string{"submission": nothing, "request": nothing, "file": nothing, "comment": nothing, "next version": nothing}, code: code}
}

// strangers are people who may not see the confidential evidence of SSS, each
// for a reason of their own. Samir, who may, is an auditor of the department's
// audit; Kanan is on no team.
var strangers = map[string]string{"another department": "tural", "its head": "vugar", "administrator": "rauf", "observer": "mushahid", "unrelated auditor": "kanan"}

func TestConfidentialEvidenceIsNowhereForThoseWhoMayNotSeeIt(t *testing.T) {
	eachFixedApp(t, func(t *testing.T, a *app) {
		l := newLookers(t, a)
		hash, err := office.HashPassword(t.Context(), demoPassword)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.kis.CreateUser(l.system, office.NewUser{Email: demoPerson{Key: "kanan"}.email(), Name: "Kənan Yusifov", PositionAZ: "daxili auditor", PositionEN: "internal auditor",
			DepartmentCode: "BƏŞ", Hash: hash, Since: "2024-01-03", Grants: []office.NewGrant{{Role: policies.Auditor}}}); err != nil {
			t.Fatal(err)
		}
		l.sign(t, "aytan", "nigar", "samir")
		people := slices.Sorted(maps.Values(strangers))
		l.sign(t, people...)
		beside, without := taskOf(t, a, besideAccepted), taskOf(t, a, withoutAny)

		// What is new since the last visit is read with the visit.
		for _, key := range people {
			for range 2 {
				l.open(t, key, "/home")
			}
		}
		before := map[string]string{} // what they saw when there was no secret
		for _, key := range people {
			for _, p := range slices.Concat(l.addresses(t, noSecret(beside)), l.addresses(t, noSecret(without))) {
				if _, seen := before[key+" "+p]; seen {
					continue
				}
				status, body := l.open(t, key, p)
				if status != http.StatusOK {
					continue
				}
				before[key+" "+p] = steady(body)
				if key != people[0] {
					continue
				}
				if _, again := l.open(t, key, p); steady(again) != before[key+" "+p] {
					t.Errorf("%s: %s is not the same twice: %s", key, p, firstDifference(before[key+" "+p], steady(again)))
				}
			}
		}
		first := makeSecret(t, a, besideAccepted)
		l.compare(t, people, first, before, nil)
		l.rightful(t, first)
		// The second is the only evidence for its output: the state of that cell
		// changes for all who see the cycle, and nothing else does.
		second := makeSecret(t, a, withoutAny)
		l.compare(t, people, second, before, second.stateOfCell)
	})
	if !policies.Can(actor.Actor{UserID: "x", Grants: []actor.Grant{{Role: string(policies.Auditor)}}}, policies.EvidenceRead) {
		t.Error("the unrelated auditor reads nothing at all: the test tries too little")
	}
}

func taskOf(t *testing.T, a *app, choose string) string {
	t.Helper()
	return one(t, a, `SELECT v.code FROM outputs o JOIN activities v ON v.id = o.activity_id WHERE o.id = (`+choose+`)`)
}

// compare has everybody open every address again: nothing tells of the secret,
// and each page is as it was but for the differences that are allowed.
func (l *lookers) compare(t *testing.T, people []string, s secret, before map[string]string, allowed func(path, line string) bool) {
	t.Helper()
	opened, same := 0, 0
	for _, key := range people {
		for _, p := range l.addresses(t, s) {
			status, body := l.open(t, key, p)
			opened++
			if status >= 500 {
				t.Errorf("%s: %s answers %d", key, p, status)
			}
			// The address itself is known to who asks for it.
			said := strings.ReplaceAll(strings.ReplaceAll(body, url.QueryEscape(p), ""), strings.ReplaceAll(p, "&", "&amp;"), "")
			said = strings.ReplaceAll(strings.ReplaceAll(said, strings.ToLower(marker), ""), "<code>"+marker+"</code>", "")
			said = strings.ReplaceAll(said, `name="code" value="`+marker+`"`, "") // in the form it was asked with
			if i := strings.Index(said, marker); i >= 0 {
				t.Errorf("%s: %s (%d) tells the secret: …%s…", key, p, status, around(said, i))
			}
			for what, id := range s.ids {
				if i := strings.Index(said, id); i >= 0 {
					t.Errorf("%s: %s (%d) names the %s: …%s…", key, p, status, what, around(said, i))
				}
			}
			was, had := before[key+" "+p]
			if !had {
				continue
			}
			same++
			for _, line := range differences(was, steady(body)) {
				if allowed == nil || !allowed(p, line) {
					t.Errorf("%s: %s is not as it was before there was a secret: %s", key, p, line)
				}
			}
		}
	}
	if opened < 300 || same < 100 {
		t.Errorf("only %d addresses were opened and %d compared", opened, same)
	}
}

// stateOfCell says whether a difference is only that a task which was overdue
// is now in review, on a page that shows where tasks stand.
func (s secret) stateOfCell(path, line string) bool {
	if !cellPages.MatchString(path) {
		return false
	}
	known := map[string]bool{}
	for _, word := range words.FindAllString(s.names+` Baxışdadır baxışda Gecikib gün gecikib Vaxtı keçmiş Baxışda olan tapşırıqlar review overdue state in_review num
		Sübut yüklənməyib hidden true false Sübutlar gizlidir Bu tapşırığın sübutlarının hamısı və ya bir hissəsi sizin üçün açıq deyil
		Məsul Kod Tapşırıq şöbələr Son tarix Vəziyyət Cəmi Dövr hesabatı elektron xidmət Dövrün qiymətləndirilməsi QD çap Məzmunun SHA izi `, -1) {
		known[word] = true
	}
	for _, word := range words.FindAllString(markup.ReplaceAllString(line, ""), -1) {
		if !known[word] {
			return false
		}
	}
	return true
}

var (
	markup    = regexp.MustCompile(`<[^>]*>`)
	words     = regexp.MustCompile(`\pL[\pL_]*`)
	cellPages = regexp.MustCompile(`^(/api/v1)?/(cycles|cycles/[^/]+|cycles/[^/]+/(grid|export\.pdf|export\.xlsx|tasks/[^/]+|gates/\d(/pdf)?)|evaluations/[^/]+(/pdf)?)$`)
)

// rightful sees that those who may see the secret do: without this the test
// would be glad of an empty system.
func (l *lookers) rightful(t *testing.T, s secret) {
	t.Helper()
	for key, list := range map[string][]string{
		"aytan": {"/evidence/" + s.ids["submission"], "/evidence?q=" + strings.ToLower(marker), "/evidence/export.csv", "/evidence/export.xlsx", "/requests", "/requests/" + s.ids["request"], "/requests/export.csv", "/work",
			"/search?q=" + strings.ToLower(marker), "/api/v1/evidence/" + s.ids["submission"], "/api/v1/requests", "/api/v1/comments/submission/" + s.ids["submission"], "/notifications"},
		"nigar": {"/evidence/" + s.ids["submission"], "/requests/" + s.ids["request"], "/comments/submission/" + s.ids["submission"], "/evidence?class=confidential&q=" + strings.ToLower(marker)},
		"samir": {"/evidence/" + s.ids["submission"], "/comments/submission/" + s.ids["submission"], "/api/v1/evidence/" + s.ids["submission"], "/evidence/" + s.ids["submission"] + "/files/" + s.ids["file"]},
	} {
		for _, p := range list {
			want := marker
			if p == "/notifications" {
				want = one(t, l.app, "SELECT number FROM evidence_requests WHERE id = '"+s.ids["request"]+"'")
			}
			if status, body := l.open(t, key, p); status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s may see it and does not: %s (%d)", key, p, status)
			}
		}
	}
}

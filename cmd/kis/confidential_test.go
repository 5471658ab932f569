package main

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/inquiry"
	"github.com/kis-platform/kis/policies"
)

// marker stands in everything confidential that the test makes, and in
// nothing else.
const marker = "Zqxgizli4711"

// secret is what the test makes: confidential evidence with all that is said
// about it.
type secret struct {
	ids  map[string]string // of the things, by what they are
	code string            // of the task
}

// makeSecret hands in confidential evidence of SSS for an output that has
// accepted evidence, has it asked for confidentially, and lets people talk about it.
func makeSecret(t *testing.T, a *app) secret {
	t.Helper()
	as := func(key string) context.Context {
		u, err := a.kis.UserByEmail(actor.With(t.Context(), actor.Program("test")), demoPerson{Key: key}.email())
		if err != nil {
			t.Fatal(err)
		}
		who, err := a.kis.ActorOf(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		return actor.With(t.Context(), who)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cycle := one(t, a, "SELECT id FROM cycles WHERE state = 'running' LIMIT 1")
	output := one(t, a, `SELECT so.output_id FROM submission_outputs so JOIN submissions s ON s.id = so.submission_id JOIN activities v ON v.id = s.activity_id
		JOIN departments d ON d.id = s.department_id AND d.code = 'SSS' WHERE s.state = 'accepted' AND v.phase = '5' ORDER BY s.id LIMIT 1`)
	code := one(t, a, `SELECT v.code FROM outputs o JOIN activities v ON v.id = o.activity_id WHERE o.id = '`+output+`'`)
	up, err := a.kis.StageUpload(as("aytan"), marker+" cədvəl.txt", strings.NewReader("Sətir "+marker))
	must(err)
	sub, err := a.kis.Submit(as("aytan"), kis.NewSubmission{CycleID: cycle, OutputIDs: []string{output}, Title: marker + " sənəd", Note: "Qeyd " + marker, UploadIDs: []string{up.ID},
		ReferencePeriod: marker, Class: kis.ClassConfidential})
	must(err)
	r, err := a.inquiry.Ask(as("nigar"), inquiry.NewRequest{CycleID: cycle, OutputIDs: []string{output}, DepartmentID: sub.DepartmentID, AddresseeID: actor.From(as("aytan")).UserID,
		Title: marker + " sorğu", Text: "Mətn " + marker, Confidential: true, WorkingDays: 3})
	must(err)
	must(a.inquiry.Answer(as("aytan"), r.ID, inquiry.NewAnswer{Text: "Cavab " + marker, SubmissionIDs: []string{sub.ID}}))
	must(a.inquiry.Return(as("nigar"), r.ID, "Səbəb "+marker))
	ids := map[string]string{"submission": sub.ID, "request": r.ID, "file": one(t, a, "SELECT file_id FROM submission_files WHERE submission_id = '"+sub.ID+"'")}
	for what, on := range map[string]inquiry.Object{"comment": {Kind: inquiry.OnSubmission, ID: sub.ID}, "remark": {Kind: inquiry.OnRequest, ID: r.ID}} {
		m, err := a.inquiry.AddComment(as("elchin"), on, inquiry.NewComment{Text: "@Nigar Əliyeva, şərh " + marker})
		must(err)
		_, err = a.inquiry.EditComment(as("elchin"), m.ID, 0, inquiry.NewComment{Text: "@Nigar Əliyeva, dəyişmiş şərh " + marker})
		must(err)
		ids[what] = m.ID
	}
	must(a.kis.Return(as("nigar"), sub.ID, "Qaytarma "+marker))
	up, err = a.kis.StageUpload(as("aytan"), marker+" cədvəl 2.txt", strings.NewReader("Sətir "+marker+"\nbir sətir də"))
	must(err)
	next, err := a.kis.Submit(as("aytan"), kis.NewSubmission{CycleID: cycle, OutputIDs: []string{output}, Title: marker + " sənəd 2", UploadIDs: []string{up.ID}, Class: kis.ClassConfidential, Replaces: sub.ID})
	must(err)
	ids["next version"], ids["file of the next version"] = next.ID, one(t, a, "SELECT file_id FROM submission_files WHERE submission_id = '"+next.ID+"'")
	must(a.notices.CatchUp(t.Context()))
	return secret{ids, code}
}

// unpacked is an answer as text: what is packed in it (XLSX, ZIP) is unpacked.
func unpacked(body string) string {
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		return body
	}
	slices.SortFunc(z.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) }) // they are written in no order
	var out bytes.Buffer
	for _, f := range z.File {
		out.WriteString(f.Name + "\n")
		if r, err := f.Open(); err == nil {
			_, _ = io.Copy(&out, r)
			_ = r.Close()
		}
	}
	return out.String()
}

// fixedApp is a copy of the demonstration whose clock stands still.
func fixedApp(t *testing.T) *app {
	t.Helper()
	from, err := filled()
	if err != nil {
		t.Fatal(err)
	}
	c := defaults()
	c.DataDir = t.TempDir()
	if err := os.CopyFS(c.DataDir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	a, err := openApp(context.Background(), c, slog.New(slog.DiscardHandler), func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// surroundings are the ids of routeIDs with those that only reading takes.
func surroundings(t *testing.T, a *app) map[string]string {
	t.Helper()
	ids := routeIDs(t, a)
	for key, query := range map[string]string{
		"actions:id": "SELECT id FROM corrective_actions WHERE state = 'planned' LIMIT 1", "findings:id": "SELECT id FROM findings LIMIT 1",
		"auditors:id": "SELECT id FROM users WHERE email = 'samir@kis.example'", "campaigns:id": "SELECT COALESCE((SELECT id FROM assessment_campaigns LIMIT 1), '00000000-0000-7000-8000-000000000000')",
		"campaigns:agency": "SELECT code FROM agencies LIMIT 1", "checklists:id": "SELECT id FROM checklist_templates LIMIT 1", ":question": "SELECT id FROM checklist_template_rows LIMIT 1",
		":other": "SELECT id FROM submissions LIMIT 1", ":year": "SELECT MAX(year) FROM programmes", "results:id": "SELECT COALESCE((SELECT id FROM assessments LIMIT 1), '00000000-0000-7000-8000-000000000000')",
	} {
		if _, known := ids[key]; !known {
			ids[key] = one(t, a, query)
		}
	}
	return ids
}

// secretAddresses are the addresses that the test opens: every route that is read, with
// the ids of the secret and of what lies around it, and with its words as a
// search where a list can be searched.
func secretAddresses(t *testing.T, a *app, ids map[string]string, paths []string) []string {
	t.Helper()
	var out []string
	for _, p := range paths {
		p = address(t, ids, p)
		out = append(out, p)
		switch p {
		case "/evidence", "/evidence/export.csv", "/requests", "/requests/export.csv", "/discrepancies", "/api/v1/evidence", "/api/v1/requests", "/acts", "/audits":
			out = append(out, p+"?q="+strings.ToLower(marker))
		}
		if strings.HasPrefix(p, "/evidence") && !strings.Contains(p[1:], "/") || p == "/api/v1/evidence" {
			out = append(out, p+"?class=confidential", p+"?state=returned")
		}
	}
	out = append(out, "/requests?mine=answer", "/requests?overdue=1", "/comments/submission/"+ids["evidence:id"], "/comments/request/"+ids["requests:id"],
		"/api/v1/comments/submission/"+ids["evidence:id"], "/api/v1/comments/request/"+ids["requests:id"], "/evidence/"+ids["evidence:id"]+"/files/"+ids[":file"],
		"/verify/"+marker, "/notifications?unread=1", "/work?kind=inquiry.work.kind.request")
	return slices.Compact(out)
}

// statesOfCells are the pages that show, to everybody who sees the cycle,
// where each of its tasks stands, and numbers of tasks by state. That a cell is
// "returned" is the state of the cell; whose words brought it there is not told.
var statesOfCells = regexp.MustCompile(`^(/|/work|/cycles|/processes|/indicators|/reviews|/api/v1/cycles|/audits|/plans)(/|\?|$)`)

// volatileParts is what differs between two answers to the same question.
var volatileParts = regexp.MustCompile(`[0-9a-f]{16,}|nonce="[^"]*"|"request_id":"[^"]*"`)

func TestConfidentialEvidenceIsNowhereForThoseWhoMayNotSeeIt(t *testing.T) {
	a := fixedApp(t)
	srv := a.server()
	host := httptest.NewServer(srv.Handler())
	defer host.Close()
	var paths []string
	for _, r := range srv.Router().Routes() {
		if r.Method == http.MethodGet && !strings.HasPrefix(r.Path, "/assets") && r.Path != "/metrics" && !endsSession(r.Path) {
			paths = append(paths, r.Path)
		}
	}
	// Samir is an auditor of the department's audit; the unrelated one is on no team.
	people := map[string]string{"another department": "tural", "its head": "vugar", "administrator": "rauf", "observer": "mushahid", "unrelated auditor": "kanan"}
	visitors, tokens := map[string]visitor{}, map[string]string{}
	system := actor.With(t.Context(), actor.Program("test"))
	hash, err := kis.HashPassword(t.Context(), demoPassword)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.kis.CreateUser(system, kis.NewUser{Email: demoPerson{Key: "kanan"}.email(), Name: "Kənan Yusifov", PositionAZ: "daxili auditor", PositionEN: "internal auditor",
		DepartmentCode: "BƏŞ", Hash: hash, Since: "2024-01-03", Grants: []kis.NewGrant{{Role: policies.Auditor}}}); err != nil {
		t.Fatal(err)
	}
	sign := func(key string) {
		u, err := a.kis.UserByEmail(system, demoPerson{Key: key}.email())
		if err != nil {
			t.Fatal(err)
		}
		if _, tokens[key], err = a.kis.CreateToken(system, kis.NewToken{UserID: u.ID, Name: "confidential"}); err != nil {
			t.Fatal(err)
		}
		visitors[key] = visit(t, host.URL, demoPerson{Key: key}.email())
	}
	for _, key := range people {
		sign(key)
	}
	for _, key := range []string{"aytan", "nigar", "samir"} {
		sign(key)
	}
	open := func(key, path string) (int, string) {
		v := visitors[key]
		if strings.HasPrefix(path, "/api/") {
			v.token = tokens[key]
		}
		status, where, body := v.do(t, "GET", path, url.Values{})
		return status, where + "\n" + unpacked(body)
	}
	nearby := surroundings(t, a)
	ids := func(s secret) map[string]string {
		m := maps.Clone(nearby)
		m["evidence:id"], m[":file"], m["requests:id"], m[":task"], m[":code"] = s.ids["submission"], s.ids["file"], s.ids["request"], s.code, s.code
		m[":other"] = s.ids["next version"]
		m["comments:kind"], m["comments:id"], m[":comment"] = "submission", s.ids["submission"], s.ids["comment"]
		return m
	}
	// What everybody saw before, at the same addresses.
	nothing := "00000000-0000-7000-8000-000000000000"
	before := map[string]string{}
	none := secret{ids: map[string]string{"submission": nothing, "request": nothing, "file": nothing, "comment": nothing, "next version": nothing}, code: "4.4.2"}
	for _, key := range people {
		for _, p := range secretAddresses(t, a, ids(none), paths) {
			status, body := open(key, p)
			if status != http.StatusOK {
				continue
			}
			was := volatileParts.ReplaceAllString(body, "")
			if _, again := open(key, p); volatileParts.ReplaceAllString(again, "") == was {
				before[key+" "+p] = was
			} else if !strings.HasSuffix(p, "pdf") && !strings.HasSuffix(p, "xlsx") && !strings.HasSuffix(p, "zip") {
				t.Errorf("%s: %s is not the same twice: %s", key, p, firstDifference(was, volatileParts.ReplaceAllString(again, "")))
			}
		}
	}
	s := makeSecret(t, a)
	opened, same := 0, 0
	for name, key := range people {
		for _, p := range secretAddresses(t, a, ids(s), paths) {
			status, body := open(key, p)
			opened++
			// The address itself is known to who asks for it.
			said := strings.ReplaceAll(strings.ReplaceAll(body, url.QueryEscape(p), ""), strings.ReplaceAll(p, "&", "&amp;"), "")
			said = strings.ReplaceAll(strings.ReplaceAll(said, strings.ToLower(marker), ""), "<code>"+marker+"</code>", "")
			said = strings.ReplaceAll(said, `name="code" value="`+marker+`"`, "") // in the form it was asked with
			if i := strings.Index(said, marker); i >= 0 {
				t.Errorf("%s: %s (%d) tells the secret: …%s…", name, p, status, around(said, i))
			}
			for what, id := range s.ids {
				if i := strings.Index(said, id); i >= 0 {
					t.Errorf("%s: %s (%d) names the %s: …%s…", name, p, status, what, around(said, i))
				}
			}
			if status >= 500 {
				t.Errorf("%s: %s answers %d", name, p, status)
			}
			was, had := before[key+" "+p]
			if !had || statesOfCells.MatchString(p) || p == "/trail" {
				continue
			}
			same++
			if now := volatileParts.ReplaceAllString(body, ""); now != was {
				t.Errorf("%s: %s is not as it was before there was a secret (a count?): %s", name, p, firstDifference(was, now))
			}
		}
	}
	if opened < 300 || same < 100 {
		t.Errorf("only %d addresses were opened and %d compared", opened, same)
	}
	// The rightful see it: without this the test would be glad of an empty system.
	for key, list := range map[string][]string{
		"aytan": {"/evidence/" + s.ids["submission"], "/evidence?q=" + strings.ToLower(marker), "/evidence/export.csv", "/evidence/export.xlsx", "/requests", "/requests/" + s.ids["request"], "/requests/export.csv", "/work",
			"/api/v1/evidence/" + s.ids["submission"], "/api/v1/requests", "/api/v1/comments/submission/" + s.ids["submission"], "/notifications"},
		"nigar": {"/evidence/" + s.ids["submission"], "/requests/" + s.ids["request"], "/comments/submission/" + s.ids["submission"], "/evidence?class=confidential&q=" + strings.ToLower(marker)},
		"samir": {"/evidence/" + s.ids["submission"], "/comments/submission/" + s.ids["submission"], "/api/v1/evidence/" + s.ids["submission"], "/evidence/" + s.ids["submission"] + "/files/" + s.ids["file"]},
	} {
		for _, p := range list {
			want := marker
			if p == "/notifications" {
				want = one(t, a, "SELECT number FROM evidence_requests WHERE id = '"+s.ids["request"]+"'")
			}
			if status, body := open(key, p); status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s may see it and does not: %s (%d)", key, p, status)
			}
		}
	}
	if !policies.Can(actor.Actor{UserID: "x", Grants: []actor.Grant{{Role: string(policies.Auditor)}}}, policies.EvidenceRead) {
		t.Error("the unrelated auditor reads nothing at all: the test tries too little")
	}
}

// TestEachOpeningOfAConfidentialFileIsInTheTrail opens a file in all the ways
// there are and asks the trail who did it, how and which bytes they were.
func TestEachOpeningOfAConfidentialFileIsInTheTrail(t *testing.T) {
	a := fixedApp(t)
	host := httptest.NewServer(a.handler())
	defer host.Close()
	s := makeSecret(t, a)
	system := actor.With(t.Context(), actor.Program("test"))
	reader, err := a.kis.UserByEmail(system, demoPerson{Key: "nigar"}.email())
	if err != nil {
		t.Fatal(err)
	}
	v, stranger := visit(t, host.URL, reader.Email), visit(t, host.URL, demoPerson{Key: "tural"}.email())
	if _, v.token, err = a.kis.CreateToken(system, kis.NewToken{UserID: reader.ID, Name: "opens"}); err != nil {
		t.Fatal(err)
	}
	opened := func(how string) (n int) {
		t.Helper()
		err := a.db.Read().NewRaw(`SELECT COUNT(*) FROM trail WHERE action = 'kis:evidence:open' AND object_id IN (?, ?) AND body LIKE ?`,
			s.ids["submission"], s.ids["next version"], `%"`+how+`"%`).Scan(t.Context(), &n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	file := "/evidence/" + s.ids["submission"] + "/files/" + s.ids["file"]
	for _, x := range []struct {
		path, how string
		times     int
	}{
		{file, "download", 1}, {"/api/v1" + file, "download", 1}, {file + "/view", "preview", 1},
		{"/evidence/" + s.ids["next version"] + "/compare/" + s.ids["submission"], "compare", 2},
		{"/evidence/" + s.ids["next version"] + "/files/" + s.ids["file of the next version"] + "/view", "preview", 1},
		{"/cycles/" + one(t, a, "SELECT cycle_id FROM submissions WHERE id = '"+s.ids["submission"]+"'") + "/evidence.zip", "pack", 2},
	} {
		was := opened(x.how)
		if status, _, _ := stranger.do(t, "GET", x.path, nil); status == http.StatusOK && x.how != "pack" {
			t.Errorf("%s is open to a stranger", x.path)
		}
		if now := opened(x.how); now != was {
			t.Errorf("%s left an opening in the trail though nothing was opened", x.path)
		}
		status, _, body := v.do(t, "GET", x.path, nil)
		if now := opened(x.how); status != http.StatusOK || now != was+x.times {
			t.Errorf("%s answers %d and leaves %d openings (%s) in the trail, not %d: %s", x.path, status, now-was, x.how, x.times, around(body, 0))
		}
	}
}

// around is what stands beside a place of a text.
func around(s string, i int) string {
	return strings.Join(strings.Fields(s[max(0, i-80):min(len(s), i+120)]), " ")
}

// firstDifference shows where two texts part.
func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return "was …" + around(a, i) + "… is …" + around(b, i) + "…"
}

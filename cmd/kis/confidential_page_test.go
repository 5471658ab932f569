package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unpacked is an answer as text: what is packed in it (XLSX, ZIP) is unpacked,
// and of a printed document it is the words.
func unpacked(t *testing.T, body string) string {
	t.Helper()
	if strings.HasPrefix(body, "%PDF") {
		name := filepath.Join(t.TempDir(), "answer.pdf")
		if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		text, err := exec.CommandContext(t.Context(), "pdftotext", "-raw", name, "-").Output()
		if err != nil {
			t.Fatalf("pdftotext (package poppler-utils): %v", err)
		}
		return string(text)
	}
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

// surroundings are the ids of routeIDs with those that only reading takes.
func surroundings(t *testing.T, a *app) map[string]string {
	t.Helper()
	ids := routeIDs(t, a)
	for key, query := range map[string]string{
		"actions:id": "SELECT id FROM corrective_actions WHERE state = 'planned' LIMIT 1", "findings:id": "SELECT id FROM findings LIMIT 1",
		"auditors:id": "SELECT id FROM users WHERE email = 'samir@kis.example'", "campaigns:id": "SELECT COALESCE((SELECT id FROM assessment_campaigns LIMIT 1), '00000000-0000-7000-8000-000000000000')",
		"campaigns:agency": "SELECT code FROM agencies LIMIT 1", "checklists:id": "SELECT id FROM checklist_templates LIMIT 1", ":question": "SELECT id FROM checklist_template_rows LIMIT 1",
		":other": "SELECT id FROM submissions WHERE cycle_id IN (SELECT id FROM cycles WHERE state = 'running') LIMIT 1", ":year": "SELECT MAX(year) FROM programmes", "results:id": "SELECT COALESCE((SELECT id FROM assessments LIMIT 1), '00000000-0000-7000-8000-000000000000')",
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
func secretAddresses(t *testing.T, ids map[string]string, paths []string) []string {
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

// volatileParts is what differs between two answers to the same question, and
// the footsteps of the test itself: documents that it has opened.
var volatileParts = regexp.MustCompile(`[0-9a-f]{16,}|[0-9a-f]*…[0-9a-f]*|nonce="[^"]*"|"request_id":"[^"]*"|\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b|` +
	`"seq": \d+|sonuncu qeydi: № \d+|pack was made: no. \d+|<li class="k-idle">\s*<time [^>]*>[^<]*</time> <b>[^<]*</b> sənəd çap edilib </li>`)

// steady is an answer without them.
func steady(body string) string { return volatileParts.ReplaceAllString(body, "") }

// differences are the pieces of two answers that only one of them has, with a
// sign before.
func differences(was, is string) (out []string) {
	if was == is {
		return nil
	}
	count := map[string]int{}
	for sign, s := range map[int]string{-1: was, 1: is} {
		for line := range strings.SplitSeq(strings.NewReplacer("><", ">\n<", `,"`, ",\n\"").Replace(s), "\n") {
			count[strings.TrimSpace(line)] += sign
		}
	}
	for line, n := range count {
		if n < 0 {
			out = append(out, "- "+line)
		} else if n > 0 {
			out = append(out, "+ "+line)
		}
	}
	if len(out) == 0 {
		return []string{"another order: " + firstDifference(was, is)}
	}
	slices.Sort(out)
	return out
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

package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// sheetText is all XML of a workbook; that it opens as one is for others to test.
func sheetText(t *testing.T, raw string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
	}
	return out.String()
}

// TestTheLibraryIsTakenAwayUnderItsFilterAndRights compares the files with
// the database: every submission that fits and that the person may read, and
// no other.
func TestTheLibraryIsTakenAwayUnderItsFilterAndRights(t *testing.T) {
	a := demoOffice(t)
	host := httptest.NewServer(a.server().Handler())
	defer host.Close()
	const secret = "Gizli 4711"
	harm(t, a.config.DataDir, `UPDATE submissions SET title = '`+secret+`' WHERE class = 'confidential'`)
	all := one(t, a, `SELECT CAST(COUNT(*) AS TEXT) FROM submissions`)
	open := one(t, a, `SELECT CAST(COUNT(*) AS TEXT) FROM submissions WHERE class <> 'confidential'`)
	returned := one(t, a, `SELECT CAST(COUNT(*) AS TEXT) FROM submissions WHERE state = 'returned'`)
	if all == open || returned == "0" {
		t.Fatal("the demonstration has nothing to tell apart")
	}
	take := func(email, file string) string {
		status, _, body := visit(t, host.URL, email).do(t, "GET", "/evidence/export."+file, nil)
		if status != http.StatusOK {
			t.Fatalf("%s, %s: %d", email, file, status)
		}
		return body
	}
	rows := func(email, query string) [][]string {
		list, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(take(email, "csv"+query), "\ufeff"))).ReadAll()
		if err != nil || len(list) == 0 {
			t.Fatal(err)
		}
		return list[1:]
	}
	count := func(what string, list [][]string, want string) {
		t.Helper()
		if got := strconv.Itoa(len(list)); got != want {
			t.Errorf("%s: %s rows, want %s", what, got, want)
		}
	}
	count("all", rows("nigar@kis.example", ""), all)
	count("management", rows("rafael@kis.example", ""), open)
	for _, r := range rows("rafael@kis.example", "?limit=200") {
		if r[0] == secret {
			t.Errorf("management takes away %q", secret)
		}
	}
	list := rows("nigar@kis.example", "?state=returned&limit=5&sort=title")
	count("returned", list, returned)
	for _, r := range list {
		if !strings.Contains(strings.Join(r, "|"), "Qaytarılıb") {
			t.Errorf("not returned: %v", r)
		}
	}
	count("none", rows("nigar@kis.example", "?q=yoxdurbelesoz"), "0")
	if text := sheetText(t, take("nigar@kis.example", "xlsx")); !strings.Contains(text, secret) {
		t.Errorf("the sheet of who may read it has no %q", secret)
	}
	if text := sheetText(t, take("rafael@kis.example", "xlsx")); strings.Contains(text, secret) || !strings.Contains(text, "1-elektron") {
		t.Errorf("the sheet of management has %q or nothing", secret)
	}
	if status, where, _ := visit(t, host.URL, "").do(t, "GET", "/evidence/export.csv", nil); status != http.StatusSeeOther || !strings.HasPrefix(where, "/sign-in") {
		t.Errorf("nobody: %d", status)
	}
}

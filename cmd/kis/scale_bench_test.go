package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/web"
)

// The large offices of the benchmarks are made once, in the folder that
// KIS_SCALE_DIR names; without it only the small one is measured, in a folder
// that goes away. KIS_SCALE_PG names an empty PostgreSQL database for each
// size, with %d for the number of processes.
const (
	scaleSmall = 4
	scaleLarge = 400
)

// office is a filled office with its pages.
type benchOffice struct {
	app      *app
	handler  http.Handler
	cookie   string
	password string // of everybody
}

// offices opens each size on each database that is there, once for all pages.
func offices(b *testing.B) (pairs []officePair) {
	b.Helper()
	sizes, dir := []int{scaleSmall, scaleLarge}, os.Getenv("KIS_SCALE_DIR")
	if dir == "" {
		sizes, dir = sizes[:1], b.TempDir()
	}
	open := func(database, folder, url string) {
		p := officePair{database: database}
		for _, n := range sizes {
			o := openOffice(b, filepath.Join(dir, fmt.Sprintf(folder, n)), strings.ReplaceAll(url, "%d", fmt.Sprint(n)), n)
			p.offices, p.counters = append(p.offices, o), append(p.counters, storetest.CountQueries(o.app.db))
		}
		pairs = append(pairs, p)
	}
	open("sqlite", "%d", "")
	if pg := os.Getenv("KIS_SCALE_PG"); pg != "" {
		open("postgres", "pg%d", pg)
	}
	return pairs
}

// officePair is the small and the large office on a database; only the small
// one without KIS_SCALE_DIR.
type officePair struct {
	database string
	offices  []*benchOffice
	took     [2][]time.Duration
	counters []*storetest.Counter
	queries  [2]int
}

func openOffice(b testing.TB, dir, database string, n int) *benchOffice {
	b.Helper()
	c := &cli{config: defaults(), env: func(string) string { return "" }, stdout: io.Discard, stderr: os.Stderr}
	c.config.DataDir, c.config.DatabaseURL = dir, database
	password, err := c.fillOnce(b.Context(), n)
	if err != nil {
		b.Fatal(err)
	}
	today := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	a, err := openApp(b.Context(), c.config, c.config.logger(io.Discard), func() time.Time { return today })
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Close() })
	o := &benchOffice{app: a, handler: a.handler(), password: password}
	o.signIn(b, "nigar@kis.example", password)
	return o
}

// signIn makes a person the one who asks for pages.
func (o *benchOffice) signIn(b testing.TB, email, password string) {
	b.Helper()
	r := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader(url.Values{"email": {email}, "password": {password}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	o.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if strings.HasSuffix(c.Name, "kis") {
			o.cookie = c.Name + "=" + c.Value
		}
	}
	if o.cookie == "" {
		b.Fatalf("not signed in: %d %s", w.Code, w.Body)
	}
}

// get asks for a page.
func (o *benchOffice) get(b testing.TB, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Cookie", o.cookie)
	w := httptest.NewRecorder()
	o.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%s: %d", path, w.Code)
	}
	return w
}

// as is a context of a person.
func (o *benchOffice) as(b testing.TB, email string) context.Context {
	b.Helper()
	system := actor.With(b.Context(), actor.Program("benchmark"))
	found, err := o.app.kis.ListUsers(system, office.UserFilter{Query: email, Limit: 1})
	if err != nil || len(found.Users) == 0 {
		b.Fatal(email, err)
	}
	a, err := o.app.kis.ActorOf(system, found.Users[0].ID)
	if err != nil {
		b.Fatal(err)
	}
	return actor.With(b.Context(), a)
}

// department gives the id of a department.
func (o *benchOffice) department(b testing.TB, code string) string {
	b.Helper()
	list, err := o.app.kis.Departments(actor.With(b.Context(), actor.Program("benchmark")))
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range list {
		if d.Code == code {
			return d.ID
		}
	}
	b.Fatal(code)
	return ""
}

// scaled is a page that must not cost more in a large office.
type scaled struct {
	name string
	path func(b *testing.B, o *benchOffice) string
}

func fixed(path string) func(*testing.B, *benchOffice) string {
	return func(*testing.B, *benchOffice) string { return path }
}

func sought(path, words string) func(*testing.B, *benchOffice) string {
	return fixed(path + "?q=" + url.QueryEscape(words))
}

// scaledPages are the pages of issue 3 and what is searched in them.
var scaledPages = []scaled{
	{"library, first page", fixed("/evidence")},
	{"library of one department by due day", func(b *testing.B, o *benchOffice) string {
		return "/evidence?sort=due&department=" + o.department(b, "İTŞ")
	}},
	{"library after 80 pages", func(b *testing.B, o *benchOffice) string { // the small office has 83
		ctx, f := o.as(b, "nigar@kis.example"), kis.EvidenceFilter{Limit: 50}
		for range 80 {
			found, err := o.app.kis.Evidence(ctx, f)
			if err != nil || found.Next == nil {
				b.Fatal(len(found.Rows), err)
			}
			f.After = found.Next
		}
		return "/evidence?after=" + web.EncodeCursor(f.After...)
	}},
	{"library: a frequent word", sought("/evidence", "hesabat")},
	{"library: a rare word", sought("/evidence", "p0003-2024")},
	{"library: a frequent and a rare word", sought("/evidence", "hesabat p0003-2024")},
	{"library: the beginning of codes", sought("/evidence", "4.4")},
	{"library: a code", sought("/evidence", "4.4.2")}, // the small office has less than a page of it
	{"library: a code in a process", sought("/evidence", "4.4.2 p0003")},
	{"map of a cycle", func(b *testing.B, o *benchOffice) string {
		cy, err := o.app.kis.CycleByCode(o.as(b, "nigar@kis.example"), "p0003", "2026")
		if err != nil {
			b.Fatal(err)
		}
		return "/cycles/" + cy.ID
	}},
	{"my work", fixed("/work")},
	{"list of cycles", fixed("/cycles")},
	{"search: a frequent word", sought("/search", "hesabat")},
	{"search: a code", sought("/search", "4.4.2")},
	{"search: a word that is nowhere", sought("/search", "zürafə")},
	{"search: two words", sought("/search", "hesabat sorğu")},
}

// BenchmarkScaled asks for each page as the head of quality, signed in, without
// the network, in the small and the large office by turns, so that both meet
// the same machine. The figures are medians in milliseconds, how many queries
// a page asks when what it keeps is known, and its size.
func BenchmarkScaled(b *testing.B) {
	pairs := offices(b)
	for _, p := range scaledPages {
		b.Run(p.name, func(b *testing.B) {
			var paths [2][2]string
			for i := range pairs {
				pairs[i].took = [2][]time.Duration{}
				for n, o := range pairs[i].offices {
					paths[i][n] = p.path(b, o)
					o.get(b, paths[i][n])
					c := pairs[i].counters[n]
					c.Reset()
					o.get(b, paths[i][n])
					pairs[i].queries[n] = c.N()
				}
			}
			for b.Loop() {
				for i := range pairs {
					for n, o := range pairs[i].offices {
						began := time.Now()
						o.get(b, paths[i][n])
						pairs[i].took[n] = append(pairs[i].took[n], time.Since(began))
					}
				}
			}
			for i := range pairs {
				var ms [2]float64
				for n, o := range pairs[i].offices {
					slices.Sort(pairs[i].took[n])
					ms[n] = pairs[i].took[n][len(pairs[i].took[n])/2].Seconds() * 1000
					size := []string{"small", "large"}[n]
					b.ReportMetric(ms[n], pairs[i].database+"-"+size+"-ms")
					b.Logf("%s %s: %d queries, %d kB", pairs[i].database, size, pairs[i].queries[n], o.get(b, paths[i][n]).Body.Len()/1000)
				}
				if ms[1] > 0 {
					b.ReportMetric(ms[1]/ms[0], pairs[i].database+"-ratio")
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

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
	"strings"
	"testing"
	"time"

	"github.com/kis-platform/kis/internal/actor"
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

// offices runs a benchmark over each size on each database that is there.
func offices(b *testing.B, run func(b *testing.B, o *benchOffice)) {
	sizes, dir := []int{scaleSmall, scaleLarge}, os.Getenv("KIS_SCALE_DIR")
	if dir == "" {
		sizes, dir = sizes[:1], b.TempDir()
	}
	for _, n := range sizes {
		b.Run(fmt.Sprintf("sqlite/%d", n), func(b *testing.B) { run(b, openOffice(b, filepath.Join(dir, fmt.Sprint(n)), "", n)) })
		if pg := os.Getenv("KIS_SCALE_PG"); pg != "" {
			b.Run(fmt.Sprintf("postgres/%d", n), func(b *testing.B) {
				run(b, openOffice(b, filepath.Join(dir, fmt.Sprintf("pg%d", n)), strings.ReplaceAll(pg, "%d", fmt.Sprint(n)), n))
			})
		}
	}
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

// page measures one page, signed in, without the network.
func page(path func(b *testing.B, o *benchOffice) string) func(b *testing.B, o *benchOffice) {
	return func(b *testing.B, o *benchOffice) {
		p := path(b, o)
		o.get(b, p)
		b.ReportAllocs()
		b.ResetTimer()
		size := 0
		for b.Loop() {
			size = o.get(b, p).Body.Len()
		}
		b.ReportMetric(float64(size)/1000, "kB/page")
	}
}

func fixed(path string) func(*testing.B, *benchOffice) string {
	return func(*testing.B, *benchOffice) string { return path }
}

func BenchmarkLibraryFirstPage(b *testing.B) { offices(b, page(fixed("/evidence"))) }

// BenchmarkLibraryDepartment is the page of one department by due day.
func BenchmarkLibraryDepartment(b *testing.B) {
	offices(b, page(func(b *testing.B, o *benchOffice) string {
		return "/evidence?sort=due&department=" + o.department(b, "İTŞ")
	}))
}

// BenchmarkLibraryHundredthPage is the page after 99 others; in the small
// office, which has 83, after 80.
func BenchmarkLibraryHundredthPage(b *testing.B) {
	offices(b, page(func(b *testing.B, o *benchOffice) string {
		ctx, f := o.as(b, "nigar@kis.example"), kis.EvidenceFilter{Limit: 50}
		for range 80 {
			found, err := o.app.kis.Evidence(ctx, f)
			if err != nil || found.Next == nil {
				b.Fatal(len(found.Rows), err)
			}
			f.After = found.Next
		}
		return "/evidence?after=" + web.EncodeCursor(f.After...)
	}))
}

// BenchmarkLibrarySearch looks for a frequent word, a rare one, and both.
func BenchmarkLibrarySearch(b *testing.B) {
	for name, query := range map[string]string{"frequent": "hesabat", "rare": "p0003-2024", "both": "hesabat p0003-2024", "code": "4.4.2", "prefix": "4.4"} {
		b.Run(name, func(b *testing.B) { offices(b, page(fixed("/evidence?q="+url.QueryEscape(query)))) })
	}
}

// BenchmarkWork is "my work" of the head of quality and of an employee of a
// department that owes evidence to many processes.
func BenchmarkWork(b *testing.B) {
	for _, email := range []string{"nigar@kis.example", "tural@kis.example"} {
		b.Run(email, func(b *testing.B) {
			offices(b, func(b *testing.B, o *benchOffice) {
				ctx := o.as(b, email)
				b.ReportAllocs()
				b.ResetTimer()
				n := 0
				for b.Loop() {
					items, err := o.app.kis.Work(ctx)
					if err != nil {
						b.Fatal(err)
					}
					n = len(items)
				}
				b.ReportMetric(float64(n), "items")
			})
		})
	}
}

// BenchmarkWorkPage is the whole page of work.
func BenchmarkWorkPage(b *testing.B) { offices(b, page(fixed("/work"))) }

// BenchmarkGrid is the map of one cycle.
func BenchmarkGrid(b *testing.B) {
	offices(b, page(func(b *testing.B, o *benchOffice) string {
		cy, err := o.app.kis.CycleByCode(o.as(b, "nigar@kis.example"), "p0003", "2026")
		if err != nil {
			b.Fatal(err)
		}
		return "/cycles/" + cy.ID
	}))
}

// BenchmarkSearchPage looks in everything: for a word of many, for a code, for
// one that is nowhere, for two words.
func BenchmarkSearchPage(b *testing.B) {
	for name, query := range map[string]string{"frequent": "hesabat", "code": "4.4.2", "nowhere": "zürafə", "two": "hesabat sorğu"} {
		b.Run(name, func(b *testing.B) { offices(b, page(fixed("/search?q="+url.QueryEscape(query)))) })
	}
}

// BenchmarkCycleList is the first page of the list of cycles.
func BenchmarkCycleList(b *testing.B) { offices(b, page(fixed("/cycles"))) }

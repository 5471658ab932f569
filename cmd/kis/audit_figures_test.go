package main

import (
	"html"
	"net/http/httptest"
	"regexp"
	"strconv"
	"testing"
)

// TestEachFigureOfTheAuditYearEqualsItsListInTheExample opens the year of
// internal audit of the example, follows each figure that leads to a list, and
// wants the list to say as many.
func TestEachFigureOfTheAuditYearEqualsItsListInTheExample(t *testing.T) {
	a := demoOffice(t)
	host := httptest.NewServer(a.server().Handler())
	defer host.Close()
	link := regexp.MustCompile(`<a href="(/(?:acts|audits|findings)\?[^"]*)"[^>]*>([0-9]+)</a>`)
	line := regexp.MustCompile(`<th scope="row" class="k-nw"><a href="/(?:acts|audits|findings)/[0-9a-f-]{36}"`)
	next := regexp.MustCompile(`href="([^"]*[?&;]after=[^"]*)"`)
	for _, key := range []string{"nigar", "elchin", "rafael"} {
		v := visit(t, host.URL, key+"@kis.example")
		read := func(path string) string {
			t.Helper()
			status, _, body := v.do(t, "GET", path, nil)
			if status != 200 {
				t.Fatalf("%s: %s: %d", key, path, status)
			}
			return body
		}
		figures := link.FindAllStringSubmatch(read("/audits/summary?year=2026"), -1)
		if len(figures) < 40 {
			t.Errorf("%s: %d figures lead to a list", key, len(figures))
		}
		for _, f := range figures {
			n := 0
			for address := html.UnescapeString(f[1]); address != ""; {
				body := read(address)
				n += len(line.FindAllString(body, -1))
				address = ""
				if m := next.FindStringSubmatch(body); m != nil {
					address = html.UnescapeString(m[1])
				}
			}
			if strconv.Itoa(n) != f[2] {
				t.Errorf("%s: the figure says %s, the list %s has %d", key, f[2], f[1], n)
			}
		}
	}
}

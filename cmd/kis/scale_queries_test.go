package main

import (
	"net/url"
	"testing"

	"github.com/kis-platform/kis/internal/store/storetest"
)

// TestALargerOfficeAsksNoMoreQueries opens the pages that the benchmarks of a
// large office measure, in an office of one process and in one of three, each
// twice: at first little is kept in the process, and a page may ask for each of
// six kinds of names and for its counts, whichever the pages before did not
// know; then all that the page keeps.
func TestALargerOfficeAsksNoMoreQueries(t *testing.T) {
	type page struct{ name, path string }
	count := func(n int) map[string][2]int {
		o := openOffice(t, t.TempDir(), "", n)
		cy, err := o.app.kis.CycleByCode(o.as(t, "nigar@kis.example"), "p0001", "2026")
		if err != nil {
			t.Fatal(err)
		}
		words := url.QueryEscape("hesabat sorğu")
		c, out := storetest.CountQueries(o.app.db), map[string][2]int{}
		for _, p := range []page{
			{"library", "/evidence"},
			{"library of a department", "/evidence?sort=due&department=" + o.department(t, "İTŞ")},
			{"a word in the library", "/evidence?q=hesabat"},
			{"a code in the library", "/evidence?q=4.4"},
			{"words in the library", "/evidence?q=" + words},
			{"a word in everything", "/search?q=hesabat"},
			{"a code in everything", "/search?q=4.4.2"},
			{"words in everything", "/search?q=" + words},
			{"cycles", "/cycles"},
			{"map of a cycle", "/cycles/" + cy.ID},
			{"work", "/work"},
		} {
			var n [2]int
			for i := range n {
				c.Reset()
				o.get(t, p.path)
				n[i] = c.N()
			}
			out[p.name] = n
		}
		return out
	}
	few, many := count(1), count(3)
	for name, n := range many {
		if n[0] > few[name][0]+7 || n[1] > few[name][1] || n[1] > n[0] {
			t.Errorf("%s: %d queries and then %d; with one process %d and %d", name, n[0], n[1], few[name][0], few[name][1])
		}
	}
}

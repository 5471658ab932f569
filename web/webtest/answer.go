package webtest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Answer is what came back.
type Answer struct {
	Status   int
	Header   http.Header
	Location string
	Body     string
	Doc      *goquery.Document // nil when it is no HTML
	Aborted  bool              // the connection was broken

	t testing.TB
}

// checkTexts fails the test for a key without a text, wherever it shows.
func (a *Answer) checkTexts() {
	a.t.Helper()
	if i := strings.Index(a.Body, "⟦"); i >= 0 {
		a.t.Errorf("a key has no text: %s", a.Body[i:min(i+80, len(a.Body))])
	}
}

// Want fails the test when the status is another one.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d (location %q)\n%s", a.Status, status, a.Location, a.Brief())
	}
	return a
}

// WantRedirect fails the test when the answer does not lead to the path.
func (a *Answer) WantRedirect(path string) *Answer {
	a.t.Helper()
	a.Want(http.StatusSeeOther)
	if a.Location != path {
		a.t.Fatalf("leads to %q, want %q", a.Location, path)
	}
	return a
}

// find gives what a selector finds; a page is needed.
func (a *Answer) find(selector string) *goquery.Selection {
	a.t.Helper()
	if a.Doc == nil {
		a.t.Fatalf("no page came back, but status %d %s", a.Status, a.Header.Get("Content-Type"))
	}
	return a.Doc.Find(selector)
}

// Has fails the test when no element of the selector holds all the texts.
func (a *Answer) Has(selector string, texts ...string) *Answer {
	a.t.Helper()
	found := a.find(selector)
	ok := found.Length() > 0 && len(texts) == 0
	found.EachWithBreak(func(_ int, s *goquery.Selection) bool {
		ok = ok || holds(clean(s.Text()), texts)
		return !ok
	})
	if !ok {
		a.t.Errorf("no %q with %q; there is %q\n%s", selector, texts, clean(found.Text()), a.Brief())
	}
	return a
}

// HasNot fails the test when an element of the selector holds all the texts.
func (a *Answer) HasNot(selector string, texts ...string) *Answer {
	a.t.Helper()
	a.find(selector).Each(func(_ int, s *goquery.Selection) {
		if holds(clean(s.Text()), texts) {
			a.t.Errorf("there is a %q with %q: %q", selector, texts, clean(s.Text()))
		}
	})
	return a
}

// Text is the text of all elements of the selector, white space as one blank.
func (a *Answer) Text(selector string) string {
	a.t.Helper()
	return clean(a.find(selector).Text())
}

// Attr is an attribute of the first element of the selector; it must be there.
func (a *Answer) Attr(selector, name string) string {
	a.t.Helper()
	v, ok := a.find(selector).Attr(name)
	if !ok {
		a.t.Fatalf("no %q with attribute %s\n%s", selector, name, a.Brief())
	}
	return v
}

// Count is how many elements the selector finds.
func (a *Answer) Count(selector string) int {
	a.t.Helper()
	return a.find(selector).Length()
}

// Value is what an input or text area of the name shows: the page's own before
// those of the frame around it, whose search field is called q as many filters.
func (a *Answer) Value(name string) string {
	a.t.Helper()
	s := a.find(`main [name="` + name + `"]`)
	if s.Length() == 0 {
		s = a.find(`[name="` + name + `"]`)
	}
	switch {
	case s.Length() == 0:
		a.t.Fatalf("no field %s\n%s", name, a.Brief())
	case s.Is("textarea"):
		return s.First().Text()
	case s.Is("select"):
		v, _ := s.Find("option[selected]").Attr("value")
		return v
	case s.Is("[type=radio],[type=checkbox]"):
		v, _ := s.Filter("[checked]").Attr("value")
		return v
	}
	v, _ := s.Attr("value")
	return v
}

// Brief is the text of the answer, shortened, for messages.
func (a *Answer) Brief() string {
	text := a.Body
	if a.Doc != nil {
		text = clean(a.Doc.Find("main").Text())
	}
	return text[:min(len(text), 1200)]
}

func holds(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

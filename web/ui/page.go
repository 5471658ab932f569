// Package ui owns the components that pages are built from: the shell, state
// words, cards, lists, forms and messages, with the markup of the style sheet.
//
// It imports i18n, apperr, day and web/assets only and knows no business word:
// texts arrive translated or as keys, states arrive as tone, icon and word.
// Invariants: no inline style, script or handler; every page works without
// script; a state is always tone, icon and word together; whatever a person
// typed is escaped by templ.
package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
)

// Page is what every page needs to know about the request. Package web fills
// it; components take it first.
type Page struct {
	Lang   string // language of the page, "az" or "en"
	Theme  string // "light" or "dark"
	Title  string // what the browser tab says, already translated
	Path   string // path and query of the page; where a change of language returns to
	User   *User  // who is signed in; nil for nobody
	Flash  []Flash
	Nav    []NavGroup
	Bell   *Bell     // unread notices; nil for nobody
	Search bool      // there is a page to search on
	Now    time.Time // UTC; the moment the page is true for
	Zone   *time.Location
	Office string // name of the institution under the logo, already translated
}

// User is the person as the shell shows it.
type User struct {
	ID   string // what this browser keeps of unsent forms is kept under it
	Name string // "Aytən Məmmədova"
	Unit string // code of the home department, "SSS"; may be empty
}

// Initials gives the letters of the avatar: "AM".
func (u User) Initials() string {
	var out []rune
	for _, w := range strings.Fields(u.Name) {
		if len(out) < 2 {
			out = append(out, []rune(i18n.Upper(w))[0])
		}
	}
	return string(out)
}

// Flash is a message about what was just done, shown once. The text is
// translated when it is shown.
type Flash struct {
	Tone string   `json:"t"` // good, warn, bad or info
	Key  string   `json:"k"`
	Args []string `json:"a,omitempty"` // name, value, name, value …
}

// Text is the message in the language of the page.
func (f Flash) Text(p Page) string {
	args := make([]any, len(f.Args))
	for i, a := range f.Args {
		args[i] = a
	}
	return p.T(f.Key, args...)
}

// NavGroup is a titled part of the menu; the first has no title.
type NavGroup struct {
	Title string
	Items []NavItem
}

// NavItem is one entry of the menu.
type NavItem struct {
	Label, Icon, Href string
	Current           bool
	Count             int // of what waits behind it; 0 shows nothing
}

// SetCounts says how much waits behind entries of the menu, by their address.
func (p Page) SetCounts(waiting map[string]int) {
	for href, n := range waiting {
		p.SetCount(href, n)
	}
}

// SetCount says how much waits behind an entry of the menu.
func (p Page) SetCount(href string, n int) {
	for _, g := range p.Nav {
		for i := range g.Items {
			if g.Items[i].Href == href {
				g.Items[i].Count = n
			}
		}
	}
}

// Bell is the number of unread notices and where they are listed.
type Bell struct {
	Unread int
	Href   string
}

// mostUnread is the largest number that the bell shows.
const mostUnread = 99

// count is the number on the bell.
func (b Bell) count() string {
	if b.Unread > mostUnread {
		return fmt.Sprint(mostUnread) + "+"
	}
	return fmt.Sprint(b.Unread)
}

// label is what the bell says to those who do not see it.
func (b Bell) label(p Page) string {
	if b.Unread == 0 {
		return p.T("web.bell.none")
	}
	return p.T("web.bell.label", "n", b.count())
}

// T gives the text of a key in the language of the page, {name} replaced by
// the value that follows the name. Times and whole numbers are written as the
// page writes them.
func (p Page) T(key string, args ...any) string {
	return i18n.T(p.Lang, key, p.values(args)...)
}

// values makes arguments readable: dates and numbers in the form of the page.
func (p Page) values(args []any) []any {
	out := slices.Clone(args)
	for i := 1; i < len(out); i += 2 {
		out[i] = p.Text(out[i])
	}
	return out
}

// Text writes one value in the form of the page: days, moments, spans, whole
// numbers. A text that is a key, such as the word of a state, is translated.
func (p Page) Text(v any) string {
	switch v := v.(type) {
	case time.Time:
		return p.Date(v)
	case day.Day:
		return p.Day(v)
	case time.Duration:
		return p.Wait(v)
	case int:
		return p.Int(int64(v))
	case int64:
		return p.Int(v)
	case string:
		if strings.Contains(v, ".") && i18n.Has(v) {
			return i18n.T(p.Lang, v)
		}
		return v
	}
	return fmt.Sprint(v)
}

// Crumb is a step of the path above the title; the last has no Href.
type Crumb struct{ Label, Href string }

// State is a state word: tone (good info warn bad idle off), icon and word,
// always all three. Word is already translated.
type State struct{ Tone, Icon, Word string }

// None says that there is no state to show.
func (s State) None() bool { return s.Word == "" }

// tone gives the class of a tone; an unknown one is idle.
func tone(t string) string {
	switch t {
	case "good", "info", "warn", "bad", "off":
		return "k-" + t
	}
	return "k-idle"
}

// toneIcon is the icon of a message that names only its tone.
func toneIcon(t string) string {
	switch t {
	case "good":
		return "circle-check"
	case "warn":
		return "alert-triangle"
	case "bad":
		return "alert-circle"
	}
	return "info-circle"
}

package inquiryweb

import (
	"net/url"

	"github.com/kis-platform/kis/web"
	"github.com/kis-platform/kis/web/ui"
)

// What the pages of requests and of notes do alike.

// stateChips are the states of a list with their numbers: each narrows the
// list to itself, the one in force widens it again.
func stateChips[S ~string](c *web.Context, p ui.Page, states []S, looks map[S]ui.Look, words string, counts map[S]int, chosen S) []ui.Chip {
	out := make([]ui.Chip, 0, len(states))
	for _, s := range states {
		to := string(s)
		if s == chosen {
			to = ""
		}
		look := looks[s].State(p, words+string(s))
		out = append(out, ui.Chip{Label: look.Word, Icon: look.Icon, Tone: look.Tone, Href: c.With("state", to), Count: counts[s], Current: s == chosen})
	}
	return out
}

// exportQuery is the filter of the present address.
func exportQuery(c *web.Context) string {
	q := c.Request().URL.Query()
	q.Del("after")
	q.Del("limit")
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// all is the address of a list under the same words, when it holds more than
// is shown.
func all(path, words string, found, limit int) string {
	if found <= limit {
		return ""
	}
	return path + "?" + url.Values{"q": {words}}.Encode()
}

// step takes a step on the object of the address: when it is refused, show
// gives its page again with the reason in the form of that name; when it is
// done, the page of the object under path says so by the text of key.
func step(c *web.Context, path, form, key string, take func(id string) error, show func(c *web.Context, status int, forms map[string]ui.Form) error) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	err = take(id)
	if f, status, ok := c.Refused(err); ok {
		return show(c, status, map[string]ui.Form{form: f})
	}
	if err != nil {
		return err
	}
	c.Flash("good", key)
	return c.Redirect(path + "/" + id)
}

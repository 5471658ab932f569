package apperr

import (
	"net/url"
	"strings"
	"unicode"
)

// OneOf checks that a value of a string type is one of the allowed ones, as
// Check.OneOf does for strings.
func OneOf[S ~string](c *Check, field string, value S, allowed ...S) {
	texts := make([]string, len(allowed))
	for i, a := range allowed {
		texts[i] = string(a)
	}
	c.OneOf(field, string(value), texts...)
}

// WebAddress says whether a text is an absolute http or https address, with a
// host and without a name or password in it: one that a page may link to.
func WebAddress(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) }) {
		return false // what nobody sees, or what turns the direction, makes one address look like another
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}

package apperr

import "net/url"

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
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}

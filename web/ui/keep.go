package ui

import "net/url"

// signInAgain leads back to this page after signing in.
func signInAgain(p Page) string { return "/sign-in?next=" + url.QueryEscape(p.Path) }

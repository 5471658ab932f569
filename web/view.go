package web

import (
	"net/http"

	"golang.org/x/text/language"

	"github.com/kis-platform/kis/internal/i18n"
)

// Cookies that keep language and theme for those not signed in. They hold no
// secret and name nobody.
const (
	cookieLang  = "kis_lang"
	cookieTheme = "kis_theme"
)

func knownTheme(s string) bool { return s == "light" || s == "dark" }

// guessView takes language and theme from the cookies, the language else from
// what the browser asks for, else the office's own.
func (i *info) guessView(r *http.Request) {
	i.lang, i.theme = i18n.Default, "light"
	if c, err := r.Cookie(cookieTheme); err == nil && knownTheme(c.Value) {
		i.theme = c.Value
	}
	if c, err := r.Cookie(cookieLang); err == nil && i18n.Known(c.Value) {
		i.lang = c.Value
		return
	}
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil {
		return
	}
	for _, t := range tags {
		base, _ := t.Base()
		if i18n.Known(base.String()) {
			i.lang = base.String()
			return
		}
	}
}

// setView puts what the person chose above what was guessed.
func (i *info) setView(lang, theme string) {
	if i18n.Known(lang) {
		i.lang = lang
	}
	if knownTheme(theme) {
		i.theme = theme
	}
}

// keepView lets the browser remember a choice for a year.
func (s *Server) keepView(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: s.opt.Secure, SameSite: http.SameSiteLaxMode})
}

package ui

import (
	"strings"

	"github.com/kis-platform/kis/internal/i18n"
)

func theme(p Page) string {
	if p.Theme == "dark" {
		return "dark"
	}
	return "light"
}

func otherTheme(p Page) string {
	if theme(p) == "dark" {
		return "light"
	}
	return "dark"
}

func languageCodes() []string { return i18n.Languages() }

// upper writes a language code as a label; codes are plain ASCII.
func upper(code string) string { return strings.ToUpper(code) }

// foot says when the data was true and for whom the page was made.
func foot(p Page) string {
	out := p.T("web.foot.asof", "time", p.DateTime(p.Now))
	if p.User != nil {
		out += " · " + p.User.Name
		if p.User.Unit != "" {
			out += ", " + p.User.Unit
		}
	}
	return out + " · " + p.T("web.app.name")
}

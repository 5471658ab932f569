package ui

import (
	"strings"

	"github.com/kis-platform/kis/internal/i18n"
)

// htmxConfig switches off what the content policy forbids before htmx starts.
const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"selfRequestsOnly":true}`

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

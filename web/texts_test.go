package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kis-platform/kis/internal/i18n"
)

// TestEveryKeyUsedHereHasATextInEveryLanguage reads the sources of web and
// web/ui for keys.
func TestEveryKeyUsedHereHasATextInEveryLanguage(t *testing.T) {
	key := regexp.MustCompile(`"((?:web|error)\.[a-z0-9_.]+)"`)
	used := 0
	for _, pattern := range []string{"*.go", "*.templ", "ui/*.go", "ui/*.templ"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range key.FindAllStringSubmatch(string(raw), -1) {
				k := m[1]
				if strings.HasSuffix(k, ".") {
					continue // the beginning of a key that is put together; its page is tested
				}
				used++
				for _, lang := range i18n.Languages() {
					if strings.HasPrefix(i18n.T(lang, k), "⟦") {
						t.Errorf("%s: no text %s in %s", f, k, lang)
					}
				}
			}
		}
	}
	if used < 100 {
		t.Errorf("only %d keys found: the search is broken", used)
	}
	for _, status := range []string{"401", "403", "404", "405", "409", "413", "422", "429", "500"} {
		for _, part := range []string{".title", ".do"} {
			if !i18n.Has("web.error." + status + part) {
				t.Errorf("no text web.error.%s%s", status, part)
			}
		}
	}
}

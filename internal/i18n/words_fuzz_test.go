package i18n

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzWords: whatever the text, its words are few, short and whole, and a text
// is found by each of its own words.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"İstehsalın ƏMSALI", "4.3.2 cədvəl.xlsx", "...", "a\x00b", strings.Repeat("ğ", 50), "x.y.z.", "٤.٣ ー", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := Words(s)
		if len(words) > MaxWords {
			t.Fatalf("%d words of %q", len(words), s)
		}
		for _, w := range words {
			if w == "" || len(w) > maxWord || strings.ContainsAny(w, " \t\n%_!") || !utf8.ValidString(w) {
				t.Fatalf("%q has the word %q", s, w)
			}
		}
	})
}

package i18n

import (
	"strings"
	"unicode"
)

// Bounds of the words by which something is found.
const (
	MaxWords = 64 // of one text
	maxWord  = 40 // bytes of a word, and of a word that is looked for
)

// Words splits a text into the words by which it is found: folded, each
// once, in the order they come. A name with points, such as 4.3.2 or
// cedvel.xlsx, is a word by itself, and so are its parts when they are not
// all numbers.
func Words(text string) []string {
	var out []string
	seen := map[string]bool{}
	take := func(w string) {
		if len(w) > maxWord {
			w = strings.ToValidUTF8(w[:maxWord], "")
		}
		if w != "" && !seen[w] && len(out) < MaxWords {
			seen[w] = true
			out = append(out, w)
		}
	}
	for _, w := range strings.FieldsFunc(Fold(text), func(r rune) bool { return r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		w = strings.Trim(w, ".")
		take(w)
		if strings.Contains(w, ".") && strings.ContainsFunc(w, unicode.IsLetter) {
			for part := range strings.SplitSeq(w, ".") {
				take(part)
			}
		}
	}
	return out
}

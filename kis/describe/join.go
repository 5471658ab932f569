package describe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// tidy makes one kind of blank and quotation mark of all, and drops signs that
// nobody sees. A "\n" is the end of a paragraph, "\v" a break within one.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\u00a0', '\u2007', '\u202f', '\t', '\v':
			return ' '
		case '\u00ad', '\u200b', '\u200c', '\u200d', '\ufeff', '\u200e', '\u200f', '\r':
			return -1
		case '\u2011':
			return '-'
		}
		return r
	}, norm.NFC.String(s))
	lines := strings.Split(s, "\n")
	kept := lines[:0]
	for _, l := range lines {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

// oneLine is a text without line breaks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// join puts the two parts of a cell together that a page end has cut.
func (k *knowledge) join(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	if strings.Count(a, `"`)%2 == 1 { // the quotation mark was opened anew on the next page
		if rest, again := strings.CutPrefix(b, `"`); again && strings.Count(b, `"`)%2 == 0 {
			b = rest
		}
	}
	head, tail := lastWord(a), firstWord(b)
	if stem, hyphen := strings.CutSuffix(head, "-"); hyphen && stem != "" && tail != "" && !unicode.IsUpper([]rune(tail)[0]) {
		if k.vocab[lower(stem+"-"+tail)] || shout(stem) {
			return a + b
		}
		return strings.TrimSuffix(a, "-") + b
	}
	if head != "" && tail != "" && unicode.IsLower([]rune(tail)[0]) && !k.vocab[lower(tail)] && k.vocab[lower(head+tail)] {
		return a + b // cut within a word
	}
	first, size := utf8.DecodeRuneInString(b)
	if head != "" && unicode.IsUpper(first) && !shout(tail) && len([]rune(tail)) > 1 && unicode.IsLower([]rune(head)[0]) {
		b = string(unicode.TurkishCase.ToLower(first)) + b[size:] // each cell was made to begin with a capital
	}
	return a + " " + b
}

// lastWord is what a text ends with up to the last blank, when it ends in a
// letter or hyphen; firstWord the letters that a text begins with.
func lastWord(s string) string {
	last, _ := utf8.DecodeLastRuneInString(s)
	if !unicode.IsLetter(last) && last != '-' {
		return ""
	}
	return s[strings.LastIndexAny(s, " \n")+1:]
}

func firstWord(s string) string {
	for i, r := range s {
		if !unicode.IsLetter(r) {
			return s[:i]
		}
	}
	return s
}

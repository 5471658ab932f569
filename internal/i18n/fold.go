package i18n

import (
	"encoding/hex"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

var special = strings.NewReplacer("ə", "e", "ı", "i")

// Fold makes the search_key of a text: lower case by Azerbaijani rules, marks
// dropped, ə as e, ı as i, white space as single blanks. "İSTİFADƏÇİ",
// "istifadəçi" and "istifadeci" fold to the same key.
func Fold(s string) string {
	if out, ok := foldKnown(s); ok {
		return out
	}
	return foldAny(s)
}

// folded holds the letters beyond ASCII that nearly all texts are made of, and
// the signs that stay as they are.
var folded = map[rune]rune{'ə': 'e', 'Ə': 'e', 'ı': 'i', 'İ': 'i', 'ğ': 'g', 'Ğ': 'g', 'ö': 'o', 'Ö': 'o', 'ü': 'u', 'Ü': 'u', 'ş': 's', 'Ş': 's', 'ç': 'c', 'Ç': 'c',
	'–': '–', '—': '—', '“': '“', '”': '”', '«': '«', '»': '»', '’': '’', '…': '…', '№': '№', '₼': '₼'}

// foldKnown is Fold in one pass for texts of ASCII and the letters above; ok
// is false when there is anything else in them.
func foldKnown(s string) (string, bool) {
	out := make([]byte, 0, len(s))
	blank := false
	for _, r := range s {
		switch {
		case r == ' ' || (r >= '\t' && r <= '\r'):
			blank = len(out) > 0
			continue
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r >= 0x80:
			to, ok := folded[r]
			if !ok {
				return "", false
			}
			r = to
		}
		if blank {
			out, blank = append(out, ' '), false
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out), true
}

// foldAny is Fold for any text.
func foldAny(s string) string {
	s = special.Replace(cases.Lower(language.Azerbaijani).String(norm.NFC.String(s)))
	t := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	if out, _, err := transform.String(t, s); err == nil {
		s = out
	}
	return strings.Join(strings.Fields(s), " ")
}

// Upper is upper case by Azerbaijani rules: i → İ, ı → I.
func Upper(s string) string { return cases.Upper(language.Azerbaijani).String(s) }

var collators = sync.Pool{New: func() any { return collate.New(language.Azerbaijani) }}

// SortKey makes the sort_key of a text: the hexadecimal collation key of the
// Azerbaijani alphabet, so that byte order in either database is its order.
func SortKey(s string) string {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var buf collate.Buffer
	return hex.EncodeToString(c.KeyFromString(&buf, s))
}

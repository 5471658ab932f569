package i18n

import (
	"encoding/hex"
	"strings"
	"sync"
	"unicode"

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

package reports

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// replacement stands for what the font cannot draw: emoji, other scripts.
const replacement = '□'

// drawn maps the boxes of forms to what the font has; the tick of ☑ and the
// cross of ☒ are drawn on top (see canvas.line).
func drawn(r rune) rune {
	if r == '☐' || r == '☑' || r == '☒' {
		return replacement
	}
	return r
}

// clean makes text safe and complete for the PDF writer, which fails on
// characters outside the basic plane and draws control characters as boxes.
// Line ends become \n, tabs and odd spaces a space, invisible characters go,
// letters are composed, and what the font lacks becomes □. Cleaning twice
// changes nothing more.
func clean(s string) string {
	f := faceOf(false)
	s = strings.ReplaceAll(strings.ToValidUTF8(s, string(replacement)), "\r\n", "\n")
	s = norm.NFC.String(strings.Map(plainRune, s))

	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case r == ' ' && space: // one space is enough
		case r == '\n' || f.has(r):
			b.WriteRune(r)
		default:
			b.WriteString(drawable(f, r))
		}
		space = r == ' '
	}
	return b.String()
}

// plainRune maps a character to what may be printed, or to -1.
func plainRune(r rune) rune {
	switch {
	case r >= ' ' && r < 0x7f, r >= 0xc0 && r < 0x250, r >= 0x400 && r < 0x530: // Latin and Cyrillic, nearly always
		return r
	case r == '\n', r == '\r', r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
		return '\n'
	case r == '\t':
		return ' '
	case r == '\u00a0', r == '\u202f', r == '\u2007': // spaces that hold words together
		return r
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r): // controls, joiners, direction marks, soft hyphen
		return -1
	case unicode.Is(unicode.Variation_Selector, r), r >= 0x1f3fb && r <= 0x1f3ff: // looks of an emoji
		return -1
	}
	return r
}

// drawable spells a character that the font lacks with its parts, or gives up.
func drawable(f *face, r rune) string {
	parts := norm.NFD.String(string(r))
	if parts == string(r) {
		return string(replacement)
	}
	for _, p := range parts {
		if !f.has(p) {
			return string(replacement)
		}
	}
	return parts
}

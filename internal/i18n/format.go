package i18n

import (
	"math/big"
	"strconv"
	"strings"
	"time"
)

// None stands where there is no number or date: never 0 for what was not counted.
const None = "–"

// thinGap parts thousands in Azerbaijani (U+202F); no line breaks at it.
const thinGap = "\u202f"

// signs are what a language writes between thousands and before decimals.
type signs struct{ group, point string }

func signsOf(lang string) signs {
	if Pick(lang) == "en" {
		return signs{",", "."}
	}
	return signs{thinGap, ","}
}

// Date writes the day of t as it stands, 24.11.2026 in every language: days are
// typed and read in this one form. The caller has put t into the office's zone.
// The zero time gives None.
func Date(_ string, t time.Time) string {
	if t.IsZero() {
		return None
	}
	return t.Format("02.01.2006")
}

// DateTime writes day and minute, 24.11.2026, 10:42. The zero time gives None.
func DateTime(_ string, t time.Time) string {
	if t.IsZero() {
		return None
	}
	return t.Format("02.01.2006, 15:04")
}

// Int writes a whole number with its thousands parted: 12 345 or 12,345.
func Int(lang string, n int64) string { return Decimal(lang, strconv.FormatInt(n, 10)) }

// Percent writes num of den as a share of a hundred with that many decimals,
// 69,5% or 69.5%. It is computed with whole numbers and rounded half up (away
// from zero below it). A den of 0 gives None: a share of nothing is not 0.
func Percent(lang string, num, den int64, decimals int) string {
	if den == 0 {
		return None
	}
	share := new(big.Rat).SetFrac(big.NewInt(num), big.NewInt(den))
	share.Mul(share, big.NewRat(100, 1))
	return Decimal(lang, share.FloatString(max(decimals, 0))) + "%" // FloatString rounds half away from zero
}

// Decimal writes an exact decimal text, "1234.50", in the way of a language:
// 1 234,50 or 1,234.50. All its decimals stay. Empty gives None; a text that is
// no decimal number comes back as it is.
func Decimal(lang, s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return None
	}
	digits, negative := strings.CutPrefix(strings.TrimPrefix(s, "+"), "-")
	whole, part, point := strings.Cut(digits, ".")
	if whole == "" || !allDigits(whole) || !allDigits(part) || point && part == "" {
		return s
	}
	by := signsOf(lang)
	var b strings.Builder
	if negative && strings.Trim(digits, "0.") != "" {
		b.WriteString("−")
	}
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(by.group)
		}
		b.WriteRune(d)
	}
	if point {
		b.WriteString(by.point + part)
	}
	return b.String()
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// InLang chooses between the two texts of a record that is kept in both
// languages: the English one when it is asked for and there is one, else the
// Azerbaijani.
func InLang(lang, az, en string) string {
	if lang == "en" && en != "" {
		return en
	}
	return az
}

// Shorten cuts a text that is quoted in a message after that many characters
// and marks the cut.
func Shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

package i18n

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"
)

func TestDatesAreWrittenDayFirst(t *testing.T) {
	at := time.Date(2026, 3, 5, 9, 7, 59, 0, time.FixedZone("Bakı", 4*3600))
	for _, lang := range []string{"az", "en", "xx"} {
		if got := Date(lang, at); got != "05.03.2026" {
			t.Errorf("Date(%s) = %q", lang, got)
		}
		if got := DateTime(lang, at); got != "05.03.2026, 09:07" {
			t.Errorf("DateTime(%s) = %q", lang, got)
		}
		if got := Date(lang, time.Time{}) + DateTime(lang, time.Time{}); got != "––" {
			t.Errorf("no date is written %q", got)
		}
	}
}

func TestIntPartsThousands(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1 000", 12345: "12 345", 1234567: "1 234 567", -1: "−1", -1000: "−1 000",
		math.MinInt64: "−9 223 372 036 854 775 808",
	} {
		if got := strings.ReplaceAll(Int("az", n), "\u202f", " "); got != want {
			t.Errorf("Int(az, %d) = %q, want %q", n, got, want)
		}
		if got, want := Int("en", n), strings.ReplaceAll(want, " ", ","); got != want {
			t.Errorf("Int(en, %d) = %q, want %q", n, got, want)
		}
	}
}

// The official rates of electronised services of 2013-2015 are among these.
func TestPercentIsExact(t *testing.T) {
	for _, c := range []struct {
		num, den int64
		decimals int
		az, en   string
	}{
		{305, 439, 1, "69,5%", "69.5%"},
		{341, 438, 1, "77,9%", "77.9%"},
		{354, 438, 1, "80,8%", "80.8%"},
		{1, 3, 1, "33,3%", "33.3%"},
		{2, 3, 0, "67%", "67%"},
		{1, 2, 0, "50%", "50%"},
		{1, 8, 1, "12,5%", "12.5%"},
		{1, 80, 1, "1,3%", "1.3%"}, // 1.25 is rounded up
		{5, 1000, 0, "1%", "1%"},   // so is 0.5
		{1, 1000, 0, "0%", "0%"},
		{0, 5, 1, "0,0%", "0.0%"},
		{5, 5, 1, "100,0%", "100.0%"},
		{0, 0, 1, "–", "–"},
		{7, 0, 1, "–", "–"},
		{-1, 80, 1, "−1,3%", "−1.3%"},
		{-1, 100000, 1, "0,0%", "0.0%"},
		{123456, 10, 0, "1 234 560%", "1,234,560%"},
		{1, 3, -4, "33%", "33%"},
		{math.MaxInt64, math.MaxInt64, 2, "100,00%", "100.00%"},
		{math.MaxInt64 - 1, math.MaxInt64, 2, "100,00%", "100.00%"},
	} {
		if got := strings.ReplaceAll(Percent("az", c.num, c.den, c.decimals), "\u202f", " "); got != c.az {
			t.Errorf("%d/%d = %q, want %q", c.num, c.den, got, c.az)
		}
		if got := Percent("en", c.num, c.den, c.decimals); got != c.en {
			t.Errorf("%d/%d = %q, want %q", c.num, c.den, got, c.en)
		}
	}
}

func TestDecimalKeepsEveryDigit(t *testing.T) {
	for in, want := range map[string]string{
		"1234.50": "1 234,50", "0.005": "0,005", "12": "12", "-1234567.8": "−1 234 567,8", "+5": "5", "-0.00": "0,00", " 3.1 ": "3,1",
		"123456789012345678901234567890.1": "123 456 789 012 345 678 901 234 567 890,1",
		"":                                 "–", "abc": "abc", "1,5": "1,5", "1.": "1.", ".5": ".5", "1e5": "1e5", "--1": "--1", "-": "-",
	} {
		if got := strings.ReplaceAll(Decimal("az", in), "\u202f", " "); got != want {
			t.Errorf("Decimal(az, %q) = %q, want %q", in, got, want)
		}
	}
	if got := Decimal("en", "1234.50"); got != "1,234.50" {
		t.Errorf("Decimal(en) = %q", got)
	}
}

// FuzzPercent: what is written is never further than half a step from the share.
func FuzzPercent(f *testing.F) {
	f.Add(int64(1), int64(3), 1)
	f.Add(int64(math.MinInt64), int64(-7), 3)
	f.Fuzz(func(t *testing.T, num, den int64, decimals int) {
		if decimals < 0 || decimals > 12 || den == 0 {
			return
		}
		s := Percent("en", num, den, decimals)
		written, ok := new(big.Rat).SetString(strings.NewReplacer("%", "", ",", "", "−", "-").Replace(s))
		if !ok {
			t.Fatalf("%d/%d is written %q", num, den, s)
		}
		share := new(big.Rat).Mul(new(big.Rat).SetFrac(big.NewInt(num), big.NewInt(den)), big.NewRat(100, 1))
		half := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Mul(big.NewInt(2), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)))
		if new(big.Rat).Abs(share.Sub(share, written)).Cmp(half) > 0 {
			t.Fatalf("%d/%d is written %q", num, den, s)
		}
	})
}

func TestATextMissingInEnglishIsShownInAzerbaijani(t *testing.T) {
	for _, c := range [][4]string{{"az", "a", "e", "a"}, {"en", "a", "e", "e"}, {"en", "a", "", "a"}} {
		if got := InLang(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%v gives %q", c, got)
		}
	}
}

func TestAQuotedTextIsCutByCharacters(t *testing.T) {
	for in, want := range map[string]string{"əəə": "əəə", "əəəə": "əəə…", "": ""} {
		if got := Shorten(in, 3); got != want {
			t.Errorf("%q gives %q", in, got)
		}
	}
}

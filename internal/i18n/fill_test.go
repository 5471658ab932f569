package i18n

import (
	"regexp"
	"testing"
)

func TestAnOrdinalTakesTheEndingOfItsNumber(t *testing.T) {
	for number, want := range map[string]string{
		"1": "1-ci", "2": "2-ci", "3": "3-cü", "4": "4-cü", "5": "5-ci", "6": "6-cı", "7": "7-ci", "8": "8-ci", "9": "9-cu", "0": "0-cı",
		"10": "10-cu", "20": "20-ci", "30": "30-cu", "40": "40-cı", "50": "50-ci", "60": "60-cı", "70": "70-ci", "80": "80-ci", "90": "90-cı",
		"13": "13-cü", "100": "100-cü", "1300": "1300-cü", "1000": "1000-ci", "20000": "20000-ci", "1000000": "1000000-cu",
		"2013": "2013-cü", "2019": "2019-cu", "2020": "2020-ci", "2025": "2025-ci", "2026": "2026-cı", "2030": "2030-cu", "2020–2026": "2020–2026-cı",
	} {
		if got := fill("{n:ci}", []any{"n", number}); got != want {
			t.Errorf("%s is written %s, not %s", number, got, want)
		}
	}
}

func TestWhatAValueHoldsIsNoPlace(t *testing.T) {
	for text, want := range map[string]string{
		"{a} və {b}": "{b} və 2", "{c} qalır, {a:ci}": "{c} qalır, {b}-ci", "{a": "{a", "a}": "a}", "{{a}}": "{{b}}", "": "", "{}": "{}",
	} {
		if got := fill(text, []any{"a", "{b}", "b", 2}); got != want {
			t.Errorf("%q became %q, not %q", text, got, want)
		}
	}
}

// Endings that follow the vowels of a number cannot stand in a text.
func TestNoTextHangsAnEndingOnANumber(t *testing.T) {
	ending := regexp.MustCompile(`\{[a-z_]+\}-(c?[iıuü]|n[iıuü]|d[aə]n?|y?[aə])([^a-zəğıöşüç]|$)`)
	for _, key := range Keys(Default) {
		if m := ending.FindString(catalogues[Default][key]); m != "" {
			t.Errorf("%s: %q; write {…:ci} or other words", key, m)
		}
	}
}

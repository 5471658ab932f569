package reports

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"Ə ə Ğ ğ İ ı Ö ö Ş ş № ₼":  "Ə ə Ğ ğ İ ı Ö ö Ş ş № ₼",
		"a\r\nb\rc\u2028d":         "a\nb\nc\nd",
		"a\tb   c":                 "a b c",
		"1\u202f234\u00a0₼":        "1\u202f234\u00a0₼",
		"yum\u00adşaq\u200b\ufeff": "yumşaq",
		"\x00\x1b[31m\x7f":         "[31m",
		"g\u0306o\u0308":           "ğö",
		"g\u00ad\u0306":            "ğ",
		"😀👍🏽\ufe0f":                "□□",
		"中文":                       "□□",
		"☐ ☑ ☒":                    "☐ ☑ ☒",
		"\xff\xfeqırıq":            "□qırıq",
		"\u202eabc":                "abc",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}

// Both weights draw the same characters, so one is enough to clean by.
func TestWeightsDrawTheSame(t *testing.T) {
	regular, bold := faceOf(false), faceOf(true)
	n := 0
	for r := rune(0); r <= 0xffff; r++ {
		if regular.has(r) != bold.has(r) {
			t.Errorf("%U is in one weight only", r)
		}
		if regular.has(r) {
			n++
		}
	}
	if n < 2000 {
		t.Errorf("the font draws %d characters", n)
	}
	for _, r := range azText + kzText + ruText + "₼₸₽№≤≥µ√→✓×□“”–—…•·" {
		if !regular.has(r) {
			t.Errorf("the font lacks %c", r)
		}
	}
}

// Every character that passes clean survives the PDF writer, in both weights.
func TestEveryCharacterIsDrawn(t *testing.T) {
	var all strings.Builder
	for r := rune(' '); r <= 0xffff; r++ {
		if s := string(r); faceOf(false).has(r) && clean(s) == s {
			all.WriteString(s + " ")
		}
	}
	pages := readPages(t, render(t, Doc{Blocks: Blocks{Paragraph{Text: T(all.String())}, Paragraph{Text: B(all.String())}}}))
	text := strings.Join(pages, " ")
	for _, r := range "AZaz09ƏəĞğİıŞşÇçӘәҒғҚқҢңӨөҰұҮүҺһІіЁё₼₸₽№≤√→✓‑…" {
		if strings.Count(text, string(r)) < 2 {
			t.Errorf("%c is not on paper twice", r)
		}
	}
}

func TestWrapBreaksLongWords(t *testing.T) {
	ls := wrap(T("qısa QMS-FORM-2026/000147/KEYFIYYET_NEZARET/ELAVE-03-cox-uzun-ad.docx son"), 40, bodyPt, false)
	var got []string
	for _, l := range ls {
		got = append(got, plain(l))
		if l.width > 40 {
			t.Errorf("line %q is %.1f mm wide", plain(l), l.width)
		}
	}
	if strings.Join(got, "") != "qısaQMS-FORM-2026/000147/KEYFIYYET_NEZARET/ELAVE-03-cox-uzun-ad.docx son" ||
		!slices.ContainsFunc(got, func(s string) bool { return strings.HasSuffix(s, "/") || strings.HasSuffix(s, "-") }) {
		t.Errorf("lines %q", got)
	}
}

// FuzzClean: whatever people paste, what remains can be drawn and laid out.
func FuzzClean(f *testing.F) {
	for _, s := range []string{azText, "😀\x00\t", "e\u0301\u200d\u0301", "\xed\xa0\x80", strings.Repeat("g", 400), "क्ष ﷽ \U000e0100", "☑☒(\\)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if !utf8.ValidString(got) {
			t.Fatalf("clean(%q) = %q is not valid", s, got)
		}
		for _, r := range got {
			if r != '\n' && (r > 0xffff || r < ' ' || !faceOf(false).has(r)) {
				t.Fatalf("clean(%q) keeps %U", s, r)
			}
		}
		if again := clean(got); again != got {
			t.Fatalf("clean(%q) = %q, then %q", s, got, again)
		}
		for _, width := range []float64{5, 60} {
			var joined strings.Builder
			for _, l := range wrap(T(s), width, bodyPt, false) {
				joined.WriteString(plain(l))
			}
			if squeeze(joined.String()) != squeeze(got) {
				t.Fatalf("wrapping %q loses text: %q", got, joined.String())
			}
		}
		d := Doc{Title: s, Number: s, Blocks: Blocks{Heading{1, s}, Table{Columns: []Column{{Title: s}}, Rows: []Row{Cells(s)}}}}
		if _, err := d.lay(); err != nil {
			t.Fatalf("document with %q: %v", s, err)
		}
	})
}

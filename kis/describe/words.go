package describe

import (
	"strings"
	"unicode"

	"github.com/kis-platform/kis/internal/i18n"
)

// change is one word or phrase that was put right.
type change struct{ from, to string }

// spell puts right what is known to be wrong and names words that are nearly
// known ones. Words keep their capital letter.
func (k *knowledge) spell(text string) (out string, changes []change, doubts []change) {
	out = k.spellPhrases(text, &changes)
	var b strings.Builder
	for _, t := range split(out) {
		if !t.word {
			b.WriteString(t.text)
			continue
		}
		fixed := k.spellWord(t.text)
		if fixed != t.text {
			changes = append(changes, change{t.text, fixed})
		} else if like := k.like(t.text); like != "" {
			doubts = append(doubts, change{t.text, like})
		}
		b.WriteString(fixed)
	}
	return b.String(), changes, doubts
}

// spellPhrases replaces phrases at the beginning of words.
func (k *knowledge) spellPhrases(text string, changes *[]change) string {
	r := []rune(text)
	small := []rune(lower(text))
	var b []rune
	for i := 0; i < len(r); {
		found := false
		for _, p := range k.phrases {
			if i > 0 && unicode.IsLetter(r[i-1]) || !startsWith(small[i:], p.wrong) {
				continue
			}
			right := sameCase(r[i], p.right)
			*changes = append(*changes, change{string(r[i : i+len(p.wrong)]), string(right)})
			b = append(b, right...)
			i += len(p.wrong)
			found = true
			break
		}
		if !found {
			b = append(b, r[i])
			i++
		}
	}
	return string(b)
}

func startsWith(s, prefix []rune) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i, r := range prefix {
		if s[i] != r {
			return false
		}
	}
	return true
}

// sameCase gives a word the capital letter that another one begins with.
func sameCase(first rune, word []rune) []rune {
	out := append([]rune(nil), word...)
	if unicode.IsUpper(first) {
		out[0] = unicode.TurkishCase.ToUpper(out[0])
	}
	return out
}

// spellWord puts one word right: an abbreviation, a whole word, the beginning
// of a word or of its parts, letters without their marks, a hyphen of a line
// that ended within the word.
func (k *knowledge) spellWord(w string) string {
	if right, ok := k.codes[w]; ok {
		return right
	}
	parts := strings.Split(w, "-")
	if right, ok := k.codes[parts[0]]; ok && len(parts) > 1 {
		return right + w[len(parts[0]):]
	}
	if right, ok := k.words[lower(w)]; ok {
		return string(sameCase([]rune(w)[0], []rune(right)))
	}
	for i, part := range parts {
		for range 3 { // a word may be damaged twice
			fixed := k.spellPart(part)
			if fixed == part {
				break
			}
			part = fixed
		}
		parts[i] = part
	}
	if len(parts) == 2 && brokenSuffix(parts[0], parts[1]) {
		return parts[0] + parts[1]
	}
	return strings.Join(parts, "-")
}

func (k *knowledge) spellPart(w string) string {
	if w == "" || shout(w) {
		return w
	}
	first := []rune(w)[0]
	small := []rune(lower(w))
	if k.vocab[string(small)] {
		return w
	}
	if right, ok := k.words[string(small)]; ok {
		return string(sameCase(first, []rune(right)))
	}
	for _, s := range k.stems {
		if startsWith(small, s.wrong) {
			rest := []rune(w)[len(s.wrong):]
			return string(append(sameCase(first, s.right), rest...))
		}
	}
	if len(small) >= 5 {
		if right := k.folded[i18n.Fold(string(small))]; right != "" && right != string(small) {
			return string(sameCase(first, []rune(right)))
		}
	}
	return w
}

// shout tells an abbreviation: capitals beyond the first letter.
func shout(w string) bool {
	for i, r := range []rune(w) {
		if i > 0 && unicode.IsUpper(r) {
			return true
		}
	}
	return false
}

// suffixes of cases, which never stand after a hyphen behind a common word.
var suffixes = map[string]bool{"nə": true, "na": true, "nın": true, "nin": true, "nun": true, "nün": true, "ın": true, "in": true, "un": true, "ün": true,
	"da": true, "də": true, "dan": true, "dən": true, "nı": true, "ni": true, "nu": true, "nü": true, "lar": true, "lər": true, "ması": true, "məsi": true}

// brokenSuffix tells that a hyphen was left by the end of a line: behind it is
// an ending, before it a common word. Abbreviations and numbers keep theirs.
func brokenSuffix(word, ending string) bool {
	return suffixes[ending] && len([]rune(word)) > 3 && !shout(word) && unicode.IsLower([]rune(word)[1])
}

// like gives a known word that a strange one nearly is: one letter missing, too
// many, another or two exchanged, not within the ending. Empty: none or known.
func (k *knowledge) like(w string) string {
	if shout(w) || strings.ContainsAny(w, "-'’") {
		return ""
	}
	w = lower(w)
	n := len([]rune(w))
	if n < minNear || n > 40 || k.vocab[w] {
		return ""
	}
	for _, form := range without(w) {
		for _, other := range k.near[form] {
			if at := differ([]rune(w), []rune(other)); at >= 1 && at < min(n, len([]rune(other)))-3 {
				return other
			}
		}
	}
	return ""
}

// differ gives the place of the one difference between two words that are one
// step apart, -1 when they are further apart or the same.
func differ(a, b []rune) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	ta, tb := a[i:], b[i:]
	switch {
	case len(ta) == 0 && len(tb) == 0:
		return -1
	case len(a) == len(b) && string(ta[1:]) == string(tb[1:]),
		len(a) == len(b) && len(ta) > 1 && ta[0] == tb[1] && ta[1] == tb[0] && string(ta[2:]) == string(tb[2:]),
		len(a) == len(b)+1 && string(ta[1:]) == string(tb),
		len(a)+1 == len(b) && string(ta) == string(tb[1:]):
		return i
	}
	return -1
}

// Near tells that two words are one letter apart, or two in long ones.
func Near(a, b string) bool {
	n := distance(a, b)
	return n == 1 || (n == 2 && len([]rune(a)) > 8)
}

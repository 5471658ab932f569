package i18n

import (
	"fmt"
	"strings"
)

// fill puts values in the places of a text: {name}, or {name:ci} for a number
// with the ending that makes it an ordinal in Azerbaijani: 3-cü, 2026-cı. A
// place without a value stays as it is; what a value holds is never a place.
func fill(text string, args []any) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		place, after, closed := strings.Cut(rest, "}")
		name, ordinal := strings.CutSuffix(place, ":ci")
		v, known := valueOf(args, name)
		if !closed || !known {
			b.WriteByte('{')
			text = rest
			continue
		}
		b.WriteString(v)
		if ordinal {
			b.WriteString("-" + ordinalEnding(v))
		}
		text = after
	}
}

// valueOf finds the value that follows a name.
func valueOf(args []any, name string) (string, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return fmt.Sprint(args[i+1]), true
		}
	}
	return "", false
}

// Endings by the word a number ends in, from 0 or 10: sıfır, bir, iki, üç …,
// on, iyirmi, otuz … Vowels follow the last one of the word.
var (
	afterDigit = [10]string{"cı", "ci", "ci", "cü", "cü", "ci", "cı", "ci", "ci", "cu"}
	afterTen   = [10]string{"", "cu", "ci", "cu", "cı", "ci", "cı", "ci", "ci", "cı"}
)

// ordinalEnding is what Azerbaijani hangs on a number written in digits. Of a
// text with more than one number the last counts.
func ordinalEnding(number string) string {
	digits := number[strings.LastIndexFunc(number, func(r rune) bool { return r < '0' || r > '9' })+1:]
	core := strings.TrimRight(digits, "0")
	switch zeros := len(digits) - len(core); {
	case digits == "":
		return "ci"
	case core == "":
		return afterDigit[0]
	case zeros == 0:
		return afterDigit[core[len(core)-1]-'0']
	case zeros == 1:
		return afterTen[core[len(core)-1]-'0']
	case zeros == 2:
		return "cü" // yüz
	case zeros < 6:
		return "ci" // min
	}
	return "cu" // milyon, milyard
}

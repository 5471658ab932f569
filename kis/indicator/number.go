package indicator

import (
	"math/big"
	"regexp"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
)

var decimalText = regexp.MustCompile(`^-?[0-9]{1,15}(?:\.[0-9]{1,6})?$`)

// kept is how many digits after the point a share keeps.
const kept = 6

// ParseDecimal reads a decimal as people type it, "69,5" or "69.50", and gives
// it as it is kept, "69.5"; ok is false for anything else. At most 15 digits
// before the point and 6 after it.
func ParseDecimal(s string) (exact string, ok bool) {
	s = strings.Replace(strings.ReplaceAll(strings.TrimSpace(s), "\u00a0", ""), ",", ".", 1)
	if !decimalText.MatchString(s) {
		return "", false
	}
	return plain(rat(s)), true
}

// rat is the number of an exact text, 0 for an empty one.
func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// plain writes a number with up to six digits after the point, rounded half
// away from zero, without zeros at the end.
func plain(r *big.Rat) string {
	s := strings.TrimRight(strings.TrimRight(r.FloatString(kept), "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// share is num of den in per cent.
func share(num, den string) string {
	r := new(big.Rat).Quo(rat(num), rat(den))
	return plain(r.Mul(r, big.NewRat(100, 1)))
}

// Round writes an exact text with so many digits after the point, for people.
func Round(exact string, decimals int) string {
	if exact == "" {
		return ""
	}
	return rat(exact).FloatString(decimals)
}

// judge compares a value with a target.
func judge(v *Value, target string, d Direction) Verdict {
	switch {
	case v == nil || v.Value == "":
		return NoValue
	case target == "":
		return NoTarget
	}
	have := rat(v.Value)
	if v.Numerator != "" && v.Denominator != "" { // the share itself, not its rounded text
		have = new(big.Rat).Quo(rat(v.Numerator), rat(v.Denominator))
		have.Mul(have, big.NewRat(100, 1))
	}
	if c := have.Cmp(rat(target)); c == 0 || (c > 0) == (d == Up) {
		return Met
	}
	return Missed
}

// outside gives the key and arguments of the text that says between what an
// exact value must lie; no key when it does.
func (i Indicator) outside(exact string) (key string, args []any) {
	low, high := i.Lowest != "" && rat(exact).Cmp(rat(i.Lowest)) < 0, i.Highest != "" && rat(exact).Cmp(rat(i.Highest)) > 0
	switch {
	case !low && !high:
		return "", nil
	case i.Highest == "":
		return "indicator.field.at_least", []any{"min", i.Lowest}
	case i.Lowest == "":
		return "indicator.field.at_most", []any{"max", i.Highest}
	}
	return "indicator.field.between", []any{"min", i.Lowest, "max", i.Highest}
}

// Entry is a value as a person or a file gives it: the value itself, or for a
// percentage a numerator and a denominator.
type Entry struct {
	Value, Numerator, Denominator, Note string
	Revision                            int // of the value that the form showed; 0 for none
}

// check notes what is wrong in row (0 for a form) and makes the value.
func (e Entry) check(c *apperr.Check, row int, i Indicator) Value {
	var v Value
	bad := func(field, key string, args ...any) { c.AddRow(row, field, key, args...) }
	read := func(field, text string) string {
		if strings.TrimSpace(text) == "" {
			return ""
		}
		exact, ok := ParseDecimal(text)
		if !ok {
			bad(field, "indicator.field.decimal")
		}
		return exact
	}
	before := c.Count()
	v.Value, v.Numerator, v.Denominator = read("value", e.Value), read("numerator", e.Numerator), read("denominator", e.Denominator)
	if c.Count() > before {
		return v
	}
	fraction := v.Numerator != "" || v.Denominator != ""
	switch {
	case fraction && i.Unit != Percent:
		bad("numerator", "indicator.field.no_share")
	case fraction && (v.Numerator == "" || v.Denominator == ""):
		bad(map[bool]string{true: "numerator", false: "denominator"}[v.Numerator == ""], "error.field.required")
	case fraction && rat(v.Denominator).Sign() <= 0:
		bad("denominator", "indicator.field.positive")
	case fraction && rat(v.Numerator).Sign() < 0:
		bad("numerator", "indicator.field.positive")
	case fraction && v.Value != "" && rat(v.Value).Cmp(rat(share(v.Numerator, v.Denominator))) != 0:
		bad("value", "indicator.field.differs", "share", share(v.Numerator, v.Denominator))
	case fraction:
		v.Value = share(v.Numerator, v.Denominator)
	case v.Value == "":
		bad("value", "error.field.required")
	case i.Unit == Count && strings.Contains(v.Value, "."):
		bad("value", "indicator.field.whole")
	}
	if c.Count() == before {
		if key, args := i.outside(v.Value); key != "" {
			bad(map[bool]string{true: "numerator", false: "value"}[fraction], key, args...)
		}
	}
	if len([]rune(e.Note)) > 1000 {
		bad("note", "error.field.too_long", "max", 1000, "length", len([]rune(e.Note)))
	}
	v.Note = strings.TrimSpace(e.Note)
	return v
}

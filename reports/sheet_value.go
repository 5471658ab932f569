package reports

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// value is a cell after its type was checked: exactly one of the fields counts,
// by the type of the column.
type value struct {
	empty bool
	text  string          // TextCol
	num   decimal.Decimal // Int, DecimalCol, Percent (in percent)
	at    time.Time       // Date, Time
}

// typed reads v as the column wants it.
func typed(c SheetColumn, v any) (value, error) {
	if v == nil {
		return value{empty: true}, nil
	}
	switch c.Type {
	case TextCol:
		s, ok := asText(v)
		if !ok {
			return value{}, fmt.Errorf("%T is not text", v)
		}
		s = plainText(s)
		return value{text: s, empty: s == ""}, nil
	case IntCol:
		if n, ok := asInteger(v); ok {
			return value{num: n}, nil
		}
		return value{}, fmt.Errorf("%T is not a whole number", v)
	case DecimalCol:
		return asDecimal(v)
	case PercentCol:
		if r, ok := v.(Ratio); ok {
			return r.percent(c.decimals()), nil
		}
		return asDecimal(v)
	case DateCol, TimeCol:
		return asTime(c.Type, v)
	}
	return value{}, fmt.Errorf("unknown type of column %d", c.Type)
}

// decimals is the number of digits after the point; -1 leaves them as they come.
func (c SheetColumn) decimals() int {
	switch {
	case c.Decimals > 0:
		return c.Decimals
	case c.Type == PercentCol:
		return 1
	}
	return -1
}

// percent computes the share with whole numbers, rounded half away from zero.
func (r Ratio) percent(decimals int) value {
	if r.Den == 0 {
		return value{empty: true}
	}
	share := new(big.Rat).Mul(new(big.Rat).SetFrac(big.NewInt(r.Num), big.NewInt(r.Den)), big.NewRat(100, 1))
	d, err := decimal.NewFromString(share.FloatString(decimals))
	return value{num: d, empty: err != nil}
}

func asText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case fmt.Stringer:
		return v.String(), true
	}
	if rv := reflect.ValueOf(v); rv.Kind() == reflect.String { // states and codes are string types
		return rv.String(), true
	}
	return "", false
}

func asInteger(v any) (decimal.Decimal, bool) {
	rv := reflect.ValueOf(v)
	switch {
	case rv.CanInt():
		return decimal.NewFromInt(rv.Int()), true
	case rv.CanUint():
		return decimal.NewFromUint64(rv.Uint()), true
	}
	return decimal.Decimal{}, false
}

func asDecimal(v any) (value, error) {
	if d, ok := v.(decimal.Decimal); ok {
		return value{num: d}, nil
	}
	if n, ok := asInteger(v); ok {
		return value{num: n}, nil
	}
	s, ok := v.(string)
	if !ok {
		return value{}, fmt.Errorf("%T is not an exact number", v)
	}
	if s == "" {
		return value{empty: true}, nil
	}
	d, err := decimal.NewFromString(s)
	if err != nil || strings.ContainsAny(s, "eE") {
		return value{}, fmt.Errorf("%q is not a decimal number", s)
	}
	return value{num: d}, nil
}

// asTime reads a time or, for dates, a day: day.Day has a method Time.
func asTime(t Type, v any) (value, error) {
	var at time.Time
	switch v := v.(type) {
	case time.Time:
		at = v
	case *time.Time:
		if v != nil {
			at = *v
		}
	default:
		s, ok := asText(v)
		if !ok || t == TimeCol {
			return value{}, fmt.Errorf("%T is not a time", v)
		}
		if s == "" {
			break
		}
		var err error
		if at, err = time.Parse(time.DateOnly, s); err != nil {
			return value{}, fmt.Errorf("%q is not a date", s)
		}
	}
	return value{at: at, empty: at.IsZero()}, nil
}

// plainText drops what no file format can carry: control characters other than
// line ends and tabs, and broken encoding. All scripts and emoji stay.
func plainText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, string(utf8.RuneError)), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
}

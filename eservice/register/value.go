package register

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
)

// TermUnits are the units of 2.3.11; "at_once" stands without a number.
func TermUnits() []string {
	return []string{"at_once", "minute", "hour", "day", "working_day", "month"}
}

const (
	maxLines = 100          // of a list
	maxQepik = 1_000_000_00 // a million manat
)

// read turns what was typed or stands in a cell into the stored text of an
// item. What is wrong goes to report, which knows the field or the row; codes
// are checked against the values of the day.
func (f Field) read(text string, codes Codes, today day.Day, report func(key string, args ...any)) string {
	var c apperr.Check
	most := f.Max
	if most == 0 {
		most = 40
	}
	text = c.Text("x", text, 0, most)
	if err := c.Err(); err != nil {
		e := apperr.As(err).Fields[0]
		report(e.Key, apperr.Flat(e.Args)...)
		return ""
	}
	switch f.Kind {
	case KindText:
		return strings.Join(strings.Fields(text), " ")
	case KindList, KindBodies, KindFiles:
		return f.readLines(text, report)
	case KindCodes, KindForms:
		return f.readCodes(text, codes, today, report)
	case KindChoice:
		if text != "" && !slices.ContainsFunc(codes.On(f.List, today), func(c Code) bool { return c.Code == text }) {
			report("register.field.choice", "value", i18n.Shorten(text, 40))
			return ""
		}
	case KindTerm:
		return readTerm(text, report)
	case KindMoney:
		return readMoney(text, report)
	case KindDay:
		d, ok := day.Parse(text)
		if text != "" && !ok {
			report("error.field.date")
		}
		return string(d)
	case KindYes:
		switch text {
		case "yes", "1", "true":
			return "yes"
		case "", "no", "0", "false":
			return ""
		}
		report("register.field.yes", "value", i18n.Shorten(text, 40))
		return ""
	}
	return text
}

func (f Field) readLines(text string, report func(key string, args ...any)) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	if len(out) > maxLines {
		report("register.field.lines", "max", maxLines)
		return ""
	}
	return strings.Join(out, "\n")
}

// readCodes keeps the order of the lines: of 2.3.15b each belongs to the
// document in the same line, and an empty one is a document without a form.
func (f Field) readCodes(text string, codes Codes, today day.Day, report func(key string, args ...any)) string {
	valid := codes.On(f.List, today)
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !slices.ContainsFunc(valid, func(c Code) bool { return c.Code == line }) {
			report("register.field.choice", "value", i18n.Shorten(line, 40))
			return ""
		}
		if f.Kind == KindForms || (line != "" && !slices.Contains(out, line)) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func readTerm(text string, report func(key string, args ...any)) string {
	n, unit, _ := strings.Cut(text, " ")
	if n == "at_once" {
		n, unit = "", n
	}
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	count, err := strconv.Atoi(n)
	switch {
	case !slices.Contains(TermUnits(), unit):
		report("register.field.term_unit", "value", i18n.Shorten(unit, 40))
		return ""
	case unit == "at_once":
		return unit
	case err != nil || count < 1 || count > 1000:
		report("register.field.term", "value", i18n.Shorten(n, 20))
		return ""
	}
	return strconv.Itoa(count) + " " + unit
}

// Term splits 2.3.11: 15 and "working_day"; n is 0 without a number.
func (it Items) Term() (n int, unit string) {
	a, b, found := strings.Cut(it.Get(clauseTerm), " ")
	if !found {
		return 0, a
	}
	n, _ = strconv.Atoi(a)
	return n, b
}

func readMoney(text string, report func(key string, args ...any)) string {
	if text == "" {
		return ""
	}
	d, err := decimal.NewFromString(strings.Replace(strings.ReplaceAll(text, " ", ""), ",", ".", 1))
	if err != nil || len(text) > 20 || d.Exponent() < -2 || d.Sign() < 0 || d.GreaterThan(decimal.New(maxQepik, -2)) {
		report("register.field.money", "value", i18n.Shorten(text, 20))
		return ""
	}
	return d.Shift(2).Truncate(0).String()
}

// Money writes whole qəpik as manat with two decimals and a dot; empty stays
// empty.
func Money(qepik string) string {
	d, err := decimal.NewFromString(qepik)
	if err != nil {
		return ""
	}
	return d.Shift(-2).StringFixed(2)
}

// Typed is the stored text of an item as it stands in a cell or an input: what
// read takes back to the same.
func (f Field) Typed(stored string) string {
	switch f.Kind {
	case KindMoney:
		return Money(stored)
	case KindDay:
		return day.Day(stored).Format()
	}
	return stored
}

package reports

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
)

// words writes texts, days and numbers of one document: its language, the
// zone of the office, and the day it is made for. Models take it and nothing
// else besides what they describe, so the same input gives the same document.
type words struct {
	lang  string
	zone  *time.Location
	today day.Day
	place string // where the office is, for the line under the title
	inst  string // name of the institution, for the top
}

// t is the text of a key.
func (w words) t(key string, args ...any) string { return i18n.T(w.lang, key, args...) }

// day writes a day, or a dash.
func (w words) day(d day.Day) string { return cmp.Or(d.Format(), i18n.None) }

// date and dateTime write a moment in the zone of the office, or a dash.
func (w words) date(t time.Time) string     { return i18n.Date(w.lang, w.local(t)) }
func (w words) dateTime(t time.Time) string { return i18n.DateTime(w.lang, w.local(t)) }

// local puts a moment into the zone; the zero time stays zero.
func (w words) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(w.zone)
}

// long writes a day as official documents date themselves: 17 iyun 2026-cı il.
func (w words) long(d day.Day) string {
	if d == "" {
		return ""
	}
	t := d.Time()
	return w.t("report.date.long", "day", t.Day(), "month", w.t(fmt.Sprintf("report.month.%d", t.Month())), "year", w.nth(t.Year()))
}

// dayOf is the day of a moment in the zone of the office.
func (w words) dayOf(t time.Time) day.Day {
	if t.IsZero() {
		return ""
	}
	return day.Of(t, w.zone)
}

// suffixes end an ordinal number in Azerbaijani by its last spoken word: the
// vowel of the ending follows that of the number (altı → 6-cı, üç → 3-cü).
var suffixes = struct{ units, tens [10]string }{
	units: [10]string{"", "ci", "ci", "cü", "cü", "ci", "cı", "ci", "ci", "cu"},
	tens:  [10]string{"", "cu", "ci", "cu", "cı", "ci", "cı", "ci", "ci", "cı"},
}

// nth writes a number as an ordinal where the language asks for it: 2026-cı,
// in English the bare number.
func (w words) nth(n int) string {
	if w.lang != "az" {
		return fmt.Sprint(n)
	}
	end := suffixes.units[n%10]
	switch {
	case end != "":
	case n/10%10 != 0:
		end = suffixes.tens[n/10%10]
	case n%1000 != 0:
		end = "cü" // yüz
	default:
		end = "ci" // min
	}
	return fmt.Sprintf("%d-%s", n, end)
}

// int, percent and decimal write numbers in the way of the language.
func (w words) int(n int64) string                 { return i18n.Int(w.lang, n) }
func (w words) percent(num, den int64) string      { return i18n.Percent(w.lang, num, den, 1) }
func (w words) decimal(exact string) string        { return i18n.Decimal(w.lang, exact) }
func (w words) code(prefix, state string) string   { return w.t(prefix + "." + state) }
func (w words) or(text string) string              { return cmp.Or(strings.TrimSpace(text), i18n.None) }
func (w words) department(d kis.Department) string { return named(d.Name(w.lang), d.Code) }
func (w words) quoted(text string) string          { return w.t("report.quoted", "text", text) }
func (w words) span(from, to day.Day) string {
	return w.t("report.date.span", "from", w.day(from), "to", w.day(to))
}

// capital begins a text with a capital letter, as the language has it: İ of i.
func (w words) capital(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	if w.lang == "az" {
		return i18n.Upper(s[:n]) + s[n:]
	}
	return strings.ToUpper(s[:n]) + s[n:]
}

// named writes a name with its code: Sosial statistika şöbəsi (SSS).
func named(name, code string) string {
	switch {
	case name == "" || name == code:
		return code
	case code == "":
		return name
	}
	return name + " (" + code + ")"
}

// departments lists names with codes.
func (w words) departments(list []kis.Department) string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = w.department(d)
	}
	return w.or(strings.Join(out, "; "))
}

// codes lists the codes of departments.
func codes(list []kis.Department) string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = d.Code
	}
	return strings.Join(out, ", ")
}

// list joins what is not empty.
func list(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

// doc begins a document with what all of them share.
func (w words) doc(title, running, number string) Doc {
	d := Doc{
		Lang: w.lang, Institution: cmp.Or(w.inst, w.t("report.institution")), System: w.t("report.system"),
		Title: title, Running: running, Number: number,
		Labels: Labels{
			Page: w.t("report.label.page"), Printed: w.t("report.label.printed"),
			VerifyTitle: w.t("report.label.verify_title"), VerifyAt: w.t("report.label.verify_at"),
			VerifyCode: w.t("report.label.verify_code"), VerifyHelp: w.t("report.label.verify_help"),
			SignRole: w.t("report.label.sign_role"), SignLine: w.t("report.label.sign_line"),
			SignState: w.t("report.label.sign_state"), SignDate: w.t("report.label.sign_date"),
			EmptyTable: w.t("report.label.empty"), EmptyDisplay: w.t("report.label.empty"),
		},
	}
	d.ShortName = list(" ", running, number)
	return d
}

// at puts place and date under the title.
func (w words) at(d *Doc, on day.Day) {
	d.Place, d.Date = cmp.Or(w.place, w.t("report.place")), w.long(on)
}

// section is a numbered heading; n counts up.
func (w words) section(n *int, key string, args ...any) Heading {
	*n++
	return Heading{2, fmt.Sprintf("%d. %s", *n, w.t(key, args...))}
}

// box frames a text, or says that nothing is written.
func (w words) box(text string) Box {
	if strings.TrimSpace(text) == "" {
		return Boxed(T(w.t("report.not_written")))
	}
	return Boxed(T(strings.TrimSpace(text)))
}

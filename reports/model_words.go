package reports

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
)

// Words writes texts, days and numbers of one document: its language, the
// zone of the office, and the day it is made for. Models take it and nothing
// else besides what they describe, so the same input gives the same document.
type Words struct {
	Lang  string
	Zone  *time.Location
	Today day.Day
	place string // where the office is, for the line under the title
	inst  string // name of the institution, for the top
}

// T is the text of a key.
func (w Words) T(key string, args ...any) string { return i18n.T(w.Lang, key, args...) }

// Day writes a day, or a dash.
func (w Words) Day(d day.Day) string { return cmp.Or(d.Format(), i18n.None) }

// Date and DateTime write a moment in the zone of the office, or a dash.
func (w Words) Date(t time.Time) string     { return i18n.Date(w.Lang, w.Local(t)) }
func (w Words) DateTime(t time.Time) string { return i18n.DateTime(w.Lang, w.Local(t)) }

// Local puts a moment into the zone; the zero time stays zero.
func (w Words) Local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(w.Zone)
}

// Long writes a day as official documents date themselves: 17 iyun 2026-cı il.
func (w Words) Long(d day.Day) string {
	if d == "" {
		return ""
	}
	t := d.Time()
	return w.T("report.date.long", "day", t.Day(), "month", w.T(fmt.Sprintf("report.month.%d", t.Month())), "year", t.Year())
}

// DayOf is the day of a moment in the zone of the office.
func (w Words) DayOf(t time.Time) day.Day {
	if t.IsZero() {
		return ""
	}
	return day.Of(t, w.Zone)
}

// Int, Percent and Decimal write numbers in the way of the language.
func (w Words) Int(n int64) string                    { return i18n.Int(w.Lang, n) }
func (w Words) Percent(num, den int64) string         { return i18n.Percent(w.Lang, num, den, 1) }
func (w Words) Decimal(exact string) string           { return i18n.Decimal(w.Lang, exact) }
func (w Words) Code(prefix, state string) string      { return w.T(prefix + "." + state) }
func (w Words) Or(text string) string                 { return cmp.Or(strings.TrimSpace(text), i18n.None) }
func (w Words) Department(d office.Department) string { return Named(d.Name(w.Lang), d.Code) }
func (w Words) Quoted(text string) string             { return w.T("report.quoted", "text", text) }
func (w Words) Span(from, to day.Day) string {
	return w.T("report.date.span", "from", w.Day(from), "to", w.Day(to))
}

// Capital begins a text with a capital letter, as the language has it: İ of i.
func (w Words) Capital(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	if w.Lang == "az" {
		return i18n.Upper(s[:n]) + s[n:]
	}
	return strings.ToUpper(s[:n]) + s[n:]
}

// Named writes a name with its code: Sosial statistika şöbəsi (SSS).
func Named(name, code string) string {
	switch {
	case name == "" || name == code:
		return code
	case code == "":
		return name
	}
	return name + " (" + code + ")"
}

// Departments lists names with codes.
func (w Words) Departments(list []office.Department) string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = w.Department(d)
	}
	return w.Or(strings.Join(out, "; "))
}

// codes lists the codes of departments.
func codes(list []office.Department) string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = d.Code
	}
	return strings.Join(out, ", ")
}

// Joined joins what is not empty.
func Joined(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

// Doc begins a document with what all of them share.
func (w Words) Doc(title, running, number string) Doc {
	d := Doc{
		Lang: w.Lang, Institution: cmp.Or(w.inst, w.T("report.institution")), System: w.T("report.system"),
		Title: title, Running: running, Number: number,
		Labels: Labels{
			Page: w.T("report.label.page"), Printed: w.T("report.label.printed"),
			VerifyTitle: w.T("report.label.verify_title"), VerifyAt: w.T("report.label.verify_at"),
			VerifyCode: w.T("report.label.verify_code"), VerifyHelp: w.T("report.label.verify_help"),
			SignRole: w.T("report.label.sign_role"), SignLine: w.T("report.label.sign_line"),
			SignState: w.T("report.label.sign_state"), SignDate: w.T("report.label.sign_date"),
			EmptyTable: w.T("report.label.empty"), EmptyDisplay: w.T("report.label.empty"),
		},
	}
	d.ShortName = Joined(" ", running, number)
	return d
}

// At puts place and date under the title.
func (w Words) At(d *Doc, on day.Day) {
	d.Place, d.Date = cmp.Or(w.place, w.T("report.place")), w.Long(on)
}

// Section is a numbered heading; n counts up.
func (w Words) Section(n *int, key string, args ...any) Heading {
	*n++
	return Heading{2, fmt.Sprintf("%d. %s", *n, w.T(key, args...))}
}

// Box frames a text, or says that nothing is written.
func (w Words) Box(text string) Box {
	if strings.TrimSpace(text) == "" {
		return Boxed(T(w.T("report.not_written")))
	}
	return Boxed(T(strings.TrimSpace(text)))
}

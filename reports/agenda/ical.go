package agenda

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kis-platform/kis/internal/i18n"
)

// WriteICal writes dates as an iCalendar object (RFC 5545): one all-day event
// for each, whose UID stays the same however often it is read. base is the
// address of the office's system, without a slash at the end; now is when the
// object is made.
func WriteICal(w io.Writer, lang, base string, now time.Time, entries []Entry) error {
	out := &icalWriter{w: w}
	out.line("BEGIN", "VCALENDAR")
	out.line("VERSION", "2.0")
	out.line("PRODID", "-//KIS//Calendar//"+strings.ToUpper(lang))
	out.line("CALSCALE", "GREGORIAN")
	out.line("METHOD", "PUBLISH")
	out.text("X-WR-CALNAME", i18n.T(lang, "agenda.name"))
	stamp := now.UTC().Format("20060102T150405Z")
	for _, e := range entries {
		out.line("BEGIN", "VEVENT")
		out.line("UID", e.Kind+"-"+e.ID+"@kis")
		out.line("DTSTAMP", stamp)
		out.line("DTSTART;VALUE=DATE", strings.ReplaceAll(string(e.Day), "-", ""))
		out.line("DTEND;VALUE=DATE", strings.ReplaceAll(string(e.To.Add(1)), "-", "")) // the first day after
		out.text("SUMMARY", i18n.T(lang, "agenda.kind."+e.Kind)+": "+e.Title)
		if e.Reason != "" {
			out.text("DESCRIPTION", e.Reason)
		}
		out.text("CATEGORIES", i18n.T(lang, "agenda.kind."+e.Kind))
		out.line("URL", base+e.Href)
		out.line("TRANSP", "TRANSPARENT")
		out.line("END", "VEVENT")
	}
	out.line("END", "VCALENDAR")
	return out.err
}

// icalWriter writes content lines; after an error it writes nothing.
type icalWriter struct {
	w   io.Writer
	err error
}

// mostOctets is how long a line may be without its break (RFC 5545, 3.1).
const mostOctets = 75

// line writes name and value, folded without tearing a character.
func (o *icalWriter) line(name, value string) {
	s := name + ":" + value
	var b strings.Builder
	room := mostOctets
	for _, r := range s {
		n := utf8.RuneLen(r)
		if n < 0 {
			r, n = utf8.RuneError, 3
		}
		if n > room {
			b.WriteString("\r\n ")
			room = mostOctets - 1
		}
		b.WriteRune(r)
		room -= n
	}
	b.WriteString("\r\n")
	if o.err == nil {
		_, o.err = io.WriteString(o.w, b.String())
	}
}

// escapes are the signs that mean something in a text (RFC 5545, 3.3.11).
var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// text writes a value of people's words.
func (o *icalWriter) text(name, value string) {
	clean := strings.Map(func(r rune) rune {
		if (r < ' ' && r != '\n' && r != '\r' && r != '\t') || r == 0x7f {
			return -1
		}
		return r
	}, value)
	o.line(name, escapes.Replace(clean))
}

package ui

import (
	"math/big"
	"time"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
)

// zone is the office's zone; UTC when the page was made without one.
func (p Page) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// Date writes a day of the office's zone: 24.11.2026. A zero time is "–".
func (p Page) Date(t time.Time) string { return i18n.Date(p.Lang, p.here(t)) }

// DateTime writes a moment: 24.11.2026, 10:42.
func (p Page) DateTime(t time.Time) string { return i18n.DateTime(p.Lang, p.here(t)) }

// Time writes the time of day: 10:42.
func (p Page) Time(t time.Time) string { return p.stamp(t, "15:04") }

// ISO writes a moment for the datetime attribute.
func (p Page) ISO(t time.Time) string { return p.stamp(t, "2006-01-02T15:04:05Z07:00") }

func (p Page) stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return i18n.None
	}
	return p.here(t).Format(layout)
}

// here puts a moment into the office's zone; the zero time stays zero.
func (p Page) here(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(p.zone())
}

// Int writes a whole number with groups of three: 12 345, in English 12,345.
func (p Page) Int(n int64) string { return i18n.Int(p.Lang, n) }

// AtLeast writes a number that may have been cut off: 1 000+.
func (p Page) AtLeast(n int, more bool) string {
	if more {
		return p.Int(int64(n)) + "+"
	}
	return p.Int(int64(n))
}

// pagerWords says how much of a list is shown; total < 0 is not known.
func pagerWords(p Page, shown, total int, more bool) string {
	if total < 0 {
		return p.T("web.list.shown", "n", shown)
	}
	return p.T("web.list.shown_of", "n", shown, "of", p.AtLeast(total, more))
}

// PagerWords says how much of a list is shown when its total may be cut off.
func PagerWords(p Page, shown, total int, more bool) string { return pagerWords(p, shown, total, more) }

// Decimal writes exact decimal text ("1234.50") in the form of the page
// (1 234,50). Text that is no number comes back as it is.
func (p Page) Decimal(text string) string { return i18n.Decimal(p.Lang, text) }

// Percent writes num of den in per cent, exactly rounded half up: 69,5%.
// Nothing out of nothing is no percentage: "–".
func (p Page) Percent(num, den int64, decimals int) string {
	return i18n.Percent(p.Lang, num, den, decimals)
}

// Bytes writes a file size: 1,4 MB. Units are decimal, as in the file lists
// of browsers.
func (p Page) Bytes(n int64) string {
	switch {
	case n < 1000:
		return p.Int(n) + " B"
	case n < 1_000_000:
		return p.Decimal(big.NewRat(n, 1000).FloatString(0)) + " kB"
	case n < 1_000_000_000:
		return p.Decimal(big.NewRat(n, 1_000_000).FloatString(1)) + " MB"
	}
	return p.Decimal(big.NewRat(n, 1_000_000_000).FloatString(1)) + " GB"
}

// Day writes a day: 24.11.2026. No day is "–".
func (p Page) Day(d day.Day) string {
	if d == "" {
		return i18n.None
	}
	return d.Format()
}

// Today is the day of the office's zone at the time of the page.
func (p Page) Today() day.Day { return day.Of(p.Now, p.zone()) }

// Distance says in words how far a due day is, with the tone it deserves:
// late is bad, today and the last three days warn, else idle.
func (p Page) Distance(d day.Day) (tone, words string) {
	switch n := p.Today().Until(d); {
	case n == -1:
		return "bad", p.T("web.due.late_one")
	case n < 0:
		return "bad", p.T("web.due.late", "n", -n)
	case n == 0:
		return "warn", p.T("web.due.today")
	case n == 1:
		return "warn", p.T("web.due.left_one")
	case n <= 3:
		return "warn", p.T("web.due.left", "n", n)
	default:
		return "idle", p.T("web.due.left", "n", n)
	}
}

// Wait says how long to wait, rounded up: 40 seconds, 5 minutes, 2 hours.
func (p Page) Wait(d time.Duration) string {
	up := func(unit time.Duration) int { return int((d + unit - 1) / unit) }
	switch {
	case d <= time.Minute:
		return p.T("web.duration.seconds", "n", max(up(time.Second), 1))
	case d <= 2*time.Hour:
		return p.T("web.duration.minutes", "n", up(time.Minute))
	}
	return p.T("web.duration.hours", "n", up(time.Hour))
}

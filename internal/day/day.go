// Package day owns the calendar day as a value: a date without time or zone.
//
// It imports nothing of the project. Invariant: a Day that is not empty is a
// real date written YYYY-MM-DD, so that text order is time order in Go and in
// both databases.
package day

import "time"

const layout = "2006-01-02"

// Day is a date written YYYY-MM-DD; empty means none.
type Day string

// Of gives the day of a moment in a zone.
func Of(t time.Time, zone *time.Location) Day { return Day(t.In(zone).Format(layout)) }

// Make gives the day of year, month and day of month; out-of-range values
// roll over as time.Date does.
func Make(year int, month time.Month, d int) Day {
	return Day(time.Date(year, month, d, 0, 0, 0, 0, time.UTC).Format(layout))
}

// Parse reads YYYY-MM-DD or dd.mm.yyyy and says whether it is a real date of
// the years 1900 to 2199.
func Parse(s string) (Day, bool) {
	for _, l := range []string{layout, "02.01.2006", "2.1.2006"} {
		if t, err := time.Parse(l, s); err == nil && t.Year() >= 1900 && t.Year() < 2200 {
			return Day(t.Format(layout)), true
		}
	}
	return "", false
}

// Time gives midnight UTC of the day; the zero time when empty.
func (d Day) Time() time.Time {
	t, err := time.Parse(layout, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Add gives the day n days later.
func (d Day) Add(n int) Day {
	if d == "" {
		return ""
	}
	return Day(d.Time().AddDate(0, 0, n).Format(layout))
}

// AddMonths gives the same day of month n months later, rolling over as
// time.AddDate does.
func (d Day) AddMonths(n int) Day {
	if d == "" {
		return ""
	}
	return Day(d.Time().AddDate(0, n, 0).Format(layout))
}

// Until counts the days from d to e; negative when e is earlier.
func (d Day) Until(e Day) int { return int(e.Time().Sub(d.Time()).Hours() / 24) }

// Year is the year of the day, 0 when empty.
func (d Day) Year() int {
	if d == "" {
		return 0
	}
	return d.Time().Year()
}

// Quarter is 1 to 4, 0 when empty.
func (d Day) Quarter() int {
	if d == "" {
		return 0
	}
	return (int(d.Time().Month()) + 2) / 3
}

// Weekend says whether the day is a Saturday or a Sunday.
func (d Day) Weekend() bool {
	w := d.Time().Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Format writes the day as dd.mm.yyyy; empty stays empty.
func (d Day) Format() string {
	if d == "" {
		return ""
	}
	return d.Time().Format("02.01.2006")
}

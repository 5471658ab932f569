package kis

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/kis-platform/kis/internal/day"
)

// Frequency says how often a process has a cycle.
type Frequency string

// The frequencies.
const (
	Yearly    Frequency = "year"
	Quarterly Frequency = "quarter"
	Monthly   Frequency = "month"
)

// Frequencies lists them, longest period first.
func Frequencies() []Frequency { return []Frequency{Yearly, Quarterly, Monthly} }

// months is how many months a period has.
func (f Frequency) months() int {
	switch f {
	case Quarterly:
		return 3
	case Monthly:
		return 1
	}
	return 12
}

// Period is a year, a quarter or a month in which a cycle is worked on. The
// zero value is none.
type Period struct {
	Frequency Frequency
	Year      int
	N         int // of the quarter or month, from 1; 1 for a year
}

var periodText = regexp.MustCompile(`^((?:20|21)[0-9]{2})(?:-(Q[1-4]|0[1-9]|1[0-2]))?$`)

// ParsePeriod reads "2026", "2026-Q1" or "2026-03"; ok is false for anything
// else. Years run from 2000 to 2199.
func ParsePeriod(s string) (p Period, ok bool) {
	m := periodText.FindStringSubmatch(s)
	if m == nil {
		return Period{}, false
	}
	year, _ := strconv.Atoi(m[1]) // four digits
	switch {
	case m[2] == "":
		return Period{Yearly, year, 1}, true
	case m[2][0] == 'Q':
		return Period{Quarterly, year, int(m[2][1] - '0')}, true
	}
	n, _ := strconv.Atoi(m[2]) // two digits
	return Period{Monthly, year, n}, true
}

// String writes the period as it is kept: 2026, 2026-Q1, 2026-03.
func (p Period) String() string {
	switch p.Frequency {
	case Quarterly:
		return fmt.Sprintf("%04d-Q%d", p.Year, p.N)
	case Monthly:
		return fmt.Sprintf("%04d-%02d", p.Year, p.N)
	}
	return fmt.Sprintf("%04d", p.Year)
}

// First is the first day.
func (p Period) First() day.Day {
	return day.Make(p.Year, time.Month((p.N-1)*p.Frequency.months()+1), 1)
}

// Last is the last day.
func (p Period) Last() day.Day { return p.Add(1).First().Add(-1) }

// Add gives the period n periods later, earlier when n is negative.
func (p Period) Add(n int) Period {
	in := 12 / p.Frequency.months()
	all := p.Year*in + p.N - 1 + n
	return Period{p.Frequency, all / in, all%in + 1}
}

// PeriodOf is the period of a frequency in which a day lies.
func PeriodOf(f Frequency, d day.Day) Period {
	t := d.Time()
	return Period{f, t.Year(), (int(t.Month())-1)/f.months() + 1}
}

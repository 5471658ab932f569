package office

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
)

// maxWorkingDays bounds a term: nobody sets one of more than ten years.
const maxWorkingDays = 2600

// AddWorkingDays gives the day that is n working days after from; counting
// starts the day after from, and n = 0 gives from itself. A negative n counts
// backwards, for terms that must lie before an event. confirmed is false when
// a year passed through has no confirmed calendar. One query.
func AddWorkingDays(ctx context.Context, db bun.IDB, country string, from day.Day, n int) (due day.Day, confirmed bool, err error) {
	if from == "" || n > maxWorkingDays || n < -maxWorkingDays {
		return "", false, apperr.New(apperr.Invalid, "error.invalid", "n", 1)
	}
	step, left := 1, n
	if n < 0 {
		step, left = -1, -n
	}
	// More than the weekends and the longest row of holidays take.
	span := left*2 + 30
	cal, err := ReadCalendar(ctx, db, country, min(from, from.Add(step*span)), max(from, from.Add(step*span)))
	if err != nil {
		return "", false, err
	}
	due, confirmed = from, true
	for left > 0 {
		due = due.Add(step)
		if cal.Working(due) {
			left--
		}
		confirmed = confirmed && cal.Years[due.Year()]
		if due == from.Add(step*span) && left > 0 {
			return "", false, apperr.New(apperr.Internal, "error.internal", "calendar", country)
		}
	}
	if n == 0 {
		confirmed = cal.Years[from.Year()]
	}
	return due, confirmed, nil
}

// WorkingDaysBetween counts the working days after from up to and with to;
// negative when to is earlier. One query.
func WorkingDaysBetween(ctx context.Context, db bun.IDB, country string, from, to day.Day) (int, error) {
	sign := 1
	if to < from {
		from, to, sign = to, from, -1
	}
	if from == "" || from.Until(to) > 3*maxWorkingDays {
		return 0, apperr.New(apperr.Invalid, "error.invalid", "n", 1)
	}
	cal, err := ReadCalendar(ctx, db, country, from, to)
	if err != nil {
		return 0, err
	}
	n := 0
	for d := from.Add(1); d <= to; d = d.Add(1) {
		// Counted backwards the day of the event is the later one.
		if (sign > 0 && cal.Working(d)) || (sign < 0 && cal.Working(d.Add(-1))) {
			n++
		}
	}
	return sign * n, nil
}

// NextWorkingDay gives d itself when it is a working day, else the first one
// after it: where a term ends that was counted in calendar days or months.
func NextWorkingDay(ctx context.Context, db bun.IDB, country string, d day.Day) (due day.Day, confirmed bool, err error) {
	return AddWorkingDays(ctx, db, country, d.Add(-1), 1)
}

// AddWorkingDays is the function of that name in the calendar of the office.
func (s *Office) AddWorkingDays(ctx context.Context, from day.Day, n int) (due day.Day, confirmed bool, err error) {
	return AddWorkingDays(ctx, s.DB.Read(), s.Country, from, n)
}

// Calendar is a stretch of the table of one country.
type Calendar struct {
	days  map[day.Day]string // kind, for days that are not as their weekday
	Years map[int]bool       // confirmed
}

// Working says whether people work: a short day counts as a working day.
func (c Calendar) Working(d day.Day) bool {
	switch c.days[d] {
	case "off":
		return false
	case "work", "short":
		return true
	}
	return !d.Weekend()
}

// Add is AddWorkingDays in a calendar at hand.
func (c Calendar) Add(from day.Day, n int) (due day.Day, confirmed bool) {
	step, left := 1, n
	if n < 0 {
		step, left = -1, -n
	}
	due, confirmed = from, n != 0 || c.Years[from.Year()]
	for left > 0 {
		due = due.Add(step)
		if c.Working(due) {
			left--
		}
		confirmed = confirmed && c.Years[due.Year()]
	}
	return due, confirmed
}

// Count is WorkingDaysBetween in a calendar at hand, for from up to to.
func (c Calendar) Count(from, to day.Day) int {
	n := 0
	for d := from.Add(1); d <= to; d = d.Add(1) {
		if c.Working(d) {
			n++
		}
	}
	return n
}

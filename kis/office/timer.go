package office

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/reference"
)

// TimerUnit says what the value of a timer counts.
type TimerUnit string

// The units.
const (
	WorkingDay  TimerUnit = "working_day"
	CalendarDay TimerUnit = "day"
	Month       TimerUnit = "month"
	Minute      TimerUnit = "minute"
	TimeOfDay   TimerUnit = "time_of_day" // Value is an hour such as 18:00
)

// Timer is a term of the office with where it is laid down.
type Timer struct {
	Code           string
	Value          string
	Unit           TimerUnit
	NameAZ, NameEN string
	BasisAZ        string // legal basis
	BasisEN        string
	From, To       day.Day // validity; an empty To is open
	Confirmed      bool    // false: an example until the office sets its own
}

// N is the value as a number, 0 for a time of day.
func (t Timer) N() int { n, _ := strconv.Atoi(t.Value); return n }

// Name is the name in a language.
func (t Timer) Name(lang string) string {
	if lang == "en" {
		return t.NameEN
	}
	return t.NameAZ
}

// Basis is the legal basis in a language.
func (t Timer) Basis(lang string) string {
	if lang == "en" {
		return t.BasisEN
	}
	return t.BasisAZ
}

// Due gives the last day of the term that begins with an event on from.
// Calendar days and months that end on a day off move to the next working
// day; a month that has no such day ends on its last. confirmed is false when
// a year passed through has no confirmed calendar. Units below a day are an
// Internal error: they have no last day.
func (t Timer) Due(ctx context.Context, db bun.IDB, country string, from day.Day) (due day.Day, confirmed bool, err error) {
	switch t.Unit {
	case WorkingDay:
		return AddWorkingDays(ctx, db, country, from, t.N())
	case CalendarDay:
		return NextWorkingDay(ctx, db, country, from.Add(t.N()))
	case Month:
		return NextWorkingDay(ctx, db, country, addMonths(from, t.N()))
	}
	return "", false, apperr.New(apperr.Internal, "error.internal", "timer", t.Code)
}

// addMonths gives the same day of month n months later, or the last of that
// month when it has no such day.
func addMonths(d day.Day, n int) day.Day {
	t := d.Time()
	if t.IsZero() {
		return ""
	}
	last := day.Make(t.Year(), t.Month()+1+time.Month(n), 0)
	return min(day.Make(t.Year(), t.Month()+time.Month(n), t.Day()), last)
}

// timers are the terms of the reference data, by code, read once.
var timers = sync.OnceValues(func() (map[string][]Timer, error) {
	rows, err := reference.Rows(reference.Timers)
	if err != nil {
		return nil, err
	}
	out := map[string][]Timer{}
	for _, r := range rows {
		t := Timer{Code: r["code"], Value: r["value"], Unit: TimerUnit(r["unit"]), NameAZ: r["name_az"], NameEN: r["name_en"],
			BasisAZ: r["legal_basis_az"], BasisEN: r["legal_basis_en"], From: day.Day(r["valid_from"]), To: day.Day(r["valid_to"]), Confirmed: r.Bool("confirmed")}
		out[t.Code] = append(out[t.Code], t)
	}
	return out, nil
})

// Timer gives the term of a code that is valid today; NotFound when there is
// none.
func (s *Office) Timer(code string) (Timer, error) {
	all, err := timers()
	if err != nil {
		return Timer{}, apperr.Wrap(err, "timers")
	}
	today := s.Today()
	for _, t := range all[code] {
		if t.From <= today && (t.To == "" || today <= t.To) {
			return t, nil
		}
	}
	return Timer{}, apperr.Missing("timer")
}

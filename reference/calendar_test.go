package reference

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// weekdaysOff lists the days from Monday to Friday on which nobody works, and counts the working and short days of the
// year: a day is off when the table says so, or on a Saturday or Sunday of which it says nothing.
func weekdaysOff(t *testing.T, file string, year int) (off []string, working, short int) {
	t.Helper()
	days := set(t, file, "date")
	for date, row := range days {
		if !slices.Contains([]string{"off", "work", "short"}, row["kind"]) {
			t.Errorf("%s %s: kind %q", file, date, row["kind"])
		}
		if day, err := time.Parse(time.DateOnly, date); err != nil || day.Year() != year {
			t.Errorf("%s: date %q", file, date)
		}
	}
	for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
		weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		kind := days[day.Format(time.DateOnly)]["kind"]
		if kind == "short" {
			short++
		}
		if kind == "off" || kind == "" && weekend {
			if !weekend {
				off = append(off, day.Format("01-02"))
			}
			continue
		}
		working++
	}
	return off, working, short
}

func TestCalendarOfAzerbaijan2026(t *testing.T) {
	off, working, short := weekdaysOff(t, CalendarAZ2026, 2026)
	want := strings.Fields("01-01 01-02 01-20 03-09 03-20 03-23 03-24 03-25 03-26 03-27 03-30 05-11 05-27 05-28 05-29 06-15 06-26 11-09 11-10 12-31")
	if !slices.Equal(off, want) {
		t.Errorf("days off %q\nwant     %q", off, want)
	}
	// The ministry's norm for 2026: 241 working days, 5 of them before a holiday and 1 before the day of mourning.
	if working != 241 || short != 5+1 {
		t.Errorf("%d working days, %d short", working, short)
	}
}

func TestCalendarOfAzerbaijan2025(t *testing.T) {
	off, working, short := weekdaysOff(t, CalendarAZ2025, 2025)
	want := strings.Fields("01-01 01-02 01-03 01-20 01-29 03-20 03-21 03-24 03-25 03-26 03-27 03-28 03-31 05-09 05-28 06-06 06-09 06-16 06-26 06-27 11-10 11-11 12-31")
	if !slices.Equal(off, want) {
		t.Errorf("days off %q\nwant     %q", off, want)
	}
	// The ministry's norm for 2025: 239 working days, 8 before a holiday and 1 before the municipal elections.
	if working != 239 || short != 8+1 {
		t.Errorf("%d working days, %d short", working, short)
	}
	if day := set(t, CalendarAZ2025, "date")["2025-06-21"]; day["kind"] != "work" {
		t.Errorf("Saturday 21 June was worked: %v", day)
	}
}

func TestCalendarOfKazakhstan2026(t *testing.T) {
	off, _, short := weekdaysOff(t, CalendarKZ2026, 2026)
	want := strings.Fields("01-01 01-02 01-07 03-09 03-23 03-24 03-25 05-01 05-07 05-11 05-27 07-06 10-26 12-16")
	if !slices.Equal(off, want) || short != 0 {
		t.Errorf("days off %q\nwant     %q", off, want)
	}
}

// TestShortDaysStandBeforeADayOff: article 108 of the Labour Code shortens the day before a holiday, so the next day is off.
func TestShortDaysStandBeforeADayOff(t *testing.T) {
	for _, file := range []string{CalendarAZ2025, CalendarAZ2026} {
		days := set(t, file, "date")
		for date, row := range days {
			day, err := time.Parse(time.DateOnly, date)
			if err != nil {
				t.Fatal(err)
			}
			if next := day.AddDate(0, 0, 1).Format(time.DateOnly); row["kind"] == "short" && days[next]["kind"] != "off" {
				t.Errorf("%s is short but %s is not off", date, next)
			}
		}
	}
}

func TestCalendarYearsNameTheFiles(t *testing.T) {
	listed := []string{}
	for _, row := range load(t, CalendarYears) {
		year, err := strconv.Atoi(row["year"])
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, CalendarFile(row["country"], year))
		if row["country"] == "KZ" && row["confirmed"] != "false" {
			t.Error("the Kazakh calendar is not confirmed")
		}
	}
	slices.Sort(listed)
	embedded, err := fs.Glob(FS, "calendar-??-????.csv")
	if err != nil || !slices.Equal(listed, embedded) {
		t.Errorf("listed %q, embedded %q (%v)", listed, embedded, err)
	}
}

func TestTimers(t *testing.T) {
	timers := set(t, Timers, "code")
	for code, want := range map[string]string{
		"act.acknowledge": "5 working_day", "register.check": "7 working_day", "register.defect_notice": "1 working_day",
		"register.correction": "7 working_day", "register.new_service": "1 month", "publication.place": "30 minute",
		"publication.cutoff": "18:00 time_of_day", "publication.next_day": "10:00 time_of_day", "publication.stale": "1 working_day",
		"question.answer": "3 working_day", "question.answer_agreed": "5 working_day", "publication.outage": "1 day",
	} {
		if got := timers[code]["value"] + " " + timers[code]["unit"]; got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	for code, row := range timers {
		var err error
		switch row["unit"] {
		case "working_day", "day", "month", "minute":
			var n int
			if n, err = strconv.Atoi(row["value"]); n < 1 {
				t.Errorf("%s: %d", code, n)
			}
		case "time_of_day":
			_, err = time.Parse("15:04", row["value"])
		default:
			t.Errorf("%s: unit %q", code, row["unit"])
		}
		if err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if _, err := time.Parse(time.DateOnly, row["valid_from"]); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
}

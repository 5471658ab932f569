package office_test

import (
	"context"
	"testing"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
	"github.com/kis-platform/kis/kis/office"
)

func TestWorkingDaysOfAzerbaijanIn2026(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, db := context.Background(), o.DB.Read()
		for _, c := range []struct {
			from day.Day
			n    int
			want day.Day
		}{
			{"2026-11-24", 1, "2026-11-25"},  // counting starts the day after
			{"2026-11-24", 5, "2026-12-01"},  // over a weekend
			{"2026-11-06", 1, "2026-11-11"},  // 7-8 weekend, 9 a holiday, 10 off for Victory Day on a Sunday
			{"2026-11-07", 1, "2026-11-11"},  // an event on a Saturday
			{"2026-03-19", 1, "2026-03-31"},  // Novruz with Ramazan and the days moved
			{"2026-05-08", 1, "2026-05-12"},  // 9 May on a Saturday
			{"2026-05-26", 2, "2026-06-02"},  // 29 May off, since Qurban met Independence Day
			{"2026-01-19", 1, "2026-01-21"},  // day of mourning
			{"2026-09-25", 1, "2026-09-28"},  // 27 September is no day off, and a Sunday brings nothing
			{"2026-11-11", -1, "2026-11-06"}, // backwards
			{"2026-12-08", -10, "2026-11-24"},
			{"2026-11-24", 0, "2026-11-24"},
		} {
			due, confirmed, err := office.AddWorkingDays(ctx, db, "AZ", c.from, c.n)
			if err != nil || due != c.want || !confirmed {
				t.Errorf("%s + %d: %s confirmed %v, %v; want %s", c.from, c.n, due, confirmed, err, c.want)
			}
			n, err := office.WorkingDaysBetween(ctx, db, "AZ", c.from, c.want)
			if back, _, _ := office.AddWorkingDays(ctx, db, "AZ", c.from, n); err != nil || back != c.want {
				t.Errorf("between %s and %s: %d, %v", c.from, c.want, n, err)
			}
		}
		if n, err := office.WorkingDaysBetween(ctx, db, "AZ", "2025-12-31", "2026-12-31"); err != nil || n != 241 {
			t.Errorf("2026 has %d working days, %v; want the 241 of the ministry", n, err)
		}
		if n, err := office.WorkingDaysBetween(ctx, db, "AZ", "2024-12-31", "2025-12-31"); err != nil || n != 239 {
			t.Errorf("2025 has %d working days, %v; want the 239 of the ministry", n, err)
		}
	})
}

func TestATermInAYearWithoutAConfirmedCalendarSaysSo(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, db := context.Background(), o.DB.Read()
		for _, c := range []struct {
			country   string
			from, due day.Day
			n         int
			confirmed bool
		}{
			{"AZ", "2026-12-29", "2026-12-30", 1, true},
			{"AZ", "2026-12-30", "2027-01-01", 1, false}, // nobody has said that New Year is off
			{"AZ", "2025-12-30", "2026-01-05", 1, true},  // 31 Dec, 1-2 Jan off, weekend
			{"KZ", "2026-11-24", "2026-11-25", 1, false},
			{"XX", "2026-11-27", "2026-11-30", 1, false},
		} {
			due, confirmed, err := office.AddWorkingDays(ctx, db, c.country, c.from, c.n)
			if err != nil || due != c.due || confirmed != c.confirmed {
				t.Errorf("%s %s + %d: %s confirmed %v, %v; want %s %v", c.country, c.from, c.n, due, confirmed, err, c.due, c.confirmed)
			}
		}
		_, _, err := office.AddWorkingDays(ctx, db, "AZ", "", 5)
		wantKind(t, "no day", err, apperr.Invalid, "")
		_, _, err = office.AddWorkingDays(ctx, db, "AZ", "2026-11-24", 1_000_000)
		wantKind(t, "an absurd term", err, apperr.Invalid, "")
	})
}

func TestTheCalendarIsOneQuery(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		c := storetest.CountQueries(o.DB)
		if _, _, err := o.AddWorkingDays(context.Background(), "2026-11-24", 250); err != nil || c.N() != 1 {
			t.Errorf("%d queries, %v", c.N(), err)
		}
	})
}

func TestTimersGiveTheirTermWithItsBasis(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx, db := context.Background(), o.DB.Read()
		for _, c := range []struct {
			code      string
			from, due day.Day
		}{
			{"act.acknowledge", "2026-11-24", "2026-12-01"},      // 5 working days
			{"act.effectiveness", "2026-08-09", "2026-11-11"},    // 3 months end on a holiday
			{"register.new_service", "2026-01-31", "2026-03-02"}, // no 31 February, and the 28th is a Saturday
			{"evidence.expiring", "2026-10-10", "2026-11-11"},    // 30 days end on a holiday
		} {
			timer, err := o.Timer(c.code)
			if err != nil || timer.Basis("az") == "" || timer.Basis("en") == "" || timer.Name("en") == "" {
				t.Errorf("%s: %+v, %v", c.code, timer, err)
				continue
			}
			if due, confirmed, err := timer.Due(ctx, db, "AZ", c.from); err != nil || due != c.due || !confirmed {
				t.Errorf("%s from %s: %s %v, %v; want %s", c.code, c.from, due, confirmed, err, c.due)
			}
		}
		_, err := o.Timer("none")
		wantKind(t, "unknown timer", err, apperr.NotFound, "")
		clock, err := o.Timer("publication.cutoff")
		if err != nil || clock.Value != "18:00" {
			t.Errorf("%+v, %v", clock, err)
		}
		_, _, err = clock.Due(ctx, db, "AZ", "2026-11-24")
		wantKind(t, "a time of day has no last day", err, apperr.Internal, "")
	})
}

func TestLoadingTheReferenceAgainChangesNothing(t *testing.T) {
	bureau(t, func(t *testing.T, o *kistest.Office) {
		ctx := o.As(context.Background(), "rauf")
		d, err := o.Department(ctx, o.Dept("SSS"))
		if err != nil {
			t.Fatal(err)
		}
		if err := o.EditDepartment(ctx, d.ID, office.DepartmentEdit{NameAZ: "Öz adımız", NameEN: d.NameEN, Kind: d.Kind, Version: d.Version()}); err != nil {
			t.Fatal(err)
		}
		page, err := o.Trail(o.As(ctx, "nigar"), office.TrailFilter{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.LoadReference(o.System()); err != nil {
			t.Fatal(err)
		}
		again, err := o.Trail(o.As(ctx, "nigar"), office.TrailFilter{Limit: 1})
		if err != nil || again.Events[0].Seq != page.Events[0].Seq {
			t.Errorf("it left a trail: %+v, %v", again.Events, err)
		}
		if d, err := o.Department(ctx, d.ID); err != nil || d.NameAZ != "Öz adımız" {
			t.Errorf("the office's own name became %q, %v", d.NameAZ, err)
		}
	})
}

// BenchmarkAddWorkingDays is the price of one due date.
func BenchmarkAddWorkingDays(b *testing.B) {
	o := kistest.NewOffice(b, storetest.Open(b))
	for b.Loop() {
		if _, _, err := o.AddWorkingDays(context.Background(), "2026-11-24", 10); err != nil {
			b.Fatal(err)
		}
	}
}

package office

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/reference"
)

// ReadCalendar reads the days from first to last that are not as their
// weekday, and which of the years are confirmed. One query.
func ReadCalendar(ctx context.Context, db bun.IDB, country string, first, last day.Day) (Calendar, error) {
	var rows []struct{ Day, Kind string }
	err := db.NewRaw(`SELECT day, kind FROM calendar_days WHERE country = ? AND day BETWEEN ? AND ?
		UNION ALL SELECT CAST(year AS TEXT), 'confirmed' FROM calendar_years WHERE country = ? AND confirmed AND year BETWEEN ? AND ?`,
		country, first, last, country, first.Year(), last.Year()).Scan(ctx, &rows)
	c := Calendar{days: map[day.Day]string{}, Years: map[int]bool{}}
	for _, r := range rows {
		if r.Kind == "confirmed" {
			if y, err := strconv.Atoi(r.Day); err == nil {
				c.Years[y] = true
			}
			continue
		}
		c.days[day.Day(r.Day)] = r.Kind
	}
	return c, store.MapError(err, "calendar")
}

// calendarYear says that there is a table for a year and whether it is final.
type calendarYear struct {
	bun.BaseModel `bun:"table:calendar_years"`

	Country   string `bun:"country,pk"`
	Year      int    `bun:"year,pk"`
	Confirmed bool   `bun:"confirmed"`
	Act       string `bun:"act"`
}

// calendarDay is one day that is not as its weekday.
type calendarDay struct {
	bun.BaseModel `bun:"table:calendar_days"`

	Country  string  `bun:"country,pk"`
	Day      day.Day `bun:"day,pk"`
	Kind     string  `bun:"kind"` // off, work, short
	ReasonAZ string  `bun:"reason_az"`
	ReasonEN string  `bun:"reason_en"`
	Act      string  `bun:"act"`
}

// insertCalendar adds a year with its days, unless the year is there.
func insertCalendar(ctx context.Context, db bun.IDB, year calendarYear, rows []reference.Row) (added bool, err error) {
	n, err := store.Affected(db.NewInsert().Model(&year).On("CONFLICT (country, year) DO NOTHING").Exec(ctx))
	if err != nil || n == 0 {
		return false, store.MapError(err, "insert calendar year")
	}
	days := make([]calendarDay, len(rows))
	for i, r := range rows {
		days[i] = calendarDay{Country: year.Country, Day: day.Day(r["date"]), Kind: r["kind"], ReasonAZ: r["reason_az"], ReasonEN: r["reason_en"], Act: r["act"]}
	}
	_, err = db.NewInsert().Model(&days).Exec(ctx)
	return true, store.MapError(err, "insert calendar days")
}

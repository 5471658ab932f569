package office

import (
	"context"
	"slices"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/reference"
)

// LoadReference brings the departments with their other spellings and the
// working-day calendars of the reference data into the database. What is there
// already, by code or by country and year, stays as the office has it.
func LoadReference(ctx context.Context, tx *store.Tx) (changed bool, err error) {
	departments, err := reference.Rows(reference.Departments)
	if err != nil {
		return false, apperr.Wrap(err, "reference")
	}
	aliasRows, err := reference.Rows(reference.DepartmentAliases)
	if err != nil {
		return false, apperr.Wrap(err, "reference")
	}
	aliases := map[string][]string{}
	for _, r := range aliasRows {
		aliases[r["code"]] = append(aliases[r["code"]], r["alias"])
	}
	existing, err := ListDepartments(ctx, tx, true)
	if err != nil {
		return false, err
	}
	for _, r := range departments {
		code := r["code"]
		if slices.ContainsFunc(existing, func(d Department) bool { return d.Code == code }) {
			continue
		}
		d, folded, err := NewDepartment{code, r["name_az"], r["name_en"], DepartmentKind(r["kind"]), aliases[code]}.Check()
		if err != nil {
			return false, err
		}
		d.ID, d.CreatedAt = store.NewID(), tx.Now
		if err := InsertDepartment(ctx, tx, &d); err != nil {
			return false, err
		}
		if err := SetAliases(ctx, tx, d.ID, folded); err != nil {
			return false, err
		}
		changed = true
		tx.Record(store.Change{Action: TrailReferenceLoad, Kind: "department", ID: d.ID, Label: d.Code, After: d.Facts(folded)})
	}
	loaded, err := loadCalendars(ctx, tx)
	return changed || loaded, err
}

// loadCalendars adds the years that are not there yet.
func loadCalendars(ctx context.Context, tx *store.Tx) (changed bool, err error) {
	years, err := reference.Rows(reference.CalendarYears)
	if err != nil {
		return false, apperr.Wrap(err, "reference")
	}
	for _, y := range years {
		number, err := strconv.Atoi(y["year"])
		if err != nil {
			return false, apperr.Wrap(err, "reference calendar year")
		}
		rows, err := reference.Rows(reference.CalendarFile(y["country"], number))
		if err != nil {
			return false, apperr.Wrap(err, "reference calendar")
		}
		year := calendarYear{Country: y["country"], Year: number, Confirmed: y.Bool("confirmed"), Act: y["act"]}
		added, err := insertCalendar(ctx, tx, year, rows)
		if err != nil {
			return false, err
		}
		if added {
			changed = true
			tx.Record(store.Change{Action: TrailCalendarLoad, Kind: "calendar", ID: year.Country + "-" + y["year"], Label: year.Country + " " + y["year"],
				After: map[string]any{"days": len(rows), "confirmed": year.Confirmed, "act": year.Act}})
		}
	}
	return changed, nil
}

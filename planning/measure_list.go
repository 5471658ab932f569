package planning

import (
	"context"
	"strconv"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// MeasureUnjudged is the filter word for measures of which neither a person
// nor the rule says anything.
const MeasureUnjudged MeasureStatus = "none"

// MeasureFilter narrows the measures of a plan and year; zero fields do not.
type MeasureFilter struct {
	Plan         string        // code; empty: the running plan that has measures, else the newest that has
	Year         int           // 0: this year, else the last year of the plan
	Status       MeasureStatus // that stands: decided, else proposed; MeasureUnjudged for none
	DepartmentID string
	Query        string   // in number and titles, without regard to case and marks
	After        []string // section and item of the last row of the page before
	Limit        int      // 0: all
}

// MeasureRow is a measure with its entry of the year.
type MeasureRow struct {
	Measure
	Entry    MeasureEntry // without an id when nobody has written
	Warnings []MeasureWarning
}

// MeasureList is a page of measures and what stands around it.
type MeasureList struct {
	Plans    []NationalPlan // the newest first
	Plan     NationalPlan   // without an id when there is none
	Year     int
	Report   YearReport
	Due      day.Day // of the report on the year
	DaysLeft int     // working days to Due, 0 when it is past or today
	Statuses []MeasureStatusRule
	Rows     []MeasureRow
	Filter   MeasureFilter

	// Of the whole plan and year, whatever the filter.
	All       int
	Assigned  int // with a department that answers
	Submitted int // handed in or decided
	Decided   int
	// By status that stands, under the filters by department and text.
	Counts      map[MeasureStatus]int
	Total       int                 // rows of the filter, over all pages
	More        bool                // there is a next page
	Departments []office.Department // that answer for any measure of the plan
}

// Rule finds the status of a code.
func (l MeasureList) Rule(code MeasureStatus) (MeasureStatusRule, bool) {
	for _, r := range l.Statuses {
		if r.Code == code {
			return r, true
		}
	}
	return MeasureStatusRule{}, false
}

// Measures lists the measures of a plan with their entries of a year, in the
// order of their numbers. The number of queries does not depend on how many
// there are. A plan that is none is not found, nor is a year it does not have.
func (s *Service) Measures(ctx context.Context, f MeasureFilter) (MeasureList, error) {
	if _, err := office.Allowed(ctx, policies.MeasureRead); err != nil {
		return MeasureList{}, err
	}
	db := s.DB.Read()
	plans, err := nationalPlans(ctx, db)
	if err != nil {
		return MeasureList{}, err
	}
	l := MeasureList{Plans: plans, Filter: f, Counts: map[MeasureStatus]int{}}
	if l.Statuses, err = statusRules(ctx, db); err != nil {
		return l, err
	}
	if l.Plan, err = s.choosePlan(plans, f.Plan); err != nil || l.Plan.ID == "" {
		return l, err
	}
	if l.Year, err = s.chooseYear(l.Plan, f.Year); err != nil {
		return l, err
	}
	if l.Report, err = measureReport(ctx, db, l.Plan.ID, l.Year); err != nil {
		return l, err
	}
	l.Due = l.Plan.Due(l.Year)
	if today := s.KIS.Today(); today < l.Due {
		if l.DaysLeft, err = office.WorkingDaysBetween(ctx, db, s.KIS.Country, today, l.Due); err != nil {
			return l, err
		}
	}
	if err := countMeasures(ctx, db, &l); err != nil {
		return l, err
	}
	if err := listMeasures(ctx, db, &l); err != nil {
		return l, err
	}
	return l, s.fillRows(ctx, &l)
}

// fillRows reads what hangs on the rows: departments, parts of the entries,
// equal narratives.
func (s *Service) fillRows(ctx context.Context, l *MeasureList) error {
	db := s.DB.Read()
	var measures []*Measure
	var entries []*MeasureEntry
	for i := range l.Rows {
		measures = append(measures, &l.Rows[i].Measure)
		entries = append(entries, &l.Rows[i].Entry)
	}
	if err := departmentsOfMeasures(ctx, db, measures); err != nil {
		return err
	}
	if err := partsOfEntries(ctx, db, entries); err != nil {
		return err
	}
	same, err := sameNarratives(ctx, db, l.Plan.ID, l.Year)
	if err != nil {
		return err
	}
	for i := range l.Rows {
		r := &l.Rows[i]
		r.Warnings = r.Entry.warnings(without(same[r.Entry.NarrativeKey], r.Number))
	}
	l.Departments, err = departmentsOfPlan(ctx, db, l.Plan.ID)
	return err
}

// choosePlan finds the plan of a code, or the one to show when none is asked
// for: one that runs this year and has measures, else the newest that has.
func (s *Service) choosePlan(plans []NationalPlan, code string) (NationalPlan, error) {
	var found NationalPlan
	for _, p := range plans {
		switch {
		case code != "" && p.Code == code:
			return p, nil
		case code != "" || p.Measures == 0:
		case p.Covers(s.KIS.Today().Year()):
			return p, nil
		case found.ID == "":
			found = p
		}
	}
	if code != "" {
		return found, apperr.Missing(kindNationalPlan)
	}
	return found, nil
}

// chooseYear checks a year of the plan, or chooses this year, else its last.
func (s *Service) chooseYear(p NationalPlan, year int) (int, error) {
	if year == 0 {
		return max(p.From, min(p.To, s.KIS.Today().Year())), nil
	}
	if !p.Covers(year) {
		return 0, apperr.Missing("year")
	}
	return year, nil
}

// YearsOf lists the years of a plan that can be reported on, newest first.
func (s *Service) YearsOf(p NationalPlan) []int {
	var out []int
	for y := min(p.To, s.KIS.Today().Year()); y >= p.From; y-- {
		out = append(out, y)
	}
	return out
}

// without is a list without one value.
func without(list []string, value string) []string {
	var out []string
	for _, v := range list {
		if v != value {
			out = append(out, v)
		}
	}
	return out
}

// after reads the key of a page; ok is false for the first page.
func (f MeasureFilter) after() (section, item int, ok bool) {
	if len(f.After) != 2 {
		return 0, 0, false
	}
	section, err := strconv.Atoi(f.After[0])
	if err != nil {
		return 0, 0, false
	}
	item, err = strconv.Atoi(f.After[1])
	return section, item, err == nil
}

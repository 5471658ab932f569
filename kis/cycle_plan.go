package kis

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// NewCycle is a cycle to plan. Due holds a day for each phase, 1 to 8; what
// is missing is proposed by ProposeDue.
type NewCycle struct {
	ProcessCode     string
	Period          string
	ReferencePeriod string // empty = the period before
	Due             map[string]day.Day
}

var period = regexp.MustCompile(`^(20|21)[0-9]{2}$`)

// proposedDays are the ends of the phases in a year of work, month and day:
// needs and design in the first quarter, building by May, collection to
// September, dissemination in December, evaluation before the year ends.
var proposedDays = map[string][2]int{
	"1": {2, 6}, "2": {3, 13}, "3": {5, 15}, "4": {9, 15}, "5": {10, 15}, "6": {11, 13}, "7": {12, 11}, "8": {12, 25},
}

// ProposeDue gives a due day for each phase of a year, moved to the next
// working day where it falls on a day off.
func (s *Service) ProposeDue(ctx context.Context, year int) (map[string]day.Day, error) {
	if _, err := Allowed(ctx, policies.CyclePlan); err != nil {
		return nil, err
	}
	return proposeDue(ctx, s.DB.Read(), s.Country, year)
}

func proposeDue(ctx context.Context, db bun.IDB, country string, year int) (map[string]day.Day, error) {
	out := make(map[string]day.Day, len(proposedDays))
	for phase, d := range proposedDays {
		// One working day after the day before is the day itself or, when it
		// is off, the next one that is not.
		due, _, err := AddWorkingDays(ctx, db, country, day.Make(year, time.Month(d[0]), d[1]).Add(-1), 1)
		if err != nil {
			return nil, err
		}
		out[phase] = due
	}
	return out, nil
}

// PlanCycle plans a cycle of a process for a period, on the newest version of
// its description that is in force in that year. The same process and period
// again is a Conflict.
func (s *Service) PlanCycle(ctx context.Context, in NewCycle) (Cycle, error) {
	if _, err := Allowed(ctx, policies.CyclePlan); err != nil {
		return Cycle{}, err
	}
	if err := in.check(); err != nil {
		return Cycle{}, err
	}
	year, _ := strconv.Atoi(in.Period)
	proposed, err := proposeDue(ctx, s.DB.Read(), s.Country, year)
	if err != nil {
		return Cycle{}, err
	}
	id := store.NewID()
	err = s.DB.Write(ctx, func(tx *store.Tx) error { return planCycle(ctx, tx, id, in, proposed) })
	if err != nil {
		return Cycle{}, err
	}
	return loadCycle(ctx, s.DB.Read(), id)
}

// planCycle stores the cycle in a unit of work.
func planCycle(ctx context.Context, tx *store.Tx, id string, in NewCycle, proposed map[string]day.Day) error {
	p, err := findProcess(ctx, tx, in.ProcessCode)
	if err != nil {
		return err
	}
	if p == nil {
		return apperr.InvalidField("process", "error.field.missing")
	}
	year, _ := strconv.Atoi(in.Period)
	v, err := latestVersion(ctx, tx, p.ID, day.Make(year, 12, 31))
	if err != nil {
		return err
	}
	if v == nil {
		return apperr.InvalidField("period", "kis.cycle.no_version")
	}
	due := maps.Clone(proposed)
	maps.Copy(due, in.Due)
	row := cycleRow{ID: id, ProcessID: p.ID, VersionID: v.ID, Period: in.Period, ReferencePeriod: in.ReferencePeriod, State: CyclePlanned, CreatedAt: tx.Now}
	if err := insertCycle(ctx, tx, row, due); err != nil {
		return err
	}
	tx.Record(store.Change{Action: string(policies.CyclePlan), Kind: "cycle", ID: id, Label: p.Code + " " + in.Period,
		After: map[string]any{"period": in.Period, "reference_period": in.ReferencePeriod, "version": v.Number, "due": due}})
	return nil
}

// check fills in what was left out and notes what is wrong.
func (in *NewCycle) check() error {
	var c apperr.Check
	in.ProcessCode = c.Text("process", in.ProcessCode, 1, maxProcessCode)
	if !period.MatchString(in.Period) {
		c.Add("period", "kis.cycle.period")
		return c.Err()
	}
	year, _ := strconv.Atoi(in.Period)
	if in.ReferencePeriod == "" {
		in.ReferencePeriod = strconv.Itoa(year - 1)
	}
	if !period.MatchString(in.ReferencePeriod) {
		c.Add("reference_period", "kis.cycle.period")
	}
	checkDue(&c, in.Due, year)
	return c.Err()
}

// checkDue checks due days by phase; fields are due_1 … due_8.
func checkDue(c *apperr.Check, due map[string]day.Day, year int) {
	for _, phase := range slices.Sorted(maps.Keys(due)) {
		d, ok := day.Parse(string(due[phase]))
		switch {
		case !slices.Contains(phases, phase):
			c.Add("due_"+i18n.Shorten(phase, 10), "error.field.choice")
		case !ok:
			c.Add("due_"+phase, "error.field.date")
		case d.Year() < year || d.Year() > year+1:
			c.Add("due_"+phase, "kis.cycle.due_year", "from", year, "to", year+1)
		default:
			due[phase] = d
		}
	}
}

// SetDue changes due days of phases in a cycle that is not closed.
func (s *Service) SetDue(ctx context.Context, id string, due map[string]day.Day) error {
	if _, err := Allowed(ctx, policies.CyclePlan); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		cy, err := lockCycle(ctx, tx, id)
		if err != nil {
			return err
		}
		if cy.State == CycleClosed {
			return apperr.New(apperr.Conflict, "error.conflict.state", "object", "cycle", "state", string(cy.State))
		}
		var c apperr.Check
		year, _ := strconv.Atoi(cy.Period)
		checkDue(&c, due, year)
		if err := c.Err(); err != nil {
			return err
		}
		before, after := map[string]day.Day{}, map[string]day.Day{}
		for _, p := range cy.Phases {
			if d, ok := due[p.Phase]; ok && d != p.Due {
				before[p.Phase], after[p.Phase] = p.Due, d
			}
		}
		if len(after) == 0 {
			return store.ErrNoChange
		}
		if err := updateDue(ctx, tx, id, after); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.CyclePlan), Kind: "cycle", ID: id, Label: cy.label(),
			Before: map[string]any{"due": before}, After: map[string]any{"due": after}})
		return refreshDuties(ctx, tx, id, "")
	})
}

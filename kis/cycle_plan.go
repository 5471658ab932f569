package kis

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// NewCycle is a cycle to plan. Due holds a day for each phase, 1 to 8; what
// is missing is proposed by the standard template of the period's frequency.
type NewCycle struct {
	ProcessCode     string
	Period          string // see ParsePeriod
	ReferencePeriod string // empty = the period before
	Due             map[string]day.Day
}

// ProposeDue gives a due day for each phase of a year by the standard
// template.
func (s *Service) ProposeDue(ctx context.Context, year int) (map[string]day.Day, error) {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return nil, err
	}
	return proposeDue(ctx, s.DB.Read(), s.Country, year)
}

func proposeDue(ctx context.Context, db bun.IDB, country string, year int) (map[string]day.Day, error) {
	t, err := templateFor(ctx, db, "", Yearly)
	if err != nil {
		return nil, err
	}
	return proposeBy(ctx, db, country, t, Period{Yearly, year, 1})
}

// proposeBy gives the due days of a period by a template that needs no day of
// release.
func proposeBy(ctx context.Context, db bun.IDB, country string, t DueTemplate, p Period) (map[string]day.Day, error) {
	cal, err := templateCalendar(ctx, db, country, p.First(), p.Last())
	if err != nil {
		return nil, err
	}
	return plainDays(t.days(cal, p, "")), nil
}

func plainDays(due map[string]ProposedDay) map[string]day.Day {
	out := make(map[string]day.Day, len(due))
	for phase, d := range due {
		out[phase] = d.Day
	}
	return out
}

// PlanCycle plans a cycle of a process for a period, on the newest version of
// its description that is in force before the period ends. The same process
// and period again is a Conflict.
func (s *Service) PlanCycle(ctx context.Context, in NewCycle) (Cycle, error) {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return Cycle{}, err
	}
	if err := in.check(); err != nil {
		return Cycle{}, err
	}
	p, _ := ParsePeriod(in.Period)
	db := s.DB.Read()
	t, err := templateFor(ctx, db, "", p.Frequency)
	if err != nil {
		return Cycle{}, err
	}
	proposed, err := proposeBy(ctx, db, s.Country, t, p)
	if err != nil {
		return Cycle{}, err
	}
	id := store.NewID()
	maps.Copy(proposed, in.Due)
	in.Due = proposed
	err = s.DB.Write(ctx, func(tx *store.Tx) error { return planCycle(ctx, tx, id, in, t.ID) })
	if err != nil {
		return Cycle{}, err
	}
	return loadCycle(ctx, s.DB.Read(), id)
}

// planCycle stores the cycle in a unit of work.
func planCycle(ctx context.Context, tx *store.Tx, id string, in NewCycle, templateID string) error {
	pr, err := process.FindProcess(ctx, tx, in.ProcessCode)
	if err != nil {
		return err
	}
	if pr == nil {
		return apperr.InvalidField("process", "error.field.missing")
	}
	p, _ := ParsePeriod(in.Period)
	v, err := process.LatestVersion(ctx, tx, pr.ID, p.Last())
	if err != nil {
		return err
	}
	if v == nil {
		return apperr.InvalidField("period", "kis.cycle.no_version")
	}
	return insertCycles(ctx, tx, []plannedCycle{{ID: id, Process: pr.Ref(), VersionID: v.ID, Version: v.Number, Period: p,
		Reference: in.ReferencePeriod, TemplateID: templateID, Due: in.Due}})
}

// check fills in what was left out and notes what is wrong.
func (in *NewCycle) check() error {
	var c apperr.Check
	in.ProcessCode = c.Text("process", in.ProcessCode, 1, process.MaxProcessCode)
	p, ok := checkPeriods(&c, in.Period, &in.ReferencePeriod)
	if ok {
		checkDue(&c, in.Due, p)
	}
	return c.Err()
}

// checkPeriods reads the period and fills in the reference period, the one
// before when it was left out.
func checkPeriods(c *apperr.Check, period string, reference *string) (Period, bool) {
	p, ok := ParsePeriod(period)
	if !ok {
		c.Add("period", "kis.cycle.period")
		return Period{}, false
	}
	if *reference == "" {
		*reference = p.Add(-1).String()
	}
	if _, ok := ParsePeriod(*reference); !ok {
		c.Add("reference_period", "kis.cycle.period")
	}
	return p, true
}

// checkDue checks due days by phase; fields are due_1 … due_8. A day lies in
// the period or in the year after its end.
func checkDue(c *apperr.Check, due map[string]day.Day, p Period) {
	for _, phase := range slices.Sorted(maps.Keys(due)) {
		d, ok := day.Parse(string(due[phase]))
		switch {
		case !slices.Contains(process.Phases, phase):
			c.Add("due_"+i18n.Shorten(phase, 10), "error.field.choice")
		case !ok:
			c.Add("due_"+phase, "error.field.date")
		case d < p.First():
			c.Add("due_"+phase, "kis.cycle.due_before", "period", p.String(), "first", p.First())
		case d > p.Last().AddMonths(12):
			c.Add("due_"+phase, "kis.cycle.due_after", "period", p.String(), "last", p.Last().AddMonths(12))
		default:
			due[phase] = d
		}
	}
}

// SetDue changes due days of phases in a cycle that is not closed.
func (s *Service) SetDue(ctx context.Context, id string, due map[string]day.Day) error {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		cy, err := lockCycleToChange(ctx, tx, id)
		if err != nil {
			return err
		}
		if cy.State == CycleClosed {
			return apperr.New(apperr.Conflict, "error.conflict.state", "object", "cycle", "state", string(cy.State))
		}
		var c apperr.Check
		p, _ := ParsePeriod(cy.Period)
		checkDue(&c, due, p)
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

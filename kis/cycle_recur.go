package kis

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// maxLead bounds how long before its period a cycle is planned, in working
// days.
const maxLead = 250

// Recurrence says that a process gets its next cycle by itself: planned, not
// started, so many working days before the period begins.
type Recurrence struct {
	Process   process.ProcessRef
	Frequency Frequency
	Template  string // code; its newest version counts
	LeadDays  int
	Active    bool
	ChangedAt time.Time
	Failure   string  // key of the texts: why the last try made no cycle; empty when it did
	Next      Period  // the next one to be planned
	NextOn    day.Day // the day on which it will be
}

// RecurrenceEdit sets the recurrence of a process.
type RecurrenceEdit struct {
	Process   string // code or id
	Frequency Frequency
	Template  string // empty = the standard one of the frequency
	LeadDays  int
	Active    bool
}

// SetRecurrence lets a process get its next cycle by itself, or ends that. A
// template that needs a day of release is refused: nobody is there to give it.
func (s *Service) SetRecurrence(ctx context.Context, in RecurrenceEdit) error {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return err
	}
	var c apperr.Check
	apperr.OneOf(&c, "frequency", in.Frequency, Frequencies()...)
	if in.LeadDays < 0 || in.LeadDays > maxLead {
		c.Add("lead_days", "error.field.range", "min", 0, "max", maxLead)
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := process.FindProcess(ctx, tx, in.Process)
		if err != nil {
			return err
		}
		if p == nil {
			return apperr.InvalidField("process", "error.field.missing")
		}
		t, err := templateFor(ctx, tx, in.Template, in.Frequency)
		if err != nil {
			return err
		}
		if t.NeedsRelease() {
			return apperr.InvalidField("template", "kis.recur.needs_release")
		}
		row := recurrenceRow{ProcessID: p.ID, Frequency: in.Frequency, TemplateCode: t.Code, LeadDays: in.LeadDays, Active: in.Active,
			ChangedBy: tx.Actor.UserID, ChangedAt: tx.Now}
		before, err := putRecurrence(ctx, tx, row)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.CyclePlan), Kind: "recurrence", ID: p.ID, Label: p.Code, Before: before, After: row.facts()})
		return nil
	})
}

// Recurrences lists the processes that get cycles by themselves or once did,
// by title, with what comes next.
func (s *Service) Recurrences(ctx context.Context) ([]Recurrence, error) {
	if _, err := office.Allowed(ctx, policies.CyclePlan); err != nil {
		return nil, err
	}
	return s.recurrences(ctx, s.DB.Read())
}

func (s *Service) recurrences(ctx context.Context, db bun.IDB) ([]Recurrence, error) {
	rows, err := listRecurrences(ctx, db)
	if err != nil {
		return nil, err
	}
	today := s.Today()
	cal, err := templateCalendar(ctx, db, s.Country, today, today.AddMonths(13))
	if err != nil {
		return nil, err
	}
	out := make([]Recurrence, len(rows))
	for i, r := range rows {
		now := PeriodOf(r.Frequency, today)
		next := now
		if last, ok := ParsePeriod(r.Last); ok && last.Add(1).First() > now.First() {
			next = last.Add(1) // what was missed for good is not made up for
		}
		on := next.First()
		if r.LeadDays > 0 {
			on, _ = cal.Add(next.First(), -r.LeadDays)
		}
		out[i] = Recurrence{Process: process.ProcessRef{ID: r.ProcessID, Code: r.Code, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN, OwnerID: r.OwnerID}, Frequency: r.Frequency,
			Template: r.TemplateCode, LeadDays: r.LeadDays, Active: r.Active, ChangedAt: r.ChangedAt, Failure: r.Failure, Next: next, NextOn: on}
	}
	return out, nil
}

// PlanRecurring plans the cycles whose day has come, and gives how many. Only
// the program itself may. Safe to call often and on several nodes: a process
// has one cycle of a period. Why one could not be planned stays with its
// recurrence; the others go on.
func (s *Service) PlanRecurring(ctx context.Context) (planned int, err error) {
	if !actor.From(ctx).System {
		return 0, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	list, err := s.recurrences(ctx, s.DB.Read())
	if err != nil {
		return 0, err
	}
	today := s.Today()
	for _, r := range list {
		for n := 0; n < 12 && r.Active && !(r.NextOn > today); n++ { // a lead of many months may be due several times
			err := s.planRecurring(ctx, r)
			if err != nil {
				if err := s.noteFailure(ctx, r, err); err != nil {
					return planned, err
				}
				break
			}
			planned++
			again, err := s.recurrences(ctx, s.DB.Read())
			if err != nil {
				return planned, err
			}
			for _, a := range again {
				if a.Process.ID == r.Process.ID {
					r = a
				}
			}
		}
	}
	return planned, nil
}

// planRecurring plans one cycle.
func (s *Service) planRecurring(ctx context.Context, r Recurrence) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		p, err := previewCycles(ctx, tx, s.Country, BatchPlan{Processes: ProcessFilter{IDs: []string{r.Process.ID}}, Period: r.Next.String(), Template: r.Template})
		if err != nil {
			return err
		}
		if len(p.Lines) != 1 {
			return apperr.Missing("process")
		}
		l := p.Lines[0]
		if l.Problem != "" {
			return apperr.New(apperr.Conflict, l.Problem, "process", l.Process.Code, "period", r.Next.String())
		}
		if err := clearFailure(ctx, tx, r.Process.ID); err != nil {
			return err
		}
		return insertCycles(ctx, tx, []plannedCycle{{ID: store.NewID(), Process: l.Process, VersionID: l.VersionID, Version: l.Version, Period: p.Period,
			Reference: p.Reference, TemplateID: p.Template.ID, Recurring: true, Due: plainDays(l.Due)}})
	})
}

// noteFailure keeps why a cycle could not be planned. What another node has
// planned meanwhile is no failure, and what the database could not do is given
// back.
func (s *Service) noteFailure(ctx context.Context, r Recurrence, failed error) error {
	e := apperr.As(failed)
	if e.Kind == apperr.Internal {
		return failed
	}
	key := e.Key
	if len(e.Fields) > 0 {
		key = e.Fields[0].Key
	}
	if key == "kis.cycle.batch.taken" || key == "error.field.taken" {
		return nil
	}
	return s.DB.Unrecorded(ctx, func(tx *store.Tx) error { return setFailure(ctx, tx, r.Process.ID, key) })
}

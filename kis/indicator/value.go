package indicator

import (
	"context"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// Enter records a value, in place of the one of e.Revision. Who does not own
// the process may not; a closed cycle, an indicator that the program works out
// and a value that somebody else has changed meanwhile are Conflicts; one
// whose sub-process does not exist is Invalid.
func (s *Service) Enter(ctx context.Context, cycleID, code string, e Entry) error {
	cy, err := s.mayEnter(ctx, cycleID)
	if err != nil {
		return err
	}
	return s.kis.DB.Write(ctx, func(tx *store.Tx) error {
		k, err := s.setting(ctx, tx, cy.ID)
		if err != nil {
			return err
		}
		i, ok := k.byCode[code]
		if !ok {
			return apperr.Missing("indicator")
		}
		var c apperr.Check
		v := e.check(&c, 0, i)
		if key := k.refuses(s, i); key != "" {
			c.Add("value", key)
		}
		if err := c.Err(); err != nil {
			return err
		}
		v.Source = Entered
		return k.put(ctx, tx, i, v, e.Revision)
	})
}

// mayEnter checks that the actor may record values of the cycle's process.
func (s *Service) mayEnter(ctx context.Context, cycleID string) (kis.Cycle, error) {
	scope, err := office.Allowed(ctx, policies.IndicatorEnter)
	if err != nil {
		return kis.Cycle{}, err
	}
	cy, err := s.kis.Cycle(ctx, cycleID)
	if err != nil {
		return kis.Cycle{}, err
	}
	if !scope.Department(cy.Process.OwnerID) {
		return kis.Cycle{}, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return cy, nil
}

// setting is what decides about the values of a cycle.
type setting struct {
	cycle   kis.Cycle
	list    []Indicator
	byCode  map[string]Indicator
	exists  map[string]bool // sub-processes
	targets map[string]targetRow
	values  map[string]Value // kept ones, by indicator
}

// setting reads it in a unit of work while it holds the cycle.
func (s *Service) setting(ctx context.Context, tx *store.Tx, cycleID string) (setting, error) {
	cy, err := kis.HoldCycle(ctx, tx, cycleID)
	if err != nil {
		return setting{}, err
	}
	if err := tx.Seen(ctx, "cycle", cy.ID); err != nil {
		return setting{}, err
	}
	if cy.State == kis.CycleClosed {
		return setting{}, apperr.New(apperr.Conflict, "error.conflict.state", "object", "cycle", "state", string(cy.State))
	}
	return s.read(ctx, tx, cy)
}

// refuses gives the key of the text that says why no value is taken.
func (k setting) refuses(s *Service, i Indicator) string {
	switch {
	case !k.exists[i.GSBPM]:
		return "indicator.field.no_sub"
	case k.excluded(i):
		return "indicator.field.excluded"
	case s.computable(i):
		return "indicator.field.computed"
	}
	return ""
}

// excluded says that the office does not measure this of the process.
func (k setting) excluded(i Indicator) bool {
	t, set := k.targets[i.ID]
	return set && !t.Applicable
}

// put stores a value over the revision that was seen.
func (k setting) put(ctx context.Context, tx *store.Tx, i Indicator, v Value, seen int) error {
	row := valueRow{CycleID: k.cycle.ID, IndicatorID: i.ID, VersionID: i.VersionID, Value: v.Value, Numerator: v.Numerator, Denominator: v.Denominator,
		Target: k.targets[i.ID].Target, Source: v.Source, Note: v.Note, Revision: seen + 1, RecordedBy: tx.Actor.UserID, RecordedAt: tx.Now}
	old, had := k.values[i.ID]
	if had != (seen > 0) || had && old.Revision != seen {
		return apperr.New(apperr.Conflict, "indicator.conflict", "value", old.Value, "person", old.RecordedBy)
	}
	var before any
	if had {
		before = facts(i, old)
		n, err := store.Affected(tx.NewUpdate().Model(&row).WherePK().Where("revision = ?", seen).Exec(ctx))
		if err := store.Moved(n, err, "indicator", old.Value); err != nil {
			return err
		}
	} else if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return store.MapError(err, "insert value")
	}
	tx.Record(store.Change{Action: string(policies.IndicatorEnter), Kind: "indicator_value", ID: k.cycle.ID + ":" + i.Code, Label: k.cycle.Process.Code + " " + k.cycle.Period + ", " + i.Code,
		RootKind: "cycle", RootID: k.cycle.ID, Before: before, After: facts(i, v), Note: v.Note})
	return nil
}

// facts is what the trail keeps of a value.
func facts(i Indicator, v Value) map[string]any {
	f := map[string]any{"value": v.Value, "source": v.Source, "version": i.Number}
	if v.Numerator != "" {
		f["numerator"], f["denominator"] = v.Numerator, v.Denominator
	}
	return f
}

// freeze keeps what is computed of a cycle, with its numbers, in the unit of
// work that closes it.
func (s *Service) freeze(ctx context.Context, tx *store.Tx, cy kis.Cycle) error {
	k, err := s.read(ctx, tx, cy)
	if err != nil {
		return err
	}
	computed, err := s.compute(ctx, tx, cy, k.list)
	if err != nil {
		return err
	}
	for _, i := range k.list {
		v, ok := computed[i.Code]
		if !ok || !k.exists[i.GSBPM] || k.excluded(i) {
			continue
		}
		if err := k.put(ctx, tx, i, v, k.values[i.ID].Revision); err != nil {
			return err
		}
	}
	return nil
}

// TargetEdit sets what a process should reach. Applicable false says that the
// indicator is not measured there, with the reason.
type TargetEdit struct {
	Process, Code string
	Target        string
	Applicable    bool
	Reason        string
}

// SetTarget keeps it. Values recorded before keep the target of their time.
func (s *Service) SetTarget(ctx context.Context, in TargetEdit) error {
	if _, err := office.Allowed(ctx, policies.IndicatorSet); err != nil {
		return err
	}
	var c apperr.Check
	if strings.TrimSpace(in.Target) != "" {
		exact, ok := ParseDecimal(in.Target)
		if !ok {
			c.Add("target", "indicator.field.decimal")
		}
		in.Target = exact
	}
	if !in.Applicable {
		in.Reason = c.Text("reason", in.Reason, 5, 1000)
		in.Target = ""
	} else {
		in.Reason = ""
	}
	if err := c.Err(); err != nil {
		return err
	}
	p, err := process.ProcessByCode(ctx, s.kis.DB.Read(), in.Process)
	if err != nil {
		return err
	}
	return s.kis.DB.Write(ctx, func(tx *store.Tx) error {
		list, err := library(ctx, tx, in.Code, s.kis.Today())
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return apperr.Missing("indicator")
		}
		if key, args := list[0].outside(in.Target); in.Target != "" && key != "" {
			return apperr.InvalidField("target", key, args...)
		}
		all, err := targets(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		old, had := all[list[0].ID]
		if had && old.Target == in.Target && old.Applicable == in.Applicable && old.Reason == in.Reason {
			return store.ErrNoChange
		}
		if err := tx.Seen(ctx, "process", p.ID); err != nil {
			return err
		}
		row := targetRow{ProcessID: p.ID, IndicatorID: list[0].ID, Target: in.Target, Applicable: in.Applicable, Reason: in.Reason, ChangedBy: tx.Actor.UserID, ChangedAt: tx.Now}
		_, err = tx.NewInsert().Model(&row).On("CONFLICT (process_id, indicator_id) DO UPDATE").
			Set("target = EXCLUDED.target, applicable = EXCLUDED.applicable, reason = EXCLUDED.reason, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at").Exec(ctx)
		if err != nil {
			return store.MapError(err, "set target")
		}
		var before any
		if had {
			before = map[string]any{"target": old.Target, "applicable": old.Applicable}
		}
		tx.Record(store.Change{Action: string(policies.IndicatorSet), Kind: "indicator_target", ID: p.ID + ":" + in.Code, Label: p.Code + ", " + in.Code,
			RootKind: "process", RootID: p.ID, Before: before, After: map[string]any{"target": in.Target, "applicable": in.Applicable}, Note: in.Reason})
		return nil
	})
}

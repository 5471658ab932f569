package planning

import (
	"context"
	"slices"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// MeasureDecision is the status that the measures officer gives.
type MeasureDecision struct {
	Version int // of the entry that was read
	Status  MeasureStatus
	Done    bool // of status ongoing: done this year
	Reason  string
	Act     string // of a status that needs one: who withdrew the measure, number and date
}

// DecideMeasure gives the entry of a year its status. The status proposed by
// rule binds nobody. Invalid on "status" when the measure cannot have it: one
// without an end is never complete.
func (s *Service) DecideMeasure(ctx context.Context, measureID string, year int, d MeasureDecision) (MeasureEntry, error) {
	return s.stepEntry(ctx, policies.MeasureDecide, measureID, year, d.Version, "decide", d.Reason, func(tx *store.Tx, m Measure, e *MeasureEntry) error {
		rules, err := statusRules(ctx, tx)
		if err != nil {
			return err
		}
		var c apperr.Check
		d.Reason = c.Text("reason", d.Reason, 5, maxText)
		i := slices.IndexFunc(rules, func(r MeasureStatusRule) bool { return r.Code == d.Status })
		switch {
		case i < 0 && d.Status == "":
			c.Add("status", "error.field.required")
		case i < 0:
			c.Add("status", "error.field.choice")
		case !rules[i].Fits(m.Ongoing) && m.Ongoing:
			c.Add("status", "planning.measure.error.ongoing")
		case !rules[i].Fits(m.Ongoing):
			c.Add("status", "planning.measure.error.dated")
		case rules[i].NeedsAct:
			d.Act = c.Text("act", d.Act, 5, maxLabel)
		default:
			d.Act = ""
		}
		if err := c.Err(); err != nil {
			return err
		}
		e.Status, e.Reason, e.Act, e.DecidedBy, e.DecidedAt = d.Status, d.Reason, d.Act, tx.Actor.UserID, tx.Now
		if d.Status == MeasureOngoing {
			e.Done = &d.Done
		}
		return nil
	})
}

// ReturnMeasure gives an entry back to its department, with a reason.
func (s *Service) ReturnMeasure(ctx context.Context, measureID string, year, version int, reason string) (MeasureEntry, error) {
	return s.stepEntry(ctx, policies.MeasureDecide, measureID, year, version, "return", reason, func(_ *store.Tx, _ Measure, e *MeasureEntry) error {
		var c apperr.Check
		e.Returned = c.Text("reason", reason, 5, maxText)
		e.SubmittedBy, e.SubmittedAt = "", zeroTime
		return c.Err()
	})
}

// RecallMeasure takes an entry back that waits for a decision.
func (s *Service) RecallMeasure(ctx context.Context, measureID string, year, version int) (MeasureEntry, error) {
	return s.stepEntry(ctx, policies.MeasureReport, measureID, year, version, "recall", "", func(_ *store.Tx, _ Measure, e *MeasureEntry) error {
		e.SubmittedBy, e.SubmittedAt = "", zeroTime
		return nil
	})
}

// ReopenMeasure takes a decision back, with a reason, until the report is
// sent.
func (s *Service) ReopenMeasure(ctx context.Context, measureID string, year, version int, reason string) (MeasureEntry, error) {
	return s.stepEntry(ctx, policies.MeasureDecide, measureID, year, version, "reopen", reason, func(_ *store.Tx, _ Measure, e *MeasureEntry) error {
		var c apperr.Check
		c.Text("reason", reason, 5, maxText)
		e.Status, e.Done, e.Reason, e.Act, e.DecidedBy, e.DecidedAt = "", nil, "", "", "", zeroTime
		return c.Err()
	})
}

// stepEntry takes one arrow of the life of an entry; change does what the
// step brings with it.
func (s *Service) stepEntry(ctx context.Context, act policies.Action, measureID string, year, version int, verb, note string,
	change func(tx *store.Tx, m Measure, e *MeasureEntry) error) (MeasureEntry, error) {
	if _, err := office.Allowed(ctx, act); err != nil {
		return MeasureEntry{}, err
	}
	var e MeasureEntry
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		m, old, err := s.openEntry(ctx, tx, act, measureID, year)
		if err != nil {
			return err
		}
		if old.ID == "" {
			return apperr.New(apperr.Conflict, "planning.measure.error.empty")
		}
		move, err := arrow(ctx, MeasureTransitions, kindMeasure, old.State, verb)
		if err != nil {
			return err
		}
		if err := sameVersion(ctx, tx, old, version); err != nil {
			return err
		}
		e = old
		e.State = move.To
		if err := change(tx, m, &e); err != nil {
			return err
		}
		if err := moveEntry(ctx, tx, &e, old); err != nil {
			return err
		}
		recordEntry(tx, m, e, verb, old.verdict(), e.verdict(), note)
		return nil
	})
	return e, err
}

// verdict is what the trail keeps of a step that changes no text.
func (e MeasureEntry) verdict() map[string]any {
	out := map[string]any{"state": e.State, "version": e.Version}
	if e.Status != "" {
		out["status"], out["proposed"] = e.Status, e.Proposed
		if e.Done != nil {
			out["done"] = *e.Done
		}
		if e.Act != "" {
			out["act"] = e.Act
		}
	}
	return out
}

// AssignMeasure names the departments that answer for a measure, the leading
// one first; none takes them all away.
func (s *Service) AssignMeasure(ctx context.Context, measureID string, departmentIDs []string) error {
	if _, err := office.Allowed(ctx, policies.MeasureImport); err != nil {
		return err
	}
	var ids []string
	for _, id := range departmentIDs {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := lockMeasure(ctx, tx, measureID)
		if err != nil {
			return err
		}
		if err := internalDepartments(ctx, tx, "department", ids...); err != nil {
			return err
		}
		found, err := office.DepartmentsByID(ctx, tx, ids)
		if err != nil {
			return err
		}
		before, after := []string{}, []string{}
		for _, d := range m.Departments {
			before = append(before, d.Code)
		}
		for _, id := range ids {
			after = append(after, found[id].Code)
		}
		if slices.Equal(before, after) {
			return store.ErrNoChange
		}
		if err := setMeasureDepartments(ctx, tx, m.ID, ids); err != nil {
			return err
		}
		tx.Record(store.Change{Action: "planning:measure:assign", Kind: kindMeasure, ID: m.ID, Label: m.Number,
			Before: map[string]any{"departments": before}, After: map[string]any{"departments": after}})
		return nil
	})
}

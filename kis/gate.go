package kis

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// GateState is where the gate at the end of a phase stands.
type GateState string

// The states of a gate.
const (
	GateNone   GateState = "none"   // the phase has no gate (phase 8)
	GateOpen   GateState = "open"   // not confirmed; evidence is taken
	GatePassed GateState = "passed" // every output of the phase was accepted
	GateWaived GateState = "waived" // let through with a reason
)

// GateTransitions is the life of a gate. Reopenings are counted.
var GateTransitions = []office.Transition[GateState]{
	{From: "", To: GateOpen, Action: policies.CyclePlan, Verb: "plan"},
	{From: GateOpen, To: GatePassed, Action: policies.GatePass, Verb: "pass"},
	{From: GateOpen, To: GateWaived, Action: policies.GateWaive, Verb: "waive"},
	{From: GatePassed, To: GateOpen, Action: policies.GateReopen, Verb: "reopen"},
	{From: GateWaived, To: GateOpen, Action: policies.GateReopen, Verb: "reopen"},
}

// Bounds of a reason.
const (
	minReason = 5
	maxReason = 2000
)

// PassGate confirms that a phase is complete. A task whose outputs are not all
// accepted makes it a Conflict that names the tasks.
func (s *Service) PassGate(ctx context.Context, cycleID, phase string) error {
	return s.moveGate(ctx, cycleID, phase, "pass", "", policies.GatePass)
}

// WaiveGate lets a phase through although something is missing, for a reason.
func (s *Service) WaiveGate(ctx context.Context, cycleID, phase, reason string) error {
	return s.moveGate(ctx, cycleID, phase, "waive", reason, policies.GateWaive)
}

// ReopenGate takes a confirmed or waived phase up again, for a reason.
func (s *Service) ReopenGate(ctx context.Context, cycleID, phase, reason string) error {
	return s.moveGate(ctx, cycleID, phase, "reopen", reason, policies.GateReopen)
}

func (s *Service) moveGate(ctx context.Context, cycleID, phase, verb, reason string, act policies.Action) error {
	if _, err := office.Allowed(ctx, act); err != nil {
		return err
	}
	if verb != "pass" {
		var c apperr.Check
		reason = c.Text("reason", reason, minReason, maxReason)
		if err := c.Err(); err != nil {
			return err
		}
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error { return moveGate(ctx, tx, cycleID, phase, verb, reason, act) })
}

// moveGate takes the step in a unit of work.
func moveGate(ctx context.Context, tx *store.Tx, cycleID, phase, verb, reason string, act policies.Action) error {
	cy, err := lockCycleToChange(ctx, tx, cycleID)
	if err != nil {
		return err
	}
	p, ok := cy.Phase(phase)
	if !ok {
		return apperr.Missing("phase")
	}
	if !cy.Open() {
		return apperr.New(apperr.Conflict, "kis.cycle.not_open")
	}
	arrow, ok := office.Arrow(GateTransitions, p.Gate, verb)
	if !ok {
		return apperr.New(apperr.Conflict, "error.conflict.state", "object", "gate", "state", string(p.Gate))
	}
	var missing []string
	if verb != "reopen" {
		if missing, err = unacceptedTasks(ctx, tx, cy, phase); err != nil {
			return err
		}
	}
	if verb == "pass" && len(missing) > 0 {
		return apperr.New(apperr.Conflict, "kis.gate.missing", "phase", phase, "n", len(missing), "codes", i18n.Shorten(join(missing), 300))
	}
	if err := updateGate(ctx, tx, cycleID, phase, arrow, reason); err != nil {
		return err
	}
	after := map[string]any{"gate": arrow.To}
	if len(missing) > 0 {
		after["missing"] = missing
	}
	tx.Record(store.Change{Action: string(act), Kind: "gate", ID: cycleID + ":" + phase, Label: cy.label() + ", " + phase, RootKind: "cycle", RootID: cycleID,
		Before: map[string]any{"gate": arrow.From}, After: after, Note: reason})
	return refreshDuties(ctx, tx, cycleID, phase)
}

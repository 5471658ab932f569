package kis

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// StartCycle opens a planned cycle for evidence.
func (s *Service) StartCycle(ctx context.Context, id string) error {
	return s.moveCycle(ctx, id, "start")
}

// EvaluateCycle begins the evaluation (phase 8) of a running cycle.
func (s *Service) EvaluateCycle(ctx context.Context, id string) error {
	return s.moveCycle(ctx, id, "evaluate")
}

// CloseCycle ends a cycle. Conflict names the gates that are still open, or
// the evidence nobody has decided on.
func (s *Service) CloseCycle(ctx context.Context, id string) error {
	return s.moveCycle(ctx, id, "close")
}

func (s *Service) moveCycle(ctx context.Context, id, verb string) error {
	if _, err := office.Allowed(ctx, policies.CycleMove); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error { return s.stepCycle(ctx, tx, id, verb) })
}

// stepCycle takes the step in a unit of work.
func (s *Service) stepCycle(ctx context.Context, tx *store.Tx, id, verb string) error {
	cy, err := lockCycleToChange(ctx, tx, id)
	if err != nil {
		return err
	}
	arrow, ok := office.Arrow(CycleTransitions, cy.State, verb)
	if !ok {
		return apperr.New(apperr.Conflict, "error.conflict.state", "object", "cycle", "state", string(cy.State))
	}
	if arrow.To == CycleClosed {
		if err := readyToClose(ctx, tx, cy); err != nil {
			return err
		}
		if err := s.beforeClosing(ctx, tx, cy); err != nil {
			return err
		}
	}
	if err := updateCycleState(ctx, tx, id, arrow, tx.Now); err != nil {
		return err
	}
	tx.Record(store.Change{Action: string(arrow.Action), Kind: "cycle", ID: id, Label: cy.label(),
		Before: map[string]any{"state": arrow.From}, After: map[string]any{"state": arrow.To}})
	if arrow.To == CycleEvaluating { // as open as before
		return nil
	}
	return refreshDuties(ctx, tx, id, "")
}

// readyToClose refuses while a gate is open or evidence waits for a decision.
func readyToClose(ctx context.Context, tx *store.Tx, cy Cycle) error {
	var open []string
	for _, p := range cy.Phases {
		if p.Gate == GateOpen {
			open = append(open, p.Phase)
		}
	}
	if len(open) > 0 {
		return apperr.New(apperr.Conflict, "kis.cycle.gates_open", "phases", join(open))
	}
	n, err := countWaiting(ctx, tx, cy.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return apperr.New(apperr.Conflict, "kis.cycle.evidence_waits", "n", n)
	}
	return nil
}

func (c Cycle) label() string { return c.Process.Code + " " + c.Period }

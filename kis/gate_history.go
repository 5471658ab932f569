package kis

import (
	"context"
	"github.com/kis-platform/kis/kis/office"
)

// GateHistory gives what was decided about the gate of a phase, newest first:
// each passing, waiver and reopening with who, when and why.
func (s *Service) GateHistory(ctx context.Context, cycleID, phase string) ([]office.Event, error) {
	if err := s.mayReadCycle(ctx, cycleID); err != nil {
		return nil, err
	}
	return office.ObjectHistory(ctx, s.DB.Read(), "gate", cycleID+":"+phase, 500)
}

package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
)

// due counts a term from a day with the timer of the code. confirmed is false
// when the calendar of a year it passes through is only a proposal.
func (s *Service) due(ctx context.Context, db bun.IDB, code string, from day.Day) (due day.Day, confirmed bool, err error) {
	t, err := s.KIS.Timer(code)
	if err != nil {
		return "", false, err
	}
	return t.Due(ctx, db, s.KIS.Country, from)
}

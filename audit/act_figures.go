package audit

import (
	"context"

	"github.com/kis-platform/kis/audit/figure"
	"github.com/kis-platform/kis/internal/store"
)

// keepFigures brings the figures of the year in line with an act that the
// transaction has changed. Call it after the last change.
func (s *Service) keepFigures(ctx context.Context, tx *store.Tx, a Act) error {
	if a.IssuedAt.IsZero() {
		return nil
	}
	return figure.Keep(ctx, tx, s.KIS.Zone, a.ID)
}

// MakeFigures makes the figures of acts anew when no program has made them in
// the zone of the office. For the start of the program; it asks no permission.
func (s *Service) MakeFigures(ctx context.Context) error { return figure.Make(ctx, s.DB, s.KIS.Zone) }

// VerifyFigures counts all acts anew and reports what is kept otherwise. It
// asks no permission: it is for who has the database in hands.
func (s *Service) VerifyFigures(ctx context.Context, report func(store.Fault)) (int64, error) {
	return figure.Verify(ctx, s.DB, s.KIS.Zone, report)
}

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

// VerifyFigures counts all acts anew, works out anew what reported audits have
// looked at and found, and reports what is kept otherwise. It asks no
// permission: it is for who has the database in hands.
func (s *Service) VerifyFigures(ctx context.Context, report func(store.Fault)) (int64, error) {
	n, err := figure.Verify(ctx, s.DB, s.KIS.Zone, report)
	if err != nil {
		return n, err
	}
	if err := verifyLooked(ctx, s.DB.Read(), report); err != nil {
		return n, err
	}
	if err := verifyElsewhere(ctx, s.DB.Read(), report); err != nil {
		return n, err
	}
	return n, verifyResults(ctx, s.DB.Read(), report)
}

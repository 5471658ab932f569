package eservice

import (
	"context"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Fill brings in bodies and their services as a file of assessments does, but
// without results; keys for searching and sorting are worked out. Only the
// program itself may: Forbidden for people.
func (s *Service) Fill(ctx context.Context, bodies []Agency, services []EService) error {
	if _, err := office.Allowed(ctx, policies.AssessmentImport); err != nil {
		return err
	}
	if !actor.From(ctx).System {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		for i := range bodies {
			b := &bodies[i]
			b.CreatedAt = tx.Now
			b.SearchKey, b.SortKey = keys(b.NameAZ, b.NameEN, b.Code)
		}
		for i := range services {
			v := &services[i]
			v.CreatedAt = tx.Now
			v.SearchKey, v.SortKey = keys(v.NameAZ, v.NameEN, v.Code)
		}
		if err := InsertBatches(ctx, tx, bodies); err != nil {
			return store.MapError(err, "insert agencies")
		}
		if err := InsertBatches(ctx, tx, services); err != nil {
			return store.MapError(err, "insert services")
		}
		tx.Record(store.Change{Action: string(policies.AssessmentImport), Kind: "assessment_import", ID: store.NewID(), Label: "fill",
			After: ImportResult{Services: len(services), Agencies: len(bodies)}})
		return nil
	})
}

// InsertResults writes results, some at a time.
func InsertResults(ctx context.Context, tx *store.Tx, list []Assessment) error {
	return store.MapError(InsertBatches(ctx, tx, list), "insert results")
}

package inquiry

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// Figures are what indicators of a cycle are worked out from.
type Figures struct {
	Found     int64 // notes
	Explained int64 // of them: explained or corrected, also when since confirmed
	Due       int64 // notes whose day has come or that were answered
	InTime    int64 // of them: first answered by that day

	Asked    int64 // requests whose day has come or that were answered, without withdrawn and confidential ones
	Answered int64 // of them: first answered by that day
}

// Figures counts the notes and requests of a cycle. It asks no permission:
// indicators are for everyone and say only numbers, in which confidential
// requests have no part. Two queries.
func (s *Service) Figures(ctx context.Context, db bun.IDB, cy kis.Cycle) (Figures, error) {
	type row struct {
		State           string
		Due             day.Day
		FirstAnsweredAt time.Time `bun:",nullzero"`
		ExplainedAt     time.Time `bun:",nullzero"`
	}
	var f Figures
	var notes, requests []row
	if err := db.NewRaw(`SELECT state, due, first_answered_at, explained_at FROM discrepancies WHERE cycle_id = ?`, cy.ID).Scan(ctx, &notes); err != nil {
		return f, store.MapError(err, "discrepancies to count")
	}
	err := db.NewRaw(`SELECT state, due, first_answered_at FROM evidence_requests WHERE cycle_id = ? AND state <> 'withdrawn' AND NOT confidential`, cy.ID).Scan(ctx, &requests)
	if err != nil {
		return f, store.MapError(err, "requests to count")
	}
	today := s.KIS.Today()
	count := func(r row, all, good *int64) {
		answered := !r.FirstAnsweredAt.IsZero()
		if !answered && r.Due >= today {
			return
		}
		*all++
		if answered && day.Of(r.FirstAnsweredAt, s.KIS.Zone) <= r.Due {
			*good++
		}
	}
	for _, r := range notes {
		f.Found++
		if s := DiscrepancyState(r.State); s != DiscrepancyOpen && !r.ExplainedAt.IsZero() {
			f.Explained++
		}
		count(r, &f.Due, &f.InTime)
	}
	for _, r := range requests {
		count(r, &f.Asked, &f.Answered)
	}
	return f, nil
}

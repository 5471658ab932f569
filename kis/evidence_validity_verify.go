package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// verifyValidity works out anew the last day of all evidence that follows
// rules; what its sender gave a day is left alone.
func (s *Service) verifyValidity(ctx context.Context, report func(store.Fault)) (int64, error) {
	db := s.DB.Read()
	_, err := verifyRows(ctx, db, "submissions", func(ids []string) (map[string][]store.Fault, error) {
		var rows []struct {
			ID, ProcessID, Code, Cycle string
			EffectiveDay, ValidUntil   day.Day
			Validity                   Validity
		}
		err := db.NewRaw(`SELECT s.id, s.process_id, a.code, p.code || ' ' || c.period AS cycle, s.effective_day, s.valid_until, s.validity
			FROM submissions s JOIN activities a ON a.id = s.activity_id JOIN cycles c ON c.id = s.cycle_id JOIN processes p ON p.id = c.process_id
			WHERE s.id IN (?) AND s.validity <> ?`, bun.List(ids), ValidityOwn).Scan(ctx, &rows)
		if err != nil {
			return nil, store.MapError(err, "evidence that follows rules")
		}
		var all []ValidityRule // few, for all processes at once
		if len(rows) > 0 {
			if err := db.NewSelect().Model(&all).Scan(ctx); err != nil {
				return nil, store.MapError(err, "rules of validity")
			}
		}
		rules := map[string][]ValidityRule{}
		for _, r := range all {
			rules[r.ProcessID] = append(rules[r.ProcessID], r)
		}
		out := map[string][]store.Fault{}
		for _, r := range rows {
			until, origin := ruleFor(rules[r.ProcessID], r.Code).until(r.EffectiveDay), ValidityNone
			if until != "" {
				origin = ValidityByRule
			}
			if until != r.ValidUntil || origin != r.Validity {
				out[r.ID] = []store.Fault{{Key: "verify.derived.validity", Args: apperr.Pairs("id", r.ID, "cycle", r.Cycle)}}
			}
		}
		return out, nil
	}, report)
	return 0, err // the submissions are counted where their keys are compared
}

package notice

import (
	"context"

	"github.com/kis-platform/kis/internal/outbox"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// trailRetry is what the trail calls a job tried again.
const trailRetry = string(policies.JobRetry)

// Jobs lists the jobs of the outbox for an administrator, newest first, with
// how many there are in each state.
func (s *Service) Jobs(ctx context.Context, f outbox.Filter) (items []outbox.Item, counts map[outbox.State]int, next string, err error) {
	if _, err := office.Allowed(ctx, policies.JobRead); err != nil {
		return nil, nil, "", err
	}
	if counts, err = s.Queue.Counts(ctx); err != nil {
		return nil, nil, "", err
	}
	items, next, err = s.Queue.List(ctx, f)
	return items, counts, next, err
}

// Retry lets a job that was given up be tried once more. One that was not is a
// Conflict.
func (s *Service) Retry(ctx context.Context, id string) error {
	if _, err := office.Allowed(ctx, policies.JobRetry); err != nil {
		return err
	}
	return s.KIS.DB.Write(ctx, func(tx *store.Tx) error {
		j, err := s.Queue.Retry(ctx, tx, id)
		if err != nil {
			return err
		}
		tx.Record(store.Change{Action: trailRetry, Kind: "job", ID: j.ID, Label: j.Kind, After: map[string]any{"attempt": j.Attempt}})
		return nil
	})
}

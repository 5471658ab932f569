package amendment

import (
	"context"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/policies"
)

// List gives the amendments of a plan by number, with their changes, in three
// queries.
func (s *Service) List(ctx context.Context, key planning.Key) ([]Amendment, error) {
	if _, err := office.Allowed(ctx, policies.PlanRead); err != nil {
		return nil, err
	}
	var list []Amendment
	db := s.DB.Read()
	err := db.NewSelect().Model(&list).ColumnExpr("m.*, p.key").Join("JOIN plans AS p ON p.id = m.plan_id").Where("p.key = ?", key).OrderExpr("m.no").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "amendments")
	}
	ids, at := make([]string, len(list)), map[string]int{}
	for i, m := range list {
		ids[i], at[m.ID] = m.ID, i
	}
	changes, err := changesOf(ctx, db, ids)
	for _, x := range changes {
		list[at[x.AmendmentID]].Changes = append(list[at[x.AmendmentID]].Changes, x)
	}
	return list, err
}

// Amendment gives one amendment of a plan; one of another plan is not found.
func (s *Service) Amendment(ctx context.Context, key planning.Key, id string) (Amendment, error) {
	list, err := s.List(ctx, key)
	for _, m := range list {
		if m.ID == id {
			return m, err
		}
	}
	if err == nil {
		err = apperr.Missing(Kind)
	}
	return Amendment{}, err
}

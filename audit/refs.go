package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Numbers gives the numbers of audits by id, for what was made for an audit
// elsewhere and is shown there; ids that are none are left out. It asks no
// permission: who sees the other thing may know the number.
func (s *Service) Numbers(ctx context.Context, db bun.IDB, ids []string) (map[string]string, error) {
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct{ ID, Number string }
	err := db.NewRaw(`SELECT id, number FROM audits WHERE id IN (?)`, bun.List(ids)).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ID] = r.Number
	}
	return out, store.MapError(err, "numbers of audits")
}

// ActStanding is where an act stands, for the context it came from.
type ActStanding struct {
	ID, Number string // no number while it is a draft
	State      ActState
}

// Standings says where acts stand, by id; those that the actor may not see are
// left out. One query.
func (s *Service) Standings(ctx context.Context, db bun.IDB, ids []string) (map[string]ActStanding, error) {
	out := map[string]ActStanding{}
	who, err := office.Allowed(ctx, policies.ActRead)
	if err != nil || len(ids) == 0 {
		return out, nil // who reads no acts sees none
	}
	var rows []ActStanding
	err = actsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), who).ColumnExpr("c.id, COALESCE(c.number, '') AS number, c.state").
		Where("c.id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ID] = r
	}
	return out, store.MapError(err, "acts that things became")
}

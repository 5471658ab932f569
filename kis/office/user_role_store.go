package office

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// validGrant is the condition for a role that counts on a day, given twice.
const validGrant = "r.from_day <= ? AND (r.to_day IS NULL OR r.to_day >= ?)"

// grantsOf gives all roles of people, past and future too, newest first.
func grantsOf(ctx context.Context, db bun.IDB, userIDs []string) (map[string][]Grant, error) {
	out := map[string][]Grant{}
	if userIDs = CleanIDs(userIDs); len(userIDs) == 0 {
		return out, nil
	}
	var list []Grant
	err := db.NewSelect().Model(&list).Where("r.user_id IN (?)", bun.List(userIDs)).OrderExpr("r.from_day DESC, r.id DESC").Scan(ctx)
	for _, g := range list {
		out[g.UserID] = append(out[g.UserID], g)
	}
	return out, store.MapError(err, "roles")
}

func insertGrant(ctx context.Context, db bun.IDB, g Grant) error {
	_, err := db.NewInsert().Model(&g).Exec(ctx)
	return store.MapError(err, "insert role")
}

func setGrantEnd(ctx context.Context, db bun.IDB, id string, last day.Day) error {
	q := db.NewUpdate().Table("user_roles").Where("id = ?", id)
	if last == "" {
		q = q.Set("to_day = NULL")
	} else {
		q = q.Set("to_day = ?", last)
	}
	_, err := q.Exec(ctx)
	return store.MapError(err, "end role")
}

func agencyByCode(ctx context.Context, db bun.IDB, code string) (string, error) {
	var id string
	err := db.NewSelect().Table("agencies").Column("id").Where("code = ?", code).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", apperr.InvalidField("agency", "error.field.missing")
	}
	return id, store.MapError(err, "agency")
}

// administrators gives the ids of the active people who are administrators on
// a day without a last day of it, and holds their rows.
func administrators(ctx context.Context, tx *store.Tx, on day.Day) ([]string, error) {
	var list []User
	q := tx.NewSelect().Model(&list).Where("u.disabled_at IS NULL").
		Where("EXISTS (SELECT 1 FROM user_roles AS r WHERE r.user_id = u.id AND r.role = 'administrator' AND r.from_day <= ? AND r.to_day IS NULL)", on).
		OrderExpr("u.id")
	if err := store.Lock(q).Scan(ctx); err != nil {
		return nil, store.MapError(err, "administrators")
	}
	ids := make([]string, len(list))
	for i, u := range list {
		ids[i] = u.ID
	}
	return ids, nil
}

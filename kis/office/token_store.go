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

func insertToken(ctx context.Context, tx *store.Tx, t Token) error {
	_, err := tx.NewInsert().Model(&t).Exec(ctx)
	return store.MapError(err, "insert token")
}

// tokenBy finds a token by id or hash.
func tokenBy(ctx context.Context, db bun.IDB, column, value string) (Token, error) {
	var t Token
	if column == "id" && !store.IsID(value) {
		return t, apperr.Missing("token")
	}
	err := db.NewSelect().Model(&t).Where("t.? = ?", bun.Ident(column), value).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return t, apperr.Missing("token")
	}
	return t, store.MapError(err, "token")
}

// tokensLeft refuses a token more than a person may have, and a name that one
// in use has already: the trail tells them apart by it.
func tokensLeft(ctx context.Context, tx *store.Tx, userID, name string, today day.Day) error {
	var names []string
	err := tx.NewSelect().TableExpr("api_tokens AS t").ColumnExpr("t.name").Where("t.user_id = ? AND t.revoked_at IS NULL AND t.to_day >= ?", userID, today).Scan(ctx, &names)
	if err != nil {
		return store.MapError(err, "count tokens")
	}
	if len(names) >= maxTokens {
		return apperr.New(apperr.Conflict, "kis.token.error.too_many", "max", maxTokens)
	}
	for _, n := range names {
		if n == name {
			return apperr.InvalidField("name", "error.field.taken")
		}
	}
	return nil
}

// updateRevoked ends a token that was not ended before.
func updateRevoked(ctx context.Context, tx *store.Tx, id string) error {
	n, err := store.Affected(tx.NewUpdate().Table("api_tokens").Set("revoked_at = ?", tx.Now).Where("id = ? AND revoked_at IS NULL", id).Exec(ctx))
	return store.Moved(n, err, "token", "valid")
}

// touchToken notes the use of a token, unless another request has just done so.
func touchToken(ctx context.Context, tx *store.Tx, id string) error {
	_, err := tx.NewUpdate().Table("api_tokens").Set("last_used_at = ?", tx.Now).
		Where("id = ? AND (last_used_at IS NULL OR last_used_at < ?)", id, tx.Now.Add(-tokenTouch)).Exec(ctx)
	return store.MapError(err, "note the use of a token")
}

func tokensOf(ctx context.Context, db bun.IDB, userID string) ([]Token, error) {
	var list []Token
	err := db.NewSelect().Model(&list).Where("t.user_id = ?", userID).
		OrderExpr("CASE WHEN t.revoked_at IS NULL THEN 0 ELSE 1 END, t.id DESC").Limit(3 * maxTokens).Scan(ctx)
	return list, store.MapError(err, "tokens of a person")
}

func listTokens(ctx context.Context, db bun.IDB, after string, limit int) ([]TokenItem, error) {
	var list []TokenItem
	q := db.NewSelect().Model(&list).ColumnExpr("t.*, u.email").Join("JOIN users AS u ON u.id = t.user_id").OrderExpr("t.id").Limit(int64(limit))
	if store.IsID(after) {
		q.Where("t.id > ?", after)
	}
	err := q.Scan(ctx)
	return list, store.MapError(err, "tokens")
}

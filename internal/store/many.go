package store

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// InsertMany inserts rows, some hundred at a time.
func InsertMany[T any](ctx context.Context, tx bun.IDB, rows []T) error {
	for part := range slices.Chunk(rows, 500) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return MapError(err, "fill")
		}
	}
	return nil
}

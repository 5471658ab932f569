package kis

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

type recurrenceRow struct {
	bun.BaseModel `bun:"table:cycle_recurrences,alias:r"`

	ProcessID    string    `bun:"process_id,pk"`
	Frequency    Frequency `bun:"frequency"`
	TemplateCode string    `bun:"template_code"`
	LeadDays     int       `bun:"lead_days"`
	Active       bool      `bun:"active"`
	ChangedBy    string    `bun:"changed_by,nullzero"`
	ChangedAt    time.Time `bun:"changed_at"`
	Failure      string    `bun:"failure"`
}

func (r recurrenceRow) facts() map[string]any {
	return map[string]any{"frequency": r.Frequency, "template": r.TemplateCode, "lead_days": r.LeadDays, "active": r.Active}
}

// recurrenceLine is a recurrence with its process and newest period.
type recurrenceLine struct {
	recurrenceRow
	Code    string
	TitleAZ string `bun:"title_az"`
	TitleEN string `bun:"title_en"`
	OwnerID string
	Last    string // period of the newest cycle of the frequency; may be empty
}

// listRecurrences reads them by title, in one query.
func listRecurrences(ctx context.Context, db bun.IDB) (rows []recurrenceLine, err error) {
	err = db.NewSelect().Model(&rows).ModelTableExpr("cycle_recurrences AS r").ColumnExpr("r.*, p.code, p.title_az, p.title_en, p.owner_id").
		ColumnExpr(`COALESCE((SELECT c.period FROM cycles c WHERE c.process_id = r.process_id AND c.frequency = r.frequency ORDER BY c.first_day DESC LIMIT 1), '') AS last`).
		Join("JOIN processes AS p ON p.id = r.process_id").OrderExpr("p.sort_key, p.id").Scan(ctx)
	return rows, store.MapError(err, "recurrences")
}

// putRecurrence stores it and gives the facts before, nil when there was none.
func putRecurrence(ctx context.Context, tx *store.Tx, row recurrenceRow) (before any, err error) {
	var old recurrenceRow
	err = store.Lock(tx.NewSelect().Model(&old).Where("r.process_id = ?", row.ProcessID)).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
		return nil, store.MapError(err, "insert recurrence")
	case err != nil:
		return nil, store.MapError(err, "recurrence")
	}
	if old.Frequency == row.Frequency && old.TemplateCode == row.TemplateCode && old.LeadDays == row.LeadDays && old.Active == row.Active {
		return nil, store.ErrNoChange
	}
	_, err = tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
	return old.facts(), store.MapError(err, "update recurrence")
}

func setFailure(ctx context.Context, tx *store.Tx, processID, key string) error {
	_, err := tx.NewRaw(`UPDATE cycle_recurrences SET failure = ? WHERE process_id = ?`, key, processID).Exec(ctx)
	return store.MapError(err, "note failure")
}

func clearFailure(ctx context.Context, tx *store.Tx, processID string) error {
	return setFailure(ctx, tx, processID, "")
}

package notice

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// row is a notice as stored.
type row struct {
	bun.BaseModel `bun:"table:notices,alias:n"`

	ID        string    `bun:"id,pk"`
	UserID    string    `bun:"user_id"`
	Source    string    `bun:"source"`
	Kind      string    `bun:"kind"`
	Key       string    `bun:"key"`
	Args      string    `bun:"args"`
	Href      string    `bun:"href"`
	RootKind  string    `bun:"root_kind"`
	RootID    string    `bun:"root_id"`
	At        time.Time `bun:"at"`
	ReadAt    time.Time `bun:"read_at,nullzero"`
	Mail      string    `bun:"mail"` // none, now, digest
	DigestDay day.Day   `bun:"digest_day,nullzero"`
}

// state is the one row that says how far everything is.
type state struct {
	Seq     int64  // of the trail
	Planned string // hour whose daily jobs were added
}

// behind says what there is to do: entries of the trail to read, and the hour
// planned last. One query by two keys.
func behind(ctx context.Context, db bun.IDB) (entries bool, planned string, err error) {
	var r struct {
		Behind  bool
		Planned string
	}
	err = db.NewRaw(`SELECT h.seq > s.seq AS behind, s.planned FROM notice_state s, trail_head h WHERE s.id = 1 AND h.id = 1`).Scan(ctx, &r)
	return r.Behind, r.Planned, store.MapError(err, "state of notices")
}

// lastEntry is the number of the trail's last entry.
func lastEntry(ctx context.Context, db bun.IDB) (seq int64, err error) {
	err = db.NewRaw(`SELECT seq FROM trail_head WHERE id = 1`).Scan(ctx, &seq)
	return seq, store.MapError(err, "trail head")
}

// lockState holds the row, so that one node at a time goes on.
func lockState(ctx context.Context, tx *store.Tx) (state, error) {
	var st state
	err := store.Lock(tx.NewSelect().TableExpr("notice_state").Column("seq", "planned").Where("id = 1")).Scan(ctx, &st)
	return st, store.MapError(err, "lock notices")
}

func setSeq(ctx context.Context, tx *store.Tx, seq int64) error {
	_, err := tx.NewRaw(`UPDATE notice_state SET seq = ? WHERE id = 1`, seq).Exec(ctx)
	return store.MapError(err, "move notices")
}

func setPlanned(ctx context.Context, tx *store.Tx, hour string) error {
	_, err := tx.NewRaw(`UPDATE notice_state SET planned = ? WHERE id = 1`, hour).Exec(ctx)
	return store.MapError(err, "plan notices")
}

// insertNotices adds notices and gives the ids of those that were new.
func insertNotices(ctx context.Context, tx *store.Tx, rows []row) (fresh map[string]bool, err error) {
	fresh = map[string]bool{}
	const batch = 200
	for len(rows) > 0 {
		n := min(batch, len(rows))
		part := rows[:n]
		var ids []string
		if err := tx.NewInsert().Model(&part).On("CONFLICT (user_id, source) DO NOTHING").Returning("id").Scan(ctx, &ids); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, store.MapError(err, "insert notices")
		}
		for _, id := range ids {
			fresh[id] = true
		}
		rows = rows[n:]
	}
	return fresh, nil
}

// choicesOf reads what people chose; of everybody when ids is nil.
func choicesOf(ctx context.Context, db bun.IDB, ids []string) (choices, error) {
	var rows []struct {
		UserID, Kind string
		Channel      Channel
	}
	q := db.NewSelect().TableExpr("notice_choices").Column("user_id", "kind", "channel")
	if ids != nil {
		q = q.Where("user_id IN (?)", bun.List(ids))
	}
	err := q.Scan(ctx, &rows)
	out := choices{}
	for _, r := range rows {
		if out[r.UserID] == nil {
			out[r.UserID] = map[string]Channel{}
		}
		out[r.UserID][r.Kind] = r.Channel
	}
	return out, store.MapError(err, "choices")
}

// unread counts a person's unread notices up to a limit. One query over an
// index that holds only these.
func unread(ctx context.Context, db *store.DB, userID string, limit int) (int, error) {
	var n int
	q := db.Read().NewRaw(`SELECT COUNT(*) FROM (SELECT 1 FROM notices WHERE user_id = ? AND read_at IS NULL LIMIT ?) AS x`, userID, limit)
	err := db.Each(ctx, q, func(scan store.Scan) error { return scan(&n) })
	return n, store.MapError(err, "count unread")
}

// listNotices gives one more than the limit when there are more, newest first.
func listNotices(ctx context.Context, db bun.IDB, userID string, f Filter) ([]row, error) {
	var rows []row
	q := db.NewSelect().Model(&rows).Where("n.user_id = ?", userID).OrderExpr("n.id DESC").Limit(int64(f.Limit) + 1)
	if f.Unread {
		q = q.Where("n.read_at IS NULL")
	}
	if store.IsID(f.After) {
		q = q.Where("n.id < ?", f.After)
	}
	return rows, store.MapError(q.Scan(ctx), "list notices")
}

// markRead marks one unread notice of the person, or all, and gives how many.
func markRead(ctx context.Context, tx *store.Tx, userID, id string) (int64, error) {
	q := tx.NewUpdate().Table("notices").Set("read_at = ?", tx.Now).Where("user_id = ? AND read_at IS NULL", userID)
	if id != "" {
		q = q.Where("id = ?", id)
	}
	n, err := store.Affected(q.Exec(ctx))
	return n, store.MapError(err, "mark read")
}

func noticeOf(ctx context.Context, db bun.IDB, userID, id string) (row, error) {
	var r row
	err := db.NewSelect().Model(&r).Where("n.id = ? AND n.user_id = ?", id, userID).Scan(ctx)
	return r, store.MapError(err, "notice")
}

func noticesOf(ctx context.Context, db bun.IDB, userID string, ids []string) ([]row, error) {
	var rows []row
	err := db.NewSelect().Model(&rows).Where("n.user_id = ? AND n.id IN (?)", userID, bun.List(ids)).OrderExpr("n.id").Scan(ctx)
	return rows, store.MapError(err, "notices")
}

// sweepRead removes notices that were read before a time, in small steps.
func (s *Service) sweepRead(ctx context.Context, before time.Time) error {
	for {
		var n int64
		err := s.KIS.DB.Unrecorded(ctx, func(tx *store.Tx) (err error) {
			n, err = store.Affected(tx.NewRaw(`DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE read_at < ? LIMIT 1000)`, before).Exec(ctx))
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

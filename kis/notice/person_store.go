package notice

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

// personOf gives the hour of a person's digest and the working day up to which
// reminders were given, "" for a new person.
func personOf(ctx context.Context, db bun.IDB, userID string) (hour int, last day.Day, err error) {
	var r struct {
		DigestHour sql.NullInt64
		LastDay    sql.NullString
	}
	err = db.NewRaw(`SELECT digest_hour, last_day FROM notice_people WHERE user_id = ?`, userID).Scan(ctx, &r)
	if errors.Is(err, sql.ErrNoRows) {
		return UsualHour, "", nil
	}
	hour = UsualHour
	if r.DigestHour.Valid {
		hour = int(r.DigestHour.Int64)
	}
	return hour, day.Day(r.LastDay.String), store.MapError(err, "person of notices")
}

func setHour(ctx context.Context, tx *store.Tx, userID string, hour int) error {
	_, err := tx.NewRaw(`INSERT INTO notice_people (user_id, digest_hour) VALUES (?, ?)
		ON CONFLICT (user_id) DO UPDATE SET digest_hour = EXCLUDED.digest_hour`, userID, hour).Exec(ctx)
	return store.MapError(err, "hour of digest")
}

// setLastDay notes that the person's reminders of a day were given.
func setLastDay(ctx context.Context, tx *store.Tx, userID string, d day.Day) error {
	_, err := tx.NewRaw(`INSERT INTO notice_people (user_id, last_day) VALUES (?, ?)
		ON CONFLICT (user_id) DO UPDATE SET last_day = EXCLUDED.last_day`, userID, d).Exec(ctx)
	return store.MapError(err, "day of reminders")
}

func setChoice(ctx context.Context, tx *store.Tx, userID, kind string, ch Channel) error {
	_, err := tx.NewRaw(`INSERT INTO notice_choices (user_id, kind, channel) VALUES (?, ?, ?)
		ON CONFLICT (user_id, kind) DO UPDATE SET channel = EXCLUDED.channel`, userID, kind, ch).Exec(ctx)
	return store.MapError(err, "choice of notices")
}

// whoseHour lists the active people whose day has begun at an hour.
func whoseHour(ctx context.Context, db bun.IDB, hour int) (ids []string, err error) {
	err = db.NewRaw(`SELECT u.id FROM users u LEFT JOIN notice_people p ON p.user_id = u.id
		WHERE u.disabled_at IS NULL AND COALESCE(p.digest_hour, ?) <= ? ORDER BY u.id`, UsualHour, hour).Scan(ctx, &ids)
	return ids, store.MapError(err, "people of the hour")
}

// takeForDigest gives a person's notices that wait for a digest to the one of
// the day, and says how many there are in it.
func takeForDigest(ctx context.Context, tx *store.Tx, userID string, d day.Day) (int, error) {
	_, err := tx.NewRaw(`UPDATE notices SET digest_day = ? WHERE user_id = ? AND mail = 'digest' AND digest_day IS NULL`, d, userID).Exec(ctx)
	if err != nil {
		return 0, store.MapError(err, "take for digest")
	}
	var n int
	err = tx.NewRaw(`SELECT COUNT(*) FROM notices WHERE user_id = ? AND digest_day = ?`, userID, d).Scan(ctx, &n)
	return n, store.MapError(err, "count for digest")
}

// backFromDigest lets the next digest tell what this one did not.
func backFromDigest(ctx context.Context, tx *store.Tx, userID string, d day.Day) error {
	_, err := tx.NewRaw(`UPDATE notices SET digest_day = NULL WHERE user_id = ? AND digest_day = ?`, userID, d).Exec(ctx)
	return store.MapError(err, "back from digest")
}

func digestOf(ctx context.Context, db bun.IDB, userID string, d day.Day) ([]row, error) {
	var rows []row
	err := db.NewSelect().Model(&rows).Where("n.user_id = ? AND n.digest_day = ?", userID, d).OrderExpr("n.id").Scan(ctx)
	return rows, store.MapError(err, "notices of a digest")
}

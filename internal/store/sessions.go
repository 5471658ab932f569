package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// Sessions keeps sign-in sessions in the database, so that any node may
// answer any request. It has the methods of a session store with context;
// session rows are no business record and leave no trail. Expiry is told by the
// machine's time and not by the program's clock, since the session library
// sets it so.
type Sessions struct{ db *DB }

// NewSessions gives the session store of a database.
func NewSessions(db *DB) *Sessions { return &Sessions{db: db} }

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:s"`

	Token  string    `bun:"token,pk"`
	Data   []byte    `bun:"data"`
	Expiry time.Time `bun:"expiry"`
}

// FindCtx gives the data of a session that has not expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	q := s.db.reader.NewRaw("SELECT data FROM sessions WHERE token = ? AND expiry > ?", token, time.Now())
	var data []byte
	found := false
	err := s.db.Each(ctx, q, func(scan Scan) error { found = true; return scan(&data) })
	return data, found, err
}

// CommitCtx stores a session.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, err := s.db.writer.NewInsert().Model(&sessionRow{Token: token, Data: data, Expiry: expiry.UTC()}).
		On("CONFLICT (token) DO UPDATE").Set("data = EXCLUDED.data, expiry = EXCLUDED.expiry").Exec(ctx)
	return mapError(err, "store session")
}

// DeleteCtx ends a session.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.db.writer.NewDelete().Model((*sessionRow)(nil)).Where("token = ?", token).Exec(ctx)
	return mapError(err, "delete session")
}

// Find is FindCtx without a context, as the interface demands.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context, as the interface demands.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context, as the interface demands.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// Sweep removes sessions that have expired and gives their number.
func (s *Sessions) Sweep(ctx context.Context) (int64, error) {
	res, err := s.db.writer.NewDelete().Model((*sessionRow)(nil)).Where("expiry <= ?", time.Now().UTC()).Exec(ctx)
	n, err := Affected(res, err)
	return n, mapError(err, "sweep sessions")
}

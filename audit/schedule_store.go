package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
)

type sessionPart struct {
	bun.BaseModel `bun:"table:audit_session_people,alias:sp"`

	SessionID string `bun:"session_id,pk"`
	UserID    string `bun:"user_id,pk"`
	Auditing  bool   `bun:"auditing"`
}

// insertSession writes a line with its people.
func insertSession(ctx context.Context, tx *store.Tx, line Session, auditors, with []string) error {
	if _, err := tx.NewInsert().Model(&line).Exec(ctx); err != nil {
		return store.MapError(err, "insert session")
	}
	var parts []sessionPart
	for _, id := range auditors {
		parts = append(parts, sessionPart{SessionID: line.ID, UserID: id, Auditing: true})
	}
	for _, id := range with {
		parts = append(parts, sessionPart{SessionID: line.ID, UserID: id})
	}
	_, err := tx.NewInsert().Model(&parts).Exec(ctx)
	return store.MapError(err, "insert people of a session")
}

func deleteSession(ctx context.Context, tx *store.Tx, auditID, sessionID string) error {
	if !store.IsID(sessionID) {
		return apperr.Missing("session")
	}
	if _, err := tx.NewRaw("DELETE FROM audit_session_people WHERE session_id IN (SELECT id FROM audit_sessions WHERE id = ? AND audit_id = ?)", sessionID, auditID).Exec(ctx); err != nil {
		return store.MapError(err, "delete people of a session")
	}
	n, err := store.Affected(tx.NewRaw("DELETE FROM audit_sessions WHERE id = ? AND audit_id = ?", sessionID, auditID).Exec(ctx))
	if err == nil && n == 0 {
		return apperr.Missing("session")
	}
	return store.MapError(err, "delete session")
}

// sessionsOf reads the schedule of an audit with the people of its lines,
// sorted by name.
func sessionsOf(ctx context.Context, db bun.IDB, auditID string) (lines []Session, parts []sessionPart, err error) {
	if err := db.NewSelect().Model(&lines).Where("se.audit_id = ?", auditID).Order("se.day", "se.from_time", "se.id").Scan(ctx); err != nil || len(lines) == 0 {
		return nil, nil, store.MapError(err, "schedule")
	}
	err = db.NewSelect().Model(&parts).Join("JOIN audit_sessions AS se ON se.id = sp.session_id").Join("JOIN users AS u ON u.id = sp.user_id").
		Where("se.audit_id = ?", auditID).Order("u.sort_key", "u.id").Scan(ctx)
	return lines, parts, store.MapError(err, "people of the schedule")
}

type busyRow struct {
	UserID string
	Name   string
	From   string `bun:"from_time"`
	To     string `bun:"to_time"`
	Number string
}

// busyAt finds which of the people have a line that overlaps a time, in any
// audit that goes on. Their rows are held, so that of two lines written at
// once the second sees the first.
func busyAt(ctx context.Context, tx *store.Tx, users []string, on day.Day, from, to string) (out []busyRow, err error) {
	var held []string
	if err := store.Lock(tx.NewSelect().TableExpr("users").ColumnExpr("id").Where("id IN (?)", bun.List(users)).OrderExpr("id")).Scan(ctx, &held); err != nil {
		return nil, store.MapError(err, "hold people")
	}
	err = tx.NewRaw(`SELECT p.user_id, u.name, x.from_time, x.to_time, a.number FROM audit_session_people p
		JOIN audit_sessions x ON x.id = p.session_id JOIN audits a ON a.id = x.audit_id JOIN users u ON u.id = p.user_id
		WHERE p.user_id IN (?) AND x.day = ? AND x.from_time < ? AND x.to_time > ? AND a.state IN (?) ORDER BY u.sort_key, u.id, x.from_time`,
		bun.List(users), on, to, from, bun.List([]State{Planned, Announced, InProgress})).Scan(ctx, &out)
	return out, store.MapError(err, "people at a time")
}

// rowCodes lists the GSBPM codes of a checklist.
func rowCodes(ctx context.Context, db bun.IDB, auditID string) (out []string, err error) {
	err = db.NewRaw("SELECT DISTINCT gsbpm FROM audit_rows WHERE audit_id = ? AND gsbpm <> '' ORDER BY gsbpm", auditID).Scan(ctx, &out)
	return out, store.MapError(err, "codes of a checklist")
}

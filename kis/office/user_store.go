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

// UsersByID gives the people of the ids, disabled ones too; ids that are none
// are left out. One query, none for no ids.
func UsersByID(ctx context.Context, db bun.IDB, ids []string) (map[string]User, error) {
	out := map[string]User{}
	if ids = CleanIDs(ids); len(ids) == 0 {
		return out, nil
	}
	var list []User
	err := db.NewSelect().Model(&list).Where("u.id IN (?)", bun.List(ids)).Scan(ctx)
	for _, u := range list {
		out[u.ID] = u
	}
	return out, store.MapError(err, "users")
}

func userBy(ctx context.Context, db bun.IDB, column, value string) (User, error) {
	var u User
	err := db.NewSelect().Model(&u).Where("u.? = ?", bun.Ident(column), value).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return u, apperr.Missing("user")
	}
	return u, store.MapError(err, "user")
}

// HoldUser reads a person and keeps others from changing them until the unit of
// work ends: whatever leaves an entry about a person holds them, so that each
// seal follows from the one before. NotFound when there is none.
func HoldUser(ctx context.Context, tx *store.Tx, id string) (User, error) {
	var u User
	err := store.Lock(tx.NewSelect().Model(&u).Where("u.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return u, apperr.Missing("user")
	}
	if err != nil {
		return u, store.MapError(err, "user")
	}
	return u, tx.Seen(ctx, kindUser, id)
}

// userRow is a User with its password, for the one insert.
type userRow struct {
	User         `bun:",extend"`
	PasswordHash PasswordHash `bun:"password_hash"`
}

func insertUser(ctx context.Context, db bun.IDB, u User, hash PasswordHash) error {
	_, err := db.NewInsert().Model(&userRow{User: u, PasswordHash: hash}).Exec(ctx)
	return store.MapError(err, "insert user")
}

func updateUser(ctx context.Context, db bun.IDB, u User) error {
	_, err := db.NewUpdate().Model(&u).Column("email", "name", "position_az", "position_en", "search_key", "sort_key").WherePK().Exec(ctx)
	return store.MapError(err, "update user")
}

// setUser sets one column of a person.
func setUser(ctx context.Context, db bun.IDB, id, column string, value any) error {
	_, err := db.NewUpdate().Table("users").Set("? = ?", bun.Ident(column), value).Where("id = ?", id).Exec(ctx)
	return store.MapError(err, "update user "+column)
}

// Stay is a time during which a person works or worked in a department.
type Stay struct {
	bun.BaseModel `bun:"table:user_departments,alias:ud"`

	ID           string  `bun:"id,pk"`
	UserID       string  `bun:"user_id"`
	DepartmentID string  `bun:"department_id"`
	From         day.Day `bun:"from_day"`
	To           day.Day `bun:"to_day,nullzero"` // last day there; empty = still
}

func insertStay(ctx context.Context, db bun.IDB, userID, departmentID string, from day.Day) error {
	_, err := db.NewInsert().Model(&Stay{ID: store.NewID(), UserID: userID, DepartmentID: departmentID, From: from}).Exec(ctx)
	return store.MapError(err, "insert stay")
}

func staysOf(ctx context.Context, db bun.IDB, userID string) ([]Stay, error) {
	var list []Stay
	err := db.NewSelect().Model(&list).Where("ud.user_id = ?", userID).OrderExpr("ud.from_day DESC, ud.id DESC").Scan(ctx)
	return list, store.MapError(err, "stays")
}

func endStay(ctx context.Context, db bun.IDB, id string, last day.Day) error {
	_, err := db.NewUpdate().Table("user_departments").Set("to_day = ?", last).Where("id = ?", id).Exec(ctx)
	return store.MapError(err, "end stay")
}

// DepartmentsOfSince gives the ids of the departments where a person works or
// worked on the day or after it, also as head or employee by a role.
func DepartmentsOfSince(ctx context.Context, db bun.IDB, userID string, since day.Day) ([]string, error) {
	var ids []string
	err := db.NewRaw(`SELECT department_id FROM user_departments WHERE user_id = ? AND (to_day IS NULL OR (to_day >= ? AND to_day >= from_day))
		UNION SELECT department_id FROM user_roles WHERE user_id = ? AND department_id IS NOT NULL AND role IN ('employee', 'head')
		AND (to_day IS NULL OR (to_day >= ? AND to_day >= from_day)) ORDER BY 1`, userID, since, userID, since).Scan(ctx, &ids)
	return ids, store.MapError(err, "departments of a person")
}

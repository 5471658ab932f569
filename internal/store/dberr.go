package store

import (
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/kis-platform/kis/internal/apperr"
)

// MapError turns what a database said into the program's error; what doing
// names goes to the log only. SQL functions of the domain packages return
// through it. No rows is NotFound, a broken unique rule is a Conflict that
// names the field, a broken reference a Conflict, a broken CHECK is Invalid.
func MapError(err error, doing string) error { return mapError(err, doing) }

func mapError(err error, doing string) error {
	if err == nil || errors.Is(err, ErrNoChange) {
		return err
	}
	var known *apperr.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return &apperr.Error{Kind: apperr.NotFound, Key: "error.not_found", Cause: err}
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		if e := postgresError(pg); e != nil {
			e.Cause = err
			return e
		}
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		if e := sqliteError(lite); e != nil {
			e.Cause = err
			return e
		}
	}
	return apperr.Wrap(err, doing)
}

// postgresError maps a SQLSTATE. Unique indexes are named
// ux_<table>__<column>[__<column>], so the name gives the field.
func postgresError(e *pgconn.PgError) *apperr.Error {
	switch e.Code {
	case "23505":
		return taken(uniqueColumn(e))
	case "23503":
		return apperr.New(apperr.Conflict, "error.conflict.referred")
	case "23514":
		return &apperr.Error{Kind: apperr.Invalid, Key: "error.field.rule", Args: apperr.Pairs("rule", e.ConstraintName)}
	case "23502":
		return apperr.InvalidField(e.ColumnName, "error.field.required")
	case "22P02":
		return apperr.New(apperr.NotFound, "error.not_found")
	case "22021", "22P05":
		return apperr.New(apperr.Invalid, "error.field.characters")
	case "42601":
		return nulByte(e.Message, `at or near ":"`)
	case "23000": // raised by forbid_change
		return apperr.New(apperr.Conflict, "error.conflict.immutable")
	case "40001", "40P01", "55P03":
		return apperr.New(apperr.Conflict, "error.conflict.busy")
	}
	return nil
}

// sqliteError maps an extended result code; SQLite names table and columns:
// "UNIQUE constraint failed: departments.code".
func sqliteError(e *sqlite.Error) *apperr.Error {
	text := e.Error()
	after := func(mark string) string {
		_, rest, _ := strings.Cut(text, mark)
		rest, _, _ = strings.Cut(rest, " (")
		return strings.TrimSpace(rest)
	}
	switch e.Code() {
	case 2067, 1555:
		cols := strings.Split(after("constraint failed:"), ",")
		last := strings.TrimSpace(cols[len(cols)-1])
		if i := strings.LastIndex(last, "."); i >= 0 {
			last = last[i+1:]
		}
		if i := strings.LastIndex(last, "__"); i >= 0 {
			last = strings.Trim(last[i+2:], "'")
		}
		return taken(last)
	case 787:
		return apperr.New(apperr.Conflict, "error.conflict.referred")
	case 1811: // RAISE in a trigger, or a reference that restricts a delete
		if !strings.Contains(text, "append-only") {
			return apperr.New(apperr.Conflict, "error.conflict.referred")
		}
		return apperr.New(apperr.Conflict, "error.conflict.immutable")
	case 1:
		return nulByte(text, `unrecognized token: "!"`)
	case 275:
		return &apperr.Error{Kind: apperr.Invalid, Key: "error.field.rule", Args: apperr.Pairs("rule", after("constraint failed:"))}
	case 1299:
		name := after("constraint failed:")
		if i := strings.LastIndex(name, "."); i >= 0 {
			name = name[i+1:]
		}
		return apperr.InvalidField(name, "error.field.required")
	case 5, 261, 517, 6:
		return apperr.New(apperr.Conflict, "error.conflict.busy")
	}
	return nil
}

// uniqueColumn is the last column of a unique index, out of its name or, for
// primary keys, out of the detail "Key (a, b)=(1, 2) already exists."
func uniqueColumn(e *pgconn.PgError) string {
	if i := strings.LastIndex(e.ConstraintName, "__"); i >= 0 {
		return e.ConstraintName[i+2:]
	}
	cols, _, _ := strings.Cut(strings.TrimPrefix(e.Detail, "Key ("), ")=")
	return strings.TrimSpace(cols[strings.LastIndex(cols, ",")+1:])
}

// nulByte recognises text that no database can hold. bun writes
// "?!(bun: string contains a NUL byte …)" where the text would stand, and the
// database stumbles over it; our own texts of SQL have no such sign.
func nulByte(text, mark string) *apperr.Error {
	if !strings.Contains(text, mark) {
		return nil
	}
	return apperr.New(apperr.Invalid, "error.field.characters")
}

func taken(column string) *apperr.Error {
	return &apperr.Error{Kind: apperr.Conflict, Key: "error.conflict.exists",
		Fields: []apperr.Field{{Name: column, Key: "error.field.taken"}}}
}

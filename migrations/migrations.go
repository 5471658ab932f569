// Package migrations owns the schema: one set of SQL files for both
// databases, embedded.
//
// It imports nothing. Invariants: forward only; each file is one transaction
// (*.tx.up.sql); what must differ stands in a template branch {{if .PG}};
// unique indexes are named ux_<table>__<column>[__<column>] so that an error
// can name the field.
package migrations

import "embed"

// FS holds the migration files.
//
//go:embed *.sql
var FS embed.FS

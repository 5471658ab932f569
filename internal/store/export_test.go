package store

import "github.com/uptrace/bun"

// Raw gives the writing side without the unit of work, for tests that do what
// an intruder would.
func (db *DB) Raw() *bun.DB { return db.writer }

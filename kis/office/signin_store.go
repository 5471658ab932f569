package office

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

// credential is what signing in needs of a person; it goes nowhere else.
type credential struct {
	bun.BaseModel `bun:"table:users,alias:u"`

	ID           string       `bun:"id,pk"`
	Email        string       `bun:"email"`
	Name         string       `bun:"name"`
	PasswordHash PasswordHash `bun:"password_hash"`
	SessionEpoch int64        `bun:"session_epoch"`
	DisabledAt   time.Time    `bun:"disabled_at,nullzero"`
}

// credentialOf finds a person by id or email; the zero value when there is
// none.
func credentialOf(ctx context.Context, db bun.IDB, column, value string) (credential, error) {
	var list []credential
	err := db.NewSelect().Model(&list).Where("u.? = ?", bun.Ident(column), value).Scan(ctx)
	if err != nil || len(list) == 0 {
		return credential{}, store.MapError(err, "credential")
	}
	return list[0], nil
}

// readPerson reads a person with all roles: two queries.
func readPerson(ctx context.Context, db bun.IDB, id string) (p person, err error) {
	if err := db.NewSelect().Model(&p).Where("u.id = ?", id).Scan(ctx); err != nil {
		return p, store.MapError(err, "load person")
	}
	grants, err := grantsOf(ctx, db, []string{id})
	p.grants = grants[id]
	return p, err
}

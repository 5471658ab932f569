// Package register owns the Electronic Register of services (Decision No 32 of
// the Cabinet of Ministers of 09.02.2015): state bodies with their history,
// services with all their items in versions, the applications of bodies with
// their clocks, likely duplicates, and the public catalogue.
//
// It may import internal packages, policies, reference and kis; no sibling
// context. Invariants: a number is given once, by the program, and never
// changes or returns (2.4); what is registered changes only by an application
// that the operator has checked, by an import or by a change of bodies, each
// of which leaves a version; a version never changes; an officer sees and
// changes what belongs to the own body only, anything else is not found; the
// catalogue shows registered services and nothing of their applications.
package register

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Service keeps the register.
type Service struct {
	DB  *store.DB
	KIS *kis.Service

	// OnStep is told of each step of an application in its unit of work and may
	// refuse it; nil: nobody is.
	OnStep func(ctx context.Context, tx *store.Tx, a Application, verb string) error
}

// New makes the service.
func New(k *kis.Service) *Service {
	k.DB.Seal(seals...)
	k.SealReference(kis.ReferencePart("register_codes", `SELECT list, code, valid_from, valid_to, position, name_az, name_en, electronised, confirmed, basis_az, basis_en FROM register_codes`))
	return &Service{DB: k.DB, KIS: k}
}

// What entries of the trail call the objects.
const (
	kindAgency      = "agency"
	kindUnit        = "agency_unit"
	kindService     = "eservice"
	kindApplication = "register_application"
	kindPair        = "eservice_pair"
	kindCode        = "register_code"
)

// maxLong is the most characters of a long item, maxShort of a short one.
const (
	maxShort = 500
	maxLong  = 10_000
)

// bodies are the agencies of a scope: those of an officer's grants, and the
// one that an observer was given.
func bodies(sc policies.Scope) []string {
	out := append([]string(nil), sc.Agencies...)
	for _, o := range sc.Objects {
		if o.Kind == kindAgency && store.IsID(o.ID) {
			out = append(out, o.ID)
		}
	}
	return out
}

// inScope narrows a query to the bodies of a scope by a column with their ids.
func inScope(q *bun.SelectQuery, sc policies.Scope, column string) *bun.SelectQuery {
	if sc.Any {
		return q
	}
	list := bodies(sc)
	if len(list) == 0 {
		return q.Where("1 = 0")
	}
	return q.Where("? IN (?)", bun.Ident(column), bun.List(list))
}

// covers says whether a scope holds a body.
func covers(sc policies.Scope, agencyID string) bool {
	return sc.Agency(agencyID) || sc.Object(kindAgency, agencyID)
}

// mayIn refuses an action at somebody else's body: what the actor may read is
// forbidden to them, anything else is not found.
func mayIn(ctx context.Context, act, read policies.Action, agencyID, object string) error {
	sc, err := office.Allowed(ctx, act)
	if err != nil || sc.Agency(agencyID) {
		return err
	}
	if rs, err := office.Allowed(ctx, read); err == nil && covers(rs, agencyID) {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return apperr.Missing(object)
}

// Package kis owns the spine of the office: departments, users and their
// roles, process models, cycles, evidence, gates, the working-day calendar
// and the reading of the trail.
//
// It may import internal packages, policies and migrations; nothing of the
// other contexts. Invariants: whoever asks is the actor of the context, and
// each method checks both that the role may do it and that the thing is in
// the actor's scope; what is out of scope is not found.
package kis

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// Service is the spine over one database and one store of files.
type Service struct {
	DB      *store.DB
	Blobs   *blob.Store
	Zone    *time.Location // of the office
	Country string         // whose working-day calendar counts, e.g. "AZ"
	Limits  Limits

	// Scanner looks for viruses in what is sent; nil when the office has none.
	Scanner Scanner
	// HoldUnscanned takes files while the scanner does not answer and keeps them
	// shut until it has; otherwise they are refused.
	HoldUnscanned bool

	// Assigned says who was put on what; nil when there is no audit context.
	Assigned Assignments

	// Records are what the system made itself and may be handed in as evidence,
	// kind by kind in the order they are offered.
	Records []RecordSource

	// OnClose runs in the unit of work that closes a cycle, before its state
	// changes: what is worked out from a running cycle is kept there.
	OnClose []func(ctx context.Context, tx *store.Tx, cy Cycle) error

	kept kept
}

// Assignments is what evidence asks of the audit context, which may not be
// imported here.
type Assignments interface {
	// OpensEvidence says whether the user is on the team of an audit, announced
	// and not yet closed, that has the submission in its scope.
	OpensEvidence(ctx context.Context, db bun.IDB, userID, submissionID string) (bool, error)
	// EvidenceTeams gives for each of the submissions everybody for whom
	// OpensEvidence holds.
	EvidenceTeams(ctx context.Context, db bun.IDB, submissionIDs []string) (map[string][]string, error)
}

// New makes the service. A nil zone is Asia/Baku, an empty country AZ.
func New(db *store.DB, blobs *blob.Store, zone *time.Location, country string) *Service {
	if zone == nil {
		zone = time.FixedZone("Asia/Baku", 4*60*60)
	}
	if country == "" {
		country = "AZ"
	}
	db.Seal(cycleSeal)
	s := &Service{DB: db, Blobs: blobs, Zone: zone, Country: country, Limits: DefaultLimits()}
	s.kept.init()
	return s
}

// Today is the current day of the office.
func (s *Service) Today() day.Day { return day.Of(s.DB.Now(), s.Zone) }

// Allowed gives the scope in which the actor of ctx may do the action, or
// Unauthenticated for nobody and Forbidden when no grant allows it.
func Allowed(ctx context.Context, act policies.Action) (policies.Scope, error) {
	who := actor.From(ctx)
	if who.Nobody() {
		return policies.Scope{}, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	scope := policies.For(who, act)
	if scope.None() {
		return scope, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return scope, nil
}

// Package kis owns the spine of the office: cycles of processes, evidence and
// its files, and gates. It stands on kis/office (people, calendar, trail) and
// kis/process (models), whose services its own embeds.
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

	"github.com/kis-platform/kis/internal/blob"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/kis/retention"
)

// Service is the spine over one database and one store of files.
type Service struct {
	*process.Model
	Blobs  *blob.Store
	Limits Limits

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
	db.Seal(cycleSeal)
	db.Seal(retention.Seals...)
	db.Seal(process.Seal, referenceSeal)
	db.Seal(office.Seals...)
	s := &Service{Model: process.New(office.New(db, zone, country)), Blobs: blobs, Limits: DefaultLimits()}
	s.kept.init(s.Office)
	return s
}

// Package kisweb holds the pages of the spine: my work, processes, cycles,
// evidence, and the administration of users, departments and the trail.
//
// It may import kis, web and what they may import; no SQL. Invariants: a
// handler reads the request, asks the service and shows what came back; each
// page type is filled before it is rendered; words are message keys.
package kisweb

import (
	"context"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web"
)

// WorkSource gives what waits for the actor; each context has one.
type WorkSource interface {
	Work(ctx context.Context) ([]kis.WorkItem, error)
}

// Register adds all pages of the spine. The sources fill "my work".
func Register(r *web.Router, s *kis.Service, work ...WorkSource) {
	registerWork(r, s, work)
	registerUsers(r, s)
	registerDepartments(r, s)
	registerTrail(r, s)
	registerProcesses(r, s)
	registerCycles(r, s)
	registerCycleViews(r, s)
	registerBatch(r, s)
	registerTasks(r, s)
	registerEvidence(r, s)
	registerUploads(r, s)
	registerFiles(r, s)
	registerRecords(r, s)
	registerSearch(r, s)
	registerEvidenceCompare(r, s)
	registerValidity(r, s)
	registerTokens(r, s)
}

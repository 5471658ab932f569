// Package kisweb holds the pages of the spine: processes, cycles,
// evidence, and the administration of users, departments and the trail.
//
// It may import kis, web and what they may import; no SQL. Invariants: a
// handler reads the request, asks the service and shows what came back; each
// page type is filled before it is rendered; words are message keys.
package kisweb

import (
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/web"
)

// Register adds all pages of the spine.
func Register(r *web.Router, s *kis.Service) {
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

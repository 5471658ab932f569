package kisweb

import (
	"net/http"

	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
	"github.com/kis-platform/kis/web"
)

// api is the part of the API that is about the spine. It asks the same methods
// as the pages, so what a person may not see on a page their programs do not
// see here.
type api struct{ kis *kis.Service }

// Values of parameters, as the types of package kis have them.
var (
	apiStates  = []string{string(kis.Submitted), string(kis.Accepted), string(kis.Returned), string(kis.Superseded), string(kis.Withdrawn)}
	apiClasses = []string{string(kis.ClassPublic), string(kis.ClassInternal), string(kis.ClassConfidential)}
	apiSorts   = []string{string(kis.SortReceived), string(kis.SortDue), string(kis.SortTitle)}
)

// RegisterAPI adds the operations of processes, cycles and evidence.
func RegisterAPI(r *web.Router, s *kis.Service) {
	h := api{s}
	id := func(text string) web.Param { return web.Param{Name: "id", Kind: web.ParamID, Text: text} }
	phase := web.Param{Name: "phase", Of: dueFields, Text: "api.param.phase"}
	department := web.Param{Name: "department", Kind: web.ParamID, Text: "api.param.department"}
	r.API(
		web.Operation{Method: http.MethodGet, Path: "/api/v1/processes", Action: policies.ProcessRead, ID: "listProcesses", Group: "processes", Text: "api.op.processes",
			Params: []web.Param{web.AfterParam(1), web.LimitParam}, Answer: apiProcessList{}, Do: h.processes},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/processes/:id", Action: policies.ProcessRead, ID: "getProcess", Group: "processes", Text: "api.op.process",
			Params: []web.Param{id("api.param.process_id"), {Name: "version", Kind: web.ParamNumber, Max: 1_000_000, Text: "api.param.version"}}, Answer: apiProcess{}, Do: h.process},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/cycles", Action: policies.CycleRead, ID: "listCycles", Group: "cycles", Text: "api.op.cycles",
			Params: []web.Param{{Name: "q", Kind: web.ParamText, Max: 200, Text: "api.param.process_words"}, {Name: "state", Of: apiCycleStates(), Text: "api.param.cycle_state"},
				{Name: "from", Kind: web.ParamText, Max: 10, Text: "api.param.from_period"}, {Name: "to", Kind: web.ParamText, Max: 10, Text: "api.param.to_period"},
				web.AfterParam(3), web.LimitParam}, Answer: apiCycleList{}, Do: h.cycles},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/cycles/:id", Action: policies.CycleRead, ID: "getCycle", Group: "cycles", Text: "api.op.cycle",
			Params: []web.Param{id("api.param.cycle_id")}, Answer: apiCycle{}, Do: h.cycle},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/cycles/:id/grid", Action: policies.CycleRead, ID: "getCycleGrid", Group: "cycles", Text: "api.op.grid",
			Params: []web.Param{id("api.param.cycle_id"), {Name: "state", Of: apiTaskStates(), Text: "api.param.task_state"}, department, phase}, Answer: apiGrid{}, Do: h.grid},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/cycles/:id/tasks/:code", Action: policies.CycleRead, ID: "getCycleTask", Group: "cycles", Text: "api.op.task",
			Params: []web.Param{id("api.param.cycle_id"), {Name: "code", Kind: web.ParamText, Text: "api.param.code"}}, Answer: apiTask{}, Do: h.task},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/evidence", Action: policies.EvidenceRead, ID: "listEvidence", Group: "evidence", Text: "api.op.evidence",
			Params: []web.Param{{Name: "q", Kind: web.ParamText, Text: "api.param.q"}, {Name: "state", Of: apiStates, Text: "api.param.state"}, department,
				{Name: "cycle", Kind: web.ParamID, Text: "api.param.cycle"}, {Name: "process", Kind: web.ParamText, Text: "api.param.process"}, phase,
				{Name: "class", Of: apiClasses, Text: "api.param.class"}, {Name: "by", Kind: web.ParamID, Text: "api.param.by"},
				{Name: "period", Kind: web.ParamText, Max: 60, Text: "api.param.period"}, {Name: "from", Kind: web.ParamDay, Text: "api.param.from"},
				{Name: "to", Kind: web.ParamDay, Text: "api.param.to"}, {Name: "sort", Of: apiSorts, Text: "api.param.sort"}, web.AfterParam(3), web.LimitParam},
			Answer: apiEvidenceList{}, Do: h.evidence},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/evidence/:id", Action: policies.EvidenceRead, ID: "getEvidence", Group: "evidence", Text: "api.op.submission",
			Params: []web.Param{id("api.param.evidence_id")}, Answer: apiSubmission{}, Do: h.submission},
		web.Operation{Method: http.MethodGet, Path: "/api/v1/evidence/:id/files/:file", Action: policies.EvidenceRead, ID: "downloadFile", Group: "evidence", Text: "api.op.file",
			Params: []web.Param{id("api.param.evidence_id"), {Name: "file", Kind: web.ParamID, Text: "api.param.file"}}, Do: evidencePages{kis: s}.download},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/uploads", Action: policies.EvidenceSubmit, ID: "uploadFile", Group: "evidence", Text: "api.op.upload",
			Params: []web.Param{{Name: "name", Kind: web.ParamText, Text: "api.param.name"}}, Upload: true, Status: http.StatusCreated, Answer: apiUpload{}, Do: h.upload},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/evidence", Action: policies.EvidenceSubmit, ID: "submitEvidence", Group: "evidence", Text: "api.op.submit",
			Body: apiNewEvidence{}, Status: http.StatusCreated, Answer: apiSubmission{}, Do: h.submit},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/evidence/:id/accept", Action: policies.EvidenceReview, ID: "acceptEvidence", Group: "evidence", Text: "api.op.accept",
			Params: []web.Param{id("api.param.evidence_id")}, Answer: apiSubmission{}, Do: h.accept},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/evidence/:id/return", Action: policies.EvidenceReview, ID: "returnEvidence", Group: "evidence", Text: "api.op.return",
			Params: []web.Param{id("api.param.evidence_id")}, Body: apiReturn{}, Answer: apiSubmission{}, Do: h.giveBack},
		web.Operation{Method: http.MethodPost, Path: "/api/v1/evidence/:id/withdraw", Action: policies.EvidenceWithdraw, ID: "withdrawEvidence", Group: "evidence", Text: "api.op.withdraw",
			Params: []web.Param{id("api.param.evidence_id")}, Answer: apiSubmission{}, Do: h.withdraw},
	)
}

func apiCycleStates() (out []string) {
	for _, s := range kis.CycleStates() {
		out = append(out, string(s))
	}
	return out
}

func apiTaskStates() (out []string) {
	for _, s := range kis.TaskStates() {
		out = append(out, string(s))
	}
	return out
}

// listOf turns the items of a list; never nil, for that would be null.
func listOf[A, B any](items []A, turn func(A) B) []B {
	out := make([]B, len(items))
	for i, x := range items {
		out[i] = turn(x)
	}
	return out
}

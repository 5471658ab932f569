package quality

import (
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// State is where a version of a report stands.
type State string

// The states.
const (
	Draft     State = "draft"     // being written; figures are those of now
	Submitted State = "submitted" // whole, with its figures; waits for approval
	Approved  State = "approved"  // fixed; seen by who may read reports
	Published State = "published" // seen by everybody
	Replaced  State = "replaced"  // was public until a newer version was
	Withdrawn State = "withdrawn" // taken back, with the reason
)

// States lists them in the order of their life.
func States() []State {
	return []State{Draft, Submitted, Approved, Published, Replaced, Withdrawn}
}

// Transitions is the life of a version. A published one is replaced by the
// publication of the next.
var Transitions = []office.Transition[State]{
	{From: "", To: Draft, Action: policies.QualityWrite, Verb: "begin"},
	{From: Draft, To: Submitted, Action: policies.QualityWrite, Verb: "submit"},
	{From: Submitted, To: Draft, Action: policies.QualityApprove, Verb: "return"},
	{From: Submitted, To: Approved, Action: policies.QualityApprove, Verb: "approve"},
	{From: Approved, To: Published, Action: policies.QualityPublish, Verb: "publish"},
	{From: Published, To: Replaced, Action: policies.QualityPublish, Verb: "replace"},
	{From: Approved, To: Withdrawn, Action: policies.QualityPublish, Verb: "withdraw"},
	{From: Published, To: Withdrawn, Action: policies.QualityPublish, Verb: "withdraw"},
}

package audit

import (
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// FindingState is the state of a finding.
type FindingState string

const (
	FindingDraft     FindingState = "draft"     // raised; only the team sees it
	FindingShared    FindingState = "shared"    // shown to the department, whose view is asked
	FindingConfirmed FindingState = "confirmed" // the department agrees
	FindingDiverging FindingState = "diverging" // the department is of another opinion, which is recorded
	FindingReported  FindingState = "reported"  // stands in the report of the audit
	FindingMerged    FindingState = "merged"    // another finding says it now
	FindingDropped   FindingState = "dropped"   // given up, with a reason
)

// FindingStates lists the states of a finding in the order of its life.
func FindingStates() []FindingState {
	return []FindingState{FindingDraft, FindingShared, FindingConfirmed, FindingDiverging, FindingReported, FindingMerged, FindingDropped}
}

// FindingTransitions is the life of a finding (ISO 19011:2018 6.4.9, 6.5.1):
// the department hears it before the report, and where the two sides do not
// agree, both opinions stand in the report. A finding that made an act goes
// along with it: issuing shows it, acknowledging agrees, objecting differs.
var FindingTransitions = []office.Transition[FindingState]{
	{From: "", To: FindingDraft, Action: policies.FindingRaise, Verb: "raise"},
	{From: FindingDraft, To: FindingShared, Action: policies.FindingShare, Verb: "share"},
	{From: FindingDraft, To: FindingMerged, Action: policies.FindingRaise, Verb: "merge"},
	{From: FindingDraft, To: FindingDropped, Action: policies.FindingShare, Verb: "drop"},
	{From: FindingShared, To: FindingConfirmed, Action: policies.FindingView, Verb: "agree"},
	{From: FindingShared, To: FindingDiverging, Action: policies.FindingView, Verb: "differ"},
	{From: FindingShared, To: FindingDraft, Action: policies.FindingShare, Verb: "recall"},
	{From: FindingDiverging, To: FindingConfirmed, Action: policies.FindingView, Verb: "agree"},
	{From: FindingDiverging, To: FindingDraft, Action: policies.FindingShare, Verb: "recall"},
	{From: FindingDiverging, To: FindingDropped, Action: policies.FindingShare, Verb: "drop"},
	{From: FindingShared, To: FindingReported, Action: policies.AuditMove, Verb: "report"},
	{From: FindingConfirmed, To: FindingReported, Action: policies.AuditMove, Verb: "report"},
	{From: FindingDiverging, To: FindingReported, Action: policies.AuditMove, Verb: "report"},
}

// Standing says whether the finding counts: it was neither merged nor dropped.
func (s FindingState) Standing() bool { return s != FindingMerged && s != FindingDropped }

// Shown says whether the audited department sees a finding in the state.
func (s FindingState) Shown() bool { return s != FindingDraft && s.Standing() }

// findingAction gives the action that a verb of the table needs.
func findingAction(verb string) policies.Action {
	for _, t := range FindingTransitions {
		if t.Verb == verb {
			return t.Action
		}
	}
	return ""
}

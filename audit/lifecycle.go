package audit

import (
	"context"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// State is the state of an audit.
type State string

const (
	Planned    State = "planned"     // scope, team and checklist are being set
	Announced  State = "announced"   // the departments know of it
	InProgress State = "in_progress" // the checklist is being answered
	Reported   State = "reported"    // the report is given, the checklist is fixed
	Closed     State = "closed"      // every act of it was answered
	Cancelled  State = "cancelled"   // given up, with a reason
)

// States lists the states of an audit in the order of its life.
func States() []State { return []State{Planned, Announced, InProgress, Reported, Closed, Cancelled} }

// AuditTransitions is the life of an audit.
var AuditTransitions = []office.Transition[State]{
	{From: "", To: Planned, Action: policies.AuditPlan, Verb: "plan"},
	{From: Planned, To: Announced, Action: policies.AuditMove, Verb: "announce"},
	{From: Announced, To: InProgress, Action: policies.AuditMove, Verb: "start"},
	{From: InProgress, To: Reported, Action: policies.AuditMove, Verb: "report"},
	{From: Reported, To: Closed, Action: policies.AuditMove, Verb: "close"},
	{From: Planned, To: Cancelled, Action: policies.AuditCancel, Verb: "cancel"},
	{From: Announced, To: Cancelled, Action: policies.AuditCancel, Verb: "cancel"},
	{From: InProgress, To: Cancelled, Action: policies.AuditCancel, Verb: "cancel"},
}

// ActState is the state of a nonconformity act.
type ActState string

const (
	ActDraft        ActState = "draft"          // being written by the audit team
	ActIssued       ActState = "issued"         // numbered; the head must answer in time
	ActObjected     ActState = "objected"       // the head disagrees; waits for a decision
	ActAcknowledged ActState = "acknowledged"   // the department works out correction, cause and actions
	ActPlanned      ActState = "action_planned" // the plan waits for the lead auditor
	ActInProgress   ActState = "in_progress"    // corrective actions are being carried out
	ActImplemented  ActState = "implemented"    // every action was verified; effect is checked later
	ActEffective    ActState = "effective"      // it works
	ActClosed       ActState = "closed"         // done
	ActWithdrawn    ActState = "withdrawn"      // discarded as a draft, or an objection was upheld
)

// ActStates lists the states of an act in the order of its life.
func ActStates() []ActState {
	return []ActState{ActDraft, ActIssued, ActObjected, ActAcknowledged, ActPlanned, ActInProgress,
		ActImplemented, ActEffective, ActClosed, ActWithdrawn}
}

// ActTransitions is the life of an act (ISO 9001:2015 10.2). Whatever leads
// back from implemented, effective or closed is counted as a reopening.
var ActTransitions = []office.Transition[ActState]{
	{From: "", To: ActDraft, Action: policies.FindingRaise, Verb: "draft"},
	{From: ActDraft, To: ActIssued, Action: policies.ActIssue, Verb: "issue"},
	{From: ActDraft, To: ActWithdrawn, Action: policies.ActIssue, Verb: "discard"},
	{From: ActIssued, To: ActAcknowledged, Action: policies.ActAcknowledge, Verb: "acknowledge"},
	{From: ActIssued, To: ActObjected, Action: policies.ActObject, Verb: "object"},
	{From: ActObjected, To: ActAcknowledged, Action: policies.ActResolve, Verb: "dismiss"},
	{From: ActObjected, To: ActWithdrawn, Action: policies.ActResolve, Verb: "uphold"},
	{From: ActAcknowledged, To: ActPlanned, Action: policies.ActRespond, Verb: "submit"},
	{From: ActPlanned, To: ActInProgress, Action: policies.ActApprove, Verb: "approve"},
	{From: ActPlanned, To: ActAcknowledged, Action: policies.ActApprove, Verb: "return"},
	{From: ActInProgress, To: ActImplemented, Action: policies.ActionVerify, Verb: "implement"},
	{From: ActImplemented, To: ActEffective, Action: policies.ActEffect, Verb: "confirm"},
	{From: ActImplemented, To: ActAcknowledged, Action: policies.ActEffect, Verb: "fail"},
	{From: ActEffective, To: ActClosed, Action: policies.ActClose, Verb: "close"},
	{From: ActImplemented, To: ActAcknowledged, Action: policies.ActReopen, Verb: "reopen"},
	{From: ActEffective, To: ActAcknowledged, Action: policies.ActReopen, Verb: "reopen"},
	{From: ActClosed, To: ActAcknowledged, Action: policies.ActReopen, Verb: "reopen"},
}

// ActionState is the state of a corrective action.
type ActionState string

const (
	ActionPlanned    ActionState = "planned"     // agreed, not begun
	ActionInProgress ActionState = "in_progress" // begun
	ActionDone       ActionState = "done"        // reported done, waits for verification
	ActionVerified   ActionState = "verified"    // somebody else saw that it was done
	ActionRejected   ActionState = "rejected"    // not done as reported; to be done again
)

// ActionStates lists the states of a corrective action.
func ActionStates() []ActionState {
	return []ActionState{ActionPlanned, ActionInProgress, ActionDone, ActionVerified, ActionRejected}
}

// ActionTransitions is the life of a corrective action; it moves only while
// its act is in progress.
var ActionTransitions = []office.Transition[ActionState]{
	{From: "", To: ActionPlanned, Action: policies.ActRespond, Verb: "add"},
	{From: ActionPlanned, To: ActionInProgress, Action: policies.ActionReport, Verb: "start"},
	{From: ActionPlanned, To: ActionDone, Action: policies.ActionReport, Verb: "report"},
	{From: ActionInProgress, To: ActionDone, Action: policies.ActionReport, Verb: "report"},
	{From: ActionRejected, To: ActionDone, Action: policies.ActionReport, Verb: "report"},
	{From: ActionDone, To: ActionVerified, Action: policies.ActionVerify, Verb: "verify"},
	{From: ActionDone, To: ActionRejected, Action: policies.ActionVerify, Verb: "reject"},
}

// arrow finds the step a person asked for. A step that the state does not
// allow is a Conflict that names the state and the steps that are open.
func arrow[S ~string](ctx context.Context, table []office.Transition[S], object string, from S, verb string) (office.Transition[S], error) {
	if t, ok := office.Arrow(table, from, verb); ok {
		return t, nil
	}
	lang := actor.From(ctx).Lang
	var open []string
	for _, t := range office.Next(table, from) {
		open = append(open, i18n.T(lang, "audit."+object+".verb."+t.Verb))
	}
	state := "audit." + object + ".state." + string(from)
	if len(open) == 0 {
		return office.Transition[S]{}, apperr.New(apperr.Conflict, "audit.error.step_final", "state", state)
	}
	return office.Transition[S]{}, apperr.New(apperr.Conflict, "audit.error.step", "state", state, "open", strings.Join(open, ", "))
}

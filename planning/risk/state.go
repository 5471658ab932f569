package risk

import (
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// State is where a risk stands.
type State string

// The states of a risk.
const (
	Assessed  State = "assessed"  // weighed; nothing is decided
	Treating  State = "treating"  // a treatment with owner and term
	Treated   State = "treated"   // reported done; its effect is to be checked
	Effective State = "effective" // the treatment works; what is left is known
	Retained  State = "retained"  // kept as it is by an informed decision
	Closed    State = "closed"    // there is no such risk any more
)

// States lists them in the order of their life.
func States() []State { return []State{Assessed, Treating, Treated, Effective, Retained, Closed} }

// Transitions is the life of a risk. A review changes its weight, not its
// state.
var Transitions = []office.Transition[State]{
	{From: "", To: Assessed, Action: policies.RiskWrite, Verb: "enter"},
	{From: Assessed, To: Treating, Action: policies.RiskWrite, Verb: "treat"},
	{From: Treating, To: Treating, Action: policies.RiskWrite, Verb: "treat"},
	{From: Treating, To: Treated, Action: policies.RiskWrite, Verb: "report"},
	{From: Treated, To: Effective, Action: policies.RiskDecide, Verb: "confirm"},
	{From: Treated, To: Treating, Action: policies.RiskDecide, Verb: "refuse"},
	{From: Assessed, To: Retained, Action: policies.RiskDecide, Verb: "retain"},
	{From: Assessed, To: Closed, Action: policies.RiskDecide, Verb: "close"},
	{From: Treating, To: Closed, Action: policies.RiskDecide, Verb: "close"},
	{From: Effective, To: Closed, Action: policies.RiskDecide, Verb: "close"},
	{From: Retained, To: Closed, Action: policies.RiskDecide, Verb: "close"},
	{From: Effective, To: Assessed, Action: policies.RiskDecide, Verb: "reopen"},
	{From: Retained, To: Assessed, Action: policies.RiskDecide, Verb: "reopen"},
	{From: Closed, To: Assessed, Action: policies.RiskDecide, Verb: "reopen"},
}

// ObjectiveState is where an objective stands.
type ObjectiveState string

// The states of an objective.
const (
	Running   ObjectiveState = "running"   // being worked and measured on
	Reached   ObjectiveState = "reached"   // decided, after the measured values
	Missed    ObjectiveState = "missed"    // likewise
	Cancelled ObjectiveState = "cancelled" // given up, with the reason
)

// ObjectiveStates lists them in the order of their life.
func ObjectiveStates() []ObjectiveState {
	return []ObjectiveState{Running, Reached, Missed, Cancelled}
}

// ObjectiveTransitions is the life of an objective.
var ObjectiveTransitions = []office.Transition[ObjectiveState]{
	{From: "", To: Running, Action: policies.ObjectiveWrite, Verb: "set"},
	{From: Running, To: Reached, Action: policies.ObjectiveWrite, Verb: "reach"},
	{From: Running, To: Missed, Action: policies.ObjectiveWrite, Verb: "miss"},
	{From: Running, To: Cancelled, Action: policies.ObjectiveWrite, Verb: "cancel"},
}

// conflict is the answer to a step that the state does not allow.
func conflict(object, state string) error {
	return apperr.New(apperr.Conflict, "error.conflict.state", "object", object, "state", state)
}

package register

import (
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Kind is what an application asks for.
type Kind string

// The kinds.
const (
	KindNew     Kind = "new"     // entering a service (4.5.2)
	KindChange  Kind = "change"  // changing a registered one (4.5.5)
	KindRemoval Kind = "removal" // removing an abolished one (4.5.5, 4.10)
)

// State is the state of an application.
type State string

const (
	Draft      State = "draft"      // the officer fills it in
	Submitted  State = "submitted"  // signed; the operator checks within the term of 4.7.1
	Defective  State = "defective"  // a defect was found; the notice is sent within the term of 4.7.3
	Returned   State = "returned"   // the body corrects within the term of 4.5.4
	Registered State = "registered" // entered into the register (4.7.2)
	Refused    State = "refused"    // does not meet the entry test (4.2), or has no ground
	Withdrawn  State = "withdrawn"  // given up by the body
)

// States lists the states in the order of an application's life.
func States() []State {
	return []State{Draft, Submitted, Defective, Returned, Registered, Refused, Withdrawn}
}

// open are the states in which something is still to come.
var open = []State{Draft, Submitted, Defective, Returned}

// Transitions is the life of an application, whatever it asks for (4.9).
var Transitions = []office.Transition[State]{
	{From: "", To: Draft, Action: policies.RegisterFill, Verb: "begin"},
	{From: Draft, To: Submitted, Action: policies.RegisterSign, Verb: "sign"},
	{From: Submitted, To: Defective, Action: policies.RegisterCheck, Verb: "find"},
	{From: Defective, To: Returned, Action: policies.RegisterCheck, Verb: "notify"},
	{From: Returned, To: Submitted, Action: policies.RegisterSign, Verb: "sign"},
	{From: Submitted, To: Registered, Action: policies.RegisterCheck, Verb: "register"},
	{From: Submitted, To: Refused, Action: policies.RegisterCheck, Verb: "refuse"},
	{From: Draft, To: Withdrawn, Action: policies.RegisterFill, Verb: "withdraw"},
	{From: Returned, To: Withdrawn, Action: policies.RegisterFill, Verb: "withdraw"},
}

// ServiceState is where a service stands in the register.
type ServiceState string

// The states of a service.
const (
	ServiceAssessed   ServiceState = "assessed"   // known by its assessments, not entered
	ServiceRegistered ServiceState = "registered" // entered; in the catalogue
	ServiceArchived   ServiceState = "archived"   // abolished; kept with its number (4.10)
)

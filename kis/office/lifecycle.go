package office

import "github.com/kis-platform/kis/policies"

// Transition is one arrow of a state diagram: from which state to which, the
// action a person needs for it, and the verb by which code, trail and
// docs/lifecycles.md call it. From is empty for the arrow that makes the
// object. Tables of transitions are exported data; nothing else may decide
// whether a state can follow another.
type Transition[S ~string] struct {
	From, To S
	Action   policies.Action
	Verb     string
}

// Next lists the arrows that leave a state, in the order of the table.
func Next[S ~string](table []Transition[S], from S) []Transition[S] {
	var out []Transition[S]
	for _, t := range table {
		if t.From == from {
			out = append(out, t)
		}
	}
	return out
}

// Arrow finds the arrow with a verb that leaves a state; ok is false when the
// state does not allow it.
func Arrow[S ~string](table []Transition[S], from S, verb string) (t Transition[S], ok bool) {
	for _, t := range table {
		if t.From == from && t.Verb == verb {
			return t, true
		}
	}
	return t, false
}

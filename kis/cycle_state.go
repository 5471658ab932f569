package kis

import (
	"slices"

	"github.com/kis-platform/kis/internal/day"
)

// TaskState is what the evidence of a task, an output or a sub-process amounts
// to today. It is worked out, never stored.
type TaskState string

// The states, worst first, as the map shows them.
const (
	TaskOverdue       TaskState = "overdue"  // past its day, nothing in review
	TaskReturned      TaskState = "returned" // sent back, a new version is due
	TaskReview        TaskState = "review"   // in review
	TaskMissing       TaskState = "missing"  // nothing handed in, still in time
	TaskAccepted      TaskState = "accepted" // every output accepted
	TaskNotApplicable TaskState = "na"       // "Mövcud deyil": outside every count
)

// TaskStates lists the states, worst first.
func TaskStates() []TaskState {
	return []TaskState{TaskOverdue, TaskReturned, TaskReview, TaskMissing, TaskAccepted, TaskNotApplicable}
}

// Owed says whether something has to be handed in. Evidence in review is in
// the hands of its reviewer and not late, however long that takes.
func (s TaskState) Owed() bool { return s == TaskOverdue || s == TaskReturned || s == TaskMissing }

// Worst is the worst of some states; not applicable only if all are.
func Worst(states ...TaskState) TaskState {
	order := TaskStates()
	worst := len(order) - 1
	for _, s := range states {
		worst = min(worst, slices.Index(order, s))
	}
	return order[max(worst, 0)]
}

// Counts holds how many tasks are in each state.
type Counts map[TaskState]int

// Applicable is the number of tasks that count.
func (c Counts) Applicable() int {
	n := 0
	for s, k := range c {
		if s != TaskNotApplicable {
			n += k
		}
	}
	return n
}

// evidenceFlags is what the submissions for one output amount to.
type evidenceFlags struct{ accepted, submitted, returned bool }

// add takes one submission in.
func (f *evidenceFlags) add(s SubmissionState) {
	f.accepted = f.accepted || s == Accepted
	f.submitted = f.submitted || s == Submitted
	f.returned = f.returned || s == Returned
}

// state is the state of the output. Accepted evidence stands until a later
// version is accepted; what is in review is in somebody else's hands and is
// not overdue.
func (f evidenceFlags) state(late bool) TaskState {
	switch {
	case f.accepted:
		return TaskAccepted
	case f.submitted:
		return TaskReview
	case late:
		return TaskOverdue
	case f.returned:
		return TaskReturned
	}
	return TaskMissing
}

// late says whether what is missing in a phase is overdue: its day has passed,
// the cycle is open and its gate is not closed.
func late(cy Cycle, p CyclePhase, today day.Day) bool {
	return cy.Open() && !p.closed() && p.Due != "" && p.Due < today
}

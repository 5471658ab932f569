package planning

import (
	"context"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// RecommendationState is the state of a recommendation.
type RecommendationState string

const (
	Open     RecommendationState = "open"     // waits for a decision
	Accepted RecommendationState = "accepted" // became an item of a yearly plan
	Rejected RecommendationState = "rejected" // with a reason; stays in the register
	Merged   RecommendationState = "merged"   // another one says the same and goes on alone
)

// RecommendationStates lists the states in the order of their life.
func RecommendationStates() []RecommendationState {
	return []RecommendationState{Open, Accepted, Rejected, Merged}
}

// RecommendationTransitions is the life of a recommendation. Release happens
// when the item it became is taken out of a plan that is not approved yet.
var RecommendationTransitions = []office.Transition[RecommendationState]{
	{From: "", To: Open, Action: policies.RecommendationPropose, Verb: "propose"},
	{From: Open, To: Accepted, Action: policies.RecommendationDecide, Verb: "accept"},
	{From: Open, To: Rejected, Action: policies.RecommendationDecide, Verb: "reject"},
	{From: Open, To: Merged, Action: policies.RecommendationDecide, Verb: "merge"},
	{From: Accepted, To: Open, Action: policies.PlanDraft, Verb: "release"},
}

// PlanState is the state of a yearly plan.
type PlanState string

const (
	PlanDraft    PlanState = "draft"    // items are being gathered
	PlanAgreeing PlanState = "agreeing" // each department concerned agrees or objects
	PlanAgreed   PlanState = "agreed"   // all have agreed; waits for management
	PlanApproved PlanState = "approved" // items are locked
	PlanRunning  PlanState = "running"  // the year has begun; progress is reported
	PlanClosed   PlanState = "closed"   // the year is over; what is left is carried over
)

// PlanStates lists the states of a plan in the order of its life.
func PlanStates() []PlanState {
	return []PlanState{PlanDraft, PlanAgreeing, PlanAgreed, PlanApproved, PlanRunning, PlanClosed}
}

// PlanTransitions is the life of a yearly plan. Complete happens by itself
// when the last department agrees, renew when an item of an agreed plan is
// changed and departments must agree anew.
var PlanTransitions = []office.Transition[PlanState]{
	{From: "", To: PlanDraft, Action: policies.PlanDraft, Verb: "open"},
	{From: PlanDraft, To: PlanAgreeing, Action: policies.PlanDraft, Verb: "send"},
	{From: PlanAgreeing, To: PlanDraft, Action: policies.PlanDraft, Verb: "recall"},
	{From: PlanAgreeing, To: PlanAgreed, Action: policies.PlanAgree, Verb: "complete"},
	{From: PlanAgreed, To: PlanAgreeing, Action: policies.PlanDraft, Verb: "renew"},
	{From: PlanAgreed, To: PlanDraft, Action: policies.PlanApprove, Verb: "return"},
	{From: PlanAgreed, To: PlanApproved, Action: policies.PlanApprove, Verb: "approve"},
	{From: PlanApproved, To: PlanRunning, Action: policies.PlanDraft, Verb: "start"},
	{From: PlanRunning, To: PlanClosed, Action: policies.PlanDraft, Verb: "close"},
}

// AgreementState is what a department says to a plan.
type AgreementState string

const (
	Pending  AgreementState = "pending"  // has not answered this revision
	Agreed   AgreementState = "agreed"   // agrees with all items that concern it
	Objected AgreementState = "objected" // disagrees, with a reason; waits for an answer
)

// AgreementStates lists the answers of a department.
func AgreementStates() []AgreementState { return []AgreementState{Pending, Agreed, Objected} }

// AgreementTransitions is the life of a department's answer. Change happens
// when an item that concerns the department is added, changed or removed.
var AgreementTransitions = []office.Transition[AgreementState]{
	{From: "", To: Pending, Action: policies.PlanDraft, Verb: "ask"},
	{From: Pending, To: Agreed, Action: policies.PlanAgree, Verb: "agree"},
	{From: Pending, To: Objected, Action: policies.PlanAgree, Verb: "object"},
	{From: Objected, To: Pending, Action: policies.PlanDraft, Verb: "answer"},
	{From: Objected, To: Pending, Action: policies.PlanDraft, Verb: "change"},
	{From: Agreed, To: Pending, Action: policies.PlanDraft, Verb: "change"},
}

// ItemState is how far an item of a plan has come.
type ItemState string

const (
	NotStarted ItemState = "not_started" // nothing reported yet
	InProgress ItemState = "in_progress" // work goes on
	Done       ItemState = "done"        // finished, as the responsible department says
	Postponed  ItemState = "postponed"   // with a reason and a new date
)

// ItemStates lists the states of an item.
func ItemStates() []ItemState { return []ItemState{NotStarted, InProgress, Done, Postponed} }

// ItemTransitions is the life of a plan item while its plan is running. An
// item under way may be reported on again without changing its state; a new
// date holds from its approval; an end that is not accepted opens it again.
var ItemTransitions = []office.Transition[ItemState]{
	{From: "", To: NotStarted, Action: policies.PlanDraft, Verb: "add"},
	{From: NotStarted, To: InProgress, Action: policies.PlanReport, Verb: "report"},
	{From: NotStarted, To: Done, Action: policies.PlanReport, Verb: "finish"},
	{From: NotStarted, To: Postponed, Action: policies.PlanApprove, Verb: "postpone"},
	{From: InProgress, To: InProgress, Action: policies.PlanReport, Verb: "report"},
	{From: InProgress, To: Done, Action: policies.PlanReport, Verb: "finish"},
	{From: InProgress, To: Postponed, Action: policies.PlanApprove, Verb: "postpone"},
	{From: Postponed, To: InProgress, Action: policies.PlanReport, Verb: "report"},
	{From: Postponed, To: Done, Action: policies.PlanReport, Verb: "finish"},
	{From: Postponed, To: Postponed, Action: policies.PlanApprove, Verb: "postpone"},
	{From: Done, To: InProgress, Action: policies.PlanAccept, Verb: "reopen"},
}

// ReviewState is the state of a management review.
type ReviewState string

const (
	ReviewDraft    ReviewState = "draft"    // figures, comments and decisions are being gathered
	ReviewPrepared ReviewState = "prepared" // the minutes stand; the chair reads them
	ReviewSigned   ReviewState = "signed"   // locked; only addenda
)

// ReviewStates lists the states of a review in the order of its life.
func ReviewStates() []ReviewState { return []ReviewState{ReviewDraft, ReviewPrepared, ReviewSigned} }

// ReviewTransitions is the life of a management review.
var ReviewTransitions = []office.Transition[ReviewState]{
	{From: "", To: ReviewDraft, Action: policies.ReviewPrepare, Verb: "open"},
	{From: ReviewDraft, To: ReviewPrepared, Action: policies.ReviewPrepare, Verb: "prepare"},
	{From: ReviewPrepared, To: ReviewDraft, Action: policies.ReviewPrepare, Verb: "recall"},
	{From: ReviewPrepared, To: ReviewDraft, Action: policies.ReviewSign, Verb: "return"},
	{From: ReviewPrepared, To: ReviewSigned, Action: policies.ReviewSign, Verb: "sign"},
}

// arrow finds the step a person asked for. A step that the state does not
// allow is a Conflict that names the state and the steps that are open.
func arrow[S ~string](ctx context.Context, table []office.Transition[S], object string, from S, verb string) (office.Transition[S], error) {
	if t, ok := office.Arrow(table, from, verb); ok {
		return t, nil
	}
	return office.Transition[S]{}, wrongState(ctx, table, object, from)
}

// wrongState is the Conflict of something that the state does not allow.
func wrongState[S ~string](ctx context.Context, table []office.Transition[S], object string, from S) error {
	lang := actor.From(ctx).Lang
	var open []string
	for _, t := range office.Next(table, from) {
		open = append(open, i18n.T(lang, "planning."+object+".verb."+t.Verb))
	}
	state := "planning." + object + ".state." + string(from)
	if len(open) == 0 {
		return apperr.New(apperr.Conflict, "planning.error.step_final", "state", state)
	}
	return apperr.New(apperr.Conflict, "planning.error.step", "state", state, "open", strings.Join(open, ", "))
}

package notice

import (
	"slices"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/policies"
)

// Channel is how a person is told of a kind of event.
type Channel string

// The channels, each with what is before it but off.
const (
	Off    Channel = "off"    // not at all
	App    Channel = "app"    // in the program
	Digest Channel = "digest" // and in the daily digest
	Now    Channel = "now"    // and by mail at once
)

// Kind is what people choose by.
type Kind struct {
	Code  string
	Usual Channel           // until the person chooses
	For   []policies.Action // of whom it concerns: who may do one of them; nobody else is asked about it
	only  []Channel         // nil: all four
}

// KindWork is what waits for a person: the first part of the digest.
const KindWork = "work"

// KindReminder is about terms before and after.
const KindReminder = "reminder"

// kinds in the order in which they are shown. Usually mail comes at once when
// a step with a term is asked of the person by name or office, with the digest
// when many share it, and not at all for good news.
var kinds = []Kind{
	{KindWork, Digest, []policies.Action{policies.SelfUse}, []Channel{Off, Digest}},
	{KindReminder, App, []policies.Action{policies.SelfUse}, nil},
	{"evidence_review", Digest, []policies.Action{policies.EvidenceReview}, nil},
	{"evidence_returned", Now, []policies.Action{policies.EvidenceSubmit}, nil},
	{"quarantine", Now, []policies.Action{policies.EvidenceSubmit, policies.ActionReport, policies.MeasureReport}, nil},
	{"evidence_accepted", App, []policies.Action{policies.EvidenceSubmit}, nil},
	{"request", Now, []policies.Action{policies.RequestAnswer, policies.RequestAsk}, nil},
	{"mention", Now, []policies.Action{policies.CommentRead}, nil},
	{"comment", App, []policies.Action{policies.CommentRead}, nil},
	{"discrepancy", Digest, []policies.Action{policies.DiscrepancyWrite, policies.DiscrepancyConfirm}, nil},
	{"gate", Digest, []policies.Action{policies.EvidenceSubmit, policies.GatePass}, nil},
	{"audit", Now, []policies.Action{policies.ActAcknowledge, policies.AuditPlan, policies.ChecklistAnswer}, nil},
	{"act", Now, []policies.Action{policies.ActAcknowledge, policies.ActRespond, policies.ActIssue, policies.ActResolve, policies.ActClose}, nil},
	{"action", Now, []policies.Action{policies.ActionReport, policies.ActionVerify}, nil},
	{"plan", Digest, []policies.Action{policies.PlanAgree, policies.PlanDraft, policies.PlanApprove, policies.PlanReport}, nil},
	{"review", Digest, []policies.Action{policies.ReviewPrepare, policies.ReviewSign, policies.ReviewRead}, nil},
	{"recommendation", Digest, []policies.Action{policies.RecommendationPropose, policies.ReviewSign}, nil},
	{"risk", Digest, []policies.Action{policies.RiskWrite, policies.RiskDecide, policies.ObjectiveMeasure}, nil},
	{"quality", Digest, []policies.Action{policies.QualityWrite, policies.QualityApprove}, nil},
	{"document", Digest, []policies.Action{policies.DocumentConfirm}, nil},
	{"register", Now, []policies.Action{policies.RegisterSign, policies.RegisterCheck}, nil},
	{"campaign", Now, []policies.Action{policies.OpinionReply, policies.CampaignManage}, nil},
	{"measure", Digest, []policies.Action{policies.MeasureReport, policies.MeasureDecide}, nil},
}

// Kinds lists all kinds.
func Kinds() []Kind { return slices.Clone(kinds) }

// KindsOf lists the kinds that can concern a person.
func KindsOf(a actor.Actor) []Kind {
	var out []Kind
	for _, k := range kinds {
		if slices.ContainsFunc(k.For, func(act policies.Action) bool { return policies.Can(a, act) }) {
			out = append(out, k)
		}
	}
	return out
}

// Channels are those one can choose for the kind, from nothing to most.
func (k Kind) Channels() []Channel {
	if k.only != nil {
		return k.only
	}
	return []Channel{Off, App, Digest, Now}
}

// usual is the channel of a kind for who has not chosen. A kind nobody knows,
// of a newer node, is shown in the program.
func usual(code string) Channel {
	if i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Code == code }); i >= 0 {
		return kinds[i].Usual
	}
	return App
}

// choices are what some people chose: by person and kind.
type choices map[string]map[string]Channel

// of is how a person is told of a kind.
func (c choices) of(userID, kind string) Channel {
	if ch, ok := c[userID][kind]; ok {
		return ch
	}
	return usual(kind)
}

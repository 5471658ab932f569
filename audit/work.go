package audit

import (
	"context"
	"fmt"
	"slices"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// Work lists everything that waits for the actor in audits, acts and
// corrective actions, in five queries at most.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	if _, err := kis.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	if who.UserID == "" || !policies.Can(who, policies.ActRead) {
		return nil, nil
	}
	acts, err := s.actWork(ctx, who)
	if err != nil {
		return nil, err
	}
	actions, err := s.actionWork(ctx, who)
	if err != nil {
		return nil, err
	}
	audits, err := s.auditWork(ctx, who)
	if err != nil {
		return nil, err
	}
	more, err := s.moreWork(ctx, who)
	return slices.Concat(acts, actions, audits, more), err
}

// actWork lists the acts that wait for a step of the actor.
func (s *Service) actWork(ctx context.Context, who actor.Actor) ([]kis.WorkItem, error) {
	rows, err := waitingActs(ctx, s.DB.Read(), policies.For(who, policies.ActRead), actClaims(who))
	if err != nil {
		return nil, err
	}
	var out []kis.WorkItem
	for _, r := range rows {
		title := r.Number
		if title == "" {
			title = i18n.T(who.Lang, "audit.act.draft_of", "audit", r.AuditNumber)
		}
		item := kis.WorkItem{Due: r.Due, KindKey: "audit.work.kind.act", Icon: "file-alert", Title: title, Reason: r.Statement,
			Href: "/acts/" + r.ID, VerbKey: "audit.work.act." + actVerb(r.State), Overdue: r.Due != "" && r.Due < s.KIS.Today()}
		if r.State == ActObjected {
			item.Quote = r.Objection
		}
		out = append(out, item)
	}
	return out, nil
}

// actWaits says for which step an act in a state waits. Steps that many may
// take wait for the lead of its audit, and for whoever may do Or.
var actWaits = []struct {
	State  ActState
	Verb   string
	Action policies.Action
	Lead   bool
	Or     policies.Action
}{
	{State: ActDraft, Verb: "issue", Action: policies.ActIssue, Lead: true},
	{State: ActIssued, Verb: "acknowledge", Action: policies.ActAcknowledge},
	{State: ActObjected, Verb: "resolve", Action: policies.ActResolve, Lead: true, Or: policies.ActClose},
	{State: ActAcknowledged, Verb: "respond", Action: policies.ActRespond},
	{State: ActPlanned, Verb: "approve", Action: policies.ActApprove, Lead: true},
	{State: ActImplemented, Verb: "effect", Action: policies.ActEffect, Lead: true},
	{State: ActEffective, Verb: "close", Action: policies.ActClose},
}

// actVerb is the step that an act in a state waits for.
func actVerb(state ActState) string {
	for _, w := range actWaits {
		if w.State == state {
			return w.Verb
		}
	}
	return ""
}

// actClaim is whose acts in a state wait for somebody: all of them, those of
// departments, those of audits that UserID leads. It is a union.
type actClaim struct {
	State       ActState
	Any         bool
	Departments []string
	Lead        bool
	UserID      string
	Own         string // department of UserID
}

// actClaims lists the states in which acts may wait for the actor.
func actClaims(who actor.Actor) (out []actClaim) {
	for _, w := range actWaits {
		sc := policies.For(who, w.Action)
		c := actClaim{State: w.State, UserID: who.UserID, Own: who.DepartmentID, Lead: sc.Assigned || (w.Lead && sc.Any)}
		if !w.Lead {
			c.Any, c.Departments = sc.Any, sc.Departments
		} else if w.Or != "" {
			c.Any = sc.Any && policies.For(who, w.Or).Any
		}
		if c.Any || c.Lead || len(c.Departments) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// actionWork lists the corrective actions the actor owns or can verify.
func (s *Service) actionWork(ctx context.Context, who actor.Actor) ([]kis.WorkItem, error) {
	rows, err := waitingActions(ctx, s.DB.Read(), who.UserID, policies.Can(who, policies.ActionVerify))
	if err != nil {
		return nil, err
	}
	var out []kis.WorkItem
	for _, r := range rows {
		item := kis.WorkItem{Due: r.Due, KindKey: "audit.work.kind.action", Icon: "checks", Title: fmt.Sprintf("%s, DT-%d", r.Number, r.No),
			Reason: r.Text, Href: "/acts/" + r.ActID + "#n5", VerbKey: "audit.work.action.report", Overdue: r.Due < s.KIS.Today()}
		switch {
		case r.State == ActionDone:
			item.VerbKey, item.Due, item.Overdue = "audit.work.action.verify", "", false
		case r.State == ActionRejected:
			item.Quote = r.VerdictNote
		}
		out = append(out, item)
	}
	return out, nil
}

// auditWork lists the audits in which the actor has something to do.
func (s *Service) auditWork(ctx context.Context, who actor.Actor) ([]kis.WorkItem, error) {
	rows, err := waitingAudits(ctx, s.DB.Read(), who.UserID)
	if err != nil {
		return nil, err
	}
	today := s.KIS.Today()
	var out []kis.WorkItem
	for _, r := range rows {
		item := kis.WorkItem{KindKey: "audit.work.kind.audit", Icon: "clipboard-check", Title: r.Number, Reason: r.Title, Href: "/audits/" + r.ID}
		switch {
		case r.Part == Lead && r.State == Planned:
			item.VerbKey, item.Due = "audit.work.audit.announce", r.PlannedFrom
		case r.Part == Lead && r.State == Announced:
			item.VerbKey, item.Due = "audit.work.audit.start", r.PlannedFrom
		case r.State == InProgress && r.Open > 0:
			item.VerbKey, item.Due = "audit.work.audit.answer", r.PlannedTo
		case r.Part == Lead && r.State == InProgress:
			item.VerbKey, item.Due = "audit.work.audit.report", max(r.ReportDue, r.PlannedTo)
		default:
			continue
		}
		item.Overdue = item.Due < today
		out = append(out, item)
	}
	return out, nil
}

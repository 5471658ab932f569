package audit

import (
	"context"
	"fmt"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// Work lists what waits for the actor in audits, acts and corrective actions,
// in three queries. An act is listed once, under the first step it waits for.
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
	return append(append(acts, actions...), audits...), err
}

// actWork lists the acts that wait for a step of the actor.
func (s *Service) actWork(ctx context.Context, who actor.Actor) ([]kis.WorkItem, error) {
	rows, err := waitingActs(ctx, s.DB.Read(), policies.For(who, policies.ActRead), who.UserID)
	if err != nil {
		return nil, err
	}
	var out []kis.WorkItem
	for _, r := range rows {
		verb := actVerb(who, r)
		if verb == "" {
			continue
		}
		title := r.Number
		if title == "" {
			title = i18n.T(who.Lang, "audit.act.draft_of", "audit", r.AuditNumber)
		}
		item := kis.WorkItem{Due: r.Due, KindKey: "audit.work.kind.act", Icon: "file-alert", Title: title, Reason: r.Statement,
			Href: "/acts/" + r.ID, VerbKey: "audit.work.act." + verb, Overdue: r.Due != "" && r.Due < s.KIS.Today()}
		if r.State == ActObjected {
			item.Quote = r.Objection
		}
		out = append(out, item)
	}
	return out, nil
}

// actVerb says for which step an act waits for the actor, "" for none. Steps
// that many may take wait for the lead of its audit.
func actVerb(who actor.Actor, r waitingAct) string {
	may := func(action policies.Action) bool {
		sc := policies.For(who, action)
		return sc.Department(r.DepartmentID) || allowedPart(sc, action, r.Part)
	}
	lead := r.Part == Lead
	switch r.State {
	case ActDraft:
		if lead && may(policies.ActIssue) {
			return "issue"
		}
	case ActIssued:
		if may(policies.ActAcknowledge) {
			return "acknowledge"
		}
	case ActObjected:
		if (lead || may(policies.ActClose)) && may(policies.ActResolve) {
			return "resolve"
		}
	case ActAcknowledged:
		if may(policies.ActRespond) {
			return "respond"
		}
	case ActPlanned:
		if lead && may(policies.ActApprove) {
			return "approve"
		}
	case ActImplemented:
		if lead && may(policies.ActEffect) {
			return "effect"
		}
	case ActEffective:
		if may(policies.ActClose) {
			return "close"
		}
	}
	return ""
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

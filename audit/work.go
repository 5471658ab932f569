package audit

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Work lists what waits for the actor in audits, acts and corrective actions,
// the first of each part: two queries for each.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	return kis.MyWork(ctx, s.WorkParts, mostWork)
}

// mostWork is how much of each part Work lists.
const mostWork = 1000

// WorkParts are the parts of work in audits: acts, corrective actions to do
// and to verify, audits, findings to view and requests for more time to decide
// on; what of it the actor's department has to do; and the acts that the actor
// leads and others must answer.
func (s *Service) WorkParts(ctx context.Context) ([]kis.WorkPart, error) {
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return nil, err
	}
	who := actor.From(ctx)
	sc := policies.For(who, policies.ActRead)
	if who.UserID == "" || sc.None() {
		return nil, nil
	}
	parts := slices.Concat(s.actParts(ctx, who, sc), s.actionParts(who), s.moreParts(who))
	parts = append(parts, kis.WorkPart{Tab: kis.WorkMine, Name: "audit.audit", Kind: "audit.work.kind.audit",
		List: func(ctx context.Context) ([]kis.WorkItem, error) { return s.auditWork(ctx, who) }})
	if home := who.DepartmentID; home != "" && sc.Department(home) {
		parts = slices.Concat(parts, s.departmentParts(ctx, who, sc, home))
	}
	return parts, nil
}

// termOrNone makes a term of SQL that may be NULL or empty one that is not.
func termOrNone(column string) string {
	return "COALESCE(NULLIF((" + column + "), ''), '" + string(kis.NoTerm) + "')"
}

// actParts are the acts that wait for a step of the actor, and those that the
// actor leads and that wait for the department.
func (s *Service) actParts(ctx context.Context, who actor.Actor, sc policies.Scope) []kis.WorkPart {
	db := s.DB.Read()
	part := s.actPart(ctx, who, sc, kis.WorkAwaited, func(q *bun.SelectQuery) *bun.SelectQuery {
		led := db.NewSelect().TableExpr("audit_team AS tm").ColumnExpr("tm.audit_id").Where("tm.user_id = ? AND tm.role = ?", who.UserID, Lead)
		return q.Where("c.state IN (?)", bun.List([]ActState{ActIssued, ActAcknowledged, ActInProgress})).Where("(c.lead_id = ? OR c.audit_id IN (?))", who.UserID, led)
	})
	out := []kis.WorkPart{part}
	if claims := actClaims(who); len(claims) > 0 {
		out = append(out, s.actPart(ctx, who, sc, kis.WorkMine, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("c.id IN (?)", claimedActs(db, claims)) }))
	}
	return out
}

// actPart is the acts of a scope that a condition leaves.
func (s *Service) actPart(ctx context.Context, who actor.Actor, sc policies.Scope, tab kis.WorkTab, where func(*bun.SelectQuery) *bun.SelectQuery) kis.WorkPart {
	db := s.DB.Read()
	return kis.WorkPart{Tab: tab, Name: "audit.act", Kind: "audit.work.kind.act", Menu: "/acts", Due: termOrNone(PresentDue), ID: "c.id",
		From: func() *bun.SelectQuery { return where(actsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc)) },
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			rows, err := waitingActs(ctx, db, keys)
			if err != nil {
				return nil, err
			}
			out := make([]kis.WorkItem, len(rows))
			for i, r := range rows {
				out[i] = s.actItem(who, r)
				if tab == kis.WorkAwaited {
					out[i].VerbKey, out[i].State = "", kis.WorkState{Tone: "idle", Icon: "hourglass", Key: "audit.act.state." + string(r.State)}
					if out[i].Overdue {
						out[i].State.Tone, out[i].State.Icon = "bad", "alert-triangle"
					}
				}
			}
			return out, nil
		}}
}

func (s *Service) actItem(who actor.Actor, r waitingAct) kis.WorkItem {
	title := r.Number
	switch {
	case title != "":
	case r.AuditNumber != "":
		title = i18n.T(who.Lang, "audit.act.draft_of", "audit", r.AuditNumber)
	default:
		title = i18n.T(who.Lang, "audit.act.draft_from", "origin", i18n.T(who.Lang, "audit.origin."+string(r.Origin)))
	}
	item := kis.WorkItem{Due: r.Due, KindKey: "audit.work.kind.act", Icon: "file-alert", Title: title, Reason: r.Statement,
		Href: "/acts/" + r.ID, VerbKey: "audit.work.act." + actVerb(r.State), Overdue: r.Due != "" && r.Due < s.KIS.Today(), ID: r.ID}
	if r.State == ActObjected {
		item.Quote = r.Objection
	}
	return item
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

// actionParts are the corrective actions the actor owns, and those the actor
// can verify.
func (s *Service) actionParts(who actor.Actor) []kis.WorkPart {
	db := s.DB.Read()
	from := func() *bun.SelectQuery {
		return db.NewSelect().TableExpr("corrective_actions AS ac").Join("JOIN acts AS c ON c.id = ac.act_id AND c.state = ?", ActInProgress)
	}
	parts := []kis.WorkPart{{Tab: kis.WorkMine, Name: "audit.action", Kind: "audit.work.kind.action", Menu: "/acts", Due: "ac.due", ID: "ac.id", Items: s.actionItems(db, ""),
		From: func() *bun.SelectQuery { return ownActions(from(), who.UserID) }}}
	if policies.Can(who, policies.ActionVerify) {
		parts = append(parts, kis.WorkPart{Tab: kis.WorkMine, Name: "audit.verify", Kind: "audit.work.kind.action", Menu: "/acts", ID: "ac.id", Items: s.actionItems(db, ActionDone),
			From: func() *bun.SelectQuery { return verifiable(from(), who.UserID) }})
	}
	return parts
}

// actionItems makes the items of corrective actions; those that are done wait
// for a verdict.
func (s *Service) actionItems(db bun.IDB, state ActionState) func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
	return func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
		rows, err := waitingActions(ctx, db, keys)
		if err != nil {
			return nil, err
		}
		out := make([]kis.WorkItem, len(rows))
		for i, r := range rows {
			out[i] = kis.WorkItem{Due: r.Due, KindKey: "audit.work.kind.action", Icon: "checks", Title: fmt.Sprintf("%s, DT-%d", r.Number, r.No), ID: r.ID,
				Reason: r.Text, Href: "/acts/" + r.ActID + "#n5", VerbKey: "audit.work.action.report", Overdue: r.Due < s.KIS.Today()}
			switch {
			case state == ActionDone:
				out[i].VerbKey, out[i].Due, out[i].Overdue = "audit.work.action.verify", "", false
			case r.State == ActionRejected:
				out[i].Quote = r.VerdictNote
			}
		}
		return out, nil
	}
}

// departmentParts is what the actor's department has to do: acts to take note
// of and to answer, corrective actions of its people, findings to view.
func (s *Service) departmentParts(ctx context.Context, who actor.Actor, sc policies.Scope, home string) []kis.WorkPart {
	db := s.DB.Read()
	acts := s.actPart(ctx, who, sc, kis.WorkDepartment, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("c.department_id = ? AND c.state IN (?)", home, bun.List([]ActState{ActIssued, ActAcknowledged}))
	})
	actions := kis.WorkPart{Tab: kis.WorkDepartment, Name: "audit.action", Kind: "audit.work.kind.action", Due: "ac.due", ID: "ac.id", Items: s.actionItems(db, ""),
		From: func() *bun.SelectQuery {
			q := actsInScope(ctx, db.NewSelect().TableExpr("corrective_actions AS ac").Join("JOIN acts AS c ON c.id = ac.act_id AND c.state = ?", ActInProgress), sc)
			return q.Where("ac.department_id = ? AND ac.state IN (?)", home, bun.List(toDo))
		}}
	return append([]kis.WorkPart{acts, actions}, s.viewParts(kis.WorkDepartment, []string{home})...)
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

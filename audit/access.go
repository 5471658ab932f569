package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// An audit is seen by whoever may read all of them, by the audited
// departments once it was announced, and by an observer it was opened to. An
// act is seen by whoever may read all of them, by its department and the
// departments of its actions once it was issued, and by an observer of its
// audit. One that was never issued is seen only by the team of its audit and
// by the quality manager; one that comes from no audit, by who may draft such
// acts. What is not seen is not found.

// auditsInScope narrows a query over audits AS a to what the scope sees.
func auditsInScope(q *bun.SelectQuery, sc policies.Scope) *bun.SelectQuery {
	if sc.Any {
		return q
	}
	ids := opened(sc)
	if len(ids) == 0 && len(sc.Departments) == 0 {
		return q.Where("1 = 0")
	}
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		if len(sc.Departments) > 0 {
			q.WhereOr("a.announced_at IS NOT NULL AND EXISTS (SELECT 1 FROM audit_departments x WHERE x.audit_id = a.id AND x.department_id IN (?))",
				bun.List(sc.Departments))
		}
		if len(ids) > 0 {
			q.WhereOr("a.id IN (?)", bun.List(ids))
		}
		return q
	})
}

// actsInScope narrows a query over acts AS c to what the actor sees, whose
// scope of ActRead is sc.
func actsInScope(ctx context.Context, q *bun.SelectQuery, sc policies.Scope) *bun.SelectQuery {
	if sc.Any {
		condition, args := draftSeen(ctx)
		return q.Where(condition, args...)
	}
	ids := opened(sc)
	if len(ids) == 0 && len(sc.Departments) == 0 {
		return q.Where("1 = 0")
	}
	return q.Where("c.issued_at IS NOT NULL").WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		if len(sc.Departments) > 0 {
			q.WhereOr("c.department_id IN (?)", bun.List(sc.Departments))
			q.WhereOr("c.id IN (SELECT x.act_id FROM corrective_actions x WHERE x.elsewhere AND x.department_id IN (?))", bun.List(sc.Departments))
			q.WhereOr("c.id IN (SELECT x.act_id FROM action_owners x WHERE x.elsewhere AND x.department_id IN (?))", bun.List(sc.Departments))
		}
		if len(ids) > 0 {
			q.WhereOr("c.audit_id IN (?)", bun.List(ids))
		}
		return q
	})
}

// seenAll is the condition of who sees every draft.
const seenAll = "1 = 1"

// ActsInScope narrows a query over acts AS c to what the actor of ctx sees,
// whose scope of policies.ActRead is sc: for read-only views of acts elsewhere.
func ActsInScope(ctx context.Context, q *bun.SelectQuery, sc policies.Scope) *bun.SelectQuery {
	return actsInScope(ctx, q, sc)
}

// AuditsInScope narrows a query over audits AS a to what the scope of
// policies.AuditRead sees.
func AuditsInScope(q *bun.SelectQuery, sc policies.Scope) *bun.SelectQuery {
	return auditsInScope(q, sc)
}

// draftSeen is the condition under which the actor sees the act c: it was
// issued, or the actor is on the team of its audit, or closes acts as the
// quality manager does.
func draftSeen(ctx context.Context) (condition string, args []any) {
	who := actor.From(ctx)
	if policies.For(who, policies.ActClose).Any {
		return seenAll, nil
	}
	elsewhere := ""
	if policies.Can(who, policies.ActDraft) {
		elsewhere = " OR c.audit_id IS NULL"
	}
	return `(c.state NOT IN ('draft', 'withdrawn') OR c.issued_at IS NOT NULL
		OR c.audit_id IN (SELECT tm.audit_id FROM audit_team tm WHERE tm.user_id = ?)` + elsewhere + `)`, []any{bun.NullZero(who.UserID)}
}

// opened lists the audits an observer was given.
func opened(sc policies.Scope) (ids []string) {
	for _, o := range sc.Objects {
		if o.Kind == kindAudit && store.IsID(o.ID) {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// seenAudit reads an audit that the actor may see.
func (s *Service) seenAudit(ctx context.Context, db bun.IDB, id string) (Audit, error) {
	var a Audit
	sc, err := office.Allowed(ctx, policies.AuditRead)
	if err != nil {
		return a, err
	}
	if !store.IsID(id) {
		return a, apperr.Missing(kindAudit)
	}
	err = auditsInScope(db.NewSelect().Model(&a).Where("a.id = ?", id), sc).Scan(ctx)
	return a, store.MapError(err, "audit")
}

// seenAct reads an act that the actor may see.
func (s *Service) seenAct(ctx context.Context, db bun.IDB, id string) (Act, error) {
	var a Act
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return a, err
	}
	if !store.IsID(id) {
		return a, apperr.Missing(kindAct)
	}
	err = actsInScope(ctx, db.NewSelect().Model(&a).Where("c.id = ?", id), sc).Scan(ctx)
	return a, store.MapError(err, "act")
}

// mayAudit says whether the actor may do the action to this audit: anybody's,
// or as a member of its team; moving and cancelling it as its lead.
func (s *Service) mayAudit(ctx context.Context, db bun.IDB, a Audit, action policies.Action) error {
	sc, err := office.Allowed(ctx, action)
	if err != nil || sc.Any {
		return err
	}
	part, err := partOf(ctx, db, a.ID, sc.UserID)
	if err != nil {
		return err
	}
	if !allowedPart(sc, action, part) {
		return apperr.New(apperr.Forbidden, "audit.error.not_on_team", "number", a.Number)
	}
	if slices.Contains(auditing, action) {
		return s.stillApart(ctx, db, a)
	}
	return nil
}

// auditing are the actions of somebody on the team by which an audit comes to
// its findings: only who is independent takes them.
var auditing = []policies.Action{policies.ChecklistAnswer, policies.FindingRaise, policies.FindingShare}

// leadOnly are the actions for which being a member of the team is not enough.
var leadOnly = []policies.Action{policies.AuditMove, policies.AuditCancel, policies.ActIssue}

// allowedPart says whether a part in the team satisfies an assigned scope.
func allowedPart(sc policies.Scope, action policies.Action, part TeamRole) bool {
	if sc.Any {
		return true
	}
	return sc.Assigned && (part == Lead || (part == Member && !slices.Contains(leadOnly, action)))
}

// mayAct says whether the actor may do the action to this act: anybody's, of
// the own department, or as a member of the audit's team.
func (s *Service) mayAct(ctx context.Context, db bun.IDB, a Act, action policies.Action) error {
	sc, err := office.Allowed(ctx, action)
	if err != nil || sc.Department(a.DepartmentID) {
		return err
	}
	part, err := partOfAct(ctx, db, a)
	if err != nil {
		return err
	}
	if allowedPart(sc, action, part) {
		return nil
	}
	if sc.Assigned {
		return apperr.New(apperr.Forbidden, "audit.error.not_lead_here")
	}
	return apperr.New(apperr.Forbidden, "audit.error.not_department")
}

// partOfAct gives the part of the actor in an act: that in its audit. Of an act
// that comes from no audit the person named leads, or, while nobody is, any
// lead auditor of another department; who drafted it is a member.
func partOfAct(ctx context.Context, db bun.IDB, a Act) (TeamRole, error) {
	who := actor.From(ctx)
	switch {
	case a.AuditID != "":
		return partOf(ctx, db, a.AuditID, who.UserID)
	case who.UserID == "":
		return "", nil
	case a.LeadID == who.UserID, a.LeadID == "" && policies.Can(who, policies.ActIssue) && who.DepartmentID != a.DepartmentID:
		return Lead, nil
	case a.CreatedBy == who.UserID:
		return Member, nil
	}
	return "", nil
}

// openFor refuses a change that is no step when the audit is not in one of
// the states.
func openFor(ctx context.Context, a Audit, states ...State) error {
	if slices.Contains(states, a.State) {
		return nil
	}
	_, err := arrow(ctx, AuditTransitions, "audit", a.State, "")
	return err
}

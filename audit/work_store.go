package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

type waitingAct struct {
	ID          string
	Number      string
	State       ActState
	Statement   string
	Objection   string
	Origin      Origin
	AuditNumber string
	Due         day.Day
}

// waitingActs reads acts by id.
func waitingActs(ctx context.Context, db bun.IDB, keys []kis.WorkKey) ([]waitingAct, error) {
	ids, _ := kis.WorkIDs(keys)
	var out []waitingAct
	err := db.NewSelect().TableExpr("acts AS c").
		ColumnExpr("c.id, COALESCE(c.number, '') AS number, c.state, c.statement, c.objection, c.origin").
		ColumnExpr("COALESCE(a.number, '') AS audit_number, COALESCE(("+PresentDue+"), '') AS due").
		Join("LEFT JOIN audits AS a ON a.id = c.audit_id").
		Where("c.id IN (?)", bun.List(ids)).Scan(ctx, &out)
	return out, store.MapError(err, "waiting acts")
}

// claimedActs gives the ids of the acts that claims are laid to. Each way to
// lay one is a query of its own, so that each is found by its index: the state,
// the department, the audits that somebody leads.
func claimedActs(db bun.IDB, claims []actClaim) *bun.SelectQuery {
	var all *bun.SelectQuery
	add := func(c actClaim) *bun.SelectQuery {
		q := db.NewSelect().TableExpr("acts AS w").ColumnExpr("w.id").Where("w.state = ?", c.State)
		if all == nil {
			all = q
		} else {
			all = all.UnionAll(q)
		}
		return q
	}
	for _, c := range claims {
		if c.Any {
			add(c)
			continue
		}
		if len(c.Departments) > 0 {
			add(c).Where("w.department_id IN (?)", bun.List(c.Departments))
		}
		if c.Lead {
			add(c).Join("JOIN audit_team AS tm ON tm.audit_id = w.audit_id").Where("tm.user_id = ? AND tm.role = ?", c.UserID, Lead)
			add(c).Where("w.lead_id = ?", c.UserID)
		}
		if c.Lead && c.State == ActDraft { // from no audit, and nobody's yet
			add(c).Where("w.audit_id IS NULL AND w.lead_id IS NULL AND w.department_id <> ?", bun.NullZero(c.Own))
		}
	}
	return all
}

type waitingAction struct {
	ID          string
	ActID       string
	Number      string
	No          int
	Text        string
	State       ActionState
	Due         day.Day
	VerdictNote string
}

// toDo are the states of corrective actions that wait for their owners.
var toDo = []ActionState{ActionPlanned, ActionInProgress, ActionRejected}

// ownActions narrows corrective actions to those that the user owns and has to do.
func ownActions(q *bun.SelectQuery, userID string) *bun.SelectQuery {
	return q.Where("(ac.owner_id = ?0 OR ac.id IN (SELECT o.action_id FROM action_owners o WHERE o.user_id = ?0)) AND ac.state IN (?1)", userID, bun.List(toDo))
}

// verifiable narrows corrective actions to those of the audits the user was on
// that wait for a verdict by somebody else than owner and reporter.
func verifiable(q *bun.SelectQuery, userID string) *bun.SelectQuery {
	return q.Where("ac.state = ? AND ac.owner_id <> ? AND ac.reported_by <> ? AND (c.lead_id = ? OR EXISTS (SELECT 1 FROM audit_team tm WHERE tm.audit_id = c.audit_id AND tm.user_id = ?))",
		ActionDone, userID, userID, userID, userID)
}

// waitingActions reads corrective actions by id.
func waitingActions(ctx context.Context, db bun.IDB, keys []kis.WorkKey) ([]waitingAction, error) {
	ids, _ := kis.WorkIDs(keys)
	var out []waitingAction
	err := db.NewSelect().TableExpr("corrective_actions AS ac").
		ColumnExpr("ac.id, ac.act_id, c.number, ac.no, ac.text, ac.state, ac.due, ac.verdict_note").
		Join("JOIN acts AS c ON c.id = ac.act_id").Where("ac.id IN (?)", bun.List(ids)).Scan(ctx, &out)
	return out, store.MapError(err, "waiting actions")
}

type waitingAudit struct {
	ID          string
	Number      string
	Title       string
	State       State
	Part        TeamRole
	PlannedFrom day.Day
	PlannedTo   day.Day
	ReportDue   day.Day
	Open        int
}

// waitingAudits reads the unfinished audits the user is on the team of.
func waitingAudits(ctx context.Context, db bun.IDB, userID string) ([]waitingAudit, error) {
	var out []waitingAudit
	err := db.NewSelect().TableExpr("audits AS a").
		ColumnExpr("a.id, a.number, a.title, a.state, tm.role AS part, a.planned_from, a.planned_to, COALESCE(a.report_due, '') AS report_due").
		ColumnExpr("(SELECT COUNT(*) FROM audit_rows r WHERE r.audit_id = a.id AND r.answer = ?) AS open", Open).
		Join("JOIN audit_team AS tm ON tm.audit_id = a.id AND tm.user_id = ?", userID).
		Where("a.state IN (?)", bun.List([]State{Planned, Announced, InProgress})).
		OrderExpr("a.planned_from, a.id").Scan(ctx, &out)
	return out, store.MapError(err, "waiting audits")
}

package audit

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// moreWork lists what waits besides acts, actions and audits: findings whose
// view the actor's department was asked for, and requests for more time that
// the actor decides on. Two queries at most.
func (s *Service) moreWork(ctx context.Context, who actor.Actor) ([]kis.WorkItem, error) {
	var out []kis.WorkItem
	if sc := policies.For(who, policies.FindingView); len(sc.Departments) > 0 {
		var rows []struct {
			ID, Number, Statement string
			No                    int
			ViewDue               day.Day
		}
		err := s.DB.Read().NewSelect().TableExpr("findings AS f").ColumnExpr("f.id, a.number, f.no, f.statement, COALESCE(f.view_due, '') AS view_due").
			Join("JOIN audits AS a ON a.id = f.audit_id").Join("LEFT JOIN acts AS c ON c.finding_id = f.id AND c.issued_at IS NOT NULL").
			Where("f.state = ? AND f.department_id IN (?)", FindingShared, bun.List(sc.Departments)).Where("c.id IS NULL").
			OrderExpr("f.view_due, f.id").Limit(200).Scan(ctx, &rows)
		if err != nil {
			return nil, store.MapError(err, "waiting findings")
		}
		for _, r := range rows {
			out = append(out, kis.WorkItem{Due: r.ViewDue, KindKey: "audit.work.kind.finding", Icon: "eye-check", Title: fmt.Sprintf("%s, %d", r.Number, r.No),
				Reason: r.Statement, Href: "/findings/" + r.ID, VerbKey: "audit.work.finding.view", Overdue: r.ViewDue != "" && r.ViewDue < s.KIS.Today()})
		}
	}
	if !policies.Can(who, policies.ActionExtend) {
		return out, nil
	}
	var rows []struct {
		ActID, Number, Reason, Text string
		No                          int
	}
	q := s.DB.Read().NewSelect().TableExpr("action_extensions AS x").ColumnExpr("x.act_id, c.number, x.reason, ac.text, ac.no").
		Join("JOIN corrective_actions AS ac ON ac.id = x.action_id").Join("JOIN acts AS c ON c.id = x.act_id").
		Where("x.state = ? AND x.requested_by <> ? AND ac.owner_id <> ?", ExtensionRequested, who.UserID, who.UserID).
		Where("NOT EXISTS (SELECT 1 FROM action_owners o WHERE o.action_id = ac.id AND o.user_id = ?)", who.UserID)
	if !policies.For(who, policies.ActClose).Any { // of the acts the actor leads
		q.Where("(c.lead_id = ? OR EXISTS (SELECT 1 FROM audit_team tm WHERE tm.audit_id = c.audit_id AND tm.user_id = ? AND tm.role = ?))", who.UserID, who.UserID, Lead)
	}
	if err := q.OrderExpr("x.requested_at, x.id").Limit(200).Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "waiting extensions")
	}
	for _, r := range rows {
		out = append(out, kis.WorkItem{KindKey: "audit.work.kind.extension", Icon: "calendar", Title: fmt.Sprintf("%s, DT-%d", r.Number, r.No),
			Reason: r.Text, Quote: r.Reason, Href: "/acts/" + r.ActID + "#n5", VerbKey: "audit.work.extension.decide"})
	}
	return out, nil
}

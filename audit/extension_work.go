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

// moreParts is what waits besides acts, actions and audits: findings whose
// view the actor's departments were asked for, and requests for more time that
// the actor decides on.
func (s *Service) moreParts(who actor.Actor) []kis.WorkPart {
	out := s.viewParts(kis.WorkMine, policies.For(who, policies.FindingView).Departments)
	if !policies.Can(who, policies.ActionExtend) {
		return out
	}
	db := s.DB.Read()
	return append(out, kis.WorkPart{Tab: kis.WorkMine, Name: "audit.extension", Kind: "audit.work.kind.extension", Menu: "/acts", ID: "x.id",
		From: func() *bun.SelectQuery {
			q := db.NewSelect().TableExpr("action_extensions AS x").
				Join("JOIN corrective_actions AS ac ON ac.id = x.action_id").Join("JOIN acts AS c ON c.id = x.act_id").
				Where("x.state = ? AND x.requested_by <> ? AND ac.owner_id <> ?", ExtensionRequested, who.UserID, who.UserID).
				Where("NOT EXISTS (SELECT 1 FROM action_owners o WHERE o.action_id = ac.id AND o.user_id = ?)", who.UserID)
			if !policies.For(who, policies.ActClose).Any { // of the acts the actor leads
				q.Where("(c.lead_id = ? OR EXISTS (SELECT 1 FROM audit_team tm WHERE tm.audit_id = c.audit_id AND tm.user_id = ? AND tm.role = ?))", who.UserID, who.UserID, Lead)
			}
			return q
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			ids, _ := kis.WorkIDs(keys)
			var rows []struct {
				ID, ActID, Number, Reason, Text string
				No                              int
			}
			err := db.NewSelect().TableExpr("action_extensions AS x").ColumnExpr("x.id, x.act_id, c.number, x.reason, ac.text, ac.no").
				Join("JOIN corrective_actions AS ac ON ac.id = x.action_id").Join("JOIN acts AS c ON c.id = x.act_id").Where("x.id IN (?)", bun.List(ids)).Scan(ctx, &rows)
			if err != nil {
				return nil, store.MapError(err, "waiting extensions")
			}
			out := make([]kis.WorkItem, len(rows))
			for i, r := range rows {
				out[i] = kis.WorkItem{KindKey: "audit.work.kind.extension", Icon: "calendar", Title: fmt.Sprintf("%s, DT-%d", r.Number, r.No), ID: r.ID,
					Reason: r.Text, Quote: r.Reason, Href: "/acts/" + r.ActID + "#n5", VerbKey: "audit.work.extension.decide"}
			}
			return out, nil
		}})
}

// viewParts are the findings whose view departments were asked for.
func (s *Service) viewParts(tab kis.WorkTab, departments []string) []kis.WorkPart {
	if len(departments) == 0 {
		return nil
	}
	db := s.DB.Read()
	return []kis.WorkPart{{Tab: tab, Name: "audit.finding", Kind: "audit.work.kind.finding", Due: termOrNone("f.view_due"), ID: "f.id",
		From: func() *bun.SelectQuery {
			return db.NewSelect().TableExpr("findings AS f").Join("LEFT JOIN acts AS c ON c.finding_id = f.id AND c.issued_at IS NOT NULL").
				Where("f.state = ? AND f.department_id IN (?)", FindingShared, bun.List(departments)).Where("c.id IS NULL")
		},
		Items: func(ctx context.Context, keys []kis.WorkKey) ([]kis.WorkItem, error) {
			ids, _ := kis.WorkIDs(keys)
			var rows []struct {
				ID, Number, Statement string
				No                    int
				ViewDue               day.Day
			}
			err := db.NewSelect().TableExpr("findings AS f").ColumnExpr("f.id, a.number, f.no, f.statement, COALESCE(f.view_due, '') AS view_due").
				Join("JOIN audits AS a ON a.id = f.audit_id").Where("f.id IN (?)", bun.List(ids)).Scan(ctx, &rows)
			if err != nil {
				return nil, store.MapError(err, "waiting findings")
			}
			out := make([]kis.WorkItem, len(rows))
			for i, r := range rows {
				out[i] = kis.WorkItem{Due: r.ViewDue, KindKey: "audit.work.kind.finding", Icon: "eye-check", Title: fmt.Sprintf("%s, %d", r.Number, r.No), ID: r.ID,
					Reason: r.Statement, Href: "/findings/" + r.ID, VerbKey: "audit.work.finding.view", Overdue: r.ViewDue != "" && r.ViewDue < s.KIS.Today()}
			}
			return out, nil
		}}}
}

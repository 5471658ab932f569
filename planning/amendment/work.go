package amendment

import (
	"context"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// Work lists the amendments that wait for the actor to decide.
func (s *Service) Work(ctx context.Context) ([]kis.WorkItem, error) {
	parts, err := s.WorkParts(ctx)
	if err != nil {
		return nil, err
	}
	return kis.FirstWork(ctx, parts, kis.WorkLimit)
}

// WorkParts gives it in parts: one, the amendments proposed to management.
// What waits in the plans themselves planning says; it is not said again here.
func (s *Service) WorkParts(ctx context.Context) ([]kis.WorkPart, error) {
	if !policies.Can(actor.From(ctx), policies.PlanApprove) {
		return nil, nil
	}
	return []kis.WorkPart{{Tab: kis.WorkMine, Name: "planning.amendment", Kind: "planning.work.kind.amendment", List: s.proposed}}, nil
}

// proposed lists the first amendments that wait for a decision.
func (s *Service) proposed(ctx context.Context) ([]kis.WorkItem, error) {
	var list []Amendment
	err := s.DB.Read().NewSelect().Model(&list).ColumnExpr("m.*, p.key").Join("JOIN plans AS p ON p.id = m.plan_id").Where("m.state = ?", Proposed).
		OrderExpr("m.proposed_at, m.id").Limit(kis.WorkLimit).Scan(ctx)
	out := make([]kis.WorkItem, len(list))
	for i, m := range list {
		out[i] = kis.WorkItem{KindKey: "planning.work.kind.amendment", Icon: "git-compare", Title: string(m.Key) + ", № " + itoa(m.No), Reason: m.ProposedName + ", " + day.Of(m.ProposedAt, s.KIS.Zone).Format(),
			Quote: m.Reason, Href: "/plans/" + string(m.Key) + "/amendments/" + m.ID, VerbKey: "planning.work.verb.approve"}
	}
	return out, store.MapError(err, "amendments that wait")
}

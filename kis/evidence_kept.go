package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// keptTask is evidence past its term of keeping.
type keptTask struct {
	openTask
	ID         string
	Submission string
}

// keptParts is evidence past its term of keeping, for those who decide what
// becomes of it; all of them read all evidence. Nobody decides about their
// own.
func (s *Service) keptParts(db bun.IDB, who actor.Actor) []WorkPart {
	if !policies.For(who, policies.CyclePlan).Any || !policies.For(who, policies.EvidenceSecret).Any {
		return nil
	}
	today := s.Today()
	return []WorkPart{{Tab: WorkMine, Name: "kis.retention", Kind: "kis.work.kind.retention", Menu: "/evidence", Due: "s.kept_until", ID: "s.id",
		From: func() *bun.SelectQuery {
			return db.NewSelect().TableExpr("submissions AS s").
				Where("s.kept_until <> '' AND s.kept_by <> 'disposed' AND s.kept_until < ?", today).Where("s.submitted_by <> ?", who.UserID)
		},
		Items: func(ctx context.Context, keys []WorkKey) ([]WorkItem, error) {
			ids, _ := WorkIDs(keys)
			var rows []keptTask
			err := db.NewSelect().TableExpr("submissions AS s").Where("s.id IN (?)", bun.List(ids)).
				ColumnExpr("s.id, s.title AS submission, s.kept_until AS due, s.cycle_id, s.activity_id").Scan(ctx, &rows)
			if err == nil {
				err = tasksAround(ctx, s, rows, func(r *keptTask) *openTask { return &r.openTask })
			}
			if err != nil {
				return nil, store.MapError(err, "evidence past its term")
			}
			out := make([]WorkItem, len(rows))
			for i, r := range rows {
				w := r.item(who.Lang, "kis.work.kind.retention", "archive")
				w.VerbKey, w.Overdue, w.ID = "kis.work.verb.retention", true, r.ID
				w.Href = "/evidence/" + r.ID
				w.Reason += " · " + i18n.Shorten(r.Submission, 120)
				out[i] = w
			}
			return out, nil
		}}}
}

package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// renewTask is accepted evidence that should be renewed.
type renewTask struct {
	openTask
	ID         string
	Submission string
	Class      EvidenceClass
	Department string
}

// renewParts is accepted evidence of departments that is no longer valid, or
// soon will not be, while its phase can still take newer evidence and none is
// in review.
func (s *Service) renewParts(db bun.IDB, who actor.Actor, tab WorkTab, departments []string) []WorkPart {
	if len(departments) == 0 {
		return nil
	}
	today := s.Today()
	return []WorkPart{{Tab: tab, Name: "kis.renew", Kind: "kis.work.kind.renew", Menu: "/evidence", Due: "s.valid_until", ID: "s.id",
		From: func() *bun.SelectQuery {
			return db.NewSelect().TableExpr("submissions AS s").
				Join("JOIN cycles AS c ON c.id = s.cycle_id AND c.state IN ('running', 'evaluating')").
				Join("JOIN activities AS a ON a.id = s.activity_id").
				Join("JOIN cycle_phases AS cp ON cp.cycle_id = c.id AND cp.phase = a.phase AND cp.gate NOT IN ('passed', 'waived')").
				Where("s.state = 'accepted' AND s.valid_until <> '' AND s.valid_until <= ?", today.Add(ExpiringDays)).
				Where("s.department_id IN (?)", bun.List(departments)).
				Where(`NOT EXISTS (SELECT 1 FROM submission_outputs so JOIN submission_outputs x ON x.output_id = so.output_id JOIN submissions y ON y.id = x.submission_id
			WHERE so.submission_id = s.id AND y.cycle_id = s.cycle_id AND (y.state = 'submitted' OR (y.state = 'accepted' AND y.received_at > s.received_at)))`)
		},
		Items: func(ctx context.Context, keys []WorkKey) ([]WorkItem, error) {
			ids, _ := WorkIDs(keys)
			var rows []renewTask
			err := db.NewSelect().TableExpr("submissions AS s").Where("s.id IN (?)", bun.List(ids)).
				ColumnExpr("s.id, s.title AS submission, s.class, s.department_id AS department, s.valid_until AS due, s.cycle_id, s.activity_id").Scan(ctx, &rows)
			if err == nil {
				err = tasksAround(ctx, s, rows, func(r *renewTask) *openTask { return &r.openTask })
			}
			if err != nil {
				return nil, store.MapError(err, "evidence to renew")
			}
			out := make([]WorkItem, len(rows))
			for i, r := range rows {
				w := r.item(who.Lang, "kis.work.kind.renew", "file-time")
				w.VerbKey, w.Overdue, w.ID = "kis.work.verb.renew", r.Due < today, r.ID
				if mayReadEvidence(who, Submission{ID: r.ID, CycleID: r.CycleID, DepartmentID: r.Department, Class: r.Class}) {
					w.Reason += " · " + i18n.Shorten(r.Submission, 120)
				}
				out[i] = w
			}
			return out, nil
		}}}
}

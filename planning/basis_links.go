package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/policies"
)

// withBasisLinks reads along which act and review behind a recommendation r
// and its decision dec the reader may open: pages name the others without a
// link. An act is open to whoever reads all acts and to its departments, and
// to nobody here before it is issued.
func withBasisLinks(ctx context.Context, q *bun.SelectQuery) *bun.SelectQuery {
	who := actor.From(ctx)
	switch acts := policies.For(who, policies.ActRead); {
	case acts.Any:
		q.ColumnExpr("(SELECT x.id FROM acts x WHERE x.id = r.act_id AND x.issued_at IS NOT NULL) AS open_act")
	case len(acts.Departments) > 0:
		q.ColumnExpr(`(SELECT x.id FROM acts x WHERE x.id = r.act_id AND x.issued_at IS NOT NULL AND (x.department_id IN (?0)
			OR x.id IN (SELECT y.act_id FROM corrective_actions y WHERE y.department_id IN (?0)))) AS open_act`, bun.List(acts.Departments))
	}
	if policies.Can(who, policies.ReviewRead) {
		q.ColumnExpr("dec.review_id AS open_review")
	}
	return q
}

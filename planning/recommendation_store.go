package planning

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

func insertRecommendation(ctx context.Context, db bun.IDB, r *Recommendation) error {
	_, err := db.NewInsert().Model(r).Exec(ctx)
	return store.MapError(err, "insert recommendation")
}

// recommendationsWithNames selects recommendations with everything that is
// read along: department, people, what it was merged into, and the item it
// became, where that stands now.
func recommendationsWithNames(ctx context.Context, db bun.IDB, model any) *bun.SelectQuery {
	return withBasisLinks(ctx, db.NewSelect().Model(model)).ColumnExpr("r.*").
		ColumnExpr("d.code AS department_code, d.name_az AS department_name_az, d.name_en AS department_name_en").
		ColumnExpr("COALESCE(pu.name, '') AS proposed_name, COALESCE(du.name, '') AS decided_name, COALESCE(m.number, '') AS merged_number").
		ColumnExpr("i.id AS item_id, COALESCE(i.no, 0) AS item_no, COALESCE(p.year, 0) AS item_year, COALESCE(p.key, '') AS item_plan").
		Join("JOIN departments AS d ON d.id = r.department_id").
		Join("LEFT JOIN users AS pu ON pu.id = r.proposed_by").
		Join("LEFT JOIN users AS du ON du.id = r.decided_by").
		Join("LEFT JOIN recommendations AS m ON m.id = r.merged_into").
		Join("LEFT JOIN review_decisions AS dec ON dec.id = r.decision_id").
		Join("LEFT JOIN plan_items AS i ON i.recommendation_id = r.id AND NOT EXISTS (SELECT 1 FROM plan_items AS c WHERE c.carried_from = i.id)").
		Join("LEFT JOIN plans AS p ON p.id = i.plan_id")
}

// narrow applies a filter but for state and page.
func (f RecommendationFilter) narrow(q *bun.SelectQuery, scope policies.Scope) *bun.SelectQuery {
	if key := i18n.Fold(f.Query); key != "" {
		q.Where("r.search_key LIKE ? ESCAPE '!'", store.LikePattern(key))
	}
	if f.Basis != "" {
		q.Where("r.basis = ?", f.Basis)
	}
	if f.DepartmentID != "" {
		if !store.IsID(f.DepartmentID) {
			return q.Where("1 = 0")
		}
		q.Where("r.department_id = ?", f.DepartmentID)
	}
	return office.InScope(q, scope, "r.department_id")
}

func countRecommendations(ctx context.Context, db bun.IDB, f RecommendationFilter, scope policies.Scope) (map[RecommendationState]int, error) {
	var rows []struct {
		State RecommendationState
		N     int
	}
	q := db.NewSelect().TableExpr("recommendations AS r").ColumnExpr("r.state, COUNT(*) AS n").GroupExpr("r.state")
	if err := f.narrow(q, scope).Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "count recommendations")
	}
	out := map[RecommendationState]int{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, nil
}

// listRecommendations reads one row more than asked for, to see whether there
// is a next page.
func listRecommendations(ctx context.Context, db bun.IDB, f RecommendationFilter, scope policies.Scope) ([]Recommendation, error) {
	var list []Recommendation
	order, next := "r.year DESC, r.seq DESC", "(r.year, r.seq) < (?, ?)"
	if f.Oldest {
		order, next = "r.year, r.seq", "(r.year, r.seq) > (?, ?)"
	}
	q := f.narrow(recommendationsWithNames(ctx, db, &list), scope).OrderExpr(order).Limit(int64(f.Limit) + 1)
	if f.State != "" {
		q.Where("r.state = ?", f.State)
	}
	if year, seq, ok := f.after(); ok {
		q.Where(next, year, seq)
	}
	return list, store.MapError(q.Scan(ctx), "recommendations")
}

func recommendation(ctx context.Context, db bun.IDB, id string, scope policies.Scope) (Recommendation, error) {
	var r Recommendation
	err := office.InScope(recommendationsWithNames(ctx, db, &r).Where("r.id = ?", id), scope, "r.department_id").Scan(ctx)
	return r, store.MapError(err, "recommendation")
}

func recommendationByNumber(ctx context.Context, db bun.IDB, number string) (Recommendation, error) {
	var r Recommendation
	err := db.NewSelect().Model(&r).Where("r.number = ?", number).Scan(ctx)
	return r, store.MapError(err, "recommendation by number")
}

func lockRecommendation(ctx context.Context, tx *store.Tx, id string) (Recommendation, error) {
	var r Recommendation
	if !store.IsID(id) {
		return r, apperr.Missing(kindRecommendation)
	}
	if err := store.Lock(tx.NewSelect().Model(&r).Where("r.id = ?", id)).Scan(ctx); err != nil {
		return r, store.MapError(err, "lock recommendation")
	}
	return r, tx.Seen(ctx, kindRecommendation, id)
}

// lockPair locks two recommendations in the order of their ids and gives them
// in the order asked for.
func lockPair(ctx context.Context, tx *store.Tx, a, b string) (first, second Recommendation, err error) {
	if a > b {
		second, first, err = lockPair(ctx, tx, b, a)
		return first, second, err
	}
	if first, err = lockRecommendation(ctx, tx, a); err != nil {
		return first, second, err
	}
	second, err = lockRecommendation(ctx, tx, b)
	return first, second, err
}

// decideRecommendation moves a recommendation to a state; back to open it
// forgets who decided.
func decideRecommendation(ctx context.Context, tx *store.Tx, r Recommendation, to RecommendationState, reason, into string) error {
	from := r.State
	r.State, r.Reason, r.MergedInto, r.DecidedBy, r.DecidedAt = to, reason, into, tx.Actor.UserID, tx.Now
	if to == Open {
		r.DecidedBy, r.DecidedAt = "", time.Time{}
	}
	n, err := store.Affected(tx.NewUpdate().Model(&r).Column("state", "reason", "merged_into", "decided_by", "decided_at").
		Where("id = ? AND state = ?", r.ID, from).Exec(ctx))
	return store.Moved(n, err, kindRecommendation, string(from))
}

// takenFindings gives the findings that are in the register.
func takenFindings(ctx context.Context, db bun.IDB) (map[string]bool, error) {
	var ids []string
	err := db.NewSelect().Table("recommendations").Column("finding_id").Where("finding_id IS NOT NULL").Scan(ctx, &ids)
	if err != nil {
		return nil, store.MapError(err, "taken findings")
	}
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

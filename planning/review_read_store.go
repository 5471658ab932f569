package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
)

func participantsOf(ctx context.Context, db bun.IDB, reviewID string) ([]Participant, error) {
	var list []Participant
	err := db.NewSelect().Model(&list).Where("x.review_id = ?", reviewID).OrderExpr("x.position").Scan(ctx)
	return list, store.MapError(err, "participants")
}

// inputsOf lists the inputs of a review with their figures and those of the
// reviews before, in three queries.
func inputsOf(ctx context.Context, db bun.IDB, r Review) ([]Input, error) {
	var list []Input
	err := db.NewSelect().Model(&list).ColumnExpr("n.*, COALESCE(u.name, '') AS commented_name").
		Join("LEFT JOIN users AS u ON u.id = n.commented_by").Where("n.review_id = ?", r.ID).OrderExpr("n.position").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "inputs")
	}
	var figures []FrozenFigure
	if err := db.NewSelect().Model(&figures).Where("g.review_id = ?", r.ID).OrderExpr("g.letter, g.position").Scan(ctx); err != nil {
		return nil, store.MapError(err, "figures")
	}
	before, err := figuresBefore(ctx, db, r, r.FiguresAt)
	if err != nil {
		return nil, err
	}
	for i := range list {
		for _, f := range figures {
			if f.Letter == list[i].Letter {
				f.Past = f.past(before)
				list[i].Figures = append(list[i].Figures, f)
			}
		}
	}
	return list, nil
}

// decisionRows reads decisions with owner, department and where they stand in
// a plan now.
func decisionRows(ctx context.Context, db bun.IDB, where, id string) ([]Decision, error) {
	var list []Decision
	err := db.NewSelect().Model(&list).ColumnExpr("d.*").
		ColumnExpr("u.name AS owner_name, t.code AS department_code, t.name_az AS department_name_az, t.name_en AS department_name_en, v.number AS review_number").
		ColumnExpr("r.id AS recommendation_id, i.id AS item_id, COALESCE(i.no, 0) AS item_no, COALESCE(p.year, 0) AS item_year, COALESCE(p.key, '') AS item_plan, COALESCE("+ShownState+", '') AS item_state").
		Join("JOIN reviews AS v ON v.id = d.review_id").
		Join("JOIN users AS u ON u.id = d.owner_id").
		Join("JOIN departments AS t ON t.id = d.department_id").
		Join("LEFT JOIN recommendations AS r ON r.decision_id = d.id").
		Join("LEFT JOIN plan_items AS i ON i.decision_id = d.id AND NOT EXISTS (SELECT 1 FROM plan_items AS c WHERE c.carried_from = i.id)").
		Join("LEFT JOIN plans AS p ON p.id = i.plan_id").
		Where("? = ?", bun.Safe(where), id).OrderExpr("d.no").Scan(ctx)
	return list, store.MapError(err, "decisions")
}

func addendaOf(ctx context.Context, db bun.IDB, reviewID string) ([]Addendum, error) {
	var list []Addendum
	err := db.NewSelect().Model(&list).Where("x.review_id = ?", reviewID).OrderExpr("x.no").Scan(ctx)
	return list, store.MapError(err, "addenda")
}

// ownFigures are the numbers of planning for a review.
type ownFigures struct {
	Decisions, DecisionsDone, DecisionsLate int // of all reviews signed so far
	Resources, ResourcesDone                int // of them needs of resources
	Items, ItemsDone, ItemsLate             int // of the plans in force in the years of the period
	Accepted, AcceptedDone                  int // recommendations accepted, and carried out
	Open, Proposed                          int // recommendations that wait; proposed in the period
}

func countOwn(ctx context.Context, db bun.IDB, p Period, from, before any, today string) (n ownFigures, err error) {
	const decided = `review_decisions d JOIN reviews v ON v.id = d.review_id AND v.state = 'signed'`
	const carriedOut = `EXISTS (SELECT 1 FROM plan_items i WHERE i.decision_id = d.id AND ` + CarriedOut + `)`
	const running = `plan_items i JOIN plans q ON q.id = i.plan_id AND q.state IN ('running', 'closed') AND q.year BETWEEN ?3 AND ?4`
	err = db.NewRaw(`SELECT
		(SELECT COUNT(*) FROM `+decided+`) AS decisions,
		(SELECT COUNT(*) FROM `+decided+` WHERE `+carriedOut+`) AS decisions_done,
		(SELECT COUNT(*) FROM `+decided+` WHERE d.due < ?0 AND NOT `+carriedOut+`) AS decisions_late,
		(SELECT COUNT(*) FROM `+decided+` WHERE d.kind = 'c') AS resources,
		(SELECT COUNT(*) FROM `+decided+` WHERE d.kind = 'c' AND `+carriedOut+`) AS resources_done,
		(SELECT COUNT(*) FROM `+running+`) AS items,
		(SELECT COUNT(*) FROM `+running+` WHERE `+CarriedOut+`) AS items_done,
		(SELECT COUNT(*) FROM `+running+` WHERE i.state <> 'done' AND COALESCE(i.new_due, i.due) < ?0) AS items_late,
		(SELECT COUNT(*) FROM recommendations r WHERE r.state = 'accepted' AND r.basis <> 'review') AS accepted,
		(SELECT COUNT(*) FROM recommendations r WHERE r.state = 'accepted' AND r.basis <> 'review'
			AND EXISTS (SELECT 1 FROM plan_items i WHERE i.recommendation_id = r.id AND `+CarriedOut+`)) AS accepted_done,
		(SELECT COUNT(*) FROM recommendations r WHERE r.state = 'open' AND r.basis <> 'review') AS open,
		(SELECT COUNT(*) FROM recommendations r WHERE r.basis <> 'review' AND r.proposed_at >= ?1 AND r.proposed_at < ?2) AS proposed`,
		today, from, before, p.From.Year(), p.To.Year()).Scan(ctx, &n)
	return n, store.MapError(err, "figures of planning")
}

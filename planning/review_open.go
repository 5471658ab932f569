package planning

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// OpenDecision is a decision of an earlier review that was not carried out
// when the figures of a review were taken. It is computed from the records as
// they were then; with the signature it is locked, so that a signed review
// goes on to say what it said.
type OpenDecision struct {
	DecisionID                 string
	ReviewID, Review           string // that decided it: id and number
	No                         int
	Kind                       DecisionKind
	Text                       string
	Owner, Department          string // name; code
	DepartmentAZ, DepartmentEN string
	Due                        day.Day
	Late                       bool      // its day had passed
	State                      ItemState // of its item in a plan in force, as it was shown; "" = in none
	Plan                       Key
	ItemID                     string
	ItemNo                     int
}

// DepartmentName is the name of its department in a language.
func (d OpenDecision) DepartmentName(lang string) string {
	return i18n.InLang(lang, d.DepartmentAZ, d.DepartmentEN)
}

// openBefore lists the open decisions of earlier reviews that a review shows:
// as they were signed with it, else as they are computed.
func (s *Service) openBefore(ctx context.Context, db bun.IDB, r Review) ([]OpenDecision, error) {
	if r.State == ReviewSigned {
		list, err := openLocked(ctx, db, r.ID)
		if err != nil || len(list) > 0 { // none were open, or it was signed before they were locked: both are computed
			return list, err
		}
	}
	return s.openNow(ctx, db, r)
}

// openLocked reads what a review was signed with, in its order.
func openLocked(ctx context.Context, db bun.IDB, reviewID string) ([]OpenDecision, error) {
	var list []OpenDecision
	err := db.NewRaw(`SELECT d.id AS decision_id, d.review_id, r.number AS review, d.no, d.kind, d.text, d.due, x.owner, x.department, x.department_az, x.department_en, x.late, x.state, x.plan,
			x.item_id, x.item_no
		FROM review_open_decisions x JOIN review_decisions d ON d.id = x.decision_id JOIN reviews r ON r.id = d.review_id WHERE x.review_id = ? ORDER BY x.position`, reviewID).Scan(ctx, &list)
	return list, store.MapError(err, "open decisions of a signed review")
}

// lockOpen locks the open decisions of a review that is being signed.
func (s *Service) lockOpen(ctx context.Context, tx *store.Tx, r Review) error {
	list, err := s.openNow(ctx, tx, r)
	if err != nil || len(list) == 0 {
		return err
	}
	rows := make([]lockedDecision, len(list))
	for i, d := range list {
		rows[i] = lockedDecision{ReviewID: r.ID, Position: i + 1, DecisionID: d.DecisionID, Owner: d.Owner, Department: d.Department, DepartmentAZ: d.DepartmentAZ, DepartmentEN: d.DepartmentEN,
			Late: d.Late, State: string(d.State), Plan: string(d.Plan), ItemID: d.ItemID, ItemNo: d.ItemNo}
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "lock open decisions")
}

// lockedDecision is an open decision as a review was signed with it.
type lockedDecision struct {
	bun.BaseModel `bun:"table:review_open_decisions"`

	ReviewID     string
	Position     int
	DecisionID   string
	Owner        string
	Department   string
	DepartmentAZ string `bun:"department_az"`
	DepartmentEN string `bun:"department_en"`
	Late         bool
	State        string
	Plan         string
	ItemID       string `bun:",nullzero"`
	ItemNo       int
}

// openNow computes the open decisions of the reviews that were signed when the
// figures of r were taken, by their day, in one query. None before figures
// were taken.
func (s *Service) openNow(ctx context.Context, db bun.IDB, r Review) ([]OpenDecision, error) {
	if r.FiguresAt.IsZero() {
		return nil, nil
	}
	var list []OpenDecision
	err := db.NewRaw(`SELECT d.id AS decision_id, r.id AS review_id, r.number AS review, d.no, d.kind, d.text, d.due, u.name AS owner, t.code AS department,
			t.name_az AS department_az, t.name_en AS department_en, COALESCE(p.key, '') AS plan, i.id AS item_id, COALESCE(i.no, 0) AS item_no,
			CASE WHEN i.id IS NULL THEN '' ELSE COALESCE((SELECT CASE w.to_state WHEN 'done' THEN 'reported' ELSE w.to_state END
				FROM plan_reports w JOIN plan_items x ON x.id = w.item_id LEFT JOIN plan_report_verdicts v ON v.report_id = w.id AND v.decided_at <= ?1
				WHERE x.decision_id = d.id AND w.reported_at <= ?1 AND COALESCE(v.accepted, w.to_state <> 'postponed')
				ORDER BY w.reported_at DESC, w.no DESC LIMIT 1), 'not_started') END AS state
		FROM review_decisions d JOIN reviews r ON r.id = d.review_id AND r.state = 'signed' AND r.signed_at <= ?1 AND r.id <> ?0
		JOIN users u ON u.id = d.owner_id JOIN departments t ON t.id = d.department_id
		LEFT JOIN plan_items i ON i.decision_id = d.id AND EXISTS (SELECT 1 FROM plans q WHERE q.id = i.plan_id AND q.approved_at <= ?1)
			AND NOT EXISTS (SELECT 1 FROM plan_items c JOIN plans q ON q.id = c.plan_id AND q.approved_at <= ?1 WHERE c.carried_from = i.id)
		LEFT JOIN plans p ON p.id = i.plan_id
		WHERE NOT EXISTS (SELECT 1 FROM plan_items x JOIN plan_reports w ON w.item_id = x.id AND w.to_state = 'done' AND w.reported_at <= ?1
			LEFT JOIN plan_report_verdicts v ON v.report_id = w.id WHERE x.decision_id = d.id AND (w.quarter = 0 OR (v.accepted AND v.decided_at <= ?1)))
		ORDER BY d.due, r.number, d.no`, r.ID, r.FiguresAt).Scan(ctx, &list)
	taken := day.Of(r.FiguresAt, s.KIS.Zone)
	for i := range list {
		list[i].Late = list[i].Due < taken
	}
	return list, store.MapError(err, "open decisions")
}

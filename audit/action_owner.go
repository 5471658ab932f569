package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// ActionOwner is a person who carries out a corrective action; Position 0 is
// the first owner.
type ActionOwner struct {
	bun.BaseModel `bun:"table:action_owners,alias:o"`

	ActionID     string `bun:"action_id,pk"`
	UserID       string `bun:"user_id,pk"`
	ActID        string `bun:"act_id"`
	DepartmentID string `bun:"department_id"`
	Elsewhere    bool   `bun:"elsewhere"` // that is not the department of the act
	Position     int    `bun:"position"`
}

// addOwners adds the owners beside the first; each must be able to report.
func (s *Service) addOwners(ctx context.Context, tx *store.Tx, a Act, ac Action, others []string) error {
	if len(others) == 0 {
		return nil
	}
	var rows []ActionOwner
	for i, id := range others {
		department, err := ownerDepartment(ctx, tx, id, "others", s.KIS.Today())
		if err != nil {
			return err
		}
		rows = append(rows, ActionOwner{ActionID: ac.ID, UserID: id, ActID: ac.ActID, DepartmentID: department, Elsewhere: department != a.DepartmentID, Position: i + 1})
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "owners of action")
}

// ownersOf gives all owners of an action, the first one first.
func ownersOf(ctx context.Context, db bun.IDB, ac Action) ([]ActionOwner, error) {
	out := []ActionOwner{{ActionID: ac.ID, UserID: ac.OwnerID, ActID: ac.ActID, DepartmentID: ac.DepartmentID}}
	var others []ActionOwner
	err := db.NewSelect().Model(&others).Where("o.action_id = ?", ac.ID).Order("o.position").Scan(ctx)
	return append(out, others...), store.MapError(err, "owners of action")
}

// departmentsOf gives the departments of owners, when the action was given to
// them.
func departmentsOf(owners []ActionOwner) (ids []string) {
	for _, o := range owners {
		ids = append(ids, o.DepartmentID)
	}
	return ids
}

// ownersOfAct gives the owners beside the first of every action of an act.
func ownersOfAct(ctx context.Context, db bun.IDB, actID string) (map[string][]ActionOwner, error) {
	var rows []ActionOwner
	err := db.NewSelect().Model(&rows).Where("o.act_id = ?", actID).Order("o.action_id", "o.position").Scan(ctx)
	out := map[string][]ActionOwner{}
	for _, o := range rows {
		out[o.ActionID] = append(out[o.ActionID], o)
	}
	return out, store.MapError(err, "owners of actions")
}

type actionEvidence struct {
	bun.BaseModel `bun:"table:action_evidence"`

	ActionID     string `bun:"action_id,pk"`
	SubmissionID string `bun:"submission_id,pk"`
}

// linkSubmissions links submissions that show that an action was done, and
// gives how many it has then. Only what the actor may open can be linked.
func (s *Service) linkSubmissions(ctx context.Context, tx *store.Tx, ac Action, ids []string) (n int, err error) {
	ids = known(ids)
	for _, id := range ids {
		if !store.IsID(id) {
			return 0, apperr.InvalidField("evidence", "error.field.choice")
		}
	}
	seen, err := s.evidence(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	var links []actionEvidence
	for _, id := range ids {
		if e, ok := seen[id]; !ok || !e.Open || e.State == "withdrawn" || e.State == "returned" {
			return 0, apperr.InvalidField("evidence", "error.field.missing")
		}
		links = append(links, actionEvidence{ActionID: ac.ID, SubmissionID: id})
	}
	if len(links) > 0 {
		if _, err := tx.NewInsert().Model(&links).On("CONFLICT (action_id, submission_id) DO NOTHING").Exec(ctx); err != nil {
			return 0, store.MapError(err, "evidence of action")
		}
	}
	err = tx.NewRaw("SELECT COUNT(*) FROM action_evidence WHERE action_id = ?", ac.ID).Scan(ctx, &n)
	return n, store.MapError(err, "evidence of action")
}

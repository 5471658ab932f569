package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

type actionFile struct {
	bun.BaseModel `bun:"table:action_files"`

	ActionID string `bun:"action_id,pk"`
	FileID   string `bun:"file_id,pk"`
	Position int    `bun:"position"`
}

func actionByID(ctx context.Context, db bun.IDB, id string) (Action, error) {
	var a Action
	if !store.IsID(id) {
		return a, apperr.Missing(kindAction)
	}
	err := db.NewSelect().Model(&a).Where("ac.id = ?", id).Scan(ctx)
	return a, store.MapError(err, "action")
}

// seenAction reads an action whose act the actor may see.
func (s *Service) seenAction(ctx context.Context, id string) (Action, error) {
	a, err := actionByID(ctx, s.DB.Read(), id)
	if err != nil {
		return a, err
	}
	_, err = s.seenAct(ctx, s.DB.Read(), a.ActID)
	return a, err
}

func moveAction(ctx context.Context, tx *store.Tx, a Action, from ActionState, columns []string) error {
	n, err := store.Affected(tx.NewUpdate().Model(&a).Column(append(columns, "state")...).
		Where("id = ? AND state = ?", a.ID, from).Exec(ctx))
	return store.Moved(n, err, kindAction, string(from))
}

func deleteAction(ctx context.Context, tx *store.Tx, a Action) error {
	if _, err := tx.NewRaw("DELETE FROM action_owners WHERE action_id = ?", a.ID).Exec(ctx); err != nil {
		return store.MapError(err, "remove owners")
	}
	n, err := store.Affected(tx.NewDelete().Model(&a).Where("id = ? AND state = ?", a.ID, a.State).Exec(ctx))
	return store.Moved(n, err, kindAction, string(a.State))
}

// nextAction gives the next number inside an act, whose row is locked.
func nextAction(ctx context.Context, tx *store.Tx, actID string) (n int, err error) {
	err = tx.NewRaw("SELECT COALESCE(MAX(no), 0) + 1 FROM corrective_actions WHERE act_id = ?", actID).Scan(ctx, &n)
	return n, store.MapError(err, "next action")
}

// unverified counts the actions of an act that are not verified.
func unverified(ctx context.Context, db bun.IDB, actID string) (n int, err error) {
	err = db.NewRaw("SELECT COUNT(*) FROM corrective_actions WHERE act_id = ? AND state <> ?", actID, ActionVerified).Scan(ctx, &n)
	return n, store.MapError(err, "unverified actions")
}

// ownerDepartment gives the department of a person who can report on an
// action: active, with a department and a role there.
func ownerDepartment(ctx context.Context, db bun.IDB, userID, field string, today day.Day) (string, error) {
	var ids []string
	err := db.NewRaw(`SELECT CAST(u.department_id AS TEXT) FROM users u WHERE u.id = ? AND u.disabled_at IS NULL AND u.department_id IS NOT NULL
		AND EXISTS (SELECT 1 FROM user_roles g WHERE g.user_id = u.id AND g.department_id = u.department_id AND g.role IN (?)
			AND g.from_day <= ? AND (g.to_day IS NULL OR g.to_day >= ?))`,
		userID, bun.List([]policies.Role{policies.Employee, policies.Head}), today, today).Scan(ctx, &ids)
	if err == nil && len(ids) == 0 {
		return "", apperr.InvalidField(field, "audit.error.owner")
	}
	if err != nil {
		return "", store.MapError(err, "owner of action")
	}
	return ids[0], nil
}

// attachFiles turns staged uploads into files of an action and gives the
// number of files it has then.
func attachFiles(ctx context.Context, tx *store.Tx, actionID string, uploads []string) (n int, err error) {
	if err := tx.NewRaw("SELECT COUNT(*) FROM action_files WHERE action_id = ?", actionID).Scan(ctx, &n); err != nil {
		return 0, store.MapError(err, "files of action")
	}
	if len(uploads) == 0 {
		return n, nil
	}
	files, err := kis.AttachUploads(ctx, tx, uploads)
	if err != nil {
		return n, err
	}
	var links []actionFile
	for _, f := range files {
		n++
		links = append(links, actionFile{ActionID: actionID, FileID: f.ID, Position: n})
	}
	_, err = tx.NewInsert().Model(&links).Exec(ctx)
	return n, store.MapError(err, "link files")
}

package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// loadActMore reads what stands around an act: its origin, the acts found
// similar, and of its actions the owners, requests for more time and evidence.
// Six queries, however much there is.
func (s *Service) loadActMore(ctx context.Context, db bun.IDB, v *ActView) error {
	if v.Origin != OfFinding {
		var o actOrigin
		if err := db.NewSelect().Model(&o).Where("act_id = ?", v.ID).Scan(ctx); err != nil {
			if err = store.MapError(err, "origin of act"); !apperr.Is(err, apperr.NotFound) {
				return err
			}
		}
		v.From = OriginRef{Kind: v.Origin, ID: o.Reference, Label: o.Label, ReceivedOn: o.ReceivedOn}
	}
	var err error
	if v.Similar, err = similarOf(ctx, db, v.ID); err != nil {
		return err
	}
	if v.Categories, err = causeCategories(ctx, db); err != nil {
		return err
	}
	owners, err := ownersOfAct(ctx, db, v.ID)
	if err != nil {
		return err
	}
	var asked []Extension
	if err := db.NewSelect().Model(&asked).Where("x.act_id = ?", v.ID).Order("x.action_id", "x.no").Scan(ctx); err != nil {
		return store.MapError(err, "extensions")
	}
	var actions []string
	for _, ac := range v.Actions {
		actions = append(actions, ac.ID)
	}
	shown, ids, err := links(ctx, db, "action_evidence", "action_id", actions)
	if err != nil {
		return err
	}
	evidence, err := s.evidence(ctx, db, ids)
	if err != nil {
		return err
	}
	for i := range v.Actions {
		ac := &v.Actions[i]
		ac.owners = append([]ActionOwner{{ActionID: ac.ID, UserID: ac.OwnerID, ActID: v.ID, DepartmentID: ac.DepartmentID}}, owners[ac.ID]...)
		for _, x := range asked {
			if x.ActionID == ac.ID {
				ac.Extended = append(ac.Extended, ExtensionView{Extension: x})
			}
		}
		for _, id := range shown[ac.ID] {
			ac.Evidence = append(ac.Evidence, evidence[id])
		}
	}
	return nil
}

// similarOf reads the acts that somebody found similar to an act, as far as
// the actor may see them.
func similarOf(ctx context.Context, db bun.IDB, actID string) ([]Similar, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return nil, err
	}
	var out []Similar
	err = actsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc).
		ColumnExpr("c.id AS act_id, c.number, c.statement, c.department_id, d.code AS department_code, c.clause, c.gsbpm, c.grade, c.state AS act_state, c.created_at").
		Join("JOIN departments AS d ON d.id = c.department_id").
		Where("c.id IN (SELECT x.other_id FROM act_similar x WHERE x.act_id = ?)", actID).OrderExpr("c.number").Scan(ctx, &out)
	return out, store.MapError(err, "similar acts")
}

type actSimilar struct {
	bun.BaseModel `bun:"table:act_similar"`

	ActID   string `bun:"act_id,pk"`
	OtherID string `bun:"other_id,pk"`
}

// replaceSimilar stores which acts were found similar anew; each must have
// been issued and be one the actor sees.
func (s *Service) replaceSimilar(ctx context.Context, tx *store.Tx, actID string, others []string) error {
	if _, err := tx.NewRaw("DELETE FROM act_similar WHERE act_id = ?", actID).Exec(ctx); err != nil {
		return store.MapError(err, "clear similar")
	}
	others = known(others)
	if len(others) == 0 {
		return nil
	}
	var rows []actSimilar
	for _, id := range others {
		if !store.IsID(id) || id == actID {
			return apperr.InvalidField("similar", "error.field.choice")
		}
		rows = append(rows, actSimilar{ActID: actID, OtherID: id})
	}
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return err
	}
	n, err := actsInScope(ctx, tx.NewSelect().TableExpr("acts AS c"), sc).Where("c.id IN (?)", bun.List(others)).Where("c.issued_at IS NOT NULL").Count(ctx)
	if err != nil {
		return store.MapError(err, "similar acts")
	}
	if n != int64(len(others)) {
		return apperr.InvalidField("similar", "error.field.choice")
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "similar acts")
}

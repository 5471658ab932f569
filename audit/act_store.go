package audit

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

type actEvidence struct {
	bun.BaseModel `bun:"table:act_evidence"`

	ActID        string `bun:"act_id,pk"`
	SubmissionID string `bun:"submission_id,pk"`
}

func insertAct(ctx context.Context, tx *store.Tx, a Act, evidence []string) error {
	if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
		return store.MapError(err, "insert act")
	}
	if len(evidence) == 0 {
		return nil
	}
	var links []actEvidence
	for _, id := range evidence {
		links = append(links, actEvidence{ActID: a.ID, SubmissionID: id})
	}
	_, err := tx.NewInsert().Model(&links).Exec(ctx)
	return store.MapError(err, "link act")
}

// auditOf reads the audit that an act comes from.
func auditOf(ctx context.Context, db bun.IDB, a Act) (of Audit, err error) {
	err = db.NewSelect().Model(&of).Where("a.id = ?", a.AuditID).Scan(ctx)
	return of, store.MapError(err, "audit of act")
}

// moveAct takes a step: the row is changed only while it is in the state that
// was read.
func moveAct(ctx context.Context, tx *store.Tx, a Act, from ActState, columns []string) error {
	a.StateAt = tx.Now
	n, err := store.Affected(tx.NewUpdate().Model(&a).Column(append(columns, "state", "state_at", "version")...).
		Where("id = ? AND state = ?", a.ID, from).Exec(ctx))
	return store.Moved(n, err, kindAct, string(from))
}

// updateAct changes columns of an act without a step.
func updateAct(ctx context.Context, tx *store.Tx, a Act, columns []string) error {
	n, err := store.Affected(tx.NewUpdate().Model(&a).Column(append(columns, "version")...).
		Where("id = ? AND state = ?", a.ID, a.State).Exec(ctx))
	return store.Moved(n, err, kindAct, string(a.State))
}

// actOpenFor refuses a change that is no step when the act is not in one of
// the states.
func actOpenFor(ctx context.Context, a Act, states ...ActState) error {
	for _, s := range states {
		if s == a.State {
			return nil
		}
	}
	_, err := arrow(ctx, ActTransitions, kindAct, a.State, "")
	return err
}

// alignFinding keeps the finding of a draft act in words and grade with it.
func alignFinding(ctx context.Context, tx *store.Tx, a Act) error {
	if a.FindingID == "" {
		return nil
	}
	if err := tx.Seen(ctx, kindFinding, a.FindingID); err != nil {
		return err
	}
	f, err := findingByID(ctx, tx, a.FindingID)
	if err != nil || (f.Grade == a.Grade && f.Statement == a.Statement) {
		return err
	}
	f.Grade, f.Statement = a.Grade, a.Statement
	f.SearchKey = findingSearchKey(f)
	tx.Record(store.Change{Action: string(policies.FindingRaise), Kind: kindFinding, ID: f.ID, RootKind: kindAudit, RootID: f.AuditID,
		After: map[string]any{"grade": f.Grade, "statement": f.Statement}})
	_, err = tx.NewUpdate().Model(&f).Column("grade", "statement", "search_key").Where("id = ?", f.ID).Exec(ctx)
	return store.MapError(err, "align finding")
}

func actEvidenceCount(ctx context.Context, db bun.IDB, actID string) (n int, err error) {
	err = db.NewRaw("SELECT COUNT(*) FROM act_evidence WHERE act_id = ?", actID).Scan(ctx, &n)
	return n, store.MapError(err, "act evidence")
}

// addEvent appends to the events of an act whose row is locked.
func addEvent(ctx context.Context, tx *store.Tx, e ActEvent) error {
	if err := tx.NewRaw("SELECT COALESCE(MAX(seq), 0) + 1 FROM act_events WHERE act_id = ?", e.ActID).Scan(ctx, &e.Seq); err != nil {
		return store.MapError(err, "next event")
	}
	e.ID, e.At, e.ActorID, e.Actor = store.NewID(), tx.Now, tx.Actor.UserID, tx.Actor.Name
	_, err := tx.NewInsert().Model(&e).Exec(ctx)
	return store.MapError(err, "insert event")
}

// replaceCauses stores the way to the root cause anew.
func replaceCauses(ctx context.Context, tx *store.Tx, actID string, causes []Cause) error {
	if _, err := tx.NewDelete().Model((*Cause)(nil)).Where("act_id = ?", actID).Exec(ctx); err != nil {
		return store.MapError(err, "clear causes")
	}
	if len(causes) == 0 {
		return nil
	}
	rows := make([]Cause, len(causes))
	for i, c := range causes {
		c.ActID, c.Position = actID, i+1
		rows[i] = c
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert causes")
}

// planParts counts the causes of an act and its actions that are still to be
// done.
func planParts(ctx context.Context, db bun.IDB, actID string) (causes, open int, err error) {
	err = db.NewRaw(`SELECT (SELECT COUNT(*) FROM act_causes WHERE act_id = ?0),
		(SELECT COUNT(*) FROM corrective_actions WHERE act_id = ?0 AND state <> ?1)`, actID, ActionVerified).Scan(ctx, &causes, &open)
	return causes, open, store.MapError(err, "parts of plan")
}

// ownsNone refuses who owns one of the corrective actions of an act, alone or
// with others.
func ownsNone(ctx context.Context, db bun.IDB, actID, userID string) error {
	var n int
	err := db.NewRaw(`SELECT (SELECT COUNT(*) FROM corrective_actions WHERE act_id = ?0 AND owner_id = ?1) + (SELECT COUNT(*) FROM action_owners WHERE act_id = ?0 AND user_id = ?1)`,
		actID, bun.NullZero(userID)).Scan(ctx, &n)
	if err == nil && n > 0 {
		return apperr.New(apperr.Forbidden, "audit.error.owns_action")
	}
	return store.MapError(err, "owners of act")
}

// verifiedNone refuses who verified that an action of the present round was
// done: whether it works is for somebody else to say.
func verifiedNone(ctx context.Context, db bun.IDB, a Act, userID string) error {
	ok, err := exists(ctx, db, "SELECT COUNT(*) FROM corrective_actions WHERE act_id = ? AND round = ? AND verified_by = ?", a.ID, a.Reopened, bun.NullZero(userID))
	if err == nil && ok {
		err = apperr.New(apperr.Forbidden, "audit.error.verified_before")
	}
	return err
}

// insertAddendum appends an addendum and gives its number.
func insertAddendum(ctx context.Context, tx *store.Tx, actID, text string) (no int, err error) {
	if err := tx.NewRaw("SELECT COALESCE(MAX(no), 0) + 1 FROM act_addenda WHERE act_id = ?", actID).Scan(ctx, &no); err != nil {
		return 0, store.MapError(err, "next addendum")
	}
	who := actor.From(ctx)
	ad := Addendum{ID: store.NewID(), ActID: actID, No: no, At: tx.Now, AuthorID: who.UserID, Author: who.Name, Text: text}
	_, err = tx.NewInsert().Model(&ad).Exec(ctx)
	return no, store.MapError(err, "insert addendum")
}

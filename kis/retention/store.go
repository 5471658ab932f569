package retention

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/reference"
)

// Kinds of entries of the trail.
const (
	KindTerm     = "retention_term"
	KindDecision = "retention_decision"
)

// Seals are what the trail keeps of terms and decisions.
var Seals = []store.Seal{
	{Kind: KindTerm, Table: "retention_terms", Parts: []store.SealPart{
		{Name: "facts", Query: `SELECT id, code, position, classes, years, name_az, name_en, basis_az, basis_en, confirmed, revision, set_by, set_at FROM retention_terms WHERE id IN (?0)`}}},
	{Kind: KindDecision, Table: "retention_decisions", Parts: []store.SealPart{
		{Name: "facts", Query: `SELECT id, submission_id, decision, kept_until, reason, decided_by, decided_at FROM retention_decisions WHERE id IN (?0)`}}},
}

// Terms reads all terms in their order.
func Terms(ctx context.Context, db bun.IDB) (terms []Term, err error) {
	err = db.NewSelect().Model(&terms).OrderExpr("rt.position, rt.code").Scan(ctx)
	return terms, store.MapError(err, "terms of keeping")
}

// Lock reads a term that is about to change; NotFound when there is none.
func Lock(ctx context.Context, tx *store.Tx, code string) (t Term, err error) {
	err = store.Lock(tx.NewSelect().Model(&t).Where("rt.code = ?", code)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return t, apperr.Missing("retention")
	}
	if err != nil {
		return t, store.MapError(err, "lock term of keeping")
	}
	return t, tx.Seen(ctx, KindTerm, t.ID)
}

// Update stores a changed term over the revision before it; a Conflict when
// somebody was faster.
func Update(ctx context.Context, tx *store.Tx, t Term) error {
	n, err := store.Affected(tx.NewUpdate().Model(&t).WherePK().Where("revision = ?", t.Revision-1).Exec(ctx))
	return store.Moved(n, err, "retention", strconv.Itoa(t.Revision))
}

// Insert stores a decision.
func Insert(ctx context.Context, tx *store.Tx, d Decision) error {
	_, err := tx.NewInsert().Model(&d).Exec(ctx)
	return store.MapError(err, "decision about keeping")
}

// DecisionsOf reads what was decided of records, oldest first, by id of the
// record.
func DecisionsOf(ctx context.Context, db bun.IDB, ids []string) (map[string][]Decision, error) {
	out := map[string][]Decision{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []Decision
	err := db.NewSelect().Model(&rows).Where("rd.submission_id IN (?)", bun.List(ids)).OrderExpr("rd.decided_at, rd.id").Scan(ctx)
	for _, d := range rows {
		out[d.SubmissionID] = append(out[d.SubmissionID], d)
	}
	return out, store.MapError(err, "decisions about keeping")
}

// Load adds the terms that every office starts from and gives those that were
// not there; what is there stays as the office has it.
func Load(ctx context.Context, tx *store.Tx) (added []Term, err error) {
	rows, err := reference.Rows(reference.RetentionTerms)
	if err != nil {
		return nil, apperr.Wrap(err, "reference")
	}
	have, err := Terms(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		if slices.ContainsFunc(have, func(t Term) bool { return t.Code == r["code"] }) {
			continue
		}
		years, err := strconv.Atoi(r["years"])
		if err != nil {
			return nil, apperr.Wrap(err, "reference term of keeping")
		}
		t := Term{ID: store.NewID(), Code: r["code"], Position: i + 1, Classes: r["classes"], Years: years, NameAZ: r["name_az"], NameEN: r["name_en"], BasisAZ: r["basis_az"], BasisEN: r["basis_en"],
			Confirmed: r.Bool("confirmed"), Revision: 1, SetBy: tx.Actor.UserID, SetAt: tx.Now}
		added = append(added, t)
		tx.Record(store.Change{Action: office.TrailReferenceLoad, Kind: KindTerm, ID: t.ID, Label: t.NameAZ, After: map[string]any{"years": t.Years, "basis": t.BasisAZ}})
	}
	if len(added) == 0 {
		return nil, nil
	}
	_, err = tx.NewInsert().Model(&added).Exec(ctx)
	return added, store.MapError(err, "insert terms of keeping")
}

package planning

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// insertReview stores a review with its inputs and participants.
func insertReview(ctx context.Context, tx *store.Tx, r *Review, inputs []Input, people []Participant) error {
	if _, err := tx.NewInsert().Model(r).Exec(ctx); err != nil {
		return store.MapError(err, "insert review")
	}
	for i := range inputs {
		inputs[i].ReviewID = r.ID
	}
	if _, err := tx.NewInsert().Model(&inputs).Exec(ctx); err != nil {
		return store.MapError(err, "insert inputs")
	}
	return setParticipants(ctx, tx, r.ID, people)
}

func setParticipants(ctx context.Context, tx *store.Tx, reviewID string, people []Participant) error {
	if _, err := tx.NewDelete().Table("review_participants").Where("review_id = ?", reviewID).Exec(ctx); err != nil {
		return store.MapError(err, "clear participants")
	}
	for i := range people {
		people[i].ReviewID = reviewID
	}
	_, err := tx.NewInsert().Model(&people).Exec(ctx)
	return store.MapError(err, "insert participants")
}

// setFigures replaces the figures of a review, each beside that of the review
// signed last before this one.
func setFigures(ctx context.Context, tx *store.Tx, r Review, figures map[string][]Figure) error {
	before, err := figuresBefore(ctx, tx, r, tx.Now)
	if err != nil {
		return err
	}
	var letters []string
	if err := tx.NewSelect().Table("review_inputs").Column("letter").Where("review_id = ?", r.ID).Order("position").Scan(ctx, &letters); err != nil {
		return store.MapError(err, "inputs")
	}
	if _, err := tx.NewDelete().Table("review_figures").Where("review_id = ?", r.ID).Exec(ctx); err != nil {
		return store.MapError(err, "clear figures")
	}
	rows := frozen(r.ID, letters, figures, before)
	if len(rows) == 0 {
		return nil
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "insert figures")
}

// lockReview holds a review until the unit of work ends.
func lockReview(ctx context.Context, tx *store.Tx, id string) (Review, error) {
	var r Review
	if !store.IsID(id) {
		return r, apperr.Missing(kindReview)
	}
	err := store.Lock(tx.NewSelect().Model(&r).ColumnExpr("r.*").Where("r.id = ?", id)).Scan(ctx)
	if err == nil {
		err = tx.Seen(ctx, kindReview, r.ID)
	}
	return r, store.MapError(err, "lock review")
}

// setReview stores what steps change of a locked review and moves it to a
// state, which may be the one it is in.
func setReview(ctx context.Context, tx *store.Tx, r Review, to ReviewState) error {
	from := r.State
	r.State = to
	r.Version++
	n, err := store.Affected(tx.NewUpdate().Model(&r).
		Column("from_day", "to_day", "meeting_at", "place", "chair_id", "state", "suitable", "adequate", "effective", "conclusion",
			"figures_at", "return_note", "prepared_by", "prepared_at", "signed_by", "signed_name", "signed_at", "version").
		Where("id = ? AND state = ? AND version = ?", r.ID, from, r.Version-1).Exec(ctx))
	return store.Moved(n, err, kindReview, string(from))
}

// setComment stores the comment of an input and gives the one before.
func setComment(ctx context.Context, tx *store.Tx, reviewID, letter, text string) (before string, err error) {
	err = tx.NewSelect().Table("review_inputs").Column("comment").Where("review_id = ? AND letter = ?", reviewID, letter).Scan(ctx, &before)
	if errors.Is(err, sql.ErrNoRows) {
		return "", apperr.Missing("input")
	}
	if err != nil || before == text {
		return before, store.MapError(err, "comment")
	}
	n := Input{ReviewID: reviewID, Letter: letter, Comment: text, CommentedBy: tx.Actor.UserID, CommentedAt: tx.Now}
	_, err = tx.NewUpdate().Model(&n).Column("comment", "commented_by", "commented_at").WherePK().Exec(ctx)
	return before, store.MapError(err, "set comment")
}

func insertDecision(ctx context.Context, tx *store.Tx, d *Decision) error {
	err := tx.NewRaw(`SELECT COALESCE(MAX(no), 0) + 1 FROM review_decisions WHERE review_id = ?`, d.ReviewID).Scan(ctx, &d.No)
	if err != nil {
		return store.MapError(err, "number of decision")
	}
	_, err = tx.NewInsert().Model(d).Exec(ctx)
	return store.MapError(err, "insert decision")
}

// deleteDecision takes a decision out and numbers those after it anew, in
// rising order so that no number is taken twice on the way.
func deleteDecision(ctx context.Context, tx *store.Tx, reviewID, id string) (Decision, error) {
	var d Decision
	if !store.IsID(id) {
		return d, apperr.Missing("decision")
	}
	err := tx.NewSelect().Model(&d).ColumnExpr("d.*").Where("d.review_id = ? AND d.id = ?", reviewID, id).Scan(ctx)
	if err != nil {
		return d, store.MapError(err, "decision")
	}
	if _, err := tx.NewRaw(`DELETE FROM review_decisions WHERE id = ?`, id).Exec(ctx); err != nil {
		return d, store.MapError(err, "remove decision")
	}
	// Through negative numbers: a unique rule is checked row by row.
	for _, step := range []string{
		`UPDATE review_decisions SET no = 1 - no WHERE review_id = ? AND no > ?`,
		`UPDATE review_decisions SET no = -no WHERE review_id = ? AND no < 0 AND ? > 0`,
	} {
		if _, err := tx.NewRaw(step, reviewID, d.No).Exec(ctx); err != nil {
			return d, store.MapError(err, "number decisions")
		}
	}
	return d, nil
}

func insertAddendum(ctx context.Context, tx *store.Tx, a *Addendum) error {
	err := tx.NewRaw(`SELECT COALESCE(MAX(no), 0) + 1 FROM review_addenda WHERE review_id = ?`, a.ReviewID).Scan(ctx, &a.No)
	if err != nil {
		return store.MapError(err, "number of addendum")
	}
	_, err = tx.NewInsert().Model(a).Exec(ctx)
	return store.MapError(err, "insert addendum")
}

// reviewsWithNames selects reviews with what is read along.
func reviewsWithNames(db bun.IDB, model any) *bun.SelectQuery {
	return db.NewSelect().Model(model).ColumnExpr("r.*").
		ColumnExpr("c.name AS chair_name, COALESCE(w.name, '') AS created_name, COALESCE(pu.name, '') AS prepared_name").
		ColumnExpr("(SELECT COUNT(*) FROM review_participants x WHERE x.review_id = r.id) AS participants").
		ColumnExpr("(SELECT COUNT(*) FROM review_decisions x WHERE x.review_id = r.id) AS decisions").
		Join("JOIN users AS c ON c.id = r.chair_id").
		Join("LEFT JOIN users AS w ON w.id = r.created_by").
		Join("LEFT JOIN users AS pu ON pu.id = r.prepared_by")
}

// reviewBy finds a review by id or number.
func reviewBy(ctx context.Context, db bun.IDB, idOrNumber string) (Review, error) {
	var r Review
	column := "r.number"
	if store.IsID(idOrNumber) {
		column = "r.id"
	}
	err := reviewsWithNames(db, &r).Where("? = ?", bun.Safe(column), idOrNumber).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return r, apperr.Missing(kindReview)
	}
	return r, store.MapError(err, "review")
}

func listReviews(ctx context.Context, db bun.IDB) ([]Review, error) {
	var list []Review
	err := reviewsWithNames(db, &list).OrderExpr("r.year DESC, r.seq DESC").Scan(ctx)
	return list, store.MapError(err, "reviews")
}

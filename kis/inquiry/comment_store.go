package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// commentSeal is what the trail keeps of a comment: its hash only.
var commentSeal = store.Seal{Kind: KindComment, Table: "comments", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, kind, submission_id, request_id, discrepancy_id, cycle_id, code, text, author_id, created_at, edits, edited_at, deleted_at
		FROM comments WHERE id IN (?0)`},
	{Name: "versions", Query: `SELECT comment_id, no, text, written_at FROM comment_versions WHERE comment_id IN (?0)`},
	{Name: "people", Query: `SELECT comment_id, user_id FROM comment_mentions WHERE comment_id IN (?0)`},
}}

type commentMention struct {
	bun.BaseModel `bun:"table:comment_mentions"`

	CommentID string `bun:"comment_id,pk"`
	UserID    string `bun:"user_id,pk"`
}

func insertComment(ctx context.Context, tx *store.Tx, m Comment, mentioned []string) error {
	if _, err := tx.NewInsert().Model(&m).Exec(ctx); err != nil {
		return store.MapError(err, "insert comment")
	}
	return insertMentions(ctx, tx, m.ID, mentioned)
}

func insertMentions(ctx context.Context, tx *store.Tx, id string, mentioned []string) error {
	if len(mentioned) == 0 {
		return nil
	}
	rows := make([]commentMention, len(mentioned))
	for i, u := range mentioned {
		rows[i] = commentMention{CommentID: id, UserID: u}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "mentions")
}

func mentionsOf(ctx context.Context, db bun.IDB, id string) (ids []string, err error) {
	err = db.NewRaw(`SELECT user_id FROM comment_mentions WHERE comment_id = ?`, id).Scan(ctx, &ids)
	return ids, store.MapError(err, "mentions")
}

// lockComment reads a comment that is about to change.
func lockComment(ctx context.Context, tx *store.Tx, id string) (Comment, error) {
	var m Comment
	err := store.Lock(tx.NewSelect().Model(&m).Where("m.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return m, apperr.Missing("comment")
	}
	if err != nil {
		return m, store.MapError(err, "lock comment")
	}
	return m, tx.Seen(ctx, KindComment, id)
}

// keepText puts what a comment says now among what it said before.
func keepText(ctx context.Context, tx *store.Tx, m Comment) error {
	at := m.CreatedAt
	if !m.EditedAt.IsZero() {
		at = m.EditedAt
	}
	_, err := tx.NewRaw(`INSERT INTO comment_versions (comment_id, no, text, written_at) VALUES (?, ?, ?, ?)`, m.ID, m.Edits+1, m.Text, at).Exec(ctx)
	return store.MapError(err, "keep text")
}

func replaceText(ctx context.Context, tx *store.Tx, m Comment, text string, mentioned []string) error {
	if err := keepText(ctx, tx, m); err != nil {
		return err
	}
	n, err := store.Affected(tx.NewUpdate().Model((*Comment)(nil)).Set("text = ?, edits = edits + 1, edited_at = ?", text, tx.Now).
		Where("id = ? AND edits = ? AND deleted_at IS NULL", m.ID, m.Edits).Exec(ctx))
	if err := store.Moved(n, err, "comment", "changed"); err != nil {
		return err
	}
	return insertMentions(ctx, tx, m.ID, mentioned)
}

func eraseText(ctx context.Context, tx *store.Tx, m Comment) error {
	if err := keepText(ctx, tx, m); err != nil {
		return err
	}
	n, err := store.Affected(tx.NewUpdate().Model((*Comment)(nil)).Set("text = '', edits = edits + 1, deleted_at = ?", tx.Now).
		Where("id = ? AND edits = ? AND deleted_at IS NULL", m.ID, m.Edits).Exec(ctx))
	return store.Moved(n, err, "comment", "deleted")
}

// onObject narrows comments AS m to those on an object.
func onObject(q *bun.SelectQuery, o Object) *bun.SelectQuery {
	switch o.Kind {
	case OnSubmission:
		return q.Where("m.submission_id = ?", o.ID)
	case OnRequest:
		return q.Where("m.request_id = ?", o.ID)
	case OnDiscrepancy:
		return q.Where("m.discrepancy_id = ?", o.ID)
	}
	cycleID, code := o.task()
	return q.Where("m.cycle_id = ? AND m.code = ?", cycleID, code)
}

// maxShown is how many comments of a conversation are shown, the newest.
const maxShown = 500

// commentViews reads a conversation: three queries.
func commentViews(ctx context.Context, db bun.IDB, o Object) ([]CommentView, error) {
	var rows []CommentView
	newest := onObject(db.NewSelect().TableExpr("comments AS m").Column("m.id"), o).OrderExpr("m.id DESC").Limit(maxShown)
	var stored []struct {
		Comment    `bun:",extend"`
		AuthorName string
	}
	err := db.NewSelect().Model(&stored).ModelTableExpr("comments AS m").ColumnExpr("m.*, u.name AS author_name").Join("JOIN users AS u ON u.id = m.author_id").
		Where("m.id IN (SELECT x.id FROM (?) AS x)", newest).OrderExpr("m.id").Scan(ctx)
	if err != nil || len(stored) == 0 {
		return nil, store.MapError(err, "comments")
	}
	at, ids := map[string]int{}, make([]string, len(stored))
	for i, r := range stored {
		rows = append(rows, CommentView{Comment: r.Comment, AuthorName: r.AuthorName})
		at[r.ID], ids[i] = i, r.ID
	}
	var versions []CommentVersion
	err = db.NewRaw(`SELECT comment_id, text, written_at FROM comment_versions WHERE comment_id IN (?) ORDER BY comment_id, no`, bun.List(ids)).Scan(ctx, &versions)
	if err != nil {
		return nil, store.MapError(err, "versions of comments")
	}
	for _, v := range versions {
		rows[at[v.CommentID]].Before = append(rows[at[v.CommentID]].Before, v)
	}
	var mentions []struct{ CommentID, Name string }
	err = db.NewRaw(`SELECT x.comment_id, u.name FROM comment_mentions x JOIN users u ON u.id = x.user_id WHERE x.comment_id IN (?) ORDER BY u.sort_key, u.id`,
		bun.List(ids)).Scan(ctx, &mentions)
	for _, x := range mentions {
		rows[at[x.CommentID]].Mentioned = append(rows[at[x.CommentID]].Mentioned, x.Name)
	}
	return rows, store.MapError(err, "mentions of comments")
}

// speakers are those who take part in a conversation before a time: who
// commented, handed in, asked, was asked, noted or explained.
func speakers(ctx context.Context, db bun.IDB, o Object, before time.Time) (ids []string, err error) {
	q := onObject(db.NewSelect().TableExpr("comments AS m").ColumnExpr("m.author_id AS id"), o).Where("m.created_at <= ?", before).Distinct()
	switch o.Kind {
	case OnSubmission:
		q = q.UnionAll(db.NewSelect().TableExpr("submissions AS s").ColumnExpr("s.submitted_by").Where("s.id = ?", o.ID))
	case OnRequest:
		q = q.UnionAll(db.NewSelect().TableExpr("evidence_requests AS r").ColumnExpr("r.asked_by").Where("r.id = ?", o.ID)).
			UnionAll(db.NewSelect().TableExpr("evidence_requests AS r").ColumnExpr("r.addressee_id").Where("r.id = ? AND r.addressee_id IS NOT NULL", o.ID))
	case OnDiscrepancy:
		q = q.UnionAll(db.NewSelect().TableExpr("discrepancies AS n").ColumnExpr("n.noted_by").Where("n.id = ?", o.ID)).
			UnionAll(db.NewSelect().TableExpr("discrepancies AS n").ColumnExpr("n.explained_by").Where("n.id = ? AND n.explained_by IS NOT NULL", o.ID))
	}
	return ids, store.MapError(q.Scan(ctx, &ids), "conversation")
}

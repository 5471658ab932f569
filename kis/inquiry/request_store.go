package inquiry

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// requestSeal is what the trail keeps of a request and its answers.
var requestSeal = store.Seal{Kind: KindRequest, Table: "evidence_requests", Parts: []store.SealPart{
	{Name: "text", Query: `SELECT id, number, cycle_id, audit_id, department_id, addressee_id, title, text, confidential, due, due_confirmed, asked_by, asked_at
		FROM evidence_requests WHERE id IN (?0)`},
	{Name: "state", Query: `SELECT id, state, first_answered_at, answered_at, returned_at, accepted_at, closed_at, withdrawn_at, reason FROM evidence_requests WHERE id IN (?0)`},
	{Name: "outputs", Query: `SELECT request_id, output_id FROM evidence_request_outputs WHERE request_id IN (?0)`},
	{Name: "answers", Query: `SELECT request_id, id, no, text, answered_by, answered_at, verdict, reason, decided_by, decided_at FROM evidence_request_answers WHERE request_id IN (?0)`},
	{Name: "evidence", Query: `SELECT a.request_id, a.no, l.submission_id, l.position FROM evidence_request_answers a
		JOIN evidence_request_submissions l ON l.answer_id = a.id WHERE a.request_id IN (?0)`},
}}

// answerRow is an answer as stored.
type answerRow struct {
	bun.BaseModel `bun:"table:evidence_request_answers,alias:a"`

	ID         string    `bun:"id,pk"`
	RequestID  string    `bun:"request_id"`
	No         int       `bun:"no"`
	Text       string    `bun:"text"`
	AnsweredBy string    `bun:"answered_by"`
	AnsweredAt time.Time `bun:"answered_at"`
	Verdict    string    `bun:"verdict"`
	Reason     string    `bun:"reason"`
	DecidedBy  string    `bun:"decided_by,nullzero"`
	DecidedAt  time.Time `bun:"decided_at,nullzero"`
}

type requestOutput struct {
	bun.BaseModel `bun:"table:evidence_request_outputs"`

	RequestID string `bun:"request_id,pk"`
	OutputID  string `bun:"output_id,pk"`
}

type answerSubmission struct {
	bun.BaseModel `bun:"table:evidence_request_submissions"`

	AnswerID     string `bun:"answer_id,pk"`
	SubmissionID string `bun:"submission_id,pk"`
	Position     int    `bun:"position"`
}

func insertRequest(ctx context.Context, tx *store.Tx, r Request, outputs []string) error {
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return store.MapError(err, "insert request")
	}
	if len(outputs) == 0 {
		return nil
	}
	rows := make([]requestOutput, len(outputs))
	for i, id := range outputs {
		rows[i] = requestOutput{RequestID: r.ID, OutputID: id}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return store.MapError(err, "outputs of request")
}

// outputCodes gives the codes of the tasks of outputs of a version, by output;
// those of other versions and of what does not apply are left out.
func outputCodes(ctx context.Context, db bun.IDB, versionID string, ids []string) (map[string]string, error) {
	out := map[string]string{}
	var good []string
	for _, id := range ids {
		if store.IsID(id) {
			good = append(good, id)
		}
	}
	if len(good) == 0 {
		return out, nil
	}
	var rows []struct{ ID, Code string }
	err := db.NewRaw(`SELECT o.id, a.code FROM outputs o JOIN activities a ON a.id = o.activity_id
		WHERE o.id IN (?) AND a.version_id = ? AND a.applicable = TRUE`, bun.List(good), versionID).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.ID] = r.Code
	}
	return out, store.MapError(err, "outputs of a cycle")
}

// lockRequest reads a request that is about to change.
func lockRequest(ctx context.Context, tx *store.Tx, id string) (Request, error) {
	var r Request
	err := store.Lock(tx.NewSelect().Model(&r).Where("r.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return r, apperr.Missing("request")
	}
	if err != nil {
		return r, store.MapError(err, "lock request")
	}
	return r, tx.Seen(ctx, KindRequest, id)
}

// moveRequest takes a step: the row changes only while it is in the state that
// was read.
func moveRequest(ctx context.Context, tx *store.Tx, r Request, from RequestState) error {
	n, err := store.Affected(tx.NewUpdate().Model(&r).
		Column("state", "first_answered_at", "answered_at", "returned_at", "accepted_at", "closed_at", "withdrawn_at", "reason").
		Where("id = ? AND state = ?", r.ID, from).Exec(ctx))
	return store.Moved(n, err, "request", string(from))
}

// insertAnswer stores the next answer of a locked request.
func insertAnswer(ctx context.Context, tx *store.Tx, requestID string, n NewAnswer) (no int, err error) {
	if err := tx.NewRaw(`SELECT COALESCE(MAX(no), 0) + 1 FROM evidence_request_answers WHERE request_id = ?`, requestID).Scan(ctx, &no); err != nil {
		return 0, store.MapError(err, "next answer")
	}
	a := answerRow{ID: store.NewID(), RequestID: requestID, No: no, Text: n.Text, AnsweredBy: tx.Actor.UserID, AnsweredAt: tx.Now}
	if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
		return 0, store.MapError(err, "insert answer")
	}
	if len(n.SubmissionIDs) == 0 {
		return no, nil
	}
	rows := make([]answerSubmission, len(n.SubmissionIDs))
	for i, id := range n.SubmissionIDs {
		rows[i] = answerSubmission{AnswerID: a.ID, SubmissionID: id, Position: i + 1}
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return no, store.MapError(err, "evidence of answer")
}

// lastAnswerBy is who gave the last answer.
func lastAnswerBy(ctx context.Context, db bun.IDB, requestID string) (userID string, err error) {
	err = db.NewRaw(`SELECT answered_by FROM evidence_request_answers WHERE request_id = ? ORDER BY no DESC LIMIT 1`, requestID).Scan(ctx, &userID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return userID, store.MapError(err, "last answer")
}

// decideAnswer puts the verdict on the answer that waits for one.
func decideAnswer(ctx context.Context, tx *store.Tx, requestID, verdict, reason string) error {
	_, err := tx.NewUpdate().Model((*answerRow)(nil)).Set("verdict = ?, reason = ?, decided_by = ?, decided_at = ?", verdict, reason, tx.Actor.UserID, tx.Now).
		Where("request_id = ? AND verdict = ''", requestID).Exec(ctx)
	return store.MapError(err, "decide answer")
}

// fitting narrows submissions AS s to those that can answer a request: handed
// in or accepted, of its department and cycle, for one of its outputs.
func fitting(q *bun.SelectQuery, r Request) *bun.SelectQuery {
	q.Where("s.department_id = ? AND s.state IN (?)", r.DepartmentID, bun.List([]kis.SubmissionState{kis.Submitted, kis.Accepted}))
	if r.CycleID != "" {
		q.Where("s.cycle_id = ?", r.CycleID)
	}
	return q.Where(`(NOT EXISTS (SELECT 1 FROM evidence_request_outputs ro WHERE ro.request_id = ?0) OR EXISTS (SELECT 1 FROM evidence_request_outputs ro
		JOIN submission_outputs so ON so.output_id = ro.output_id WHERE ro.request_id = ?0 AND so.submission_id = s.id))`, r.ID)
}

func fittingSubmissions(ctx context.Context, db bun.IDB, r Request, ids []string) (out []string, err error) {
	var good []string
	for _, id := range ids {
		if store.IsID(id) {
			good = append(good, id)
		}
	}
	if len(good) == 0 {
		return nil, nil
	}
	err = fitting(db.NewSelect().TableExpr("submissions AS s").Column("s.id").Where("s.id IN (?)", bun.List(good)), r).Scan(ctx, &out)
	return out, store.MapError(err, "submissions of an answer")
}

package kis

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
)

// taskOf is the task that outputs belong to.
type taskOf struct {
	process.ActivityRow
	Outputs     []process.OutputRow // those asked for, in order
	Responsible []office.Department
}

// place is where evidence for the outputs belongs.
func (t taskOf) place() place {
	at := place{code: t.Code}
	for _, o := range t.Outputs {
		at.outputs = append(at.outputs, o.Position)
	}
	return at
}

// taskOfOutputs finds the one task whose outputs the ids are, in the version
// of a cycle. Ids of other versions are not found; outputs of two tasks, or of
// something that is no task, are Invalid.
func taskOfOutputs(ctx context.Context, db bun.IDB, cy Cycle, ids []string) (taskOf, error) {
	var t taskOf
	if err := db.NewSelect().Model(&t.Outputs).Where("o.id IN (?)", bun.List(ids)).OrderExpr("o.activity_id, o.position").Scan(ctx); err != nil {
		return t, store.MapError(err, "outputs")
	}
	if len(t.Outputs) != len(ids) || len(ids) == 0 {
		return t, apperr.Missing("output")
	}
	for _, o := range t.Outputs {
		if o.ActivityID != t.Outputs[0].ActivityID {
			return t, apperr.InvalidField("output", "kis.evidence.two_tasks")
		}
	}
	err := db.NewSelect().Model(&t.ActivityRow).Where("a.id = ?", t.Outputs[0].ActivityID).Scan(ctx)
	if err != nil {
		return t, store.MapError(err, "task of outputs")
	}
	if t.VersionID != cy.VersionID {
		return t, apperr.Missing("output")
	}
	if t.Level != process.Task {
		return t, apperr.InvalidField("output", "kis.evidence.no_task")
	}
	deps, err := process.ActivityDepartments(ctx, db, cy.VersionID, t.ID)
	for _, d := range deps {
		if d.Responsible {
			t.Responsible = append(t.Responsible, d.Department)
		}
	}
	return t, err
}

// previousVersion finds which submission the new one follows, and its number.
// One that is still in review for any of the outputs is a Conflict.
func previousVersion(ctx context.Context, tx *store.Tx, cycleID string, outputIDs []string, replaces string) (prev string, version int, err error) {
	var rows []struct {
		ID      string
		Version int
		State   SubmissionState
	}
	err = tx.NewRaw(`SELECT s.id, s.version, s.state FROM submissions s WHERE s.cycle_id = ? AND s.id IN (
		SELECT so.submission_id FROM submission_outputs so WHERE so.output_id IN (?)) ORDER BY s.received_at DESC, s.id DESC`, cycleID, bun.List(outputIDs)).Scan(ctx, &rows)
	if err != nil {
		return "", 0, store.MapError(err, "versions of evidence")
	}
	for _, r := range rows {
		if r.State == Submitted {
			return "", 0, apperr.New(apperr.Conflict, "kis.evidence.in_review", "version", r.Version)
		}
		version = max(version, r.Version)
		if replaces == "" && prev == "" && r.State != Withdrawn {
			prev = r.ID
		}
		if r.ID == replaces {
			prev = r.ID
		}
	}
	if replaces != "" && prev == "" {
		return "", 0, apperr.Missing("submission")
	}
	return prev, version + 1, nil
}

// outputLink says which output a submission serves.
type outputLink struct {
	bun.BaseModel `bun:"table:submission_outputs"`

	SubmissionID string
	OutputID     string
}

// fileLink says which files a submission is made of.
type fileLink struct {
	bun.BaseModel `bun:"table:submission_files"`

	SubmissionID string
	FileID       string
	Position     int
}

func insertSubmission(ctx context.Context, tx *store.Tx, sub Submission, outputIDs []string, files []File) error {
	if _, err := tx.NewInsert().Model(&sub).Exec(ctx); err != nil {
		return store.MapError(err, "insert submission")
	}
	var outs []outputLink
	for _, id := range outputIDs {
		outs = append(outs, outputLink{SubmissionID: sub.ID, OutputID: id})
	}
	if _, err := tx.NewInsert().Model(&outs).Exec(ctx); err != nil {
		return store.MapError(err, "insert submission outputs")
	}
	if err := insertWords(ctx, tx, sub); err != nil {
		return err
	}
	if len(files) == 0 {
		return nil
	}
	var links []fileLink
	for i, f := range files {
		links = append(links, fileLink{SubmissionID: sub.ID, FileID: f.ID, Position: i + 1})
	}
	_, err := tx.NewInsert().Model(&links).Exec(ctx)
	return store.MapError(err, "insert submission files")
}

// place is where evidence belongs: a task, and which of its outputs.
type place struct {
	code    string
	outputs []int // positions, from 1
}

// lockSubmission reads a submission and its place and holds the cycle, so
// that two decisions happen one after the other.
func lockSubmission(ctx context.Context, tx *store.Tx, id string) (sub Submission, at place, err error) {
	if !store.IsID(id) {
		return sub, at, apperr.Missing("submission")
	}
	var cycle string
	err = tx.NewRaw(`SELECT cycle_id FROM submissions WHERE id = ?`, id).Scan(ctx, &cycle)
	if errors.Is(err, sql.ErrNoRows) {
		return sub, at, apperr.Missing("submission")
	}
	if err != nil {
		return sub, at, store.MapError(err, "cycle of submission")
	}
	var row cycleRow
	if err := store.Lock(tx.NewSelect().Model(&row).Where("c.id = ?", cycle)).Scan(ctx); err != nil {
		return sub, at, store.MapError(err, "lock cycle")
	}
	if err := tx.NewSelect().Model(&sub).Where("s.id = ?", id).Scan(ctx); err != nil {
		return sub, at, store.MapError(err, "submission")
	}
	var rows []struct {
		Code     string
		Position int
	}
	err = tx.NewRaw(`SELECT a.code, o.position FROM activities a JOIN outputs o ON o.activity_id = a.id JOIN submission_outputs so ON so.output_id = o.id
		WHERE so.submission_id = ? ORDER BY o.position`, id).Scan(ctx, &rows)
	for _, r := range rows {
		at.code, at.outputs = r.Code, append(at.outputs, r.Position)
	}
	return sub, at, store.MapError(err, "task of submission")
}

func updateDecision(ctx context.Context, tx *store.Tx, id string, to SubmissionState, reason string) error {
	n, err := store.Affected(tx.NewUpdate().Table("submissions").Set("state = ?, decided_by = ?, decided_at = ?, reason = ?", to, bun.NullZero(tx.Actor.UserID), tx.Now, reason).
		Where("id = ? AND state = ?", id, Submitted).Exec(ctx))
	return store.Moved(n, err, "submission", string(Submitted))
}

func updateSuperseded(ctx context.Context, tx *store.Tx, id string) error {
	n, err := store.Affected(tx.NewUpdate().Table("submissions").Set("state = ?, superseded_at = ?", Superseded, tx.Now).
		Where("id = ? AND state = ?", id, Accepted).Exec(ctx))
	return store.Moved(n, err, "submission", string(Accepted))
}

func updateWithdrawn(ctx context.Context, tx *store.Tx, id string) error {
	n, err := store.Affected(tx.NewUpdate().Table("submissions").Set("state = ?, withdrawn_at = ?", Withdrawn, tx.Now).
		Where("id = ? AND state = ?", id, Submitted).Exec(ctx))
	return store.Moved(n, err, "submission", string(Submitted))
}

// acceptedSubmission is an accepted submission with the outputs it serves.
type acceptedSubmission struct {
	Submission
	outputs   []string
	positions []int
}

// acceptedAround gives the accepted submissions for the outputs of a task that
// one serves, oldest first.
func acceptedAround(ctx context.Context, tx *store.Tx, sub Submission) ([]acceptedSubmission, error) {
	var list []Submission
	err := tx.NewSelect().Model(&list).Where("s.cycle_id = ? AND s.state = ?", sub.CycleID, Accepted).
		Where(`s.id IN (SELECT x.submission_id FROM submission_outputs x JOIN outputs o ON o.id = x.output_id WHERE o.activity_id IN (
			SELECT p.activity_id FROM outputs p JOIN submission_outputs y ON y.output_id = p.id WHERE y.submission_id = ?))`, sub.ID).
		OrderExpr("s.received_at, s.id").Scan(ctx)
	if err != nil {
		return nil, store.MapError(err, "accepted evidence")
	}
	out := make([]acceptedSubmission, len(list))
	ids := make([]string, len(list))
	for i, l := range list {
		out[i].Submission, ids[i] = l, l.ID
	}
	var links []struct {
		SubmissionID, OutputID string
		Position               int
	}
	err = tx.NewRaw(`SELECT so.submission_id, so.output_id, o.position FROM submission_outputs so JOIN outputs o ON o.id = so.output_id
		WHERE so.submission_id IN (?) ORDER BY o.position`, bun.List(ids)).Scan(ctx, &links)
	if err != nil {
		return nil, store.MapError(err, "outputs of evidence")
	}
	for _, l := range links {
		i := slices.Index(ids, l.SubmissionID)
		out[i].outputs, out[i].positions = append(out[i].outputs, l.OutputID), append(out[i].positions, l.Position)
	}
	return out, nil
}

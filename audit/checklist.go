package audit

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// RowAnswer is what an auditor writes to a checklist row.
type RowAnswer struct {
	RowID        string
	Version      int // of the row as it was seen
	Answer       Answer
	Note         string
	Population   *int // how many there are; nil when not counted
	Sample       *int // how many were looked at
	SampleResult string
	Evidence     []string // ids of submissions linked to the row; replaces the links
}

func (r RowAnswer) check(c *apperr.Check) RowAnswer {
	apperr.OneOf(c, "answer", r.Answer, Answers()...)
	r.Note = c.Text("note", r.Note, 0, maxText)
	r.SampleResult = c.Text("sample_result", r.SampleResult, 0, maxTitle)
	for field, v := range map[string]*int{"population": r.Population, "sample": r.Sample} {
		if v != nil && (*v < 0 || *v > 1_000_000_000) {
			c.Add(field, "error.field.range", "min", 0, "max", 1_000_000_000)
		}
	}
	if r.Sample != nil && r.Population != nil && *r.Sample > *r.Population {
		c.Add("sample", "audit.error.sample", "population", *r.Population)
	}
	var ids []string
	for _, id := range r.Evidence {
		switch {
		case id == "" || slices.Contains(ids, id):
		case !store.IsID(id):
			c.Add("evidence", "error.field.choice")
		default:
			ids = append(ids, id)
		}
	}
	r.Evidence = ids
	return r
}

// Answer writes the answer to a checklist row of an audit in progress. Two
// auditors may work on one checklist: who answers a row that somebody else
// has changed since it was read is told who and when (Conflict).
func (s *Service) Answer(ctx context.Context, r RowAnswer) (Row, error) {
	var c apperr.Check
	r = r.check(&c)
	if err := c.Err(); err != nil {
		return Row{}, err
	}
	var row Row
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		a, old, err := s.rowToAnswer(ctx, tx, r.RowID, policies.ChecklistAnswer)
		if err != nil {
			return err
		}
		if row, err = s.answer(ctx, tx, a, old, r); err != nil {
			return err
		}
		return nil
	})
	return row, err
}

// rowToAnswer reads a row and its audit for somebody of the team.
func (s *Service) rowToAnswer(ctx context.Context, tx *store.Tx, rowID string, action policies.Action) (Audit, Row, error) {
	row, err := rowByID(ctx, tx, rowID)
	if err != nil {
		return Audit{}, row, err
	}
	// A report given at the same moment must not miss this answer.
	if err := lock(ctx, tx, "audits", row.AuditID); err != nil {
		return Audit{}, row, err
	}
	a, err := s.seenAudit(ctx, tx, row.AuditID)
	if err != nil {
		return a, row, err
	}
	if err := s.mayAudit(ctx, tx, a, action); err != nil {
		return a, row, err
	}
	return a, row, openFor(ctx, a, InProgress)
}

// answer writes an answer inside a transaction.
func (s *Service) answer(ctx context.Context, tx *store.Tx, a Audit, old Row, r RowAnswer) (Row, error) {
	if r.Answer != Nonconforms {
		n, err := standingActs(ctx, tx, old.ID)
		if err != nil {
			return old, err
		}
		if n > 0 {
			return old, apperr.InvalidField("answer", "audit.error.row_has_act")
		}
	}
	if len(r.Evidence) > 0 {
		n, err := evidenceInScope(ctx, tx, a.ID, r.Evidence)
		if err != nil {
			return old, err
		}
		if n != len(r.Evidence) {
			return old, apperr.InvalidField("evidence", "error.field.missing")
		}
		if err := mayLink(ctx, tx, old.ID, r.Evidence); err != nil {
			return old, err
		}
	}
	row := old
	row.Answer, row.Note, row.Population, row.Sample, row.SampleResult = r.Answer, r.Note, r.Population, r.Sample, r.SampleResult
	row.AnsweredBy, row.AnsweredAt, row.Version = tx.Actor.UserID, tx.Now, r.Version+1
	moved, err := updateRow(ctx, tx, row, r.Version)
	if err != nil {
		return old, err
	}
	if !moved {
		return old, changedBy(ctx, tx, s.KIS.Zone, old.ID)
	}
	if err := linkEvidence(ctx, tx, row.ID, r.Evidence); err != nil {
		return old, err
	}
	tx.Record(store.Change{Action: string(policies.ChecklistAnswer), Kind: "row", ID: row.ID, Label: row.No, RootKind: kindAudit, RootID: a.ID,
		Before: answerFields(old), After: answerFields(row)})
	return row, nil
}

func answerFields(r Row) map[string]any {
	return map[string]any{"answer": r.Answer, "note": r.Note, "population": r.Population, "sample": r.Sample, "sample_result": r.SampleResult}
}

// changedBy is the Conflict of a row that somebody else has changed.
func changedBy(ctx context.Context, db bun.IDB, zone *time.Location, rowID string) error {
	row, err := rowByID(ctx, db, rowID)
	if err != nil {
		return err
	}
	name, err := userName(ctx, db, row.AnsweredBy)
	if err != nil {
		return err
	}
	return apperr.New(apperr.Conflict, "audit.error.row_changed", "row", row.No, "name", name,
		"time", row.AnsweredAt.In(zone).Format("02.01.2006, 15:04"))
}

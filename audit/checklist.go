package audit

import (
	"context"
	"slices"
	"strings"
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
	Population   *int   // how many there are; nil when not counted
	Sample       *int   // how many were looked at
	SampleMethod string // how the sample was chosen
	SampleResult string
	Evidence     []string // ids of submissions linked to the row; replaces the links
}

func (r RowAnswer) check(c *apperr.Check) RowAnswer {
	apperr.OneOf(c, "answer", r.Answer, Answers()...)
	r.Note = c.Text("note", r.Note, 0, maxText)
	r.SampleMethod = c.Text("sample_method", r.SampleMethod, 0, maxTitle)
	r.SampleResult = c.Text("sample_result", r.SampleResult, 0, maxTitle)
	for field, v := range map[string]*int{"population": r.Population, "sample": r.Sample} {
		if v != nil && (*v < 0 || *v > maxCount) {
			c.Add(field, "error.field.range", "min", 0, "max", maxCount)
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

// Answer writes all fields of a checklist row of an audit in progress. Two
// auditors may work on one checklist: who changes a field that somebody else
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
		if row, err = s.answer(ctx, tx, a, old, r); err == nil && row.Version == old.Version {
			return store.ErrNoChange // as it was
		}
		return err
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
	if err := hold(ctx, tx, "audits", row.AuditID); err != nil {
		return Audit{}, row, err
	}
	if err := tx.Seen(ctx, kindRow, row.ID); err != nil {
		return Audit{}, row, err
	}
	// Read again: while waiting for the lock somebody may have answered it.
	if row, err = rowByID(ctx, tx, rowID); err != nil {
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

// answer writes all fields of an answer inside a transaction.
func (s *Service) answer(ctx context.Context, tx *store.Tx, a Audit, old Row, r RowAnswer) (Row, error) {
	ids := slices.Clone(r.Evidence)
	slices.Sort(ids)
	p := RowPatch{RowID: old.ID, Version: r.Version, Fields: map[RowField]string{FieldAnswer: string(r.Answer), FieldNote: r.Note,
		FieldPopulation: countText(r.Population), FieldSample: countText(r.Sample), FieldSampleMethod: r.SampleMethod,
		FieldSampleResult: r.SampleResult, FieldEvidence: strings.Join(ids, " ")}}
	saved, conflicts, err := s.patchRow(ctx, tx, a, old, p)
	if err == nil && len(conflicts) > 0 {
		err = changedBy(ctx, tx, s.KIS.Zone, old.ID)
	}
	return saved.Row, err
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

package audit

import (
	"context"
	"errors"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// ChecklistRows gives all rows of an audit in order, with the submissions
// linked to each, for those who see its working papers.
func (s *Service) ChecklistRows(ctx context.Context, auditID string) ([]Row, map[string][]string, error) {
	if err := s.working(ctx, auditID); err != nil {
		return nil, nil, err
	}
	db := s.DB.Read()
	rows, err := rowsOf(ctx, db, auditID, false)
	if err != nil {
		return nil, nil, err
	}
	linked, err := linksOfAudit(ctx, db, auditID)
	return rows, linked, err
}

// errDry ends a unit of work that was only tried.
var errDry = errors.New("only tried")

// SaveRows writes patches to rows of one audit, all or none. faults says, by
// the index of the patch, why one cannot be written; then nothing is. With dry
// nothing is written either way.
func (s *Service) SaveRows(ctx context.Context, auditID string, patches []RowPatch, dry bool) (saved []SavedRow, faults map[int]error, err error) {
	faults = map[int]error{}
	for i := range patches {
		var c apperr.Check
		patches[i] = patches[i].check(&c)
		if err := c.Err(); err != nil {
			faults[i] = err
		}
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lock(ctx, tx, "audits", auditID); err != nil {
			return err
		}
		a, err := s.seenAudit(ctx, tx, auditID)
		if err != nil {
			return err
		}
		if err := s.mayAudit(ctx, tx, a, policies.ChecklistAnswer); err != nil {
			return err
		}
		if err := openFor(ctx, a, InProgress); err != nil {
			return err
		}
		changed := false
		for i, p := range patches {
			if faults[i] != nil {
				continue
			}
			row, err := rowByID(ctx, tx, p.RowID)
			if err == nil && row.AuditID != a.ID {
				err = apperr.Missing("row")
			}
			if err != nil {
				return err
			}
			r, conflicts, err := s.patchRow(ctx, tx, a, row, p)
			switch {
			case apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Conflict):
				faults[i] = err
			case err != nil:
				return err
			case len(conflicts) > 0:
				c := conflicts[0]
				faults[i] = apperr.InvalidField(string(c.Field), "audit.sheet.error.changed", "name", c.By, "text", c.Theirs)
			}
			saved = append(saved, r)
			changed = changed || r.Version != row.Version
		}
		if len(faults) > 0 || dry {
			return errDry
		}
		if !changed {
			return store.ErrNoChange
		}
		return nil
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return saved, faults, err
}

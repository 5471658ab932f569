package audit

import (
	"context"
	"time"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// RowFile is a photo or another file that belongs to a row itself: what the
// auditor saw at the workplace. It goes through the same store, checks of
// content and virus scan as evidence.
type RowFile struct {
	kis.File

	RowID   string
	By      string // name
	AddedAt time.Time
}

// maxRowFiles bounds the files of one row.
const maxRowFiles = 30

// AttachToRow turns staged uploads of the actor into files of a row.
func (s *Service) AttachToRow(ctx context.Context, auditID, rowID string, uploads []string) error {
	if len(uploads) == 0 {
		return apperr.InvalidField("files", "error.upload.none")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, row, err := s.rowToAnswer(ctx, tx, rowID, policies.ChecklistAnswer)
		if err != nil {
			return err
		}
		if a.ID != auditID {
			return apperr.Missing("row")
		}
		n, err := lastRowFile(ctx, tx, rowID)
		if err != nil {
			return err
		}
		if n.Count+len(uploads) > maxRowFiles {
			return apperr.InvalidField("files", "audit.error.row_files", "max", maxRowFiles)
		}
		files, err := kis.AttachUploads(ctx, tx, uploads)
		if err != nil {
			return err
		}
		names := make([]string, len(files))
		for i, f := range files {
			names[i] = f.Name
		}
		if err := linkRowFiles(ctx, tx, rowID, n.Position, files); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.ChecklistAnswer), Kind: kindRow, ID: row.ID, Label: row.No, RootKind: kindAudit, RootID: a.ID,
			After: map[string]any{"files": names}})
		return nil
	})
}

// DetachFromRow takes a file off a row; its bytes stay, and the trail says
// what it was.
func (s *Service) DetachFromRow(ctx context.Context, auditID, rowID, fileID string) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, row, err := s.rowToAnswer(ctx, tx, rowID, policies.ChecklistAnswer)
		if err != nil {
			return err
		}
		files, err := rowFiles(ctx, tx, []string{rowID})
		if err != nil {
			return err
		}
		for _, f := range files[rowID] {
			if f.ID == fileID && a.ID == auditID {
				tx.Record(store.Change{Action: string(policies.ChecklistAnswer), Kind: kindRow, ID: row.ID, Label: row.No, RootKind: kindAudit, RootID: a.ID,
					Before: map[string]any{"file": f.Name, "sha256": f.SHA256}})
				return unlinkRowFile(ctx, tx, rowID, fileID)
			}
		}
		return apperr.Missing("file")
	})
}

// RowFile gives a file of a row of an audit whose checklist the actor sees.
func (s *Service) RowFile(ctx context.Context, auditID, rowID, fileID string) (kis.File, error) {
	if err := s.working(ctx, auditID); err != nil {
		return kis.File{}, err
	}
	db := s.DB.Read()
	row, err := rowByID(ctx, db, rowID)
	if err != nil || row.AuditID != auditID {
		return kis.File{}, apperr.Missing("file")
	}
	files, err := rowFiles(ctx, db, []string{rowID})
	if err != nil {
		return kis.File{}, err
	}
	for _, f := range files[rowID] {
		if f.ID == fileID {
			return f.File, nil
		}
	}
	return kis.File{}, apperr.Missing("file")
}

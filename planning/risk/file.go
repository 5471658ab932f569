package risk

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// maxFiles is how many files a risk holds at most.
const maxFiles = 100

// Attached is a file of a risk, with where the risk stood when it came and who
// brought it.
type Attached struct {
	kis.File
	At State
	By string // name
}

// Attach adds files that the actor has sent to a risk: analyses, proofs that its
// treatment was carried out. Whoever writes the risk may, its owner among them,
// as long as it is not closed. They are never taken off.
func (s *Service) Attach(ctx context.Context, id string, uploadIDs []string) error {
	return s.with(ctx, id, func(tx *store.Tx, r *Risk) error {
		if !r.writtenBy(tx.Actor) {
			return apperr.New(apperr.Forbidden, "risk.error.not_department")
		}
		if r.State == Closed {
			return conflict(KindRisk, string(r.State))
		}
		if len(uploadIDs) == 0 {
			return apperr.InvalidField("files", "error.upload.none")
		}
		var n int
		if err := tx.NewRaw("SELECT COUNT(*) FROM risk_files WHERE risk_id = ?", r.ID).Scan(ctx, &n); err != nil {
			return store.MapError(err, "files of a risk")
		}
		if n+len(uploadIDs) > maxFiles {
			return apperr.InvalidField("files", "risk.error.files", "max", maxFiles)
		}
		files, err := kis.AttachUploads(ctx, tx, uploadIDs)
		if err != nil {
			return err
		}
		names := make([]string, len(files))
		for i, f := range files {
			names[i] = f.Name
			if _, err := tx.NewRaw("INSERT INTO risk_files (risk_id, file_id, position, state) VALUES (?, ?, ?, ?)", r.ID, f.ID, n+i+1, r.State).Exec(ctx); err != nil {
				return store.MapError(err, "file of a risk")
			}
		}
		tx.Record(store.Change{Action: string(policies.RiskWrite), Kind: KindRisk, ID: r.ID, Label: r.Number, After: map[string]any{"step": "attach", "files": names}})
		return nil
	})
}

// File gives a file of a risk that the actor may see; one of another risk is not
// found.
func (s *Service) File(ctx context.Context, id, fileID string) (kis.File, error) {
	p, err := s.Risk(ctx, id)
	if err != nil {
		return kis.File{}, err
	}
	for _, f := range p.Files {
		if f.ID == fileID {
			return f.File, nil
		}
	}
	return kis.File{}, apperr.Missing("file")
}

// attachedTo lists the files of a risk, the last first, in two queries.
func attachedTo(ctx context.Context, db bun.IDB, riskID string) ([]Attached, error) {
	var rows []struct {
		FileID string
		State  State
		By     string
	}
	err := db.NewSelect().TableExpr("risk_files AS x").ColumnExpr(`x.file_id, x.state, COALESCE(u.name, '') AS "by"`).Join("JOIN files AS f ON f.id = x.file_id").
		Join("LEFT JOIN users AS u ON u.id = f.added_by").Where("x.risk_id = ?", riskID).OrderExpr("x.position DESC").Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, store.MapError(err, "files of a risk")
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.FileID
	}
	known, err := kis.FilesByID(ctx, db, ids)
	out := make([]Attached, len(rows))
	for i, r := range rows {
		out[i] = Attached{known[r.FileID], r.State, r.By}
	}
	return out, err
}

// mayAttach says whether the actor may add files now.
func (r Risk) mayAttach(who actor.Actor) bool {
	return who.UserID != "" && r.State != Closed && r.writtenBy(who)
}

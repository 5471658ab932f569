package kis

import (
	"cmp"
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// SubmissionPage is one submission with the other versions for its outputs.
type SubmissionPage struct {
	EvidenceRow
	Cycle    Cycle
	Versions []Version // all that the actor may read, newest first, this one too
	History  []office.Event
	Record   *EvidenceRecord // nil when it is none
}

// Submission gives one submission; NotFound when the actor may not read it.
func (s *Service) Submission(ctx context.Context, id string) (SubmissionPage, error) {
	if _, err := office.Allowed(ctx, policies.EvidenceRead); err != nil {
		return SubmissionPage{}, err
	}
	if !store.IsID(id) {
		return SubmissionPage{}, apperr.Missing("submission")
	}
	db, who := s.DB.Read(), actor.From(ctx)
	rows, err := evidenceRows(ctx, db, []string{id})
	if err != nil {
		return SubmissionPage{}, err
	}
	may, err := s.mayOpenEvidence(ctx, db, who, rows[0].Submission)
	if err != nil {
		return SubmissionPage{}, err
	}
	if rows[0].ID == "" || !may {
		return SubmissionPage{}, apperr.Missing("submission")
	}
	page := SubmissionPage{EvidenceRow: rows[0]}
	if page.Cycle, err = loadCycle(ctx, db, page.CycleID); err != nil {
		return SubmissionPage{}, err
	}
	page.CanReview = page.CanReview && page.Cycle.Open()
	page.Versions, err = loadVersions(ctx, db, page.Cycle, func(q *bun.SelectQuery) *bun.SelectQuery {
		return readable(q.Where("s.cycle_id = ?", page.CycleID).
			Where("s.id IN (SELECT so.submission_id FROM submission_outputs so WHERE so.output_id IN (?))", bun.List(page.OutputIDs)), who)
	})
	if err != nil {
		return SubmissionPage{}, err
	}
	if page.Record, err = s.recordOf(ctx, db, page.Version.Submission); err != nil {
		return page, err
	}
	page.History, err = office.ObjectHistory(ctx, db, "submission", id, 200)
	return page, err
}

// EvidenceFile finds a file of a submission for download. Whoever may not read
// the submission does not find the file; opening confidential evidence leaves
// an entry in the trail.
func (s *Service) EvidenceFile(ctx context.Context, submissionID, fileID string) (File, error) {
	return s.evidenceFile(ctx, submissionID, fileID, "download")
}

// evidenceFile is EvidenceFile for one way of opening it, which the trail
// tells: download or preview.
func (s *Service) evidenceFile(ctx context.Context, submissionID, fileID, how string) (File, error) {
	if _, err := office.Allowed(ctx, policies.EvidenceRead); err != nil {
		return File{}, err
	}
	if !store.IsID(submissionID) || !store.IsID(fileID) {
		return File{}, apperr.Missing("file")
	}
	var rows []struct {
		Submission `bun:",extend"`
		Code       string
	}
	db := s.DB.Read()
	err := db.NewSelect().Model(&rows).ColumnExpr("s.*").
		ColumnExpr("(SELECT MIN(a.code) FROM submission_outputs so JOIN outputs o ON o.id = so.output_id JOIN activities a ON a.id = o.activity_id WHERE so.submission_id = s.id) AS code").
		Where("s.id = ?", submissionID).Where("EXISTS (SELECT 1 FROM submission_files sf WHERE sf.submission_id = s.id AND sf.file_id = ?)", fileID).Scan(ctx)
	if err != nil {
		return File{}, store.MapError(err, "submission of a file")
	}
	who := actor.From(ctx)
	if len(rows) == 0 {
		return File{}, apperr.Missing("file")
	}
	if may, err := s.mayOpenEvidence(ctx, db, who, rows[0].Submission); err != nil || !may {
		return File{}, cmp.Or(err, error(apperr.Missing("file")))
	}
	files, err := FilesByID(ctx, db, []string{fileID})
	if err != nil {
		return File{}, err
	}
	file := files[fileID]
	if rows[0].Class == ClassConfidential && file.Scan.open("") == nil {
		kind, root := taskRoot(rows[0].CycleID, rows[0].Code)
		err = s.DB.Write(ctx, func(tx *store.Tx) error {
			tx.Record(store.Change{Action: trailOpenFile, Kind: "submission", ID: submissionID, Label: rows[0].Code, RootKind: kind, RootID: root,
				After: map[string]any{"file": fileID, "sha256": file.SHA256, "how": how}})
			return nil
		})
	}
	return file, err
}

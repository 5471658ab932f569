package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Version is a submission as it is shown: with names and files.
type Version struct {
	Submission
	Department    office.Department
	SubmitterName string
	DeciderName   string
	Files         []File
	OutputIDs     []string
	CanReview     bool // the actor may decide on it now
	Own           bool // the actor handed it in, and may therefore not decide
	CanWithdraw   bool
}

// loadVersions reads submissions with the names and files around them, newest
// first, in three queries.
func loadVersions(ctx context.Context, db bun.IDB, cy Cycle, where func(*bun.SelectQuery) *bun.SelectQuery) ([]Version, error) {
	var rows []struct {
		Submission    `bun:",extend"`
		DeptCode      string
		DeptNameAZ    string `bun:"dept_name_az"`
		DeptNameEN    string `bun:"dept_name_en"`
		SubmitterName string
		DeciderName   string `bun:",nullzero"`
	}
	q := db.NewSelect().Model(&rows).ColumnExpr("s.*, d.code AS dept_code, d.name_az AS dept_name_az, d.name_en AS dept_name_en, u.name AS submitter_name, r.name AS decider_name").
		Join("JOIN departments AS d ON d.id = s.department_id").Join("JOIN users AS u ON u.id = s.submitted_by").
		Join("LEFT JOIN users AS r ON r.id = s.decided_by").OrderExpr("s.version DESC, s.received_at DESC, s.id DESC")
	if err := where(q).Scan(ctx); err != nil {
		return nil, store.MapError(err, "evidence")
	}
	who := actor.From(ctx)
	review, withdraw := policies.For(who, policies.EvidenceReview), policies.For(who, policies.EvidenceWithdraw)
	out := make([]Version, len(rows))
	at := make(map[string]*Version, len(rows))
	for i, r := range rows {
		v := Version{Submission: r.Submission, Department: office.Department{ID: r.DepartmentID, Code: r.DeptCode, NameAZ: r.DeptNameAZ, NameEN: r.DeptNameEN, Kind: office.Internal},
			SubmitterName: r.SubmitterName, DeciderName: r.DeciderName, Own: r.SubmittedBy == who.UserID}
		waits := r.State == Submitted && cy.Open()
		v.CanReview = waits && !v.Own && review.Department(r.DepartmentID) && mayReadEvidence(who, r.Submission)
		v.CanWithdraw = r.State == Submitted && withdraw.Department(r.DepartmentID)
		out[i] = v
		at[v.ID] = &out[i]
	}
	return out, fillVersions(ctx, db, at)
}

// fillVersions adds files and outputs, in two queries.
func fillVersions(ctx context.Context, db bun.IDB, at map[string]*Version) error {
	if len(at) == 0 {
		return nil
	}
	ids := office.SortedKeys(at)
	var files []struct {
		SubmissionID string
		File         `bun:",extend"`
	}
	err := db.NewSelect().Model(&files).ColumnExpr("f.*, sf.submission_id").Join("JOIN submission_files AS sf ON sf.file_id = f.id").
		Where("sf.submission_id IN (?)", bun.List(ids)).OrderExpr("sf.submission_id, sf.position").Scan(ctx)
	if err != nil {
		return store.MapError(err, "files of evidence")
	}
	for _, f := range files {
		at[f.SubmissionID].Files = append(at[f.SubmissionID].Files, f.File)
	}
	var links []struct{ SubmissionID, OutputID string }
	if err := db.NewRaw(`SELECT submission_id, output_id FROM submission_outputs WHERE submission_id IN (?)`, bun.List(ids)).Scan(ctx, &links); err != nil {
		return store.MapError(err, "outputs of evidence")
	}
	for _, l := range links {
		at[l.SubmissionID].OutputIDs = append(at[l.SubmissionID].OutputIDs, l.OutputID)
	}
	return nil
}

// VersionCycle is a cycle that stands on a version.
type VersionCycle struct {
	ID, Period string
	State      CycleState
}

// CyclesOfVersion lists the cycles that were planned on a version of a process
// and stay on it, the newest period first.
func (s *Service) CyclesOfVersion(ctx context.Context, versionID string) ([]VersionCycle, error) {
	if _, err := office.Allowed(ctx, policies.ProcessRead); err != nil {
		return nil, err
	}
	return versionCycles(ctx, s.DB.Read(), versionID)
}

// versionCycles lists the cycles that stand on a version.
func versionCycles(ctx context.Context, db bun.IDB, versionID string) ([]VersionCycle, error) {
	var out []VersionCycle
	err := db.NewRaw(`SELECT id, period, state FROM cycles WHERE version_id = ? ORDER BY period DESC`, versionID).Scan(ctx, &out)
	return out, store.MapError(err, "cycles of a version")
}

package kis

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// libraryRow is a submission with the names around it, as the library shows
// it: no note, no words.
type libraryRow struct {
	ID, CycleID, DepartmentID, ProcessID string
	Version                              int
	Title                                string
	Kind                                 EvidenceKind
	Link, ReferencePeriod                string
	EffectiveDay                         day.Day
	Class                                EvidenceClass
	State                                SubmissionState
	SubmittedBy                          string
	ReceivedAt                           time.Time
	Reason                               string
	Due                                  day.Day
	TitleKey                             string
	CycleState                           CycleState
	Period                               string
	DeptCode                             string
	DeptNameAZ                           string `bun:"dept_name_az"`
	DeptNameEN                           string `bun:"dept_name_en"`
	Submitter                            string
	Code                                 string
	TaskAZ                               string `bun:"task_az"`
	TaskEN                               string `bun:"task_en"`
	ProcessCode                          string
	TitleAZ                              string `bun:"title_az"`
	TitleEN                              string `bun:"title_en"`
	OwnerID                              string
}

// libraryRows reads the submissions that ids selects, in an order, with the
// names around them and their files: two queries.
func libraryRows(ctx context.Context, db bun.IDB, who actor.Actor, ids *bun.SelectQuery, order string) ([]EvidenceRow, error) {
	var rows []libraryRow
	err := db.NewSelect().TableExpr("(?) AS k", ids).
		ColumnExpr("s.id, s.cycle_id, s.department_id, s.process_id, s.version, s.title, s.kind, s.link, s.reference_period, s.effective_day, s.class, s.state, s.submitted_by, s.received_at, s.reason, s.due, s.title_key").
		ColumnExpr("c.state AS cycle_state, c.period, d.code AS dept_code, d.name_az AS dept_name_az, d.name_en AS dept_name_en, u.name AS submitter").
		ColumnExpr("a.code, a.name_az AS task_az, a.name_en AS task_en, p.code AS process_code, p.title_az, p.title_en, p.owner_id").
		Join("JOIN submissions AS s ON s.id = k.id").Join("JOIN cycles AS c ON c.id = s.cycle_id").Join("JOIN processes AS p ON p.id = s.process_id").
		Join("JOIN activities AS a ON a.id = s.activity_id").Join("JOIN departments AS d ON d.id = s.department_id").
		Join("JOIN users AS u ON u.id = s.submitted_by").OrderExpr(order).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "list evidence")
	}
	review := policies.For(who, policies.EvidenceReview)
	out := make([]EvidenceRow, len(rows))
	at := make(map[string]*EvidenceRow, len(rows))
	list := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.row(who, review)
		at[r.ID], list[i] = &out[i], r.ID
	}
	if len(rows) == 0 {
		return nil, nil
	}
	var files []struct {
		SubmissionID, ID, Name string
		Size                   int64
	}
	err = db.NewSelect().TableExpr("submission_files AS sf").ColumnExpr("sf.submission_id, f.id, f.name, f.size").Join("JOIN files AS f ON f.id = sf.file_id").
		Where("sf.submission_id IN (?)", bun.List(list)).OrderExpr("sf.submission_id, sf.position").Scan(ctx, &files)
	for _, f := range files {
		r := at[f.SubmissionID]
		r.Files = append(r.Files, File{ID: f.ID, Name: f.Name, Size: f.Size})
	}
	return out, store.MapError(err, "files of evidence")
}

func (r libraryRow) row(who actor.Actor, review policies.Scope) EvidenceRow {
	v := Version{SubmitterName: r.Submitter, Own: r.SubmittedBy == who.UserID,
		Department: Department{ID: r.DepartmentID, Code: r.DeptCode, NameAZ: r.DeptNameAZ, NameEN: r.DeptNameEN, Kind: Internal},
		Submission: Submission{ID: r.ID, CycleID: r.CycleID, DepartmentID: r.DepartmentID, ProcessID: r.ProcessID, Version: r.Version, Title: r.Title,
			Kind: r.Kind, Link: r.Link, ReferencePeriod: r.ReferencePeriod, EffectiveDay: r.EffectiveDay, Class: r.Class, State: r.State,
			SubmittedBy: r.SubmittedBy, ReceivedAt: r.ReceivedAt, Reason: r.Reason, Due: r.Due, TitleKey: r.TitleKey}}
	v.CanReview = r.State == Submitted && Cycle{State: r.CycleState}.Open() && !v.Own && review.Department(r.DepartmentID) && mayReadEvidence(who, v.Submission)
	return EvidenceRow{Version: v, Process: ProcessRef{ID: r.ProcessID, Code: r.ProcessCode, TitleAZ: r.TitleAZ, TitleEN: r.TitleEN, OwnerID: r.OwnerID},
		Period: r.Period, TaskCode: r.Code, TaskAZ: r.TaskAZ, TaskEN: r.TaskEN}
}

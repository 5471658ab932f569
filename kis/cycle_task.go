package kis

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// TaskPage is one task in a cycle with its inputs, outputs and evidence.
type TaskPage struct {
	Cycle          Cycle
	Phase          CyclePhase
	Sub            Activity // the sub-process, names only
	Code           string
	NameAZ, NameEN string
	WorkAZ         string
	State          TaskState
	Inputs         []TaskInput
	Suppliers      []Department
	Responsible    []Department
	OwnerStandsIn  bool // the owner answers because no internal supplier is named
	Outputs        []TaskOutput
	Siblings       []GridTask   // the tasks of the sub-process, this one too: code, name and state
	Prev, Next     string       // codes of the applicable tasks around it; empty at the ends
	SubmitFor      []Department // for which the actor may hand evidence in; empty = may not
	Hidden         int          // submissions the actor may not read
	History        []Event
	Today          day.Day
}

// Name is the task's name in a language.
func (t TaskPage) Name(lang string) string { return inLang(lang, t.NameAZ, t.NameEN) }

// TaskInput is an input with the tasks that make it.
type TaskInput struct {
	NameAZ  string
	Sources []TaskSource
	State   TaskState // worst of the sources; empty when it comes from outside
}

// TaskSource is a task one of whose outputs is the input.
type TaskSource struct {
	Code, NameAZ, NameEN string
}

// TaskOutput is an expected output with its evidence, newest version first.
type TaskOutput struct {
	ID       string
	Position int
	NameAZ   string
	State    TaskState
	Versions []Version
}

// Reviewing gives the version in review, nil when there is none.
func (o TaskOutput) Reviewing() *Version {
	for i, v := range o.Versions {
		if v.State == Submitted {
			return &o.Versions[i]
		}
	}
	return nil
}

// Version is a submission as it is shown: with names and files.
type Version struct {
	Submission
	Department    Department
	SubmitterName string
	DeciderName   string
	Files         []File
	OutputIDs     []string
	CanReview     bool // the actor may decide on it now
	Own           bool // the actor handed it in, and may therefore not decide
	CanWithdraw   bool
}

// Task reads one task of a cycle. The number of queries does not depend on
// how much evidence there is.
func (s *Service) Task(ctx context.Context, cycleID, code string) (TaskPage, error) {
	if err := s.mayReadCycle(ctx, cycleID); err != nil {
		return TaskPage{}, err
	}
	db := s.DB.Read()
	cy, err := loadCycle(ctx, db, cycleID)
	if err != nil {
		return TaskPage{}, err
	}
	if !activityCode.MatchString(code) || levelOf(code) != Task {
		return TaskPage{}, apperr.Missing("task")
	}
	t := TaskPage{Cycle: cy, Code: code, Today: s.Today()}
	acts, err := taskActivities(ctx, db, cy.VersionID, code)
	if err != nil {
		return TaskPage{}, err
	}
	row, ok := acts[code]
	if !ok {
		return TaskPage{}, apperr.Missing("task")
	}
	sub := acts[parentOf(code)]
	t.NameAZ, t.NameEN, t.WorkAZ = row.NameAZ, row.NameEN, row.WorkAZ
	t.Sub = Activity{ID: sub.ID, Code: sub.Code, Level: Subprocess, NameAZ: sub.NameAZ, NameEN: sub.NameEN}
	t.Phase, _ = cy.Phase(row.Phase)
	for _, step := range []func(context.Context, bun.IDB, activityRow) error{t.loadDepartments, t.loadOutputs, t.loadInputs, t.loadNeighbours} {
		if err := step(ctx, db, row); err != nil {
			return TaskPage{}, err
		}
	}
	kind, root := taskRoot(cycleID, code)
	t.History, err = s.History(ctx, kind, root, 50)
	t.History = t.discreet(t.History)
	return t, err
}

// discreet leaves of the history of evidence that the actor may not read only
// who did what and when: no reason, no title, no file name.
func (t TaskPage) discreet(events []Event) []Event {
	readable := map[string]bool{}
	for _, o := range t.Outputs {
		for _, v := range o.Versions {
			readable[v.ID] = true
		}
	}
	for i, e := range events {
		if e.Kind != "submission" || readable[e.ID] {
			continue
		}
		var after struct {
			State   SubmissionState `json:"state,omitempty"`
			Version int             `json:"version,omitempty"`
			Outputs []int           `json:"outputs,omitempty"`
		}
		events[i].Note, events[i].After = "", nil
		if json.Unmarshal(e.After, &after) == nil {
			events[i].After, _ = json.Marshal(after) // texts and numbers always encode
		}
	}
	return events
}

// taskActivities reads a task and its sub-process, by code.
func taskActivities(ctx context.Context, db bun.IDB, versionID, code string) (map[string]activityRow, error) {
	var rows []activityRow
	err := db.NewSelect().Model(&rows).Where("a.version_id = ? AND a.code IN (?, ?)", versionID, code, parentOf(code)).Scan(ctx)
	out := map[string]activityRow{}
	for _, r := range rows {
		out[r.Code] = r
	}
	return out, store.MapError(err, "task")
}

func (t *TaskPage) loadDepartments(ctx context.Context, db bun.IDB, row activityRow) error {
	deps, err := activityDepartments(ctx, db, t.Cycle.VersionID, row.ID)
	if err != nil {
		return err
	}
	for _, d := range deps {
		if d.Supplier {
			t.Suppliers = append(t.Suppliers, d.Department)
		}
		if d.Responsible {
			t.Responsible = append(t.Responsible, d.Department)
			t.OwnerStandsIn = t.OwnerStandsIn || !d.Supplier
		}
	}
	if row.Applicable && t.Cycle.Open() && !t.Phase.closed() && actor.From(ctx).UserID != "" {
		scope := policies.For(actor.From(ctx), policies.EvidenceSubmit)
		for _, d := range append(slices.Clone(t.Responsible), t.Cycle.Owner) {
			if scope.Department(d.ID) && !slices.ContainsFunc(t.SubmitFor, func(o Department) bool { return o.ID == d.ID }) {
				t.SubmitFor = append(t.SubmitFor, d)
			}
		}
	}
	return nil
}

// loadOutputs reads outputs and the evidence for them, and works out the
// states.
func (t *TaskPage) loadOutputs(ctx context.Context, db bun.IDB, row activityRow) error {
	var outs []outputRow
	if err := db.NewSelect().Model(&outs).Where("o.activity_id = ?", row.ID).OrderExpr("o.position").Scan(ctx); err != nil {
		return store.MapError(err, "outputs")
	}
	versions, err := loadVersions(ctx, db, t.Cycle, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("s.cycle_id = ?", t.Cycle.ID).
			Where("s.id IN (SELECT so.submission_id FROM submission_outputs so JOIN outputs o ON o.id = so.output_id WHERE o.activity_id = ?)", row.ID)
	})
	if err != nil {
		return err
	}
	who := actor.From(ctx)
	for _, v := range versions {
		if !mayReadEvidence(who, v.Submission) {
			t.Hidden++
		}
	}
	var states []TaskState
	for _, o := range outs {
		out := TaskOutput{ID: o.ID, Position: o.Position, NameAZ: o.NameAZ}
		var flags evidenceFlags
		for _, v := range versions {
			if !slices.Contains(v.OutputIDs, o.ID) {
				continue
			}
			flags.add(v.State)
			if mayReadEvidence(who, v.Submission) {
				out.Versions = append(out.Versions, v)
			}
		}
		out.State = flags.state(late(t.Cycle, t.Phase, t.Today))
		states = append(states, out.State)
		t.Outputs = append(t.Outputs, out)
	}
	t.State = Worst(states...)
	if !row.Applicable {
		t.State = TaskNotApplicable
	}
	return nil
}

// loadInputs reads the inputs and finds the tasks whose outputs bear the same
// name, with the state of those outputs in this cycle.
func (t *TaskPage) loadInputs(ctx context.Context, db bun.IDB, row activityRow) error {
	var inputs []inputRow
	if err := db.NewSelect().Model(&inputs).Where("i.activity_id = ?", row.ID).OrderExpr("i.position").Scan(ctx); err != nil {
		return store.MapError(err, "inputs")
	}
	sources, err := taskSources(ctx, db, t.Cycle)
	if err != nil {
		return err
	}
	for _, in := range inputs {
		item := TaskInput{NameAZ: in.NameAZ}
		key := i18n.Fold(in.NameAZ)
		var states []TaskState
		for _, s := range sources {
			if s.Code == t.Code || i18n.Fold(s.Output) != key {
				continue
			}
			states = append(states, s.state(t.Cycle, t.Today))
			item.Sources = append(item.Sources, TaskSource{Code: s.Code, NameAZ: s.NameAZ, NameEN: s.NameEN})
		}
		if len(states) > 0 {
			item.State = Worst(states...)
		}
		t.Inputs = append(t.Inputs, item)
	}
	t.siblings(sources)
	return nil
}

// siblings works out the states of the tasks of the same sub-process.
func (t *TaskPage) siblings(sources []taskSource) {
	for _, s := range sources {
		if parentOf(s.Code) != t.Sub.Code {
			continue
		}
		if n := len(t.Siblings); n > 0 && t.Siblings[n-1].Code == s.Code {
			t.Siblings[n-1].State = Worst(t.Siblings[n-1].State, s.state(t.Cycle, t.Today))
			continue
		}
		t.Siblings = append(t.Siblings, GridTask{Code: s.Code, NameAZ: s.NameAZ, NameEN: s.NameEN, State: s.state(t.Cycle, t.Today)})
	}
}

// taskSource is an output of a task with what its evidence amounts to; a task
// that is not applicable has none.
type taskSource struct {
	Code       string
	NameAZ     string `bun:"name_az"`
	NameEN     string `bun:"name_en"`
	Applicable bool
	Output     string `bun:",nullzero"`
	Accepted   int
	Submitted  int
	Returned   int
}

func (s taskSource) state(cy Cycle, today day.Day) TaskState {
	if !s.Applicable {
		return TaskNotApplicable
	}
	p, _ := cy.Phase(phaseOf(s.Code))
	flags := evidenceFlags{accepted: s.Accepted > 0, submitted: s.Submitted > 0, returned: s.Returned > 0}
	return flags.state(late(cy, p, today))
}

// taskSources reads the outputs of all tasks of a cycle in one query.
func taskSources(ctx context.Context, db bun.IDB, cy Cycle) (rows []taskSource, err error) {
	err = db.NewRaw(`SELECT a.code, a.name_az, a.name_en, a.applicable, o.name_az AS output,
		COUNT(CASE WHEN s.state = 'accepted' THEN 1 END) AS accepted, COUNT(CASE WHEN s.state = 'submitted' THEN 1 END) AS submitted,
		COUNT(CASE WHEN s.state = 'returned' THEN 1 END) AS returned
		FROM activities a LEFT JOIN outputs o ON o.activity_id = a.id
		LEFT JOIN submission_outputs so ON so.output_id = o.id
		LEFT JOIN submissions s ON s.id = so.submission_id AND s.cycle_id = ?
		WHERE a.version_id = ? AND a.level = 'task'
		GROUP BY a.id, a.code, a.name_az, a.name_en, a.applicable, a.position, o.id, o.name_az, o.position ORDER BY a.position, o.position`, cy.ID, cy.VersionID).Scan(ctx, &rows)
	return rows, store.MapError(err, "outputs of tasks")
}

// loadNeighbours finds the applicable tasks before and after.
func (t *TaskPage) loadNeighbours(ctx context.Context, db bun.IDB, row activityRow) error {
	var rows []struct{ Prev, Next string }
	err := db.NewRaw(`SELECT
		COALESCE((SELECT a.code FROM activities a WHERE a.version_id = ? AND a.level = 'task' AND a.applicable AND a.position < ? ORDER BY a.position DESC LIMIT 1), '') AS prev,
		COALESCE((SELECT a.code FROM activities a WHERE a.version_id = ? AND a.level = 'task' AND a.applicable AND a.position > ? ORDER BY a.position LIMIT 1), '') AS next`,
		t.Cycle.VersionID, row.Position, t.Cycle.VersionID, row.Position).Scan(ctx, &rows)
	if err != nil {
		return store.MapError(err, "tasks around")
	}
	for _, r := range rows {
		t.Prev, t.Next = strings.TrimSpace(r.Prev), strings.TrimSpace(r.Next)
	}
	return nil
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
		v := Version{Submission: r.Submission, Department: Department{ID: r.DepartmentID, Code: r.DeptCode, NameAZ: r.DeptNameAZ, NameEN: r.DeptNameEN, Kind: Internal},
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
	ids := sortedKeys(at)
	var files []struct {
		SubmissionID string
		File         `bun:",extend"`
	}
	err := db.NewSelect().Model(&files).ColumnExpr("f.*, sf.submission_id").Join("JOIN submission_files AS sf ON sf.file_id = f.id").
		Where("sf.submission_id IN (?)", bun.In(ids)).OrderExpr("sf.submission_id, sf.position").Scan(ctx)
	if err != nil {
		return store.MapError(err, "files of evidence")
	}
	for _, f := range files {
		at[f.SubmissionID].Files = append(at[f.SubmissionID].Files, f.File)
	}
	var links []struct{ SubmissionID, OutputID string }
	if err := db.NewRaw(`SELECT submission_id, output_id FROM submission_outputs WHERE submission_id IN (?)`, bun.In(ids)).Scan(ctx, &links); err != nil {
		return store.MapError(err, "outputs of evidence")
	}
	for _, l := range links {
		at[l.SubmissionID].OutputIDs = append(at[l.SubmissionID].OutputIDs, l.OutputID)
	}
	return nil
}

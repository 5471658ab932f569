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
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// TaskPage is one task in a cycle with its inputs, outputs and evidence.
type TaskPage struct {
	Cycle          Cycle
	Phase          CyclePhase
	Sub            process.Activity // the sub-process, names only
	Code           string
	NameAZ, NameEN string
	WorkAZ         string
	State          TaskState
	Inputs         []TaskInput
	Suppliers      []office.Department
	Responsible    []office.Department
	OwnerStandsIn  bool // the owner answers because no internal supplier is named
	Outputs        []TaskOutput
	Siblings       []GridTask                 // the tasks of the sub-process, this one too: code, name and state
	Prev, Next     string                     // codes of the applicable tasks around it; empty at the ends
	SubmitFor      []office.Department        // for which the actor may hand evidence in; empty = may not
	Hidden         bool                       // a state that is shown comes of evidence that the actor may not read; how much is not told
	Records        map[string]*EvidenceRecord // by submission: what those that are records of the system point at
	History        []office.Event
	Today          day.Day

	secret []string // ids of confidential submissions the actor may not read
}

// Name is the task's name in a language.
func (t TaskPage) Name(lang string) string { return i18n.InLang(lang, t.NameAZ, t.NameEN) }

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

// IsTaskCode says whether a text can be the code of a task, such as 4.3.1.
func IsTaskCode(code string) bool { return process.IsTaskCode(code) }

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
	if !IsTaskCode(code) {
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
	sub := acts[process.ParentOf(code)]
	t.NameAZ, t.NameEN, t.WorkAZ = row.NameAZ, row.NameEN, row.WorkAZ
	t.Sub = process.Activity{ID: sub.ID, Code: sub.Code, Level: process.Subprocess, NameAZ: sub.NameAZ, NameEN: sub.NameEN}
	t.Phase, _ = cy.Phase(row.Phase)
	for _, step := range []func(context.Context, bun.IDB, process.ActivityRow) error{t.loadDepartments, t.loadOutputs, t.loadInputs, t.loadNeighbours} {
		if err := step(ctx, db, row); err != nil {
			return TaskPage{}, err
		}
	}
	if t.Records, err = s.recordsOf(ctx, db, t.Outputs); err != nil {
		return TaskPage{}, err
	}
	kind, root := taskRoot(cycleID, code)
	t.History, err = s.History(ctx, kind, root, 50)
	t.History = t.discreet(t.History)
	return t, err
}

// discreet leaves of the history of evidence that the actor may not read only
// who did what and when: no reason, no title, no file name; of what is
// confidential nothing.
func (t TaskPage) discreet(events []office.Event) []office.Event {
	events = slices.DeleteFunc(events, func(e office.Event) bool { return e.Kind == "submission" && slices.Contains(t.secret, e.ID) })
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
func taskActivities(ctx context.Context, db bun.IDB, versionID, code string) (map[string]process.ActivityRow, error) {
	var rows []process.ActivityRow
	err := db.NewSelect().Model(&rows).Where("a.version_id = ? AND a.code IN (?, ?)", versionID, code, process.ParentOf(code)).Scan(ctx)
	out := map[string]process.ActivityRow{}
	for _, r := range rows {
		out[r.Code] = r
	}
	return out, store.MapError(err, "task")
}

func (t *TaskPage) loadDepartments(ctx context.Context, db bun.IDB, row process.ActivityRow) error {
	deps, err := process.ActivityDepartments(ctx, db, t.Cycle.VersionID, row.ID)
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
			if scope.Department(d.ID) && !slices.ContainsFunc(t.SubmitFor, func(o office.Department) bool { return o.ID == d.ID }) {
				t.SubmitFor = append(t.SubmitFor, d)
			}
		}
	}
	return nil
}

// loadOutputs reads outputs and the evidence for them, and works out the
// states.
func (t *TaskPage) loadOutputs(ctx context.Context, db bun.IDB, row process.ActivityRow) error {
	var outs []process.OutputRow
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
		switch {
		case mayReadEvidence(who, v.Submission):
		case v.Class == ClassConfidential:
			t.secret = append(t.secret, v.ID)
		default:
			t.Hidden = true
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
		// Confidential evidence that changes no state is not hinted at either.
		t.Hidden = t.Hidden || !out.explained()
		states = append(states, out.State)
		t.Outputs = append(t.Outputs, out)
	}
	t.State = Worst(states...)
	if !row.Applicable {
		t.State = TaskNotApplicable
	}
	return nil
}

// explained says whether the versions that are shown account for the state.
func (o TaskOutput) explained() bool {
	of := map[TaskState]SubmissionState{TaskAccepted: Accepted, TaskReview: Submitted, TaskReturned: Returned}[o.State]
	return of == "" || slices.ContainsFunc(o.Versions, func(v Version) bool { return v.State == of })
}

// loadNeighbours finds the applicable tasks before and after.
func (t *TaskPage) loadNeighbours(ctx context.Context, db bun.IDB, row process.ActivityRow) error {
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

package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
)

// kept is what nearly every page asks for and seldom changes.
type kept struct {
	choices   store.Kept[struct{}, []process.ProcessRef]
	processes store.Kept[struct{}, []namedProcess] // all, by title
	counts    store.Kept[string, []counted]        // by the text of the question, which holds the filter and the scope
	versions  store.Kept[string, versionFacts]     // of processes, which never change
	names     evidenceNames
}

// evidenceNames are the names around submissions, by id.
type evidenceNames struct {
	*office.NameCache
	processes store.Kept[string, process.ProcessRef]
	cycles    store.Kept[string, cycleName]
	tasks     store.Kept[string, taskName] // of a version of a process, which never changes
	files     store.Kept[string, []File]   // of a submission, which keeps what it was handed in with; without their hashes
}

// cycleName is what the library shows of a cycle.
type cycleName struct {
	Period    string
	State     CycleState
	ProcessID string
}

// taskName is what the library shows of a task.
type taskName struct{ Code, AZ, EN string }

func (k *kept) init(o *office.Office) {
	k.counts.Most = 500
	k.versions.Fixed, k.versions.Most = true, 2000
	n := &k.names
	n.NameCache = o.Names()
	n.processes.Most, n.cycles.Most = 2000, 5000
	n.tasks.Fixed, n.tasks.Most = true, 20_000
	n.files.Fixed, n.files.Most = true, 20_000
}

// fill puts the names around rows of the library: no query for what is known,
// else one for each kind of name.
func (n *evidenceNames) fill(ctx context.Context, db *store.DB, rows []EvidenceRow) error {
	departments, err := n.DepartmentsOf(ctx, db, idsIn(rows, func(r *EvidenceRow) string { return r.DepartmentID }))
	if err != nil {
		return err
	}
	users, err := n.UsersOf(ctx, db, idsIn(rows, func(r *EvidenceRow) string { return r.SubmittedBy }))
	if err != nil {
		return err
	}
	processes, err := n.processesOf(ctx, db, idsIn(rows, func(r *EvidenceRow) string { return r.ProcessID }))
	if err != nil {
		return err
	}
	cycles, err := n.cyclesOf(ctx, db, idsIn(rows, func(r *EvidenceRow) string { return r.CycleID }))
	if err != nil {
		return err
	}
	tasks, err := n.tasksOf(ctx, db, idsIn(rows, func(r *EvidenceRow) string { return r.ActivityID }))
	if err != nil {
		return err
	}
	files, err := n.files.Many(ctx, db, idsIn(rows, func(r *EvidenceRow) string { return r.Submission.ID }), func(ids []string) (map[string][]File, error) {
		return namedFiles(ctx, db.Read(), ids)
	})
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		cy, task := cycles[r.CycleID], tasks[r.ActivityID]
		r.Department, r.SubmitterName, r.Process, r.Files = departments[r.DepartmentID], users[r.SubmittedBy], processes[r.ProcessID], files[r.Submission.ID]
		r.Period, r.cycleState, r.TaskCode, r.TaskAZ, r.TaskEN = cy.Period, cy.State, task.Code, task.AZ, task.EN
	}
	return nil
}

func (n *evidenceNames) processesOf(ctx context.Context, db *store.DB, ids []string) (map[string]process.ProcessRef, error) {
	return n.processes.Many(ctx, db, ids, func(ids []string) (map[string]process.ProcessRef, error) { return processesByID(ctx, db.Read(), ids) })
}

func (n *evidenceNames) cyclesOf(ctx context.Context, db *store.DB, ids []string) (map[string]cycleName, error) {
	return n.cycles.Many(ctx, db, ids, func(ids []string) (map[string]cycleName, error) { return cycleNames(ctx, db.Read(), ids) })
}

func (n *evidenceNames) tasksOf(ctx context.Context, db *store.DB, ids []string) (map[string]taskName, error) {
	return n.tasks.Many(ctx, db, ids, func(ids []string) (map[string]taskName, error) { return taskNames(ctx, db.Read(), ids) })
}

// idsIn lists the ids that rows name, each once.
func idsIn[R any](rows []R, id func(*R) string) []string {
	out := make([]string, 0, len(rows))
	seen := make(map[string]bool, len(rows))
	for i := range rows {
		if v := id(&rows[i]); v != "" && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

func processesByID(ctx context.Context, db bun.IDB, ids []string) (map[string]process.ProcessRef, error) {
	var rows []process.ProcessRow
	err := db.NewSelect().Model(&rows).Where("p.id IN (?)", bun.List(ids)).Scan(ctx)
	out := make(map[string]process.ProcessRef, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Ref()
	}
	return out, store.MapError(err, "processes")
}

func cycleNames(ctx context.Context, db bun.IDB, ids []string) (map[string]cycleName, error) {
	var rows []struct {
		ID, Period, ProcessID string
		State                 CycleState
	}
	err := db.NewSelect().Table("cycles").Column("id", "period", "process_id", "state").Where("id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	out := make(map[string]cycleName, len(rows))
	for _, r := range rows {
		out[r.ID] = cycleName{r.Period, r.State, r.ProcessID}
	}
	return out, store.MapError(err, "names of cycles")
}

func taskNames(ctx context.Context, db bun.IDB, ids []string) (map[string]taskName, error) {
	var rows []struct {
		ID, Code string
		NameAZ   string `bun:"name_az"`
		NameEN   string `bun:"name_en"`
	}
	err := db.NewSelect().Table("activities").Column("id", "code", "name_az", "name_en").Where("id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	out := make(map[string]taskName, len(rows))
	for _, r := range rows {
		out[r.ID] = taskName{r.Code, r.NameAZ, r.NameEN}
	}
	return out, store.MapError(err, "names of tasks")
}

// namedFiles gives the names and sizes of what submissions hold; one
// without files has none.
func namedFiles(ctx context.Context, db bun.IDB, ids []string) (map[string][]File, error) {
	var rows []struct {
		SubmissionID, ID, Name string
		Size                   int64
	}
	err := db.NewSelect().TableExpr("submission_files AS sf").ColumnExpr("sf.submission_id, f.id, f.name, f.size").Join("JOIN files AS f ON f.id = sf.file_id").
		Where("sf.submission_id IN (?)", bun.List(ids)).OrderExpr("sf.submission_id, sf.position").Scan(ctx, &rows)
	out := make(map[string][]File, len(ids))
	for _, id := range ids {
		out[id] = nil
	}
	for _, r := range rows {
		out[r.SubmissionID] = append(out[r.SubmissionID], File{ID: r.ID, Name: r.Name, Size: r.Size})
	}
	return out, store.MapError(err, "files of evidence")
}

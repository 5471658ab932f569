package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/process"
)

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

// loadInputs reads the inputs and finds the tasks whose outputs bear the same
// name, with the state of those outputs in this cycle.
func (t *TaskPage) loadInputs(ctx context.Context, db bun.IDB, row process.ActivityRow) error {
	var inputs []process.InputRow
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
		if process.ParentOf(s.Code) != t.Sub.Code {
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
	p, _ := cy.Phase(process.PhaseOf(s.Code))
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

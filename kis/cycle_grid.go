package kis

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
)

// GridFilter narrows the map; zero fields do not.
type GridFilter struct {
	State        TaskState
	DepartmentID string // responsible department
	Phase        string
}

// Grid is the GSBPM map of a cycle: phases across, sub-processes down, each in
// the worst state of its tasks.
type Grid struct {
	Cycle       Cycle
	Today       day.Day
	Filter      GridFilter
	Counts      Counts // of tasks, under the filters by department and phase
	Phases      []GridPhase
	Attention   []GridTask          // overdue and returned, by due day
	Departments []office.Department // that are responsible for anything, by code
}

// GridPhase is one column.
type GridPhase struct {
	CyclePhase
	Counts Counts
	Subs   []GridSub
	Left   int // applicable tasks not accepted yet, whatever the filter
}

// GridSub is one cell.
type GridSub struct {
	Code           string
	NameAZ, NameEN string
	State          TaskState
	Counts         Counts
	Tasks          []GridTask
}

// Name is the sub-process's name in a language.
func (g GridSub) Name(lang string) string { return i18n.InLang(lang, g.NameAZ, g.NameEN) }

// GridTask is one task of a cell.
type GridTask struct {
	Code           string
	NameAZ, NameEN string
	State          TaskState
	Due            day.Day
	Outputs        int
	Accepted       int // outputs with accepted evidence
	Departments    []office.Department
	Reason         string // of the last return, when the actor may read that evidence
	Freshness      Freshness
}

// Name is the task's name in a language.
func (g GridTask) Name(lang string) string { return i18n.InLang(lang, g.NameAZ, g.NameEN) }

// Grid reads the map of a cycle. It takes four queries, however many tasks,
// outputs and versions there are.
func (s *Service) Grid(ctx context.Context, cycleID string, f GridFilter) (Grid, error) {
	if err := s.mayReadCycle(ctx, cycleID); err != nil {
		return Grid{}, err
	}
	db := s.DB.Read()
	cy, err := loadCycle(ctx, db, cycleID)
	if err != nil {
		return Grid{}, err
	}
	lines, err := gridLines(ctx, db, cy)
	if err != nil {
		return Grid{}, err
	}
	deps, err := process.ActivityDepartments(ctx, db, cy.VersionID, "")
	if err != nil {
		return Grid{}, err
	}
	evidence, err := gridEvidence(ctx, db, cycleID, actor.From(ctx), s.Today())
	if err != nil {
		return Grid{}, err
	}
	g := Grid{Cycle: cy, Today: s.Today(), Filter: f, Counts: Counts{}}
	g.build(lines, deps, evidence)
	return g, nil
}

// gridLine is an activity with one of its outputs, or none.
type gridLine struct {
	ID, Code       string
	Level          process.Level
	Phase          string
	NameAZ, NameEN string
	Applicable     bool
	OutputID       string `bun:",nullzero"`
}

func gridLines(ctx context.Context, db bun.IDB, cy Cycle) ([]gridLine, error) {
	var rows []struct {
		ID, Code   string
		Level      process.Level
		Phase      string
		NameAZ     string `bun:"name_az"`
		NameEN     string `bun:"name_en"`
		Applicable bool
		OutputID   string `bun:",nullzero"`
	}
	err := db.NewRaw(`SELECT a.id, a.code, a.level, a.phase, a.name_az, a.name_en, a.applicable, o.id AS output_id
		FROM activities a LEFT JOIN outputs o ON o.activity_id = a.id AND a.level = 'task'
		WHERE a.version_id = ? AND a.level <> 'phase' ORDER BY a.position, o.position`, cy.VersionID).Scan(ctx, &rows)
	out := make([]gridLine, len(rows))
	for i, r := range rows {
		out[i] = gridLine(r)
	}
	return out, store.MapError(err, "map")
}

// outputEvidence is what the submissions for an output amount to, and the
// reason of the last return.
type outputEvidence struct {
	evidenceFlags
	reason string
	fresh  Freshness // of the evidence that stands; expired before expiring
}

// gridEvidence reads the submissions of a cycle by output. Reasons are given
// only of evidence that the person may read.
func gridEvidence(ctx context.Context, db bun.IDB, cycleID string, who actor.Actor, today day.Day) (map[string]outputEvidence, error) {
	var rows []struct {
		OutputID, ID, DepartmentID, Reason string
		State                              SubmissionState
		Class                              EvidenceClass
		ValidUntil                         day.Day
	}
	err := db.NewRaw(`SELECT so.output_id, s.id, s.state, s.department_id, s.class, s.reason, s.valid_until
		FROM submissions s JOIN submission_outputs so ON so.submission_id = s.id WHERE s.cycle_id = ? ORDER BY s.received_at, s.id`, cycleID).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "evidence of the map")
	}
	out := make(map[string]outputEvidence, len(rows))
	for _, r := range rows {
		e := out[r.OutputID]
		e.add(r.State)
		if r.State == Accepted { // the last one that was accepted
			e.fresh = Submission{State: r.State, ValidUntil: r.ValidUntil}.Freshness(today)
		}
		if r.State == Returned && mayReadEvidence(who, Submission{ID: r.ID, CycleID: cycleID, DepartmentID: r.DepartmentID, Class: r.Class}) {
			e.reason = r.Reason
		}
		out[r.OutputID] = e
	}
	return out, nil
}

// build puts the lines together. A filter by department or phase leaves out
// tasks and counts what is left; a filter by state only leaves out cells.
func (g *Grid) build(lines []gridLine, deps []process.ActivityDepartment, evidence map[string]outputEvidence) {
	responsible := map[string][]office.Department{}
	for _, d := range deps {
		if d.Responsible && strings.Count(d.Code, ".") == 2 {
			responsible[d.ActivityID] = append(responsible[d.ActivityID], d.Department)
			if !slices.ContainsFunc(g.Departments, func(o office.Department) bool { return o.ID == d.Department.ID }) {
				g.Departments = append(g.Departments, d.Department)
			}
		}
	}
	slices.SortFunc(g.Departments, func(a, b office.Department) int { return strings.Compare(a.Code, b.Code) })
	tasks := gridTasks(g.Cycle, g.Today, lines, responsible, evidence)
	for _, p := range g.Cycle.Phases {
		col := GridPhase{CyclePhase: p, Counts: Counts{}}
		for _, l := range lines {
			if l.Phase != p.Phase || l.Level != process.Subprocess {
				continue
			}
			sub := GridSub{Code: l.Code, NameAZ: l.NameAZ, NameEN: l.NameEN, Counts: Counts{}}
			var states []TaskState
			matches := g.Filter.State == ""
			for _, t := range tasks[l.Code] {
				if t.State != TaskNotApplicable && t.State != TaskAccepted {
					col.Left++
				}
				if !g.holds(p.Phase, t) {
					continue
				}
				matches = matches || t.State == g.Filter.State
				sub.Tasks = append(sub.Tasks, t)
				sub.Counts[t.State]++
				states = append(states, t.State)
			}
			sub.State = Worst(states...)
			for state, n := range sub.Counts {
				col.Counts[state] += n
				g.Counts[state] += n
			}
			if len(sub.Tasks) > 0 && matches {
				col.Subs = append(col.Subs, sub)
				g.attend(sub.Tasks)
			}
		}
		g.Phases = append(g.Phases, col)
	}
	slices.SortStableFunc(g.Attention, func(a, b GridTask) int { return strings.Compare(string(a.Due), string(b.Due)) })
}

// holds says whether a task passes the filters by phase and department.
func (g *Grid) holds(phase string, t GridTask) bool {
	if g.Filter.Phase != "" && g.Filter.Phase != phase {
		return false
	}
	return g.Filter.DepartmentID == "" || slices.ContainsFunc(t.Departments, func(d office.Department) bool { return d.ID == g.Filter.DepartmentID })
}

// attend adds the tasks that need a hand.
func (g *Grid) attend(tasks []GridTask) {
	for _, t := range tasks {
		if t.State == TaskOverdue || t.State == TaskReturned {
			g.Attention = append(g.Attention, t)
		}
	}
}

// gridTasks makes the tasks out of the lines, by code of their sub-process.
func gridTasks(cy Cycle, today day.Day, lines []gridLine, responsible map[string][]office.Department, evidence map[string]outputEvidence) map[string][]GridTask {
	out := map[string][]GridTask{}
	for i := 0; i < len(lines); {
		l, next := lines[i], i+1
		for next < len(lines) && lines[next].ID == l.ID {
			next++
		}
		if l.Level == process.Task {
			out[process.ParentOf(l.Code)] = append(out[process.ParentOf(l.Code)], gridTask(cy, today, lines[i:next], responsible[l.ID], evidence))
		}
		i = next
	}
	return out
}

// gridTask makes one task out of the lines of its outputs.
func gridTask(cy Cycle, today day.Day, lines []gridLine, responsible []office.Department, evidence map[string]outputEvidence) GridTask {
	l := lines[0]
	p, _ := cy.Phase(l.Phase)
	t := GridTask{Code: l.Code, NameAZ: l.NameAZ, NameEN: l.NameEN, State: TaskNotApplicable, Due: p.Due, Departments: responsible}
	if !l.Applicable {
		return t
	}
	states := make([]TaskState, 0, len(lines))
	for _, o := range lines {
		if o.OutputID == "" {
			continue
		}
		e := evidence[o.OutputID]
		state := e.state(late(cy, p, today))
		states = append(states, state)
		t.Outputs++
		if state == TaskAccepted {
			t.Accepted++
		}
		if t.Freshness != Expired && e.fresh != Fresh {
			t.Freshness = e.fresh
		}
		if (state == TaskReturned || state == TaskOverdue) && e.reason != "" {
			t.Reason = e.reason
		}
	}
	t.State = Worst(states...)
	return t
}

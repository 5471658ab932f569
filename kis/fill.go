package kis

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/kis/retention"
	"github.com/kis-platform/kis/policies"
)

// Fill brings in many people's work of many days in one unit of work, such as
// years of a demonstration. It leaves the rows and the trail that the methods
// of the service would have left, but does not ask again what each of those
// checks of a form: whoever fills says what is true.
type Fill struct {
	ctx context.Context
	tx  *store.Tx
}

// Fill runs fn in one unit of work. Only the program itself may: Forbidden
// for people.
func (s *Service) Fill(ctx context.Context, fn func(f *Fill) error) error {
	if !actor.From(ctx).System {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error { return fn(&Fill{ctx, tx}) })
}

// Be makes a person and a moment those of what follows.
func (f *Fill) Be(who actor.Actor, at time.Time) {
	f.tx.Actor, f.tx.Now = who, at.UTC().Truncate(time.Millisecond)
}

// Plan plans a cycle with a due day for each phase, and gives its id.
func (f *Fill) Plan(in NewCycle) (id string, err error) {
	if err := in.check(); err != nil {
		return "", err
	}
	id = store.NewID()
	return id, planCycle(f.ctx, f.tx, id, in, "")
}

// FilledCycle names a cycle.
type FilledCycle struct{ ID, Label string }

// Move takes cycles one step on: start, evaluate, close. All of them must be
// where the step begins, else it is a Conflict.
func (f *Fill) Move(cycles []FilledCycle, verb string) error {
	for _, arrow := range CycleTransitions {
		if arrow.Verb != verb {
			continue
		}
		if err := f.tx.Seen(f.ctx, "cycle", idsOf(cycles)...); err != nil {
			return err
		}
		n, err := store.Affected(f.tx.NewUpdate().Table("cycles").Set("state = ?, ? = ?", arrow.To, bun.Ident(string(arrow.To)+"_at"), f.tx.Now).
			Where("id IN (?) AND state = ?", bun.List(idsOf(cycles)), arrow.From).Exec(f.ctx))
		if err != nil || int(n) != len(cycles) {
			return store.Moved(0, err, "cycle", string(arrow.From))
		}
		for _, c := range cycles {
			f.tx.Record(store.Change{Action: string(arrow.Action), Kind: "cycle", ID: c.ID, Label: c.Label,
				Before: map[string]any{"state": arrow.From}, After: map[string]any{"state": arrow.To}})
		}
	}
	return nil
}

// PassGates confirms a phase of cycles whose gate is open, else it is a
// Conflict. That all of the phase is accepted is for whoever fills to know.
func (f *Fill) PassGates(cycles []FilledCycle, phase string) error {
	if err := f.tx.Seen(f.ctx, "cycle", idsOf(cycles)...); err != nil {
		return err
	}
	n, err := store.Affected(f.tx.NewUpdate().Table("cycle_phases").Set("gate = ?, gate_at = ?, gate_by = ?", GatePassed, f.tx.Now, f.tx.Actor.UserID).
		Where("cycle_id IN (?) AND phase = ? AND gate = ?", bun.List(idsOf(cycles)), phase, GateOpen).Exec(f.ctx))
	if err != nil || int(n) != len(cycles) {
		return store.Moved(0, err, "gate", string(GateOpen))
	}
	for _, c := range cycles {
		f.tx.Record(store.Change{Action: string(policies.GatePass), Kind: "gate", ID: c.ID + ":" + phase, Label: c.Label + ", " + phase, RootKind: "cycle", RootID: c.ID,
			Before: map[string]any{"gate": GateOpen}, After: map[string]any{"gate": GatePassed}})
	}
	return nil
}

// Settle works out what cycles owe, see refreshDuties. Whoever fills calls it
// once, when all is said about them.
func (f *Fill) Settle(cycles []FilledCycle) error {
	for _, c := range cycles {
		if err := refreshDuties(f.ctx, f.tx, c.ID, ""); err != nil {
			return err
		}
	}
	return nil
}

func idsOf(cycles []FilledCycle) []string {
	out := make([]string, len(cycles))
	for i, c := range cycles {
		out[i] = c.ID
	}
	return out
}

// FilledTask is an applicable task of a process for which evidence is due.
type FilledTask struct {
	ID, Code, Phase, NameAZ string
	Outputs                 []FilledOutput
	Responsible             []string // ids of departments
}

// FilledOutput is one of its outputs.
type FilledOutput struct {
	ID       string
	Position int
	NameAZ   string
}

// FilledTasks reads the applicable tasks of the newest description of a
// process, in its order.
func (s *Service) FilledTasks(ctx context.Context, processID string) ([]FilledTask, error) {
	v, err := process.LatestVersion(ctx, s.DB.Read(), processID, "")
	if err != nil || v == nil {
		return nil, err
	}
	var rows []struct {
		ID, Code, Phase, OutputID string
		NameAZ                    string `bun:"name_az"`
		Position                  int
		OutputAZ                  string `bun:"output_az"`
	}
	err = s.DB.Read().NewRaw(`SELECT a.id, a.code, a.phase, a.name_az, o.id AS output_id, o.position, o.name_az AS output_az
		FROM activities a JOIN outputs o ON o.activity_id = a.id WHERE a.version_id = ? AND a.level = 'task' AND a.applicable ORDER BY a.position, o.position`, v.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "tasks to fill")
	}
	deps, err := process.ActivityDepartments(ctx, s.DB.Read(), v.ID, "")
	if err != nil {
		return nil, err
	}
	var out []FilledTask
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].ID != r.ID {
			t := FilledTask{ID: r.ID, Code: r.Code, Phase: r.Phase, NameAZ: r.NameAZ}
			for _, d := range deps {
				if d.ActivityID == r.ID && d.Responsible {
					t.Responsible = append(t.Responsible, d.Department.ID)
				}
			}
			out = append(out, t)
		}
		t := &out[len(out)-1]
		t.Outputs = append(t.Outputs, FilledOutput{r.OutputID, r.Position, r.OutputAZ})
	}
	return out, nil
}

// FilledEvidence is a submission as it stands in the end, for one output of a
// task: state, people and times are those of Submission.
type FilledEvidence struct {
	Submission
	Task         *FilledTask
	Output       int   // index into its outputs
	File         *File // nil for a link; its bytes are in the store of files
	By, Reviewer actor.Actor
}

// Evidence stores submissions, and the trail of how each came to its state in
// the order of the days. Ids are given where they are empty.
func (f *Fill) Evidence(list []FilledEvidence) error {
	type step struct {
		at   time.Time
		who  actor.Actor
		note store.Change
	}
	var (
		steps []step
		rows  fillRows
	)
	terms, err := retention.Terms(f.ctx, f.tx)
	if err != nil {
		return err
	}
	for i := range list {
		e := &list[i]
		o := e.Task.Outputs[e.Output]
		if e.ID == "" {
			e.ID = store.NewID()
		}
		e.ActivityID = e.Task.ID
		if err := e.becomeKept(terms, ""); err != nil {
			return err
		}
		var files []File
		if e.File != nil {
			e.File.ID, e.File.AddedBy, e.File.AddedAt = store.NewID(), e.By.UserID, e.ReceivedAt
			files = []File{*e.File}
		}
		e.index(e.Task.Code, e.Task.NameAZ, []process.OutputRow{{NameAZ: o.NameAZ}}, files)
		rows.add(e.Submission, o.ID, files)
		at := place{e.Task.Code, []int{o.Position}}
		steps = append(steps, step{e.ReceivedAt, e.By, e.change(policies.EvidenceSubmit, at, "", Submitted, files)})
		switch e.State {
		case Withdrawn:
			steps = append(steps, step{e.WithdrawnAt, e.By, e.change(policies.EvidenceWithdraw, at, Submitted, Withdrawn, nil)})
		case Returned, Accepted, Superseded:
			to := Accepted
			if e.State == Returned {
				to = Returned
			}
			c := e.change(policies.EvidenceReview, at, Submitted, to, nil)
			if e.Class != ClassConfidential {
				c.Note = e.Reason
			}
			steps = append(steps, step{e.DecidedAt, e.Reviewer, c})
		}
		if e.State == Superseded {
			steps = append(steps, step{e.SupersededAt, e.Reviewer, e.change(policies.EvidenceReview, at, Accepted, Superseded, nil)})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	for _, s := range steps {
		f.Be(s.who, s.at)
		f.tx.Record(s.note)
	}
	return rows.insert(f.ctx, f.tx)
}

// fillRows gathers rows of several tables.
type fillRows struct {
	subs    []Submission
	outputs []outputLink
	files   []File
	links   []fileLink
}

func (r *fillRows) add(sub Submission, outputID string, files []File) {
	r.subs = append(r.subs, sub)
	r.outputs = append(r.outputs, outputLink{SubmissionID: sub.ID, OutputID: outputID})
	for i, file := range files {
		r.files = append(r.files, file)
		r.links = append(r.links, fileLink{SubmissionID: sub.ID, FileID: file.ID, Position: i + 1})
	}
}

func (r *fillRows) insert(ctx context.Context, tx *store.Tx) error {
	if err := store.InsertMany(ctx, tx, r.subs); err != nil {
		return err
	}
	if err := store.InsertMany(ctx, tx, r.outputs); err != nil {
		return err
	}
	if err := store.InsertMany(ctx, tx, r.files); err != nil {
		return err
	}
	if err := store.InsertMany(ctx, tx, r.links); err != nil {
		return err
	}
	return insertWords(ctx, tx, r.subs...)
}

// ProposeDays gives the due days of the phases of a year as ProposeDue does,
// for whoever fills.
func (f *Fill) ProposeDays(country string, year int) (map[string]day.Day, error) {
	return proposeDue(f.ctx, f.tx, country, year)
}

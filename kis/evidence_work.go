package kis

import (
	"context"
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

// workAhead is how many days before its due day a task begins to be work
// waiting for somebody.
const workAhead = 30

// WorkLimit is how many items of one kind wait at most in the list of work;
// the last one says that there are more.
const WorkLimit = 25

// Work lists what waits for the actor in cycles that are open, the first
// WorkLimit of each part by their day: two queries for each and one for each
// kind of name that is not known, however much waits.
func (s *Service) Work(ctx context.Context) ([]WorkItem, error) {
	parts, err := s.WorkParts(ctx)
	if err != nil {
		return nil, err
	}
	out, err := FirstWork(ctx, OfTab(parts, WorkMine, WorkAwaited), WorkLimit)
	slices.SortStableFunc(out, func(a, b WorkItem) int { return strings.Compare(string(a.Due), string(b.Due)) })
	return out, err
}

// WorkParts are the parts of work in open cycles: evidence to deliver for the
// own departments or to renew, evidence to review, gates to confirm; what the
// actor's department owes; and, as awaited, what the own departments handed in
// and others must review.
func (s *Service) WorkParts(ctx context.Context) ([]WorkPart, error) {
	who := actor.From(ctx)
	if who.Nobody() {
		return nil, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	db := s.DB.Read()
	own := policies.For(who, policies.EvidenceSubmit).Departments
	parts := slices.Concat(s.dutyParts(db, who, WorkMine, own), s.reviewParts(db, who), s.renewParts(db, who, WorkMine, own), s.gateParts(db, who), s.keptParts(db, who), s.awaitedParts(db, who, own))
	if home := who.DepartmentID; home != "" && policies.For(who, policies.EvidenceRead).Department(home) {
		parts = slices.Concat(parts, s.dutyParts(db, who, WorkDepartment, []string{home}), s.renewParts(db, who, WorkDepartment, []string{home}))
	}
	return parts, nil
}

// openTask is a task in an open cycle that is not complete.
type openTask struct {
	CycleID, ActivityID, SubmittedBy string
	Due                              day.Day
	Returned                         bool
	Reason                           string

	cycle   cycleName
	process process.ProcessRef
	task    taskName
}

// tasksAround puts the names of cycle, process and task around what of gives
// of each row: no query for what is known.
func tasksAround[R any](ctx context.Context, s *Service, rows []R, of func(*R) *openTask) error {
	n := &s.kept.names
	cycles, err := n.cyclesOf(ctx, s.DB, idsIn(rows, func(r *R) string { return of(r).CycleID }))
	if err != nil {
		return err
	}
	tasks, err := n.tasksOf(ctx, s.DB, idsIn(rows, func(r *R) string { return of(r).ActivityID }))
	if err != nil {
		return err
	}
	processes, err := n.processesOf(ctx, s.DB, idsIn(rows, func(r *R) string { return cycles[of(r).CycleID].ProcessID }))
	if err != nil {
		return err
	}
	for i := range rows {
		t := of(&rows[i])
		t.cycle, t.task = cycles[t.CycleID], tasks[t.ActivityID]
		t.process = processes[t.cycle.ProcessID]
	}
	return nil
}

// dutyParts are the tasks of departments with an output that is neither
// accepted nor in review: overdue, or due soon; and those that were returned,
// however late they are due. They stand in evidence_duties by their day.
func (s *Service) dutyParts(db bun.IDB, who actor.Actor, tab WorkTab, departments []string) []WorkPart {
	if len(departments) == 0 {
		return nil
	}
	soon := s.Today().Add(workAhead)
	part := func(name, condition string) WorkPart {
		return WorkPart{Tab: tab, Name: name, Kind: "kis.work.kind.evidence", Menu: "/evidence", Due: "e.due", ID: "e.cycle_id", ID2: "e.activity_id",
			From: func() *bun.SelectQuery {
				if len(departments) == 1 {
					return db.NewSelect().TableExpr("evidence_duties AS e").Where("e.department_id = ?", departments[0]).Where(condition, soon)
				}
				once := db.NewSelect().TableExpr("evidence_duties AS e").Distinct().ColumnExpr("e.due, e.cycle_id, e.activity_id").
					Where("e.department_id IN (?)", bun.List(departments)).Where(condition, soon)
				return db.NewSelect().TableExpr("(?) AS e", once)
			},
			Items: func(ctx context.Context, keys []WorkKey) ([]WorkItem, error) {
				return s.dutyItems(ctx, db, who, departments, keys)
			}}
	}
	return []WorkPart{part("kis.duty", "e.due <= ?"), part("kis.returned", "e.due > ? AND e.returned = TRUE")}
}

// dutyItems makes the items of tasks that departments owe.
func (s *Service) dutyItems(ctx context.Context, db bun.IDB, who actor.Actor, departments []string, keys []WorkKey) ([]WorkItem, error) {
	cycles, tasks := WorkIDs(keys)
	days := make([]day.Day, len(keys))
	for i, k := range keys {
		days[i] = k.Due
	}
	var rows []openTask
	err := db.NewSelect().TableExpr("evidence_duties AS d").ColumnExpr("d.cycle_id, d.activity_id, d.due, d.returned").
		ColumnExpr(`CASE WHEN NOT d.returned THEN '' ELSE COALESCE((SELECT r.reason FROM outputs oo JOIN submission_outputs ro ON ro.output_id = oo.id JOIN submissions r ON r.id = ro.submission_id
			WHERE oo.activity_id = d.activity_id AND r.cycle_id = d.cycle_id AND r.state = 'returned' AND r.department_id IN (?) ORDER BY r.received_at DESC LIMIT 1), '') END AS reason`, bun.List(departments)).
		Where("d.department_id IN (?) AND d.due IN (?) AND d.cycle_id IN (?) AND d.activity_id IN (?)", bun.List(departments), bun.List(days), bun.List(cycles), bun.List(tasks)).Scan(ctx, &rows)
	if err == nil {
		err = tasksAround(ctx, s, rows, func(r *openTask) *openTask { return r })
	}
	if err != nil {
		return nil, store.MapError(err, "evidence to deliver")
	}
	today := s.Today()
	out := make([]WorkItem, len(rows))
	for i, r := range rows {
		w := r.item(who.Lang, "kis.work.kind.evidence", "file-upload")
		w.VerbKey, w.Overdue, w.ID, w.ID2 = "kis.work.verb.submit", r.Due < today, r.CycleID, r.ActivityID
		if r.Returned {
			w.Quote, w.VerbKey = r.Reason, "kis.work.verb.resubmit"
		}
		out[i] = w
	}
	return out, nil
}

func (r openTask) item(lang, kind, icon string) WorkItem {
	return WorkItem{Due: r.Due, KindKey: kind, Icon: icon, Title: r.task.Code + " " + i18n.InLang(lang, r.task.AZ, r.task.EN),
		Reason: r.process.Title(lang) + ", " + r.cycle.Period, Href: "/cycles/" + r.CycleID + "/tasks/" + r.task.Code}
}

// reviewTask is a submission in review.
type reviewTask struct {
	openTask
	ID      string
	Version int
	Output  string // the first it serves, as in the official description
}

// inReview reads submissions in review.
func (s *Service) inReview(ctx context.Context, db bun.IDB, keys []WorkKey) ([]reviewTask, error) {
	ids, _ := WorkIDs(keys)
	var rows []reviewTask
	err := db.NewSelect().TableExpr("submissions AS s").ColumnExpr("s.id, s.version, s.submitted_by, s.cycle_id, s.activity_id, s.due").
		ColumnExpr("(SELECT o.name_az FROM submission_outputs so JOIN outputs o ON o.id = so.output_id WHERE so.submission_id = s.id ORDER BY o.position LIMIT 1) AS output").
		Where("s.id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	if err == nil {
		err = tasksAround(ctx, s, rows, func(r *reviewTask) *openTask { return &r.openTask })
	}
	return rows, store.MapError(err, "evidence in review")
}

// reviewParts is the evidence that others handed in and the actor may decide on.
func (s *Service) reviewParts(db bun.IDB, who actor.Actor) []WorkPart {
	scope := policies.For(who, policies.EvidenceReview)
	if scope.None() || who.UserID == "" {
		return nil
	}
	return []WorkPart{{Tab: WorkMine, Name: "kis.review", Kind: "kis.work.kind.review", Menu: "/evidence", Due: "s.due", ID: "s.id",
		From: func() *bun.SelectQuery {
			q := db.NewSelect().TableExpr("submissions AS s").Where("s.state = ?", Submitted).Where("s.submitted_by <> ?", who.UserID)
			return readable(office.InScope(q, scope, "s.department_id"), who)
		},
		Items: func(ctx context.Context, keys []WorkKey) ([]WorkItem, error) {
			rows, err := s.inReview(ctx, db, keys)
			if err != nil {
				return nil, err
			}
			users, err := s.kept.names.UsersOf(ctx, s.DB, idsIn(rows, func(r *reviewTask) string { return r.SubmittedBy }))
			out := make([]WorkItem, len(rows))
			for i, r := range rows {
				out[i] = r.item(who.Lang, "kis.work.kind.review", "eye-check")
				out[i].VerbKey, out[i].Overdue, out[i].ID = "kis.work.verb.review", r.Due < s.Today(), r.ID
				out[i].Reason += " · " + r.Output + " · " + users[r.SubmittedBy]
			}
			return out, err
		}}}
}

// awaitedParts is what the own departments handed in and others must decide on.
func (s *Service) awaitedParts(db bun.IDB, who actor.Actor, own []string) []WorkPart {
	if len(own) == 0 {
		return nil
	}
	return []WorkPart{{Tab: WorkAwaited, Name: "kis.awaited", Kind: "kis.work.kind.evidence", Due: "s.due", ID: "s.id",
		From: func() *bun.SelectQuery {
			return db.NewSelect().TableExpr("submissions AS s").Where("s.state = ? AND s.department_id IN (?)", Submitted, bun.List(own))
		},
		Items: func(ctx context.Context, keys []WorkKey) ([]WorkItem, error) {
			rows, err := s.inReview(ctx, db, keys)
			out := make([]WorkItem, len(rows))
			for i, r := range rows {
				out[i] = r.item(who.Lang, "kis.work.kind.evidence", "file-upload")
				out[i].Reason += " · " + r.Output
				out[i].ID, out[i].State = r.ID, WorkState{Tone: "info", Icon: "hourglass", Key: "kis.state.review"}
			}
			return out, err
		}}}
}

// gateParts are the phases whose tasks are all accepted and whose gate is
// still to be confirmed.
func (s *Service) gateParts(db bun.IDB, who actor.Actor) []WorkPart {
	if !policies.For(who, policies.GatePass).Any || who.System {
		return nil
	}
	from := func() *bun.SelectQuery {
		return db.NewSelect().TableExpr("cycle_phases AS cp").Join("JOIN cycles AS c ON c.id = cp.cycle_id AND c.state IN ('running', 'evaluating')").
			Join("JOIN activities AS a ON a.version_id = c.version_id AND a.code = cp.phase").Where("cp.complete = TRUE AND cp.gate = 'open'")
	}
	return []WorkPart{{Tab: WorkMine, Name: "kis.gate", Kind: "kis.work.kind.gate", Due: "cp.due", ID: "cp.cycle_id", ID2: "a.id", From: from,
		Items: func(ctx context.Context, keys []WorkKey) ([]WorkItem, error) {
			cycles, phases := WorkIDs(keys)
			var rows []openTask
			err := from().ColumnExpr("c.id AS cycle_id, a.id AS activity_id, cp.due").Where("cp.cycle_id IN (?) AND a.id IN (?)", bun.List(cycles), bun.List(phases)).Scan(ctx, &rows)
			if err == nil {
				err = tasksAround(ctx, s, rows, func(r *openTask) *openTask { return r })
			}
			if err != nil {
				return nil, store.MapError(err, "gates to confirm")
			}
			out := make([]WorkItem, len(rows))
			for i, r := range rows {
				out[i] = r.item(who.Lang, "kis.work.kind.gate", "flag-check")
				out[i].Href, out[i].VerbKey, out[i].Overdue = "/cycles/"+r.CycleID+"#gate-"+r.task.Code, "kis.work.verb.gate", r.Due < s.Today()
				out[i].ID, out[i].ID2 = r.CycleID, r.ActivityID
			}
			return out, nil
		}}}
}

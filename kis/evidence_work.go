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
	"github.com/kis-platform/kis/policies"
)

// workAhead is how many days before its due day a task begins to be work
// waiting for somebody.
const workAhead = 30

// WorkLimit is how many items of one kind wait at most in the list of work;
// the last one says that there are more.
const WorkLimit = 25

// Work lists what waits for the actor in cycles that are open: evidence to
// deliver for the own departments or to renew, evidence to review, gates to confirm; and,
// as awaited, what the own departments handed in and others must review. Of
// each the first WorkLimit by their day: five queries and one for each kind of
// name that is not known, however much waits.
func (s *Service) Work(ctx context.Context) ([]WorkItem, error) {
	who := actor.From(ctx)
	if who.Nobody() {
		return nil, apperr.New(apperr.Unauthenticated, "error.unauthenticated")
	}
	var out []WorkItem
	for _, part := range []func(context.Context, bun.IDB, actor.Actor) ([]WorkItem, error){s.workToSubmit, s.workToReview, s.workToRenew, s.workAwaited, s.workGates} {
		items, err := part(ctx, s.DB.Read(), who)
		if err != nil {
			return nil, err
		}
		if len(items) > WorkLimit {
			items = items[:WorkLimit]
			items[WorkLimit-1].More = true
		}
		out = append(out, items...)
	}
	slices.SortStableFunc(out, func(a, b WorkItem) int { return strings.Compare(string(a.Due), string(b.Due)) })
	return out, nil
}

// openTask is a task in an open cycle that is not complete.
type openTask struct {
	CycleID, ActivityID, SubmittedBy string
	Due                              day.Day
	Returned                         bool
	Reason                           string

	cycle   cycleName
	process ProcessRef
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

// workToSubmit lists the tasks of the own departments with an output that is
// neither accepted nor in review: returned, overdue, or due soon.
func (s *Service) workToSubmit(ctx context.Context, db bun.IDB, who actor.Actor) ([]WorkItem, error) {
	scope := policies.For(who, policies.EvidenceSubmit)
	if len(scope.Departments) == 0 {
		return nil, nil
	}
	today := s.Today()
	var rows []openTask
	// What the departments owe stands in evidence_duties by its day.
	owed := func() *bun.SelectQuery {
		return db.NewSelect().TableExpr("evidence_duties AS e").ColumnExpr("e.due, e.cycle_id, e.activity_id, e.returned").Where("e.department_id IN (?)", bun.List(scope.Departments)).
			OrderExpr("e.due, e.cycle_id, e.activity_id").Limit(WorkLimit + 1)
	}
	soon, later := owed().Where("e.due <= ?", today.Add(workAhead)), owed().Where("e.due > ? AND e.returned = TRUE", today.Add(workAhead))
	both := db.NewSelect().TableExpr("(?) AS x", soon).Union(db.NewSelect().TableExpr("(?) AS y", later)) // once, also for two departments
	duties := db.NewSelect().TableExpr("(?) AS b", both).OrderExpr("b.due, b.cycle_id, b.activity_id").Limit(WorkLimit + 1)
	err := db.NewSelect().TableExpr("(?) AS d", duties).ColumnExpr("d.cycle_id, d.activity_id, d.due, d.returned").
		ColumnExpr(`CASE WHEN NOT d.returned THEN '' ELSE COALESCE((SELECT r.reason FROM outputs oo JOIN submission_outputs ro ON ro.output_id = oo.id JOIN submissions r ON r.id = ro.submission_id
			WHERE oo.activity_id = d.activity_id AND r.cycle_id = d.cycle_id AND r.state = 'returned' AND r.department_id IN (?) ORDER BY r.received_at DESC LIMIT 1), '') END AS reason`, bun.List(scope.Departments)).
		OrderExpr("d.due, d.cycle_id, d.activity_id").Scan(ctx, &rows)
	if err == nil {
		err = tasksAround(ctx, s, rows, func(r *openTask) *openTask { return r })
	}
	if err != nil {
		return nil, store.MapError(err, "evidence to deliver")
	}
	out := make([]WorkItem, len(rows))
	for i, r := range rows {
		w := r.item(who.Lang, "kis.work.kind.evidence", "file-upload")
		w.VerbKey, w.Overdue = "kis.work.verb.submit", r.Due < today
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

// inReview reads the first submissions in review of open cycles that pass
// where, by the day of their phase.
func (s *Service) inReview(ctx context.Context, db bun.IDB, where func(*bun.SelectQuery) *bun.SelectQuery) ([]reviewTask, error) {
	var rows []reviewTask
	q := db.NewSelect().TableExpr("submissions AS s").ColumnExpr("s.id, s.version, s.submitted_by, s.cycle_id, s.activity_id, s.due").
		ColumnExpr("(SELECT o.name_az FROM submission_outputs so JOIN outputs o ON o.id = so.output_id WHERE so.submission_id = s.id ORDER BY o.position LIMIT 1) AS output").
		OrderExpr("s.due, s.id")
	// The first ones are found in their order before anything is joined to them.
	first := where(db.NewSelect().TableExpr("submissions AS s").ColumnExpr("s.id").Where("s.state = ?", Submitted)).OrderExpr("s.due, s.id").Limit(WorkLimit + 1)
	err := q.Where("s.id IN (SELECT f.id FROM (?) AS f)", first).Scan(ctx, &rows)
	if err == nil {
		err = tasksAround(ctx, s, rows, func(r *reviewTask) *openTask { return &r.openTask })
	}
	rows = slices.DeleteFunc(rows, func(r reviewTask) bool { return !Cycle{State: r.cycle.State}.Open() })
	return rows, store.MapError(err, "evidence in review")
}

func (s *Service) workToReview(ctx context.Context, db bun.IDB, who actor.Actor) ([]WorkItem, error) {
	scope := policies.For(who, policies.EvidenceReview)
	if scope.None() || who.UserID == "" {
		return nil, nil
	}
	rows, err := s.inReview(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery {
		return readable(InScope(q.Where("s.submitted_by <> ?", who.UserID), scope, "s.department_id"), who)
	})
	if err != nil {
		return nil, err
	}
	users, err := s.kept.names.usersOf(ctx, s.DB, idsIn(rows, func(r *reviewTask) string { return r.SubmittedBy }))
	out := make([]WorkItem, len(rows))
	for i, r := range rows {
		out[i] = r.item(who.Lang, "kis.work.kind.review", "eye-check")
		out[i].VerbKey, out[i].Overdue = "kis.work.verb.review", r.Due < s.Today()
		out[i].Reason += " · " + r.Output + " · " + users[r.SubmittedBy]
	}
	return out, err
}

// workAwaited is what the own departments handed in and others must decide on.
func (s *Service) workAwaited(ctx context.Context, db bun.IDB, who actor.Actor) ([]WorkItem, error) {
	scope := policies.For(who, policies.EvidenceSubmit)
	if len(scope.Departments) == 0 {
		return nil, nil
	}
	rows, err := s.inReview(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery {
		return InScope(q, scope, "s.department_id")
	})
	out := make([]WorkItem, len(rows))
	for i, r := range rows {
		out[i] = r.item(who.Lang, "kis.work.kind.evidence", "file-upload")
		out[i].Reason += " · " + r.Output
		out[i].Awaited, out[i].State = true, WorkState{Tone: "info", Icon: "hourglass", Key: "kis.state.review"}
	}
	return out, err
}

// workGates lists the phases whose tasks are all accepted and whose gate is
// still to be confirmed.
func (s *Service) workGates(ctx context.Context, db bun.IDB, who actor.Actor) ([]WorkItem, error) {
	if !policies.For(who, policies.GatePass).Any || who.System {
		return nil, nil
	}
	var rows []openTask
	err := db.NewRaw(`SELECT c.id AS cycle_id, a.id AS activity_id, cp.due
		FROM cycle_phases cp JOIN cycles c ON c.id = cp.cycle_id AND c.state IN ('running', 'evaluating')
		JOIN activities a ON a.version_id = c.version_id AND a.code = cp.phase
		WHERE cp.complete = TRUE AND cp.gate = 'open' ORDER BY cp.due, cp.phase, c.id LIMIT ?`, WorkLimit+1).Scan(ctx, &rows)
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
	}
	return out, nil
}

package kis

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// EvidenceFilter narrows the library of evidence; zero fields do not.
type EvidenceFilter struct {
	Query        string // words that all must be in title, code, task, outputs, file names or note
	State        SubmissionState
	DepartmentID string
	CycleID      string
	After        []string // Next of the page before: two texts; anything else begins at the start
	Limit        int      // 50 when 0, at most 200
}

// EvidenceRow is one submission in the library.
type EvidenceRow struct {
	Version
	Process        ProcessRef
	Period         string // of the cycle
	TaskCode       string
	TaskAZ, TaskEN string
	OutputNames    []string
}

// TaskName is the name of the task in a language.
func (r EvidenceRow) TaskName(lang string) string { return i18n.InLang(lang, r.TaskAZ, r.TaskEN) }

// EvidencePage is one page of the library, newest first.
type EvidencePage struct {
	Rows   []EvidenceRow
	Total  int                     // that fit the filter
	States map[SubmissionState]int // that fit the filter without its state
	Next   []string                // After of the next page; nil at the end
}

// Evidence lists submissions that the actor may read, newest first, paged by
// key. A fixed number of queries.
func (s *Service) Evidence(ctx context.Context, f EvidenceFilter) (EvidencePage, error) {
	if _, err := Allowed(ctx, policies.EvidenceRead); err != nil {
		return EvidencePage{}, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	return listEvidence(ctx, s.DB.Read(), f, actor.From(ctx))
}

// cursor reads After; ok is false when it names no place.
func (f EvidenceFilter) cursor() (at time.Time, id string, ok bool) {
	if len(f.After) != 2 || !store.IsID(f.After[1]) {
		return at, "", false
	}
	at, err := time.Parse(time.RFC3339Nano, f.After[0])
	return at.UTC(), f.After[1], err == nil
}

// readable narrows a query on submissions s to what a person may read.
func readable(q *bun.SelectQuery, who actor.Actor) *bun.SelectQuery {
	part := func(act policies.Action) func(*bun.SelectQuery) *bun.SelectQuery {
		scope := policies.For(who, act)
		return func(q *bun.SelectQuery) *bun.SelectQuery {
			if scope.Any {
				return q.Where("1 = 1")
			}
			q.Where("1 = 0")
			if len(scope.Departments) > 0 {
				q.WhereOr("s.department_id IN (?)", bun.List(scope.Departments))
			}
			for _, o := range scope.Objects {
				switch o.Kind {
				case "cycle":
					q.WhereOr("s.cycle_id IN (?)", bun.List(clean([]string{o.ID})))
				case "submission":
					q.WhereOr("s.id IN (?)", bun.List(clean([]string{o.ID})))
				}
			}
			return q
		}
	}
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q.WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("s.class <> ?", ClassConfidential).WhereGroup(" AND ", part(policies.EvidenceRead))
		})
		return q.WhereGroup(" OR ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("s.class = ?", ClassConfidential).WhereGroup(" AND ", part(policies.EvidenceSecret))
		})
	})
}

// narrow adds the filter without its state.
func (f EvidenceFilter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.DepartmentID != "" {
		q.Where("s.department_id IN (?)", bun.List(clean([]string{f.DepartmentID})))
	}
	if f.CycleID != "" {
		q.Where("s.cycle_id IN (?)", bun.List(clean([]string{f.CycleID})))
	}
	for i, word := range strings.Fields(i18n.Fold(i18n.Shorten(f.Query, 200))) {
		if i == 10 {
			break
		}
		q.Where(`s.search_key LIKE ? ESCAPE '!'`, store.LikePattern(word))
	}
	return q
}

func listEvidence(ctx context.Context, db bun.IDB, f EvidenceFilter, who actor.Actor) (EvidencePage, error) {
	page := EvidencePage{States: map[SubmissionState]int{}}
	var counts []struct {
		State SubmissionState
		N     int
	}
	err := f.narrow(readable(db.NewSelect().TableExpr("submissions AS s"), who)).ColumnExpr("s.state, COUNT(*) AS n").GroupExpr("s.state").Scan(ctx, &counts)
	if err != nil {
		return page, store.MapError(err, "count evidence")
	}
	for _, c := range counts {
		page.States[c.State] = c.N
		if f.State == "" || f.State == c.State {
			page.Total += c.N
		}
	}
	var ids []string
	q := f.narrow(readable(db.NewSelect().TableExpr("submissions AS s"), who)).ColumnExpr("s.id").
		OrderExpr("s.received_at DESC, s.id DESC").Limit(int64(f.Limit) + 1)
	if f.State != "" {
		q.Where("s.state = ?", f.State)
	}
	if at, id, ok := f.cursor(); ok {
		q.Where("(s.received_at, s.id) < (?, ?)", at, id)
	}
	if err := q.Scan(ctx, &ids); err != nil {
		return page, store.MapError(err, "list evidence")
	}
	more := len(ids) > f.Limit
	ids = ids[:min(len(ids), f.Limit)]
	if page.Rows, err = evidenceRows(ctx, db, ids); err != nil {
		return page, err
	}
	if more {
		last := page.Rows[len(page.Rows)-1]
		page.Next = []string{last.ReceivedAt.UTC().Format(time.RFC3339Nano), last.ID}
	}
	return page, nil
}

// evidenceRows reads submissions in the order of the ids with their task,
// process, outputs, people and files: four queries.
func evidenceRows(ctx context.Context, db bun.IDB, ids []string) ([]EvidenceRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	// Whether the cycle is open is asked again where a decision is made.
	versions, err := loadVersions(ctx, db, Cycle{State: CycleRunning}, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("s.id IN (?)", bun.List(ids))
	})
	if err != nil {
		return nil, err
	}
	var places []struct {
		SubmissionID, Period, Code, ProcessID, ProcessCode, OwnerID, Output string
		TaskAZ                                                              string `bun:"task_az"`
		TaskEN                                                              string `bun:"task_en"`
		TitleAZ                                                             string `bun:"title_az"`
		TitleEN                                                             string `bun:"title_en"`
	}
	err = db.NewRaw(`SELECT so.submission_id, c.period, a.code, a.name_az AS task_az, a.name_en AS task_en, o.name_az AS output,
		p.id AS process_id, p.code AS process_code, p.title_az, p.title_en, p.owner_id
		FROM submission_outputs so JOIN submissions s ON s.id = so.submission_id JOIN cycles c ON c.id = s.cycle_id JOIN processes p ON p.id = c.process_id
		JOIN outputs o ON o.id = so.output_id JOIN activities a ON a.id = o.activity_id WHERE so.submission_id IN (?) ORDER BY o.position`, bun.List(ids)).Scan(ctx, &places)
	if err != nil {
		return nil, store.MapError(err, "tasks of evidence")
	}
	out := make([]EvidenceRow, len(ids))
	for _, v := range versions {
		if i := slices.Index(ids, v.ID); i >= 0 {
			out[i].Version = v
		}
	}
	for _, p := range places {
		r := &out[slices.Index(ids, p.SubmissionID)]
		r.Process = ProcessRef{ID: p.ProcessID, Code: p.ProcessCode, TitleAZ: p.TitleAZ, TitleEN: p.TitleEN, OwnerID: p.OwnerID}
		r.Period, r.TaskCode, r.TaskAZ, r.TaskEN = p.Period, p.Code, p.TaskAZ, p.TaskEN
		r.OutputNames = append(r.OutputNames, p.Output)
	}
	return out, nil
}

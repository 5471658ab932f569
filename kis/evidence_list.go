package kis

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// EvidenceSort is an order of the library.
type EvidenceSort string

// The orders.
const (
	SortReceived EvidenceSort = "received" // newest first
	SortDue      EvidenceSort = "due"      // by the day of the phase, the oldest first
	SortTitle    EvidenceSort = "title"    // by the Azerbaijani alphabet
)

// EvidenceFilter narrows and orders the library of evidence; zero fields do
// not narrow. Ids, codes and days that are none find nothing.
type EvidenceFilter struct {
	Query           string // words that all must begin a word of title, code, task, outputs, file names, link or note
	State           SubmissionState
	DepartmentID    string
	Process         string // its code
	CycleID         string
	Phase           string // 1 to 8
	Class           EvidenceClass
	SubmitterID     string
	ReferencePeriod string
	From, To        day.Day // received, days of the office, both included
	Fresh           Freshness
	KeptTo          day.Day // kept until this day at the latest
	Past            bool    // past the term of keeping, so that a person must decide
	Before          day.Day // accepted and of a document before this day: not refreshed since
	Sort            EvidenceSort
	After           []string // Next or Prev of another page: three texts; anything else begins at the start
	Limit           int      // 50 when 0, at most 200

	today day.Day // on which Fresh is asked
}

// EvidenceRow is one submission in the library.
type EvidenceRow struct {
	Version
	Process        process.ProcessRef
	Period         string // of the cycle
	TaskCode       string
	TaskAZ, TaskEN string
	OutputNames    []string // of one submission; the library leaves them out

	cycleState CycleState // of the library
}

// TaskName is the name of the task in a language.
func (r EvidenceRow) TaskName(lang string) string { return i18n.InLang(lang, r.TaskAZ, r.TaskEN) }

// maxCounted is up to where the submissions of one state are counted.
const maxCounted = 200

// Count is a number that may have been cut off.
type Count struct {
	N    int
	More bool // than N
}

// EvidencePage is one page of the library.
type EvidencePage struct {
	Rows       []EvidenceRow
	Total      int                       // that fit the filter
	Many       bool                      // there are more than Total
	States     map[SubmissionState]Count // that fit the filter without its state
	Next, Prev []string                  // After of the pages around; nil at the ends
	// Cut says that the words looked for are so frequent that the page ends
	// where enough was looked at, although it is not full; it may be empty.
	// Next, or Prev, goes on from there.
	Cut bool
}

// Evidence lists submissions that the actor may read, paged by key both ways.
// A fixed number of queries, none of which reads more than some thousand rows
// however many there are: of words that are all frequent and seldom stand
// together a page finds less than it could hold, and says so.
func (s *Service) Evidence(ctx context.Context, f EvidenceFilter) (EvidencePage, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, maxPage)
	return s.evidencePage(ctx, f, true)
}

// maxPage bounds a page of the library.
const maxPage = 200

// readsAll says whether a person may read all submissions.
func readsAll(who actor.Actor) bool {
	return policies.For(who, policies.EvidenceRead).Any && policies.For(who, policies.EvidenceSecret).Any
}

// readable narrows a query on submissions s to what a person may read.
func readable(q *bun.SelectQuery, who actor.Actor) *bun.SelectQuery {
	if readsAll(who) {
		return q
	}
	open, secret := policies.For(who, policies.EvidenceRead), policies.For(who, policies.EvidenceSecret)
	if !open.Any && !secret.Any && len(open.Objects)+len(secret.Objects) == 0 { // said once more where an index serves it
		q.Where("s.department_id IN (?)", bun.List(office.CleanIDs(slices.Concat(open.Departments, secret.Departments))))
	}
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
					q.WhereOr("s.cycle_id IN (?)", bun.List(office.CleanIDs([]string{o.ID})))
				case "submission":
					q.WhereOr("s.id IN (?)", bun.List(office.CleanIDs([]string{o.ID})))
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

// unhidden leaves out of a query on submissions s what is confidential and not
// for this person, who need not be able to open the others: for figures.
func unhidden(q *bun.SelectQuery, who actor.Actor) *bun.SelectQuery {
	scope := policies.For(who, policies.EvidenceSecret)
	if scope.Any {
		return q
	}
	return q.Where("(s.class <> ? OR s.department_id IN (?))", ClassConfidential, bun.List(office.CleanIDs(scope.Departments)))
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
		r.Process = process.ProcessRef{ID: p.ProcessID, Code: p.ProcessCode, TitleAZ: p.TitleAZ, TitleEN: p.TitleEN, OwnerID: p.OwnerID}
		r.Period, r.TaskCode, r.TaskAZ, r.TaskEN = p.Period, p.Code, p.TaskAZ, p.TaskEN
		r.OutputNames = append(r.OutputNames, p.Output)
	}
	return out, nil
}

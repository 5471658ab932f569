package programme

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
)

// LastAudit is the latest audit of a process, department or site that was
// reported.
type LastAudit struct {
	Object     string `bun:"object"`
	AuditID    string `bun:"audit_id"`
	Number     string `bun:"number"`
	ReportedAt time.Time
	Grades     map[audit.Grade]int `bun:"-"` // findings; of a department its own
}

// facts is what the figures of all rows come from.
type facts struct {
	today    day.Day
	zone     *time.Location
	last     map[string]LastAudit // by object
	versions map[string][]time.Time
	moves    map[string][]day.Day // of staff into and out of a department
	returned map[string]int       // by process and by department
	gates    map[string]int       // by process
	overdue  map[string]int       // acts, by process and by department
	owners   map[string]string    // department by process and by site
	risks    map[string]int       // how high the heaviest open risk stands, 0 to 3, by process and by department
}

// moveMonths is how far back transfers are read.
const moveMonths = 36

// gather reads everything that priorities come from in eight queries and what
// the register of risks takes, for all processes, departments and sites at
// once.
func (s *Service) gather(ctx context.Context, db bun.IDB) (f facts, err error) {
	f = facts{today: s.KIS.Today(), zone: s.KIS.Zone, last: map[string]LastAudit{}, versions: map[string][]time.Time{}, moves: map[string][]day.Day{},
		returned: map[string]int{}, gates: map[string]int{}, overdue: map[string]int{}, owners: map[string]string{}}
	if err := f.readLast(ctx, db); err != nil {
		return f, err
	}
	if s.Risks != nil {
		if f.risks, err = s.Risks.Ranks(ctx); err != nil {
			return f, err
		}
	}
	var owners []struct {
		ID    string
		Owner string
	}
	if err := db.NewRaw("SELECT id, owner_id AS owner FROM processes UNION ALL SELECT id, department_id AS owner FROM sites").Scan(ctx, &owners); err != nil {
		return f, store.MapError(err, "owners")
	}
	for _, o := range owners {
		f.owners[o.ID] = o.Owner
	}
	var versions []struct {
		ProcessID string
		CreatedAt time.Time
	}
	if err := db.NewRaw("SELECT process_id, created_at FROM process_versions WHERE number > 1").Scan(ctx, &versions); err != nil {
		return f, store.MapError(err, "versions of processes")
	}
	for _, v := range versions {
		f.versions[v.ProcessID] = append(f.versions[v.ProcessID], v.CreatedAt)
	}
	// A move counts where somebody came and where they left; the first department of a person is no move.
	var moves []struct {
		DepartmentID string
		Moved        day.Day
	}
	since := f.today.AddMonths(-moveMonths)
	err = db.NewRaw(`SELECT h.department_id, h.from_day AS moved FROM user_departments h
			WHERE h.from_day >= ?0 AND EXISTS (SELECT 1 FROM user_departments b WHERE b.user_id = h.user_id AND b.from_day < h.from_day)
		UNION ALL SELECT h.department_id, h.to_day AS moved FROM user_departments h WHERE h.to_day IS NOT NULL AND h.to_day >= ?0`, since).Scan(ctx, &moves)
	if err != nil {
		return f, store.MapError(err, "transfers")
	}
	for _, m := range moves {
		f.moves[m.DepartmentID] = append(f.moves[m.DepartmentID], m.Moved)
	}
	return f, f.readTrouble(ctx, db)
}

// readLast reads the last audit of each object with its findings.
func (f *facts) readLast(ctx context.Context, db bun.IDB) error {
	var last []LastAudit
	err := db.NewRaw(`WITH done AS (SELECT a.id, a.number, a.reported_at FROM audits a WHERE a.state IN (?) AND a.reported_at IS NOT NULL),
		looked AS (
			SELECT DISTINCT y.process_id AS object, d.id, d.number, d.reported_at FROM done d JOIN audit_cycles c ON c.audit_id = d.id JOIN cycles y ON y.id = c.cycle_id
			UNION ALL SELECT x.department_id AS object, d.id, d.number, d.reported_at FROM done d JOIN audit_departments x ON x.audit_id = d.id
			UNION ALL SELECT x.site_id AS object, d.id, d.number, d.reported_at FROM done d JOIN audit_sites x ON x.audit_id = d.id)
		SELECT object, id AS audit_id, number, reported_at FROM (SELECT l.*, ROW_NUMBER() OVER (PARTITION BY object ORDER BY reported_at DESC, id DESC) AS place FROM looked l) AS k
		WHERE place = 1`, bun.List([]audit.State{audit.Reported, audit.Closed})).Scan(ctx, &last)
	if err != nil {
		return store.MapError(err, "last audits")
	}
	var ids []string
	for _, l := range last {
		ids = append(ids, l.AuditID)
	}
	var grades []struct {
		AuditID      string
		DepartmentID string
		Grade        audit.Grade
		N            int
	}
	if len(ids) > 0 {
		err = db.NewRaw(`SELECT audit_id, department_id, grade, COUNT(*) AS n FROM findings WHERE audit_id IN (?) AND state NOT IN ('dropped', 'merged')
			GROUP BY audit_id, department_id, grade`, bun.List(ids)).Scan(ctx, &grades)
		if err != nil {
			return store.MapError(err, "findings of last audits")
		}
	}
	var departments []string
	if err := db.NewRaw("SELECT id FROM departments").Scan(ctx, &departments); err != nil {
		return store.MapError(err, "departments")
	}
	is := map[string]bool{}
	for _, d := range departments {
		is[d] = true
	}
	for _, l := range last {
		l.Grades = map[audit.Grade]int{}
		for _, g := range grades {
			if g.AuditID == l.AuditID && (!is[l.Object] || g.DepartmentID == l.Object) {
				l.Grades[g.Grade] += g.N
			}
		}
		f.last[l.Object] = l
	}
	return nil
}

// readTrouble reads what went wrong in the last twelve months. Confidential
// evidence is left out: the figures are shown to people who may not know of it.
func (f *facts) readTrouble(ctx context.Context, db bun.IDB) error {
	year := time.Date(f.today.Year()-1, f.today.Time().Month(), f.today.Time().Day(), 0, 0, 0, 0, f.zone).UTC()
	var returned []struct {
		ProcessID    string
		DepartmentID string
		N            int
	}
	err := db.NewRaw(`SELECT y.process_id, s.department_id, COUNT(*) AS n FROM submissions s JOIN cycles y ON y.id = s.cycle_id
		WHERE s.state = 'returned' AND s.class <> ? AND s.decided_at >= ? GROUP BY y.process_id, s.department_id`, kis.ClassConfidential, year).Scan(ctx, &returned)
	if err != nil {
		return store.MapError(err, "returned evidence")
	}
	for _, r := range returned {
		f.returned[r.ProcessID] += r.N
		f.returned[r.DepartmentID] += r.N
	}
	var gates []struct {
		ProcessID string
		N         int
	}
	err = db.NewRaw(`SELECT y.process_id, SUM(CASE WHEN p.gate = 'waived' AND p.gate_at >= ?0 THEN 1 ELSE 0 END) + SUM(CASE WHEN p.reopened_at >= ?0 THEN 1 ELSE 0 END) AS n
		FROM cycle_phases p JOIN cycles y ON y.id = p.cycle_id WHERE p.gate_at >= ?0 OR p.reopened_at >= ?0 GROUP BY y.process_id`, year).Scan(ctx, &gates)
	if err != nil {
		return store.MapError(err, "gates")
	}
	for _, g := range gates {
		f.gates[g.ProcessID] = g.N
	}
	overdue, err := audit.OverdueActs(ctx, db, f.today)
	for _, o := range overdue {
		f.overdue[o.DepartmentID] += o.N
		f.overdue[o.ProcessID] += o.N
	}
	return err
}

// weightOfGrade is what a finding of a grade counts in the factor Result.
var weightOfGrade = map[audit.Grade]int{audit.Major: 8, audit.Minor: 2, audit.Observation: 1}

// figures gives what was counted for a row.
func (f facts) figures(r Row) map[Factor]int {
	object := r.Object()
	department := r.DepartmentID
	if department == "" {
		department = f.owners[object] // owner of the process, department of the site
	}
	last, audited := f.last[object]
	out := map[Factor]int{Importance: r.Importance, Time: Never}
	since := f.today.AddMonths(-12)
	if audited {
		since = day.Of(last.ReportedAt, f.zone)
		out[Time] = months(since, f.today)
		for g, n := range last.Grades {
			out[Result] += weightOfGrade[g] * n
		}
	}
	for _, at := range f.versions[object] {
		if day.Of(at, f.zone) > since {
			out[Changes] += 2
		}
	}
	for _, d := range f.moves[department] {
		if d > since {
			out[Changes]++
		}
	}
	if r.Kind == Process {
		out[RiskFactor] = f.risks[object] + f.returned[object] + f.gates[object] + f.overdue[object]
	} else {
		out[RiskFactor] = f.risks[department] + f.returned[department] + f.overdue[department]
	}
	return out
}

// months counts the whole months between two days.
func months(from, to day.Day) int {
	n := 0
	for n < 1200 && from.AddMonths(n+1) <= to {
		n++
	}
	return n
}

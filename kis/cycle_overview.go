package kis

import (
	"context"
	"net/url"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// PhaseState is where a phase of a cycle stands, as the overview shows it. It
// is worked out, never stored.
type PhaseState string

// The states of a phase.
const (
	PhasePassed  PhaseState = "passed"  // its gate is confirmed
	PhaseWaived  PhaseState = "waived"  // let through
	PhaseReady   PhaseState = "ready"   // all accepted, the gate is not confirmed yet; for phase 8: all accepted
	PhaseLate    PhaseState = "late"    // past its day and not complete
	PhaseOpen    PhaseState = "open"    // under way
	PhasePlanned PhaseState = "planned" // the cycle has not begun
	PhaseNone    PhaseState = "na"      // nothing in it applies
)

// OverviewFilter narrows the overview; zero fields do not.
type OverviewFilter struct {
	Query        string // words of the code and title of the process
	DepartmentID string // owner
	Period       string
	State        CycleState
	Late         bool     // with a phase past its day
	After        []string // sort key, first day and id of the last line of the page before
	Limit        int      // 50 when 0
}

// ReadOverviewFilter reads the filter out of an address; what is no value of a
// field does not narrow. The page and its sheet take the same.
func ReadOverviewFilter(q url.Values) OverviewFilter {
	f := OverviewFilter{Query: q.Get("q"), DepartmentID: q.Get("department"), Period: q.Get("period"), State: CycleState(q.Get("state")), Late: q.Get("state") == "late"}
	if !store.IsID(f.DepartmentID) {
		f.DepartmentID = ""
	}
	if _, ok := ParsePeriod(f.Period); !ok {
		f.Period = ""
	}
	if !slices.Contains(CycleStates(), f.State) {
		f.State = ""
	}
	return f
}

// OverviewPhase is one cell.
type OverviewPhase struct {
	Phase    string
	State    PhaseState
	Due      day.Day
	Tasks    int // applicable ones
	Accepted int
}

// OverviewLine is one cycle with its phases, 1 to 8.
type OverviewLine struct {
	Cycle    Cycle
	Phases   []OverviewPhase
	Tasks    int
	Accepted int
}

// Overview is a page of all cycles by phases.
type Overview struct {
	Lines       []OverviewLine
	Total       int      // of the filter
	Next        []string // After of the next page; nil at the end
	Periods     []string // there are cycles of, newest first
	Departments []office.Department
	Today       day.Day
}

// overviewMost is how many cycles an export takes.
const overviewMost = 20_000

// Overview lists the cycles of the scope by process, newest period first,
// with all phases: a fixed number of queries, whatever their number.
func (s *Service) Overview(ctx context.Context, f OverviewFilter) (Overview, error) {
	scope, err := office.Allowed(ctx, policies.CycleRead)
	if err != nil {
		return Overview{}, err
	}
	if f.Limit <= 0 || f.Limit > overviewMost {
		f.Limit = 50
	}
	db, out := s.DB.Read(), Overview{Today: s.Today()}
	named, err := s.named(ctx, f.Query)
	if err != nil {
		return Overview{}, err
	}
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery { return f.where(named(cyclesInScope(q, scope)), out.Today) }
	ids, next, err := overviewIDs(ctx, db, f, narrow)
	if err != nil {
		return Overview{}, err
	}
	out.Next = next
	if out.Total, err = overviewTotal(ctx, db, narrow); err != nil {
		return Overview{}, err
	}
	if out.Lines, err = s.overviewLines(ctx, ids, out.Today); err != nil {
		return Overview{}, err
	}
	out.Periods, out.Departments, err = overviewChoices(ctx, db, scope)
	return out, err
}

// Newest gives the n newest cycles of the scope with all phases, those of one
// owner when its id is given; the same states as Overview, a fixed number of
// queries.
func (s *Service) Newest(ctx context.Context, ownerID string, n int) ([]OverviewLine, error) {
	scope, err := office.Allowed(ctx, policies.CycleRead)
	if err != nil {
		return nil, err
	}
	var ids []string
	q := s.DB.Read().NewSelect().TableExpr("cycles AS c").ColumnExpr("c.id").Join("JOIN processes AS p ON p.id = c.process_id").
		OrderExpr("c.period DESC, p.sort_key, c.id").Limit(int64(n))
	if err := (OverviewFilter{DepartmentID: ownerID}).where(cyclesInScope(q, scope), s.Today()).Scan(ctx, &ids); err != nil {
		return nil, store.MapError(err, "newest cycles")
	}
	return s.overviewLines(ctx, ids, s.Today())
}

// OverviewAll gives all lines of a filter, for a sheet.
func (s *Service) OverviewAll(ctx context.Context, f OverviewFilter) (Overview, error) {
	f.After, f.Limit = nil, overviewMost
	return s.Overview(ctx, f)
}

// where adds the filter to a query on cycles c and processes p.
func (f OverviewFilter) where(q *bun.SelectQuery, today day.Day) *bun.SelectQuery {
	if f.DepartmentID != "" {
		q.Where("p.owner_id = ?", f.DepartmentID)
	}
	if f.Period != "" {
		q.Where("c.period = ?", f.Period)
	}
	if f.State != "" {
		q.Where("c.state = ?", f.State)
	}
	if f.Late {
		q.Where(`c.state IN ('running', 'evaluating') AND EXISTS (SELECT 1 FROM cycle_phases x
			WHERE x.cycle_id = c.id AND x.gate NOT IN ('passed', 'waived') AND NOT x.complete AND x.due < ?)`, today)
	}
	return q
}

func overviewIDs(ctx context.Context, db bun.IDB, f OverviewFilter, narrow func(*bun.SelectQuery) *bun.SelectQuery) (ids, next []string, err error) {
	var rows []struct {
		ID, SortKey string
		FirstDay    day.Day
	}
	q := db.NewSelect().Model(&rows).ModelTableExpr("cycles AS c").ColumnExpr("c.id, p.sort_key, c.first_day").Join("JOIN processes AS p ON p.id = c.process_id").
		OrderExpr("p.sort_key, c.first_day DESC, c.id").Limit(int64(f.Limit) + 1)
	narrow(q)
	if len(f.After) == 3 && store.IsID(f.After[2]) {
		key, first, id := f.After[0], f.After[1], f.After[2]
		q.Where("(p.sort_key > ? OR (p.sort_key = ? AND (c.first_day < ? OR (c.first_day = ? AND c.id > ?))))", key, key, first, first, id)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, nil, store.MapError(err, "overview")
	}
	for i, r := range rows {
		if i == f.Limit {
			last := rows[i-1]
			return ids, []string{last.SortKey, string(last.FirstDay), last.ID}, nil
		}
		ids = append(ids, r.ID)
	}
	return ids, nil, nil
}

func overviewTotal(ctx context.Context, db bun.IDB, narrow func(*bun.SelectQuery) *bun.SelectQuery) (n int, err error) {
	q := db.NewSelect().TableExpr("cycles AS c").ColumnExpr("COUNT(*)").Join("JOIN processes AS p ON p.id = c.process_id")
	err = narrow(q).Scan(ctx, &n)
	return n, store.MapError(err, "count cycles")
}

// overviewLines reads cycles with their phases and counts, in the order of
// the ids.
func (s *Service) overviewLines(ctx context.Context, ids []string, today day.Day) ([]OverviewLine, error) {
	cycles, err := s.cyclesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]OverviewLine, 0, len(ids))
	for _, id := range ids {
		c := cycles[id]
		if c == nil {
			continue
		}
		line := OverviewLine{Cycle: c.Cycle}
		for i, p := range c.Phases {
			n := c.counts[i]
			line.Phases = append(line.Phases, OverviewPhase{Phase: p.Phase, State: phaseState(line.Cycle, p, n.tasks, n.accepted, today), Due: p.Due, Tasks: n.tasks, Accepted: n.accepted})
			line.Tasks += n.tasks
			line.Accepted += n.accepted
		}
		out = append(out, line)
	}
	return out, nil
}

// phaseState is where a phase stands with so many of its tasks accepted.
func phaseState(cy Cycle, p CyclePhase, tasks, accepted int, today day.Day) PhaseState {
	switch {
	case p.Gate == GatePassed:
		return PhasePassed
	case p.Gate == GateWaived:
		return PhaseWaived
	case tasks == 0:
		return PhaseNone
	case cy.State == CyclePlanned:
		return PhasePlanned
	case tasks == accepted:
		return PhaseReady
	case late(cy, p, today):
		return PhaseLate
	}
	return PhaseOpen
}

// overviewChoices reads what the filter offers: two queries.
func overviewChoices(ctx context.Context, db bun.IDB, scope policies.Scope) (periods []string, owners []office.Department, err error) {
	q := db.NewSelect().TableExpr("cycles AS c").ColumnExpr("c.period").GroupExpr("c.period, c.first_day").OrderExpr("c.first_day DESC, c.period DESC")
	if err := cyclesInScope(q, scope).Scan(ctx, &periods); err != nil {
		return nil, nil, store.MapError(err, "periods")
	}
	err = db.NewSelect().Model(&owners).Where("d.id IN (SELECT p.owner_id FROM processes p)").OrderExpr("d.sort_key, d.id").Scan(ctx)
	return periods, owners, store.MapError(err, "owners")
}

package kis

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

type cycleRow struct {
	bun.BaseModel `bun:"table:cycles,alias:c"`

	ID              string     `bun:"id,pk"`
	ProcessID       string     `bun:"process_id"`
	VersionID       string     `bun:"version_id"`
	Period          string     `bun:"period"`
	ReferencePeriod string     `bun:"reference_period"`
	State           CycleState `bun:"state"`
	CreatedAt       time.Time  `bun:"created_at"`
	RunningAt       time.Time  `bun:"running_at,nullzero"`
	EvaluatingAt    time.Time  `bun:"evaluating_at,nullzero"`
	ClosedAt        time.Time  `bun:"closed_at,nullzero"`
	Frequency       Frequency  `bun:"frequency"`
	FirstDay        day.Day    `bun:"first_day"` // of the period
	ReleaseDay      day.Day    `bun:"release_day"`
	TemplateID      string     `bun:"template_id,nullzero"`
	CopiedFrom      string     `bun:"copied_from,nullzero"`
	Recurring       bool       `bun:"recurring"`
}

type cyclePhaseRow struct {
	bun.BaseModel `bun:"table:cycle_phases,alias:cp"`

	CycleID    string    `bun:"cycle_id,pk"`
	Phase      string    `bun:"phase,pk"`
	Due        day.Day   `bun:"due"`
	Gate       GateState `bun:"gate"`
	GateAt     time.Time `bun:"gate_at,nullzero"`
	GateBy     string    `bun:"gate_by,nullzero"`
	GateNote   string    `bun:"gate_note"`
	Reopenings int       `bun:"reopenings"`
	ReopenedAt time.Time `bun:"reopened_at,nullzero"`
}

func updateDue(ctx context.Context, tx *store.Tx, id string, due map[string]day.Day) error {
	for phase, d := range due { // at most eight
		if _, err := tx.NewUpdate().Table("cycle_phases").Set("due = ?", d).Where("cycle_id = ? AND phase = ?", id, phase).Exec(ctx); err != nil {
			return store.MapError(err, "set due")
		}
		_, err := tx.NewUpdate().Table("submissions").Set("due = ?", d).
			Where("cycle_id = ? AND activity_id IN (SELECT a.id FROM activities a JOIN cycles c ON c.version_id = a.version_id WHERE c.id = ? AND a.phase = ?)", id, id, phase).Exec(ctx)
		if err != nil {
			return store.MapError(err, "set due of evidence")
		}
	}
	return nil
}

// updateCycleState moves a cycle along an arrow and keeps the time.
func updateCycleState(ctx context.Context, tx *store.Tx, id string, arrow office.Transition[CycleState], at time.Time) error {
	n, err := store.Affected(tx.NewUpdate().Table("cycles").Set("state = ?", arrow.To).
		Set("? = ?", bun.Ident(string(arrow.To)+"_at"), at).Where("id = ? AND state = ?", id, arrow.From).Exec(ctx))
	return store.Moved(n, err, "cycle", string(arrow.From))
}

// lockCycle reads a cycle and holds its row until the unit of work ends, so
// that submissions, decisions and gates of one cycle happen one after another.
func lockCycle(ctx context.Context, tx *store.Tx, id string) (Cycle, error) {
	if !store.IsID(id) {
		return Cycle{}, apperr.Missing("cycle")
	}
	var row cycleRow
	err := store.Lock(tx.NewSelect().Model(&row).Where("c.id = ?", id)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Cycle{}, apperr.Missing("cycle")
	}
	if err != nil {
		return Cycle{}, store.MapError(err, "lock cycle")
	}
	return loadCycle(ctx, tx, id)
}

// lockCycleToChange is lockCycle for a change of the cycle itself or a gate.
func lockCycleToChange(ctx context.Context, tx *store.Tx, id string) (Cycle, error) {
	cy, err := lockCycle(ctx, tx, id)
	if err == nil {
		err = tx.Seen(ctx, "cycle", id)
	}
	return cy, err
}

// cycleID finds the cycle of a process and period, the newest one when the
// period is empty.
func cycleID(ctx context.Context, db bun.IDB, processCode, period string) (id string, err error) {
	q := db.NewSelect().TableExpr("cycles AS c").ColumnExpr("c.id").Join("JOIN processes AS p ON p.id = c.process_id").Where("p.code = ?", processCode).OrderExpr("c.period DESC").Limit(1)
	if period != "" {
		q.Where("c.period = ?", period)
	}
	err = q.Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", apperr.Missing("cycle")
	}
	return id, store.MapError(err, "cycle of a period")
}

// phaseLine is a phase with all that stands above it: cycle, process, owner.
type phaseLine struct {
	cycleRow
	ProcessCode string
	TitleAZ     string `bun:"title_az"`
	TitleEN     string `bun:"title_en"`
	OwnerID     string
	OwnerCode   string
	OwnerNameAZ string `bun:"owner_name_az"`
	OwnerNameEN string `bun:"owner_name_en"`
	Version     int
	Phase       string
	PhaseNameAZ string `bun:"phase_name_az"`
	PhaseNameEN string `bun:"phase_name_en"`
	Applicable  bool
	Due         day.Day
	Gate        GateState
	GateAt      time.Time `bun:",nullzero"`
	GateBy      string    `bun:",nullzero"`
	GateByName  string    `bun:",nullzero"`
	GateNote    string
	Reopenings  int
	ReopenedAt  time.Time `bun:",nullzero"`
	StatementAZ string    `bun:"statement_az,nullzero"`
	StatementEN string    `bun:"statement_en,nullzero"`
}

// phaseLines selects the phases of cycles with everything above them; the
// caller adds conditions and order on c and cp.
func phaseLines(db bun.IDB, out *[]phaseLine) *bun.SelectQuery {
	return db.NewSelect().Model(out).ModelTableExpr("cycles AS c").
		ColumnExpr("c.*, p.code AS process_code, p.title_az, p.title_en, p.owner_id, d.code AS owner_code, d.name_az AS owner_name_az, d.name_en AS owner_name_en").
		ColumnExpr("v.number AS version, cp.phase, a.name_az AS phase_name_az, a.name_en AS phase_name_en, a.applicable").
		ColumnExpr("cp.due, cp.gate, cp.gate_at, cp.gate_by, u.name AS gate_by_name, cp.gate_note, cp.reopenings, cp.reopened_at, g.statement_az, g.statement_en").
		Join("JOIN processes AS p ON p.id = c.process_id").
		Join("JOIN departments AS d ON d.id = p.owner_id").
		Join("JOIN process_versions AS v ON v.id = c.version_id").
		Join("JOIN cycle_phases AS cp ON cp.cycle_id = c.id").
		Join("JOIN activities AS a ON a.version_id = c.version_id AND a.code = cp.phase").
		Join("LEFT JOIN process_gates AS g ON g.version_id = c.version_id AND g.phase = cp.phase").
		Join("LEFT JOIN users AS u ON u.id = cp.gate_by")
}

func (l phaseLine) cycle() Cycle {
	return Cycle{ID: l.ID, Process: process.ProcessRef{ID: l.ProcessID, Code: l.ProcessCode, TitleAZ: l.TitleAZ, TitleEN: l.TitleEN, OwnerID: l.OwnerID},
		Owner:     office.Department{ID: l.OwnerID, Code: l.OwnerCode, NameAZ: l.OwnerNameAZ, NameEN: l.OwnerNameEN, Kind: office.Internal},
		VersionID: l.VersionID, Version: l.Version, Period: l.Period, ReferencePeriod: l.ReferencePeriod, State: l.State,
		CreatedAt: l.CreatedAt, RunningAt: l.RunningAt, EvaluatingAt: l.EvaluatingAt, ClosedAt: l.ClosedAt, ReleaseDay: l.ReleaseDay, Recurring: l.Recurring}
}

func (l phaseLine) phase() CyclePhase {
	return CyclePhase{Phase: l.Phase, NameAZ: l.PhaseNameAZ, NameEN: l.PhaseNameEN, Applicable: l.Applicable, Due: l.Due,
		Gate: l.Gate, GateAt: l.GateAt, GateBy: l.GateBy, GateByName: l.GateByName, GateNote: l.GateNote,
		Reopenings: l.Reopenings, ReopenedAt: l.ReopenedAt, StatementAZ: l.StatementAZ, StatementEN: l.StatementEN}
}

// loadCycle reads one cycle with its phases in one query.
func loadCycle(ctx context.Context, db bun.IDB, id string) (Cycle, error) {
	if !store.IsID(id) {
		return Cycle{}, apperr.Missing("cycle")
	}
	var lines []phaseLine
	if err := phaseLines(db, &lines).Where("c.id = ?", id).OrderExpr("cp.phase").Scan(ctx); err != nil {
		return Cycle{}, store.MapError(err, "cycle")
	}
	if len(lines) == 0 {
		return Cycle{}, apperr.Missing("cycle")
	}
	cy := lines[0].cycle()
	for _, l := range lines {
		cy.Phases = append(cy.Phases, l.phase())
	}
	return cy, nil
}

// listCycles reads the cycles of a scope with how far they are: a query and
// those of summaries.
func (s *Service) listCycles(ctx context.Context, scope policies.Scope, f CycleFilter) (page CyclePage, err error) {
	db := s.DB.Read()
	named, err := s.named(ctx, f.Query)
	if err != nil {
		return page, err
	}
	var rows []struct{ ID, Period, SortKey string }
	q := cyclesInScope(db.NewSelect().TableExpr("cycles AS c"), scope).ColumnExpr("c.id, c.period, p.sort_key").Join("JOIN processes AS p ON p.id = c.process_id").
		OrderExpr("c.period DESC, p.sort_key, c.id")
	named(f.between(q))
	// Titles are compared within the newest periods that fill the page only.
	newest := cyclesInScope(db.NewSelect().TableExpr("cycles AS c"), scope).ColumnExpr("c.period").OrderExpr("c.period DESC").Limit(int64(f.Limit) + 1)
	if len(f.After) == 3 && store.IsID(f.After[2]) {
		q.Where("(c.period < ? OR (c.period = ? AND (p.sort_key, c.id) > (?, ?)))", f.After[0], f.After[0], f.After[1], f.After[2])
		newest.Where("c.period < ?", f.After[0])
	}
	if f.Limit > 0 {
		q.Where("c.period >= COALESCE((SELECT MIN(n.period) FROM (?) AS n), '')", named(f.between(newest))).Limit(int64(f.Limit) + 1)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return CyclePage{}, store.MapError(err, "cycles")
	}
	if f.Limit > 0 && len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		page.Next = []string{last.Period, last.SortKey, last.ID}
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	page.Cycles, err = s.summaries(ctx, ids)
	return page, err
}

// between narrows a query on cycles c to the periods and the state of the
// filter.
func (f CycleFilter) between(q *bun.SelectQuery) *bun.SelectQuery {
	if f.State != "" {
		q.Where("c.state = ?", f.State)
	}
	if p, ok := ParsePeriod(f.From); ok {
		q.Where("c.first_day >= ?", p.First())
	}
	if p, ok := ParsePeriod(f.To); ok {
		q.Where("c.first_day <= ?", p.Last())
	}
	return q
}

// urgentCycles gives open cycles: those in which departments owe evidence the
// soonest, or the newest when there are none: a query and those of summaries.
func (s *Service) urgentCycles(ctx context.Context, scope policies.Scope, departments []string, n int) ([]CycleSummary, error) {
	db := s.DB.Read()
	q := cyclesInScope(db.NewSelect().TableExpr("cycles AS c"), scope).ColumnExpr("c.id").Where("c.state IN ('running', 'evaluating')").OrderExpr("c.period DESC, c.id").Limit(int64(n))
	if len(departments) > 0 {
		first := db.NewSelect().TableExpr("evidence_duties AS e").ColumnExpr("e.cycle_id").Where("e.department_id IN (?)", bun.List(office.CleanIDs(departments))).OrderExpr("e.due, e.cycle_id, e.activity_id").Limit(100)
		q.Where("c.id IN (SELECT d.cycle_id FROM (?) AS d)", first)
	}
	var ids []string
	if err := q.Scan(ctx, &ids); err != nil {
		return nil, store.MapError(err, "open cycles")
	}
	return s.summaries(ctx, ids)
}

// cyclesInScope narrows a query on cycles c: an observer sees what was opened.
func cyclesInScope(q *bun.SelectQuery, scope policies.Scope) *bun.SelectQuery {
	if scope.Any {
		return q
	}
	ids := []string{}
	for _, o := range scope.Objects {
		if o.Kind == "cycle" {
			ids = append(ids, o.ID)
		}
	}
	return q.Where("c.id IN (?)", bun.List(office.CleanIDs(ids)))
}

func cycleChoices(ctx context.Context, db bun.IDB, scope policies.Scope, processID string) (out []CycleChoice, err error) {
	q := db.NewSelect().TableExpr("cycles AS c").ColumnExpr("c.id, c.period, p.code AS process_code, p.title_az, p.title_en").
		Join("JOIN processes AS p ON p.id = c.process_id").Where("p.id IN (?)", bun.List(office.CleanIDs([]string{processID}))).OrderExpr("c.period DESC")
	err = cyclesInScope(q, scope).Scan(ctx, &out)
	return out, store.MapError(err, "periods to choose from")
}

// otherChoices gives the newest cycle of each of the first processes, one more
// than MaxChoices.
func otherChoices(ctx context.Context, db bun.IDB, scope policies.Scope) (out []CycleChoice, err error) {
	newest := cyclesInScope(db.NewSelect().TableExpr("cycles AS c"), scope).ColumnExpr("MAX(c.period)").Where("c.process_id = p.id")
	first := db.NewSelect().TableExpr("processes AS p").ColumnExpr("p.id, p.sort_key, (?) AS period", newest).
		Where("EXISTS (?)", cyclesInScope(db.NewSelect().TableExpr("cycles AS c"), scope).ColumnExpr("1").Where("c.process_id = p.id")).
		OrderExpr("p.sort_key, p.id").Limit(process.MaxChoices + 1)
	err = db.NewSelect().TableExpr("(?) AS f", first).ColumnExpr("c.id, c.period, p.code AS process_code, p.title_az, p.title_en").
		Join("JOIN processes AS p ON p.id = f.id").Join("JOIN cycles AS c ON c.process_id = f.id AND c.period = f.period").
		OrderExpr("f.sort_key, f.id").Scan(ctx, &out)
	return out, store.MapError(err, "processes to choose from")
}

func countWaiting(ctx context.Context, db bun.IDB, cycleID string) (n int, err error) {
	err = db.NewRaw(`SELECT COUNT(*) FROM submissions WHERE cycle_id = ? AND state = 'submitted'`, cycleID).Scan(ctx, &n)
	return n, store.MapError(err, "count evidence in review")
}

func join(codes []string) string { return strings.Join(codes, ", ") }

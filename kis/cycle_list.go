package kis

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
)

// versionFacts are what lists of cycles show of a version of a process, which
// never changes.
type versionFacts struct {
	number int
	phases map[string]versionPhase
}

// versionPhase is a phase as the version describes it.
type versionPhase struct {
	NameAZ      string `bun:"name_az"`
	NameEN      string `bun:"name_en"`
	Applicable  bool
	StatementAZ string `bun:"statement_az"`
	StatementEN string `bun:"statement_en"`
	Tasks       int    // applicable ones
}

func readVersionFacts(ctx context.Context, db bun.IDB, ids []string) (map[string]versionFacts, error) {
	var rows []struct {
		VersionID, Phase string
		Number           int
		versionPhase     `bun:",extend"`
	}
	err := db.NewRaw(`SELECT v.id AS version_id, v.number, a.phase, a.name_az, a.name_en, a.applicable,
		COALESCE(g.statement_az, '') AS statement_az, COALESCE(g.statement_en, '') AS statement_en,
		(SELECT COUNT(*) FROM activities t WHERE t.version_id = v.id AND t.phase = a.phase AND t.level = 'task' AND t.applicable) AS tasks
		FROM process_versions v JOIN activities a ON a.version_id = v.id AND a.code IN ('1', '2', '3', '4', '5', '6', '7', '8')
		LEFT JOIN process_gates g ON g.version_id = v.id AND g.phase = a.phase WHERE v.id IN (?)`, bun.List(ids)).Scan(ctx, &rows)
	out := make(map[string]versionFacts, len(ids))
	for _, r := range rows {
		f, ok := out[r.VersionID]
		if !ok {
			f = versionFacts{r.Number, map[string]versionPhase{}}
			out[r.VersionID] = f
		}
		f.phases[r.Phase] = r.versionPhase
	}
	return out, store.MapError(err, "phases of versions")
}

// phaseCounts are the applicable tasks of a phase, how many of them have
// accepted evidence for all their outputs, and in how many evidence is in
// review. Tasks are counted, not submissions: how much of it is confidential is
// nobody's business.
type phaseCounts struct{ tasks, accepted, waiting int }

// listedCycle is a cycle with its phases, and their counts in the same order.
type listedCycle struct {
	Cycle
	counts []phaseCounts
}

// cyclesByID reads cycles with their phases: two queries, and one for each
// kind of names that is not known.
func (s *Service) cyclesByID(ctx context.Context, ids []string) (map[string]*listedCycle, error) {
	if ids = office.CleanIDs(ids); len(ids) == 0 {
		return nil, nil
	}
	db := s.DB.Read()
	var rows []cycleRow
	if err := db.NewSelect().Model(&rows).Where("c.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, store.MapError(err, "cycles")
	}
	var phases []struct {
		cyclePhaseRow `bun:",extend"`
		Accepted      int
		Waiting       int
	}
	if err := db.NewSelect().Model(&phases).Where("cp.cycle_id IN (?)", bun.List(ids)).OrderExpr("cp.cycle_id, cp.phase").Scan(ctx); err != nil {
		return nil, store.MapError(err, "phases of cycles")
	}
	var versions, processes, owners, people []string
	for _, r := range rows {
		versions, processes = append(versions, r.VersionID), append(processes, r.ProcessID)
	}
	for _, p := range phases {
		if p.GateBy != "" {
			people = append(people, p.GateBy)
		}
	}
	facts, err := s.kept.versions.Many(ctx, s.DB, office.CleanIDs(versions), func(ids []string) (map[string]versionFacts, error) { return readVersionFacts(ctx, db, ids) })
	if err != nil {
		return nil, err
	}
	names := &s.kept.names
	process, err := names.processesOf(ctx, s.DB, office.CleanIDs(processes))
	if err != nil {
		return nil, err
	}
	for _, p := range process {
		owners = append(owners, p.OwnerID)
	}
	department, err := names.DepartmentsOf(ctx, s.DB, office.CleanIDs(owners))
	if err != nil {
		return nil, err
	}
	user, err := names.UsersOf(ctx, s.DB, office.CleanIDs(people))
	if err != nil {
		return nil, err
	}
	out := make(map[string]*listedCycle, len(rows))
	number := make(map[string]versionFacts, len(rows))
	for _, r := range rows {
		p := process[r.ProcessID]
		out[r.ID] = &listedCycle{Cycle: Cycle{ID: r.ID, Process: p, Owner: department[p.OwnerID], VersionID: r.VersionID, Version: facts[r.VersionID].number,
			Period: r.Period, ReferencePeriod: r.ReferencePeriod, State: r.State, CreatedAt: r.CreatedAt, RunningAt: r.RunningAt, EvaluatingAt: r.EvaluatingAt,
			ClosedAt: r.ClosedAt, ReleaseDay: r.ReleaseDay, Recurring: r.Recurring}}
		number[r.ID] = facts[r.VersionID]
	}
	for _, p := range phases {
		c, f := out[p.CycleID], number[p.CycleID].phases[p.Phase]
		c.Phases = append(c.Phases, CyclePhase{Phase: p.Phase, NameAZ: f.NameAZ, NameEN: f.NameEN, Applicable: f.Applicable, Due: p.Due, Gate: p.Gate, GateAt: p.GateAt,
			GateBy: p.GateBy, GateByName: user[p.GateBy], GateNote: p.GateNote, Reopenings: p.Reopenings, ReopenedAt: p.ReopenedAt, StatementAZ: f.StatementAZ, StatementEN: f.StatementEN})
		c.counts = append(c.counts, phaseCounts{f.Tasks, p.Accepted, p.Waiting})
	}
	return out, nil
}

// summaries gives cycles in the order of the ids with how far they are: the
// queries of cyclesByID.
func (s *Service) summaries(ctx context.Context, ids []string) ([]CycleSummary, error) {
	cycles, err := s.cyclesByID(ctx, ids)
	if err != nil || len(cycles) == 0 {
		return nil, err
	}
	out := make([]CycleSummary, 0, len(ids))
	for _, id := range ids {
		c := cycles[id]
		if c == nil {
			continue
		}
		sum := CycleSummary{Cycle: c.Cycle}
		for i, p := range c.Phases {
			sum.Tasks += c.counts[i].tasks
			sum.Accepted += c.counts[i].accepted
			sum.Waiting += c.counts[i].waiting
			if p.Gate != GateNone {
				sum.AllGates++
			}
			if p.closed() {
				sum.Gates++
			}
		}
		out = append(out, sum)
	}
	return out, nil
}

package kis

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// plannedCycle is a cycle about to be stored.
type plannedCycle struct {
	ID         string
	Process    process.ProcessRef
	VersionID  string
	Version    int
	Period     Period
	Reference  string
	Release    day.Day
	TemplateID string
	CopiedFrom string
	Recurring  bool
	Due        map[string]day.Day
}

// insertCycles stores cycles and their phases, planned; a phase has a gate
// where the version has a closing sentence for it. Three statements, whatever
// their number, and an entry in the trail for each.
func insertCycles(ctx context.Context, tx *store.Tx, list []plannedCycle) error {
	rows := make([]cycleRow, len(list))
	versions := make([]string, len(list))
	for i, c := range list {
		rows[i] = cycleRow{ID: c.ID, ProcessID: c.Process.ID, VersionID: c.VersionID, Period: c.Period.String(), ReferencePeriod: c.Reference, State: CyclePlanned,
			CreatedAt: tx.Now, Frequency: c.Period.Frequency, FirstDay: c.Period.First(), ReleaseDay: c.Release, TemplateID: c.TemplateID,
			CopiedFrom: c.CopiedFrom, Recurring: c.Recurring}
		versions[i] = c.VersionID
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return store.MapError(err, "insert cycle")
	}
	var gates []struct{ VersionID, Phase string }
	if err := tx.NewRaw(`SELECT version_id, phase FROM process_gates WHERE version_id IN (?)`, bun.List(versions)).Scan(ctx, &gates); err != nil {
		return store.MapError(err, "gates")
	}
	of := map[string][]string{}
	for _, g := range gates {
		of[g.VersionID] = append(of[g.VersionID], g.Phase)
	}
	var ends []cyclePhaseRow
	for _, c := range list {
		for _, p := range process.Phases {
			r := cyclePhaseRow{CycleID: c.ID, Phase: p, Due: c.Due[p], Gate: GateNone}
			if slices.Contains(of[c.VersionID], p) {
				r.Gate = GateOpen
			}
			ends = append(ends, r)
		}
		after := map[string]any{"period": c.Period.String(), "reference_period": c.Reference, "version": c.Version, "due": c.Due}
		if c.Release != "" {
			after["release"] = c.Release
		}
		if c.Recurring {
			after["recurring"] = true
		}
		tx.Record(store.Change{Action: string(policies.CyclePlan), Kind: "cycle", ID: c.ID, Label: c.Process.Code + " " + c.Period.String(), After: after})
	}
	_, err := tx.NewInsert().Model(&ends).Exec(ctx)
	return store.MapError(err, "insert cycle phases")
}

// lastCycle is the newest earlier cycle of a process with its due days.
type lastCycle struct {
	ID, Period string
	Release    day.Day
	Due        map[string]day.Day
}

// lastCycles reads, for each process, its newest cycle of the frequency that
// begins before a day, in one query.
func lastCycles(ctx context.Context, db bun.IDB, f Frequency, before day.Day) (map[string]lastCycle, error) {
	var rows []struct {
		ProcessID, ID, Period, Phase string
		ReleaseDay, Due              day.Day
	}
	err := db.NewRaw(`SELECT c.process_id, c.id, c.period, c.release_day, cp.phase, cp.due FROM cycles c JOIN cycle_phases cp ON cp.cycle_id = c.id
		WHERE c.frequency = ? AND c.first_day = (SELECT MAX(l.first_day) FROM cycles l WHERE l.process_id = c.process_id AND l.frequency = ? AND l.first_day < ?)`,
		f, f, before).Scan(ctx, &rows)
	out := map[string]lastCycle{}
	for _, r := range rows {
		l, ok := out[r.ProcessID]
		if !ok {
			l = lastCycle{ID: r.ID, Period: r.Period, Release: r.ReleaseDay, Due: map[string]day.Day{}}
		}
		l.Due[r.Phase] = r.Due
		out[r.ProcessID] = l
	}
	return out, store.MapError(err, "last cycles")
}

// batchRow is a process with its description in force and whether it has a
// cycle of the period.
type batchRow struct {
	process.ProcessRow
	OwnerCode   string
	OwnerNameAZ string `bun:"owner_name_az"`
	OwnerNameEN string `bun:"owner_name_en"`
	VersionID   string `bun:",nullzero"`
	Number      int
	Taken       bool
}

func batchRows(ctx context.Context, db bun.IDB, f ProcessFilter, p Period) (rows []batchRow, err error) {
	q := db.NewSelect().Model(&rows).ModelTableExpr("processes AS p").
		ColumnExpr("p.*, d.code AS owner_code, d.name_az AS owner_name_az, d.name_en AS owner_name_en, v.id AS version_id, COALESCE(v.number, 0) AS number").
		ColumnExpr("EXISTS (SELECT 1 FROM cycles c WHERE c.process_id = p.id AND c.period = ?) AS taken", p.String()).
		Join("JOIN departments AS d ON d.id = p.owner_id").
		Join("LEFT JOIN process_versions AS v ON v.process_id = p.id AND v.number = (SELECT MAX(n.number) FROM process_versions n WHERE n.process_id = p.id AND n.effective_from <= ?)", p.Last()).
		OrderExpr("p.sort_key, p.id").Limit(10 * maxBatch)
	if f.OwnerID != "" {
		q.Where("p.owner_id = ?", f.OwnerID)
	}
	if f.IDs != nil {
		q.Where("p.id IN (?)", bun.List(f.IDs))
	}
	return rows, store.MapError(q.Scan(ctx), "processes to plan")
}

// previewCycles is PreviewCycles in a transaction or outside: five queries.
func previewCycles(ctx context.Context, db bun.IDB, country string, in BatchPlan) (BatchPreview, error) {
	p, err := in.check()
	if err != nil {
		return BatchPreview{}, err
	}
	out := BatchPreview{Period: p, Reference: in.ReferencePeriod}
	if out.Template, err = templateFor(ctx, db, in.Template, p.Frequency); err != nil {
		return BatchPreview{}, err
	}
	if out.Template.NeedsRelease() && in.Release == "" && !in.Copy {
		return BatchPreview{}, apperr.InvalidField("release", "kis.template.needs_release")
	}
	cal, err := templateCalendar(ctx, db, country, p.First().AddMonths(-36), p.Last())
	if err != nil {
		return BatchPreview{}, err
	}
	var last map[string]lastCycle
	if in.Copy {
		if last, err = lastCycles(ctx, db, p.Frequency, p.First()); err != nil {
			return BatchPreview{}, err
		}
	}
	if in.Processes.IDs != nil { // none chosen is none, not all
		in.Processes.IDs = append([]string{}, office.CleanIDs(in.Processes.IDs)...)
	}
	rows, err := batchRows(ctx, db, in.Processes, p)
	if err != nil {
		return BatchPreview{}, err
	}
	out.Due = overwrite(out.Template.days(cal, p, in.Release), in.Due)
	for _, r := range rows {
		l := BatchLine{Process: r.Ref(), VersionID: r.VersionID, Version: r.Number, Due: out.Due, Release: in.Release,
			Owner: office.Department{ID: r.OwnerID, Code: r.OwnerCode, NameAZ: r.OwnerNameAZ, NameEN: r.OwnerNameEN, Kind: office.Internal}}
		if !in.Processes.matches(l.Process) {
			continue
		}
		if before, ok := last[r.ID]; ok {
			from, _ := ParsePeriod(before.Period)
			l.CopiedFrom, l.CopiedOf = before.ID, before.Period
			l.Due = overwrite(before.shift(cal, from, p), in.Due)
			if l.Release == "" {
				l.Release = shiftRelease(cal, before.Release, from, p)
			}
		}
		switch {
		case r.Taken:
			l.Problem = "kis.cycle.batch.taken"
		case r.VersionID == "":
			l.Problem = "kis.cycle.batch.no_version"
		}
		out.Lines = append(out.Lines, l)
	}
	if len(out.Lines) > maxBatch {
		return BatchPreview{}, apperr.InvalidField("process", "kis.cycle.batch.too_many", "max", maxBatch)
	}
	all := make([]map[string]ProposedDay, 1, len(out.Lines)+1)
	all[0] = out.Due
	for _, l := range out.Lines {
		all = append(all, l.Due)
	}
	out.Unconfirmed = unconfirmed(cal, all...)
	return out, nil
}

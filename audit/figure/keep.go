package figure

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
)

// Keep brings the figures in line with an act that the transaction has just
// changed; call it after the last change. It does nothing for an act that was
// not issued.
func Keep(ctx context.Context, tx *store.Tx, zone *time.Location, actID string) error {
	if made, err := share(ctx, tx, zone); err != nil || !made {
		if err == nil {
			err = remake(ctx, tx, zone)
		}
		return err
	}
	acts, err := issued(ctx, tx, actID)
	if err != nil || len(acts) == 0 {
		return err
	}
	branches, err := branchesOf(ctx, tx, actID)
	if err != nil {
		return err
	}
	var before []counted
	if err := tx.NewSelect().Model(&before).Where("act_id = ?", actID).Scan(ctx); err != nil {
		return store.MapError(err, "counted act")
	}
	a := acts[0]
	now, change := countedAs(a, branches[actID], zone), sums{}
	if len(before) == 1 {
		was := before[0]
		if was == now {
			return nil
		}
		change.take(a, was, -1)
		if was.State != now.State {
			change.stay(was, was.State, now.Since-was.Since)
		}
	}
	change.take(a, now, 1)
	_, err = tx.NewInsert().Model(&now).On("CONFLICT (act_id) DO UPDATE").
		Set("state = EXCLUDED.state, since = EXCLUDED.since, reopened = EXCLUDED.reopened, causes = EXCLUDED.causes").Exec(ctx)
	if err != nil {
		return store.MapError(err, "count act")
	}
	rows := change.rows()
	_, err = tx.NewInsert().Model(&rows).On("CONFLICT (year, department_id, dimension, key) DO UPDATE").
		Set("acts = f.acts + EXCLUDED.acts, major = f.major + EXCLUDED.major, repeats = f.repeats + EXCLUDED.repeats, open = f.open + EXCLUDED.open, reopened = f.reopened + EXCLUDED.reopened").
		Set("stays = f.stays + EXCLUDED.stays, stayed = f.stayed + EXCLUDED.stayed, longest = CASE WHEN EXCLUDED.longest > f.longest THEN EXCLUDED.longest ELSE f.longest END").Exec(ctx)
	return store.MapError(err, "figures of acts")
}

// zoneOf reads the zone of the figures, holding it with a lock on PostgreSQL.
func zoneOf(ctx context.Context, db bun.IDB, lock string) (zone string, err error) {
	if db.Dialect().Name() != dialect.PG {
		lock = ""
	}
	err = db.NewRaw("SELECT zone FROM act_figures_of "+lock).Scan(ctx, &zone)
	return zone, store.MapError(err, "zone of figures")
}

// share holds the figures as they are made until the transaction ends and says
// whether they are. Nobody makes them anew meanwhile; others change them too.
func share(ctx context.Context, tx *store.Tx, zone *time.Location) (bool, error) {
	made, err := zoneOf(ctx, tx, "")
	if err == nil && made != zone.String() {
		made, err = zoneOf(ctx, tx, "FOR UPDATE") // another may be making them
	} else if err == nil {
		made, err = zoneOf(ctx, tx, "FOR SHARE")
	}
	return made == zone.String(), err
}

// Make makes the figures anew when they were never made, or in another zone.
// For the start of the program, of any number of nodes.
func Make(ctx context.Context, db *store.DB, zone *time.Location) error {
	if made, err := zoneOf(ctx, db.Read(), ""); err != nil || made == zone.String() {
		return err
	}
	return db.Unrecorded(ctx, func(tx *store.Tx) error {
		if made, err := zoneOf(ctx, tx, "FOR UPDATE"); err != nil || made == zone.String() {
			return err
		}
		return remake(ctx, tx, zone)
	})
}

// remake makes the figures anew in a transaction that holds them.
func remake(ctx context.Context, tx *store.Tx, zone *time.Location) error {
	all, marks, err := count(ctx, tx, zone)
	if err != nil {
		return err
	}
	for _, sql := range []string{"DELETE FROM act_counted", "DELETE FROM act_figures"} {
		if _, err := tx.NewRaw(sql).Exec(ctx); err != nil {
			return store.MapError(err, "clear figures")
		}
	}
	if err := store.InsertMany(ctx, tx, marks); err != nil {
		return err
	}
	if err := store.InsertMany(ctx, tx, all.rows()); err != nil {
		return err
	}
	_, err = tx.NewRaw("UPDATE act_figures_of SET zone = ?", zone.String()).Exec(ctx)
	return store.MapError(err, "zone of figures")
}

// count counts all acts: three queries.
func count(ctx context.Context, db bun.IDB, zone *time.Location) (sums, []counted, error) {
	acts, err := issued(ctx, db, "")
	if err != nil {
		return nil, nil, err
	}
	branches, err := branchesOf(ctx, db, "")
	if err != nil {
		return nil, nil, err
	}
	all, marks, of := sums{}, make([]counted, 0, len(acts)), map[string]counted{}
	for _, a := range acts {
		k := countedAs(a, branches[a.ID], zone)
		all.take(a, k, 1)
		marks, of[a.ID] = append(marks, k), k
	}
	return all, marks, stays(ctx, db, func(act, state string, ms int64) {
		if k, ok := of[act]; ok {
			all.stay(k, state, ms)
		}
	})
}

// stays gives each stay that has ended to add.
func stays(ctx context.Context, db bun.IDB, add func(act, state string, ms int64)) error {
	var steps []struct {
		ActID, ToState string
		At             time.Time
	}
	err := db.NewRaw("SELECT act_id, to_state, at FROM act_events WHERE action_id IS NULL AND to_state <> '' ORDER BY act_id, seq").Scan(ctx, &steps)
	if err != nil {
		return store.MapError(err, "steps of acts")
	}
	var act, state string
	var since time.Time
	for _, s := range steps {
		if s.ActID == act && s.ToState == state {
			continue
		}
		if s.ActID == act && state != "draft" { // what comes before the issue is not counted
			add(act, state, s.At.UnixMilli()-since.UnixMilli())
		}
		act, state, since = s.ActID, s.ToState, s.At
	}
	return nil
}

// issued reads issued acts: one, or all.
func issued(ctx context.Context, db bun.IDB, id string) (out []actRow, err error) {
	q := db.NewSelect().TableExpr("acts AS c").
		ColumnExpr("c.id, c.department_id, COALESCE(CAST(y.process_id AS TEXT), '') AS process_id, c.issued_at, c.state, c.state_at, c.grade, c.origin, c.clause, c.gsbpm").
		ColumnExpr("c.repeat_of IS NOT NULL AS repeat, c.reopened > 0 AS reopened, c.cause_method, c.root_cause <> '' AS root_cause").
		Join("LEFT JOIN cycles AS y ON y.id = c.cycle_id").Where("c.issued_at IS NOT NULL")
	if id != "" {
		q.Where("c.id = ?", id)
	}
	return out, store.MapError(q.Scan(ctx, &out), "issued acts")
}

// branchesOf reads the branches of the causes of one act, or of all.
func branchesOf(ctx context.Context, db bun.IDB, id string) (map[string][]string, error) {
	var rows []struct{ ActID, Category string }
	q := db.NewSelect().TableExpr("act_causes AS k").ColumnExpr("k.act_id, k.category").Where("k.category <> ''")
	if id != "" {
		q.Where("k.act_id = ?", id)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "causes of acts")
	}
	out := map[string][]string{}
	for _, r := range rows {
		out[r.ActID] = append(out[r.ActID], r.Category)
	}
	return out, nil
}

// Verify counts everything anew and reports each year and department whose
// figures differ. It gives how many acts it counted. Nobody changes an act
// meanwhile.
func Verify(ctx context.Context, db *store.DB, zone *time.Location, report func(store.Fault)) (n int64, err error) {
	err = db.Unrecorded(ctx, func(tx *store.Tx) error {
		if made, err := zoneOf(ctx, tx, "FOR UPDATE"); err != nil || made != zone.String() {
			return err
		}
		all, marks, err := count(ctx, tx, zone)
		if err != nil {
			return err
		}
		n = int64(len(marks))
		var kept []cell
		if err := tx.NewSelect().Model(&kept).Scan(ctx); err != nil {
			return store.MapError(err, "figures of acts")
		}
		var stood []counted
		if err := tx.NewSelect().Model(&stood).Scan(ctx); err != nil {
			return store.MapError(err, "counted acts")
		}
		differ(all, kept, marks, stood, report)
		return store.ErrNoChange
	})
	return n, err
}

// differ reports what is kept otherwise than it was counted.
func differ(all sums, kept []cell, marks, stood []counted, report func(store.Fault)) {
	wrong := map[key]bool{} // year and department
	for _, k := range kept {
		at := key{k.Year, k.DepartmentID, k.Dimension, k.Key}
		f := all[at]
		if f == nil {
			f = &Figure{Dimension: k.Dimension, Key: k.Key}
		}
		if *f != k.Figure {
			wrong[key{year: k.Year, department: k.DepartmentID}] = true
		}
		delete(all, at)
	}
	for _, r := range all.rows() { // counted and not kept
		wrong[key{year: r.Year, department: r.DepartmentID}] = true
	}
	was := map[string]counted{}
	for _, k := range stood {
		was[k.ActID] = k
	}
	for _, k := range marks {
		if was[k.ActID] != k {
			wrong[key{year: k.Year, department: k.DepartmentID}] = true
		}
		delete(was, k.ActID)
	}
	for _, k := range was {
		wrong[key{year: k.Year, department: k.DepartmentID}] = true
	}
	for at := range wrong {
		report(store.Fault{Where: at.department, Key: "audit.verify.figures", Args: apperr.Pairs("year", at.year)})
	}
}

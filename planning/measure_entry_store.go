package planning

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
)

// entryOf reads the entry of a measure and year with its parts; one without
// an id when there is none.
func entryOf(ctx context.Context, db bun.IDB, measureID string, year int) (MeasureEntry, error) {
	var e MeasureEntry
	err := db.NewSelect().Model(&e).Where("e.measure_id = ? AND e.year = ?", measureID, year).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return MeasureEntry{MeasureID: measureID, Year: year}, nil
	}
	if err != nil {
		return e, store.MapError(err, "measure entry")
	}
	return e, partsOfEntries(ctx, db, []*MeasureEntry{&e})
}

// partsOfEntries reads steps, links and files of entries: four queries.
func partsOfEntries(ctx context.Context, db bun.IDB, list []*MeasureEntry) error {
	at := map[string]*MeasureEntry{}
	var ids []string
	for _, e := range list {
		if e.ID != "" {
			at[e.ID] = e
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var steps []MeasureMilestone
	var links []MeasureLink
	var files []MeasureFile
	for _, read := range []struct {
		model any
		alias string
	}{{&steps, "ms"}, {&links, "ml"}, {&files, "mf"}} {
		err := db.NewSelect().Model(read.model).Where("?.entry_id IN (?)", bun.Ident(read.alias), bun.List(ids)).
			OrderExpr("?.entry_id, ?.position", bun.Ident(read.alias), bun.Ident(read.alias)).Scan(ctx)
		if err != nil {
			return store.MapError(err, "parts of entries")
		}
	}
	var fileIDs []string
	for _, f := range files {
		fileIDs = append(fileIDs, f.FileID)
	}
	known, err := kis.FilesByID(ctx, db, fileIDs)
	if err != nil {
		return err
	}
	for _, m := range steps {
		at[m.EntryID].Milestones = append(at[m.EntryID].Milestones, m)
	}
	for _, l := range links {
		at[l.EntryID].Links = append(at[l.EntryID].Links, l)
	}
	for _, f := range files {
		f.File = known[f.FileID]
		at[f.EntryID].Files = append(at[f.EntryID].Files, f)
	}
	return nil
}

// keepEntry stores an entry whose text or parts have changed. Somebody who
// was first makes it a Conflict.
func keepEntry(ctx context.Context, tx *store.Tx, e *MeasureEntry, old MeasureEntry) error {
	if old.ID == "" {
		e.ID, e.CreatedBy, e.CreatedAt = store.NewID(), tx.Actor.UserID, tx.Now
		e.Version, e.UpdatedBy, e.UpdatedAt = 1, tx.Actor.UserID, tx.Now
		if _, err := tx.NewInsert().Model(e).Exec(ctx); err != nil {
			return store.MapError(err, "insert measure entry")
		}
	} else if err := moveEntry(ctx, tx, e, old); err != nil {
		return err
	}
	for _, part := range []string{"measure_milestones", "measure_links", "measure_files"} {
		if _, err := tx.NewDelete().Table(part).Where("entry_id = ?", e.ID).Exec(ctx); err != nil {
			return store.MapError(err, "clear parts of entry")
		}
	}
	for i := range e.Milestones {
		e.Milestones[i].EntryID = e.ID
	}
	for i := range e.Links {
		e.Links[i].EntryID = e.ID
	}
	for i := range e.Files {
		e.Files[i].EntryID = e.ID
	}
	for _, part := range []struct {
		n     int
		model any
	}{{len(e.Milestones), &e.Milestones}, {len(e.Links), &e.Links}, {len(e.Files), &e.Files}} {
		if part.n == 0 {
			continue
		}
		if _, err := tx.NewInsert().Model(part.model).Exec(ctx); err != nil {
			return store.MapError(err, "insert parts of entry")
		}
	}
	return nil
}

// moveEntry stores the columns of an entry, raising its version, unless it is
// no longer as it was read.
func moveEntry(ctx context.Context, tx *store.Tx, e *MeasureEntry, old MeasureEntry) error {
	e.Version, e.UpdatedBy, e.UpdatedAt = old.Version+1, tx.Actor.UserID, tx.Now
	n, err := store.Affected(tx.NewUpdate().Model(e).ExcludeColumn("id", "measure_id", "year", "created_by", "created_at").
		Where("id = ? AND state = ? AND version = ?", e.ID, old.State, old.Version).Exec(ctx))
	return store.Moved(n, err, kindMeasureEntry, string(old.State))
}

// sameVersion is a Conflict that names who has changed the entry and when,
// unless it is the version that the form was filled from.
func sameVersion(ctx context.Context, db bun.IDB, e MeasureEntry, seen int) error {
	if e.Version == seen {
		return nil
	}
	users, err := office.UsersByID(ctx, db, []string{e.UpdatedBy})
	if err != nil {
		return err
	}
	return apperr.New(apperr.Conflict, "planning.measure.error.changed", "who", users[e.UpdatedBy].Name, "at", e.UpdatedAt)
}

// recordEntry leaves the line in the trail, shown on the page of the measure.
func recordEntry(tx *store.Tx, m Measure, e MeasureEntry, verb string, before, after any, note string) {
	tx.Record(store.Change{Action: "planning:measure:" + verb, Kind: kindMeasureEntry, ID: e.ID, Label: m.Number + ", " + strconv.Itoa(e.Year),
		RootKind: kindMeasure, RootID: m.ID, Before: before, After: after, Note: note})
}

// before is what the trail keeps of an entry as it was; nil for a new one.
func (e MeasureEntry) before() any {
	if e.ID == "" {
		return nil
	}
	return e.facts()
}

package register

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// currentItems reads what registered services say now, by id.
func currentItems(ctx context.Context, db bun.IDB, ids []string) (map[string]Items, error) {
	out := map[string]Items{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct{ ID, Items string }
	err := db.NewRaw(`SELECT es.id, ev.items FROM eservices es JOIN eservice_versions ev ON ev.service_id = es.id AND ev.number = es.version WHERE es.id IN (?)`, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, store.MapError(err, "items of services")
	}
	for _, r := range rows {
		if out[r.ID], err = decode(r.Items); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// flush compares the rows at hand with the register, counts them and, in a
// unit of work, writes them.
func (im *importing) flush(ctx context.Context, db bun.IDB) error {
	batch := im.batch
	im.batch = im.batch[:0]
	var ids []string
	for _, r := range batch {
		if r.known != nil {
			ids = append(ids, r.known.ID)
		}
	}
	old, err := currentItems(ctx, db, ids)
	if err != nil {
		return err
	}
	var fresh, changed []importRow
	for _, r := range batch {
		if r.known == nil {
			im.told(r, RowNew, nil)
			fresh = append(fresh, r)
			continue
		}
		merged := old[r.known.ID] // what a sheet does not hold stays
		for _, f := range im.fields {
			merged = merged.with(f.Clause, r.items.Get(f.Clause))
		}
		differs := Compare(old[r.known.ID], merged)
		if len(differs) == 0 {
			im.told(r, RowSame, nil)
			im.counts.Same++
			continue
		}
		if !im.based(r, old[r.known.ID]) {
			continue
		}
		r.items = merged
		im.told(r, RowChanged, differs)
		changed = append(changed, r)
	}
	im.counts.New += len(fresh)
	im.counts.Changed += len(changed)
	if im.tx == nil {
		return nil
	}
	return im.write(ctx, fresh, changed)
}

// based says whether a change names its basis and day (2.3.23), other than
// those of the change before.
func (im *importing) based(r importRow, old Items) bool {
	if r.items.Get(clauseChangeBasis) == "" || r.items.Get(clauseChangeDay) == "" ||
		(r.items.Get(clauseChangeBasis) == old.Get(clauseChangeBasis) && r.items.Get(clauseChangeDay) == old.Get(clauseChangeDay)) {
		im.fault(r.line, clauseChangeBasis, "register.import.no_basis", "number", r.number)
		return false
	}
	if day.Day(r.items.Get(clauseChangeDay)) > im.today {
		im.fault(r.line, clauseChangeDay, "register.check.not_future")
		return false
	}
	return true
}

func (im *importing) write(ctx context.Context, fresh, changed []importRow) error {
	tx := im.tx
	unnumbered := 0
	for _, r := range fresh {
		if r.number == "" {
			unnumbered++
		}
	}
	year := im.today.Year()
	next := 0
	if unnumbered > 0 {
		// Numbers that the file itself brings are not given out again.
		if n, ok := im.numbers[year]; ok {
			if err := tx.TakenNumber(ctx, "register", year, n); err != nil {
				return err
			}
		}
		var err error
		if next, err = tx.NextNumbers(ctx, "register", year, unnumbered); err != nil {
			return err
		}
	}
	type holderRow struct {
		bun.BaseModel `bun:"table:eservice_holders"`
		ServiceID     string
		FromDay       day.Day
		AgencyID      string
	}
	var entries []Entry
	var vs []Version
	var hs []holderRow
	var list []indexed
	var gone []string
	for i := range fresh {
		r := &fresh[i]
		if r.number == "" {
			r.number = officialNumber("ER", year, next, 5)
			next++
		}
		if r.on == "" {
			r.on = im.today
		}
		sv := Entry{ID: store.NewID(), AgencyID: r.agency.ID, Code: r.number, Number: r.number, State: ServiceRegistered, Version: 1, RegisteredOn: r.on, CreatedAt: tx.Now}
		sv.take(r.items)
		entries = append(entries, sv)
	}
	if len(entries) > 0 {
		if err := insertEntries(ctx, tx, entries); err != nil {
			return err
		}
		for i, sv := range entries {
			r := fresh[i]
			vs = append(vs, newVersion(sv, r.items, "import", "", r.on, tx.Actor.Name, tx.Now))
			hs = append(hs, holderRow{ServiceID: sv.ID, FromDay: r.on, AgencyID: sv.AgencyID})
			list = append(list, indexed{sv, r.items})
		}
		if _, err := tx.NewInsert().Model(&hs).Exec(ctx); err != nil {
			return store.MapError(err, "insert holders")
		}
	}
	for _, r := range changed {
		sv, err := lockService(ctx, tx, r.known.ID)
		if err != nil {
			return err
		}
		sv.Version++
		sv.take(r.items)
		if err := updateEntry(ctx, tx, sv); err != nil {
			return err
		}
		vs = append(vs, newVersion(sv, r.items, "import", "", day.Day(r.items.Get(clauseChangeDay)), tx.Actor.Name, tx.Now))
		tx.Record(store.Change{Action: string(policies.RegisterImport), Kind: kindService, ID: sv.ID, Label: sv.Number, Note: r.items.Get(clauseChangeBasis), After: map[string]any{"cause": "import", "version": sv.Version, "name": sv.NameAZ, "sha256": vs[len(vs)-1].SHA256}})
		gone = append(gone, sv.ID)
		list = append(list, indexed{sv, r.items})
	}
	if len(gone) > 0 {
		if err := unindex(ctx, tx, gone); err != nil {
			return err
		}
	}
	if err := insertAll(ctx, tx, vs); err != nil {
		return err
	}
	if im.counts.New <= maxProposed {
		return im.s.index(ctx, tx, list)
	}
	im.found = append(im.found, list...)
	if len(im.found) < indexBatch {
		return nil
	}
	return im.findable(ctx)
}

// findable indexes the services that wait for it: many at once, so that each
// page of the index is written once for them all.
func (im *importing) findable(ctx context.Context) error {
	list := im.found
	im.found = im.found[:0]
	return insertIndex(ctx, im.tx, list)
}

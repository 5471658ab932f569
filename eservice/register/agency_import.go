package register

import (
	"context"
	"iter"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/internal/table"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Columns of a sheet of bodies before the items of 2.5.
var agencyColumns = []string{"code", "name_az", "name_en", "section", "from", "basis"}

// AgencyColumns is the header of a sheet of bodies, for import and export.
func AgencyColumns() []string {
	out := append([]string(nil), agencyColumns...)
	for _, f := range contactTable() {
		out = append(out, f.Clause)
	}
	return out
}

// ImportAgencies enters bodies from a sheet, all of them or none, or changes
// their section 2.5. A row with a code that is not known is a new body and
// names its basis; of a known one the name and the section are only compared:
// they change by an act, on the page of the body.
func (s *Service) ImportAgencies(ctx context.Context, in ImportRequest) (res ImportResult, err error) {
	if _, err := office.Allowed(ctx, policies.AgencyChange); err != nil {
		return res, err
	}
	im := &agencyImport{today: s.KIS.Today(), known: map[string]Agency{}, seen: map[string]int{}}
	im.csv = !table.IsWorkbook(in.File)
	if err := im.load(ctx, s.DB.Read()); err != nil {
		return res, err
	}
	err = table.Stream(in.File, in.Size, table.Limits{Rows: 20_000}, AgencyColumns(), func(r table.Row) error {
		o, good := im.row(r)
		if good && in.Each != nil {
			in.Each(o)
		}
		if im.check.Count() >= maxFaults {
			return im.check.Err()
		}
		return nil
	})
	if err == nil {
		err = im.check.Err()
	}
	if err != nil {
		return ImportResult{}, err
	}
	if im.counts.Agencies = len(im.seen); in.DryRun || len(im.fresh)+len(im.changed) == 0 {
		return im.counts, nil
	}
	return im.counts, s.DB.Write(ctx, func(tx *store.Tx) error { return im.write(ctx, tx) })
}

// agencyImport is one reading of a sheet of bodies.
type agencyImport struct {
	csv     bool // texts were guarded against formulas
	today   day.Day
	known   map[string]Agency
	seen    map[string]int // code to line
	fresh   []newAgencyRow
	changed []Agency // with the contact of the sheet
	counts  ImportResult
	check   apperr.Check
}

type newAgencyRow struct {
	NewAgency
	contact Items
}

func (im *agencyImport) load(ctx context.Context, db bun.IDB) error {
	var list []Agency
	if err := db.NewSelect().Model(&list).Scan(ctx); err != nil {
		return store.MapError(err, "agencies")
	}
	for _, a := range list {
		if err := a.unpack(); err != nil {
			return err
		}
		im.known[a.Code] = a
	}
	return nil
}

// row reads one body and says what becomes of it; good is false when something
// is wrong with it.
func (im *agencyImport) row(r table.Row) (o RowOutcome, good bool) {
	before := im.check.Count()
	get := func(column string) string {
		if im.csv {
			return table.Unguard(r.Get(column))
		}
		return r.Get(column)
	}
	n := NewAgency{Code: get("code"), NameAZ: get("name_az"), NameEN: get("name_en"), Section: AgencySection(get("section")), Basis: get("basis")}
	if first, twice := im.seen[n.Code]; twice {
		im.check.AddRow(r.Line, "code", "register.import.agency_twice", "code", i18n.Shorten(n.Code, 20), "row", first)
		return o, false
	}
	im.seen[n.Code] = r.Line
	if text := get("from"); text != "" {
		d, ok := day.Parse(text)
		if n.From = d; !ok || d > im.today {
			im.check.AddRow(r.Line, "from", "error.field.date")
		}
	}
	contact := im.contact(r, get)
	old, there := im.known[n.Code]
	o = RowOutcome{Line: r.Line, Code: n.Code, Name: n.NameAZ}
	if there {
		im.compare(r.Line, n, old)
	} else {
		var c apperr.Check
		n.check(&c)
		if err := c.Err(); err != nil {
			for _, f := range apperr.As(err).Fields {
				im.check.AddRow(r.Line, f.Name, f.Key, apperr.Flat(f.Args)...)
			}
		}
	}
	if im.check.Count() > before {
		return o, false
	}
	switch {
	case !there:
		o.Outcome = RowNew
		im.fresh = append(im.fresh, newAgencyRow{n, contact})
		im.counts.New++
	case im.differs(&o, old.Contact, contact):
		o.Outcome = RowChanged
		old.Contact = contact
		im.changed = append(im.changed, old)
		im.counts.Changed++
	default:
		o.Outcome = RowSame
		im.counts.Same++
	}
	return o, true
}

// contact reads the items of 2.5 of a row.
func (im *agencyImport) contact(r table.Row, get func(string) string) Items {
	out := Items{}
	for _, f := range contactTable() {
		fault := func(key string, args ...any) { im.check.AddRow(r.Line, f.Clause, key, args...) }
		v := f.read(strings.ReplaceAll(get(f.Clause), "\r\n", "\n"), nil, im.today, fault)
		switch {
		case v == "":
			continue
		case f.Clause == "2.5.2c" && !apperr.WebAddress(v):
			fault("register.field.web")
		case f.Clause == "2.5.2d" && !mailAddress.MatchString(v):
			fault("register.field.mail")
		}
		out[f.Clause] = v
	}
	return out
}

// compare refuses what a sheet cannot change of a body that is known.
func (im *agencyImport) compare(line int, n NewAgency, old Agency) {
	if old.ToDay != "" {
		im.check.AddRow(line, "code", "register.agency.gone", "date", old.ToDay.Format())
	}
	if n.NameAZ != old.NameAZ {
		im.check.AddRow(line, "name_az", "register.import.agency_name", "name", i18n.Shorten(old.NameAZ, 60))
	}
	if n.NameEN != "" && n.NameEN != old.NameEN {
		im.check.AddRow(line, "name_en", "register.import.agency_name", "name", i18n.Shorten(old.NameEN, 60))
	}
	if n.Section != old.Section {
		im.check.AddRow(line, "section", "register.import.agency_section", "section", string(old.Section))
	}
}

// differs notes the items that differ.
func (im *agencyImport) differs(o *RowOutcome, before, after Items) bool {
	for _, f := range contactTable() {
		if before.Get(f.Clause) != after.Get(f.Clause) {
			o.Clauses = append(o.Clauses, f.Clause)
		}
	}
	return len(o.Clauses) > 0
}

// write enters the new bodies and changes the others, each with its entry in
// the trail. A body that was changed since it was compared is a Conflict.
func (im *agencyImport) write(ctx context.Context, tx *store.Tx) error {
	for _, n := range im.fresh {
		a := n.make(tx.Now)
		a.Contact = n.contact
		a.ContactText, _ = n.contact.encode()
		if _, err := tx.NewInsert().Model(&a).Exec(ctx); err != nil {
			return store.MapError(err, "insert agency")
		}
		if err := addAgencyEvent(ctx, tx, a, AgencyEvent{Kind: "created", Day: max(n.From, codesFrom), Basis: n.Basis}, nil, a); err != nil {
			return err
		}
	}
	for _, a := range im.changed {
		now, err := lockAgency(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		a.ContactText, _ = a.Contact.encode()
		a.Revision++
		if err := updateAgency(ctx, tx, a, "contact", "revision"); err != nil {
			return err
		}
		tx.Record(store.Change{Action: string(policies.AgencyEdit), Kind: kindAgency, ID: a.ID, Label: a.Code, Before: now.Contact, After: a.Contact})
	}
	return nil
}

// ExportAgencies gives the bodies of today that the actor may see as rows of a
// sheet.
func (s *Service) ExportAgencies(ctx context.Context) (iter.Seq2[[]string, error], error) {
	sc, err := office.Allowed(ctx, policies.AgencyRead)
	if err != nil {
		return nil, err
	}
	return func(yield func([]string, error) bool) {
		for last := (Agency{}); ; {
			var page []Agency
			q := inScope(s.DB.Read().NewSelect().Model(&page).Where("ag.to_day = ''"), sc, "ag.id").OrderExpr("ag.sort_key, ag.id").Limit(500)
			if last.ID != "" {
				q.Where("(ag.sort_key, ag.id) > (?, ?)", last.SortKey, last.ID)
			}
			if err := q.Scan(ctx); err != nil {
				yield(nil, store.MapError(err, "agencies"))
				return
			}
			for _, a := range page {
				if err := a.unpack(); err != nil {
					yield(nil, err)
					return
				}
				row := []string{a.Code, a.NameAZ, a.NameEN, string(a.Section), string(a.FromDay), ""}
				for _, f := range contactTable() {
					row = append(row, a.Contact.Get(f.Clause))
				}
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < 500 {
				return
			}
			last = page[len(page)-1]
		}
	}, nil
}

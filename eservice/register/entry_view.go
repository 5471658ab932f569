package register

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Described is what the register says of a service now, ready to be shown:
// with the body, its units and the words of codes.
type Described struct {
	Entry

	Items    Items
	Agency   Agency
	Unit     *Unit // 2.3.4, when it is a unit
	Partners []Partner
	Files    []kis.File // 2.3.16
	Usage    []Usage    // 2.3.24, newest first
	Codes    Codes
}

// Partner is a body that takes part in a service (2.3.5), with its unit in
// words.
type Partner struct {
	Agency Agency
	Unit   string
}

// Public gives a registered service by its number to anybody: items only, and
// nothing of applications.
func (s *Service) Public(ctx context.Context, number string) (Described, error) {
	db := s.DB.Read()
	var sv Entry
	if err := db.NewSelect().Model(&sv).Where("es.number = ? AND es.state = ?", number, ServiceRegistered).Scan(ctx); err != nil {
		return Described{}, store.MapError(err, "service")
	}
	return describe(ctx, db, sv)
}

// PublicFile gives a sample of a document of a registered service to anybody.
func (s *Service) PublicFile(ctx context.Context, number, fileID string) (kis.File, error) {
	d, err := s.Public(ctx, number)
	if err != nil {
		return kis.File{}, err
	}
	if i := slices.IndexFunc(d.Files, func(f kis.File) bool { return f.ID == fileID }); i >= 0 {
		return d.Files[i], nil
	}
	return kis.File{}, apperr.Missing("file")
}

// describe reads what a service says now. Six queries.
func describe(ctx context.Context, db bun.IDB, sv Entry) (Described, error) {
	d := Described{Entry: sv}
	var err error
	if d.Items, err = itemsOf(ctx, db, sv.ID, sv.Version); err != nil {
		return d, err
	}
	if d.Codes, err = loadCodes(ctx, db); err != nil {
		return d, err
	}
	if d.Agency, d.Unit, d.Partners, err = providers(ctx, db, sv.AgencyID, d.Items); err != nil {
		return d, err
	}
	if d.Files, err = filesOf(ctx, db, d.Items); err != nil {
		return d, err
	}
	d.Usage, err = usages(ctx, db, sv.ID)
	return d, err
}

// providers resolves 2.3.4 and 2.3.5.
func providers(ctx context.Context, db bun.IDB, agencyID string, items Items) (a Agency, unit *Unit, partners []Partner, err error) {
	var list []Agency
	codes := []string{""}
	rest := map[string]string{}
	for _, line := range items.Lines(clausePartners) {
		code, words := cutPartner(line)
		codes, rest[code] = append(codes, code), words
	}
	if err = db.NewSelect().Model(&list).Where("ag.id = ? OR ag.code IN (?)", agencyID, bun.List(codes)).OrderExpr("ag.sort_key").Scan(ctx); err != nil {
		return a, nil, nil, store.MapError(err, "bodies of a service")
	}
	for _, x := range list {
		if err = x.unpack(); err != nil {
			return a, nil, nil, err
		}
		if x.ID == agencyID {
			a = x
		} else {
			partners = append(partners, Partner{x, rest[x.Code]})
		}
	}
	if code := items.Get(clauseUnit); code != "" {
		var found []Unit
		if err = db.NewSelect().Model(&found).Where("au.code = ?", code).Limit(1).Scan(ctx); err != nil {
			return a, nil, nil, store.MapError(err, "unit of a service")
		}
		if len(found) == 1 {
			unit = &found[0]
			unit.Contact, err = decode(unit.ContactText)
		}
	}
	return a, unit, partners, err
}

// filesOf gives the samples of 2.3.16 in their order.
func filesOf(ctx context.Context, db bun.IDB, items Items) ([]kis.File, error) {
	ids := items.Lines(clauseSamples)
	found, err := kis.FilesByID(ctx, db, ids)
	var out []kis.File
	for _, id := range ids {
		if f, ok := found[id]; ok {
			out = append(out, f)
		}
	}
	return out, err
}

// EntryView is a service as the register shows it to who may see it.
type EntryView struct {
	Described

	Versions     []Version // newest first, with items
	Holders      []Holder  // whose it was, newest first
	Applications []Application
	Pairs        []PairView
	MayFill      bool   // change, removal, use
	Open         string // number of the application under way
}

// Holder is whose service it was from a day.
type Holder struct {
	From   day.Day
	Agency Agency
}

// Entry gives a service with its history; of another body it is not found.
func (s *Service) Entry(ctx context.Context, id string) (EntryView, error) {
	sc, err := office.Allowed(ctx, policies.RegisterRead)
	if err != nil {
		return EntryView{}, err
	}
	if !store.IsID(id) {
		return EntryView{}, apperr.Missing(kindService)
	}
	db := s.DB.Read()
	var sv Entry
	q := db.NewSelect().Model(&sv).Where("es.id = ? AND es.state <> ?", id, ServiceAssessed)
	if err := inScope(q, sc, "es.agency_id").Scan(ctx); err != nil {
		return EntryView{}, store.MapError(err, "service")
	}
	v := EntryView{}
	if v.Described, err = describe(ctx, db, sv); err != nil {
		return v, err
	}
	if v.Versions, err = versions(ctx, db, sv.ID); err != nil {
		return v, err
	}
	if v.Holders, err = holders(ctx, db, sv.ID); err != nil {
		return v, err
	}
	if err := db.NewSelect().Model(&v.Applications).Where("ra.service_id = ?", sv.ID).OrderExpr("ra.created_at DESC").Limit(100).Scan(ctx); err != nil {
		return v, store.MapError(err, "applications of a service")
	}
	for _, a := range v.Applications {
		if a.Open() {
			v.Open = a.Number
		}
	}
	v.MayFill = policies.For(actor.From(ctx), policies.RegisterFill).Agency(sv.AgencyID)
	if policies.Can(actor.From(ctx), policies.DuplicateDecide) {
		var list []Pair
		if err := db.NewSelect().Model(&list).Where("ep.one_id = ?0 OR ep.other_id = ?0", sv.ID).OrderExpr("ep.likeness DESC").Limit(20).Scan(ctx); err != nil {
			return v, store.MapError(err, "pairs of a service")
		}
		v.Pairs, err = pairViews(ctx, db, list)
	}
	return v, err
}

func versions(ctx context.Context, db bun.IDB, serviceID string) (out []Version, err error) {
	if err = db.NewSelect().Model(&out).Where("ev.service_id = ?", serviceID).OrderExpr("ev.number DESC").Limit(200).Scan(ctx); err != nil {
		return nil, store.MapError(err, "versions of a service")
	}
	for i := range out {
		if out[i].Items, err = decode(out[i].ItemsText); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func holders(ctx context.Context, db bun.IDB, serviceID string) ([]Holder, error) {
	var rows []struct {
		FromDay  day.Day
		AgencyID string
	}
	if err := db.NewRaw("SELECT from_day, agency_id FROM eservice_holders WHERE service_id = ? ORDER BY from_day DESC", serviceID).Scan(ctx, &rows); err != nil {
		return nil, store.MapError(err, "holders of a service")
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.AgencyID)
	}
	found, err := agenciesByID(ctx, db, ids)
	out := make([]Holder, len(rows))
	for i, r := range rows {
		out[i] = Holder{r.FromDay, found[r.AgencyID]}
	}
	return out, err
}

// EntryFile gives a sample of any version of a service that the actor may see.
func (s *Service) EntryFile(ctx context.Context, id, fileID string) (kis.File, error) {
	v, err := s.Entry(ctx, id)
	if err != nil {
		return kis.File{}, err
	}
	if !slices.ContainsFunc(v.Versions, func(x Version) bool { return x.Items.Has(clauseSamples, fileID) }) {
		return kis.File{}, apperr.Missing("file")
	}
	return oneFile(ctx, s.DB.Read(), fileID)
}

func oneFile(ctx context.Context, db bun.IDB, id string) (kis.File, error) {
	found, err := kis.FilesByID(ctx, db, []string{id})
	if err != nil {
		return kis.File{}, err
	}
	f, ok := found[id]
	if !ok {
		return f, apperr.Missing("file")
	}
	return f, nil
}

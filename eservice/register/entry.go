package register

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
)

// Entry is a service of the register.
type Entry struct {
	bun.BaseModel `bun:"table:eservices,alias:es"`

	ID           string       `bun:"id,pk"`
	AgencyID     string       `bun:"agency_id"` // today; of the past see AgencyAt
	Code         string       `bun:"code"`      // by which assessments call it: the number, unless it was assessed before
	Number       string       `bun:"number,nullzero"`
	State        ServiceState `bun:"state"`
	Version      int          `bun:"version"`
	RegisteredOn day.Day      `bun:"registered_on"` // 2.3.3
	ArchivedOn   day.Day      `bun:"archived_on"`
	Level        string       `bun:"level"` // 2.3.21
	NameAZ       string       `bun:"name_az"`
	NameEN       string       `bun:"name_en"`
	SearchKey    string       `bun:"search_key"`
	SortKey      string       `bun:"sort_key"`
	TitleKey     string       `bun:"title_key"`
	CreatedAt    time.Time    `bun:"created_at"`
}

// Version is what the register said of a service from a day on.
type Version struct {
	bun.BaseModel `bun:"table:eservice_versions,alias:ev"`

	ServiceID     string    `bun:"service_id,pk"`
	Number        int       `bun:"number,pk"`
	AgencyID      string    `bun:"agency_id"`
	ItemsText     string    `bun:"items"`
	SHA256        string    `bun:"sha256"`
	Cause         string    `bun:"cause"` // new, change, removal, import, transfer
	ApplicationID string    `bun:"application_id,nullzero"`
	Day           day.Day   `bun:"day"`
	Actor         string    `bun:"actor"`
	At            time.Time `bun:"at"`

	Items Items `bun:"-"`
}

func newVersion(sv Entry, items Items, cause, applicationID string, on day.Day, actor string, at time.Time) Version {
	v := Version{ServiceID: sv.ID, Number: sv.Version, AgencyID: sv.AgencyID, Cause: cause, ApplicationID: applicationID, Day: on, Actor: actor, At: at, Items: items}
	v.ItemsText, v.SHA256 = items.encode()
	return v
}

// lockService reads a service inside a change and holds it.
func lockService(ctx context.Context, tx *store.Tx, id string) (Entry, error) {
	var sv Entry
	if !store.IsID(id) {
		return sv, apperr.Missing(kindService)
	}
	if err := store.Lock(tx.NewSelect().Model(&sv).Where("es.id = ?", id)).Scan(ctx); err != nil {
		return sv, store.MapError(err, "service")
	}
	return sv, tx.Seen(ctx, kindService, sv.ID)
}

// itemsOf reads a version of a service.
func itemsOf(ctx context.Context, db bun.IDB, serviceID string, version int) (Items, error) {
	var text string
	if err := db.NewRaw("SELECT items FROM eservice_versions WHERE service_id = ? AND number = ?", serviceID, version).Scan(ctx, &text); err != nil {
		return nil, store.MapError(err, "version of a service")
	}
	return decode(text)
}

// nextRegisterNumber takes the number of a service: once, by the program, never
// again (2.4).
func nextRegisterNumber(ctx context.Context, tx *store.Tx, year int) (string, error) {
	n, err := tx.NextNumber(ctx, "register", year)
	return officialNumber("ER", year, n, 5), err
}

// enter carries out what an application asks for, inside its last step.
func (s *Service) enter(ctx context.Context, tx *store.Tx, a *Application) (Entry, error) {
	today := s.KIS.Today()
	if a.Kind == KindNew {
		return s.enterNew(ctx, tx, a, today)
	}
	sv, err := lockService(ctx, tx, a.ServiceID)
	if err != nil {
		return sv, err
	}
	if sv.State != ServiceRegistered {
		return sv, apperr.New(apperr.Conflict, "register.service.not_registered")
	}
	items := a.Items
	if a.Kind == KindRemoval {
		if items, err = itemsOf(ctx, tx, sv.ID, sv.Version); err != nil {
			return sv, err
		}
		for _, clause := range []string{clauseRepealBasis, clauseRepealDay, clauseGround} {
			items = items.with(clause, a.Items.Get(clause))
		}
		sv.State, sv.ArchivedOn = ServiceArchived, today
	}
	sv.Version++
	sv.take(items)
	if err := updateEntry(ctx, tx, sv); err != nil {
		return sv, err
	}
	v := newVersion(sv, items, string(a.Kind), a.ID, today, tx.Actor.Name, tx.Now)
	if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
		return sv, store.MapError(err, "insert version")
	}
	s.recordEntry(tx, sv, v, string(a.Kind))
	if err := unindex(ctx, tx, []string{sv.ID}); err != nil {
		return sv, err
	}
	if sv.State == ServiceArchived {
		_, err := tx.NewRaw("DELETE FROM eservice_pairs WHERE state = 'open' AND (one_id = ?0 OR other_id = ?0)", sv.ID).Exec(ctx)
		return sv, store.MapError(err, "pairs of an archived service")
	}
	return sv, s.index(ctx, tx, []indexed{{sv, items}})
}

func (s *Service) enterNew(ctx context.Context, tx *store.Tx, a *Application, today day.Day) (Entry, error) {
	number, err := nextRegisterNumber(ctx, tx, today.Year())
	if err != nil {
		return Entry{}, err
	}
	sv := Entry{ID: store.NewID(), AgencyID: a.AgencyID, Code: number, Number: number, State: ServiceRegistered, Version: 1, RegisteredOn: today, CreatedAt: tx.Now}
	sv.take(a.Items)
	list := []Entry{sv}
	if err := insertEntries(ctx, tx, list); err != nil {
		return sv, err
	}
	sv = list[0]
	a.ServiceID = sv.ID
	v := newVersion(sv, a.Items, "new", a.ID, today, tx.Actor.Name, tx.Now)
	if _, err := tx.NewInsert().Model(&v).Exec(ctx); err != nil {
		return sv, store.MapError(err, "insert version")
	}
	if _, err := tx.NewRaw("INSERT INTO eservice_holders (service_id, from_day, agency_id) VALUES (?, ?, ?)", sv.ID, today, sv.AgencyID).Exec(ctx); err != nil {
		return sv, store.MapError(err, "insert holder")
	}
	s.recordEntry(tx, sv, v, "new")
	return sv, s.index(ctx, tx, []indexed{{sv, a.Items}})
}

// insertEntries enters new services. One that is known by its assessments
// already, of the same body and name, keeps its id and the code by which they
// call it; list is changed to what was stored.
func insertEntries(ctx context.Context, tx *store.Tx, list []Entry) error {
	agencies, names := []string{}, []string{}
	for _, sv := range list {
		agencies, names = append(agencies, sv.AgencyID), append(names, sv.NameAZ)
	}
	var known []Entry
	if err := tx.NewSelect().Model(&known).Where("es.state = ? AND es.agency_id IN (?) AND es.name_az IN (?)", ServiceAssessed, bun.List(agencies), bun.List(names)).
		OrderExpr("es.code").Scan(ctx); err != nil {
		return store.MapError(err, "assessed services")
	}
	of := map[[2]string]Entry{}
	for _, k := range known {
		if _, twice := of[[2]string{k.AgencyID, k.NameAZ}]; !twice {
			of[[2]string{k.AgencyID, k.NameAZ}] = k
		}
	}
	var fresh []Entry
	for i, sv := range list {
		k, ok := of[[2]string{sv.AgencyID, sv.NameAZ}]
		if !ok {
			fresh = append(fresh, sv)
			continue
		}
		delete(of, [2]string{sv.AgencyID, sv.NameAZ})
		list[i].ID, list[i].Code, list[i].NameEN, list[i].CreatedAt = k.ID, k.Code, k.NameEN, k.CreatedAt
		if _, err := tx.NewUpdate().Model(&list[i]).WherePK().Exec(ctx); err != nil {
			return store.MapError(err, "enter an assessed service")
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&fresh).Exec(ctx)
	return store.MapError(err, "insert services")
}

// take puts what lists need of the items into the columns of the service.
func (sv *Entry) take(items Items) {
	sv.NameAZ, sv.NameEN = items.Get(clauseName), items.Get(clauseName) // the register is kept in the state language (1.6)
	sv.Level = items.Get(clauseLevel)
	sv.SortKey = i18n.SortKey(sv.NameAZ)
	sv.TitleKey = titleKey(sv.NameAZ)
	sv.SearchKey = searchKey(*sv, items)
}

func updateEntry(ctx context.Context, tx *store.Tx, sv Entry) error {
	n, err := store.Affected(tx.NewUpdate().Model(&sv).Column("state", "version", "archived_on", "level", "name_az", "name_en", "search_key", "sort_key", "title_key").
		Where("id = ? AND version = ?", sv.ID, sv.Version-1).Exec(ctx))
	return store.Moved(n, err, kindService, "")
}

func (s *Service) recordEntry(tx *store.Tx, sv Entry, v Version, cause string) {
	tx.Record(store.Change{Action: "eservice:register:enter", Kind: kindService, ID: sv.ID, Label: sv.Number,
		After: map[string]any{"cause": cause, "version": sv.Version, "name": sv.NameAZ, "state": sv.State, "sha256": v.SHA256}})
}

// AgencyAt gives the id of the body whose service it was on a day; empty for a
// day before it was registered.
func (s *Service) AgencyAt(ctx context.Context, serviceID string, on day.Day) (agencyID string, err error) {
	if !store.IsID(serviceID) {
		return "", apperr.Missing(kindService)
	}
	var ids []string
	err = s.DB.Read().NewRaw("SELECT agency_id FROM eservice_holders WHERE service_id = ? AND from_day <= ? ORDER BY from_day DESC LIMIT 1", serviceID, on).Scan(ctx, &ids)
	if len(ids) == 1 {
		agencyID = ids[0]
	}
	return agencyID, store.MapError(err, "holder of a service")
}

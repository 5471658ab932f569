package register

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

func (a *Agency) unpack() (err error) {
	a.Contact, err = decode(a.ContactText)
	return err
}

// lockAgency reads a body inside a change and holds it.
func lockAgency(ctx context.Context, tx *store.Tx, id string) (Agency, error) {
	var a Agency
	if !store.IsID(id) {
		return a, apperr.Missing(kindAgency)
	}
	if err := store.Lock(tx.NewSelect().Model(&a).Where("ag.id = ?", id)).Scan(ctx); err != nil {
		return a, store.MapError(err, "agency")
	}
	if err := tx.Seen(ctx, kindAgency, a.ID); err != nil {
		return a, err
	}
	return a, a.unpack()
}

func agencyByCode(ctx context.Context, db bun.IDB, code string) (Agency, error) {
	var a Agency
	if err := db.NewSelect().Model(&a).Where("ag.code = ?", code).Scan(ctx); err != nil {
		return a, store.MapError(err, "agency")
	}
	return a, a.unpack()
}

// agenciesByID gives bodies by id.
func agenciesByID(ctx context.Context, db bun.IDB, ids []string) (map[string]Agency, error) {
	out := map[string]Agency{}
	if len(ids) == 0 {
		return out, nil
	}
	var list []Agency
	err := db.NewSelect().Model(&list).Where("ag.id IN (?)", bun.List(ids)).Scan(ctx)
	for _, a := range list {
		if err := a.unpack(); err != nil {
			return nil, err
		}
		out[a.ID] = a
	}
	return out, store.MapError(err, "agencies")
}

func updateAgency(ctx context.Context, tx *store.Tx, a Agency, columns ...string) error {
	n, err := store.Affected(tx.NewUpdate().Model(&a).Column(columns...).Where("id = ? AND revision = ?", a.ID, a.Revision-1).Exec(ctx))
	return store.Moved(n, err, kindAgency, "")
}

func units(ctx context.Context, db bun.IDB, agencyID string) ([]Unit, error) {
	var list []Unit
	err := db.NewSelect().Model(&list).Where("au.agency_id = ?", agencyID).OrderExpr("au.to_day <> '', au.code").Scan(ctx)
	for i := range list {
		if list[i].Contact, err = decode(list[i].ContactText); err != nil {
			return nil, err
		}
	}
	return list, store.MapError(err, "units")
}

// liveCodes are the codes of the bodies that are still there.
func liveCodes(ctx context.Context, db bun.IDB) (map[string]bool, error) {
	var codes []string
	err := db.NewRaw("SELECT code FROM agencies WHERE to_day = ''").Scan(ctx, &codes)
	out := map[string]bool{}
	for _, c := range codes {
		out[c] = true
	}
	return out, store.MapError(err, "codes of agencies")
}

// addAgencyEvent keeps what happened to a body, for its page and in the trail.
func addAgencyEvent(ctx context.Context, tx *store.Tx, a Agency, e AgencyEvent, before, after any) error {
	e.ID, e.AgencyID, e.Actor, e.At = store.NewID(), a.ID, tx.Actor.Name, tx.Now
	if _, err := tx.NewInsert().Model(&e).Exec(ctx); err != nil {
		return store.MapError(err, "insert event of agency")
	}
	if made, ok := after.(Agency); ok {
		after = map[string]any{"code": made.Code, "name_az": made.NameAZ, "section": made.Section, "from": made.FromDay}
	}
	tx.Record(store.Change{Action: string(policies.AgencyChange), Kind: kindAgency, ID: a.ID, Label: a.Code, Note: e.Basis, Before: before, After: after})
	return nil
}

// rememberName keeps the name that a body bears and the one it gets.
func rememberName(ctx context.Context, tx *store.Tx, a Agency, from day.Day, az, en string) error {
	_, err := tx.NewRaw(`INSERT INTO agency_names (agency_id, from_day, name_az, name_en) VALUES (?, ?, ?, ?) ON CONFLICT (agency_id, from_day) DO NOTHING`,
		a.ID, a.FromDay, a.NameAZ, a.NameEN).Exec(ctx)
	if err == nil {
		_, err = tx.NewRaw(`INSERT INTO agency_names (agency_id, from_day, name_az, name_en) VALUES (?, ?, ?, ?)`, a.ID, from, az, en).Exec(ctx)
	}
	return store.MapError(err, "names of agency")
}

// AgencyName is a name that a body bore from a day.
type AgencyName struct {
	From           day.Day
	NameAZ, NameEN string
}

func agencyNames(ctx context.Context, db bun.IDB, id string) (out []AgencyName, err error) {
	var rows []struct {
		FromDay day.Day
		NameAZ  string `bun:"name_az"`
		NameEN  string `bun:"name_en"`
	}
	err = db.NewRaw("SELECT from_day, name_az, name_en FROM agency_names WHERE agency_id = ? ORDER BY from_day", id).Scan(ctx, &rows)
	for _, r := range rows {
		out = append(out, AgencyName{r.FromDay, r.NameAZ, r.NameEN})
	}
	return out, store.MapError(err, "names of agency")
}

// lastChange is the day of the last change of a body, or of its first day.
func lastChange(ctx context.Context, db bun.IDB, a Agency) (day.Day, error) {
	var d day.Day
	err := db.NewRaw("SELECT COALESCE(MAX(day), '') FROM agency_events WHERE (agency_id = ?0 AND kind <> 'created') OR other_id = ?0", a.ID).Scan(ctx, &d)
	return max(d, a.FromDay), store.MapError(err, "last change of agency")
}

// agencyEvents lists what happened to a body, newest first.
func agencyEvents(ctx context.Context, db bun.IDB, id string) (out []AgencyEvent, err error) {
	err = db.NewSelect().Model(&out).ColumnExpr("ae.*, o.code AS other_code, o.name_az AS other_name, a.code AS code, a.name_az AS name").
		Join("JOIN agencies AS a ON a.id = ae.agency_id").Join("LEFT JOIN agencies AS o ON o.id = ae.other_id").
		Where("ae.agency_id = ?0 OR ae.other_id = ?0", id).OrderExpr("ae.day DESC, ae.id DESC").Scan(ctx)
	return out, store.MapError(err, "events of agency")
}

// liveParts counts what keeps a body from being abolished.
func liveParts(ctx context.Context, db bun.IDB, id string) (n int, err error) {
	err = db.NewRaw(`SELECT (SELECT COUNT(*) FROM eservices WHERE agency_id = ?0 AND state = 'registered')
		+ (SELECT COUNT(*) FROM register_applications WHERE agency_id = ?0 AND state IN (?1))`, id, bun.List(open)).Scan(ctx, &n)
	return n, store.MapError(err, "parts of agency")
}

// transfer moves services of a body to another one from a day, all of them or
// those named, with a version each, and the open applications about them. Past
// assessments stay with the body that was assessed.
func (s *Service) transfer(ctx context.Context, tx *store.Tx, from, to Agency, ids []string, on day.Day) (int, error) {
	q := tx.NewSelect().Table("eservices").Column("id").Where("agency_id = ?", from.ID)
	if ids != nil {
		for _, id := range ids {
			if !store.IsID(id) {
				return 0, apperr.InvalidField("services", "register.agency.services")
			}
		}
		q.Where("id IN (?)", bun.List(ids))
	}
	var found []string
	if err := q.Scan(ctx, &found); err != nil {
		return 0, store.MapError(err, "services of agency")
	}
	if err := moveApplications(ctx, tx, from, to, found, ids == nil); err != nil || len(found) == 0 {
		return 0, err
	}
	var moved []Entry
	if err := tx.NewSelect().Model(&moved).Column("id", "number").Where("es.id IN (?) AND es.state <> ?", bun.List(found), ServiceAssessed).OrderExpr("es.id").Scan(ctx); err != nil {
		return 0, store.MapError(err, "services of agency")
	}
	if err := tx.Seen(ctx, kindService, found...); err != nil {
		return 0, err
	}
	for _, sv := range moved {
		tx.Record(store.Change{Action: string(policies.AgencyChange), Kind: kindService, ID: sv.ID, Label: sv.Number, Before: map[string]any{"agency": from.Code}, After: map[string]any{"agency": to.Code, "from": on}})
	}
	list := bun.List(found)
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO eservice_holders (service_id, from_day, agency_id) SELECT s.id, '', s.agency_id FROM eservices s
			WHERE s.id IN (?) AND NOT EXISTS (SELECT 1 FROM eservice_holders h WHERE h.service_id = s.id)`, []any{list}},
		{`INSERT INTO eservice_holders (service_id, from_day, agency_id) SELECT id, ?, ? FROM eservices WHERE id IN (?)
			ON CONFLICT (service_id, from_day) DO UPDATE SET agency_id = excluded.agency_id`, []any{on, to.ID, list}},
		{`INSERT INTO eservice_versions (service_id, number, agency_id, items, sha256, cause, application_id, day, actor, at)
			SELECT v.service_id, v.number + 1, ?, v.items, v.sha256, 'transfer', NULL, ?, ?, ? FROM eservice_versions v JOIN eservices s ON s.id = v.service_id AND s.version = v.number
			WHERE s.id IN (?)`, []any{to.ID, on, tx.Actor.Name, tx.Now, list}},
		{`UPDATE eservices SET agency_id = ?, version = CASE WHEN version > 0 THEN version + 1 ELSE 0 END WHERE id IN (?)`, []any{to.ID, list}},
	} {
		if _, err := tx.NewRaw(q.sql, q.args...).Exec(ctx); err != nil {
			return 0, store.MapError(err, "move services")
		}
	}
	return len(found), nil
}

// moveApplications gives the open applications about services to another body,
// and with whole all those of the body, each with its entry.
func moveApplications(ctx context.Context, tx *store.Tx, from, to Agency, services []string, whole bool) error {
	var list []Application
	q := tx.NewSelect().Model(&list).Column("id", "number").Where("ra.state IN (?)", bun.List(open)).OrderExpr("ra.id")
	switch {
	case whole:
		q.Where("(ra.agency_id = ? OR ra.service_id IN (?))", from.ID, bun.List(append(services, store.NewID())))
	case len(services) == 0:
		return nil
	default:
		q.Where("ra.service_id IN (?)", bun.List(services))
	}
	if err := q.Scan(ctx); err != nil || len(list) == 0 {
		return store.MapError(err, "applications of agency")
	}
	ids := make([]string, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	if err := tx.Seen(ctx, kindApplication, ids...); err != nil {
		return err
	}
	for _, a := range list {
		tx.Record(store.Change{Action: string(policies.AgencyChange), Kind: kindApplication, ID: a.ID, Label: a.Number, Before: map[string]any{"agency": from.Code}, After: map[string]any{"agency": to.Code}})
	}
	_, err := tx.NewRaw("UPDATE register_applications SET agency_id = ?, revision = revision + 1 WHERE id IN (?)", to.ID, bun.List(ids)).Exec(ctx)
	return store.MapError(err, "applications of agency")
}

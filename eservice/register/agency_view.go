package register

import (
	"context"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// AgencyFilter narrows the list of bodies.
type AgencyFilter struct {
	Query   string
	Section AgencySection
	Past    bool // those that are no more, too
	After   []string
	Limit   int
}

// AgencyRow is a body in a list.
type AgencyRow struct {
	Agency `bun:",extend"`

	Services int `bun:"services"` // registered
	Open     int `bun:"open"`     // applications under way
}

// AgencyPage is one page of bodies.
type AgencyPage struct {
	Rows  []AgencyRow
	Total int
	Next  []string
}

// Agencies lists the bodies that the actor may see, by name. Two queries.
func (s *Service) Agencies(ctx context.Context, f AgencyFilter) (AgencyPage, error) {
	sc, err := office.Allowed(ctx, policies.AgencyRead)
	if err != nil {
		return AgencyPage{}, err
	}
	if f.Limit <= 0 || f.Limit > maxPage {
		f.Limit = 50
	}
	q := inScope(s.DB.Read().NewSelect().TableExpr("agencies AS ag"), sc, "ag.id")
	if t := i18n.Fold(i18n.Shorten(f.Query, 100)); t != "" {
		q.Where("ag.search_key LIKE ? ESCAPE '!'", store.LikePattern(t))
	}
	if f.Section != "" {
		q.Where("ag.section = ?", f.Section)
	}
	if !f.Past {
		q.Where("ag.to_day = ''")
	}
	var p AgencyPage
	n, err := q.Clone().Count(ctx)
	if p.Total = int(n); err != nil {
		return p, store.MapError(err, "count agencies")
	}
	if len(f.After) == 2 && store.IsID(f.After[1]) {
		q.Where("(ag.sort_key, ag.id) > (?, ?)", f.After[0], f.After[1])
	}
	err = q.ColumnExpr("ag.*").
		ColumnExpr("(SELECT COUNT(*) FROM eservices es WHERE es.agency_id = ag.id AND es.state = ?) AS services", ServiceRegistered).
		ColumnExpr("(SELECT COUNT(*) FROM register_applications ra WHERE ra.agency_id = ag.id AND ra.state IN ('submitted', 'defective', 'returned')) AS open").
		OrderExpr("ag.sort_key, ag.id").Limit(int64(f.Limit)+1).Scan(ctx, &p.Rows)
	if len(p.Rows) > f.Limit {
		p.Rows = p.Rows[:f.Limit]
		last := p.Rows[f.Limit-1]
		p.Next = []string{last.SortKey, last.ID}
	}
	return p, store.MapError(err, "agencies")
}

// Officer is a responsible person of a body (4.5.1).
type Officer struct {
	UserID, Name, Email string
	From, To            day.Day
}

// AgencyView is a body with everything its page shows.
type AgencyView struct {
	Agency

	Units     []Unit
	Names     []AgencyName  // oldest first; empty when it never changed
	Events    []AgencyEvent // newest first
	Officers  []Officer     // today
	Services  int           // registered
	Archived  int
	Open      int // applications under way
	Missing   []Field
	MayEdit   bool
	MayChange bool
}

// Agency gives a body by its code; somebody else's is not found to an officer.
func (s *Service) Agency(ctx context.Context, code string) (AgencyView, error) {
	sc, err := office.Allowed(ctx, policies.AgencyRead)
	if err != nil {
		return AgencyView{}, err
	}
	db := s.DB.Read()
	a, err := agencyByCode(ctx, db, code)
	if err != nil {
		return AgencyView{}, err
	}
	if !covers(sc, a.ID) {
		return AgencyView{}, apperr.Missing(kindAgency)
	}
	v := AgencyView{Agency: a}
	if v.Units, err = units(ctx, db, a.ID); err != nil {
		return v, err
	}
	if v.Names, err = agencyNames(ctx, db, a.ID); err != nil {
		return v, err
	}
	if v.Events, err = agencyEvents(ctx, db, a.ID); err != nil {
		return v, err
	}
	today := s.KIS.Today()
	var rows []struct {
		UserID, Name, Email string
		FromDay             day.Day
		ToDay               day.Day `bun:",nullzero"`
	}
	if err := db.NewRaw(`SELECT u.id AS user_id, u.name, u.email, r.from_day, r.to_day FROM user_roles r JOIN users u ON u.id = r.user_id
		WHERE r.role = ? AND r.agency_id = ? AND r.from_day <= ? AND (r.to_day IS NULL OR r.to_day >= ?) AND u.disabled_at IS NULL ORDER BY u.sort_key`,
		policies.AgencyOfficer, a.ID, today, today).Scan(ctx, &rows); err != nil {
		return v, store.MapError(err, "officers")
	}
	for _, r := range rows {
		v.Officers = append(v.Officers, Officer{r.UserID, r.Name, r.Email, r.FromDay, r.ToDay})
	}
	if err := db.NewRaw(`SELECT (SELECT COUNT(*) FROM eservices WHERE agency_id = ?0 AND state = 'registered') AS services,
		(SELECT COUNT(*) FROM eservices WHERE agency_id = ?0 AND state = 'archived') AS archived,
		(SELECT COUNT(*) FROM register_applications WHERE agency_id = ?0 AND state IN ('submitted', 'defective', 'returned')) AS open`, a.ID).
		Scan(ctx, &v.Services, &v.Archived, &v.Open); err != nil {
		return v, store.MapError(err, "counts of an agency")
	}
	for _, f := range contactTable() {
		if f.Required && a.Contact.Get(f.Clause) == "" {
			v.Missing = append(v.Missing, f)
		}
	}
	who := actor.From(ctx)
	v.MayEdit = a.ToDay == "" && policies.For(who, policies.AgencyEdit).Agency(a.ID)
	v.MayChange = a.ToDay == "" && policies.Can(who, policies.AgencyChange)
	return v, nil
}

// NameOn is what a body was called on a day.
func (v AgencyView) NameOn(on day.Day, lang string) string {
	name := v.Name(lang)
	for _, n := range v.Names {
		if n.From <= on {
			name = i18n.InLang(lang, n.NameAZ, n.NameEN)
		}
	}
	return name
}

// Choices are bodies to choose from in a filter: code and name, by name. The
// catalogue offers all that are there; they are no secret.
func (s *Service) Choices(ctx context.Context) ([]Agency, error) {
	var list []Agency
	err := s.DB.Read().NewSelect().Model(&list).Column("id", "code", "name_az", "name_en", "section").Where("ag.to_day = ''").OrderExpr("ag.sort_key, ag.id").Limit(2000).Scan(ctx)
	return list, store.MapError(err, "agencies to choose from")
}

// OwnAgencies are the bodies of an officer.
func (s *Service) OwnAgencies(ctx context.Context) ([]Agency, error) {
	sc, err := office.Allowed(ctx, policies.RegisterFill)
	if err != nil || len(sc.Agencies) == 0 {
		return nil, err
	}
	found, err := agenciesByID(ctx, s.DB.Read(), sc.Agencies)
	var out []Agency
	for _, id := range sc.Agencies {
		if a, ok := found[id]; ok && a.ToDay == "" {
			out = append(out, a)
		}
	}
	return out, err
}

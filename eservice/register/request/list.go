package request

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/eservice/register"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// Filter narrows the list of requests.
type Filter struct {
	State  State // empty: those that are open
	All    bool  // those that are decided too
	Agency string
	Late   bool     // whose term has passed
	After  []string // cursor: due and id
	Limit  int
}

// Row is a request in a list.
type Row struct {
	Request `bun:",extend"`

	ServiceNumber string `bun:"service_number"`
	ServiceName   string `bun:"service_name"`
	AgencyID      string `bun:"agency_id"`
	AgencyCode    string `bun:"agency_code"`
	AgencyAZ      string `bun:"agency_az"`
	AgencyEN      string `bun:"agency_en"`
	Application   string `bun:"application"` // number of the application that answers it
}

// Agency is the name of the body in a language.
func (r Row) Agency(lang string) string { return i18n.InLang(lang, r.AgencyAZ, r.AgencyEN) }

// Page is one page of requests with how many there are in each state, all
// filters but the state applied.
type Page struct {
	Rows   []Row
	States map[State]int
	Total  int
	Next   []string
}

const maxPage = 200

// scoped narrows a query over requests and services to what the actor may see.
func scoped(q *bun.SelectQuery, sc policies.Scope) *bun.SelectQuery {
	if sc.Any {
		return q
	}
	bodies := slices.Clone(sc.Agencies)
	for _, o := range sc.Objects {
		if o.Kind == "agency" && store.IsID(o.ID) {
			bodies = append(bodies, o.ID)
		}
	}
	if len(bodies) == 0 {
		return q.Where("1 = 0")
	}
	return q.Where("es.agency_id IN (?)", bun.List(bodies))
}

// rows reads requests with their services and bodies.
func rows(q *bun.SelectQuery) *bun.SelectQuery {
	return q.ColumnExpr("rq.*, es.number AS service_number, es.name_az AS service_name, es.agency_id, ag.code AS agency_code, ag.name_az AS agency_az, ag.name_en AS agency_en").
		ColumnExpr("COALESCE(ra.number, '') AS application").TableExpr("register_requests AS rq").Join("JOIN eservices AS es ON es.id = rq.service_id").
		Join("JOIN agencies AS ag ON ag.id = es.agency_id").Join("LEFT JOIN register_applications AS ra ON ra.id = rq.application_id")
}

// List gives the requests that the actor may see, what is due first. Two
// queries.
func (s *Service) List(ctx context.Context, f Filter) (p Page, err error) {
	sc, err := office.Allowed(ctx, policies.RegisterRead)
	if err != nil {
		return p, err
	}
	if f.Limit <= 0 || f.Limit > maxPage {
		f.Limit = 50
	}
	db, today := s.DB.Read(), s.KIS.Today()
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.Agency != "" {
			q.Where("es.agency_id = (SELECT fg.id FROM agencies fg WHERE fg.code = ?)", f.Agency)
		}
		if f.Late {
			q.Where("rq.state = ? AND rq.due < ?", Sent, today)
		}
		return scoped(q, sc)
	}
	var counts []struct {
		State State
		N     int
	}
	if err := narrow(db.NewSelect().TableExpr("register_requests AS rq").Join("JOIN eservices AS es ON es.id = rq.service_id").ColumnExpr("rq.state, COUNT(*) AS n").GroupExpr("rq.state")).Scan(ctx, &counts); err != nil {
		return p, store.MapError(err, "count requests")
	}
	p.States = map[State]int{}
	for _, c := range counts {
		p.States[c.State] = c.N
		if f.State == c.State || (f.State == "" && (f.All || slices.Contains(open, c.State))) {
			p.Total += c.N
		}
	}
	q := narrow(rows(db.NewSelect()))
	switch {
	case f.State != "":
		q.Where("rq.state = ?", f.State)
	case !f.All:
		q.Where("rq.state IN (?)", bun.List(open))
	}
	if len(f.After) == 2 && store.IsID(f.After[1]) {
		q.Where("(rq.due, rq.id) > (?, ?)", f.After[0], f.After[1])
	}
	if err := q.OrderExpr("rq.due, rq.id").Limit(int64(f.Limit)+1).Scan(ctx, &p.Rows); err != nil {
		return p, store.MapError(err, "requests")
	}
	if len(p.Rows) > f.Limit {
		p.Rows = p.Rows[:f.Limit]
		last := p.Rows[f.Limit-1]
		p.Next = []string{string(last.Due), last.ID}
	}
	return p, nil
}

// OfService gives the requests about a service that the actor may see, newest
// first.
func (s *Service) OfService(ctx context.Context, serviceID string) (out []Row, err error) {
	sc, err := office.Allowed(ctx, policies.RegisterRead)
	if err != nil {
		return nil, err
	}
	if !store.IsID(serviceID) {
		return nil, apperr.Missing("eservice")
	}
	err = scoped(rows(s.DB.Read().NewSelect()).Where("rq.service_id = ?", serviceID), sc).OrderExpr("rq.id DESC").Limit(maxPage).Scan(ctx, &out)
	return out, store.MapError(err, "requests about a service")
}

// View is a request with its steps.
type View struct {
	Row
	Events []Event       // newest first
	Steps  []string      // verbs that the actor may take now
	Begun  string        // id of an open application of the body about the service
	Begin  register.Kind // what the actor may begin an application for; empty: nothing
}

// Can says whether the actor may take a step.
func (v View) Can(verb string) bool { return slices.Contains(v.Steps, verb) }

// View gives a request that the actor may see. Three queries.
func (s *Service) View(ctx context.Context, id string) (v View, err error) {
	sc, err := office.Allowed(ctx, policies.RegisterRead)
	if err != nil {
		return v, err
	}
	if !store.IsID(id) {
		return v, apperr.Missing(Object)
	}
	db, who := s.DB.Read(), actor.From(ctx)
	if err := scoped(rows(db.NewSelect()).Where("rq.id = ?", id), sc).Scan(ctx, &v.Row); err != nil {
		return v, store.MapError(err, Object)
	}
	if err := db.NewSelect().Model(&v.Events).Where("qe.request_id = ?", id).OrderExpr("qe.seq DESC").Scan(ctx); err != nil {
		return v, store.MapError(err, "steps of a request")
	}
	for _, t := range office.Next(Transitions, v.State) {
		if t.Verb != "apply" && t.Verb != "register" && t.Verb != "return" && policies.For(who, t.Action).Agency(v.AgencyID) {
			v.Steps = append(v.Steps, t.Verb)
		}
	}
	if (v.State == Sent || v.State == Declined) && slices.Contains(policies.For(who, policies.RegisterFill).Agencies, v.AgencyID) {
		var ids []string
		if err := db.NewRaw("SELECT id FROM register_applications WHERE service_id = ? AND state IN (?, ?)", v.ServiceID, register.Draft, register.Returned).Scan(ctx, &ids); err != nil {
			return v, store.MapError(err, "begun applications")
		}
		if v.Begin = v.Kind; len(ids) > 0 {
			v.Begun, v.Begin = ids[0], ""
		}
	}
	return v, nil
}

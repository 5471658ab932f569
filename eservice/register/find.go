package register

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

const (
	// rareWord is how many services a word may stand in for a search to begin
	// with all of them; with a more frequent one the list is walked in its
	// order, where it soon fills a page.
	rareWord = 1000
	// maxCounted is how far a list is counted.
	maxCounted = 1000
	maxPage    = 200
)

// Filter narrows a list of services; empty fields do not.
type Filter struct {
	Query  string
	Agency string // code of the body
	Level  string // 2.3.21
	Form   string // 2.3.7
	User   string // 2.3.10
	State  ServiceState
	After  []string // cursor: title key and id of the last row shown
	Limit  int
}

// Row is a service in a list.
type Row struct {
	ID           string
	Number       string
	NameAZ       string `bun:"name_az"`
	State        ServiceState
	Level        string
	RegisteredOn day.Day
	ArchivedOn   day.Day
	TitleKey     string
	AgencyID     string
	AgencyCode   string
	AgencyAZ     string `bun:"agency_az"`
	AgencyEN     string `bun:"agency_en"`
}

// Agency is the name of the body in a language.
func (r Row) Agency(lang string) string { return i18n.InLang(lang, r.AgencyAZ, r.AgencyEN) }

// Page is one page of a list of services.
type Page struct {
	Rows  []Row
	Total int      // of all that fit, up to maxCounted
	Many  bool     // there are more than Total
	Next  []string // cursor of the next page; nil on the last
}

// Catalogue lists registered services for anybody.
func (s *Service) Catalogue(ctx context.Context, f Filter) (Page, error) {
	f.State = ServiceRegistered
	return s.find(ctx, f, policies.Scope{Any: true})
}

// Services lists the services that the actor may see in the register: an
// officer those of the own body.
func (s *Service) Services(ctx context.Context, f Filter) (Page, error) {
	sc, err := office.Allowed(ctx, policies.RegisterRead)
	if err != nil {
		return Page{}, err
	}
	if f.State != ServiceArchived {
		f.State = ServiceRegistered
	}
	return s.find(ctx, f, sc)
}

// find reads one page in a fixed number of queries: the words of the search,
// the page, its count.
func (s *Service) find(ctx context.Context, f Filter, sc policies.Scope) (Page, error) {
	db := s.DB.Read()
	if f.Limit <= 0 || f.Limit > maxPage {
		f.Limit = 50
	}
	lead, rare, none, err := f.lead(ctx, db)
	if err != nil || none {
		return Page{}, err
	}
	from := func() (q *bun.SelectQuery, title, id string) { return f.from(db, sc, lead, rare) }
	var p Page
	q, title, id := from()
	if len(f.After) == 2 && store.IsID(f.After[1]) {
		q.Where("(?, ?) > (?, ?)", bun.Safe(title), bun.Safe(id), f.After[0], f.After[1])
	}
	q.ColumnExpr("es.id, es.number, es.name_az, es.state, es.level, es.registered_on, es.archived_on, es.title_key, es.agency_id").
		ColumnExpr("ag.code AS agency_code, ag.name_az AS agency_az, ag.name_en AS agency_en").Join("JOIN agencies AS ag ON ag.id = es.agency_id").
		OrderExpr("?, ?", bun.Safe(title), bun.Safe(id)).Limit(int64(f.Limit) + 1)
	if err := q.Scan(ctx, &p.Rows); err != nil {
		return p, store.MapError(err, "services")
	}
	if len(p.Rows) > f.Limit {
		p.Rows = p.Rows[:f.Limit]
		last := p.Rows[f.Limit-1]
		p.Next = []string{last.TitleKey, last.ID}
	}
	if lead != "" && !rare {
		p.Total, p.Many = maxCounted, true // counting would read them all
		if p.Next == nil && len(f.After) == 0 {
			p.Total, p.Many = len(p.Rows), false
		}
		return p, nil
	}
	some, _, _ := from()
	if err := db.NewSelect().TableExpr("(?) AS x", some.ColumnExpr("1 AS one").Limit(maxCounted+1)).ColumnExpr("COUNT(*)").Scan(ctx, &p.Total); err != nil {
		return p, store.MapError(err, "count services")
	}
	if p.Total > maxCounted {
		p.Total, p.Many = maxCounted, true
	}
	return p, nil
}

// lastLetter comes after every letter.
const lastLetter = "\U0010FFFF"

// lead asks how frequent the words of a search are: the rarest leads it. One
// query. none says that nothing can be found.
func (f Filter) lead(ctx context.Context, db bun.IDB) (lead string, rare, none bool, err error) {
	list := f.words()
	if len(list) == 0 {
		return "", false, strings.TrimSpace(f.Query) != "", nil
	}
	if f.State == ServiceArchived {
		return list[0], false, false, nil // the archive has no index of words, and is small
	}
	var union *bun.SelectQuery
	for i, w := range list {
		some := db.NewSelect().TableExpr("eservice_words AS w").ColumnExpr("1 AS one").Where("w.word >= ? AND w.word < ?", w, w+lastLetter).Limit(rareWord + 1)
		q := db.NewSelect().TableExpr("(?) AS x", some).ColumnExpr("? AS i, COUNT(*) AS n", i)
		if union == nil {
			union = q
		} else {
			union = union.UnionAll(q)
		}
	}
	var counts []struct{ I, N int }
	if err := union.Scan(ctx, &counts); err != nil {
		return "", false, false, store.MapError(err, "words of a search")
	}
	fewest := rareWord + 2
	for _, c := range counts {
		if c.N < fewest {
			fewest, lead = c.N, list[c.I]
		}
	}
	return lead, fewest <= rareWord, fewest == 0, nil
}

// words are the first words of the search.
func (f Filter) words() []string {
	list := words(i18n.Shorten(f.Query, 200))
	return list[:min(len(list), 8)]
}

// from narrows services to the filter and the scope and says by which columns
// they are ordered: of the list of a value when one is asked for, for that
// list is kept in order.
func (f Filter) from(db bun.IDB, sc policies.Scope, lead string, rare bool) (q *bun.SelectQuery, title, id string) {
	title, id = "es.title_key", "es.id"
	q = db.NewSelect()
	facets := [][2]string{}
	for _, x := range [][2]string{{clauseForms, f.Form}, {clauseUsers, f.User}} {
		if x[1] != "" {
			facets = append(facets, x)
		}
	}
	switch {
	case rare:
		with := db.NewSelect().TableExpr("eservice_words AS w").ColumnExpr("w.service_id").Distinct().Where("w.word >= ? AND w.word < ?", lead, lead+lastLetter)
		q.TableExpr("(?) AS f", with).Join("JOIN eservices AS es ON es.id = f.service_id")
	case len(facets) > 0 && f.Agency == "" && sc.Any:
		q.TableExpr("eservice_facets AS fa").Join("JOIN eservices AS es ON es.id = fa.service_id").Where("fa.facet = ? AND fa.value = ?", facets[0][0], facets[0][1])
		title, id = "fa.title_key", "fa.service_id"
		facets = facets[1:]
	default:
		q.TableExpr("eservices AS es")
	}
	for _, x := range facets {
		q.Where("EXISTS (SELECT 1 FROM eservice_facets fb WHERE fb.facet = ? AND fb.value = ? AND fb.title_key = es.title_key AND fb.service_id = es.id)", x[0], x[1])
	}
	q.Where("es.state = ?", f.State)
	if f.Agency != "" {
		q.Where("es.agency_id = (SELECT fg.id FROM agencies fg WHERE fg.code = ?)", f.Agency)
	}
	if f.Level != "" {
		q.Where("es.level = ?", f.Level)
	}
	for _, w := range f.words() {
		if w != lead || !rare {
			q.Where("es.search_key LIKE ? ESCAPE '!'", store.LikePattern(" "+w))
		}
	}
	return inScope(q, sc, "es.agency_id"), title, id
}

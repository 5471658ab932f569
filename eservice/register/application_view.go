package register

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// cutPartner splits a line of 2.3.5 into the code of the body and the words
// about its unit.
func cutPartner(line string) (code, unit string) {
	code, unit, _ = strings.Cut(line, ";")
	return strings.TrimSpace(code), strings.TrimSpace(unit)
}

// ApplicationFilter narrows the list of applications.
type ApplicationFilter struct {
	State  State // empty: those that are open
	All    bool  // those that are decided too
	Kind   Kind
	Agency string // code
	Late   bool   // whose clock has run out
	Query  string
	After  []string // cursor: due and id
	Limit  int
}

// ApplicationRow is an application in a list.
type ApplicationRow struct {
	Application `bun:",extend"`

	AgencyCode string `bun:"agency_code"`
	AgencyAZ   string `bun:"agency_az"`
	AgencyEN   string `bun:"agency_en"`
}

// Agency is the name of the body in a language.
func (r ApplicationRow) Agency(lang string) string { return i18n.InLang(lang, r.AgencyAZ, r.AgencyEN) }

// ApplicationPage is one page of applications with how many there are in each
// state, all filters but the state applied.
type ApplicationPage struct {
	Rows   []ApplicationRow
	States map[State]int
	Total  int
	Next   []string
}

// noDue sorts what has no clock behind what has.
const noDue = "9999-12-31"

// Applications lists the applications that the actor may see, what is due
// first. Two queries.
func (s *Service) Applications(ctx context.Context, f ApplicationFilter) (ApplicationPage, error) {
	sc, err := office.Allowed(ctx, policies.RegisterRead)
	if err != nil {
		return ApplicationPage{}, err
	}
	if f.Limit <= 0 || f.Limit > maxPage {
		f.Limit = 50
	}
	db, today := s.DB.Read(), s.KIS.Today()
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		q = inScope(q, sc, "ra.agency_id")
		if draftsHidden(ctx) { // an officer sees those of the own body
			q.Where("ra.state <> ?", Draft)
		}
		if f.Kind != "" {
			q.Where("ra.kind = ?", f.Kind)
		}
		if f.Agency != "" {
			q.Where("ra.agency_id = (SELECT fg.id FROM agencies fg WHERE fg.code = ?)", f.Agency)
		}
		if f.Late {
			q.Where("ra.due <> '' AND ra.due < ?", today)
		}
		if t := strings.TrimSpace(f.Query); t != "" {
			q.Where("(ra.number = ? OR ra.search_key LIKE ? ESCAPE '!')", strings.ToUpper(t), store.LikePattern(i18n.Fold(i18n.Shorten(t, 100))))
		}
		return q
	}
	var p ApplicationPage
	var counts []struct {
		State State
		N     int
	}
	if err := narrow(db.NewSelect().TableExpr("register_applications AS ra").ColumnExpr("ra.state, COUNT(*) AS n").GroupExpr("ra.state")).Scan(ctx, &counts); err != nil {
		return p, store.MapError(err, "count applications")
	}
	p.States = map[State]int{}
	for _, c := range counts {
		p.States[c.State] = c.N
		if f.State == c.State || (f.State == "" && (f.All || slices.Contains(open, c.State))) {
			p.Total += c.N
		}
	}
	q := narrow(db.NewSelect().TableExpr("register_applications AS ra").ColumnExpr("ra.*, ag.code AS agency_code, ag.name_az AS agency_az, ag.name_en AS agency_en").
		Join("JOIN agencies AS ag ON ag.id = ra.agency_id"))
	switch {
	case f.State != "":
		q.Where("ra.state = ?", f.State)
	case !f.All:
		q.Where("ra.state IN (?)", bun.List(open))
	}
	const place = "COALESCE(NULLIF(ra.due, ''), '" + noDue + "')"
	if len(f.After) == 2 && store.IsID(f.After[1]) {
		q.Where("(?, ra.id) > (?, ?)", bun.Safe(place), f.After[0], f.After[1])
	}
	if err := q.OrderExpr(place+", ra.id").Limit(int64(f.Limit)+1).Scan(ctx, &p.Rows); err != nil {
		return p, store.MapError(err, "applications")
	}
	if len(p.Rows) > f.Limit {
		p.Rows = p.Rows[:f.Limit]
		last := p.Rows[f.Limit-1]
		p.Next = []string{string(orDay(last.Due, noDue)), last.ID}
	}
	return p, nil
}

func orDay(d, other day.Day) day.Day {
	if d == "" {
		return other
	}
	return d
}

// draftsHidden says that the actor sees applications only once they are
// signed: a draft is the body's own.
func draftsHidden(ctx context.Context) bool {
	who := actor.From(ctx)
	return !who.System && policies.For(who, policies.RegisterFill).None()
}

// ApplicationView is an application with everything its page shows.
type ApplicationView struct {
	Application

	Agency      Agency
	Units       []Unit
	Codes       Codes
	Bodies      []Agency // that may take part (2.3.5)
	Files       []kis.File
	Problems    []Problem
	Rounds      []Round
	Defects     []FoundDefect // newest round first
	Steps       []Step        // newest first
	Differences []Difference  // of a change from the registered version; of a resubmission from the round before
	Service     *Entry        // of a change or removal, or made by it
	Alike       []Alike       // registered services of a like name
	Verbs       []string      // steps open to the actor, and "edit"
	Late        bool          // the clock has run out
}

// Can says whether a step is open to the actor.
func (v ApplicationView) Can(verb string) bool { return slices.Contains(v.Verbs, verb) }

// DefectsOf lists the defects of a round.
func (v ApplicationView) DefectsOf(round int) (out []FoundDefect) {
	for _, d := range v.Defects {
		if d.Round == round {
			out = append(out, d)
		}
	}
	return out
}

// Application gives an application that the actor may see, in a fixed number
// of queries.
func (s *Service) Application(ctx context.Context, id string) (ApplicationView, error) {
	db := s.DB.Read()
	a, err := s.seenApplication(ctx, db, id)
	if err != nil {
		return ApplicationView{}, err
	}
	if a.State == Draft && draftsHidden(ctx) {
		return ApplicationView{}, apperr.Missing(kindApplication)
	}
	v := ApplicationView{Application: a, Late: a.Overdue(s.KIS.Today())}
	f, err := s.facts(ctx, db, a)
	if err != nil {
		return v, err
	}
	v.Agency, v.Units, v.Codes, v.Problems = f.agency, f.units, f.codes, problems(f, a.Items)
	if v.Files, err = filesOf(ctx, db, a.Items); err != nil {
		return v, err
	}
	if v.Rounds, err = rounds(ctx, db, a.ID); err != nil {
		return v, err
	}
	if v.Defects, err = defects(ctx, db, a.ID); err != nil {
		return v, err
	}
	if v.Steps, err = steps(ctx, db, a.ID); err != nil {
		return v, err
	}
	if err := s.compareView(ctx, db, &v, f.before); err != nil {
		return v, err
	}
	if a.Open() && a.Kind == KindNew && a.Title != "" {
		if v.Alike, err = similar(ctx, db, a.Title, ""); err != nil {
			return v, err
		}
		if draftScope := policies.For(actor.From(ctx), policies.RegisterCheck); draftScope.None() {
			// To an officer they are entries of the public catalogue; nothing else is said of them.
			for i := range v.Alike {
				v.Alike[i].ID = ""
			}
		}
	}
	v.Verbs = verbs(ctx, a)
	return v, nil
}

// compareView fills in what an application changes.
func (s *Service) compareView(ctx context.Context, db bun.IDB, v *ApplicationView, before Items) error {
	if v.ServiceID != "" {
		var sv Entry
		if err := db.NewSelect().Model(&sv).Where("es.id = ?", v.ServiceID).Scan(ctx); err != nil {
			return store.MapError(err, "service")
		}
		v.Service = &sv
	}
	switch {
	case v.Kind == KindChange && v.Open():
		v.Differences = Compare(before, v.Items)
	case v.Kind == KindNew && len(v.Rounds) > 1:
		last, err := decode(v.Rounds[1].ItemsText)
		if err != nil {
			return err
		}
		v.Differences = Compare(last, v.Items)
	}
	return nil
}

// verbs lists the steps open to the actor; the service decides again when one
// is taken.
func verbs(ctx context.Context, a Application) []string {
	who := actor.From(ctx)
	var out []string
	for _, t := range office.Next(Transitions, a.State) {
		if policies.For(who, t.Action).Agency(a.AgencyID) {
			out = append(out, t.Verb)
		}
	}
	if a.State == Defective && policies.For(who, policies.RegisterCheck).Agency(a.AgencyID) {
		out = append(out, "find")
	}
	if a.Editable() && policies.For(who, policies.RegisterFill).Agency(a.AgencyID) {
		out = append(out, "edit")
	}
	return out
}

// ApplicationFile gives a sample attached to an application that the actor may
// see.
func (s *Service) ApplicationFile(ctx context.Context, id, fileID string) (kis.File, error) {
	db := s.DB.Read()
	a, err := s.seenApplication(ctx, db, id)
	if err != nil {
		return kis.File{}, err
	}
	if a.State == Draft && draftsHidden(ctx) || !store.IsID(fileID) {
		return kis.File{}, apperr.Missing("file")
	}
	var n int
	if err := db.NewRaw("SELECT COUNT(*) FROM register_files WHERE application_id = ? AND file_id = ?", a.ID, fileID).Scan(ctx, &n); err != nil {
		return kis.File{}, store.MapError(err, "file of an application")
	}
	if n == 0 && !a.Items.Has(clauseSamples, fileID) {
		return kis.File{}, apperr.Missing("file")
	}
	return oneFile(ctx, db, fileID)
}

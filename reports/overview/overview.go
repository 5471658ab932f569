// Package overview owns the whole picture: figures over all contexts, each
// with the address of the list behind it, and what a person missed since the
// last visit.
//
// It may import kis, audit, planning, eservice and their parts, policies and
// the internal packages: it only reads them. Invariants: a figure is asked of the
// same service that gives its list, with the same filter and the rights of
// who looks, so that it is the number of the list's rows; a picture takes a
// fixed number of queries for each section.
package overview

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/eservice"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/planning"
	"github.com/kis-platform/kis/planning/risk"
	"github.com/kis-platform/kis/policies"
)

// Service reads the contexts.
type Service struct {
	KIS      *kis.Service
	Audit    *audit.Service
	Planning *planning.Service
	Risks    *risk.Service
	Scores   *eservice.Service
}

// Figure is a number with the list behind it.
type Figure struct {
	Label string // in the language of the actor
	N     int
	More  bool   // there are more than N
	Href  string // of the list whose rows it counts
	Bad   bool   // a term is broken
}

// Section is the figures of one subject.
type Section struct {
	Key     string // of the heading
	Href    string // the whole list
	Figures []Figure
	Done    int // of Of, when Of is not 0: carried out
	Of      int
}

// Picture is what stands on the start page.
type Picture struct {
	Department office.Department // that it is about; without an id: everything the actor sees
	Sections   []Section
	Cycles     []kis.OverviewLine // the matrix of processes and phases, newest first
}

// mostCycles is how many cycles the matrix shows.
const mostCycles = 12

// Picture gives the figures the actor may see: of the office, or of one
// department. Lists that the actor may not open are left out.
func (s *Service) Picture(ctx context.Context, departmentID string) (Picture, error) {
	var p Picture
	if _, err := office.Allowed(ctx, policies.SelfUse); err != nil {
		return p, err
	}
	who := actor.From(ctx)
	if departmentID != "" {
		found, err := office.DepartmentsByID(ctx, s.KIS.DB.Read(), []string{departmentID})
		if err != nil {
			return p, err
		}
		p.Department = found[departmentID]
	}
	for _, part := range []struct {
		needs policies.Action
		read  func(ctx context.Context, lang, department string) (Section, error)
	}{{policies.EvidenceRead, s.evidence}, {policies.ActRead, s.acts}, {policies.PlanRead, s.plan}, {policies.RecommendationRead, s.recommendations},
		{policies.RiskRead, s.risks}, {policies.ScorecardRead, s.scorecards}, {policies.MeasureRead, s.measures}} {
		if !policies.Can(who, part.needs) {
			continue
		}
		sec, err := part.read(ctx, who.Lang, departmentID)
		if err != nil {
			return p, err
		}
		if len(sec.Figures) > 0 {
			p.Sections = append(p.Sections, sec)
		}
	}
	if policies.Can(who, policies.CycleRead) {
		var err error
		p.Cycles, err = s.KIS.Newest(ctx, departmentID, mostCycles)
		return p, err
	}
	return p, nil
}

// query writes an address with what is not empty of names and values.
func query(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (s *Service) evidence(ctx context.Context, lang, department string) (Section, error) {
	sec := Section{Key: "overview.evidence", Href: query("/evidence", "department", department)}
	for _, state := range []kis.SubmissionState{kis.Submitted, kis.Returned} {
		page, err := s.KIS.Evidence(ctx, kis.EvidenceFilter{State: state, DepartmentID: department, Limit: 1})
		if err != nil {
			return sec, err
		}
		sec.Figures = append(sec.Figures, Figure{Label: i18n.T(lang, "kis.evidence.state."+string(state)), N: page.Total, More: page.Many,
			Href: query("/evidence", "department", department, "state", string(state))})
	}
	return sec, nil
}

func (s *Service) acts(ctx context.Context, lang, department string) (Section, error) {
	sec := Section{Key: "overview.acts", Href: query("/acts", "department", department)}
	counts, err := s.Audit.CountActs(ctx, audit.ActFilter{DepartmentID: department})
	if err != nil {
		return sec, err
	}
	late, err := s.Audit.CountActs(ctx, audit.ActFilter{DepartmentID: department, Overdue: s.KIS.Today()})
	if err != nil {
		return sec, err
	}
	n := 0
	for _, c := range late {
		n += c
	}
	sec.Figures = append(sec.Figures, Figure{Label: i18n.T(lang, "overview.late"), N: n, Bad: n > 0, Href: query("/acts", "department", department, "late", "1")})
	for _, state := range audit.ActStates() {
		if counts[state] > 0 {
			sec.Figures = append(sec.Figures, Figure{Label: i18n.T(lang, "audit.act.state."+string(state)), N: counts[state], Href: query("/acts", "department", department, "state", string(state))})
		}
	}
	return sec, nil
}

// plan is the plans that run: each with its items, and with those that are
// late; together what is carried out.
func (s *Service) plan(ctx context.Context, lang, department string) (Section, error) {
	sec := Section{Key: "overview.plan", Href: "/plans"}
	if department != "" {
		return sec, nil // its items are among its work
	}
	plans, err := s.Planning.Plans(ctx)
	for _, p := range plans {
		if p.State != planning.PlanRunning {
			continue
		}
		items := Figure{Label: i18n.T(lang, "overview.items", "year", strconv.Itoa(p.Year)), N: p.Items, Href: "/plans/" + string(p.Key)}
		if p.Kind != planning.MainKind {
			items.Label = i18n.T(lang, "overview.items_of", "year", strconv.Itoa(p.Year), "kind", i18n.InLang(lang, p.KindShortAZ, p.KindShortEN))
		}
		sec.Done, sec.Of = sec.Done+p.Done, sec.Of+p.Items
		sec.Figures = append(sec.Figures, items)
		if p.Overdue > 0 {
			sec.Figures = append(sec.Figures, Figure{Label: i18n.T(lang, "overview.items_late"), N: p.Overdue, Bad: true, Href: query("/plan-items", "plan", string(p.Key), "late", "1")})
		}
	}
	return sec, err
}

func (s *Service) recommendations(ctx context.Context, lang, department string) (Section, error) {
	sec := Section{Key: "overview.recommendations", Href: query("/recommendations", "department", department)}
	page, err := s.Planning.Recommendations(ctx, planning.RecommendationFilter{DepartmentID: department, Limit: 1})
	if err == nil {
		sec.Figures = []Figure{{Label: i18n.T(lang, "planning.recommendation.state."+string(planning.Open)), N: page.Counts[planning.Open],
			Href: query("/recommendations", "department", department, "state", string(planning.Open))}}
	}
	return sec, err
}

func (s *Service) risks(ctx context.Context, lang, department string) (Section, error) {
	sec := Section{Key: "overview.risks", Href: query("/risks", "department", department)}
	all, err := s.Risks.Risks(ctx, risk.Filter{DepartmentID: department, Limit: 1})
	if err != nil {
		return sec, err
	}
	late, err := s.Risks.Risks(ctx, risk.Filter{DepartmentID: department, Late: true, Limit: 1})
	if err != nil || len(all.Counts) == 0 {
		return sec, err
	}
	sec.Figures = append(sec.Figures, Figure{Label: i18n.T(lang, "overview.late"), N: late.Total, Bad: late.Total > 0, Href: query("/risks", "department", department, "late", "1")})
	for _, state := range risk.States() {
		if n := all.Counts[state]; n > 0 {
			sec.Figures = append(sec.Figures, Figure{Label: i18n.T(lang, "planning.risk.state."+string(state)), N: n, Href: query("/risks", "department", department, "state", string(state))})
		}
	}
	return sec, nil
}

// scorecards is the last year of e-services: electronised and not, and each
// grade, of all bodies or of the actor's own. Figures of a year that is known
// service by service lead to the services.
func (s *Service) scorecards(ctx context.Context, lang, department string) (Section, error) {
	sec := Section{Key: "overview.scorecards", Href: "/scorecards"}
	if department != "" {
		return sec, nil // bodies are assessed, not departments
	}
	card, err := s.Scores.Scorecard(ctx, eservice.ScorecardFilter{Limit: 1})
	if apperr.Is(err, apperr.NotFound) { // an officer without a body
		return sec, nil
	}
	y := card.Focus()
	if err != nil || y == nil {
		return sec, err
	}
	agency, year := "", strconv.Itoa(y.Year)
	if card.Agency != nil {
		agency = card.Agency.Code
		sec.Href += "/" + agency
	}
	sec.Href = query(sec.Href, "year", year)
	figure := func(label string, n int64, grade string) Figure {
		f := Figure{Label: label, N: int(n), Href: sec.Href}
		if !y.TotalsOnly {
			f.Href = query("/scorecards/services", "year", year, "agency", agency, "grade", grade)
		}
		return f
	}
	sec.Figures = append(sec.Figures, figure(i18n.T(lang, "overview.electronised", "year", year), y.Electronised, "graded"), figure(i18n.T(lang, "overview.not_electronised"), y.NotElectronised, "none"))
	for _, b := range y.Scheme.Bands {
		if n := y.Grades[b.Code]; n > 0 {
			sec.Figures = append(sec.Figures, figure(b.Label(lang), n, b.Code))
		}
	}
	return sec, nil
}

func (s *Service) measures(ctx context.Context, lang, department string) (Section, error) {
	sec := Section{Key: "overview.measures", Href: "/measures"}
	list, err := s.Planning.Measures(ctx, planning.MeasureFilter{DepartmentID: department, Limit: 1})
	if err != nil || list.Plan.ID == "" {
		return sec, err
	}
	year := strconv.Itoa(list.Year)
	href := func(status planning.MeasureStatus) string {
		return query("/measures", "plan", list.Plan.Code, "of", list.Plan.Code, "year", year, "department", department, "status", string(status))
	}
	sec.Href = href("")
	for _, rule := range list.Statuses {
		if n := list.Counts[rule.Code]; n > 0 {
			sec.Figures = append(sec.Figures, Figure{Label: i18n.InLang(lang, rule.NameAZ, rule.NameEN), N: n, Href: href(rule.Code)})
		}
	}
	if n := list.Counts[planning.MeasureUnjudged]; n > 0 {
		sec.Figures = append(sec.Figures, Figure{Label: i18n.T(lang, "planning.measure.status.none"), N: n, Href: href(planning.MeasureUnjudged)})
	}
	return sec, nil
}

// pause is how long somebody is away before coming back is another visit.
const pause = 30 * time.Minute

// Visit notes that the actor looks at the start page and gives the time of the
// visit before; the zero time on the first one.
func (s *Service) Visit(ctx context.Context) (since time.Time, err error) {
	who := actor.From(ctx)
	if who.UserID == "" {
		return since, nil
	}
	var row struct{ LastAt, SinceAt time.Time }
	db := s.KIS.DB
	err = store.MapError(db.Read().NewSelect().TableExpr("home_visits").ColumnExpr("last_at, since_at").Where("user_id = ?", who.UserID).Scan(ctx, &row), "visit")
	first := row.LastAt.IsZero()
	if err != nil && !first {
		return since, err
	}
	now := db.Now()
	if since = row.SinceAt; !first && now.Sub(row.LastAt) < pause {
		if now.Sub(row.LastAt) < time.Minute {
			return since, nil
		}
	} else if since = row.LastAt; first {
		since = now
	}
	err = db.Unrecorded(ctx, func(tx *store.Tx) error {
		_, err := tx.NewRaw("INSERT INTO home_visits (user_id, last_at, since_at) VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET last_at = EXCLUDED.last_at, since_at = EXCLUDED.since_at",
			who.UserID, tx.Now, since).Exec(ctx)
		return store.MapError(err, "visit")
	})
	if first {
		since = time.Time{}
	}
	return since, err
}

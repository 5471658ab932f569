package summary

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit"
	"github.com/kis-platform/kis/audit/figure"
	"github.com/kis-platform/kis/audit/gsbpm"
	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

func actorOf(ctx context.Context) actor.Actor { return actor.From(ctx) }

// yearOf reads the year of a moment or day in the database.
func yearOf(text string, none int) int {
	if y, err := strconv.Atoi(text); err == nil {
		return y
	}
	return none
}

// seen says how the acts of the year are read that the actor sees: it gives m
// the figures that are kept of them, and a query for the acts c that these
// leave out, nil for none.
func (s *Service) seen(ctx context.Context, db bun.IDB, year int, anew bool, m *material) (func() *bun.SelectQuery, error) {
	sc, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return nil, err
	}
	kept := false
	if !anew && (sc.Any || len(sc.Departments) > 0) {
		departments := sc.Departments
		if sc.Any {
			departments = nil
		}
		if m.figures, m.running, kept, err = figure.Of(ctx, db, s.KIS.Zone, year, departments, openStates()); err != nil {
			return nil, err
		}
		if kept && sc.Any {
			return nil, nil
		}
	}
	from, before := audit.YearBounds(year, s.KIS.Zone)
	return func() *bun.SelectQuery {
		q := audit.ActsInScope(ctx, db.NewSelect().TableExpr("acts AS c"), sc).Where("c.issued_at >= ? AND c.issued_at < ?", from, before)
		if kept {
			q.Where("c.department_id NOT IN (?)", bun.List(sc.Departments))
		}
		return q
	}, nil
}

// openStates are the states of issued acts that an act does not stay in for
// good.
func openStates() (out []string) {
	for _, state := range audit.ActStates() {
		if state != audit.ActDraft && !final(state) {
			out = append(out, string(state))
		}
	}
	return out
}

// acts reads what of gives, with causes and steps: three queries.
func (s *Service) acts(ctx context.Context, of func() *bun.SelectQuery, m *material) error {
	err := of().ColumnExpr("c.id, c.state, c.grade, c.origin, c.clause, c.gsbpm, c.repeat_of IS NOT NULL AS repeat, c.reopened, c.cause_method, c.root_cause <> '' AS root_cause").
		ColumnExpr("COALESCE(CAST(p.id AS TEXT), '') AS process_id, COALESCE(p.code, '') AS process_code, COALESCE(p.title_az, '') AS process_az, COALESCE(p.title_en, '') AS process_en").
		ColumnExpr("c.department_id, d.code AS department, d.name_az AS department_az, d.name_en AS department_en").
		Join("JOIN departments AS d ON d.id = c.department_id").
		Join("LEFT JOIN cycles AS y ON y.id = c.cycle_id").Join("LEFT JOIN processes AS p ON p.id = y.process_id").Scan(ctx, &m.acts)
	if err != nil {
		return store.MapError(err, "acts of the year")
	}
	err = of().Distinct().ColumnExpr("k.act_id, k.category").Join("JOIN act_causes AS k ON k.act_id = c.id").Where("k.category <> ''").
		Where("c.cause_method = ?", audit.Ishikawa).OrderExpr("k.act_id, k.category").Scan(ctx, &m.causes)
	if err != nil {
		return store.MapError(err, "causes of the year")
	}
	err = of().ColumnExpr("e.act_id, e.to_state, e.at").Join("JOIN act_events AS e ON e.act_id = c.id AND e.action_id IS NULL").OrderExpr("e.act_id, e.seq").Scan(ctx, &m.steps)
	return store.MapError(err, "steps of the year")
}

// audits counts the audits of the year by state and the findings that were
// shown to their departments by grade.
func (s *Service) audits(ctx context.Context, db bun.IDB, year int) (list []auditRow, findings map[audit.Grade]int, err error) {
	findings = map[audit.Grade]int{}
	sc := policies.For(actor.From(ctx), policies.AuditRead)
	if sc.None() {
		return nil, findings, nil
	}
	of := func() *bun.SelectQuery {
		first, last := strconv.Itoa(year)+"-01-01", strconv.Itoa(year)+"-12-31"
		return audit.AuditsInScope(db.NewSelect().TableExpr("audits AS a"), sc).Where("a.planned_from BETWEEN ? AND ?", first, last)
	}
	if err = of().ColumnExpr("a.state, COUNT(*) AS n").GroupExpr("a.state").Scan(ctx, &list); err != nil {
		return nil, nil, store.MapError(err, "audits of the year")
	}
	var rows []struct {
		Grade audit.Grade
		N     int
	}
	err = audit.FindingsInScope(of(), sc).ColumnExpr("f.grade, COUNT(*) AS n").Join("JOIN findings AS f ON f.audit_id = a.id").
		Where("f.state IN (?)", bun.List([]audit.FindingState{audit.FindingShared, audit.FindingConfirmed, audit.FindingDiverging, audit.FindingReported})).
		GroupExpr("f.grade").Scan(ctx, &rows)
	for _, r := range rows {
		findings[r.Grade] = r.N
	}
	return list, findings, store.MapError(err, "findings of the year")
}

// named is a process or department.
type named struct {
	ID, Code string
	AZ       string `bun:"az"`
	EN       string `bun:"en"`
}

// names reads those of clauses, phases and branches of causes, and of the
// processes and departments of figures.
func (s *Service) names(ctx context.Context, db bun.IDB, figures []figure.Figure) (n names, err error) {
	n.clauses, n.phases, n.owners = map[string]name{}, map[string]name{}, map[string]named{}
	var processes, departments []string
	for _, f := range figures {
		switch {
		case f.Dimension == figure.Process && f.Key != figure.None:
			processes = append(processes, f.Key)
		case f.Dimension == figure.Department:
			departments = append(departments, f.Key)
		}
	}
	if len(departments) > 0 { // there are acts
		var list []named
		err := db.NewRaw("SELECT id, code, title_az AS az, title_en AS en FROM processes WHERE id IN (?) UNION ALL SELECT id, code, name_az, name_en FROM departments WHERE id IN (?)",
			bun.List(processes), bun.List(departments)).Scan(ctx, &list)
		if err != nil {
			return n, store.MapError(err, "names of the year")
		}
		for _, x := range list {
			n.owners[x.ID] = x
		}
	}
	var clauses []struct {
		Number  string
		TitleAZ string `bun:"title_az"`
		TitleEN string `bun:"title_en"`
	}
	if err = db.NewRaw("SELECT number, title_az, title_en FROM standard_clauses ORDER BY edition, standard DESC").Scan(ctx, &clauses); err != nil {
		return n, store.MapError(err, "clauses")
	}
	for _, c := range clauses {
		n.clauses[c.Number] = name{c.TitleAZ, c.TitleEN}
	}
	phases, err := gsbpm.Phases()
	if err != nil {
		return n, apperr.Wrap(err, "model")
	}
	for _, p := range phases {
		n.phases[p.Code] = name{p.NameAZ, p.NameEN}
	}
	list, err := s.Audit.CauseCategories(ctx)
	for _, k := range list {
		n.branches = append(n.branches, branch{k.Code, name{k.NameAZ, k.NameEN}})
	}
	return n, err
}

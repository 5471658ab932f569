package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

// FindingPage is everything a page says about a finding.
type FindingPage struct {
	Finding

	Audit      AuditRef
	Department office.Department
	ClauseName Clause
	RowNo      string
	Act        ActRef // zero when it made none, or the actor may not open it
	ActState   ActState
	Repeats    FindingRef   // the earlier finding it repeats
	Into       FindingRef   // the finding it was merged into
	Merged     []FindingRef // findings merged into it
	Others     []FindingRef // drafts of the same audit and department it could absorb
	Evidence   []Evidence
	Events     []FindingEvent // newest first
	People     map[string]Person
	Working    bool     // the actor sees the working papers
	Steps      []string // verbs of FindingTransitions open to the actor, and "edit", "repeat", "stand"
}

// FindingRef names a finding: DA-2026-01, 3.
type FindingRef struct {
	ID        string
	Number    string // of its audit
	No        int
	Grade     Grade
	Statement string
}

// Can says whether a step is open to the actor.
func (p FindingPage) Can(verb string) bool { return slices.Contains(p.Steps, verb) }

// FindingPage gives a finding with everything around it.
func (s *Service) FindingPage(ctx context.Context, id string) (FindingPage, error) {
	db := s.DB.Read()
	f, err := s.seenFinding(ctx, db, id)
	if err != nil {
		return FindingPage{}, err
	}
	p := FindingPage{Finding: f}
	a, err := s.seenAudit(ctx, db, f.AuditID)
	if err != nil {
		return p, err
	}
	p.Audit = AuditRef{ID: a.ID, Number: a.Number, Title: a.Title, Kind: a.Kind, State: a.State}
	read, err := office.Allowed(ctx, policies.AuditRead)
	if err != nil {
		return p, err
	}
	p.Working = read.Any || read.Object(kindAudit, a.ID)
	if err := s.loadFindingRefs(ctx, db, &p); err != nil {
		return p, err
	}
	_, ids, err := links(ctx, db, "finding_evidence", "finding_id", []string{f.ID})
	if err != nil {
		return p, err
	}
	evidence, err := s.evidence(ctx, db, ids)
	if err != nil {
		return p, err
	}
	for _, id := range ids {
		p.Evidence = append(p.Evidence, evidence[id])
	}
	if err := db.NewSelect().Model(&p.Events).Where("e.finding_id = ?", f.ID).Order("e.seq DESC").Scan(ctx); err != nil {
		return p, store.MapError(err, "events")
	}
	if !p.Working { // what the team did among itself is its own
		p.Events = slices.DeleteFunc(p.Events, func(e FindingEvent) bool { return e.Verb == "edit" || e.Verb == "absorb" || e.Verb == "repeat" })
	}
	if p.People, err = people(ctx, db, []string{f.CreatedBy, f.ViewBy}); err != nil {
		return p, err
	}
	part, err := partOf(ctx, db, a.ID, me(ctx))
	if err != nil {
		return p, err
	}
	p.Steps = findingSteps(ctx, p, part)
	return p, nil
}

// loadFindingRefs reads what a finding refers to.
func (s *Service) loadFindingRefs(ctx context.Context, db bun.IDB, p *FindingPage) error {
	departments, err := office.DepartmentsByID(ctx, db, []string{p.DepartmentID})
	if err != nil {
		return err
	}
	p.Department = departments[p.DepartmentID]
	list := []FindingView{{Finding: p.Finding}}
	var r struct{ RowNo, ClauseAZ, ClauseEN, ActID, ActNumber, ActState string }
	err = db.NewSelect().TableExpr("findings AS f").
		ColumnExpr("COALESCE(w.no, '') AS row_no, COALESCE(sc.title_az, '') AS clause_az, COALESCE(sc.title_en, '') AS clause_en").
		ColumnExpr("COALESCE(CAST(c.id AS TEXT), '') AS act_id, COALESCE(c.number, '') AS act_number, COALESCE(c.state, '') AS act_state").
		Join("LEFT JOIN audit_rows AS w ON w.id = f.row_id").Join("LEFT JOIN acts AS c ON c.finding_id = f.id").
		Join("LEFT JOIN standard_clauses AS sc ON sc.standard = f.standard AND sc.edition = f.edition AND sc.number = f.clause").
		Where("f.id = ?", p.ID).Scan(ctx, &r)
	if err != nil {
		return store.MapError(err, "finding refs")
	}
	list[0].ActID, list[0].ActNumber, list[0].ActState = r.ActID, r.ActNumber, ActState(r.ActState)
	if err := closeActs(ctx, db, list, known([]string{r.ActID})); err != nil {
		return err
	}
	p.RowNo, p.Act, p.ActState = r.RowNo, ActRef{list[0].ActID, list[0].ActNumber}, list[0].ActState
	p.ClauseName = Clause{Standard: p.Standard, Edition: p.Edition, Number: p.Clause, TitleAZ: r.ClauseAZ, TitleEN: r.ClauseEN}
	var refs []struct {
		FindingRef

		MergedInto string
		State      FindingState
		AuditID    string
		Department string
	}
	q := db.NewSelect().TableExpr("findings AS f").ColumnExpr("f.id, a.number, f.no, f.grade, f.statement, COALESCE(CAST(f.merged_into AS TEXT), '') AS merged_into").
		ColumnExpr("f.state, f.audit_id, f.department_id AS department").Join("JOIN audits AS a ON a.id = f.audit_id").
		WhereOr("f.merged_into = ?", p.ID).WhereOr("f.id IN (?)", bun.List(append(known([]string{p.RepeatOf, p.MergedInto}), p.ID)))
	if p.Working && p.State == FindingDraft {
		q.WhereOr("f.audit_id = ? AND f.state = ? AND f.department_id = ?", p.AuditID, FindingDraft, p.DepartmentID)
	}
	if err := q.OrderExpr("f.no").Scan(ctx, &refs); err != nil {
		return store.MapError(err, "findings around")
	}
	for _, x := range refs {
		switch {
		case x.ID == p.ID:
		case x.ID == p.MergedInto:
			p.Into = x.FindingRef
		case x.MergedInto == p.ID:
			p.Merged = append(p.Merged, x.FindingRef)
		case x.ID == p.RepeatOf:
			p.Repeats = x.FindingRef
		case slices.Index(Grades(), x.Grade) >= slices.Index(Grades(), p.Grade):
			p.Others = append(p.Others, x.FindingRef)
		}
	}
	return nil
}

// findingSteps lists what the actor may do to the finding now. The service
// decides again when it is done.
func findingSteps(ctx context.Context, p FindingPage, part TeamRole) (steps []string) {
	who := actor.From(ctx)
	may := func(action policies.Action) bool {
		sc := policies.For(who, action)
		return sc.Department(p.DepartmentID) || allowedPart(sc, action, part)
	}
	byAct := p.Act.Number != "" && p.ActState != ActWithdrawn
	for _, t := range office.Next(FindingTransitions, p.State) {
		switch {
		case t.Verb == "report" || !may(t.Action) || slices.Contains(steps, t.Verb):
		case t.Verb == "merge": // from the finding that stays
		case byAct && t.Verb != "share":
		default:
			steps = append(steps, t.Verb)
		}
	}
	if p.State == FindingDraft && may(policies.FindingRaise) {
		steps = append(steps, "edit", "repeat")
	}
	if p.State == FindingDiverging && may(policies.FindingRaise) {
		steps = append(steps, "stand")
	}
	return steps
}

package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// MemberView is one of the team, with what was found about independence.
type MemberView struct {
	Person

	Role      TeamRole
	Conflicts []Conflict     // found today; empty when independent
	Exception *ExceptionView // the decision under which a person with conflicts audits
}

// ExceptionView is a decision with names.
type ExceptionView struct {
	Exception

	Person  Person
	Decided Person
}

// Codes lists the conflicts that the decision was about.
func (x ExceptionView) Codes() []string { return fields(x.Conflicts) }

// FindingView is a finding with the act it made.
type FindingView struct {
	Finding

	RowNo      string
	Department kis.Department
	ActID      string // empty also when the actor may not open it
	ActNumber  string // empty while the act is a draft
	ActState   ActState
	Evidence   []Evidence // filled in dossiers only
	By         string     // name of who raised it
}

// AuditView is what the page and the report say about an audit, without its
// checklist.
type AuditView struct {
	Audit

	Cycles      []CycleRef
	Codes       []string
	Departments []kis.Department // the audited one first
	Standards   []Standard       // of the checklist's templates
	Team        []MemberView     // lead first
	Exceptions  []ExceptionView  // all decisions, also on people who are no longer on the team
	Counts      map[Answer]int   // rows by answer
	Phases      []string         // phases of the rows, for a filter
	Findings    []FindingView
	Acts        []ActBrief
	Created     Person
	Working     bool     // the actor sees the checklist and drafts, not only what was given to the department
	Part        TeamRole // of the actor in the team
	Steps       []string // verbs of AuditTransitions open to the actor, and "team", "except", "meeting", "answer"
}

// Can says whether a step is open to the actor.
func (v AuditView) Can(verb string) bool { return slices.Contains(v.Steps, verb) }

// Rows is the number of rows, Answered of those that were looked at.
func (v AuditView) Rows() (n int) {
	for _, c := range v.Counts {
		n += c
	}
	return n
}

// Answered is the number of rows with an answer.
func (v AuditView) Answered() int { return v.Rows() - v.Counts[Open] }

// Lead is who leads the audit.
func (v AuditView) Lead() Person {
	if len(v.Team) > 0 {
		return v.Team[0].Person
	}
	return Person{}
}

// Audited is the department that is audited.
func (v AuditView) Audited() kis.Department {
	if len(v.Departments) > 0 {
		return v.Departments[0]
	}
	return kis.Department{}
}

// Audit gives an audit with everything its page shows but the checklist.
func (s *Service) Audit(ctx context.Context, id string) (AuditView, error) {
	a, err := s.seenAudit(ctx, s.DB.Read(), id)
	if err != nil {
		return AuditView{}, err
	}
	return s.auditView(ctx, s.DB.Read(), a)
}

func (s *Service) auditView(ctx context.Context, db bun.IDB, a Audit) (AuditView, error) {
	v := AuditView{Audit: a}
	sc, err := scopeOf(ctx, db, a.ID)
	if err != nil {
		return v, err
	}
	v.Codes = sc.Codes
	if v.Cycles, err = cycleRefs(ctx, db, append([]string{}, sc.Cycles...)); err != nil {
		return v, err
	}
	if v.Standards, err = standardsOf(ctx, db, a.ID); err != nil {
		return v, err
	}
	if v.Counts, v.Phases, err = rowCounts(ctx, db, a.ID); err != nil {
		return v, err
	}
	if v.Findings, err = findingsOf(ctx, db, a.ID); err != nil {
		return v, err
	}
	if err := s.loadTeam(ctx, db, &v, sc); err != nil {
		return v, err
	}
	acts, err := kis.Allowed(ctx, policies.ActRead)
	if err != nil {
		return v, err
	}
	if v.Acts, err = actBriefs(ctx, db, acts, ActFilter{AuditID: a.ID, Limit: maxActsOfAudit}); err != nil {
		return v, err
	}
	read, err := kis.Allowed(ctx, policies.AuditRead)
	if err != nil {
		return v, err
	}
	v.Working = read.Any || read.Object(kindAudit, a.ID)
	v.hide()
	v.Steps = auditSteps(ctx, v)
	return v, nil
}

// maxActsOfAudit bounds the acts shown on one audit's page.
const maxActsOfAudit = 500

// hide takes away what the audited departments do not see yet: drafts and
// findings before the report.
func (v *AuditView) hide() {
	if v.Working {
		return
	}
	v.Findings = slices.DeleteFunc(v.Findings, func(f FindingView) bool {
		return v.ReportedAt.IsZero() && (f.ActState == "" || f.ActState == ActDraft || f.ActNumber == "")
	})
	v.Counts, v.Phases = map[Answer]int{}, nil
}

// loadTeam resolves departments, team, conflicts and decisions.
func (s *Service) loadTeam(ctx context.Context, db bun.IDB, v *AuditView, sc scope) error {
	deps := append([]string{}, sc.Departments...)
	for _, f := range v.Findings {
		deps = append(deps, f.DepartmentID)
	}
	departments, err := kis.DepartmentsByID(ctx, db, known(deps))
	if err != nil {
		return err
	}
	for _, id := range sc.Departments {
		v.Departments = append(v.Departments, departments[id])
	}
	for i, f := range v.Findings {
		v.Findings[i].Department = departments[f.DepartmentID]
	}
	team, err := teamOf(ctx, db, v.ID)
	if err != nil {
		return err
	}
	decisions, err := allExceptions(ctx, db, v.ID)
	if err != nil {
		return err
	}
	ids := append(userIDs(team), v.CreatedBy)
	for _, x := range decisions {
		ids = append(ids, x.UserID, x.DecidedBy)
	}
	names, err := people(ctx, db, ids)
	if err != nil {
		return err
	}
	v.Created = names[v.CreatedBy]
	for _, x := range decisions {
		v.Exceptions = append(v.Exceptions, ExceptionView{Exception: x, Person: names[x.UserID], Decided: names[x.DecidedBy]})
	}
	conflicts, err := s.conflictsOf(ctx, db, sc, userIDs(team))
	if err != nil {
		return err
	}
	who := me(ctx)
	for _, t := range team {
		if t.UserID == who {
			v.Part = t.Role
		}
		m := MemberView{Person: names[t.UserID], Role: t.Role, Conflicts: conflicts[t.UserID]}
		for i := range v.Exceptions {
			if v.Exceptions[i].ID == t.ExceptionID {
				m.Exception = &v.Exceptions[i]
			}
		}
		v.Team = append(v.Team, m)
	}
	return nil
}

// auditSteps lists what the actor may do to the audit now.
func auditSteps(ctx context.Context, v AuditView) (steps []string) {
	who := actor.From(ctx)
	may := func(action policies.Action) bool {
		return allowedPart(policies.For(who, action), action, v.Part)
	}
	for _, t := range kis.Next(AuditTransitions, v.State) {
		if may(t.Action) {
			steps = append(steps, t.Verb)
		}
	}
	open := v.State == Planned || v.State == Announced || v.State == InProgress
	if open && may(policies.AuditPlan) && (v.State != InProgress || may(policies.AuditCancel)) {
		steps = append(steps, "team")
	}
	if open && may(policies.AuditExcept) {
		steps = append(steps, "except")
	}
	if v.State == InProgress && may(policies.AuditMove) {
		steps = append(steps, "meeting")
	}
	if v.State == InProgress && may(policies.ChecklistAnswer) {
		steps = append(steps, "answer")
	}
	return steps
}

// Candidate is somebody with an auditor's role, for choosing a team.
type Candidate struct {
	Person

	Lead      bool // holds the role of lead auditor
	Part      TeamRole
	Conflicts []Conflict
	Exception bool // a decision covers all the conflicts
}

// Free says whether the person may be put on the team now.
func (c Candidate) Free() bool { return len(c.Conflicts) == 0 || c.Exception }

// Candidates lists everybody who could audit with what speaks against it.
func (s *Service) Candidates(ctx context.Context, auditID string) ([]Candidate, error) {
	if _, err := kis.Allowed(ctx, policies.AuditPlan); err != nil {
		return nil, err
	}
	a, err := s.seenAudit(ctx, s.DB.Read(), auditID)
	if err != nil {
		return nil, err
	}
	sc, err := scopeOf(ctx, s.DB.Read(), a.ID)
	if err != nil {
		return nil, err
	}
	team, err := teamOf(ctx, s.DB.Read(), a.ID)
	if err != nil {
		return nil, err
	}
	decisions, err := exceptionsOf(ctx, s.DB.Read(), a.ID)
	if err != nil {
		return nil, err
	}
	list, err := s.auditors(ctx, s.DB.Read())
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	conflicts, err := s.conflictsOf(ctx, s.DB.Read(), sc, ids)
	if err != nil {
		return nil, err
	}
	for i, c := range list {
		list[i].Conflicts = conflicts[c.ID]
		if x, ok := decisions[c.ID]; ok {
			list[i].Exception = x.covers(conflicts[c.ID])
		}
		for _, t := range team {
			if t.UserID == c.ID {
				list[i].Part = t.Role
			}
		}
	}
	return list, nil
}

// auditors lists everybody who holds an auditor's role today, by name.
func (s *Service) auditors(ctx context.Context, db bun.IDB) ([]Candidate, error) {
	grants, err := auditorRoles(ctx, db, nil, s.KIS.Today())
	if err != nil {
		return nil, err
	}
	var ids []string
	for id := range grants {
		ids = append(ids, id)
	}
	names, err := people(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	var out []Candidate
	for id, g := range grants {
		out = append(out, Candidate{Person: names[id], Lead: slices.Contains(g.Roles, string(policies.LeadAuditor))})
	}
	sortPeople(out)
	return out, nil
}

// PlanOptions is what a form for a new audit offers.
type PlanOptions struct {
	Cycles      []CycleRef
	Departments []kis.Department
	Auditors    []Candidate
	Templates   []Template
}

// PlanOptions gives what an audit can be planned with.
func (s *Service) PlanOptions(ctx context.Context) (o PlanOptions, err error) {
	if _, err = kis.Allowed(ctx, policies.AuditPlan); err != nil {
		return o, err
	}
	db := s.DB.Read()
	if o.Cycles, err = cycleRefs(ctx, db, nil); err != nil {
		return o, err
	}
	all, err := s.KIS.Departments(ctx)
	if err != nil {
		return o, err
	}
	for _, d := range all {
		if d.Kind == kis.Internal {
			o.Departments = append(o.Departments, d)
		}
	}
	if o.Auditors, err = s.auditors(ctx, db); err != nil {
		return o, err
	}
	o.Templates, err = currentTemplates(ctx, db, s.KIS.Today())
	return o, store.MapError(err, "plan options")
}

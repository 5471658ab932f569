package audit

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
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

// Codes lists the kinds of conflict that the decision was about.
func (x ExceptionView) Codes() []string {
	var out []string
	for _, f := range fields(x.Conflicts) {
		code, _, _ := strings.Cut(f, ":")
		if !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

// FindingView is a finding with the act it made.
type FindingView struct {
	Finding

	RowNo      string
	Department office.Department
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
	Departments []office.Department // the audited one first
	Standards   []Standard          // of the checklist's templates
	Documents   []NamedDocument     // controlled ones that are criteria
	Team        []MemberView        // lead first
	Exceptions  []ExceptionView     // all decisions, also on people who are no longer on the team
	Guests      []Guest             // with the team without auditing
	Sites       []Site
	Schedule    []SessionView
	Attendance  []Attendance   // at both meetings
	Notice      Notice         // that an announcement today would give; only while it is planned
	Programme   ProgrammeRef   // the row that it came from; zero when it came from none
	Counts      map[Answer]int // rows by answer
	Phases      []string       // phases of the rows, for a filter
	Findings    []FindingView
	Acts        []ActBrief
	Created     Person
	Working     bool     // the actor sees the checklist and drafts, not only what was given to the department
	Part        TeamRole // of the actor in the team
	Steps       []string // verbs of AuditTransitions open to the actor, and "team", "build", "edit", "except", "meeting", "answer"
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
func (v AuditView) Audited() office.Department {
	if len(v.Departments) > 0 {
		return v.Departments[0]
	}
	return office.Department{}
}

// Audit gives an audit with everything its page shows but the checklist.
func (s *Service) Audit(ctx context.Context, id string) (AuditView, error) {
	a, err := s.seenAudit(ctx, s.DB.Read(), id)
	if err != nil {
		return AuditView{}, err
	}
	v, err := s.auditView(ctx, s.DB.Read(), a)
	if err == nil {
		v.Documents, err = s.namedDocuments(ctx, a.ID)
	}
	return v, err
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
	if err := s.loadPlan(ctx, db, &v); err != nil {
		return v, err
	}
	acts, err := office.Allowed(ctx, policies.ActRead)
	if err != nil {
		return v, err
	}
	if v.Acts, err = actBriefs(ctx, db, acts, ActFilter{AuditID: a.ID, Limit: maxActsOfAudit}); err != nil {
		return v, err
	}
	read, err := office.Allowed(ctx, policies.AuditRead)
	if err != nil {
		return v, err
	}
	v.Working = read.Any || read.Object(kindAudit, a.ID)
	v.hide()
	v.Steps = auditSteps(ctx, v)
	return v, nil
}

// ProgrammeRef is the row of a programme that an audit came from.
type ProgrammeRef struct{ Year, No int }

// loadPlan reads what the plan of an audit says beyond scope and team.
func (s *Service) loadPlan(ctx context.Context, db bun.IDB, v *AuditView) (err error) {
	if v.Guests, err = guestsOf(ctx, db, v.ID); err != nil {
		return err
	}
	if v.Sites, err = sitesOf(ctx, db, v.ID); err != nil {
		return err
	}
	if v.Schedule, err = s.schedule(ctx, db, v.ID); err != nil {
		return err
	}
	if v.Attendance, err = attendanceOf(ctx, db, v.ID); err != nil {
		return err
	}
	if v.State == Planned {
		if v.Notice, err = s.noticeOf(ctx, db, v.Audit); err != nil {
			return err
		}
	}
	if v.ProgrammeRowID == "" {
		return nil
	}
	err = db.NewRaw("SELECT p.year, r.no FROM programme_rows r JOIN programmes p ON p.id = r.programme_id WHERE r.id = ?", v.ProgrammeRowID).Scan(ctx, &v.Programme)
	return store.MapError(err, "row of the programme")
}

// Present lists who was at the opening or the closing meeting.
func (v AuditView) Present(closing bool) (out []Attendance) {
	for _, a := range v.Attendance {
		if a.Closing == closing {
			out = append(out, a)
		}
	}
	return out
}

// maxActsOfAudit bounds the acts shown on one audit's page.
const maxActsOfAudit = 500

// hide takes away what the audited departments do not see: drafts, and findings
// that were not shown to them.
func (v *AuditView) hide() {
	if v.Working {
		return
	}
	v.Findings = slices.DeleteFunc(v.Findings, func(f FindingView) bool { return !f.State.Shown() })
	v.Counts, v.Phases = map[Answer]int{}, nil
}

// loadTeam resolves departments, team, conflicts and decisions.
func (s *Service) loadTeam(ctx context.Context, db bun.IDB, v *AuditView, sc scope) error {
	deps := append([]string{}, sc.Departments...)
	for _, f := range v.Findings {
		deps = append(deps, f.DepartmentID)
	}
	departments, err := office.DepartmentsByID(ctx, db, known(deps))
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
	conflicts, err := s.conflictsNow(ctx, db, v.Audit, sc, team)
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
			// The last decision about the person is the one that counts.
			if x := v.Exceptions[i]; x.UserID == t.UserID && len(m.Conflicts) > 0 {
				if m.Exception = nil; x.covers(m.Conflicts) {
					m.Exception = &v.Exceptions[i]
				}
			}
		}
		v.Team = append(v.Team, m)
	}
	return nil
}

// conflictsNow finds what speaks against the team: today while the audit goes
// on, and as it was found at the report once it is given, for what came later
// says nothing about the work.
func (s *Service) conflictsNow(ctx context.Context, db bun.IDB, a Audit, sc scope, team []teamRow) (map[string][]Conflict, error) {
	if a.State == Planned || a.State == Announced || a.State == InProgress {
		return s.conflictsOf(ctx, db, sc, userIDs(team))
	}
	kept, err := lastChecks(ctx, db, a.ID)
	out := map[string][]Conflict{}
	for _, t := range team {
		if k, ok := kept[t.UserID]; ok {
			out[t.UserID] = k.found()
		}
	}
	return out, err
}

// Dependent lists those of the team who are not independent and have no
// decision that covers it.
func (v AuditView) Dependent() (out []MemberView) {
	for _, m := range v.Team {
		if len(m.Conflicts) > 0 && m.Exception == nil {
			out = append(out, m)
		}
	}
	return out
}

// auditSteps lists what the actor may do to the audit now.
func auditSteps(ctx context.Context, v AuditView) (steps []string) {
	who := actor.From(ctx)
	may := func(action policies.Action) bool {
		return allowedPart(policies.For(who, action), action, v.Part)
	}
	for _, t := range office.Next(AuditTransitions, v.State) {
		if may(t.Action) {
			steps = append(steps, t.Verb)
		}
	}
	open := v.State == Planned || v.State == Announced || v.State == InProgress
	if open && may(policies.AuditPlan) && (v.State != InProgress || may(policies.AuditCancel)) {
		steps = append(steps, "team")
	}
	if (v.State == Planned || v.State == Announced) && may(policies.AuditPlan) {
		steps = append(steps, "build")
	}
	if v.State == Planned && may(policies.AuditPlan) {
		steps = append(steps, "edit")
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

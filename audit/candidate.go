package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/audit/gsbpm"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/policies"
)

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
	if _, err := office.Allowed(ctx, policies.AuditPlan); err != nil {
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
	Departments []office.Department
	Auditors    []Candidate
	Templates   []Template
	Sites       []Site
	Phases      []gsbpm.Activity
}

// PlanOptions gives what an audit can be planned with.
func (s *Service) PlanOptions(ctx context.Context) (o PlanOptions, err error) {
	if _, err = office.Allowed(ctx, policies.AuditPlan); err != nil {
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
		if d.Kind == office.Internal {
			o.Departments = append(o.Departments, d)
		}
	}
	if o.Auditors, err = s.auditors(ctx, db); err != nil {
		return o, err
	}
	if o.Sites, err = allSites(ctx, db); err != nil {
		return o, err
	}
	if o.Phases, err = gsbpm.Phases(); err != nil {
		return o, apperr.Wrap(err, "model")
	}
	o.Templates, err = currentTemplates(ctx, db, s.KIS.Today())
	return o, store.MapError(err, "plan options")
}

// PeopleOfScope lists the active people of the departments of an audit who
// are not on its team, by name: whom the team can speak with.
func (s *Service) PeopleOfScope(ctx context.Context, auditID string) ([]Person, error) {
	a, err := s.seenAudit(ctx, s.DB.Read(), auditID)
	if err != nil {
		return nil, err
	}
	var ids []string
	err = s.DB.Read().NewRaw(`SELECT u.id FROM users u JOIN audit_departments d ON d.department_id = u.department_id WHERE d.audit_id = ?0 AND u.disabled_at IS NULL
		AND u.id NOT IN (SELECT t.user_id FROM audit_team t WHERE t.audit_id = ?0) ORDER BY u.sort_key, u.id`, a.ID).Scan(ctx, &ids)
	if err != nil {
		return nil, store.MapError(err, "people of the scope")
	}
	names, err := people(ctx, s.DB.Read(), ids)
	out := make([]Person, 0, len(ids))
	for _, id := range ids {
		out = append(out, names[id])
	}
	return out, err
}

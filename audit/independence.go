package audit

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/kis"
	"github.com/kis-platform/kis/policies"
)

// scope is what an audit looks at: cycles, GSBPM codes (none = all) and
// departments, the audited one first.
type scope struct{ Cycles, Codes, Departments []string }

// ConflictCode names a reason why a person is not independent of a scope
// (ISO 9001:2015 9.2.2 c, ISO 19011:2018 4 e).
type ConflictCode string

const (
	InDepartment ConflictCode = "department" // works in a department of the scope
	Moved        ConflictCode = "moved"      // worked there within the last twelve months
	Submitted    ConflictCode = "submitted"  // submitted evidence in the scope
	Reviewed     ConflictCode = "reviewed"   // accepted or returned evidence in the scope
	OwnsAction   ConflictCode = "action"     // owns a corrective action in the scope
)

// ConflictCodes lists the reasons in the order they are shown.
func ConflictCodes() []ConflictCode {
	return []ConflictCode{InDepartment, Moved, Submitted, Reviewed, OwnsAction}
}

// Conflict is one reason, with the department it comes from where it has one.
type Conflict struct {
	Code       ConflictCode
	Department string  // code of the department, "SSS"
	Until      day.Day // Moved: last day there
}

// Text says the reason in a language.
func (c Conflict) Text(lang string) string {
	return i18n.T(lang, "audit.conflict."+string(c.Code), "department", c.Department, "day", c.Until.Format())
}

// Exception is a decision that a person may audit in spite of conflicts.
type Exception struct {
	bun.BaseModel `bun:"table:independence_exceptions,alias:x"`

	ID        string    `bun:"id,pk"`
	AuditID   string    `bun:"audit_id"`
	UserID    string    `bun:"user_id"`
	Conflicts string    `bun:"conflicts"` // codes, separated by blanks
	Reason    string    `bun:"reason"`
	DecidedBy string    `bun:"decided_by"`
	DecidedAt time.Time `bun:"decided_at"`
}

// covers says whether the decision was about all of these conflicts.
func (x Exception) covers(conflicts []Conflict) bool {
	known := strings.Fields(x.Conflicts)
	return !slices.ContainsFunc(conflicts, func(c Conflict) bool { return !slices.Contains(known, string(c.Code)) })
}

// conflictsOf finds for each of the users why they are not independent of the
// scope; who is independent is not in the map. It takes a fixed number of
// queries however many users there are.
func (s *Service) conflictsOf(ctx context.Context, db bun.IDB, sc scope, users []string) (map[string][]Conflict, error) {
	out := map[string][]Conflict{}
	if len(users) == 0 {
		return out, nil
	}
	months := 12
	if t, err := s.KIS.Timer("audit.independence"); err == nil && t.N() > 0 {
		months = t.N()
	}
	today := s.KIS.Today()
	worked, err := workedIn(ctx, db, users, sc.Departments, today.AddMonths(-months))
	if err != nil {
		return nil, err
	}
	// The strongest tie to a department comes first and is the one named.
	for _, w := range worked {
		c := Conflict{Code: InDepartment, Department: w.Code}
		if w.To != "" && w.To < today {
			c = Conflict{Code: Moved, Department: w.Code, Until: w.To}
		}
		if !slices.ContainsFunc(out[w.UserID], func(x Conflict) bool { return x.Department == c.Department }) {
			out[w.UserID] = append(out[w.UserID], c)
		}
	}
	people, err := kis.EvidencePeople(ctx, db, evidenceScope(sc))
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if !slices.Contains(users, p.UserID) {
			continue
		}
		if p.Submitted {
			out[p.UserID] = append(out[p.UserID], Conflict{Code: Submitted})
		}
		if p.Reviewed {
			out[p.UserID] = append(out[p.UserID], Conflict{Code: Reviewed})
		}
	}
	owners, err := actionOwners(ctx, db, users, sc)
	if err != nil {
		return nil, err
	}
	for _, o := range owners {
		out[o.UserID] = append(out[o.UserID], Conflict{Code: OwnsAction, Department: o.Code})
	}
	return out, nil
}

// evidenceScope narrows evidence to the cycles and codes of the audit;
// without a cycle it is all evidence of the departments.
func evidenceScope(sc scope) kis.EvidenceScope {
	if len(sc.Cycles) == 0 {
		return kis.EvidenceScope{Codes: sc.Codes, Departments: sc.Departments}
	}
	return kis.EvidenceScope{CycleIDs: sc.Cycles, Codes: sc.Codes}
}

// independentTeam makes the team of an audit, or refuses those who hold no
// auditor's role or are not independent, naming all reasons of each.
func (s *Service) independentTeam(ctx context.Context, tx *store.Tx, auditID string, sc scope, lead string, members []string) ([]teamRow, error) {
	var c apperr.Check
	team := []teamRow{{AuditID: auditID, UserID: lead, Role: Lead, CheckedAt: tx.Now}}
	users := []string{lead}
	for _, m := range members {
		if m != "" && !slices.Contains(users, m) {
			users = append(users, m)
			team = append(team, teamRow{AuditID: auditID, UserID: m, Role: Member, CheckedAt: tx.Now})
		}
	}
	auditors, err := auditorRoles(ctx, tx, users, s.KIS.Today())
	if err != nil {
		return nil, err
	}
	conflicts, err := s.conflictsOf(ctx, tx, sc, users)
	if err != nil {
		return nil, err
	}
	exceptions, err := exceptionsOf(ctx, tx, auditID)
	if err != nil {
		return nil, err
	}
	for i, t := range team {
		field := "members"
		if t.Role == Lead {
			field = "lead"
		}
		roles, known := auditors[t.UserID]
		switch {
		case !known:
			c.Add(field, "error.field.missing")
			continue
		case t.Role == Lead && !slices.Contains(roles.Roles, string(policies.LeadAuditor)):
			c.Add(field, "audit.error.not_lead", "name", roles.Name)
			continue
		case len(roles.Roles) == 0:
			c.Add(field, "audit.error.not_auditor", "name", roles.Name)
			continue
		}
		found := conflicts[t.UserID]
		if len(found) == 0 {
			continue
		}
		if x, ok := exceptions[t.UserID]; ok && x.covers(found) {
			team[i].ExceptionID = x.ID
			continue
		}
		c.Add(field, "audit.error.not_independent", "name", roles.Name, "reasons", reasons(ctx, found))
	}
	return team, c.Err()
}

// reasons joins the texts of conflicts in the language of the actor.
func reasons(ctx context.Context, conflicts []Conflict) string {
	var out []string
	for _, c := range conflicts {
		out = append(out, c.Text(actor.From(ctx).Lang))
	}
	return strings.Join(out, "; ")
}

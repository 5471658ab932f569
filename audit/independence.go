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

// scope is what an audit looks at: cycles, GSBPM codes (none = all),
// departments, the audited one first, and sites.
type scope struct{ Cycles, Codes, Departments, Sites []string }

// ConflictCode names a reason why a person is not independent of a scope
// (ISO 9001:2015 9.2.2 c, ISO 19011:2018 4 e).
type ConflictCode string

const (
	InDepartment ConflictCode = "department" // works in a department of the scope
	Moved        ConflictCode = "moved"      // worked there within the last twelve months
	Submitted    ConflictCode = "submitted"  // submitted evidence in the scope
	Reviewed     ConflictCode = "reviewed"   // accepted or returned evidence in the scope
	OwnsAction   ConflictCode = "action"     // owns a corrective action in the scope
	Standing     ConflictCode = "standing"   // has a standing conflict with a department, process or person of the scope
)

// ConflictCodes lists the reasons in the order they are shown.
func ConflictCodes() []ConflictCode {
	return []ConflictCode{InDepartment, Moved, Submitted, Reviewed, OwnsAction, Standing}
}

// Conflict is one reason, with the department it comes from where it has one.
type Conflict struct {
	Code       ConflictCode `json:"code"`
	Department string       `json:"department,omitempty"` // code of the department, "SSS"
	Until      day.Day      `json:"until,omitempty"`      // Moved: last day there
	With       string       `json:"with,omitempty"`       // Standing: code of the process, or name of the person
}

// Text says the reason in a language.
func (c Conflict) Text(lang string) string {
	with := c.With
	if with == "" {
		with = c.Department
	}
	return i18n.T(lang, "audit.conflict."+string(c.Code), "department", c.Department, "day", c.Until.Format(), "with", with)
}

// key tells one reason from another of its kind: "department:SSS". What has
// no place of its own is its code alone.
func (c Conflict) key() string {
	place := c.Department
	if c.With != "" {
		place = c.With
	}
	if place == "" {
		return string(c.Code)
	}
	return string(c.Code) + ":" + strings.ReplaceAll(place, " ", "_")
}

// Exception is a decision that a person may audit in spite of conflicts.
type Exception struct {
	bun.BaseModel `bun:"table:independence_exceptions,alias:x"`

	ID        string    `bun:"id,pk"`
	AuditID   string    `bun:"audit_id"`
	UserID    string    `bun:"user_id"`
	Conflicts string    `bun:"conflicts"` // keys, separated by blanks; a code alone stands for all of its kind
	Reason    string    `bun:"reason"`
	DecidedBy string    `bun:"decided_by"`
	DecidedAt time.Time `bun:"decided_at"`
}

// covers says whether the decision was about all of these conflicts.
func (x Exception) covers(conflicts []Conflict) bool {
	known := strings.Fields(x.Conflicts)
	return !slices.ContainsFunc(conflicts, func(c Conflict) bool {
		return !slices.Contains(known, c.key()) && !slices.Contains(known, string(c.Code))
	})
}

// conflictsOf finds for each of the users why they are not independent of the
// scope; who is independent is not in the map. It takes a fixed number of
// queries however many users there are.
func (s *Service) conflictsOf(ctx context.Context, db bun.IDB, sc scope, users []string) (map[string][]Conflict, error) {
	out := map[string][]Conflict{}
	if len(users) == 0 {
		return out, nil
	}
	today := s.KIS.Today()
	worked, err := workedIn(ctx, db, users, sc.Departments, today.AddMonths(-s.independenceMonths()))
	if err != nil {
		return nil, err
	}
	// The strongest tie to a department comes first and is the one named.
	for _, w := range worked {
		c := w.conflict(today)
		if !slices.ContainsFunc(out[w.UserID], func(x Conflict) bool { return x.Department == c.Department }) {
			out[w.UserID] = append(out[w.UserID], c)
		}
	}
	people, err := kis.EvidencePeople(ctx, db, evidenceScope(sc, users))
	if err != nil {
		return nil, err
	}
	for _, p := range people {
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
	standing, err := standingIn(ctx, db, users, sc, today)
	if err != nil {
		return nil, err
	}
	for _, x := range standing {
		out[x.UserID] = append(out[x.UserID], Conflict{Code: Standing, Department: x.Department, With: x.With})
	}
	return out, nil
}

// independenceMonths is how long who left a department may not audit it.
func (s *Service) independenceMonths() int {
	if t, err := s.KIS.Timer("audit.independence"); err == nil && t.N() > 0 {
		return t.N()
	}
	return 12
}

// conflict is the reason that a place of work is, seen from a day.
func (w workplace) conflict(today day.Day) Conflict {
	if w.To != "" && w.To < today {
		return Conflict{Code: Moved, Department: w.Code, Until: w.To}
	}
	return Conflict{Code: InDepartment, Department: w.Code}
}

// evidenceScope narrows evidence to the cycles and codes of the audit;
// without a cycle it is all evidence of the departments.
func evidenceScope(sc scope, users []string) kis.EvidenceScope {
	if len(sc.Cycles) == 0 {
		return kis.EvidenceScope{Codes: sc.Codes, Departments: sc.Departments, Users: users}
	}
	return kis.EvidenceScope{CycleIDs: sc.Cycles, Codes: sc.Codes, Users: users}
}

// Stage says at which step the independence of a team was looked at.
type Stage string

// The stages.
const (
	AtTeam     Stage = "team"     // when the team was set
	AtAnnounce Stage = "announce" // when the audit was announced
	AtStart    Stage = "start"    // when it began
	AtReport   Stage = "report"   // when it was reported
)

// independentTeam makes the team of an audit, or refuses those who hold no
// auditor's role, are not independent, or lead without the competence for it,
// naming all reasons of each. What was found is kept with the stage.
func (s *Service) independentTeam(ctx context.Context, tx *store.Tx, a Audit, sc scope, lead string, members []string, stage Stage) ([]teamRow, error) {
	var c apperr.Check
	if lead == "" {
		return nil, apperr.InvalidField("lead", "audit.error.no_team")
	}
	team := []teamRow{{AuditID: a.ID, UserID: lead, Role: Lead, CheckedAt: tx.Now}}
	users := []string{lead}
	for _, m := range members {
		switch {
		case m == "":
		case slices.Contains(users, m):
			c.Add("members", "audit.error.twice")
		default:
			users = append(users, m)
			team = append(team, teamRow{AuditID: a.ID, UserID: m, Role: Member, CheckedAt: tx.Now})
		}
	}
	if slices.ContainsFunc(users, func(id string) bool { return !store.IsID(id) }) {
		c.Add("members", "error.field.choice")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	auditors, err := auditorRoles(ctx, tx, users, s.KIS.Today())
	if err != nil {
		return nil, err
	}
	guests, err := guestUsers(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	conflicts, err := s.conflictsOf(ctx, tx, sc, users)
	if err != nil {
		return nil, err
	}
	exceptions, err := exceptionsOf(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	gap, err := competenceGap(ctx, tx, a, lead)
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
		case slices.Contains(guests, t.UserID):
			c.Add(field, "audit.error.is_guest", "name", roles.Name)
			continue
		case t.Role == Lead && gap != "":
			c.Add(field, "audit.error.not_competent", "name", roles.Name, "gap", i18n.T(actor.From(ctx).Lang, gap))
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
	if err := c.Err(); err != nil {
		return nil, err
	}
	return team, keepChecks(ctx, tx, a.ID, stage, team, conflicts)
}

// stillIndependent refuses a report while one of the team is not independent
// and no decision covers it. Roles and competence are not asked again: the
// work is done. What was found is kept.
func (s *Service) stillIndependent(ctx context.Context, tx *store.Tx, a Audit, c *apperr.Check) error {
	sc, err := scopeOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	team, err := teamOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	conflicts, err := s.conflictsOf(ctx, tx, sc, userIDs(team))
	if err != nil {
		return err
	}
	exceptions, err := exceptionsOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	names, err := people(ctx, tx, userIDs(team))
	if err != nil {
		return err
	}
	for i, t := range team {
		team[i].ExceptionID, team[i].CheckedAt = "", tx.Now
		found := conflicts[t.UserID]
		if len(found) == 0 {
			continue
		}
		if x, ok := exceptions[t.UserID]; ok && x.covers(found) {
			team[i].ExceptionID = x.ID
			continue
		}
		c.Add("team", "audit.error.not_independent", "name", names[t.UserID].Name, "reasons", reasons(ctx, found))
	}
	if c.Count() > 0 {
		return nil
	}
	if err := replaceTeam(ctx, tx, a.ID, team); err != nil {
		return err
	}
	return keepChecks(ctx, tx, a.ID, AtReport, team, conflicts)
}

// reasons joins the texts of conflicts in the language of the actor.
func reasons(ctx context.Context, conflicts []Conflict) string {
	var out []string
	for _, c := range conflicts {
		out = append(out, c.Text(actor.From(ctx).Lang))
	}
	return strings.Join(out, "; ")
}

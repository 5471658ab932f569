package audit

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/day"
	"github.com/kis-platform/kis/internal/i18n"
	"github.com/kis-platform/kis/kis/office"
	"github.com/kis-platform/kis/kis/process"
	"github.com/kis-platform/kis/policies"
)

// AuditorBrief is an auditor as the list shows them.
type AuditorBrief struct {
	Person

	Lead     bool // holds the role of lead auditor
	Record   Record
	Audits   int     // given reports as one of the team
	Led      int     // of these, as its lead
	Last     day.Day // report of the latest
	Leading  int     // trainings in leading audits that are valid today
	Expires  day.Day // the first of those that end
	Standing int     // conflicts that hold today
	Mean     int     // of the marks of all evaluations, in tenths; 0 = none
	Gap      string  // message key: why the person may not lead today; empty = may, or does not
}

// AuditorView is the page of an auditor.
type AuditorView struct {
	AuditorBrief

	Trainings   []Training         // latest first
	Conflicts   []StandingConflict // open first
	Evaluations []Evaluation       // latest first
	Teams       []AuditorAudit     // audits as one of the team, latest first
	CanRecord   bool
	CanJudge    bool
}

// AuditorAudit is an audit that somebody was on the team of.
type AuditorAudit struct {
	ID          string
	Number      string
	Title       string
	State       State
	Role        TeamRole
	PlannedFrom day.Day
}

// Standards lists the codes of the record.
func (b AuditorBrief) Standards() []string { return strings.Fields(b.Record.Standards) }

// Auditors lists everybody who holds an auditor's role today, by name. Six
// queries.
func (s *Service) Auditors(ctx context.Context) ([]AuditorBrief, error) {
	if _, err := office.Allowed(ctx, policies.AuditorRead); err != nil {
		return nil, err
	}
	return s.auditorBriefs(ctx, nil)
}

func (s *Service) auditorBriefs(ctx context.Context, only []string) ([]AuditorBrief, error) {
	db, today := s.DB.Read(), s.KIS.Today()
	grants, err := auditorRoles(ctx, db, only, today)
	if err != nil {
		return nil, err
	}
	var ids []string
	for id, g := range grants {
		if len(g.Roles) > 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	names, err := people(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	facts, err := auditorFacts(ctx, db, ids, today)
	if err != nil {
		return nil, err
	}
	var out []AuditorBrief
	for _, id := range ids {
		b := facts[id]
		b.Person, b.Lead = names[id], slices.Contains(grants[id].Roles, string(policies.LeadAuditor))
		if b.Lead {
			b.Gap = b.gap(nil)
		}
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b AuditorBrief) int {
		return cmp.Or(cmp.Compare(i18n.SortKey(a.Name), i18n.SortKey(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// gap says what is missing for leading an audit by these standards: a record
// with education, a standard, a valid training in leading audits.
func (b AuditorBrief) gap(standards []string) string {
	switch {
	case b.Record.Version == 0:
		return "audit.auditor.gap.record"
	case slices.ContainsFunc(standards, func(code string) bool { return !slices.Contains(b.Standards(), code) }), b.Record.Standards == "":
		return "audit.auditor.gap.standard"
	case b.Leading == 0:
		return "audit.auditor.gap.training"
	}
	return ""
}

// Auditor gives the page of an auditor.
func (s *Service) Auditor(ctx context.Context, userID string) (v AuditorView, err error) {
	if _, err = office.Allowed(ctx, policies.AuditorRead); err != nil {
		return v, err
	}
	db := s.DB.Read()
	if _, err = s.auditorName(ctx, db, userID); err != nil {
		return v, err
	}
	list, err := s.auditorBriefs(ctx, []string{userID})
	if err != nil || len(list) == 0 {
		return v, err
	}
	v.AuditorBrief = list[0]
	if v.Trainings, err = trainingsOf(ctx, db, userID); err != nil {
		return v, err
	}
	if v.Conflicts, err = conflictsDeclared(ctx, db, userID); err != nil {
		return v, err
	}
	if v.Evaluations, err = evaluationsOf(ctx, db, userID); err != nil {
		return v, err
	}
	if v.Teams, err = teamsOf(ctx, db, userID); err != nil {
		return v, err
	}
	who := actor.From(ctx)
	v.CanRecord, v.CanJudge = policies.Can(who, policies.AuditorRecord), policies.Can(who, policies.AuditorEvaluate) && who.UserID != userID
	return v, nil
}

// ConflictOptions is what a form for a standing conflict offers.
type ConflictOptions struct {
	Departments []office.Department
	Processes   []process.ProcessSummary
	People      []Person
}

// ConflictOptions gives what a standing conflict can be with.
func (s *Service) ConflictOptions(ctx context.Context) (o ConflictOptions, err error) {
	if _, err = office.Allowed(ctx, policies.AuditorRecord); err != nil {
		return o, err
	}
	if o.Departments, err = s.KIS.Departments(ctx); err != nil {
		return o, err
	}
	if o.Processes, err = s.KIS.Processes(ctx); err != nil {
		return o, err
	}
	o.People, err = everybody(ctx, s.DB.Read())
	return o, err
}

// StandardOptions lists the standards that a record can name.
func (s *Service) StandardOptions(ctx context.Context) ([]Standard, error) {
	if _, err := office.Allowed(ctx, policies.AuditorRead); err != nil {
		return nil, err
	}
	return allStandards(ctx, s.DB.Read())
}

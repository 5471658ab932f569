package audit

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/kis-platform/kis/internal/actor"
	"github.com/kis-platform/kis/internal/apperr"
	"github.com/kis-platform/kis/internal/store"
	"github.com/kis-platform/kis/policies"
)

// Independence does not end with the team of an audit (ISO 9001:2015, 9.2.2 c).
// Whoever judges what a department did about an act neither works in it nor
// left it within the months of independence; and who came to be dependent
// while an audit goes on does no more of its work. A decision of the quality
// manager on that audit (Exception) lets both go on.

// judging are the steps of an act that judge what its department did or says.
var judging = []string{"dismiss", "uphold", "approve", "return", "confirm", "fail"}

// apart refuses the actor as a judge of an act when they belong to its
// department or to another named.
func (s *Service) apart(ctx context.Context, db bun.IDB, a Act, more ...string) error {
	at, err := s.tied(ctx, db, append(more, a.DepartmentID))
	if err != nil || len(at) == 0 {
		return err
	}
	mine, err := decidedForMe(ctx, db, a.AuditID)
	if err != nil || mine.covers(at) {
		return err
	}
	return apperr.New(apperr.Forbidden, "audit.error.own_department", "reasons", reasons(ctx, at))
}

// tied finds with which of the departments the actor is tied.
func (s *Service) tied(ctx context.Context, db bun.IDB, departments []string) (out []Conflict, err error) {
	if departments = known(departments); me(ctx) == "" || len(departments) == 0 {
		return nil, nil
	}
	today := s.KIS.Today()
	worked, err := workedIn(ctx, db, []string{me(ctx)}, departments, today.AddMonths(-s.independenceMonths()))
	for _, w := range worked {
		c := w.conflict(today)
		if !slices.ContainsFunc(out, func(x Conflict) bool { return x.Department == c.Department }) {
			out = append(out, c)
		}
	}
	return out, err
}

// decidedForMe is the last decision on an audit about the actor; without one
// it covers nothing.
func decidedForMe(ctx context.Context, db bun.IDB, auditID string) (Exception, error) {
	if auditID == "" {
		return Exception{}, nil
	}
	list, err := exceptionsOf(ctx, db, auditID)
	return list[me(ctx)], err
}

// tiedTo gives the departments of an act whose work the actor may not judge.
func (s *Service) tiedTo(ctx context.Context, db bun.IDB, v ActView) (map[string]bool, error) {
	departments := []string{v.DepartmentID}
	for _, ac := range v.Actions {
		departments = append(departments, departmentsOf(ac.owners)...)
	}
	return s.notToJudge(ctx, db, departments, v.AuditID)
}

// notToJudge gives those of the departments, by id, whose work the actor may not
// judge: what pages leave out. None when a decision on the audit, "" for none,
// covers them. Nothing is asked for those who judge no acts at all.
func (s *Service) notToJudge(ctx context.Context, db bun.IDB, departments []string, auditID string) (map[string]bool, error) {
	who := actor.From(ctx)
	if !slices.ContainsFunc([]policies.Action{policies.ActionVerify, policies.ActEffect, policies.ActApprove, policies.ActResolve, policies.ActionExtend},
		func(a policies.Action) bool { return policies.Can(who, a) }) {
		return nil, nil
	}
	at, err := s.tied(ctx, db, departments)
	if err != nil || len(at) == 0 {
		return nil, err
	}
	mine, err := decidedForMe(ctx, db, auditID)
	if err != nil || mine.covers(at) {
		return nil, err
	}
	var codes []string
	for _, c := range at {
		codes = append(codes, c.Department)
	}
	var ids []string
	err = db.NewRaw("SELECT CAST(id AS TEXT) FROM departments WHERE code IN (?)", bun.List(codes)).Scan(ctx, &ids)
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out, store.MapError(err, "departments of a judge")
}

// stillApart refuses the actor further work on an audit under way to which they
// came to be dependent, when no decision covers it.
func (s *Service) stillApart(ctx context.Context, db bun.IDB, a Audit) error {
	if a.State != InProgress || me(ctx) == "" {
		return nil
	}
	sc, err := scopeOf(ctx, db, a.ID)
	if err != nil {
		return err
	}
	found, err := s.conflictsOf(ctx, db, sc, []string{me(ctx)})
	if err != nil || len(found[me(ctx)]) == 0 {
		return err
	}
	mine, err := decidedForMe(ctx, db, a.ID)
	if err != nil || mine.covers(found[me(ctx)]) {
		return err
	}
	return apperr.New(apperr.Forbidden, "audit.error.no_longer_independent", "number", a.Number, "reasons", reasons(ctx, found[me(ctx)]))
}
